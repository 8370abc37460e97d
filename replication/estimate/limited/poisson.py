"""Poisson pseudo-maximum likelihood with none, one, two or more absorbed effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import gammaln, xlogy

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Design, Floats, LikelihoodFit, Statistics, Term
from replication.estimate.labels import entity_name
from replication.estimate.limited.offset import level_of, offset_of
from replication.estimate.limited.separation import Separation, find_separated
from replication.estimate.numbers.absorb import (
    CLOSE,
    Projector,
    heights,
    less_spread,
    one_pass,
    projector,
    require_variation,
    residuals,
    rest_sums,
)
from replication.estimate.numbers.algebra import COLLINEAR
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.goodness import counts, information_criteria
from replication.estimate.numbers.groupings import Groupings, of_design
from replication.estimate.numbers.likelihood import fit_from_optimum
from replication.estimate.numbers.optimize import TOLERANCE, Likelihood, Optimum

MOST_STEPS = 100

ROUGHLY = 1e-2
"""Share up to which the effects are searched for at the first step."""

ROUNDING = 1e-20
"""Newton decrement, for a mean outcome of one, at which a further step would change the last digits only."""


@dataclass(frozen=True)
class _Problem:
    """The rows used, with regressors from which the effects are already taken out once.

    Attributes
    ----------
    y, weights, offset : (n,) float arrays
    x : (n, k) float array
        Orthogonal, x'x = n I.
    groups : Groupings
    chosen : (L,) bool array
        Dummies of all groupings but the first that are solved for.
    """

    y: Floats
    weights: Floats
    offset: Floats
    x: Floats
    groups: Groupings
    chosen: Booleans

    @cached_property
    def constant(self) -> Floats:
        """(n,) index of a constant and the offset alone."""
        return self.offset + level_of(self.y, self.weights, self.offset)


@dataclass(frozen=True)
class _Point:
    """Coefficients (k,), index with the offset and mean (n,), and the log-likelihood but for a constant."""

    b: Floats
    index: Floats
    mean: Floats
    value: float


@dataclass(frozen=True)
class _Step:
    """A Newton step: change of b (k,) and of the index (n,) but for the first grouping's part.

    `decrement` is the squared distance to the maximum in standard errors of an outcome with mean one, so
    that the unit of the outcome does not matter; `gradient_norm` is scaled to unit second derivatives.
    """

    by: Projector
    x: Floats
    b: Floats
    index: Floats
    decrement: float
    gradient_norm: float


def ppml(design: Design, *, effects: list[str] | None = None) -> LikelihoodFit:
    """Poisson pseudo-maximum likelihood: E(y) = exp(x'b + effects), y nonnegative, integer or not.

    Gourieroux, Monfort and Trognon (1984); Santos Silva and Tenreyro (2006). Newton's method on all
    parameters, without dummies: the effect with most levels is solved for in closed form, the others
    exactly by elimination, whatever their number. Separated rows are found first and left out, as in
    ppmlhdfe (Correia, Guimaraes and Zylkin 2019, 2020); a regressor that nothing is left of without them
    is left out too, with a warning. The likelihood is concave, so one start does. A quasi-likelihood: only
    a sandwich (hc0, hc1, clustered) gives valid errors unless y is Poisson.

    Parameters
    ----------
    effects : list of str
        Groupings whose dummies are absorbed: "entity", "time", or any columns (donor_year, ...; they stand
        in `design.clusters`). The constant is absorbed with them and not reported.

    Returns
    -------
    Fit
        `kept` marks the rows used; `absorbed` is the exact rank of all dummies. Statistics: counts,
        loglikelihood, aic and bic if y is whole, loglikelihood_null (constant and offset alone, rows used),
        rsquared_pseudo (McFadden 1974, as ppmlhdfe), deviance, separated_rows.

    Raises
    ------
    EstimationError
        A negative outcome, or none above zero; collinear or absorbed regressors (named); unknown effects;
        effects alone (the mean of effects in logarithms is no mean of the outcome, so that, unlike `ols`,
        nothing is left to report); no more rows than parameters; an exposure or offset as `offset_of` says.
    """
    _require_nonnegative(design)
    offset, names = offset_of(design), tuple(effects or ())
    groups = of_design(design, names)
    columns = [j for j, term in enumerate(design.terms) if term.kind != "constant" or not names]
    terms = tuple(design.terms[j] for j in columns)
    _require_slopes(terms)
    separation = find_separated(design.y, design.x[:, columns], groups, terms)
    used, left = design.rows(separation.kept), separation.left
    stays = _independent(used.x[:, columns], left)
    if not stays.all():
        _refuse_dependent(design.x[:, columns], groups, terms)
    kept_terms = tuple(term for term, stay in zip(terms, stays, strict=True) if stay)
    _require_rows(used.nobs, len(kept_terms), separation.unit)
    basis = orthogonal(left[:, stays], kept_terms)
    problem = _problem(used, offset[separation.kept], basis.q, separation)
    optimum, end = _maximise(problem)
    omitted = (_omitted(name) for name in terms if name not in kept_terms)
    fit = fit_from_optimum(
        used,
        "ppml",
        kept_terms,
        basis.back @ optimum.params,
        basis.back,
        optimum,
        _statistics(problem, optimum, end.mean),
        (*separation.warnings, *basis.warnings, *omitted),
        quasi=True,
    )
    return _with_effects(fit, design, names, separation)


def _problem(used: Design, offset: Floats, x: Floats, separation: Separation) -> _Problem:
    x = np.asfortranarray(x)  # what comes next goes by columns
    return _Problem(used.y, used.unit_weights, offset, x, separation.groups, separation.unit.chosen)


def _with_effects(
    fit: LikelihoodFit, design: Design, names: tuple[str, ...], separation: Separation
) -> LikelihoodFit:
    """The fit as one of all rows of the design, with what was absorbed and the counts that follow."""
    fit = replace(
        fit,
        design=design,
        kept=None if separation.kept.all() else separation.kept,
        absorbed=separation.unit.rank,
        absorbed_by=names,
    )
    rows = counts(fit.entity, fit.time, fit.df_resid)
    separated: Statistics = {"separated_rows": float((~separation.kept).sum())}
    return replace(fit, statistics={**rows, **fit.statistics, **_criteria(fit), **separated})


def _criteria(fit: LikelihoodFit) -> Statistics:
    """Information criteria where the likelihood is one: of whole numbers, without weights."""
    if fit.design.weights is not None or (fit.design.y % 1).any():
        return {}
    parameters = len(fit.params) + fit.absorbed
    return information_criteria(float(fit.statistics["loglikelihood"]), parameters, fit.nobs)


def _require_nonnegative(design: Design) -> None:
    negative = np.flatnonzero(design.y < 0)
    if negative.size:
        first = int(negative[0])
        raise EstimationError(
            f"{design.outcome!r} must not be negative, found {design.y[first]:g} for "
            f"{entity_name(design, design.entity[first])}, {design.time[first]}; {negative.size} such rows"
        )
    if not design.y.any():
        raise EstimationError(f"{design.outcome!r} is 0 in all {design.nobs} rows: no variation to explain")


def _require_slopes(terms: tuple[Term, ...]) -> None:
    if not terms:
        raise EstimationError(
            "the model has no regressor besides the effects: means of levels, and no coefficient to report; "
            "add a regressor, or take ols, whose constant is then the mean of the effects"
        )


def _require_rows(nobs: int, k: int, unit: Projector) -> None:
    if nobs <= k + unit.rank:
        raise EstimationError(
            f"{nobs} rows (separated ones left out) are too few for {k} regressors and {unit.rank} effects"
        )


def _independent(x: Floats, left: Floats) -> Booleans:
    """(k,) columns of x that neither the effects nor the columns before them explain; `left` is the rest."""
    length, own = np.linalg.norm(x, axis=0), np.linalg.norm(left, axis=0)
    stays: Booleans = own > COLLINEAR * length
    if stays.any():
        scaled = left[:, stays] / own[stays]
        diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
        free = np.arange(scaled.shape[1]) < len(diagonal)  # no more columns than rows are independent
        free[free] = diagonal > COLLINEAR
        stays[stays] = free
    return stays


def _refuse_dependent(x: Floats, groups: Groupings, terms: tuple[Term, ...]) -> None:
    """Raise EstimationError, naming it, if a column is explained by the effects or others on all rows."""
    by = projector(groups, np.ones(len(x)))
    left = residuals(by, x)
    if groups.names:
        require_variation(by, left, x, terms)
    orthogonal(left, terms)


def _omitted(name: Term) -> str:
    return f"'{name}' is left out: without the separated rows nothing is left of it to estimate."


def _maximise(problem: _Problem) -> tuple[Optimum, _Point]:
    """Newton's method until the decrement is down to rounding; each step doubles the right digits."""
    point = _start(problem)
    step, iterations = _newton_step(problem, point, ROUGHLY), 0
    while step is not None and iterations < MOST_STEPS and step.decrement > ROUNDING:
        there = _line_search(problem, point, step)
        if there is None:
            break
        point, iterations = there, iterations + 1
        step = _newton_step(problem, point, float(np.clip(step.decrement / len(problem.y), CLOSE, ROUGHLY)))
    return _optimum(problem, point, step, iterations), point


def _start(problem: _Problem) -> _Point:
    """Every mean the same but for the offset, then scaled to the totals of each grouping's levels, thrice."""
    wy, constant = problem.weights * problem.y, problem.constant
    b = np.zeros(problem.x.shape[1])
    if not problem.groups.codes:
        b = problem.x.T @ (constant - problem.offset) / len(wy)
        return _point(problem, b, problem.offset + problem.x @ b)
    means = problem.weights * np.exp(constant)
    for codes in [*problem.groups.codes[1:], problem.groups.codes[0]] * 3:
        ratio = (np.bincount(codes, wy) / np.bincount(codes, means))[codes]
        means = means * ratio
    return _point(problem, b, np.log(means / problem.weights))


def _point(problem: _Problem, b: Floats, index: Floats) -> _Point:
    """The first grouping's part of the index is put where its scores are zero, in closed form."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean = np.exp(index)
        if problem.groups.codes:
            first, wy = problem.groups.codes[0], problem.weights * problem.y
            ratio = np.bincount(first, wy) / np.bincount(first, problem.weights * mean)
            index, mean = index + np.log(ratio)[first], mean * ratio[first]
        value = float(problem.weights @ (problem.y * index - mean))
    return _Point(b, index, mean, value)


def _newton_step(problem: _Problem, point: _Point, close: float) -> _Step | None:
    """By elimination of the effects (Frisch and Waugh 1933); None where the information is singular.

    Far from the maximum a step need not be exact: where the effects are searched for, it is so up to the
    share `close`, which is as small as what such a step is off by itself (Dembo, Eisenstat and Steihaug 1982,
    SIAM Journal on Numerical Analysis 19(2)).
    """
    groups, weights = problem.groups, problem.weights * point.mean
    score = problem.weights * (problem.y - point.mean)
    try:
        by = projector(groups, weights, problem.chosen)
        working = np.divide(score, weights, np.zeros(len(score)), where=weights > 0)
        x, alone = _partialled(problem, by, working, close)
        information, gradient = x.T @ (x * weights[:, None]), x.T @ score
        b = np.asarray(np.linalg.solve(information, gradient), dtype=float)
    except np.linalg.LinAlgError:
        return None
    index = x @ b
    for codes, values in zip(groups.codes[1:], alone, strict=True):
        index += values.take(codes)
    scale = float(problem.weights @ problem.y) / problem.weights.sum()
    decrement = float(gradient @ b + rest_sums(groups, score) @ np.concatenate([*alone, []])) / scale
    norm = float(np.linalg.norm(gradient / np.sqrt(np.diag(information) * scale)))
    return _Step(by, x, b, index, decrement, norm)


def _partialled(
    problem: _Problem, by: Projector, working: Floats, close: float
) -> tuple[Floats, list[Floats]]:
    """What the effects leave of the regressors (n, k), and the heights of the working outcome in each
    grouping but the first, all of them solved for together."""
    x, codes = problem.x, problem.groups.codes
    if not codes:
        return x, []
    found = heights(by, np.column_stack([x, working]), close)
    return less_spread(x, codes, found), [values[:, -1] for values in found[1:]]


def _line_search(problem: _Problem, point: _Point, step: _Step) -> _Point | None:
    """Halve the step until the log-likelihood rises; rounding in its sum is allowed for."""
    rounding = 1e-13 * (1 + float(problem.weights @ np.abs(problem.y * point.index - point.mean)))
    for length in 0.5 ** np.arange(50):
        there = _point(problem, point.b + length * step.b, point.index + length * step.index)
        if np.isfinite(there.value) and there.value >= point.value - rounding:
            return there
    return None


def _optimum(problem: _Problem, point: _Point, last: _Step | None, iterations: int) -> Optimum:
    """Log-likelihood, scores and Hessian of b alone: the weighted projection takes the effects out."""
    y, weights, x = problem.y, problem.weights, problem.x
    if last is not None:
        x = one_pass(last.by, last.x)
    hessian = -(x.T @ (x * (weights * point.mean)[:, None]))
    scale = 1 / np.sqrt(-np.diag(hessian))
    trouble = _trouble(last, iterations)
    return Optimum(
        params=point.b,
        likelihood=Likelihood(
            rows=weights * (y * point.index - point.mean - gammaln(y + 1)),
            scores=x * (weights * (y - point.mean))[:, None],
            hessian=hessian,
        ),
        iterations=iterations,
        gradient_norm=np.inf if last is None else last.gradient_norm,
        hessian_condition=float(np.linalg.cond(hessian * np.outer(scale, scale))),
        converged=not trouble,
        warnings=trouble,
    )


def _trouble(last: _Step | None, iterations: int) -> tuple[str, ...]:
    """Why the search cannot be trusted, as a sentence; empty if it can."""
    if last is None:
        return (f"Not converged: the Hessian is singular after {iterations} iterations.",)
    if not last.decrement <= 100 * TOLERANCE:
        return (
            f"Not converged: after {iterations} iterations the scaled gradient is {last.gradient_norm:.1e} "
            f"and the maximum is still {np.sqrt(last.decrement):.1e} standard errors away.",
        )
    return ()


def _statistics(problem: _Problem, optimum: Optimum, mean: Floats) -> Statistics:
    """Against a constant alone, and against a mean for each row."""
    y, weights, constant = problem.y, problem.weights, problem.constant
    null = float(weights @ (y * constant - np.exp(constant) - gammaln(y + 1)))
    return {
        "loglikelihood_null": null,
        "rsquared_pseudo": 1 - optimum.likelihood.value / null,
        "deviance": 2 * float(weights @ (xlogy(y, y) - xlogy(y, mean) - (y - mean))),
    }


ESTIMATORS = {"ppml": ppml}
