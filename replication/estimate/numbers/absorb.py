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
from scipy.sparse.csgraph import connected_components

from replication.errors import EstimationError, one_of
from replication.estimate.design import Design, Floats, Integers

Rows = NDArray[np.bool_]

DENSE = 16
"""Cells for each row up to which a table of two groupings is held dense."""

DIRECT = 500
"""Levels besides the largest grouping's up to which they are solved for by Cholesky's method."""

CLOSE = 1e-9
"""Share of the right-hand side at which conjugate gradients, above that number, stop; two passes square it"""

MOST_STEPS = 5_000
"""Of conjugate gradients; well connected panels take some tens."""

DEPENDENT = 1e-9
"""Share of a dummy's sum of squares left by the others below which it adds nothing to them."""

MOST_LEVELS = 10_000
"""With three groupings or more, levels besides the largest's: their rank takes a matrix, of 800 MB here."""


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

    def rows(self, keep: Rows) -> Groupings:
        """The same groupings on the rows where `keep` is true; levels that no row has are gone."""
        if keep.all():
            return self
        codes = (
            _closed_up(codes[keep], levels) for codes, levels in zip(self.codes, self.levels, strict=True)
        )
        return _ordered(dict(zip(self.names, codes, strict=True)))


def of_design(design: Design, names: Sequence[str]) -> Groupings:
    """The groupings that `names` calls for: "entity", "time", or a column of `design.clusters`.

    Raises
    ------
    EstimationError
        An unknown name, one named twice, or too many levels of three or more effects.
    """
    known = {**design.clusters, "entity": design.entity, "time": design.time}
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


def nested_levels(effect: Integers, cluster: Integers) -> int:
    """Levels of `effect` (n,) less one if each of them lies in a single cluster, otherwise zero."""
    codes, levels = factorize(effect)
    one = np.empty(len(levels), dtype=cluster.dtype)
    one[codes] = cluster
    return len(levels) - 1 if np.array_equal(one[codes], cluster) else 0


def sums(codes: Integers, values: Floats, levels: int) -> Floats:
    """(levels, k) sums of the rows of `values` (n, k) in each level."""
    found = np.empty((levels, values.shape[1]))
    for j, column in enumerate(values.T):
        found[:, j] = np.bincount(codes, column, minlength=levels)
    return found


@dataclass(frozen=True)
class _Cross:
    """Cross products of the weighted dummies of all groupings but the first; dense or sparse.

    With `first` (L1, L), the products with the first grouping divided by the square roots of its totals, and
    `rest` (L, L), the products with each other, what the first leaves is rest - first'first (the Schur
    complement of a diagonal block; Frisch and Waugh 1933).
    """

    first: Floats | sparse.csr_array
    rest: Floats | sparse.csr_array

    def only(self, chosen: Rows) -> _Cross:
        """The same for some of the dummies."""
        return self if chosen.all() else _Cross(self.first[:, chosen], self.rest[chosen][:, chosen])

    def matrix(self) -> Floats:
        """(L, L) rest - first'first."""
        product = self.rest - self.first.T @ self.first
        return product.toarray() if sparse.issparse(product) else product

    def times(self, v: Floats) -> Floats:
        """The matrix times v (L, m), without forming it."""
        return self.rest @ v - self.first.T @ (self.first @ v)

    def diagonal(self) -> Floats:
        """(L,) diagonal of the matrix."""
        return self.rest.diagonal() - np.asarray((self.first * self.first).sum(axis=0)).ravel()


def _cross(groups: Groupings, weights: Floats, totals: Floats) -> _Cross:
    dense = groups.columns <= DIRECT and groups.columns * len(totals) <= DENSE * len(weights)
    first = groups.codes[0]
    scaled = weights / np.sqrt(totals)[first]
    tables = [_table(first, codes, scaled, dense) for codes, _ in groups.rest]
    blocks = [
        [_own_table(a, weights, dense) if a is b else _table(a, b, weights, dense) for b, _ in groups.rest]
        for a, _ in groups.rest
    ]
    if dense:
        return _Cross(np.hstack(tables), np.block(blocks))
    return _Cross(sparse.hstack(tables, format="csr"), sparse.block_array(blocks, format="csr"))


def _table(rows: Integers, columns: Integers, weights: Floats, dense: bool) -> Floats | sparse.csr_array:
    """Sum of the weights in each pair of levels."""
    shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    if dense:
        return np.bincount(rows * shape[1] + columns, weights, minlength=shape[0] * shape[1]).reshape(shape)
    return sparse.csr_array((weights, (rows, columns)), shape=shape)


def _own_table(codes: Integers, weights: Floats, dense: bool) -> Floats | sparse.dia_array:
    totals = np.bincount(codes, weights)
    return np.diag(totals) if dense else sparse.diags_array(totals)


def _independent(groups: Groupings, weights: Floats, cross: _Cross) -> Rows:
    """(L,) which dummies are left when those that others add up to are taken away.

    With two groupings, one level of the second in each connected part of the rows; with more, by pivots.
    """
    if len(groups.codes) == 2:
        labels = parts(groups)
        chosen = np.ones(groups.columns, dtype=bool)
        chosen[np.unique(labels, return_index=True)[1]] = False
        return chosen
    totals = np.concatenate([np.bincount(codes, weights) for codes, _ in groups.rest])
    shares = cross.matrix() / np.sqrt(np.outer(totals, totals))
    _, pivots, rank, _ = dpstrf(shares, tol=DEPENDENT, lower=1)
    chosen = np.zeros(groups.columns, dtype=bool)
    chosen[pivots[:rank] - 1] = shares.max() > DEPENDENT  # dpstrf takes its first pivot unseen
    return chosen


