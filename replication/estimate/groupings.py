"""Dummies of any number of groupings, projected out with weights that change from step to step.

`within` takes out entity and time effects once, under one set of weights. A likelihood needs it again at
every step under new weights, for any groupings, and mostly needs cross products only: no (n, k) array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import factorize
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpstrf

from replication.errors import EstimationError, one_of
from replication.estimate.result import Design, Floats, Integers

DENSE = 16
"""Cells for each row up to which a table of two groupings is held dense."""

DEPENDENT = 1e-9
"""Share of a dummy's sum of squares left by the others below which it adds nothing to them."""

MOST_LEVELS = 10_000
"""Levels of all groupings but the largest: their cross products are held, 800 MB at this number."""


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

    def rows(self, keep: NDArray[np.bool_]) -> Groupings:
        """The same groupings on the rows where `keep` is true; levels that no row has are gone."""
        if keep.all():
            return self
        codes = (
            _closed_up(codes[keep], levels) for codes, levels in zip(self.codes, self.levels, strict=True)
        )
        return _ordered(dict(zip(self.names, codes, strict=True)))


@dataclass(frozen=True)
class Cross:
    """Weighted cross products of the dummies but the first grouping's, then x, the first taken out.

    Attributes
    ----------
    groups : Groupings
    weights : (n,) float array
    totals : (L1,) float array
        Sum of the weights in each level of the first grouping.
    matrix : (L + k, L + k) float array
    """

    groups: Groupings
    weights: Floats
    totals: Floats
    matrix: Floats

    @property
    def columns(self) -> int:
        """L, the number of dummies."""
        return self.groups.columns


def of_design(design: Design, names: Sequence[str]) -> Groupings:
    """The groupings that `names` calls for: "entity", "time", or a column of `design.clusters`.

    Raises
    ------
    EstimationError
        An unknown name, one named twice, or too many levels for their cross products to be held.
    """
    known = {**design.clusters, "entity": design.entity, "time": design.time}
    for name in names:
        if name not in known:
            raise EstimationError(one_of("effect", name, known))
        if list(names).count(name) > 1:
            raise EstimationError(f"effects names {name!r} twice")
    found = grouped({name: known[name] for name in names})
    if found.columns > MOST_LEVELS:
        raise EstimationError(
            f"effects {', '.join(found.names[1:])} have {found.columns} levels; allowed: at most "
            f"{MOST_LEVELS} besides those of the largest, {found.names[0]}"
        )
    return found


def grouped(columns: Mapping[str, Integers]) -> Groupings:
    """Groupings from columns of any whole numbers."""
    return _ordered({name: factorize(values)[0].astype(np.int64) for name, values in columns.items()})


def _ordered(codes: Mapping[str, Integers]) -> Groupings:
    levels = {name: int(values.max(initial=-1)) + 1 for name, values in codes.items()}
    names = tuple(sorted(codes, key=lambda name: -levels[name]))
    return Groupings(names, tuple(codes[name] for name in names), tuple(levels[name] for name in names))


def _closed_up(codes: Integers, levels: int) -> Integers:
    """Codes 0 .. L-1 of the levels that occur, in the same order."""
    return (np.cumsum(np.bincount(codes, minlength=levels) > 0) - 1)[codes]


def nested_levels(codes: Integers, levels: int, cluster: Integers) -> int:
    """Levels less one if each of them lies in a single cluster, otherwise zero."""
    one = np.empty(levels, dtype=cluster.dtype)
    one[codes] = cluster
    return levels - 1 if np.array_equal(one[codes], cluster) else 0


def sums(codes: Integers, values: Floats, levels: int) -> Floats:
    """(levels, k) sums of the rows of `values` (n, k) in each level."""
    found = np.empty((levels, values.shape[1]))
    for j, column in enumerate(values.T):
        found[:, j] = np.bincount(codes, column, minlength=levels)
    return found


def cross_products(groups: Groupings, weights: Floats, x: Floats) -> Cross:
    """Cross products of the dummies of all groupings but the first, and of x (n, k), without the first.

    The Schur complement of the first grouping, whose own block is diagonal (Frisch and Waugh 1933).
    """
    size = groups.columns
    weighted = x * weights[:, None]
    matrix = np.zeros((size + x.shape[1], size + x.shape[1]))
    matrix[size:, size:] = x.T @ weighted
    for i, (codes, place) in enumerate(groups.rest):
        matrix[place, place] = np.diag(np.bincount(codes, weights))
        matrix[place, size:] = sums(codes, weighted, place.stop - place.start)
        for others, other in groups.rest[i + 1 :]:
            matrix[place, other] = _dense(_table(codes, others, weights))
    totals = np.empty(0)
    if groups.codes:
        totals = np.bincount(groups.codes[0], weights)
        _subtract_first(matrix, groups, 1.0 / np.sqrt(totals), weights, weighted)
    upper = np.triu(matrix)
    return Cross(groups, weights, totals, upper + np.triu(matrix, 1).T)


