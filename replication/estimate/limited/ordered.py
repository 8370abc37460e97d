"""Ordered logit and probit: outcomes with levels in an order, and thresholds between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import expit, log_ndtr, logit, ndtri

from replication.errors import EstimationError
from replication.estimate.design import CONSTANT, Design, Floats, Integers, LikelihoodFit, Term, parameters
from replication.estimate.limited.perfect_prediction import is_flat, refuse_perfect_prediction
from replication.estimate.numbers.basis import Basis, orthogonal
from replication.estimate.numbers.likelihood import against_null, fit_from_optimum
from replication.estimate.numbers.normal import LOG_SQRT_2PI
from replication.estimate.numbers.optimize import Likelihood, Optimum, maximise

MOST_LEVELS = 100


@dataclass(frozen=True)
class Interval:
    """The probability that an error lies between two bounds, row by row.

    Attributes
    ----------
    log : (n,) float array
        Its logarithm.
    upper, lower : (n,) float arrays
        The density at either bound over the probability; zero at an infinite bound.
    upper_slope, lower_slope : (n,) float arrays
        The derivative of the density there over the probability.
    """

    log: Floats
    upper: Floats
    lower: Floats
    upper_slope: Floats
    lower_slope: Floats


Law = Callable[[Floats, Floats], Interval]


def logistic_between(lower: Floats, upper: Floats) -> Interval:
    """Of a logistic error: F(u) - F(l) = F(u) F(-l) (1 - exp(l - u)), without cancellation."""
    log = _log_logistic(upper) + _log_logistic(-lower) + np.log(-np.expm1(lower - upper))
    densities = [np.exp(_log_logistic(a) + _log_logistic(-a) - log) for a in (upper, lower)]
    slopes = [density * (1 - 2 * expit(a)) for density, a in zip(densities, (upper, lower), strict=True)]
    return Interval(log, *densities, *slopes)


def _log_logistic(a: Floats) -> Floats:
    found: Floats = -np.logaddexp(0.0, -a)
    return found


def normal_between(lower: Floats, upper: Floats) -> Interval:
    """Of a standard normal error; both bounds are moved to the left tail, where no digits are lost."""
    right = lower > 0
    high, low = log_ndtr(np.where(right, -lower, upper)), log_ndtr(np.where(right, -upper, lower))
    log = high + np.log(-np.expm1(low - high))
    densities = [np.exp(-0.5 * a**2 - LOG_SQRT_2PI - log) for a in (upper, lower)]
    slopes = [
        -np.where(np.isfinite(a), a, 0.0) * density
        for density, a in zip(densities, (upper, lower), strict=True)
    ]
    return Interval(log, *densities, *slopes)


def ordered_logit(design: Design) -> LikelihoodFit:
    """Maximum likelihood of P(y <= level j) = 1 / (1 + exp(x'b - cut_j)): proportional odds.

    McCullagh (1980); Stata's `ologit`, R's MASS::polr. The levels are the outcome's values in their order;
    what the values are does not matter. "cut1" lies between the lowest level and the next, and so on; they
    take the constant's place. The likelihood is concave, so one start does (Pratt 1981).
    Raises EstimationError if y does not vary, has more than 100 levels, or is predicted perfectly.
    """
    return _fit(design, "ordered_logit", logistic_between, logit)


def ordered_probit(design: Design) -> LikelihoodFit:
    """Maximum likelihood of P(y <= level j) = Phi(cut_j - x'b) (McKelvey and Zavoina 1975).

    Stata's `oprobit`. Levels, thresholds and errors as in the ordered logit.
    """
    return _fit(design, "ordered_probit", normal_between, ndtri)


def _fit(design: Design, estimator: str, law: Law, quantile: Callable[[Floats], Floats]) -> LikelihoodFit:
    levels, codes = np.unique(design.y, return_inverse=True)
    _refuse(design, len(levels))
    slopes = design.slopes
    x = design.x[:, design.has_constant :]
    basis = orthogonal(np.column_stack([np.ones(design.nobs), x]), (CONSTANT, *slopes))
    weights = design.unit_weights
    shares = np.bincount(codes, weights) / weights.sum()
    start = np.append(np.zeros(len(slopes)), quantile(np.cumsum(shares)[:-1]))
    optimum = maximise(partial(ordered_likelihood, basis.q[:, 1:], codes, weights, law), start)
    if is_flat(optimum, len(slopes)):
        _refuse_perfect_prediction(design, x, codes, levels)
    params, jacobian = _reported(optimum, basis)
    null = float(weights.sum() * (shares @ np.log(shares)))
    return fit_from_optimum(
        design,
        estimator,
        (*slopes, *parameters(*(f"cut{j}" for j in range(1, len(levels))))),
        params,
        jacobian,
        optimum,
        against_null(optimum.likelihood.value, null, len(slopes)),
        basis.warnings,
    )


def _refuse(design: Design, levels: int) -> None:
    if not design.slopes:
        raise EstimationError("the model has no regressor: the thresholds are the shares of the levels")
    if levels < 2:
        raise EstimationError(
            f"{design.outcome!r} is {design.y[0]:g} in all {design.nobs} rows: no variation to explain"
        )
    if levels > MOST_LEVELS:
        raise EstimationError(
            f"{design.outcome!r} has {levels} levels, each with a threshold; allowed: up to {MOST_LEVELS}"
        )


def ordered_likelihood(x: Floats, codes: Integers, weights: Floats, law: Law, theta: Floats) -> Likelihood:
    """Likelihood of levels `codes` 0 .. J at (b, J thresholds); not a number where these are out of order."""
    index, cuts = x @ theta[: x.shape[1]], theta[x.shape[1] :]
    bounds = np.concatenate([[-np.inf], cuts, [np.inf]])
    at = law(bounds[codes] - index, bounds[codes + 1] - index)
    place = np.arange(len(cuts))
    upper = np.column_stack([-x, codes[:, None] == place])  # derivative of each bound in theta
    lower = np.column_stack([-x, codes[:, None] - 1 == place])
    cross = (upper * (weights * at.upper * at.lower)[:, None]).T @ lower
    hessian = (
        (upper * (weights * (at.upper_slope - at.upper**2))[:, None]).T @ upper
        - (lower * (weights * (at.lower_slope + at.lower**2))[:, None]).T @ lower
        + (cross + cross.T)
    )
    scores = upper * (weights * at.upper)[:, None] - lower * (weights * at.lower)[:, None]
    return Likelihood(weights * at.log, scores, hessian)


def _reported(optimum: Optimum, basis: Basis) -> tuple[Floats, Floats]:
    """(b, thresholds) of the regressors themselves, and their derivative in those of the search."""
    k = len(basis.back) - 1
    jacobian = np.eye(len(optimum.params))
    jacobian[:k, :k] = basis.back[1:, 1:]
    jacobian[k:, :k] = -basis.back[0, 1:]
    return jacobian @ optimum.params, jacobian


def _refuse_perfect_prediction(design: Design, x: Floats, codes: Integers, levels: Floats) -> None:
    """Each threshold as a binary outcome, y above it or not, of the rows next to it."""
    place = np.arange(len(levels) - 1)
    above, below = codes > 0, codes < len(levels) - 1
    cuts = np.vstack([codes[above, None] - 1 == place, codes[below, None] == place])
    stacked = np.column_stack([np.vstack([x[above], x[below]]), -cuts.astype(float)])
    side = np.repeat([1.0, -1.0], [int(above.sum()), int(below.sum())])
    terms = (*design.slopes, *(Term(f"cut{j + 1}", "constant") for j in place))
    words = {"low": f"{levels[0]:g}", "high": f"{levels[-1]:g}"}
    refuse_perfect_prediction(design.outcome, side, stacked, terms, **words)


ESTIMATORS = {"ordered_logit": ordered_logit, "ordered_probit": ordered_probit}
