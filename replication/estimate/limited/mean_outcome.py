"""Mean outcomes as functions of an index, with the derivatives that average marginal effects take."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, ndtr

from replication.estimate.design import Floats, Mean


def normal_mean(index: Floats, _: Floats) -> Mean:
    """Probability of one under a probit."""
    density = _phi(index)
    none = np.zeros((len(index), 0))
    return Mean(ndtr(index), density, -index * density, none, none)


def logistic_mean(index: Floats, _: Floats) -> Mean:
    """Probability of one under a logit."""
    p, q = expit(index), expit(-index)
    none = np.zeros((len(index), 0))
    return Mean(p, p * q, p * q * (q - p), none, none)


def linear_mean(index: Floats, spreads: Floats) -> Mean:
    """The index itself: the mean of a latent outcome."""
    none = np.zeros((len(index), len(spreads)))
    return Mean(index, np.ones_like(index), np.zeros_like(index), none, none)


def censored_mean(lower: float, upper: float, index: Floats, spreads: Floats) -> Mean:
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
    found: Floats = np.exp(-0.5 * a**2) / np.sqrt(2 * np.pi)
    return found


def _times(density: Floats, a: Floats) -> Floats:
    """density * a, zero where a is infinite."""
    return density * np.where(np.isfinite(a), a, 0.0)
