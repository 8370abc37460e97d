"""Dummies of any number of groupings, projected out exactly: one absorber for every estimator and error.

The means of the grouping with most levels are subtracted and the dummies of the others are solved for (Frisch
and Waugh 1933; Baltagi 2021, 9.4 for the unbalanced two-way projection): there is no iteration over effects.
A likelihood does it again at every step under new weights; no (n, L) array is ever made for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.linalg.lapack import dpstrf

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Floats, Integers, Term
from replication.estimate.numbers.algebra import COLLINEAR, lengths
from replication.estimate.numbers.dummy_products import DIRECT, Cross, cross_of, dense_of
from replication.estimate.numbers.groupings import MOST_LEVELS, Groupings, is_nested, parts, totals
from replication.estimate.numbers.row_blocks import CELLS, row_blocks

CLOSE = 1e-9
"""Share of the right-hand side at which conjugate gradients, above that number, stop; two passes square it"""

Solver = Callable[[Floats, float], Floats]

MOST_STEPS = 5_000
"""Of conjugate gradients; well connected panels take some tens."""

DEPENDENT = 1e-9
"""Share of a dummy's sum of squares left by the others below which it adds nothing to them."""

ROUNDING = 1e-13
"""Share of a column's length that a pass may take out when nothing but rounding is left to take."""

MOST_PASSES = 20

MOST_CELLS = 250_000_000
"""Of an array that errors with leverages need: 2 GB."""


def _independent(groups: Groupings, weights: Floats, cross: Cross) -> Booleans:
    """(L,) which dummies are left when those that others add up to are taken away.

    With two groupings, one level of the second in each connected part of the rows; with more, by pivots.
    """
    if len(groups.codes) == 2:
        labels = parts(cross.first)
        chosen = np.ones(groups.columns, dtype=bool)
        chosen[np.unique(labels, return_index=True)[1]] = False
        return chosen
    own = np.concatenate([totals(codes, weights) for codes, _ in groups.rest])
    shares = cross.matrix() / np.sqrt(np.outer(own, own))
    _, pivots, rank, _ = dpstrf(shares, tol=DEPENDENT, lower=1)
    chosen = np.zeros(groups.columns, dtype=bool)
    chosen[pivots[:rank] - 1] = shares.max() > DEPENDENT  # dpstrf takes its first pivot unseen
    return chosen


def _solver(cross: Cross) -> Solver:
    """A function that solves the positive definite system for (L, m); it or this may raise LinAlgError."""
    scale = 1.0 / np.sqrt(cross.diagonal())[:, None]
    if len(scale) <= DIRECT:
        return _by_cholesky(cross, scale)
    direct: Solver | None = None

    def solve(right: Floats, close: float) -> Floats:
        """By conjugate gradients; where rows are so badly connected that these come to no end, directly."""
        nonlocal direct
        if direct is None:
            found = _conjugate_gradients(lambda v: scale * cross.times(scale * v), scale * right, close)
            if found is not None:
                return scale * found
            direct = _by_cholesky(cross, scale)
        return direct(right, close)

    return solve


def _by_cholesky(cross: Cross, scale: Floats) -> Solver:
    if len(scale) > MOST_LEVELS:
        raise EstimationError(
            f"effects with {len(scale)} levels besides those of the largest are connected by too few rows to "
            f"be told apart; allowed in such data: {MOST_LEVELS}"
        )
    factor = cho_factor(cross.matrix() * scale * scale.T, lower=True, overwrite_a=True)
    return lambda right, close: scale * cho_solve(factor, scale * right, check_finite=False)


def _conjugate_gradients(times: Callable[[Floats], Floats], right: Floats, close: float) -> Floats | None:
    """Solve for each column of `right` at once (Hestenes and Stiefel 1952), until `close`; None if never."""
    found, left = np.zeros_like(right), right
    along, size = left, (left**2).sum(axis=0)
    goal = close**2 * size
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
    cross : Cross
        Of the other groupings.
    solver : function or None
        Solves for the chosen ones, if there are any, up to a share of the right-hand side.
    """

    groups: Groupings
    weights: Floats
    totals: Floats
    chosen: Booleans
    cross: Cross
    solver: Solver | None

    @property
    def rank(self) -> int:
        """Rank of all dummies together."""
        return len(self.totals) + int(self.chosen.sum())

    def solve(self, right: Floats, close: float = CLOSE) -> Floats:
        """(L, m) coefficients of the dummies but the first's, from their cross products with residuals."""
        found = np.zeros(right.shape)
        if self.solver is not None:
            found[self.chosen] = self.solver(right[self.chosen], close)
        return found


NOTHING = Cross(np.empty((0, 0)), np.empty((0, 0)))


def projector(groups: Groupings, weights: Floats, chosen: Booleans | None = None) -> Projector:
    """The projection under these weights; `chosen` can be handed on: it is the same for all weights.

    Raises LinAlgError if the chosen dummies are dependent up to rounding.
    """
    own = totals(groups.codes[0], weights) if groups.codes else np.empty(0)
    if not groups.columns:
        return Projector(groups, weights, own, np.zeros(0, dtype=bool), NOTHING, None)
    cross = cross_of(groups, weights, own)
    chosen = _independent(groups, weights, cross) if chosen is None else chosen
    solver = _solver(cross.only(chosen)) if chosen.any() else None
    return Projector(groups, weights, own, chosen, cross, solver)


