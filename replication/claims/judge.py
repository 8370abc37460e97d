"""Claim -> what its readings compute, in numbers and in words, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from replication.claims import verdict
from replication.claims.claim_entries import Claim, Reading
from replication.claims.days import LAST
from replication.claims.enclosure import enclosure
from replication.claims.inputs import Figure, figure
from replication.claims.recorded import Cell, Recorded, TableId, middle
from replication.claims.support import is_truth, strongest, support_of
from replication.claims.units import DATE, TRUTH, Unit, known_unit, stated_unit, unit_of
from replication.claims.verdict import Interval
from replication.claims.wording import interval_of, says_how_much
from replication.claims.written import arithmetic, ends, rounded, shown, written
from replication.errors import StudyError
from replication.language.nodes import Name, Node
from replication.language.syntax import parse
from replication.project.strict import located


@dataclass(frozen=True)
class Result:
    """One reading, computed.

    Attributes
    ----------
    computed : Interval
        Days for a date, 1 for yes and 0 for no.
    arithmetic : str
        The computation with its figures, like "103,688 / 64,991 = 1.595".
    complete : bool
        Whether that says all of the computed interval.
    cells : tuple of Cell
        Recorded figures that it rests on, each once.
    verdict : str
    support : str
        Grade of what it rests on.
    caveats : tuple of str
        What is to be known beside it: why it is weaker than the words, and its note.
    """

    reading: Reading
    computed: Interval
    arithmetic: str
    complete: bool
    cells: tuple[Cell, ...]
    verdict: str
    support: str
    caveats: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """One claim with its computed readings and its verdict."""

    claim: Claim
    stated: Interval
    results: tuple[Result, ...]
    verdict: str

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Recorded figures that the verdict rests on, each once."""
        return tuple(dict.fromkeys(cell for result in self.results for cell in result.cells))

    @property
    def support(self) -> str:
        """The strongest grade of the readings that bear the verdict out."""
        telling = [result.support for result in self.results if result.verdict == self.verdict]
        return strongest(telling or [result.support for result in self.results])


def evaluate_claim(claim: Claim, tables: Mapping[TableId, Recorded]) -> Outcome:
    """Compute every reading of a claim and judge it.

    Raises
    ------
    StudyError
        An input that cannot be had, a computation that is undefined or that measures something else than the
        claim, named by claim, reading and input.
    """
    stated = located(f"claims.{claim.id}", stated_interval, claim)
    results = tuple(
        located(f"claims.{claim.id}.readings[{place}]", _compute, reading, claim, stated, tables)
        for place, reading in enumerate(claim.readings, start=1)
    )
    judged = verdict.of_claim([r.verdict for r in results], [r.reading.kind for r in results])
    return Outcome(claim, stated, results, judged)


def stated_interval(claim: Claim) -> Interval:
    """What a claim states, with what its wording leaves open; days for a date, their middle as its figure."""
    low, high = interval_of(claim.stated, claim.kind)
    point = float(middle(low, high)) if claim.stated.date else claim.stated.figure
    return Interval(point, low, high)


def _compute(reading: Reading, claim: Claim, stated: Interval, tables: Mapping[TableId, Recorded]) -> Result:
    figures = {name: located(f"inputs.{name}", figure, spec, tables) for name, spec in reading.inputs.items()}
    node = parse(reading.compute)
    unit = stated_unit(claim.stated)
    located("compute", _check_unit, node, figures, unit)
    computed = interval(node, figures)
    if unit == DATE:
        _check_days(computed)
    judged = verdict.of_reading(
        computed,
        (stated.low, stated.high),
        reading.basis,
        soft=bool(claim.soft or reading.proxy or reading.basis == "elsewhere"),
        span=unit in (DATE, TRUTH) or any(each.spread for each in figures.values()),
    )
    weaker = _weaker(reading, claim, node) if judged in verdict.AGREES else ""
    return Result(
        reading,
        computed,
        _arithmetic(node, figures, computed, unit),
        _is_complete(node, figures, computed, unit),
        tuple(dict.fromkeys(cell for each in figures.values() for cell in each.cells)),
        verdict.CONSISTENT if weaker else judged,
        support_of(reading, node),
        tuple(filter(None, (weaker or reading.proxy, reading.note))),
    )


def _check_days(computed: Interval) -> None:
    """Refuse a computed date that no calendar has."""
    if any(
        math.isfinite(day) and not 1 <= day <= LAST for day in (computed.point, computed.low, computed.high)
    ):
        raise StudyError("compute gives a day before the year 1 or after the year 9999")


def _check_unit(node: Node, figures: Mapping[str, Figure], wanted: Unit | None) -> None:
    """Refuse a computation whose unit is known and is not that of the claim."""
    found = unit_of(node, {name: known_unit(each.unit) for name, each in figures.items()})
    if is_truth(node) != (wanted == TRUTH):
        gives = "yes or no" if is_truth(node) else "a figure"
        raise StudyError(f"gives {gives}, the claim states {wanted.words if wanted else 'a figure'}")
    if found is None or wanted is None or is_truth(node):
        return
    if found.powers != wanted.powers:
        raise StudyError(f"gives {found.words}, the claim states {wanted.words}; allowed: one measure")
    if found.scale and found.scale != wanted.scale:
        raise StudyError(
            f"gives units that are {found.scale / wanted.scale:g} of those of the claim; multiply by that"
        )


def _weaker(reading: Reading, claim: Claim, node: Node) -> str:
    """Why a reading that agrees shows less than the words say, or nothing."""
    if reading.proxy:
        return reading.proxy
    if is_truth(node) and claim.kind != "consistency" and says_how_much(claim.stated.words):
        return "the words say how much; the test is of the direction"
    return ""


def _texts(figures: Mapping[str, Figure]) -> dict[str, str]:
    return {name: each.term for name, each in figures.items()}


def _arithmetic(node: Node, figures: Mapping[str, Figure], computed: Interval, unit: Unit | None) -> str:
    """The computation in words; a figure that stands for itself was recorded."""
    if isinstance(node, Name):
        return f"recorded {figures[node.name].words}"
    return arithmetic(node, _texts(figures), computed, unit)


def _is_complete(node: Node, figures: Mapping[str, Figure], computed: Interval, unit: Unit | None) -> bool:
    """Whether the last figure that the arithmetic shows tells both ends of what was computed."""
    if is_truth(node):
        return True
    own = figures[node.name] if isinstance(node, Name) else None
    last = own.text if own else shown(computed.point, unit, rounded)
    if (unit == DATE or (own and own.bound)) and math.inf in (-computed.low, computed.high):
        closed = computed.low if math.isinf(computed.high) else computed.high
        return last in (shown(closed, unit, rounded), ends(computed, unit, rounded))
    return last == ends(computed, unit, rounded)


def interval(node: Node, figures: Mapping[str, Figure]) -> Interval:
    """A computation at the figures, and the least and the most that it can be where they may lie.

    Raises
    ------
    StudyError
        More than 12 figures are uncertain, or the result is undefined at the figures themselves.
    """
    found = enclosure(
        node, {name: Interval(each.point, each.low, each.high) for name, each in figures.items()}
    )
    if not math.isfinite(found.point):
        raise StudyError(f"{written(node, _texts(figures))} is undefined")
    return found
