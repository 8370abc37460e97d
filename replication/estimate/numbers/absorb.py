"""Dummies of any number of groupings, projected out exactly: one absorber for every estimator and error.

The means of the grouping with most levels are subtracted and the dummies of the others are solved for (Frisch
and Waugh 1933; Baltagi 2021, 9.4 for the unbalanced two-way projection): there is no iteration over effects.
A likelihood does it again at every step under new weights; no (n, L) array is ever made for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.linalg.lapack import dpstrf

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Floats, Integers, Term
from replication.estimate.numbers.algebra import COLLINEAR
from replication.estimate.numbers.groupings import MOST_LEVELS, Groupings, is_nested, parts, sums, totals

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

ROUNDING = 1e-13
"""Share of a column's length that a pass may take out when nothing but rounding is left to take."""

MOST_PASSES = 20

AT_ONCE = 1_000_000
"""Cells of an array that is worked on at once, so that it stays near the processor."""

MOST_CELLS = 250_000_000
"""Of an array that errors with leverages need: 2 GB."""


Table = Any
"""A dense array or a sparse one: the expressions here are the same for both."""


def _dense(table: Table) -> Floats:
    found: Floats = table if isinstance(table, np.ndarray) else table.toarray()
    return found


@dataclass(frozen=True)
class _Cross:
    """Cross products of the weighted dummies of all groupings but the first; dense or sparse.

    With `first` (L1, L), the products with the first grouping divided by the square roots of its totals, and
    `rest` (L, L), the products with each other, what the first leaves is rest - first'first (the Schur
    complement of a diagonal block; Frisch and Waugh 1933).
    """

    first: Table
    rest: Table

    def only(self, chosen: Booleans) -> _Cross:
        """The same for some of the dummies."""
        return self if chosen.all() else _Cross(self.first[:, chosen], self.rest[chosen][:, chosen])

    def matrix(self) -> Floats:
        """(L, L) rest - first'first."""
        return _dense(self.rest - self.first.T @ self.first)

    def times(self, v: Floats) -> Floats:
        """The matrix times v (L, m), without forming it."""
        found: Floats = self.rest @ v - self.first.T @ (self.first @ v)
        return found

    def diagonal(self) -> Floats:
        """(L,) diagonal of the matrix."""
        found: Floats = self.rest.diagonal() - np.asarray((self.first * self.first).sum(axis=0)).ravel()
        return found


def _cross(groups: Groupings, weights: Floats, first_totals: Floats) -> _Cross:
    dense = groups.columns <= DIRECT and groups.columns * len(first_totals) <= DENSE * len(weights)
    first = groups.codes[0]
    scaled = weights / np.sqrt(first_totals)[first]
    tables = [_table(first, codes, scaled, dense) for codes, _ in groups.rest]
    blocks = [
        [_own_table(a, weights, dense) if a is b else _table(a, b, weights, dense) for b, _ in groups.rest]
        for a, _ in groups.rest
    ]
    if dense:
        return _Cross(np.hstack(tables), np.block(blocks))
    return _Cross(sparse.hstack(tables, format="csr"), sparse.block_array(blocks, format="csr"))


def _table(rows: Integers, columns: Integers, weights: Floats, dense: bool) -> Table:
    """Sum of the weights in each pair of levels."""
    shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    if dense:
        return totals(rows * shape[1] + columns, weights, shape[0] * shape[1]).reshape(shape)
    return sparse.csr_array((weights, (rows, columns)), shape=shape)


def _own_table(codes: Integers, weights: Floats, dense: bool) -> Table:
    found = totals(codes, weights)
    return np.diag(found) if dense else sparse.diags_array(found)


def _independent(groups: Groupings, weights: Floats, cross: _Cross) -> Booleans:
    """(L,) which dummies are left when those that others add up to are taken away.

    With two groupings, one level of the second in each connected part of the rows; with more, by pivots.
    """
    if len(groups.codes) == 2:
        labels = parts(groups)
        chosen = np.ones(groups.columns, dtype=bool)
        chosen[np.unique(labels, return_index=True)[1]] = False
        return chosen
    own = np.concatenate([totals(codes, weights) for codes, _ in groups.rest])
    shares = cross.matrix() / np.sqrt(np.outer(own, own))
    _, pivots, rank, _ = dpstrf(shares, tol=DEPENDENT, lower=1)
    chosen = np.zeros(groups.columns, dtype=bool)
    chosen[pivots[:rank] - 1] = shares.max() > DEPENDENT  # dpstrf takes its first pivot unseen
    return chosen


