"""Claim -> what its readings compute, in numbers and in words, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd

from replication.claims import verdict
from replication.claims.claim_entries import Claim, Reading
from replication.claims.recorded import Cell, Figure, Recorded, figure
from replication.claims.verdict import Interval
from replication.claims.wording import arithmetic, written
from replication.errors import StudyError
from replication.language.evaluate import Rows, evaluate_numbers
from replication.language.syntax import Node, parse
from replication.project.strict import located

MAX_UNCERTAIN = 12
OPEN = 1e90  # stands for an open end: products of three stay finite, and nothing recorded comes near


@dataclass(frozen=True)
class Result:
    """One reading, computed.

    Attributes
    ----------
    computed : Interval
    arithmetic : str
        The computation with its figures, like "103,688 / 64,991 = 1.595".
    cells : tuple of Cell
        Recorded figures that it rests on, each once.
    verdict : str
    """

    reading: Reading
    computed: Interval
    arithmetic: str
    cells: tuple[Cell, ...]
    verdict: str


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


def evaluate_claim(claim: Claim, tables: Mapping[str, Recorded]) -> Outcome:
    """Compute every reading of a claim and judge it.

    Raises
    ------
    StudyError
        An input that cannot be had or a computation that is undefined, named by claim, reading and input.
    """
    low, high = verdict.bounds(claim.stated, claim.kind)
    results = tuple(
        located(
            f"claims.{claim.id}.readings[{place}]", _compute, reading, (low, high), bool(claim.soft), tables
        )
        for place, reading in enumerate(claim.readings, start=1)
    )
    judged = verdict.of_claim([r.verdict for r in results], [r.reading.kind for r in results])
    return Outcome(claim, Interval(claim.stated.value, low, high), results, judged)


def _compute(
    reading: Reading, stated: tuple[float, float], soft: bool, tables: Mapping[str, Recorded]
) -> Result:
    figures = {name: located(f"inputs.{name}", figure, spec, tables) for name, spec in reading.inputs.items()}
    node = _parsed(reading.compute)
    computed = interval(node, figures)
    cells = tuple(dict.fromkeys(cell for each in figures.values() for cell in each.cells))
    judged = verdict.of_reading(computed, stated, reading.basis, soft)
    return Result(reading, computed, arithmetic(node, _texts(figures), computed.point), cells, judged)


def _texts(figures: Mapping[str, Figure]) -> dict[str, str]:
    return {name: each.text for name, each in figures.items()}


_parsed = lru_cache(maxsize=4096)(parse)


def interval(node: Node, figures: Mapping[str, Figure]) -> Interval:
    """A computation at the figures and at every corner of the intervals that they may lie in.

    The least and the most over the corners are those over the whole box if the computation rises or falls
    in each figure by itself, whatever the others are: sums, differences, products and quotients of figures
    of one sign, comparisons.

    Raises
    ------
    StudyError
        More than 12 figures are uncertain, or the result is undefined at the figures themselves.
    """
    uncertain = [name for name, each in figures.items() if each.low < each.high]
    if len(uncertain) > MAX_UNCERTAIN:
        raise StudyError(
            f"{len(uncertain)} figures are rounded; allowed: at most {MAX_UNCERTAIN}; add some up with by"
        )
    corners = np.array(list(product((False, True), repeat=len(uncertain))), dtype=bool)
    columns = {name: np.full(len(corners) + 1, each.point, dtype=float) for name, each in figures.items()}
    for place, name in enumerate(uncertain):
        low, high = np.clip([figures[name].low, figures[name].high], -OPEN, OPEN)
        columns[name][1:] = np.where(corners[:, place], high, low)
    values = evaluate_numbers(node, Rows(pd.DataFrame(columns)))
    if not np.isfinite(values[0]):
        raise StudyError(f"{written(node, _texts(figures))} is undefined")
    return Interval(float(values[0]), *_ends(values))


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Least and most; both infinite if the result is undefined at a corner."""
    if not np.isfinite(values).all():
        return -np.inf, np.inf
    low, high = values.min(), values.max()
    far = np.sqrt(OPEN)
    return (-np.inf if low < -far else float(low)), (np.inf if high > far else float(high))