def null_space(by: Projector) -> Floats:
    """(L, d) combinations of the dummies but the first's that the first grouping explains."""
    groups = by.groups
    if len(groups.codes) == 2:
        labels = parts(by.cross.first)
        found: Floats = (labels[:, None] == np.unique(labels)).astype(float)
        return found
    values, vectors = np.linalg.eigh(by.cross.matrix())
    return vectors[:, values < DEPENDENT]


def rest_sums(groups: Groupings, values: Floats) -> Floats:
    """(L,) sums of `values` (n,) in each level of each grouping but the first."""
    found = np.empty(groups.columns)
    for codes, place in groups.rest:
        found[place] = totals(codes, values, place.stop - place.start)
    return found


def heights(by: Projector, x: Floats, close: float = CLOSE) -> list[Floats]:
    """Coefficients (L, k) of each grouping's dummies in the projection of the columns of x (n, k).

    `close` is what they may be off by where they are searched for, as a share.
    """
    groups, k, size = by.groups, x.shape[1], by.totals[:, None]
    means = np.array([_weighted_sums(by, column) for column in x.T]).reshape(k, len(size)).T / size
    if by.solver is None:
        return [means, *(np.zeros((level, k)) for level in groups.levels[1:])]
    apart = [_rest_sums_apart(by, *pair) for pair in zip(x.T, means.T, strict=True)]
    found = by.solve(np.array(apart).reshape(k, groups.columns).T, close)
    rest = [found[place] for _, place in groups.rest]
    return [means - (by.cross.first @ found) / np.sqrt(size), *rest]


def _weighted_sums(by: Projector, column: Floats) -> Floats:
    """(L1,) sums of a column (n,) in each level of the first grouping."""
    found = np.zeros(len(by.totals))
    for rows in row_blocks(len(column)):
        found += totals(by.groups.codes[0][rows], column[rows] * by.weights[rows], len(found))
    return found


def _rest_sums_apart(by: Projector, column: Floats, means: Floats) -> Floats:
    """(L,) sums of a column (n,), less its means (L1,) in the first grouping, in each level of the others."""
    found = np.zeros(by.groups.columns)
    for rows in row_blocks(len(column)):
        apart = (column[rows] - means.take(by.groups.codes[0][rows])) * by.weights[rows]
        for codes, place in by.groups.rest:
            found[place] += totals(codes[rows], apart, place.stop - place.start)
    return found


def spread(codes: Sequence[Integers], coefficients: Sequence[Floats]) -> Floats:
    """(n, k) sum over groupings of the coefficients of each row's level."""
    found: Floats = reduce(
        np.add, (values.take(c, axis=0) for c, values in zip(codes, coefficients, strict=True))
    )
    return found


def one_pass(by: Projector, x: Floats) -> Floats:
    """(n, k) what the projection leaves of x (n, k), to as many digits as the solver has."""
    if not by.groups.codes:
        return x
    return less_spread(x, by.groups.codes, heights(by, x))


def less_spread(x: Floats, codes: Sequence[Integers], coefficients: Sequence[Floats]) -> Floats:
    """(n, k) x less the coefficients of each row's level, column by column and by blocks of rows."""
    found = np.empty(x.shape, order="F")
    for j, rows in product(range(x.shape[1]), row_blocks(len(x))):
        found[rows, j] = x[rows, j]
        for code, values in zip(codes, coefficients, strict=True):
            found[rows, j] -= values[:, j].take(code[rows])
    return found


def residuals(by: Projector, x: Floats) -> Floats:
    """(n, k) what the projection leaves of x (n, k), to the last digit.

    Each pass takes out what the one before it left, until that is rounding.
    """
    if not by.groups.codes:
        return x.astype(np.float64)
    at_once = max(CELLS // max(len(x), 1), 1)
    found = np.empty(x.shape, order="F")
    for i in range(0, x.shape[1], at_once):
        found[:, i : i + at_once] = _residuals(by, x[:, i : i + at_once])
    return found


def _residuals(by: Projector, x: Floats) -> Floats:
    length = lengths(x)
    left = one_pass(by, x)
    for _ in range(MOST_PASSES):
        before, left = left, one_pass(by, left)
        if (lengths(np.subtract(before, left, out=before)) <= ROUNDING * length).all():
            break
    return left


def varies(left: Floats, x: Floats) -> Booleans:
    """(k,) whether more than rounding is left of each column of x once effects have been taken out."""
    found: Booleans = lengths(left) > COLLINEAR * lengths(x)
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
    for rows in row_blocks(len(by.weights), by.groups.columns):
        left = _rest_dummies(by, rows)[:, by.chosen] * scale * np.sqrt(by.weights[rows])[:, None]
        yield rows, solve_triangular(triangle, left.T, lower=True).T


def _rest_dummies(by: Projector, rows: slice) -> Floats:
    """(m, L) what the first grouping leaves of the other dummies in m rows: each less its mean there."""
    first = by.groups.codes[0][rows]
    left = -dense_of(by.cross.first[first]) / np.sqrt(by.totals[first])[:, None]
    for codes, columns in by.groups.rest:
        left[np.arange(len(first)), codes[rows] + columns.start] += 1.0
    return left


def _too_large(by: Projector) -> str:
    return (
        f"{int(by.chosen.sum())} levels of effects besides those of {by.groups.names[0]}, on "
        f"{len(by.weights)} rows, are too many for errors that need leverages; allowed: hc1, clustered"
    )
