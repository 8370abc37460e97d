"""Generalised least squares with one unrestricted covariance over the periods, the same for every entity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Covariance, Design, Floats, LeastSquaresFit, Term
from replication.estimate.gls.contemporaneous import require_residuals
from replication.estimate.linear.linear import refuse_weights, require_rows, require_slopes_vary
from replication.estimate.numbers.absorb import projector, require_variation, residuals
from replication.estimate.numbers.algebra import Solution, column_space, least_squares
from replication.estimate.numbers.goodness import counts, ratio, squares
from replication.estimate.numbers.groupings import Groupings, of_design

MOST_DUMMIES = 1_000
"""Of effects besides entity, which must be weighted with the regressors."""

CONVENTION = "inverse of X'V^-1 X, V one unrestricted covariance over the periods (R pggls)"

DEPENDENT = 1e-10
"""Share of the largest variance below which a period adds nothing to those before it (R's bdsmatrix)."""


@dataclass(frozen=True)
class Data:
    """Variables after the entity effects.

    Attributes
    ----------
    y, x : (n,) and (n, k) float arrays
    others : (n, d) float array
        Orthonormal columns of the dummies of all other effects.
    terms : tuple of Term
    absorbed : int
        Rank of the dummies of all effects.
    """

    y: Floats
    x: Floats
    others: Floats
    terms: tuple[Term, ...]
    absorbed: int

    def without_others(self, whiten: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
        """(n,) outcome and (n, k) regressors after weighting, other effects then projected out of both."""
        basis = column_space(whiten(self.others))
        both = whiten(np.column_stack([self.y, self.x]))
        for _ in range(2 if basis.size else 0):
            both = both - basis @ (basis.T @ both)
        return both[:, 0], both[:, 1:]

    def unweighted(self, params: Floats, whiten: Callable[[Floats], Floats]) -> Floats:
        """(n,) residuals before weighting."""
        left = self.y - self.x @ params
        if not self.others.size:
            return left
        heights = np.linalg.lstsq(whiten(self.others), whiten(left), rcond=None)[0]
        return left - self.others @ heights


def general_fgls(design: Design, *, effects: list[str] | None = None) -> LeastSquaresFit:
    """General feasible generalised least squares (Kiefer 1980; Wooldridge 2010, 7.5 and 10.5; R's pggls).

    Residuals of least squares give the covariance of periods s and t: the mean of e_is e_it over the
    entities observed in both. Any pattern of autocorrelation and of variances over time is allowed, the same
    for all entities, and T(T+1)/2 numbers are estimated: entities should be many times the periods.

    Parameters
    ----------
    effects : list of str
        "entity" is taken out first (pggls, model = "within"; without it model = "pooling"). Of "time" and
        columns of `design.clusters` the dummies are regressors, weighted like the others and not reported:
        taking them out beforehand would be least squares of them.

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
        Weights; unknown effects, or more than MOST_DUMMIES levels of those besides entity; too few rows;
        collinear regressors (named); a covariance with a negative eigenvalue, which unbalanced panels can
        give.
    """
    refuse_weights(design, "general_fgls")
    names = tuple(effects or ())
    data = _data(design, of_design(design, names))
    require_rows(design.nobs, len(data.terms) + data.absorbed)
    errors = least_squares(*data.without_others(np.asarray), data.terms).residuals
    require_residuals(errors, design.y)
    roots, rank = _roots(design, _covariance(design, errors))
    fit, unweighted = _fit(design, data, roots)
    total = squares(design.y, np.ones(design.nobs), centred=design.has_constant)
    return replace(
        fit,
        absorbed_by=names,
        statistics={
            **counts(fit.entity, fit.time, fit.df_resid),
            "rsquared": 1.0 - ratio(float(unweighted @ unweighted), total),
            "covariance_rank": float(rank),
        },
        warnings=(*fit.warnings, *_warnings(design, rank, "entity" in names)),
    )


def _fit(design: Design, data: Data, roots: list[Floats]) -> tuple[LeastSquaresFit, Floats]:
    """The fit, and the residuals (n,) before weighting."""

    def whiten(values: Floats) -> Floats:
        """Weighted rows."""
        return _whiten(design, roots, values)

    y, x = data.without_others(whiten)
    solution = least_squares(y, x, data.terms)
    unweighted = data.unweighted(solution.params, whiten)
    weighted = _whiten(design, [root.T for root in roots], x)
    return _as_fit(design, data, solution, x, weighted * unweighted[:, None]), unweighted


def _as_fit(design: Design, data: Data, solution: Solution, x: Floats, scores: Floats) -> LeastSquaresFit:
    return LeastSquaresFit(
        estimator="general_fgls",
        terms=data.terms,
        params=solution.params,
        bread=solution.bread,
        scores=scores,
        x=x,
        residuals=solution.residuals,
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="normal",
        metric="weighted",
        absorbed=data.absorbed,
        own=Covariance("own", solution.bread, None, {}, CONVENTION),
        warnings=solution.warnings,
    )


def _data(design: Design, groups: Groupings) -> Data:
    if not groups.names:
        if design.has_constant:
            require_slopes_vary(design.x, design.terms, "does not vary")
        return Data(design.y, design.x, np.empty((design.nobs, 0)), design.terms, 0)
    terms = design.slopes
    if not terms:
        raise EstimationError("the model has no regressor besides the effects")
    ones = np.ones(design.nobs)
    x = design.x[:, design.has_constant :]
    by = projector(groups, ones)
    require_variation(by, residuals(by, x), x, terms)
    entity = projector(groups.only(["entity"]), ones)
    left = residuals(entity, np.column_stack([design.y, x, _dummies(groups)]))
    y, x, others = np.split(left, [1, 1 + len(terms)], axis=1)
    return Data(y[:, 0], x, column_space(others), terms, by.rank)


def _dummies(groups: Groupings) -> Floats:
    """(n, d) dummies of all effects but entity."""
    others = [codes for name, codes in groups.by_name.items() if name != "entity"]
    levels = sum(int(codes.max()) + 1 for codes in others)
    if levels > MOST_DUMMIES:
        raise EstimationError(
            f"general_fgls weights effects besides entity like regressors: at most {MOST_DUMMIES} levels are "
            f"allowed, found {levels}"
        )
    columns = [codes[:, None] == np.arange(int(codes.max()) + 1) for codes in others]
    return np.column_stack([np.empty((len(groups.codes[0]), 0)), *columns])


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
