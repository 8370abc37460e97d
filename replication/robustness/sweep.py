"""Every subset of regressors from one triangle: effects absorbed once a sample, rows never touched again.

With Z the candidate columns after the effects are taken out (Frisch and Waugh 1933) and Z = QR, the least-
squares problem of any subset S on any outcome y of Z is that of R_S on R_y, with at most as many rows as
there are candidates. Cross-products are never formed, so that no digit is lost that the rows would keep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from replication.estimate.design import Booleans, Floats, Integers
from replication.estimate.numbers.absorb import projector, residuals
from replication.estimate.numbers.algebra import COLLINEAR
from replication.estimate.numbers.groupings import Groupings

SAFE = 1e-5
"""Condition bound: share of its length that every column must keep after projection on those before it, and
the outcome after projection on all, for ten digits of the fast path to be those of the one-by-one path."""


@dataclass(frozen=True)
class Sweep:
    """The candidate columns of one sample, effects taken out, in an orthonormal basis of what they span.

    Attributes
    ----------
    basis : (n, r) float array
        Q, in the metric of the square-root weights.
    triangle : (r, m) float array
        R: basis @ triangle * lengths are the columns. Each column has length one, or zero where the effects
        leave nothing of it.
    lengths : (m,) float array
    absorbed : int
        Rank of the dummies taken out.
    """

    basis: Floats
    triangle: Floats
    lengths: Floats
    absorbed: int

    @property
    def nobs(self) -> int:
        """Number of rows."""
        return len(self.basis)


def sweep(columns: Floats, effects: Groupings, weights: Floats) -> Sweep:
    """Take the effects out of the columns (n, m) under weights (n,) of mean one, and triangularise."""
    by = projector(effects, weights)
    left = residuals(by, columns)
    gone = np.linalg.norm(left, axis=0) <= COLLINEAR * np.linalg.norm(columns, axis=0)
    left = np.where(gone, 0.0, left) * np.sqrt(weights)[:, None]
    lengths = np.linalg.norm(left, axis=0)
    basis, triangle = np.linalg.qr(left / np.where(lengths > 0, lengths, 1.0))
    return Sweep(basis, triangle, lengths, by.rank)


@dataclass(frozen=True)
class Solved:
    """Least squares for P subsets of k regressors each, in the basis of the sweep and the units of the data.

    Attributes
    ----------
    estimate : (P,) float array
        Coefficient of the last regressor of each subset.
    influence : (P, r) float array
        u: the estimate is u'y, and u'u is the last diagonal element of the inverse of X'X.
    residual : (P, r) float array
        v: what the subset leaves of the outcome.
    space : (P, r, k) float array
        Orthonormal basis of the subset.
    upper : (P, k, k) float array
        Triangle of the subset's columns scaled to length one.
    lengths : (P, k) float array
        What they were scaled by.
    nobs, absorbed : int
    safe : (P,) bool array
        Whether the condition bound holds.
    """

    estimate: Floats
    influence: Floats
    residual: Floats
    space: Floats
    upper: Floats
    lengths: Floats
    nobs: int
    absorbed: int
    safe: Booleans

    @property
    def df_resid(self) -> int:
        """Rows less all parameters, absorbed ones included."""
        return self.nobs - self.space.shape[2] - self.absorbed

    def some(self, which: slice | Integers) -> Solved:
        """The same for some of the subsets."""
        parts = ("estimate", "influence", "residual", "space", "upper", "lengths", "safe")
        return replace(self, **{name: getattr(self, name)[which] for name in parts})

    def influences(self) -> Floats:
        """(P, r, k) influence of every coefficient of the subset."""
        inverse = np.linalg.inv(np.where(self.safe[:, None, None], self.upper, np.eye(self.upper.shape[1])))
        return self.space @ np.swapaxes(inverse, 1, 2) / self.lengths[:, None, :]


def solve(swept: Sweep, sets: Integers, outcomes: Integers) -> Solved:
    """Regress column outcomes[p] on the columns sets[p], the regressor of interest standing last.

    Parameters
    ----------
    sets : (P, k) int array
    outcomes : (P,) int array
    """
    triangle, lengths = swept.triangle, swept.lengths[sets]
    space, upper = np.linalg.qr(np.moveaxis(triangle[:, sets], 0, 1))
    y = triangle[:, outcomes].T
    inside = np.einsum("prk,pr->pk", space, y)
    left = y - np.einsum("prk,pk->pr", space, inside)
    pivots = np.abs(np.diagonal(upper, axis1=1, axis2=2)).min(axis=1)
    safe = (pivots > SAFE) & (np.linalg.norm(left, axis=1) > SAFE)
    last = np.where(safe, upper[:, -1, -1] * lengths[:, -1], 1.0)
    size = swept.lengths[outcomes]
    return Solved(
        estimate=inside[:, -1] / last * size,
        influence=space[:, :, -1] / last[:, None],
        residual=left * size[:, None],
        space=space,
        upper=upper,
        lengths=np.where(lengths > 0, lengths, 1.0),
        nobs=swept.nobs,
        absorbed=swept.absorbed,
        safe=safe,
    )