def _solver(cross: _Cross) -> Callable[[Floats], Floats]:
    """A function that solves the positive definite system for (L, m); it or this may raise LinAlgError."""
    scale = 1.0 / np.sqrt(cross.diagonal())[:, None]
    if len(scale) <= DIRECT:
        return _by_cholesky(cross, scale)
    direct: Callable[[Floats], Floats] | None = None

    def solve(right: Floats) -> Floats:
        """By conjugate gradients; where rows are so badly connected that these come to no end, directly."""
        nonlocal direct
        if direct is None:
            found = _conjugate_gradients(lambda v: scale * cross.times(scale * v), scale * right)
            if found is not None:
                return scale * found
            direct = _by_cholesky(cross, scale)
        return direct(right)

    return solve


def _by_cholesky(cross: _Cross, scale: Floats) -> Callable[[Floats], Floats]:
    if len(scale) > MOST_LEVELS:
        raise EstimationError(
            f"effects with {len(scale)} levels besides those of the largest are connected by too few rows to "
            f"be told apart; allowed in such data: {MOST_LEVELS}"
        )
    factor = cho_factor(cross.matrix() * scale * scale.T, lower=True, overwrite_a=True)
    return lambda right: scale * cho_solve(factor, scale * right, check_finite=False)


def _conjugate_gradients(times: Callable[[Floats], Floats], right: Floats) -> Floats | None:
    """Solve for each column of `right` at once (Hestenes and Stiefel 1952), until CLOSE; None if never."""
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
    return None


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
    cross : _Cross
        Of the other groupings.
    solver : function or None
        Solves for the chosen ones, if there are any.
    """

    groups: Groupings
    weights: Floats
    totals: Floats
    chosen: Booleans
    cross: _Cross
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


NOTHING = _Cross(np.empty((0, 0)), np.empty((0, 0)))


def projector(groups: Groupings, weights: Floats, chosen: Booleans | None = None) -> Projector:
    """The projection under these weights; `chosen` can be handed on: it is the same for all weights.

    Raises LinAlgError if the chosen dummies are dependent up to rounding.
    """
    own = totals(groups.codes[0], weights) if groups.codes else np.empty(0)
    if not groups.columns:
        return Projector(groups, weights, own, np.zeros(0, dtype=bool), NOTHING, None)
    cross = _cross(groups, weights, own)
    chosen = _independent(groups, weights, cross) if chosen is None else chosen
    solver = _solver(cross.only(chosen)) if chosen.any() else None
    return Projector(groups, weights, own, chosen, cross, solver)


def null_space(by: Projector) -> Floats:
    """(L, d) combinations of the dummies but the first's that the first grouping explains."""
    groups = by.groups
    if len(groups.codes) == 2:
        labels = parts(groups)
        found: Floats = (labels[:, None] == np.unique(labels)).astype(float)
        return found
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
    found: Floats = reduce(
        np.add, (values.take(c, axis=0) for c, values in zip(codes, coefficients, strict=True))
    )
    return found


def one_pass(by: Projector, x: Floats) -> Floats:
    """(n, k) what the projection leaves of x (n, k), to as many digits as the solver has."""
    return x - spread(by.groups.codes, heights(by, x)) if by.groups.codes else x


