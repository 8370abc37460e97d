"""Randomization inference: the treatment assigned anew within strata, as if by the original lottery."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.design import Design, Fit, Floats, Integers
from replication.estimate.seeds import ROOT_SEED, generator, require_draws

TIE = 1e-9
"""Relative difference below which two statistics are equal but for rounding."""


@dataclass(frozen=True)
class RandomizationTest:
    """The sharp hypothesis that the treatment did nothing to anyone.

    Attributes
    ----------
    statistic : float
        In the data.
    p_value : float
        Two-sided.
    assignments : int
        How many were compared with the data's.
    """

    statistic: float
    p_value: float
    assignments: int


def randomization_test(
    statistic: Callable[[Floats], float],
    treatment: Floats,
    *,
    strata: Integers | None = None,
    units: Integers | None = None,
    draws: int = 9999,
    seed: int = ROOT_SEED,
) -> RandomizationTest:
    """Compare |statistic| with what it is when the treatment is permuted (Fisher 1935; Young 2019).

    Where there are no more than `draws` different assignments all are compared and p is the share with a
    statistic at least as large, the data's own included. Otherwise p = (1 + as large) / (1 + draws), the
    data's own counted as one more draw, so that the test never rejects too often (Phipson and Smyth 2010).

    Parameters
    ----------
    statistic : callable from an (n,) treatment to a number
    treatment : (n,) float array
    strata : (n,) int array or None
        Permuted only within these; None for one stratum.
    units : (n,) int array or None
        Rows that were treated as one (the years of a country) stay together; None for single rows.
    draws, seed : int

    Raises
    ------
    EstimationError
        A treatment or stratum that varies within a unit; a treatment that varies within no stratum; no
        draws, or too many.
    """
    require_draws("randomization", draws, 1)
    values, members, rows = _lottery(np.asarray(treatment, dtype=float), strata, units)
    total = assignments(values, members)
    if total == 1:
        raise EstimationError("randomization: the treatment does not vary within any stratum")
    enumerated = total <= draws
    permuted = (
        _every_assignment(values, members)
        if enumerated
        else _drawn_assignments(values, members, draws, generator(seed, "randomization"))
    )
    data = abs(statistic(values[rows]))
    as_large = sum(abs(statistic(drawn[rows])) >= data * (1.0 - TIE) for drawn in permuted)
    p_value = as_large / total if enumerated else (1 + as_large) / (1 + draws)
    return RandomizationTest(statistic(values[rows]), p_value, total if enumerated else draws)


def _lottery(
    treatment: Floats, strata: Integers | None, units: Integers | None
) -> tuple[Floats, list[Integers], Integers]:
    """Treatment of each unit, positions of the units of each stratum, and the unit of each row."""
    units = np.arange(len(treatment)) if units is None else units
    strata = np.zeros(len(treatment), dtype=np.int64) if strata is None else strata
    _, first, rows = np.unique(units, return_index=True, return_inverse=True)
    for name, column in (("treatment", treatment), ("stratum", strata)):
        if not np.array_equal(column[first][rows], column):
            raise EstimationError(f"randomization: the {name} varies within a unit")
    codes = strata[first]
    return treatment[first], [np.flatnonzero(codes == code) for code in np.unique(codes)], rows


def assignments(values: Floats, members: list[Integers]) -> int:
    """Number of different assignments of the values within the strata."""
    total = 1
    for places in members:
        counts = np.unique(values[places], return_counts=True)[1]
        total *= math.factorial(len(places)) // math.prod(math.factorial(int(c)) for c in counts)
    return total


def _every_assignment(values: Floats, members: list[Integers]) -> Iterator[Floats]:
    orders = [list(_distinct_orders(values[places])) for places in members]
    for combination in itertools.product(*orders):
        drawn = np.empty_like(values)
        for places, order in zip(members, combination, strict=True):
            drawn[places] = order
        yield drawn


def _distinct_orders(values: Floats) -> Iterator[tuple[float, ...]]:
    """Each different order of the values once."""
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) <= 1:
        yield tuple(values)
        return
    for places in itertools.combinations(range(len(values)), int(counts[0])):
        for rest in _distinct_orders(np.repeat(levels[1:], counts[1:])):
            remaining = iter(rest)
            yield tuple(levels[0] if i in places else next(remaining) for i in range(len(values)))


def _drawn_assignments(
    values: Floats, members: list[Integers], draws: int, random: np.random.Generator
) -> Iterator[Floats]:
    for _ in range(draws):
        drawn = np.empty_like(values)
        for places in members:
            drawn[places] = random.permutation(values[places])
        yield drawn


def coefficient_of(
    design: Design,
    term: str,
    refit: Callable[[Design], Fit],
    columns: Callable[[Floats], Floats] | None = None,
) -> Callable[[Floats], float]:
    """The statistic of `randomization_test` that estimates the model with the permuted treatment.

    The coefficient of `term`. `columns` gives x of the design with a treatment, where others are made of it
    (interactions); if None it is that column alone.

    Raises
    ------
    EstimationError
        The design has no such term.
    """
    if term not in design.labels:
        raise EstimationError(f"randomization: {one_of('term', term, design.labels)}")
    column = design.labels.index(term)

    def statistic(treatment: Floats) -> float:
        """The coefficient with this treatment in place of the observed one."""
        if columns is None:
            x = design.x.copy()
            x[:, column] = treatment
        else:
            x = columns(treatment)
        fit = refit(replace(design, x=x))
        if term not in fit.labels:
            raise EstimationError(f"randomization: {one_of(f'term of {fit.estimator}', term, fit.labels)}")
        return float(fit.params[fit.labels.index(term)])

    return statistic
