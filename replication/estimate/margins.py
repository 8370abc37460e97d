"""Average marginal effects on the mean outcome, with delta-method errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.design import Booleans, Fit, Floats, LikelihoodFit, MeanOf, Term


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
    discrete: Booleans

    @property
    def std_errors(self) -> Floats:
        """(J,) square roots of the diagonal of `covariance`."""
        return np.sqrt(np.diag(self.covariance))


def average_marginal_effects(fit: Fit, covariance: Floats, *, on: str = "outcome") -> MarginalEffects:
    """Averages over the sample of the derivative of the mean outcome in each regressor.

    A regressor that is 0 or 1 in every row is moved from 0 to 1 instead. `covariance` (k, k) is any
    covariance of the parameters of `fit`. `on="latent"`, for a Tobit, is the mean before censoring, whose
    effects are the coefficients. Standard errors are those of Stata's `margins, dydx(*)` (Bartus 2005).
    Raises EstimationError for estimators without such effects.
    """
    mean_of = _mean_of(fit, on)
    k = len(fit.design.terms)
    weights = fit.design.unit_weights / fit.design.nobs
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


def _derivative(x: Floats, params: Floats, j: int, weights: Floats, mean_of: MeanOf) -> tuple[float, Floats]:
    """Average of slope(x'b) b_j and its derivative in the parameters."""
    k = x.shape[1]
    mean = mean_of(x @ params[:k], params[k:])
    average = weights @ mean.slope
    row = np.concatenate([params[j] * (weights * mean.bend) @ x, params[j] * weights @ mean.slope_by_other])
    row[j] += average
    return float(average * params[j]), row


def _step(x: Floats, params: Floats, j: int, weights: Floats, mean_of: MeanOf) -> tuple[float, Floats]:
    """Average change of the mean when column j goes from 0 to 1, and its derivative in the parameters."""
    effect, row = 0.0, np.zeros(len(params))
    for sign, level in ((1, 1.0), (-1, 0.0)):
        there = x.copy()
        there[:, j] = level
        mean = mean_of(there @ params[: x.shape[1]], params[x.shape[1] :])
        effect += sign * float(weights @ mean.value)
        row += sign * np.concatenate([(weights * mean.slope) @ there, weights @ mean.by_other])
    return effect, row


def _mean_of(fit: Fit, on: str) -> MeanOf:
    """The mean outcome of the estimator."""
    if on not in ("outcome", "latent"):
        raise EstimationError(one_of("marginal effects on", on, ("outcome", "latent")))
    means = fit.means if isinstance(fit, LikelihoodFit) else {}
    if not means:
        raise EstimationError(
            f"{fit.estimator} has no average marginal effects; allowed: logit, probit, fractional and Tobit "
            "models"
        )
    if on not in means:
        raise EstimationError(f'{fit.estimator} has no latent effects, only Tobit has; take "outcome"')
    return means[on]
