"""Checks of whole texts: figures that must add up, imply one whole, follow in order or agree elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from replication.claims.claim_entries import Check, Ledger, Slip
from replication.claims.judge import Outcome, stated_interval
from replication.claims.recorded import Recorded, TableId, figures_in
from replication.claims.units import DATE, PERCENT, PURE, TRUTH, Unit, stated_unit
from replication.claims.verdict import CONSISTENT, HARD, REPRODUCED, WITHIN_ROUNDING, Interval, of_reading
from replication.claims.written import ends, number, rounded
from replication.errors import StudyError, one_of
from replication.language.evaluate import select
from replication.project.strict import located

HOLDS, ROUNDED, FAILS = "holds", "holds within rounding", "fails"
OTHER_BASE = "another multiple"  # of a base year that the text does not name: no failure of the text
WORDS = {REPRODUCED: HOLDS, WITHIN_ROUNDING: ROUNDED, CONSISTENT: ROUNDED}
# What two figures that are the same but for their unit differ by.
OF_AMOUNTS = (
    (1e3, "a thousand: thousand, million or billion may stand for its neighbour"),
    (1e6, "a million: millions may stand for trillions"),
    (12.0, "twelve: the figure of a month may stand for that of a year"),
)
OF_SHARES = ((100.0, "a hundred: a fraction may stand for a percentage"),)
SLIPS = {"level": OF_AMOUNTS, "amount": OF_AMOUNTS, "sum": OF_AMOUNTS, "share": OF_SHARES}


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
    base : str
        Of a multiple, the base year; empty otherwise.
    """

    check: Check
    item: str
    computed: Interval
    result: str
    arithmetic: str
    base: str = ""


@dataclass(frozen=True)
class Statement:
    """One claim of one text as it is compared with others: what it states and in which unit."""

    text: str
    id: str
    stated: Interval
    unit: Unit | None
    words: str


@dataclass(frozen=True)
class SameFact:
    """One fact as two claims state it."""

    here: Statement
    there: Statement
    agree: bool


def run_check(
    check: Check, stated: Mapping[str, Statement], tables: Mapping[TableId, Recorded]
) -> list[Checked]:
    """Every result of one check.

    Parameters
    ----------
    stated : mapping of claim id to what it states

    Raises
    ------
    StudyError
        Figures of different units, a quotient over nothing, a table without the columns named.
    """
    statements = [stated[name] for name in check.claims]
    _one_unit(check, statements)
    figures = [statement.stated for statement in statements]
    if check.kind == "sum":
        return [_sum(check, figures)]
    if check.kind == "totals":
        return list(_totals(check, figures))
    if check.kind == "order":
        return list(_order(check, statements))
    return list(_multiples(check, figures[0], tables[TableId(check.table or "")]))


def _one_unit(check: Check, statements: Sequence[Statement]) -> None:
    """Refuse to add up, order or divide what is not of one unit; shares of a total are percent."""
    amounts = statements[::2] if check.kind == "totals" else statements
    refused = {"order": (TRUTH,), "multiples": ()}.get(check.kind, (TRUTH, DATE))
    if amounts[0].unit in refused:
        raise StudyError(f"{amounts[0].id} is in {amounts[0].words}; allowed for {check.kind}: figures")
    if check.kind == "multiples":
        _refuse_other(statements, PURE, "times")
    _refuse_other(amounts, amounts[0].unit, amounts[0].words)
    if check.kind == "totals":
        _refuse_other(statements[1::2], PERCENT, "percent")


def _refuse_other(statements: Sequence[Statement], unit: Unit | None, words: str) -> None:
    for statement in statements:
        if statement.unit != unit:
            raise StudyError(f"{statement.id} is in {statement.words}; allowed here: {words}")


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


def _order(check: Check, statements: Sequence[Statement]) -> Iterator[Checked]:
    for before, after in pairwise(statements):
        earlier, later = before.stated, after.stated
        gap = Interval(later.point - earlier.point, later.low - earlier.high, later.high - earlier.low)
        told = [f"{each.id} {ends(each.stated, each.unit)}" for each in (before, after)]
        yield Checked(
            check, f"{before.id} to {after.id}", gap, _result(gap, (0.0, np.inf)), ", then ".join(told)
        )