def _subtract_first(
    matrix: Floats, groups: Groupings, root: Floats, weights: Floats, weighted: Floats
) -> None:
    """Take out of the upper triangle what the first grouping explains; `root` is totals to the power -1/2."""
    first, size = groups.codes[0], groups.columns
    own = sums(first, weighted, len(root)) * root[:, None]
    matrix[size:, size:] -= own.T @ own
    tables = [_table(first, codes, weights * root[first]) for codes, _ in groups.rest]
    for i, (_, place) in enumerate(groups.rest):
        matrix[place, size:] -= tables[i].T @ own
        for j, (_, other) in enumerate(groups.rest[i:], start=i):
            matrix[place, other] -= _dense(tables[i].T @ tables[j])


def _table(rows: Integers, columns: Integers, weights: Floats) -> Floats | sparse.csr_array:
    """Sum of the weights in each pair of levels; sparse where most pairs are empty."""
    shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    if shape[0] * shape[1] <= DENSE * len(weights):
        return np.bincount(rows * shape[1] + columns, weights, minlength=shape[0] * shape[1]).reshape(shape)
    return sparse.csr_array((weights, (rows, columns)), shape=shape)


def _dense(table: Floats | sparse.csr_array) -> Floats:
    return table.toarray() if sparse.issparse(table) else table


def independent(cross: Cross) -> NDArray[np.bool_]:
    """(L,) which dummies are left when those that others add up to are taken away (pivoted Cholesky)."""
    size = cross.columns
    chosen = np.zeros(size, dtype=bool)
    if size:
        totals = np.concatenate([np.bincount(codes, cross.weights) for codes, _ in cross.groups.rest])
        shares = cross.matrix[:size, :size] / np.sqrt(np.outer(totals, totals))
        _, pivots, rank, _ = dpstrf(shares, tol=DEPENDENT, lower=1)
        chosen[pivots[:rank] - 1] = shares.max() > DEPENDENT  # dpstrf takes its first pivot unseen
    return chosen


def _unit_diagonal(block: Floats) -> tuple[Floats, Floats]:
    """The matrix scaled to a unit diagonal, and the scale."""
    diagonal = np.diag(block)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    return block * np.outer(scale, scale), scale


def factorise(matrix: Floats) -> Callable[[Floats], Floats]:
    """A function that solves the system for (m,) or (m, k); LinAlgError unless it is positive definite."""
    block, scale = _unit_diagonal(matrix)
    factor = cho_factor(block, lower=True, check_finite=False, overwrite_a=True)

    def solve(right: Floats) -> Floats:
        by = scale if right.ndim == 1 else scale[:, None]
        return by * cho_solve(factor, by * right, check_finite=False)

    return solve


@dataclass(frozen=True)
class Projector:
    """The weighted projection on all dummies.

    Attributes
    ----------
    cross : Cross
    chosen : (L,) bool array
        Dummies of the groupings but the first that are solved for; the rest are sums of these.
    solve : function
        Solves for the chosen ones.
    """

    cross: Cross
    chosen: NDArray[np.bool_]
    solve: Callable[[Floats], Floats]

    @property
    def rank(self) -> int:
        """Rank of all dummies together."""
        return len(self.cross.totals) + int(self.chosen.sum())


def projector(cross: Cross, chosen: NDArray[np.bool_] | None = None) -> Projector:
    """The projection behind these cross products; `chosen` can be handed on: it is the same for all weights.

    Raises LinAlgError if the chosen dummies are dependent up to rounding.
    """
    chosen = independent(cross) if chosen is None else chosen
    block = cross.matrix[: cross.columns, : cross.columns][np.ix_(chosen, chosen)]
    return Projector(cross, chosen, factorise(block))


def unit_projector(groups: Groupings, rows: int) -> Projector:
    """The projection without weights."""
    return projector(cross_products(groups, np.ones(rows), np.empty((rows, 0))))


def heights(by: Projector, x: Floats) -> list[Floats]:
    """Coefficients (L, k) of each grouping's dummies in the projection of the columns of x (n, k)."""
    groups, weights = by.cross.groups, by.cross.weights[:, None]
    means = _first_means(by, x)
    if not by.chosen.any():
        return [means, *(np.zeros((level, x.shape[1])) for level in groups.levels[1:])]
    left = (x - means[groups.codes[0]]) * weights
    right = np.vstack([sums(codes, left, place.stop - place.start) for codes, place in groups.rest])
    found = np.zeros(right.shape)
    found[by.chosen] = by.solve(right[by.chosen])
    rest = [found[place] for _, place in groups.rest]
    return [_first_means(by, x - spread(groups.codes[1:], rest)), *rest]


def _first_means(by: Projector, x: Floats) -> Floats:
    cross = by.cross
    return sums(cross.groups.codes[0], x * cross.weights[:, None], len(cross.totals)) / cross.totals[:, None]


def spread(codes: Sequence[Integers], coefficients: Sequence[Floats]) -> Floats:
    """(n, k) sum over groupings of the coefficients of each row's level."""
    return sum(values[c] for c, values in zip(codes, coefficients, strict=True))


def residuals(by: Projector, x: Floats) -> Floats:
    """(n, k) what the projection leaves of x (n, k), done twice to remove what rounding left."""
    for _ in range(2 if by.cross.groups.codes else 0):
        x = x - spread(by.cross.groups.codes, heights(by, x))
    return x
