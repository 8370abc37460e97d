"""The regressors as other programs are given them: orthogonal, so that no unit of theirs costs a digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.crosscheck.dummies import regressors
from replication.estimate.design import CONSTANT, Fit, Floats


@dataclass(frozen=True)
class Coordinates:
    """The same model in other regressors, and the way back.

    Programs invert cross products, which loses the square of what the columns' units, levels and
    correlations differ by; the span of the columns, and so the model, stays the same.

    Attributes
    ----------
    x : (n, k) float array
        Orthogonal columns with squares that sum to n; the constant, where there is one, as it was.
    back : (k, k) float array
        Coefficients of the regressors as they stand are `back` times those of `x`.
    """

    x: Floats
    back: Floats


def coordinates(x: Floats, *, constant: bool, absorbed: bool = False) -> Coordinates:
    """Coordinates of regressors (n, k), the first of them the `constant` or none.

    About their means where a constant or effects that are `absorbed` take these up.
    """
    slopes = x[:, constant:]
    centre = slopes.mean(axis=0) * (constant or absorbed)
    q, r = np.linalg.qr(slopes - centre)
    root = np.sqrt(len(x))
    back = np.linalg.inv(r) * root
    if not constant:
        return Coordinates(q * root, back)
    with_constant = np.eye(x.shape[1])
    with_constant[1:, 1:], with_constant[0, 1:] = back, -centre @ back
    return Coordinates(np.column_stack([np.ones(len(x)), q * root]), with_constant)


def in_coordinates(fit: Fit, *, absorbed: bool = False) -> Coordinates:
    """The regressors of a fit in theirs."""
    return coordinates(regressors(fit), constant=CONSTANT in fit.terms, absorbed=absorbed)
