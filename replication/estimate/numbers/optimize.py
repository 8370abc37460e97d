"""Newton's method for log-likelihoods, with every sign of failure reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from replication.estimate.design import Floats

TOLERANCE = 1e-14
"""On the Newton decrement g'(-H)^-1 g, which is the squared distance to the maximum in standard errors."""
NEAR_SINGULAR = 1e-13
"""Smallest over largest eigenvalue of the scaled negative Hessian below which it counts as singular."""
SAME_PLACE = 1e-4
"""Two starts agree when their maxima are closer than this, in standard errors."""
SAME_HEIGHT = 1e-8
"""Two maxima are equally high when their log-likelihoods are closer than this: half of SAME_PLACE squared, by
which a quadratic falls over that distance, twice over, for the rounding of sums over many rows."""


@dataclass(frozen=True)
class Likelihood:
    """A log-likelihood at one value of the k parameters.

    Attributes
    ----------
    rows : (n,) float array
        Contribution of each observation (or of each entity, where rows of one entity are not independent).
    scores : (m, k) float array
        Its derivatives; they sum to the gradient.
    hessian : (k, k) float array
    """

    rows: Floats
    scores: Floats
    hessian: Floats

    @property
    def value(self) -> float:
        """The log-likelihood."""
        return float(self.rows.sum())

    @property
    def gradient(self) -> Floats:
        """(k,) derivatives of the log-likelihood."""
        found: Floats = self.scores.sum(axis=0)
        return found

    @property
    def is_finite(self) -> bool:
        """Whether value and both derivatives are numbers."""
        parts = (self.value, self.gradient, self.hessian)
        return all(bool(np.isfinite(part).all()) for part in parts)


Objective = Callable[[Floats], Likelihood]


@dataclass(frozen=True)
class Optimum:
    """Where the search ended and how sure it is.

    Attributes
    ----------
    params : (k,) float array
    likelihood : Likelihood
        At `params`.
    iterations : int
    gradient_norm : float
        Length of the gradient after each parameter is scaled to a unit second derivative.
    hessian_condition : float
        Condition number of the negative Hessian, scaled to a unit diagonal; infinite if it is indefinite.
    converged : bool
    warnings : tuple of str
        Why not, or what else is suspicious.
    """

    params: Floats
    likelihood: Likelihood
    iterations: int
    gradient_norm: float
    hessian_condition: float
    converged: bool
    warnings: tuple[str, ...] = ()

    @property
    def telemetry(self) -> dict[str, float]:
        """How the search went."""
        return {
            "iterations": float(self.iterations),
            "gradient_norm": self.gradient_norm,
            "hessian_condition": self.hessian_condition,
        }


@dataclass(frozen=True)
class _Step:
    """A Newton step and what it was made from."""

    direction: Floats
    decrement: float
    gradient_norm: float
    condition: float


def maximise(
    objective: Objective, start: Floats, *, second_start: Floats | None = None, max_iterations: int = 200
) -> Optimum:
    """Maximise a log-likelihood by Newton's method with step halving, from one start or from two.

    Where the Hessian is not negative definite its eigenvalues are replaced by their absolute values
    (Nocedal and Wright 2006, section 3.4). With a second start the higher of the two maxima is returned;
    two maxima at different places make the result not converged.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step too far is halved
        first = _newton(objective, np.asarray(start, float), max_iterations)
        if second_start is None:
            return first
        return better_of(first, _newton(objective, np.asarray(second_start, float), max_iterations))


def _newton(objective: Objective, params: Floats, max_iterations: int) -> Optimum:
    """One search; when the decrement is small a last full step polishes the answer."""
    here = objective(params)
    iterations = 0
    while iterations < max_iterations:
        iterations += 1
        step = _newton_step(here)
        small = step.decrement < TOLERANCE
        params, here, moved = _line_search(objective, params, here, step, polish=small)
        if small or not moved:
            break
    last = _newton_step(here)
    reason = _trouble(last, iterations)
    return Optimum(
        params, here, iterations, last.gradient_norm, last.condition, not reason, (reason,) if reason else ()
    )


def _newton_step(here: Likelihood) -> _Step:
    """Direction (k,) uphill, in parameters scaled so that the Hessian has a unit diagonal."""
    curvature = np.abs(np.diag(here.hessian))
    scale = 1 / np.sqrt(np.where(curvature > 0, curvature, 1.0))
    gradient = here.gradient * scale
    values, vectors = np.linalg.eigh(-here.hessian * np.outer(scale, scale))
    largest = np.abs(values).max()
    safe = np.maximum(np.abs(values), NEAR_SINGULAR * largest)
    rotated = vectors.T @ gradient
    condition = values[-1] / values[0] if values[0] > 0 else np.inf
    return _Step(
        direction=scale * (vectors @ (rotated / safe)),
        decrement=float(rotated @ (rotated / safe)),
        gradient_norm=float(np.linalg.norm(gradient)),
        condition=float(condition),
    )


def _line_search(
    objective: Objective, params: Floats, here: Likelihood, step: _Step, *, polish: bool
) -> tuple[Floats, Likelihood, bool]:
    """Halve the step until the log-likelihood rises; rounding in its sum is allowed for."""
    rounding = 1e-13 * (1 + np.abs(here.rows).sum())
    length = 1.0
    for _ in range(1 if polish else 50):
        candidate = params + length * step.direction
        there = objective(candidate)
        needed = here.value + 1e-4 * length * step.decrement - rounding
        if there.is_finite and there.value >= needed:
            return candidate, there, True
        length /= 2
    return params, here, False


def _trouble(last: _Step, iterations: int) -> str:
    """Why the search cannot be trusted, as a sentence; empty if it can."""
    if not np.isfinite(last.condition) or last.condition > 1 / NEAR_SINGULAR:
        return f"Not converged: the Hessian is singular or indefinite after {iterations} iterations."
    if last.decrement > 100 * TOLERANCE:
        return (
            f"Not converged: after {iterations} iterations the scaled gradient is {last.gradient_norm:.1e} "
            f"and the maximum is still {np.sqrt(last.decrement):.1e} standard errors away."
        )
    return ""


def better_of(first: Optimum, second: Optimum) -> Optimum:
    """The higher of two maxima, with a warning if they are not the same one; the first if they are.

    Which of two equal maxima is higher by the last digit of a sum differs between processors.
    """
    lead = second.likelihood.value - first.likelihood.value
    higher = lead > (SAME_HEIGHT if first.converged else -SAME_HEIGHT)
    best, other = (second, first) if higher else (first, second)
    gap = best.params - other.params
    distance = np.sqrt(max(float(-gap @ best.likelihood.hessian @ gap), 0.0))
    if not best.converged or (other.converged and distance < SAME_PLACE):
        return best
    sentence = (
        f"Not converged: a second start ended at log-likelihood {other.likelihood.value:.6g} "
        f"instead of {best.likelihood.value:.6g}."
    )
    return Optimum(**{**best.__dict__, "converged": False, "warnings": (*best.warnings, sentence)})
