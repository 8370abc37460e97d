"""Average marginal effects on the mean outcome, with delta-method errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from replication.errors import EstimationError, one_of
from replication.estimate.design import Fit, Term
from replication.estimate.numbers.likelihood import unit_weights

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MarginalEffects:
    """Average effects of regressors on the mean outcome.

    Attributes
    ----------
    terms : tuple of Term
        The J regressors, without the constant.
    effects : (J,) float array
    covariance : (J, J) float array
        Of the effects, by the delta method, the regressors taken as fixed.
    discrete : (J,) bool array
        True where the effect is that of a step from 0 to 1, because the regressor takes no other value.
    """

    terms: tuple[Term, ...]
    effects: Floats
    covariance: Floats
    discrete: NDArray[np.bool_]

    @property
    def std_errors(self) -> Floats:
        """(J,) square roots of the diagonal of `covariance`."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True)
class Mean:
    """The mean outcome as a function of the index x'b and of s parameters that follow b.

    Attributes
    ----------
    value, slope, bend : (n,) float arrays
        The mean and its first and second derivative in the index.
    by_other, slope_by_other : (n, s) float arrays
        Derivatives of `value` and of `slope` in the other parameters.
    """

    value: Floats
    slope: Floats
    bend: Floats
    by_other: Floats
    slope_by_other: Floats


def average_marginal_effects(fit: Fit, covariance: Floats, *, on: str = "outcome") -> MarginalEffects:
    """Averages over the sample of the derivative of the mean outcome in each regressor.

    A regressor that is 0 or 1 in every row is moved from 0 to 1 instead. `covariance` (k, k) is any
    covariance of the parameters of `fit`. `on="latent"`, for a Tobit, is the mean before censoring, whose
    effects are the coefficients. Standard errors are those of Stata's `margins, dydx(*)` (Bartus 2005).
    Raises EstimationError for estimators without such effects.
    """
    mean_of = _mean_function(fit, on)
    k = len(fit.design.terms)
    weights = unit_weights(fit.design) / fit.design.nobs
    columns = [j for j in range(k) if fit.design.terms[j].kind != "constant"]
    discrete = np.array([_is_dummy(fit.design.x[:, j]) for j in columns], dtype=bool)
    results = [
        (_step if dummy else _derivative)(fit.design.x, fit.params, j, weights, mean_of)
        for j, dummy in zip(columns, discrete, strict=True)
    ]
    jacobian = np.array([row for _, row in results]).reshape(len(columns), len(fit.params))
    return MarginalEffects(
        tuple(fit.design.terms[j] for j in columns),
        np.array([effect for effect, _ in results]),
        jacobian @ covariance @ jacobian.T,
        discrete,
    )


def _is_dummy(column: Floats) -> bool:
    return bool(np.isin(column, (0.0, 1.0)).all())


MeanFunction = Callable[[Floats, Floats], Mean]


def _derivative(
    x: Floats, params: Floats, j: int, weights: Floats, mean_of: MeanFunction
) -> tuple[float, Floats]:
    """Average of slope(x'b) b_j and its derivative in the parameters."""
    k = x.shape[1]
    mean = mean_of(x @ params[:k], params[k:])
    average = weights @ mean.slope
    row = np.concatenate([params[j] * (weights * mean.bend) @ x, params[j] * weights @ mean.slope_by_other])
    row[j] += average
    return float(average * params[j]), row


def _step(x: Floats, params: Floats, j: int, weights: Floats, mean_of: MeanFunction) -> tuple[float, Floats]:
    """Average change of the mean when column j goes from 0 to 1, and its derivative in the parameters."""
    effect, row = 0.0, np.zeros(len(params))
    for sign, level in ((1, 1.0), (-1, 0.0)):
        there = x.copy()
        there[:, j] = level
        mean = mean_of(there @ params[: x.shape[1]], params[x.shape[1] :])
        effect += sign * float(weights @ mean.value)
        row += sign * np.concatenate([(weights * mean.slope) @ there, weights @ mean.by_other])
    return effect, row


def _mean_function(fit: Fit, on: str) -> MeanFunction:
    """The mean outcome of the estimator."""
    if on not in ("outcome", "latent"):
        raise EstimationError(one_of("marginal effects on", on, ("outcome", "latent")))
    if fit.estimator in ("tobit", "tobit_random_effects"):
        if on == "latent":
            return _linear
        limits = fit.statistics.get("lower", -np.inf), fit.statistics.get("upper", np.inf)
        return lambda index, spreads: _censored(index, spreads, *limits)
    if fit.estimator not in INDEX_MEANS:
        words = ", ".join([*INDEX_MEANS, "tobit", "tobit_random_effects"])
        raise EstimationError(f"{fit.estimator} has no average marginal effects; allowed: {words}")
    if on == "latent":
        raise EstimationError(f'{fit.estimator} has no latent effects, only Tobit has; take "outcome"')
    return INDEX_MEANS[fit.estimator]


def _normal(index: Floats, _: Floats) -> Mean:
    density = _phi(index)
    none = np.zeros((len(index), 0))
    return Mean(ndtr(index), density, -index * density, none, none)


def _logistic(index: Floats, _: Floats) -> Mean:
    p, q = expit(index), expit(-index)
    none = np.zeros((len(index), 0))
    return Mean(p, p * q, p * q * (q - p), none, none)


INDEX_MEANS = {
    "probit": _normal,
    "fractional_probit": _normal,
    "logit": _logistic,
    "fractional_logit": _logistic,
}


def _linear(index: Floats, spreads: Floats) -> Mean:
    none = np.zeros((len(index), len(spreads)))
    return Mean(index, np.ones_like(index), np.zeros_like(index), none, none)


def _censored(index: Floats, spreads: Floats, lower: float, upper: float) -> Mean:
    """E(y) between limits (Greene 2003, section 22.3.2); spreads add in squares to one normal error."""
    sigma = np.sqrt(spreads @ spreads)
    a, b = (lower - index) / sigma, (upper - index) / sigma
    inside, phi_a, phi_b = ndtr(b) - ndtr(a), _phi(a), _phi(b)
    value = index * inside + sigma * (phi_a - phi_b)
    value += (lower * ndtr(a) if np.isfinite(lower) else 0) + (upper * ndtr(-b) if np.isfinite(upper) else 0)
    slope_by_sigma = _times(phi_a, a) / sigma - _times(phi_b, b) / sigma
    by_spread = spreads / sigma
    return Mean(
        value,
        inside,
        (phi_a - phi_b) / sigma,
        np.outer(phi_a - phi_b, by_spread),
        np.outer(slope_by_sigma, by_spread),
    )


def _phi(a: Floats) -> Floats:
    return np.exp(-0.5 * a**2) / np.sqrt(2 * np.pi)


def _times(density: Floats, a: Floats) -> Floats:
    """density * a, zero where a is infinite."""
    return density * np.where(np.isfinite(a), a, 0.0)