def residuals(by: Projector, x: Floats) -> Floats:
    """(n, k) what the projection leaves of x (n, k), to the last digit.

    Each pass takes out what the one before it left, until that is rounding.
    """
    at_once = max(AT_ONCE // max(len(x), 1), 1)
    found = np.empty(x.shape)
    for i in range(0, x.shape[1], at_once):
        found[:, i : i + at_once] = _residuals(by, x[:, i : i + at_once])
    return found


def _residuals(by: Projector, x: Floats) -> Floats:
    length = np.linalg.norm(x, axis=0)
    left = one_pass(by, x)
    for _ in range(MOST_PASSES):
        before, left = left, one_pass(by, left)
        if (np.linalg.norm(before - left, axis=0) <= ROUNDING * length).all():
            break
    return left


def varies(left: Floats, x: Floats) -> Booleans:
    """(k,) whether more than rounding is left of each column of x once effects have been taken out."""
    found: Booleans = np.linalg.norm(left, axis=0) > COLLINEAR * np.linalg.norm(x, axis=0)
    return found


def require_variation(by: Projector, left: Floats, x: Floats, terms: Sequence[Term | str]) -> None:
    """Raise EstimationError, naming it, if nothing is left of a column of x (n, k), called `terms`.

    `left` (n, k) are its residuals.
    """
    for name, column, some in zip(terms, x.T, varies(left, x), strict=True):
        if not some:
            raise EstimationError(_absorbed(by, column[:, None], name))


def _absorbed(by: Projector, column: Floats, name: Term | str) -> str:
    for effect in by.groups.names:
        alone = projector(by.groups.only([effect]), by.weights)
        if not varies(residuals(alone, column), column).all():
            return f"'{name}' does not vary within {effect}: the {effect} effects absorb it; leave it out"
    parts_of = " and ".join(by.groups.names)
    return f"'{name}' is a sum of parts of {parts_of}: the effects absorb it; leave it out"


def rank(groups: Groupings) -> int:
    """Rank of all dummies together."""
    return projector(groups, np.ones(len(groups.codes[0]))).rank if groups.codes else 0


def counted(groups: Groupings, clusters: Sequence[Integers]) -> int:
    """Absorbed parameters that k counts where errors are clustered: not those of nested effects.

    The rank of the effects that are nested in none of the clusters; at least one, the constant (reghdfe,
    fixest).
    """
    apart = [
        name
        for name, codes in groups.by_name.items()
        if not any(is_nested(codes, cluster) for cluster in clusters)
    ]
    return max(rank(groups.only(apart)), 1)


def leverage(by: Projector) -> Floats:
    """(n,) diagonal of the projection, in the metric of the square-root weights."""
    found = by.weights / by.totals[by.groups.codes[0]]
    for rows, left in _rest_blocks(by):
        found[rows] += (left**2).sum(axis=1)
    return found


def rest_basis(by: Projector) -> Floats:
    """(n, r) orthonormal columns of what the first grouping leaves of the dummies of the others.

    In the metric of the square-root weights.
    """
    found = np.empty((len(by.weights), int(by.chosen.sum())))
    if found.size > MOST_CELLS:
        raise EstimationError(_too_large(by))
    for rows, left in _rest_blocks(by):
        found[rows] = left
    return found


def _rest_blocks(by: Projector) -> Iterator[tuple[slice, Floats]]:
    """Some rows after others, with their part of that basis."""
    if not by.chosen.any():
        return
    if by.chosen.sum() > MOST_LEVELS:
        raise EstimationError(_too_large(by))
    gram = by.cross.only(by.chosen).matrix()
    scale = 1.0 / np.sqrt(np.diag(gram))
    triangle = np.linalg.cholesky(gram * np.outer(scale, scale))
    at_once = max(AT_ONCE // by.groups.columns, 1)
    for rows in (slice(i, i + at_once) for i in range(0, len(by.weights), at_once)):
        left = _rest_dummies(by, rows)[:, by.chosen] * scale * np.sqrt(by.weights[rows])[:, None]
        yield rows, solve_triangular(triangle, left.T, lower=True).T


def _rest_dummies(by: Projector, rows: slice) -> Floats:
    """(m, L) what the first grouping leaves of the other dummies in m rows: each less its mean there."""
    first = by.groups.codes[0][rows]
    left = -_dense(by.cross.first[first]) / np.sqrt(by.totals[first])[:, None]
    for codes, columns in by.groups.rest:
        left[np.arange(len(first)), codes[rows] + columns.start] += 1.0
    return left


def _too_large(by: Projector) -> str:
    return (
        f"{int(by.chosen.sum())} levels of effects besides those of {by.groups.names[0]}, on "
        f"{len(by.weights)} rows, are too many for errors that need leverages; allowed: hc1, clustered"
    )
