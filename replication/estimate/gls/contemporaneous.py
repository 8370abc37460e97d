"""Covariance of the disturbances of several entities in one period, and the root of its inverse.

Rows are those of a balanced panel: sorted by entity, then time, N entities of T periods each.
"""

from __future__ import annotations

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Floats

SINGULAR = 1e-10
"""Smallest eigenvalue of the correlations below which they cannot be inverted."""

EXACT = 1e-24
"""Share of the outcome's squares at which residuals are rounding errors."""


def require_residuals(residuals: Floats, outcome: Floats) -> None:
    """Raise EstimationError if the residuals, from which weights would be made, are zero."""
    if residuals @ residuals <= EXACT * (outcome @ outcome):
        raise EstimationError(
            "the regressors fit the outcome exactly: no residuals are left to make weights of"
        )


def inverse_root(sigma: Floats, periods: int) -> Floats:
    """(N, N) W with W'W the inverse of sigma: the root of the inverse correlations over the deviations.

    The same entities in another order give the same W in that order, which a Cholesky factor would not.

    Raises
    ------
    EstimationError
        Residuals of zero, or a singular sigma (from too few periods).
    """
    deviations = np.sqrt(np.diag(sigma))
    if (deviations == 0).any():
        raise EstimationError(
            "an entity's residuals are all zero: its weight would be infinite; leave it out"
        )
    values, vectors = np.linalg.eigh(sigma / np.outer(deviations, deviations))
    if values.min() < SINGULAR:
        raise EstimationError(
            f"the covariance of {len(sigma)} entities, estimated from {periods} periods, is singular; take "
            "fewer entities or more periods"
        )
    found: Floats = (vectors / np.sqrt(values)) @ vectors.T / deviations
    return found


def across(matrix: Floats, values: Floats) -> Floats:
    """(NT,) or (NT, m) values with `matrix` (N, N) applied to the entities of each period."""
    grid = values.reshape(len(matrix), -1)
    return (matrix @ grid).reshape(values.shape)
