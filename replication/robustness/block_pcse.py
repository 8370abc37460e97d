"""Panel-corrected errors of thousands of subsets: one form of fourth order for a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.pcse import LARGEST
from replication.estimate.design import Floats, Integers
from replication.robustness.block_errors import Variances, held
from replication.robustness.sweep import Solved

CELLS = 4_000_000
"""Numbers held at once while pairs of entities are gone through."""


@dataclass(frozen=True)
class Quartic:
    """The form M with w(v)'M w(u) the panel-corrected variance, w(z) the products z_a z_b, a <= b.

    Attributes
    ----------
    matrix : (q, q) float array
    upper : pair of (q,) int arrays
        a and b.
    """

    matrix: Floats
    upper: tuple[Integers, Integers]

    def __call__(self, left: Floats, right: Floats) -> Floats:
        """(P,) values for the rows of two (P, r) arrays."""
        first, second = (z[:, self.upper[0]] * z[:, self.upper[1]] for z in (left, right))
        return np.einsum("pq,pq->p", first @ self.matrix, second)


def quartic(
    basis: Floats, entity: Integers, time: Integers, sigma: str = "pairwise", lost: int = 0
) -> Quartic:
    """The form of a sample.

    With C_ij(z) the sum over common periods of z_it z_jt, the variance is the sum over pairs of entities of
    C_ij(v) C_ij(u) / T_ij (Beck and Katz 1995, equations 4 and 5), options as in `pcse.pcse`.

    Parameters
    ----------
    basis : (n, r) float array
    lost : int
        Taken from every number of periods (divisor "T-k").

    Raises
    ------
    EstimationError
        Too many entities, fewer than two periods, no period common to all (casewise), or a pair with no
        more periods than `lost`.
    """
    grid, present = _grid(basis, entity, time)
    if len(grid) < 2:
        raise EstimationError("pcse needs at least two periods")
    inside = present.all(axis=1) if sigma == "casewise" else np.ones(len(grid), dtype=bool)
    if not inside.any():
        raise EstimationError("pcse casewise needs a period in which every entity is observed; none is")
    common = present[inside].T @ present[inside]
    if (common[common > 0] <= lost).any():
        raise EstimationError(f"pcse divisor T-k: two entities share no more than {lost} periods")
    shares = np.divide(1.0, common - lost, out=np.zeros_like(common), where=common > 0)
    if sigma == "heteroskedastic":
        shares = np.diag(np.diag(shares))
    upper = np.triu_indices(basis.shape[1])
    matrix = np.zeros((len(upper[0]), len(upper[0])))
    for some in _entity_blocks(grid):
        within = _products(grid, some, upper)
        residual = within if inside.all() else _products(grid[inside], some, upper)
        matrix += residual.T @ (shares[some].ravel()[:, None] * within)
    return Quartic(matrix, upper)


def _grid(basis: Floats, entity: Integers, time: Integers) -> tuple[Floats, Floats]:
    """(T, N, r) rows of the basis, zero where there is none, and (T, N) of ones where there is one."""
    periods, t = np.unique(time, return_inverse=True)
    entities, i = np.unique(entity, return_inverse=True)
    if len(entities) > LARGEST:
        raise EstimationError(f"covariances across {len(entities)} entities; allowed: {LARGEST} entities")
    grid, present = (
        np.zeros((len(periods), len(entities), basis.shape[1])),
        np.zeros((len(periods), len(entities))),
    )
    grid[t, i], present[t, i] = basis, 1.0
    return grid, present


def _entity_blocks(grid: Floats) -> list[slice]:
    entities, r = grid.shape[1:]
    size = max(1, CELLS // (entities * r * r))
    return [slice(first, first + size) for first in range(0, entities, size)]


def _products(grid: Floats, some: slice, upper: tuple[Integers, Integers]) -> Floats:
    """(pairs, q) C_ij of every product of two columns, i among some, j among all entities."""
    r = grid.shape[2]
    both = np.tensordot(grid[:, some], grid, axes=(0, 0))
    both = np.moveaxis(both, 1, 2).reshape(-1, r, r)
    both = both + np.swapaxes(both, 1, 2)
    packed = both[:, upper[0], upper[1]]
    return np.where(upper[0] == upper[1], 0.5, 1.0) * packed


def panel_corrected(solved: Solved, form: Quartic, factor: float = 1.0) -> Variances:
    """The panel-corrected variance of every subset, times `factor`."""
    return held(solved, factor * form(solved.residual, solved.influence))
