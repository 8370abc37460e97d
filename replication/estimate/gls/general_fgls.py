"""Generalised least squares with one unrestricted covariance over the periods, the same for every entity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Design, Fit, Floats, Term
from replication.estimate.gls.contemporaneous import require_residuals
from replication.estimate.linear.linear import refuse_weights, require_rows, require_slopes_vary
from replication.estimate.numbers.algebra import least_squares
from replication.estimate.numbers.goodness import counts, ratio, squares
from replication.estimate.within import absorb, prepare, require_variation

DEPENDENT = 1e-10
"""Share of the largest variance below which a period adds nothing to those before it (R's bdsmatrix)."""


@dataclass(frozen=True)
class Data:
    """Variables after the effects.

    Attributes
    ----------
    y, x : (n,) and (n, k) float arrays
    terms : tuple of Term
    absorbed : int
    """

    y: Floats
    x: Floats
    terms: tuple[Term, ...]
    absorbed: int


def general_fgls(design: Design, *, effects: list[str] | None = None) -> Fit:
    """General feasible generalised least squares (Kiefer 1980; Wooldridge 2010, 7.5 and 10.5; R's pggls).

    Residuals of least squares give the covariance of periods s and t: the mean of e_is e_it over the
    entities observed in both. Any pattern of autocorrelation and of variances over time is allowed, the same
    for all entities, and T(T+1)/2 numbers are estimated: entities should be many times the periods.

    Parameters
    ----------
    effects : list of "entity"
        Taken out first (pggls, model = "within"); none is model = "pooling".

    Returns
    -------
    Fit
        Rows weighted by the triangular root of the inverse covariance, in the order of time. Where the
        covariance is singular (fewer entities than periods; effects), periods that depend on those before
        them have no weight, which is the generalised inverse that pggls uses; a warning says how many.
        Statistics: counts; rsquared, of the unweighted residuals; covariance_rank.

    Raises
    ------
    EstimationError
        Weights; effects other than "entity"; too few rows; collinear regressors (named); a covariance with a
        negative eigenvalue, which unbalanced panels can give.
    """
    refuse_weights(design, "general_fgls")
    if effects and list(effects) != ["entity"]:
        raise EstimationError(f"general_fgls takes effects = ['entity'] or none; found {list(effects)}")
    data = _data(design, bool(effects))
    require_rows(design.nobs, len(data.terms) + data.absorbed)
    residuals = least_squares(data.y, data.x, data.terms).residuals
    require_residuals(residuals, design.y)
    roots, rank = _roots(design, _covariance(design, residuals))
    fit = _fit(design, data, roots)
    unweighted = data.y - data.x @ fit.params
    total = squares(design.y, np.ones(design.nobs), centred=design.has_constant)
    return replace(
        fit,
        absorbed_by=tuple(effects or ()),
        statistics={
            **counts(fit.entity, fit.time, fit.df_resid),
            "rsquared": 1.0 - ratio(float(unweighted @ unweighted), total),
            "covariance_rank": float(rank),
        },
        warnings=(*fit.warnings, *_warnings(design, rank, bool(effects))),
    )


def _fit(design: Design, data: Data, roots: list[Floats]) -> Fit:
    x = _whiten(design, roots, data.x)
    solution = least_squares(_whiten(design, roots, data.y), x, data.terms)
    unweighted = data.y - data.x @ solution.params
    return Fit(
        estimator="general_fgls",
        terms=data.terms,
        params=solution.params,
        bread=solution.bread,
        scores=_whiten(design, [root.T for root in roots], x) * unweighted[:, None],
        x=x,
        residuals=solution.residuals,
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        absorbed=data.absorbed,
        covariance=solution.bread,
        convention="inverse of X'V^-1 X, V one unrestricted covariance over the periods (R pggls)",
        warnings=solution.warnings,
    )


def _data(design: Design, within: bool) -> Data:
    if not within:
        if design.has_constant:
            require_slopes_vary(design.x, design.terms, "does not vary")
        return Data(design.y, design.x, design.terms, 0)
    effects = prepare(design.entity, design.time, ["entity"])
    terms = design.slopes
    if not terms:
        raise EstimationError("the model has no regressor besides the effects")
    x = absorb(effects, design.x[:, design.has_constant :])
    require_variation(effects, design, x, terms)
    return Data(absorb(effects, design.y), x, terms, effects.parameters)


def _covariance(design: Design, residuals: Floats) -> Floats:
    """(T, T) means of products over the entities that have both periods; zero where none has."""
    periods, t = np.unique(design.time, return_inverse=True)
    entities, i = np.unique(design.entity, return_inverse=True)
    grid, present = np.zeros((2, len(entities), len(periods)))
    grid[i, t], present[i, t] = residuals, 1.0
    both = present.T @ present
    return np.divide(grid.T @ grid, both, out=np.zeros_like(both), where=both > 0)


def _roots(design: Design, covariance: Floats) -> tuple[list[Floats], int]:
    """For each entity, W with W'W the inverse of its block of the covariance; the largest rank of a block."""
    t = np.unique(design.time, return_inverse=True)[1]
    smallest = DEPENDENT * np.diag(covariance).max()
    known: dict[bytes, Floats] = {}
    roots = []
    for periods in np.split(t, np.flatnonzero(np.diff(design.entity)) + 1):
        key = periods.tobytes()
        if key not in known:
            known[key] = _root(covariance[np.ix_(periods, periods)], smallest)
        roots.append(known[key])
    return roots, max(int(root.any(axis=1).sum()) for root in known.values())


def _root(block: Floats, smallest: float) -> Floats:
    """(T, T) lower triangular W with W'W the inverse; a row of zeros for a period that adds nothing."""
    left, root = block.copy(), np.eye(len(block))
    for j in range(len(block)):
        pivot = left[j, j]
        if pivot < -smallest:
            raise EstimationError(
                "the covariance over the periods has a negative eigenvalue (entities are observed in "
                "different periods); use the periods that all entities share, or fgls"
            )
        if pivot <= smallest:
            root[j] = 0.0
            continue
        share = left[j + 1 :, j] / pivot
        left[j + 1 :, j + 1 :] -= np.outer(share, left[j, j + 1 :])
        root[j + 1 :] -= np.outer(share, root[j])
        root[j] /= np.sqrt(pivot)
    return root


def _whiten(design: Design, roots: list[Floats], values: Floats) -> Floats:
    """Each entity's rows of `values` times its root."""
    blocks = np.split(values, np.flatnonzero(np.diff(design.entity)) + 1)
    return np.concatenate([root @ block for root, block in zip(roots, blocks, strict=True)])


def _warnings(design: Design, rank: int, within: bool) -> list[str]:
    entities, periods = len(np.unique(design.entity)), len(np.unique(design.time))
    said = []
    if entities < 2 * periods:
        said.append(
            f"{entities} entities for a covariance of {periods} periods: the errors are far too small"
        )
    if rank < periods - within:
        said.append(
            f"the covariance over {periods} periods has rank {rank}: the other periods have no weight"
        )
    return said


ESTIMATORS = {"general_fgls": general_fgls}
