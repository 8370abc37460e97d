"""Solutions of a crisp-set comparison: the full truth table, and what it reduces to (Ragin 1987, 2008).

Conditions and outcomes are in the notation of `qca`. A row of the truth table is a combination of conditions;
one that no case shows is a remainder.

Parameters
----------
cutoff : float
    Consistency from which on a row of the truth table has the outcome, a share up to 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product
from typing import Literal

import numpy as np
import pandas as pd

from replication.describe.qca import known_pair, membership, of_cases
from replication.describe.series import by_name, choose, tidy
from replication.errors import StudyError

Kind = Literal["complex", "parsimonious", "intermediate"]

Term = tuple[int | None, ...]  # 1 present, 0 absent, None: does not matter
MOST_CONDITIONS = 8
WHOLE = "whole solution"


@of_cases
def truth_table(
    codes: pd.DataFrame, *, conditions: list[str], outcome: str, cutoff: float = 1.0
) -> pd.DataFrame:
    """All 2^k combinations: cases, those with the outcome, consistency, PRI, and OUT.

    OUT is 1 where consistency reaches `cutoff`, 0 where it does not, missing for a remainder. With codes of
    0 and 1 the proportional reduction in inconsistency (PRI) equals consistency. Groups are named by their
    cases, remainders by "remainder" and their combination; cases with a missing code are left out.
    """
    found = _rows(codes, conditions, outcome)
    labels = [*conditions, "cases", "with the outcome", "consistency", "PRI", "OUT"]
    rows = {}
    for combination in product((1, 0), repeat=len(conditions)):
        cases, with_outcome = found.get(combination, ([], 0.0))
        share = with_outcome / len(cases) if cases else np.nan
        out = float(share >= cutoff) if cases else np.nan
        name = "; ".join(cases) or f"remainder: {_shown(combination, conditions)}"
        rows[name] = [*combination, len(cases), with_outcome, share, share, out]
    return tidy(pd.DataFrame(rows, index=labels))


@of_cases
def solution(
    codes: pd.DataFrame,
    *,
    conditions: list[str],
    outcome: str,
    kind: Kind,
    expect: list[str] | None = None,
    cutoff: float = 1.0,
) -> pd.DataFrame:
    """The combinations that the truth table reduces to, each with consistency, raw and unique coverage.

    Rows with OUT 1 are reduced by the algorithm of Quine (1952) and McCluskey (1956): without remainders
    (complex), with all that help (parsimonious), or with easy ones alone (intermediate: from a complex term
    what contradicts the expectations is dropped, as far as a parsimonious term allows; Ragin 2008, ch. 9).
    `expect` lists the conditions, with ~ for absence, that are expected to help the outcome. Where several
    smallest covers tie, each is given, its terms under "1: ", "2: ". The last row is the whole solution.

    Parameters
    ----------
    expect : list of str
        Conditions, with `~` for absence, that are expected to help the outcome.
    """
    covers = solved(codes, conditions, outcome, kind, expect or [], cutoff)
    if not covers:
        raise StudyError(f"no combination has OUT 1 for {outcome}; there is nothing to reduce")
    rows: dict[str, list[float]] = {}
    for number, cover in enumerate(covers, 1):
        before = f"{number}: " if len(covers) > 1 else ""
        texts = [_shown(term, conditions) for term in cover]
        rows |= {before + text: _fit(codes, text, texts, outcome) for text in texts}
        rows[before + WHOLE] = [*_fit(codes, " + ".join(texts), [], outcome)[:2], np.nan]
    return tidy(pd.DataFrame(rows, index=["consistency", "coverage", "unique coverage"]))


def solved(
    codes: pd.DataFrame,
    conditions: list[str],
    outcome: str,
    kind: Kind,
    expect: Iterable[str] = (),
    cutoff: float = 1.0,
) -> list[tuple[Term, ...]]:
    """The covers of `solution`, each a tuple of terms; none where no combination has the outcome."""
    found = _rows(codes, conditions, outcome)
    on = {row for row, (cases, hits) in found.items() if hits / len(cases) >= cutoff}
    if not on:
        return []
    free: set[Term] = {row for row in product((1, 0), repeat=len(conditions)) if row not in found}
    if kind == "parsimonious":
        return _covers(on, free)
    if kind == "complex":
        return _covers(on, set())
    wanted = _expected(expect, conditions)
    pairs = product(_covers(on, set()), _covers(on, free))
    return list(dict.fromkeys(_between(*pair, wanted) for pair in pairs))


def _rows(codes: pd.DataFrame, conditions: list[str], outcome: str) -> dict[Term, tuple[list[str], float]]:
    """For each combination that occurs its cases, and how many have the outcome."""
    if not 1 <= len(conditions) <= MOST_CONDITIONS:
        raise StudyError(f"{len(conditions)} conditions; allowed: 1 to {MOST_CONDITIONS}")
    for name in conditions:
        choose("condition", name, codes.columns)
    known = codes[conditions].assign(**{"": membership(codes, outcome)}).dropna()
    found: dict[Term, tuple[list[str], float]] = {}
    for unit, row in known.iterrows():
        key = tuple(int(code) for code in row[conditions])
        cases, hits = found.get(key, ([], 0.0))
        found[key] = ([*cases, str(unit)], hits + row[""])
    return found


def _covers(on: set[Term], free: set[Term]) -> list[tuple[Term, ...]]:
    """The smallest sets of prime implicants of `on` and `free` that cover `on`, with fewest literals."""
    primes = [prime for prime in _primes(on | free) if any(_covers_row(prime, row) for row in on)]
    for size in range(1, len(primes) + 1):
        covers = [
            chosen
            for chosen in combinations(primes, size)
            if all(any(_covers_row(term, row) for term in chosen) for row in on)
        ]
        if covers:
            fewest = min(_literals(cover) for cover in covers)
            return [cover for cover in covers if _literals(cover) == fewest]
    raise AssertionError("every row is covered by a prime implicant of its own")


def _primes(rows: set[Term]) -> list[Term]:
    """Terms that cover only rows of the set and lose that when any literal is dropped, in a fixed order."""
    level, primes = set(rows), set()
    while level:
        merged = {(a, b): _merge(a, b) for a, b in combinations(sorted(level, key=_order), 2)}
        used = {term for pair, new in merged.items() if new is not None for term in pair}
        primes |= level - used
        level = {new for new in merged.values() if new is not None}
    return sorted(primes, key=_order)


def _merge(a: Term, b: Term) -> Term | None:
    """The term without the one literal in which two differ; None if they differ otherwise."""
    differ = [place for place, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(differ) != 1 or None in (a[differ[0]], b[differ[0]]):
        return None
    return (*a[: differ[0]], None, *a[differ[0] + 1 :])


def _between(complex_: tuple[Term, ...], parsimonious: tuple[Term, ...], wanted: Term) -> tuple[Term, ...]:
    """Complex terms without the literals that go against expectation, as far as a parsimonious one allows."""
    made = {
        tuple(
            literal if literal is None or need is not None or hope is None or hope == literal else None
            for literal, need, hope in zip(term, short, wanted, strict=True)
        )
        for term in complex_
        for short in parsimonious
        if all(need in (None, literal) for literal, need in zip(term, short, strict=True))
    }
    kept = [term for term in made if not any(term != other and _covers_row(other, term) for other in made)]
    return tuple(sorted(kept, key=_order))


def _expected(expect: Iterable[str], names: list[str]) -> Term:
    signs = {name.lstrip("~").strip(): int(not name.strip().startswith("~")) for name in expect}
    for name in signs:
        choose("condition", name, names)
    return tuple(signs.get(name) for name in names)


def _covers_row(term: Term, row: Term) -> bool:
    return all(need is None or need == code for need, code in zip(term, row, strict=True))


def _literals(cover: Iterable[Term]) -> int:
    return sum(literal is not None for term in cover for literal in term)


def _order(term: Term) -> tuple[int, ...]:
    return tuple(2 if literal is None else 1 - literal for literal in term)


def _shown(term: Term, names: list[str]) -> str:
    parts = [
        name if literal else f"~{name}"
        for literal, name in zip(term, names, strict=True)
        if literal is not None
    ]
    return " * ".join(parts)


def _fit(codes: pd.DataFrame, text: str, others: list[str], outcome: str) -> list[float]:
    """Consistency and coverage of a term, and the coverage that no other term of the solution gives."""
    x, y = known_pair(codes, text, outcome)
    both = float(np.minimum(x, y).sum())
    rest = " + ".join(other for other in others if other != text)
    covered = membership(codes, rest).reindex(y.index) if rest else 0 * y
    unique = float((np.minimum(x, y) * (1 - covered)).sum())
    return [both / x.sum() if x.sum() else np.nan, both / y.sum(), unique / y.sum()]


MEASURES = by_name(truth_table, solution)
