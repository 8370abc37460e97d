"""Sums that are the same to the last bit in whatever order and pieces their parts come.

Floating addition is not associative. Each number is cut into pieces on fixed grids, coarse enough that sums
of the pieces are exact (Demmel and Nguyen 2015, pre-rounding); exact sums do not depend on their order.
"""

from __future__ import annotations

import numpy as np

from replication.estimate.design import Floats, Integers

BITS = 52
"""Of a double's fraction: what a sum may use without rounding."""


class ExactSums:
    """Sums of m columns in L groups.

    Parameters
    ----------
    groups : int
        L.
    bounds : (m,) float array
        No number of a column is larger in size.
    most : int
        No group has more numbers.
    pieces : int
        Grids; each further one adds 52 bits less those of `most`.
    """

    def __init__(self, groups: int, bounds: Floats, most: int, pieces: int) -> None:
        self.totals = np.zeros((pieces, len(bounds), groups))
        self.steps = np.empty((pieces, len(bounds)))
        for piece in range(pieces):
            self.steps[piece] = _step(bounds, most)
            bounds = self.steps[piece] / 2.0

    def add(self, codes: Integers | None, values: Floats) -> None:
        """Add the rows of `values` (n, m) to the groups of `codes` (n,), or all to the only group."""
        for column, left in enumerate(values.T):
            for piece, step in enumerate(self.steps[:, column]):
                part = np.rint(left / step) * step
                left = left - part
                _add(self.totals[piece, column], codes, part)

    def total(self) -> Floats:
        """(L, m) the sums, smallest pieces first."""
        found: Floats = self.totals[::-1].sum(axis=0).T
        return found


def _step(bounds: Floats, most: int) -> Floats:
    """Powers of two of which `most` multiples below the bound add up without rounding."""
    sizes = np.maximum(bounds, np.finfo(float).tiny * 2.0**BITS) * max(most, 1)
    found: Floats = 2.0 ** (np.ceil(np.log2(sizes)) + 1 - BITS)
    return found


def _add(total: Floats, codes: Integers | None, part: Floats) -> None:
    if codes is None:
        total[0] += part.sum()
    elif len(total) < len(part):
        total += np.bincount(codes, part, minlength=len(total))
    else:
        np.add.at(total, codes, part)
