"""Seemingly unrelated regressions (Zellner 1962): an equation an entity, correlated within a period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.linalg import block_diag

from replication.errors import EstimationError
from replication.estimate.design import (
    Booleans,
    Covariance,
    Design,
    Floats,
    LeastSquaresFit,
    Of,
    Statistics,
    Term,
)
from replication.estimate.gls.contemporaneous import across, inverse_root, require_residuals
from replication.estimate.labels import entity_name
from replication.estimate.linear.linear import refuse_weights
from replication.estimate.numbers.algebra import Solution, least_squares
from replication.estimate.numbers.distributions import chi2_sf
from replication.estimate.numbers.goodness import counts, information_criteria, ratio

TOLERANCE = 1e-8
"""Change of a coefficient, in standard errors, at which the iteration has converged."""

STEPS = 10_000


@dataclass(frozen=True)
class System:
    """Equations stacked: N equations of T periods and k regressors.

    Attributes
    ----------
    names : tuple of str
        The N equations.
    terms : tuple of Term
        The Nk coefficients, or the k common ones.
    y : (NT,) float array
    x : (NT, Nk) or (NT, k) float array
    periods, regressors : int
        T and k.
    """

    names: tuple[str, ...]
    terms: tuple[Term, ...]
    y: Floats
    x: Floats
    periods: int
    regressors: int

    def grid(self, values: Floats) -> Floats:
        """(N, T) of (NT,) values."""
        return values.reshape(len(self.names), self.periods)


def sur(
    design: Design,
    *,
    pooled: bool = False,
    divisor: Literal["T", "T-k"] = "T",
    iterate: bool = False,
) -> LeastSquaresFit:
    """Generalised least squares of a system with one equation an entity (Zellner 1962; Greene 2003, 14.2).

    Only periods in which every entity is observed are used; the others are counted in a warning. The
    covariance of the equations comes from least squares of each equation; for pooled slopes, from least
    squares weighted by each equation's variance (Greene 2003, 14.2.9; R's systemfit with residCovWeighted;
    from unweighted residuals it is `fgls` with panels "correlated").

    Parameters
    ----------
    pooled : bool
        The same coefficients in every equation.
    divisor : "T" or "T-k"
        Divisor of the residuals' cross-products (systemfit's noDfCor and geomean; Stata's sureg and its dfk).
    iterate : bool
        Estimate covariance and coefficients in turn until they settle (sureg, isure): with divisor "T",
        maximum likelihood.

    Returns
    -------
    Fit
        Terms are "entity: regressor", or the regressors if pooled. Statistics: counts; loglikelihood at the
        covariance that the residuals give, divided by T, with aic and bic where it is the maximum;
        "rsquared: entity"; rsquared_mcelroy (McElroy 1977); breusch_pagan, _df, _p, the test that equations
        are uncorrelated, on residuals of the first step (Breusch and Pagan 1980).

    Raises
    ------
    EstimationError
        Weights; a single entity; no common periods, or too few; collinear regressors in an equation (named).
    """
    refuse_weights(design, "sur")
    kept = _common(design)
    system = _system(design.rows(kept), pooled)
    first = _first_step(system, pooled)
    lost = system.regressors if divisor == "T-k" else 0
    solution, root, steps, converged = _solve(system, first, lost, iterate)
    fit = _fit(design, kept, system, solution, root)
    statistics = _fit_statistics(system, solution.params, design.has_constant)
    said = [] if kept.all() else [_periods_left_out(design, kept)]
    said += [] if converged else [f"the covariance did not settle in {STEPS} steps"]
    return replace(
        fit,
        own=_own(fit, f"{divisor} = {system.periods - lost}"),
        statistics={
            **counts(fit.entity, fit.time, fit.df_resid),
            **statistics,
            **(_criteria(system, statistics) if iterate and not lost else {}),
            **_independence(system.grid(first)),
        },
        telemetry={"iterations": float(steps)},
        warnings=(*fit.warnings, *said),
        converged=converged,
    )


def _own(fit: LeastSquaresFit, divisor: str) -> Covariance:
    convention = f"inverse of X'(S^-1 kron I)X, S divided by {divisor} (systemfit, Stata sureg)"
    return Covariance("own", fit.bread, None, {}, convention)


def _common(design: Design) -> Booleans:
    """Rows in periods that every entity has."""
    entities = len(np.unique(design.entity))
    if entities < 2:
        raise EstimationError("sur needs at least two entities: each of them is an equation")
    _, period, seen = np.unique(design.time, return_inverse=True, return_counts=True)
    kept: Booleans = seen[period] == entities
    if not kept.any():
        raise EstimationError(
            f"sur needs periods in which all {entities} entities are observed; there is none"
        )
    return kept


def _periods_left_out(design: Design, kept: Booleans) -> str:
    periods = len(np.unique(design.time[~kept]))
    return f"{periods} periods ({int((~kept).sum())} rows) in which an entity is missing are left out"


def _system(design: Design, pooled: bool) -> System:
    entities = np.unique(design.entity)
    names = tuple(entity_name(design, int(code)) for code in entities)
    periods, regressors = design.nobs // len(entities), len(design.terms)
    if periods <= regressors or periods < len(entities):
        raise EstimationError(
            f"sur has {periods} common periods; needed: more than the {regressors} regressors of an equation "
            f"and at least as many as the {len(entities)} equations"
        )
    blocks = design.x.reshape(len(entities), periods, regressors)
    x = design.x if pooled else block_diag(*blocks)
    terms = (
        design.terms
        if pooled
        else tuple(replace(term, equation=name) for name in names for term in design.terms)
    )
    return System(names, terms, design.y, x, periods, regressors)


def _first_step(system: System, pooled: bool) -> Floats:
    """(NT,) residuals without correlation between equations."""
    solution = least_squares(system.y, system.x, system.terms)
    require_residuals(solution.residuals, system.y)
    if not pooled:
        return solution.residuals
    grid = system.grid(solution.residuals)
    root = inverse_root(np.diag((grid**2).mean(axis=1)), system.periods)
    weighted = least_squares(across(root, system.y), across(root, system.x), system.terms)
    return system.y - system.x @ weighted.params


def _solve(system: System, residuals: Floats, lost: int, iterate: bool) -> tuple[Solution, Floats, int, bool]:
    """Weighted solution, the root of the weights, steps, and whether it settled."""
    params = np.full(len(system.terms), np.inf)
    for step in range(1, STEPS + 1):
        grid = system.grid(residuals)
        root = inverse_root(grid @ grid.T / (system.periods - lost), system.periods)
        solution = least_squares(across(root, system.y), across(root, system.x), system.terms)
        moved = np.abs(solution.params - params) / np.sqrt(np.diag(solution.bread))
        if not iterate or moved.max() <= TOLERANCE:
            return solution, root, step, True
        params = solution.params
        residuals = system.y - system.x @ params
    return solution, root, STEPS, False


def _fit(design: Design, kept: Booleans, system: System, solution: Solution, root: Floats) -> LeastSquaresFit:
    used = design.rows(kept)
    x = across(root, system.x)
    unweighted = system.y - system.x @ solution.params
    return LeastSquaresFit(
        estimator="sur",
        terms=system.terms,
        params=solution.params,
        bread=solution.bread,
        scores=across(root.T, x) * unweighted[:, None],
        x=x,
        residuals=solution.residuals,
        entity=used.entity,
        time=used.time,
        clusters=used.clusters,
        design=design,
        law="normal",
        metric="weighted",
        kept=None if kept.all() else kept,
        warnings=solution.warnings,
    )


def _fit_statistics(system: System, params: Floats, centred: bool) -> Statistics:
    e, y = system.grid(system.y - system.x @ params), system.grid(system.y)
    about = y - y.mean(axis=1, keepdims=True) if centred else y
    periods = system.periods
    covariance = e @ e.T / periods
    logs = np.linalg.slogdet(covariance)[1]
    equations: Statistics = {
        Of("rsquared", name): 1.0 - ratio(float(left @ left), float(total @ total))
        for name, left, total in zip(system.names, e, about, strict=True)
    }
    weighted = float((np.linalg.inv(covariance) * (about @ about.T)).sum())
    mcelroy = 1.0 - ratio(float(e.size), weighted)
    loglikelihood = -0.5 * periods * (len(e) * (np.log(2 * np.pi) + 1.0) + logs)
    return {"loglikelihood": float(loglikelihood), "rsquared_mcelroy": mcelroy, **equations}


def _criteria(system: System, statistics: Statistics) -> Statistics:
    """Of maximum likelihood, with every variance and covariance of the equations among the parameters."""
    equations = len(system.names)
    parameters = len(system.terms) + equations * (equations + 1) // 2
    return information_criteria(statistics["loglikelihood"], parameters, len(system.y))


def _independence(residuals: Floats) -> Statistics:
    """Breusch and Pagan's (1980) T times the sum of squared correlations of the equations (N, T), chi2."""
    deviations = np.sqrt((residuals**2).sum(axis=1))
    correlations = residuals @ residuals.T / np.outer(deviations, deviations)
    pairs = np.triu_indices(len(residuals), k=1)
    value = float(residuals.shape[1] * (correlations[pairs] ** 2).sum())
    df = len(pairs[0])
    return {
        "breusch_pagan_chi2": value,
        "breusch_pagan_chi2_df": float(df),
        "breusch_pagan_chi2_p": chi2_sf(value, df),
    }


ESTIMATORS = {"sur": sur}
