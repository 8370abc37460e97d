"""Rows grouped by the levels of columns: what effects are absorbed by, and what lies within what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import factorize
from scipy import sparse

from replication.errors import EstimationError, one_of
from replication.estimate.design import Booleans, Design, Floats, Integers
from replication.estimate.numbers.row_blocks import row_blocks

MOST_LEVELS = 10_000
"""With three groupings or more, levels besides the largest's: their rank takes a matrix, of 800 MB here."""


@dataclass(frozen=True)
class Pairs:
    """Which levels of two groupings meet in a row, as a sparse table by rows has it.

    Attributes
    ----------
    order : (n,) int array
        Rows by level of the one and then of the other.
    starts : (m,) int array
        Where in that order each pair begins.
    columns, pointers : (m,) and (L + 1,) int32 arrays
        The other's level of each pair, and where the pairs of each level of the one begin.
    """

    order: Integers
    starts: Integers
    columns: NDArray[np.int32]
    pointers: NDArray[np.int32]


@dataclass(frozen=True)
class Groupings:
    """Groupings of the same n rows, the one with most levels first.

    Attributes
    ----------
    names : tuple of str
    codes : tuple of (n,) int arrays
        Codes 0 .. L-1 of each grouping, every level present.
    levels : tuple of int
        L of each.
    """

    names: tuple[str, ...]
    codes: tuple[Integers, ...]
    levels: tuple[int, ...]

    @property
    def columns(self) -> int:
        """Levels of all groupings but the first."""
        return sum(self.levels[1:])

    @property
    def most_rank(self) -> int:
        """Rank of all dummies together, if nothing depends but their sums."""
        return sum(self.levels) - max(len(self.levels) - 1, 0)

    @property
    def rest(self) -> list[tuple[Integers, slice]]:
        """Codes of each grouping but the first, and the columns that its dummies have."""
        ends = np.cumsum([0, *self.levels[1:]])
        return [(codes, slice(ends[i], ends[i + 1])) for i, codes in enumerate(self.codes[1:])]

    def pairs(self, i: int, j: int) -> Pairs:
        """Which levels of two of them meet; found once, for tables under ever other weights."""
        if (i, j) not in self._pairs:
            order = _sorting(self.codes[j], self.levels[j])
            order = order[_sorting(self.codes[i][order], self.levels[i])]
            one, other = self.codes[i][order], self.codes[j][order]
            starts = np.flatnonzero((np.diff(one, prepend=-1) != 0) | (np.diff(other, prepend=-1) != 0))
            pointers = np.cumsum(np.bincount(one[starts] + 1, minlength=self.levels[i] + 1))
            columns = other[starts].astype(np.int32)  # as the sparse tables of scipy hold them
            self._pairs[i, j] = Pairs(order, starts, columns, pointers.astype(np.int32))
        return self._pairs[i, j]

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], Pairs]:
        return {}

    def rows(self, keep: Booleans) -> Groupings:
        """The same groupings on the rows where `keep` is true; levels that no row has are gone."""
        if keep.all():
            return self
        codes = (
            _closed_up(codes[keep], levels) for codes, levels in zip(self.codes, self.levels, strict=True)
        )
        return _ordered(dict(zip(self.names, codes, strict=True)))

    def only(self, names: Collection[str]) -> Groupings:
        """Some of them."""
        return _ordered({name: codes for name, codes in self.by_name.items() if name in names})

    @property
    def by_name(self) -> dict[str, Integers]:
        """The codes of each."""
        return dict(zip(self.names, self.codes, strict=True))


def _sorting(codes: Integers, levels: int) -> Integers:
    """The order of the rows by their codes; small numbers are sorted by counting them."""
    return np.argsort(codes.astype(np.min_scalar_type(levels)), kind="stable")


