"""Logarithms of normal probabilities and their derivatives, safe far out in the tails."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx, log_ndtr

from replication.estimate.design import Floats

LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


def inverse_mills(a: Floats) -> Floats:
    """phi(a) / Phi(a), through the scaled complementary error function so that nothing is 0/0."""
    with np.errstate(over="ignore"):
        found: Floats = np.sqrt(2 / np.pi) / erfcx(-np.asarray(a, float) / np.sqrt(2))
        return found


def log_cdf(a: Floats) -> tuple[Floats, Floats, Floats]:
    """log Phi(a) with its first and second derivative: m and -m(a + m), m the inverse Mills ratio."""
    mills = inverse_mills(a)
    return log_ndtr(a), mills, -mills * (a + mills)


def log_density(a: Floats) -> tuple[Floats, Floats, Floats]:
    """log phi(a) with its first and second derivative."""
    return -0.5 * a**2 - LOG_SQRT_2PI, -a, -np.ones_like(a)
