"""Covariances of the parameters where errors are correlated over time, by kernels (Newey and West 1987).

Scores meet the bread before they are multiplied: with regressors far from zero for their spread the product
of three matrices would lose half of the digits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.notes import whose
from replication.estimate.covariances.sandwich import (
    ZERO,
    group_sums,
    reference_df,
    refuse_averages,
    refuse_rows,
)
from replication.estimate.design import Covariance, Fit, Floats, Integers


def driscoll_kraay(
    fit: Fit, *, lags: int | None = None, correction: Literal["none", "n-k", "fixest"] = "none"
) -> Covariance:
    """Scores summed in each period, with Bartlett weights over time (Driscoll and Kraay 1998).

    The periods are those that occur, in order: a period in which no entity is observed is skipped, not
    counted as a lag (Stata's xtscc refuses such a panel). Referred to t with T - 1 degrees of freedom.

    Parameters
    ----------
    lags : int
        Default: floor(4 (T/100)^(2/9)), as xtscc.
    correction : "none", "n-k" or "fixest"
        None (statsmodels; Stata's xtscc with `ase`, or before its version 1.3); n/(n-k) (linearmodels with
        debiased=True); T/(T-1) (n-1)/(n-k) (R's fixest; xtscc by itself); k counts absorbed effects.

    Raises
    ------
    EstimationError
        Fewer than two periods, or lags outside 0 .. T-1.
    """
    refuse_averages("driscoll_kraay", fit)
    refuse_rows("driscoll_kraay", fit)
    key = np.unique(fit.time, return_inverse=True)[1]
    periods = int(key.max()) + 1
    if periods < 2:
        raise EstimationError("driscoll_kraay needs at least two periods")
    lags = bartlett_lags(lags, periods)
    sums = group_sums(key, fit.scores @ fit.bread)
    matrix = sum((_bartlett(lag, lags) * _lagged(sums, lag) for lag in range(lags + 1)), ZERO)
    factors = _period_factors(fit, periods, correction)
    matrix = _symmetric(matrix * prod(factors.values()))
    programs = {"none": "Stata xtscc, ase", "n-k": "linearmodels debiased", "fixest": "R fixest"}[correction]
    how = ", ".join(f"{name} = {value:.6g}" for name, value in factors.items()) or "no small-sample factor"
    note = f"Driscoll-Kraay, {lags} lags, {periods} periods: {how}{whose(fit, programs)}"
    return Covariance("driscoll_kraay", matrix, reference_df(fit, periods - 1), factors, note)


def _period_factors(fit: Fit, periods: int, correction: str) -> dict[str, float]:
    if correction == "none":
        return {}
    if correction == "n-k":
        return {"n/(n-k)": fit.nobs / fit.df_resid}
    return {"T/(T-1)": periods / (periods - 1), "(n-1)/(n-k)": (fit.nobs - 1) / fit.df_resid}


def newey_west(
    fit: Fit,
    *,
    lags: int | None = None,
    lagged: Literal["rows", "periods"] = "rows",
    correction: Literal["n-k", "none"] = "n-k",
) -> Covariance:
    """Bartlett weights over the rows of each entity (Newey and West 1987; Stata's `newey`).

    Parameters
    ----------
    lags : int
        Default: floor(4 (T/100)^(2/9)), T the number of periods.
    lagged : "rows" or "periods"
        What a lag counts where an entity misses periods: its rows, so that a gap is passed over (Stata's
        `newey, force`; statsmodels), or the calendar, so that rows count together only if they are so many
        periods apart (R's plm and sandwich). The two are the same without gaps.
    correction : "n-k" or "none"
        Multiply by n/(n-k), k counting absorbed effects (Stata), or by nothing.

    Raises
    ------
    EstimationError
        Lags outside 0 .. T-1.
    """
    refuse_averages("newey_west", fit)
    refuse_rows("newey_west", fit)
    lags = bartlett_lags(lags, len(np.unique(fit.time)))
    influence = fit.scores @ fit.bread
    matrix = influence.T @ influence
    pairs_apart = _rows_apart if lagged == "rows" else _periods_apart
    for lag in range(1, lags + 1):
        later, earlier = pairs_apart(fit, lag)
        cross = influence[later].T @ influence[earlier]
        matrix = matrix + _bartlett(lag, lags) * (cross + cross.T)
    factors = {"n/(n-k)": fit.nobs / fit.df_resid} if correction == "n-k" else {}
    matrix = _symmetric(matrix * prod(factors.values()))
    known = whose(fit, "Stata newey, force")
    how = f"n/(n-k) = {factors['n/(n-k)']:.6g}{known}" if factors else "no small-sample factor"
    counted_in = f"; a lag is one of the {lagged}, which have gaps" * _has_gaps(fit)
    note = f"Newey-West within entities, Bartlett kernel, {lags} lags{counted_in}: {how}"
    return Covariance("newey_west", matrix, reference_df(fit, fit.df_resid), factors, note)


def _rows_apart(fit: Fit, lag: int) -> tuple[Integers, Integers]:
    """Rows of an entity and, `lag` rows before them, others of it; those are sorted by time."""
    later = np.flatnonzero(fit.entity[lag:] == fit.entity[:-lag]) + lag
    return later, later - lag


def _periods_apart(fit: Fit, lag: int) -> tuple[Integers, Integers]:
    """Rows of an entity and, `lag` periods before them, others of it."""
    time = fit.time - fit.time.min()
    key = fit.entity * (int(time.max()) + 1 + lag) + time  # a period before the first is no other entity's
    places = np.searchsorted(key, key - lag)
    later = np.flatnonzero(key[places] == key - lag)
    return later, places[later]


def _has_gaps(fit: Fit) -> bool:
    """Whether some entity misses a period between two others."""
    return bool(((np.diff(fit.time) != 1) & (np.diff(fit.entity) == 0)).any())


def bartlett_lags(lags: int | None, periods: int) -> int:
    """Lags as asked for, or by the rule floor(4 (T/100)^(2/9)); EstimationError beyond T - 1."""
    if lags is None:
        return min(int(4 * (periods / 100) ** (2 / 9)), periods - 1)
    if not 0 <= lags < periods:
        raise EstimationError(f"lags is {lags}; allowed: 0 to {periods - 1}, one less than the periods")
    return lags


def _symmetric(matrix: Floats) -> Floats:
    return 0.5 * (matrix + matrix.T)


def _bartlett(lag: int, lags: int) -> float:
    return 1.0 - lag / (lags + 1)


def _lagged(sums: Floats, lag: int) -> Floats:
    """Cross products of sums `lag` periods apart, both ways."""
    cross = sums[lag:].T @ sums[: len(sums) - lag]
    return cross if lag == 0 else cross + cross.T


COVARIANCES: dict[str, Callable[..., Covariance]] = {
    "driscoll_kraay": driscoll_kraay,
    "newey_west": newey_west,
}