def of_design(design: Design, names: Sequence[str]) -> Groupings:
    """The groupings that `names` calls for: "entity", "time", or a column of `design.clusters`.

    Raises
    ------
    EstimationError
        An unknown name, one named twice, or too many levels of three or more effects.
    """
    known = design.groups
    for name in names:
        if name not in known:
            raise EstimationError(one_of("effect", name, known))
        if list(names).count(name) > 1:
            raise EstimationError(f"effects names {name!r} twice")
    found = grouped({name: known[name] for name in names})
    if len(names) > 2 and found.columns > MOST_LEVELS:
        raise EstimationError(
            f"effects {', '.join(found.names[1:])} have {found.columns} levels; allowed with three or more "
            f"effects: at most {MOST_LEVELS} besides those of the largest, {found.names[0]}"
        )
    return found


def coded(values: Integers) -> Integers:
    """(n,) codes 0 .. L-1 in order of first appearance; values that are such codes already are no copy."""
    return values if is_coded(values) else factorize(values)[0].astype(np.int64, copy=False)


def is_coded(values: Integers) -> bool:
    """Whether values (n,) are codes 0 .. L-1 in order of first appearance, as numpy counts places."""
    if values.dtype != np.int64:
        return False
    highest = -1
    for rows in row_blocks(len(values)):
        so_far = np.maximum.accumulate(values[rows])
        rises = np.count_nonzero(so_far[1:] != so_far[:-1])
        if values[rows].min() < 0 or so_far[0] > highest + 1 or so_far[-1] - so_far[0] > rises:
            return False
        highest = max(highest, int(so_far[-1]))
    return True


def grouped(columns: Mapping[str, Integers]) -> Groupings:
    """Groupings from columns of any whole numbers."""
    return _ordered({name: coded(values) for name, values in columns.items()})


def _ordered(codes: Mapping[str, Integers]) -> Groupings:
    levels = {name: int(values.max(initial=-1)) + 1 for name, values in codes.items()}
    names = tuple(sorted(codes, key=lambda name: -levels[name]))
    return Groupings(names, tuple(codes[name] for name in names), tuple(levels[name] for name in names))


def _closed_up(codes: Integers, levels: int) -> Integers:
    """Codes 0 .. L-1 of the levels that occur, in the same order."""
    return (np.cumsum(np.bincount(codes, minlength=levels) > 0) - 1)[codes]


def is_nested(effect: Integers, cluster: Integers) -> bool:
    """Whether each level of `effect` (n,) lies in a single level of `cluster` (n,)."""
    codes = coded(effect)
    one = np.empty(int(codes.max(initial=-1)) + 1, dtype=cluster.dtype)
    one[codes] = cluster
    return all(np.array_equal(one[codes[rows]], cluster[rows]) for rows in row_blocks(len(codes)))


def parts(meetings: Any) -> Integers:
    """(L,) for each level of the second of two groupings, the connected part of the rows that it is in.

    `meetings` (L1, L), dense or sparse, is not zero where a row is of a level of the first and one of the
    second.
    """
    first, second = meetings.shape
    if isinstance(meetings, np.ndarray) and (meetings != 0).all(axis=0).any():
        return np.zeros(second, dtype=np.int64)  # a level that meets all of the others connects them
    from scipy.sparse.csgraph import connected_components  # takes long to load, and few panels come here

    links = sparse.coo_array(meetings)
    graph = sparse.csr_array(
        (np.ones(links.nnz), (links.row, first + links.col)), shape=(first + second, first + second)
    )
    return connected_components(graph, directed=False)[1][first:].astype(np.int64)


def totals(codes: Integers, values: Floats, levels: int = 0) -> Floats:
    """(levels,) sums of values (n,) in each level."""
    return np.asarray(np.bincount(codes, values, minlength=levels), dtype=float)


def sums(codes: Integers, values: Floats, levels: int) -> Floats:
    """(levels, k) sums of the rows of `values` (n, k) in each level."""
    found = np.empty((levels, values.shape[1]), order="F")
    for j, column in enumerate(values.T):
        found[:, j] = np.bincount(codes, column, minlength=levels)
    return found
