"""Tobit: a linear model of an outcome that is seen only between limits (Tobin 1958)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import (
    Booleans,
    Design,
    Floats,
    LikelihoodFit,
    MeanOf,
    Statistics,
    parameters,
)
from replication.estimate.limited.mean_outcome import censored_mean, linear_mean
from replication.estimate.limited.perfect_prediction import is_flat, refuse_perfect_prediction
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.likelihood import against_null, fit_from_optimum, refuse_exact_fit
from replication.estimate.numbers.mundlak import with_entity_means
from replication.estimate.numbers.normal import log_cdf, log_density
from replication.estimate.numbers.optimize import Likelihood, Optimum, maximise


@dataclass(frozen=True)
class Censored:
    """An outcome and the side on which each row of it is censored.

    Attributes
    ----------
    lower, upper : float
        The limits; infinite where there is none.
    y : (n,) float array
        The outcome, moved to the limit where it is beyond it.
    side : (n,) float array
        -1 at or below the lower limit, 1 at or above the upper one, 0 between them.
    beyond : int
        Rows strictly beyond a limit.
    """

    lower: float
    upper: float
    y: Floats
    side: Floats
    beyond: int

    @property
    def seen(self) -> Booleans:
        """(n,) whether the row is not censored."""
        found: Booleans = self.side == 0
        return found

    @property
    def statistics(self) -> Statistics:
        """The limits that there are, and the rows at each."""
        limits: Statistics = {"lower": self.lower, "upper": self.upper}
        return {name: value for name, value in limits.items() if np.isfinite(value)} | {
            "censored_lower": float((self.side < 0).sum()),
            "censored_upper": float((self.side > 0).sum()),
            "uncensored": float(self.seen.sum()),
        }

    @property
    def means(self) -> dict[str, MeanOf]:
        """The mean outcome, and that of the outcome before censoring."""
        return {"outcome": partial(censored_mean, self.lower, self.upper), "latent": linear_mean}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader should know of the rows at the limits."""
        beyond = f"{self.beyond} outcomes strictly beyond a limit count as being at it."
        return ((beyond,) if self.beyond else ()) + (("No row is censored.",) if self.seen.all() else ())

    def pieces(self, index: Floats) -> tuple[Floats, Floats, Floats]:
        """Log of the density of a standard normal error, or of the probability beyond the limit.

        `index` (n, ...) is the standardised distance of y from its mean; both derivatives are in it.
        """
        shape = (-1,) + (1,) * (index.ndim - 1)
        left, right, seen = (np.reshape(self.side == s, shape) for s in (-1, 1, 0))
        tail = log_cdf(np.where(right, -index, index))
        bell = log_density(index)
        sign = np.where(right, -1.0, 1.0)
        value, first, second = (np.where(seen, b, t) for b, t in zip(bell, tail, strict=True))
        return value, np.where(left | right, sign * first, first), second


def censor(design: Design, lower: float | None, upper: float | None) -> Censored:
    """Mark the rows at the limits; EstimationError if the limits cross or leave no row between them."""
    low = -np.inf if lower is None else float(lower)
    high = np.inf if upper is None else float(upper)
    if not low < high:
        raise EstimationError(f"the lower limit {low:g} must be below the upper limit {high:g}")
    y = design.y
    side = (y >= high).astype(float) - (y <= low)
    if side.all():
        counts = f"{(side < 0).sum()} at the lower limit, {(side > 0).sum()} at the upper one"
        raise EstimationError(f"{design.outcome!r} is censored in all {len(y)} rows ({counts})")
    if np.ptp(y) == 0:
        raise EstimationError(f"{design.outcome!r} is {y[0]:g} in all {len(y)} rows: no variation to explain")
    return Censored(low, high, np.clip(y, low, high), side, int(((y < low) | (y > high)).sum()))