def _multiples(check: Check, stated: Interval, recorded: Recorded) -> Iterator[Checked]:
    """The last figure of a series over each earlier one, beside the stated multiple."""
    for name in (check.take, check.over):
        if name not in recorded.rows.columns:
            raise StudyError(f"table {check.table}: {one_of('column', name, recorded.rows.columns)}")
    rows = (
        select(recorded.rows, check.where).dropna(subset=[check.take]).sort_values(check.over, kind="stable")
    )
    values = figures_in(
        rows[check.take], TableId(check.table or ""), [str(value) for value in rows[check.over]]
    )
    if len(values) < 2:
        raise StudyError(f"{len(values)} figures in {check.table}; allowed: two or more")
    if not rows[check.over].is_unique:
        raise StudyError(f"{check.over} is not one row each in {check.table}; narrow where to one series")
    labels = [str(value) for value in rows[check.over]]
    for base, label in zip(values[:-1], labels, strict=False):
        if base == 0:
            continue  # nothing is a multiple of nothing
        multiple = values[-1] / base
        shown = f"{number(values[-1])} ({labels[-1]}) / {number(base)} ({label}) = {rounded(multiple)}"
        computed = Interval(multiple, multiple, multiple)
        result = _result(computed, (stated.low, stated.high))
        result = OTHER_BASE if result == FAILS else result
        yield Checked(check, f"base {label}", computed, result, shown, base=label)


def _result(computed: Interval, stated: tuple[float, float]) -> str:
    return WORDS.get(of_reading(computed, stated, "document"), FAILS)


def statements(ledger: Ledger) -> dict[str, Statement]:
    """What every claim of a text states, by its id."""
    return {
        claim.id: Statement(
            *(ledger.text.id, claim.id, stated_interval(claim), stated_unit(claim.stated)),
            words="date" if claim.stated.date else claim.stated.unit,
        )
        for claim in ledger.claims
    }


def same_facts(ledgers: Mapping[str, Ledger]) -> list[SameFact]:
    """Every pair that `same_as` names, once, with whether the two stated intervals meet.

    Raises
    ------
    StudyError
        A text or a claim that is not there.
    """
    stated = {text: statements(ledger) for text, ledger in ledgers.items()}
    pairs: dict[tuple, SameFact] = {}
    for text, ledger in ledgers.items():
        for claim in ledger.claims:
            for name in claim.same_as:
                here, there = stated[text][claim.id], _address(name, text, stated, claim.id)
                located(f"{text}: claims.{claim.id}.same_as", _comparable, here, there)
                key = tuple(sorted(((here.text, here.id), (there.text, there.id))))
                pairs.setdefault(key, SameFact(here, there, _agree(here, there)))
    return list(pairs.values())


def _address(name: str, text: str, stated: Mapping[str, Mapping[str, Statement]], claim: str) -> Statement:
    other, _, ident = name.rpartition(":")
    other = other or text
    place = f"{text}: claims.{claim}.same_as"
    if other not in stated:
        raise StudyError(f"{place}: {one_of('text', other, stated)}")
    if ident not in stated[other]:
        raise StudyError(f"{place}: {one_of(f'claim of {other}', ident, stated[other])}")
    return stated[other][ident]


def _comparable(here: Statement, there: Statement) -> None:
    """Refuse a claim as its own double, and statements in units that nothing turns into one another."""
    if (here.text, here.id) == (there.text, there.id):
        raise StudyError("a claim is not the same as itself; leave it out")
    same = here.words == there.words
    if here.unit is not None and there.unit is not None:
        same = here.unit.powers == there.unit.powers
    if not same:
        raise StudyError(f"{there.text}:{there.id} is in {there.words}; allowed: one measure, {here.words}")


def _agree(here: Statement, there: Statement) -> bool:
    """Whether two intervals meet, in the unit of the first."""
    factor = there.unit.scale / here.unit.scale if here.unit and there.unit else 1.0
    return here.stated.low <= there.stated.high * factor and there.stated.low * factor <= here.stated.high


def unit_slip(outcome: Outcome, slips: Sequence[Slip]) -> str:
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
    for slip in slips if kind != "share" else ():
        if any(slip.low <= ratio <= slip.high for ratio in (factor.point, 1 / factor.point)):
            return f"the two differ by about {slip.words}"
    return ""
