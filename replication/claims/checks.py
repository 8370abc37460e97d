"""Checks of whole texts: figures that must add up, imply one whole, follow in order or agree elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from replication.claims.claim_entries import Check, Ledger
from replication.claims.judge import Outcome
from replication.claims.recorded import Recorded
from replication.claims.verdict import HARD, Interval, of_reading
from replication.claims.wording import number, rounded
from replication.errors import StudyError, one_of
from replication.language.evaluate import select

HOLDS, WITHIN_ROUNDING, FAILS = "holds", "holds within rounding", "fails"
OTHER_BASE = "another multiple"  # of a base year that the text does not name: no failure of the text
WORDS = {"reproduced": HOLDS, "reproduced within rounding": WITHIN_ROUNDING}
# What two figures that are the same but for their unit differ by.
OF_AMOUNTS = (
    (1e3, "a thousand: thousand, million or billion may stand for its neighbour"),
    (1e6, "a million: millions may stand for trillions"),
    (12.0, "twelve: the figure of a month may stand for that of a year"),
)
OF_SHARES = ((100.0, "a hundred: a fraction may stand for a percentage"),)
SLIPS = {"level": OF_AMOUNTS, "amount": OF_AMOUNTS, "sum": OF_AMOUNTS, "share": OF_SHARES}
YEN_PER_DOLLAR = (79.0, 361.0)  # from the fixed rate of 1949-71 to the strongest month before 2001


@dataclass(frozen=True)
class Checked:
    """One result of a check of several claims.

    Attributes
    ----------
    item : str
        What of the check it is: the pair, the base year, the sum.
    result : str
        holds, holds within rounding, or fails; for a base year of a multiple, "another multiple".
    arithmetic : str
    """

    check: Check
    item: str
    computed: Interval
    result: str
    arithmetic: str


@dataclass(frozen=True)
class SameFact:
    """One fact as two claims state it."""

    text: str
    id: str
    other_text: str
    other_id: str
    stated: Interval
    other_stated: Interval
    units: tuple[str, str]
    agree: bool


def run_check(check: Check, stated: Mapping[str, Interval], tables: Mapping[str, Recorded]) -> list[Checked]:
    """Every result of one check.

    Parameters
    ----------
    stated : mapping of claim id to its stated figure and the interval of its wording
    """
    figures = [stated[name] for name in check.claims]
    if check.kind == "sum":
        return [_sum(check, figures)]
    if check.kind == "totals":
        return list(_totals(check, figures))
    if check.kind == "order":
        return list(_order(check, figures))
    return list(_multiples(check, figures[0], tables[check.table]))


def _sum(check: Check, figures: Sequence[Interval]) -> Checked:
    point, low, high = (sum(getattr(figure, end) for figure in figures) for end in ("point", "low", "high"))
    computed = Interval(float(point), float(low), float(high))
    shown = " + ".join(number(figure.point) for figure in figures)
    arithmetic = f"{shown} = {rounded(computed.point)}; must be {number(check.total)}"
    return Checked(check, "sum", computed, _result(computed, (check.total, check.total)), arithmetic)


def _totals(check: Check, figures: Sequence[Interval]) -> Iterator[Checked]:
    """Wholes that pairs of an amount and its share in percent imply; each meets the first or fails."""
    first: Interval | None = None
    for place in range(0, len(figures), 2):
        amount, share = figures[place], figures[place + 1]
        whole = _quotient(amount, share, 100.0)
        base = first or whole
        result = HOLDS if first is None else _result(whole, (base.low, base.high))
        shown = f"{number(amount.point)} / {number(share.point)} percent = {rounded(whole.point)}"
        yield Checked(check, f"{check.claims[place]} / {check.claims[place + 1]}", whole, result, shown)
        first = base


def _quotient(above: Interval, below: Interval, factor: float) -> Interval:
    """above / below * factor, with its ends over the corners; open where the divisor may be nothing."""
    if below.point == 0:
        raise StudyError("a share or a base of nothing; no quotient can be formed")
    point = above.point / below.point * factor
    if below.low <= 0 <= below.high:
        return Interval(point, -np.inf, np.inf)
    corners = [a / b * factor for a in (above.low, above.high) for b in (below.low, below.high)]
    return Interval(point, min(corners), max(corners))


def _order(check: Check, figures: Sequence[Interval]) -> Iterator[Checked]:
    for (before, earlier), (after, later) in pairwise(zip(check.claims, figures, strict=True)):
        gap = Interval(later.point - earlier.point, later.low - earlier.high, later.high - earlier.low)
        shown = f"{before} {number(earlier.point)}, then {after} {number(later.point)}"
        yield Checked(check, f"{before} to {after}", gap, _result(gap, (0.0, np.inf)), shown)


def _multiples(check: Check, stated: Interval, recorded: Recorded) -> Iterator[Checked]:
    """The last figure of a series over each earlier one, beside the stated multiple."""
    for name in (check.take, check.over):
        if name not in recorded.rows.columns:
            raise StudyError(f"table {check.table}: {one_of('column', name, recorded.rows.columns)}")
    rows = (
        select(recorded.rows, check.where).dropna(subset=[check.take]).sort_values(check.over, kind="stable")
    )
    values = rows[check.take].to_numpy(dtype=float)
    if len(values) < 2:
        raise StudyError(f"{len(values)} figures in {check.table}; allowed: two or more")
    labels = [str(value) for value in rows[check.over]]
    for base, label in zip(values[:-1], labels, strict=False):
        if base == 0:
            continue  # nothing is a multiple of nothing
        multiple = values[-1] / base
        shown = f"{number(values[-1])} ({labels[-1]}) / {number(base)} ({label}) = {rounded(multiple)}"
        computed = Interval(multiple, multiple, multiple)
        result = _result(computed, (stated.low, stated.high))
        yield Checked(check, f"base {label}", computed, OTHER_BASE if result == FAILS else result, shown)


def _result(computed: Interval, stated: tuple[float, float]) -> str:
    return WORDS.get(of_reading(computed, stated, "document", False), FAILS)


def same_facts(ledgers: Mapping[str, Ledger], stated: Mapping[tuple[str, str], Interval]) -> list[SameFact]:
    """Every pair that `same_as` names, once, with whether the two stated intervals meet.

    Parameters
    ----------
    stated : mapping of (text, claim id) to the stated figure

    Raises
    ------
    StudyError
        A text or a claim that is not there.
    """
    pairs: dict[tuple, SameFact] = {}
    for text, ledger in ledgers.items():
        for claim in ledger.claims:
            for name in claim.same_as:
                here, there = (text, claim.id), _address(name, text, ledgers, claim.id)
                pairs.setdefault(tuple(sorted((here, there))), _same(here, there, ledgers, stated))
    return list(pairs.values())


def _address(name: str, text: str, ledgers: Mapping[str, Ledger], claim: str) -> tuple[str, str]:
    other, _, ident = name.rpartition(":")
    other = other or text
    place = f"{text}: claims.{claim}.same_as"
    if other not in ledgers:
        raise StudyError(f"{place}: {one_of('text', other, ledgers)}")
    ids = [entry.id for entry in ledgers[other].claims]
    if ident not in ids:
        raise StudyError(f"{place}: {one_of(f'claim of {other}', ident, ids)}")
    return other, ident


def _same(
    here: tuple[str, str],
    there: tuple[str, str],
    ledgers: Mapping[str, Ledger],
    stated: Mapping[tuple[str, str], Interval],
) -> SameFact:
    a, b = stated[here], stated[there]
    units = tuple(
        next(claim.stated.unit for claim in ledgers[text].claims if claim.id == ident)
        for text, ident in (here, there)
    )
    agree = units[0] == units[1] and a.low <= b.high and b.low <= a.high
    return SameFact(*here, *there, a, b, units, agree)


def unit_slip(outcome: Outcome) -> str:
    """The unit that a contradicted figure may have been mistaken for, or nothing."""
    kind = outcome.claim.kind
    if outcome.verdict not in HARD or kind not in SLIPS:
        return ""
    computed, stated = outcome.results[0].computed, outcome.stated
    if not (computed.point and stated.point) or not np.isfinite([stated.low, stated.high]).all():
        return ""
    factor = _quotient(stated, computed, 1.0)
    for size, words in SLIPS[kind]:
        if any(factor.low <= ratio <= factor.high for ratio in (size, 1 / size)):
            return f"the two differ by {words}"
    low, high = YEN_PER_DOLLAR
    dollars = kind != "share" and any(low <= r <= high for r in (factor.point, 1 / factor.point))
    return "the two differ by about what a dollar cost in yen" if dollars else ""