def tobit(
    design: Design, *, lower: float | None = 0.0, upper: float | None = None, mundlak: bool = False
) -> LikelihoodFit:
    """Maximum likelihood of y* = x'b + e, e normal, y = y* between the limits (Tobin 1958).

    The search runs over b / sigma and 1 / sigma, in which the likelihood is concave (Olsen 1978); b and
    "sigma" are reported. None or an infinite number is no limit. `mundlak` adds entity means.
    Raises EstimationError if no row lies between the limits or a regressor predicts censoring perfectly.
    """
    design = with_entity_means(design) if mundlak else design
    outcome = censor(design, lower, upper)
    weights = design.unit_weights
    basis = orthogonal(design.x, design.terms)
    optimum = search(outcome, basis.q, weights)
    refuse_if_unbounded(design, outcome, optimum)
    params, jacobian = reported(optimum.params, basis.back)
    return fit_from_optimum(
        design,
        "tobit",
        (*design.terms, *parameters("sigma")),
        params,
        jacobian,
        optimum,
        _statistics(design, outcome, optimum, weights),
        outcome.warnings + basis.warnings,
        means=outcome.means,
    )


def search(outcome: Censored, x: Floats, weights: Floats) -> Optimum:
    """Maximise over (b / sigma, 1 / sigma) from least squares and from a mean of zero."""
    regressors = np.column_stack([-x, outcome.y])

    def objective(theta: Floats) -> Likelihood:
        """Likelihood of these outcomes."""
        return censored_likelihood(outcome, regressors, weights, theta)

    slope = np.linalg.lstsq(x, outcome.y, rcond=None)[0]
    spread = np.sqrt(np.mean((outcome.y - x @ slope) ** 2)) or 1.0
    flat = np.append(np.zeros(x.shape[1]), 1 / np.sqrt(np.mean(outcome.y**2)))
    return maximise(objective, np.append(slope, 1) / spread, second_start=flat)


def censored_likelihood(outcome: Censored, regressors: Floats, weights: Floats, theta: Floats) -> Likelihood:
    """Likelihood at theta = (b / sigma, 1 / sigma), for `regressors` (n, k + 1) = (-x, y)."""
    value, first, second = outcome.pieces(regressors @ theta)
    seen, inverse_sigma = outcome.seen * weights, theta[-1]
    rows = weights * value + seen * np.log(inverse_sigma)
    scores = regressors * (weights * first)[:, None]
    scores[:, -1] += seen / inverse_sigma
    hessian = regressors.T @ (regressors * (weights * second)[:, None])
    hessian[-1, -1] -= seen.sum() / inverse_sigma**2
    return Likelihood(rows, scores, hessian)


def reported(theta: Floats, back: Floats) -> tuple[Floats, Floats]:
    """(b, sigma) from (c / sigma, 1 / sigma) with b = back @ c, and its derivative in the latter."""
    sigma = 1 / theta[-1]
    b = back @ theta[:-1] * sigma
    jacobian = np.zeros((len(theta), len(theta)))
    jacobian[:-1, :-1] = back * sigma
    jacobian[:, -1] = -sigma * np.append(b, sigma)
    return np.append(b, sigma), jacobian


def refuse_if_unbounded(design: Design, outcome: Censored, optimum: Optimum) -> None:
    """Raise EstimationError if the likelihood rises for ever: an exact fit, or censoring predicted perfectly.

    `optimum` is over (b / sigma, 1 / sigma).
    """
    refuse_exact_fit(design.outcome, 1 / optimum.params[-1], outcome.y[outcome.seen])
    if is_flat(optimum, len(design.terms)):
        words = {"low": "at the lower limit", "high": "at the upper limit"}
        refuse_perfect_prediction(design.outcome, outcome.side, design.x, design.terms, **words)


def _statistics(design: Design, outcome: Censored, optimum: Optimum, weights: Floats) -> Statistics:
    """Counts, and the fit against a constant alone."""
    if not design.has_constant or len(design.terms) == 1:
        return outcome.statistics
    null = search(outcome, np.ones((design.nobs, 1)), weights).likelihood.value
    return outcome.statistics | against_null(optimum.likelihood.value, null, len(design.terms) - 1)


ESTIMATORS = {"tobit": tobit}
