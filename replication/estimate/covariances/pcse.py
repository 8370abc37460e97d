"""Panel-corrected standard errors (Beck and Katz 1995)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import least_squares_only
from replication.estimate.design import Covariance, Fit, Floats, LeastSquaresFit

LARGEST = 20_000
"""Entities beyond which the N x N covariance across entities would take more than 3 GB."""

NOTES = {
    "pairwise": "covariances over the periods common to each pair of entities (Stata xtpcse, pairwise)",
    "casewise": "covariances over the periods in which every entity is observed (Stata xtpcse, casewise)",
    "heteroskedastic": "one variance an entity, no covariances (Stata xtpcse, hetonly)",
}
DIVISORS = {
    "T": "divided by the number of periods (Stata xtpcse)",
    "T-k": "divided by the number of periods less k",
    "n-k": "divided by the number of periods, times n/(n-k) (Stata xtpcse, nmk)",
}


def pcse(
    fit: Fit,
    *,
    sigma: Literal["pairwise", "casewise", "heteroskedastic"] = "pairwise",
    divisor: Literal["T", "T-k", "n-k"] = "T",
) -> Covariance:
    """Errors correlated across entities within a period and heteroskedastic by entity.

    V = (X'X)^-1 X' Omega X (X'X)^-1, where Omega holds Sigma_ij at two rows of one period and zero
    elsewhere (Beck and Katz 1995, equations 4 and 5; unbalanced panels as Franzese 1996, Bailey and Katz
    2011): in every case each period adds the Sigma_ij of the entities observed in it. Referred to the normal.

    Parameters
    ----------
    sigma : "pairwise", "casewise" or "heteroskedastic"
        Sigma_ij is the sum of e_it e_jt over the periods that both entities have, over their number; over
        the periods that all entities have; or is zero for i other than j. The first two are the same on a
        balanced panel; on an unbalanced one R's pcse takes casewise unless told otherwise, which needs
        such periods.
    divisor : "T", "T-k" or "n-k"
        What each sum is divided by: the number of its periods; that less k, absorbed effects included; or
        the number, with the whole covariance multiplied by n/(n-k).

    Raises
    ------
    EstimationError
        An estimator without residuals, fewer than two periods, no period common to all entities
        (casewise), or no more periods than parameters (divisor T-k).
    """
    fit = least_squares_only("pcse", fit)
    grid = residual_grid(fit)
    if len(grid[0]) < 2:
        raise EstimationError("pcse needs at least two periods")
    k = len(fit.params) + fit.absorbed
    covariance = _sigma(*grid, sigma, k if divisor == "T-k" else 0)
    factors = {"n/(n-k)": fit.nobs / fit.df_resid} if divisor == "n-k" else {}
    matrix = _across(fit, covariance) * factors.get("n/(n-k)", 1.0)
    note = f"panel-corrected: {NOTES[sigma]}, {DIVISORS[divisor]}"
    return Covariance("pcse", matrix, None, factors, note, warnings=_short(grid[1], sigma))


def _short(present: Floats, kind: str) -> tuple[str, ...]:
    """A sentence where fewer periods than entities leave the covariance across entities without full rank."""
    periods, entities = present.shape
    if kind == "heteroskedastic" or periods >= entities:
        return ()
    return (
        f"panel-corrected errors rest on {entities * (entities + 1) // 2} covariances of {entities} entities "
        f"over {periods} periods: with fewer periods than entities they are badly known (Beck, Katz 1995)",
    )


def residual_grid(fit: LeastSquaresFit) -> tuple[Floats, Floats]:
    """(T, N) residuals, zero where there is no row, and (T, N) of ones where there is one."""
    periods, t = np.unique(fit.time, return_inverse=True)
    entities, i = np.unique(fit.entity, return_inverse=True)
    if len(entities) > LARGEST:
        raise EstimationError(f"covariances across {len(entities)} entities; allowed: {LARGEST} entities")
    residuals, present = np.zeros((2, len(periods), len(entities)))
    residuals[t, i] = fit.residuals
    present[t, i] = 1.0
    return residuals, present


def _sigma(residuals: Floats, present: Floats, kind: str, lost: int) -> Floats:
    """(N, N) covariance of the entities, `lost` taken from each number of periods."""
    if kind == "casewise":
        complete = present.all(axis=1)
        if not complete.any():
            raise EstimationError("pcse casewise needs a period in which every entity is observed; none is")
        residuals, present = residuals[complete], present[complete]
    common = present.T @ present
    sums = residuals.T @ residuals
    if kind == "heteroskedastic":
        sums, common = np.diag(np.diag(sums)), np.diag(np.diag(common))
    if (common[common > 0] <= lost).any():
        raise EstimationError(
            f"pcse divisor T-k: two entities share {int(common[common > 0].min())} periods, {lost} parameters"
        )
    return np.divide(sums, common - lost, out=np.zeros_like(sums), where=common > 0)


def _across(fit: LeastSquaresFit, sigma: Floats) -> Floats:
    """Sum over periods of A_t' Sigma_t A_t, A = X (X'X)^-1, Sigma_t the covariance of the entities in t."""
    influence = fit.x @ fit.bread
    entity = np.unique(fit.entity, return_inverse=True)[1]
    order = np.argsort(fit.time, kind="stable")
    starts = np.flatnonzero(np.diff(fit.time[order])) + 1
    matrix = np.zeros((fit.x.shape[1], fit.x.shape[1]))
    for rows in np.split(order, starts):
        who = entity[rows]
        matrix += influence[rows].T @ sigma[np.ix_(who, who)] @ influence[rows]
    return 0.5 * (matrix + matrix.T)


COVARIANCES = {"pcse": pcse}
