"""Pooled, within, between and first-difference least squares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import (
    CONSTANT,
    Design,
    Floats,
    Integers,
    Law,
    LeastSquaresFit,
    Metric,
    Statistics,
    Term,
)
from replication.estimate.numbers.absorb import projector, require_variation, residuals
from replication.estimate.numbers.algebra import Solution, least_squares
from replication.estimate.numbers.goodness import (
    EXACT,
    counts,
    information_criteria,
    is_nothing,
    means_by,
    panel_rsquared,
    ratio,
    require_outcome,
    squares,
)
from replication.estimate.numbers.groupings import of_design


def ols(
    design: Design, *, effects: list[str] | None = None, mean_effect: bool | None = None
) -> LeastSquaresFit:
    """Least squares, pooled or with effects absorbed.

    Parameters
    ----------
    design : Design
        With `weights`, these are analytic weights, rescaled to mean one (Stata's aweight).
    effects : list of str
        Groupings whose dummies are absorbed: "entity", "time", or any columns (`design.clusters`). The
        constant is absorbed with them.
    mean_effect : bool, optional
        Report as constant the mean of the absorbed effects, which is that of the outcome less the slopes
        times those of the regressors (Stata's `xtreg, fe`, areg, reghdfe; linearmodels with a constant among
        the regressors). A model without regressors has it whatever is said here.

    Returns
    -------
    Fit
        Statistics: counts; sigma, the root of SSR / df_resid; loglikelihood, the normal one at SSR / n, with
        aic and bic; rsquared and rsquared_adjusted of the whole model,
        dummies included (about zero instead of the mean where there is neither constant nor effect). With
        effects, rsquared_within is that of the transformed regression; with entity effects, rsquared_between
        and rsquared_overall are those of Stata's `xtreg, fe`.

    Raises
    ------
    EstimationError
        Too few rows, collinear regressors (named), a regressor that does not vary or that the effects
        absorb (named), an unknown effect, their mean where there are none or no constant.
    """
    if mean_effect and not (effects and design.has_constant):
        raise EstimationError(
            "mean_effect = true reports the mean of absorbed effects; allowed: in a model with effects and "
            "with its intercept"
        )
    if not effects:
        return _pooled(design)
    return _within(design, tuple(effects), bool(mean_effect) or design.terms == (CONSTANT,))


def _pooled(design: Design) -> LeastSquaresFit:
    require_rows(len(design.y), len(design.terms))
    if design.has_constant:
        require_slopes_vary(design.x, design.terms, "does not vary")
    weights = design.unit_weights
    fit = linear_fit("ols", design, design.y, design.x, design.terms, weights=weights)
    total = squares(design.y, weights, centred=design.has_constant)
    return with_statistics(fit, total, design.has_constant, _likelihood(fit, weights))


def _within(design: Design, names: tuple[str, ...], constant: bool) -> LeastSquaresFit:
    weights = design.unit_weights
    by = projector(of_design(design, names), weights)
    terms = design.slopes
    require_rows(len(design.y), len(terms) + by.rank)
    own = design.x[:, design.has_constant :]
    y = residuals(by, design.y[:, None])[:, 0]
    require_outcome(y, design.y, design.outcome, f"is a sum of effects of {' and '.join(names)}")
    x = residuals(by, own)
    require_variation(by, x, own, terms)
    absorbed = by.rank - constant
    del by  # of millions of rows what comes next needs its room
    total = squares(y, weights, centred=False)
    if constant:
        means = np.average(own, axis=0, weights=weights)
        y = y + np.average(design.y, weights=weights)
        x = np.column_stack([np.ones(len(y)), x + means])
        terms = (CONSTANT, *terms)
    fit = linear_fit("ols", design, y, x, terms, weights=weights)
    fit = replace(fit, effects=names, absorbed=absorbed, absorbed_by=names)
    del y
    fit = with_statistics(fit, total, False, _likelihood(fit, weights))
    return replace(fit, statistics={**fit.statistics, **_within_rsquared(fit, total, weights)})


def _within_rsquared(fit: LeastSquaresFit, total: float, weights: Floats) -> Statistics:
    ssr = float(fit.residuals @ fit.residuals)
    whole = squares(fit.design.y, weights, centred=True)
    kinds: Statistics = {"rsquared_within": 1.0 - ratio(ssr, total)}
    if "entity" in fit.effects:
        unequal = None if fit.design.weights is None else weights
        kinds = panel_rsquared(fit.design, fit.terms, fit.params, unequal) | kinds
    adjusted = 1.0 - ratio(ssr / fit.df_resid, whole / (fit.nobs - 1))
    if fit.terms == (CONSTANT,):
        kinds = {}  # no slope to explain anything
    return {"rsquared": 1.0 - ratio(ssr, whole), "rsquared_adjusted": adjusted, **kinds}


def between(design: Design, *, reweight: bool = False) -> LeastSquaresFit:
    """Least squares on the means of each entity (Stata's `xtreg, be`; Baltagi 2021, 2.3).

    The rows of the fit are entities. Clusters that do not vary within entity are kept; there is no time.
    rsquared_between is the R squared of this regression, the other two are as in Stata's `xtreg, be`.

    Parameters
    ----------
    reweight : bool
        Weigh each mean by the number of its rows (Stata's `xtreg, be wls`; linearmodels' `reweight = True`)
        instead of all alike; the same on a balanced panel.

    Raises
    ------
    EstimationError
        Weights; too few entities; regressors collinear or without variation across entities (named).
    """
    refuse_weights(design, "between")
    _, first, codes = np.unique(design.entity, return_index=True, return_inverse=True)
    y, x = means_by(codes, design.y), means_by(codes, design.x)
    require_rows(len(y), len(design.terms), "entities")
    if design.has_constant:
        require_slopes_vary(x, design.terms, "has the same mean in every entity")
    require_outcome(y - y.mean() * design.has_constant, y, design.outcome, "has one mean in every entity")
    kept = {
        name: values[first]
        for name, values in {"entity": design.entity, **design.clusters}.items()
        if np.array_equal(values[first][codes], values)
    }
    size = np.bincount(codes)
    weights = size / size.mean() if reweight else np.ones(len(y))
    root = np.sqrt(weights)
    fit = linear_fit("between", design, y * root, x * root[:, None], design.terms)
    fit = replace(fit, entity=design.entity[first], time=np.zeros(len(y), dtype=np.int64), clusters=kept)
    fit = with_statistics(fit, squares(y, weights, centred=design.has_constant), design.has_constant)
    kinds = panel_rsquared(design, fit.terms, fit.params) | {
        "rsquared_between": fit.statistics["rsquared"],
        "periods": float(len(np.unique(design.time))),
        "rows_averaged": float(design.nobs),
    }
    return replace(fit, statistics={**fit.statistics, **kinds})


def first_difference(design: Design, *, constant: bool = True) -> LeastSquaresFit:
    """Least squares on changes from time - 1 to time; a gap in the years gives no change.

    Parameters
    ----------
    constant : bool
        Keep the constant, if the design has one, as a common drift (Stata's `regress D.y D.x`, R's plm);
        false leaves it out (linearmodels).

    Raises
    ------
    EstimationError
        Weights; no entity seen in two consecutive periods; regressors that do not change (named).
    """
    refuse_weights(design, "first_difference")
    later = np.flatnonzero((np.diff(design.entity) == 0) & (np.diff(design.time) == 1)) + 1
    if len(later) == 0:
        raise EstimationError("no entity is observed in two consecutive periods: there are no differences")
    has_constant = constant and design.has_constant
    terms = design.terms if has_constant else design.slopes
    changes = design.x[later] - design.x[later - 1]
    changes[:, : design.has_constant] = 1.0
    x = changes[:, design.has_constant and not has_constant :]
    require_rows(len(later), len(terms), "differences")
    _require_changes(x, terms)
    if has_constant:
        require_slopes_vary(x, terms, "changes by the same amount in every row: it is the constant")
    kept = np.zeros(design.nobs, dtype=bool)
    kept[later] = True
    y = design.y[later] - design.y[later - 1]
    require_outcome(
        y - y.mean() * has_constant, design.y, design.outcome, "changes by the same amount in every row"
    )
    fit = replace(linear_fit("first_difference", design, y, x, terms, rows=later), kept=kept)
    return with_statistics(fit, squares(y, np.ones(len(y)), centred=has_constant), has_constant)


def _require_changes(x: Floats, terms: tuple[Term, ...]) -> None:
    for name, column in zip(terms, x.T, strict=True):
        if not column.any():
            raise EstimationError(f"'{name}' does not change from one period to the next; leave it out")


def linear_fit(
    estimator: str,
    design: Design,
    y: Floats,
    x: Floats,
    terms: tuple[Term, ...],
    *,
    weights: Floats | None = None,
    rows: Integers | None = None,
    law: Law = "t",
    metric: Metric = "ordinary",
) -> LeastSquaresFit:
    """Least squares of y on x as a fit, on `rows` of the design (all of them if None), without statistics.

    y and x may stand for something else than rows (entity means); the caller then sets entity and time.
    """
    if weights is not None and design.weights is not None:
        root = np.sqrt(weights)
        y, x = y * root, x * root[:, None]
    solution = _solve(y, x, terms)
    exact = is_nothing(solution.residuals, design.y)
    pick = slice(None) if rows is None else rows
    return LeastSquaresFit(
        estimator=estimator,
        terms=terms,
        params=solution.params,
        bread=solution.bread,
        scores=x * solution.residuals[:, None],
        x=x,
        residuals=solution.residuals,
        entity=design.entity[pick],
        time=design.time[pick],
        clusters={name: codes[pick] for name, codes in design.clusters.items()},
        design=design,
        law=law,
        metric=metric,
        exact=exact,
        warnings=(*solution.warnings, *(EXACT,) * exact),
    )


def _solve(y: Floats, x: Floats, terms: tuple[Term, ...]) -> Solution:
    """Least squares with the outcome's level taken out first where a constant can take it back."""
    if CONSTANT not in terms[:1]:
        return least_squares(y, x, terms)
    level = float(x[:, 0] @ y) / float(x[:, 0] @ x[:, 0])
    solution = least_squares(y - level * x[:, 0], x, terms)
    params = solution.params + level * np.eye(len(terms))[0]
    return replace(solution, params=params)


def with_statistics(
    fit: LeastSquaresFit, total: float, has_constant: bool, more: Statistics | None = None
) -> LeastSquaresFit:
    """The fit with the statistics of a regression whose outcome has `total` sum of squares."""
    ssr, df = float(fit.residuals @ fit.residuals), fit.df_resid
    r2 = 1.0 - ratio(ssr, total)
    statistics = {
        **counts(fit.entity, fit.time, df),
        "rsquared": r2,
        "rsquared_adjusted": 1.0 - (1.0 - r2) * (fit.nobs - has_constant) / df,
        "sigma": float(np.sqrt(ssr / df)),
        **(more or {}),
    }
    return replace(fit, statistics=statistics)


def _likelihood(fit: LeastSquaresFit, weights: Floats) -> Statistics:
    """Normal log-likelihood at the maximum likelihood variance SSR / n, variances 1 / w_i; its criteria."""
    n, ssr = fit.nobs, float(fit.residuals @ fit.residuals)
    logs = 0.0 if fit.design.weights is None else float(np.log(weights).sum())
    with np.errstate(divide="ignore"):
        value = -0.5 * n * (np.log(2 * np.pi) + np.log(ssr / n) + 1.0) + 0.5 * logs
    parameters = len(fit.params) + fit.absorbed + 1
    return {"loglikelihood": float(value), **information_criteria(float(value), parameters, n)}


def refuse_weights(design: Design, estimator: str) -> None:
    """Raise EstimationError where weights have no agreed meaning."""
    if design.weights is not None:
        raise EstimationError(f"{estimator} takes no weights; estimators that do: ols")


def require_rows(rows: int, parameters: int, what: str = "rows") -> None:
    """Raise EstimationError unless something is left for the residual variance."""
    if rows <= parameters:
        raise EstimationError(f"{rows} {what} are too few to estimate {parameters} parameters")


def require_slopes_vary(x: Floats, terms: tuple[Term, ...], what: str) -> None:
    """Raise EstimationError, naming it, for the first regressor that is a constant beside the constant."""
    for name, column in zip(terms[1:], x.T[1:], strict=True):
        if np.ptp(column) <= 1e-14 * np.abs(column).max():
            raise EstimationError(f"'{name}' {what}; leave it out")


ESTIMATORS = {"ols": ols, "between": between, "first_difference": first_difference}