def parts(groups: Groupings) -> Integers:
    """(L,) for each level of the second of two groupings, the connected part of the rows that it is in."""
    links = sparse.csr_array((np.ones(len(groups.codes[0])), groups.codes), shape=groups.levels)
    graph = sparse.block_array([[None, links], [links.T, None]])
    return connected_components(graph, directed=False)[1][groups.levels[0] :]


def _solver(cross: _Cross) -> Callable[[Floats], Floats]:
    """A function that solves the positive definite system for (L, m); it or this may raise LinAlgError."""
    scale = 1.0 / np.sqrt(cross.diagonal())[:, None]
    if len(scale) > DIRECT:
        return lambda right: (
            scale * _conjugate_gradients(lambda v: scale * cross.times(scale * v), scale * right)
        )
    factor = cho_factor(cross.matrix() * scale * scale.T, lower=True, overwrite_a=True)
    return lambda right: scale * cho_solve(factor, scale * right, check_finite=False)


def _conjugate_gradients(times: Callable[[Floats], Floats], right: Floats) -> Floats:
    """Solve for each column of `right` at once (Hestenes and Stiefel 1952), until CLOSE."""
    found, left = np.zeros_like(right), right
    along, size = left, (left**2).sum(axis=0)
    goal = CLOSE**2 * size
    for _ in range(MOST_STEPS):
        if (size <= goal).all():
            return found
        image = times(along)
        curve = (along * image).sum(axis=0)
        step = np.where(size > goal, size / np.where(curve > 0, curve, 1.0), 0.0)
        found, left = found + step * along, left - step * image
        size, before = (left**2).sum(axis=0), size
        along = left + np.where(before > 0, size / np.where(before > 0, before, 1.0), 0.0) * along
    raise np.linalg.LinAlgError("conjugate gradients came to no end")


@dataclass(frozen=True)
class Projector:
    """The weighted projection on all dummies.

    Attributes
    ----------
    groups : Groupings
    weights : (n,) float array
    totals : (L1,) float array
        Sum of the weights in each level of the first grouping.
    chosen : (L,) bool array
        Dummies of the other groupings that are solved for; the rest are sums of these.
    cross : _Cross or None
        Of the other groupings, if there are any.
    solver : function or None
        Solves for the chosen ones, if there are any.
    """

    groups: Groupings
    weights: Floats
    totals: Floats
    chosen: Rows
    cross: _Cross | None
    solver: Callable[[Floats], Floats] | None

    @property
    def rank(self) -> int:
        """Rank of all dummies together."""
        return len(self.totals) + int(self.chosen.sum())

    def solve(self, right: Floats) -> Floats:
        """(L, m) coefficients of the dummies but the first's, from their cross products with residuals."""
        found = np.zeros(right.shape)
        if self.solver is not None:
            found[self.chosen] = self.solver(right[self.chosen])
        return found


def projector(groups: Groupings, weights: Floats, chosen: Rows | None = None) -> Projector:
    """The projection under these weights; `chosen` can be handed on: it is the same for all weights.

    Raises LinAlgError if the chosen dummies are dependent up to rounding.
    """
    totals = np.bincount(groups.codes[0], weights) if groups.codes else np.empty(0)
    if not groups.columns:
        return Projector(groups, weights, totals, np.zeros(0, dtype=bool), None, None)
    cross = _cross(groups, weights, totals)
    chosen = _independent(groups, weights, cross) if chosen is None else chosen
    solver = _solver(cross.only(chosen)) if chosen.any() else None
    return Projector(groups, weights, totals, chosen, cross, solver)


def null_space(by: Projector) -> Floats:
    """(L, d) combinations of the dummies but the first's that the first grouping explains."""
    groups = by.groups
    if len(groups.codes) == 2:
        labels = parts(groups)
        return (labels[:, None] == np.unique(labels)).astype(float)
    values, vectors = np.linalg.eigh(by.cross.matrix())
    return vectors[:, values < DEPENDENT]


def rest_sums(groups: Groupings, values: Floats) -> Floats:
    """(L, m) sums of the rows of `values` (n, m) in each level of each grouping but the first."""
    found = np.empty((groups.columns, values.shape[1]))
    for codes, place in groups.rest:
        found[place] = sums(codes, values, place.stop - place.start)
    return found


def heights(by: Projector, x: Floats) -> list[Floats]:
    """Coefficients (L, k) of each grouping's dummies in the projection of the columns of x (n, k)."""
    groups = by.groups
    totals = by.totals[:, None]
    means = sums(groups.codes[0], x * by.weights[:, None], len(by.totals)) / totals
    if by.solver is None:
        return [means, *(np.zeros((level, x.shape[1])) for level in groups.levels[1:])]
    left = (x - means.take(groups.codes[0], axis=0)) * by.weights[:, None]
    found = by.solve(rest_sums(groups, left))
    rest = [found[place] for _, place in groups.rest]
    return [means - (by.cross.first @ found) / np.sqrt(totals), *rest]


def spread(codes: Sequence[Integers], coefficients: Sequence[Floats]) -> Floats:
    """(n, k) sum over groupings of the coefficients of each row's level."""
    return sum(values.take(c, axis=0) for c, values in zip(codes, coefficients, strict=True))


def residuals(by: Projector, x: Floats, passes: int = 2) -> Floats:
    """(n, k) what the projection leaves of x (n, k); a second pass removes what the first left of it."""
    for _ in range(passes if by.groups.codes else 0):
        x = x - spread(by.groups.codes, heights(by, x))
    return x
