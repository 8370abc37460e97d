"""Cross products of the dummies of several groupings, dense or sparse: what effects are solved from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from replication.estimate.design import Booleans, Floats, Integers
from replication.estimate.numbers.groupings import Groupings, totals

DENSE = 16
"""Cells for each row up to which a table of two groupings is held dense."""

DIRECT = 500
"""Levels besides the largest grouping's up to which they are solved for by Cholesky's method."""

Table = Any
"""A dense array or a sparse one: the expressions here are the same for both."""


def dense_of(table: Table) -> Floats:
    """The table as a dense array."""
    found: Floats = table if isinstance(table, np.ndarray) else table.toarray()
    return found


@dataclass(frozen=True)
class Cross:
    """Cross products of the weighted dummies of all groupings but the first; dense or sparse.

    With `first` (L1, L), the products with the first grouping divided by the square roots of its totals, and
    `rest` (L, L), the products with each other, what the first leaves is rest - first'first (the Schur
    complement of a diagonal block; Frisch and Waugh 1933).
    """

    first: Table
    rest: Table

    def only(self, chosen: Booleans) -> Cross:
        """The same for some of the dummies."""
        return self if chosen.all() else Cross(self.first[:, chosen], self.rest[chosen][:, chosen])

    def matrix(self) -> Floats:
        """(L, L) rest - first'first."""
        return dense_of(self.rest - self.first.T @ self.first)

    def times(self, v: Floats) -> Floats:
        """The matrix times v (L, m), without forming it."""
        found: Floats = self.rest @ v - self.back @ (self.first @ v)
        return found

    @cached_property
    def back(self) -> Table:
        """(L, L1) the transpose of `first`, by rows where it is sparse: it is multiplied many times."""
        return self.first.T if isinstance(self.first, np.ndarray) else self.first.T.tocsr()

    def diagonal(self) -> Floats:
        """(L,) diagonal of the matrix."""
        found: Floats = self.rest.diagonal() - np.asarray((self.first * self.first).sum(axis=0)).ravel()
        return found


def cross_of(groups: Groupings, weights: Floats, first_totals: Floats) -> Cross:
    """The products of these groupings; `first_totals` (L1,) are the sums of the weights in the first."""
    dense = groups.columns <= DIRECT and groups.columns * len(first_totals) <= DENSE * len(weights)
    scaled = weights / np.sqrt(first_totals)[groups.codes[0]]
    rest = range(1, len(groups.codes))
    tables = [_table(groups, 0, j, scaled, dense) for j in rest]
    blocks = [
        [
            _own_table(groups.codes[i], weights, dense) if i == j else _table(groups, i, j, weights, dense)
            for j in rest
        ]
        for i in rest
    ]
    if dense:
        return Cross(np.hstack(tables), np.block(blocks))
    return Cross(sparse.hstack(tables, format="csr"), sparse.block_array(blocks, format="csr"))


def _table(groups: Groupings, i: int, j: int, weights: Floats, dense: bool) -> Table:
    """Sum of the weights in each pair of levels of two groupings."""
    shape = (groups.levels[i], groups.levels[j])
    if dense:
        cells = groups.codes[i] * shape[1] + groups.codes[j]
        return totals(cells, weights, shape[0] * shape[1]).reshape(shape)
    pairs = groups.pairs(i, j)
    sums = np.add.reduceat(weights.take(pairs.order), pairs.starts)
    return sparse.csr_array((sums, pairs.columns, pairs.pointers), shape=shape)


def _own_table(codes: Integers, weights: Floats, dense: bool) -> Table:
    found = totals(codes, weights)
    return np.diag(found) if dense else sparse.diags_array(found)
