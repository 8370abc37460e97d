"""Poisson estimates under many weights of the same rows at once: what the draws of a bootstrap come to.

A sample of clusters with replacement is the same rows, each counted as often as its cluster was drawn.
Entities that are numbered anew in each copy change nothing: copies have the same first-order condition, and
so the same effect. Newton's method runs on all draws side by side, as `poisson.ppml` runs it on one; arrays
have the rows first and the draws second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from replication.estimate.design import Booleans, Fit, Floats, Integers
from replication.estimate.limited.offset import offset_of
from replication.estimate.limited.poisson import ROUNDING
from replication.estimate.numbers.absorb import projector, residuals
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.groupings import Groupings, of_design

MOST_STEPS = 25
"""Of Newton's method; where rows are separated it would go on and on."""

CLEAR = 1e-6
"""Smallest eigenvalue, once each diagonal is one, of a system that this path solves."""

AT_ONCE = 100_000
"""Cells of an array that is worked on at once, so that it stays near the processor."""


@dataclass(frozen=True)
class _Rows:
    """What all draws share.

    Attributes
    ----------
    y, weights, index : (n,) float arrays
        The last is where the search begins.
    x : (n, k) float array
        Orthogonal regressors with the effects taken out once.
    back : (k, k) float array
        From their coefficients to those of the regressors as they are.
    groups : Groupings
    levels : tuple of sparse (L, n) arrays
        The dummies of each grouping.
    rest : sparse (r, n) array
        The dummies of all groupings but the first that are solved for.
    cells, pairs : sparse (L1 r, n) and (r r, n) arrays
        Products of these with those of the first grouping, and with each other.
    """

    y: Floats
    weights: Floats
    index: Floats
    x: Floats
    back: Floats
    groups: Groupings
    levels: tuple[sparse.csr_array, ...]
    rest: sparse.csr_array
    cells: sparse.csr_array
    pairs: sparse.csr_array

    @property
    def first(self) -> Integers:
        """(n,) codes of the grouping with most levels."""
        return self.groups.codes[0]


def drawn_together(fit: Fit, counts: Floats) -> Floats:
    """Estimates of a `ppml` fit with absorbed effects when its rows are counted otherwise.

    Parameters
    ----------
    counts : (D, n) float array
        How often each row counts in each draw.

    Returns
    -------
    (D, k) float array
        NaN for a draw of which this path cannot tell, because rows may be separated or columns dependent in
        it: `ppml` on that draw alone has to say.
    """
    if not fit.absorbed_by or fit.kept is not None:
        return np.full((len(counts), len(fit.params)), np.nan)
    rows = _rows(fit)
    cells = max(rows.x.size, rows.cells.shape[0], rows.pairs.shape[0])
    parts = np.array_split(counts, -(-len(counts) // max(1, AT_ONCE // cells)))
    return np.concatenate([_maximised(rows, part.T) for part in parts]) @ rows.back.T


def _rows(fit: Fit) -> _Rows:
    design = fit.design
    columns = [place for place, term in enumerate(design.terms) if term in fit.terms]
    groups, weights = of_design(design, fit.absorbed_by), design.unit_weights
    by = projector(groups, np.ones(design.nobs))
    basis = orthogonal(residuals(by, design.x[:, columns]), fit.terms)
    levels = tuple(_dummies(codes, size) for codes, size in zip(groups.codes, groups.levels, strict=True))
    rest = sparse.csr_array(sparse.vstack(levels))[groups.levels[0] :][by.chosen]
    return _Rows(
        design.y,
        weights,
        _start(design.y, weights, offset_of(design), groups),
        basis.q,
        basis.back,
        groups,
        levels,
        rest,
        _products(levels[0], rest),
        _products(rest, rest),
    )


def _start(y: Floats, weights: Floats, index: Floats, groups: Groupings) -> Floats:
    """(n,) index at which the means add up to the outcome in each level of each grouping, nearly."""
    for codes in [*groups.codes[1:], groups.codes[0]] * 3:
        sums = [np.bincount(codes, weights * values) for values in (y, np.exp(index))]
        index = index + np.log(sums[0] / sums[1])[codes]
    return index


def _dummies(codes: Integers, levels: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(levels, len(codes)))


def _products(left: sparse.csr_array, right: sparse.csr_array) -> sparse.csr_array:
    """(L r, n) products of each row of left (L, n) with each of right (r, n); all entries are ones."""
    above, below = left.tocoo(), right.tocsc()
    many = np.diff(below.indptr)[above.col]  # entries of the other in the column of each
    of, before = np.repeat(np.arange(above.nnz), many), np.cumsum(many) - many
    places = below.indptr[above.col[of]] + np.arange(len(of)) - before[of]
    rows = above.row[of].astype(np.int64) * right.shape[0] + below.indices[places]
    shape = (left.shape[0] * right.shape[0], left.shape[1])
    return sparse.csr_array((np.ones(len(of)), (rows, above.col[of])), shape=shape)


def _maximised(rows: _Rows, counts: Floats) -> Floats:
    """(D, k) coefficients on the orthogonal regressors; `counts` is (n, D)."""
    weights = _without_empty_levels(rows, rows.weights[:, None] * counts)
    told = _enough(rows, weights)
    b, value = np.zeros((counts.shape[1], rows.x.shape[1])), np.full(counts.shape[1], -np.inf)
    index = np.repeat(rows.index[:, None], counts.shape[1], axis=1)
    done = np.zeros(len(b), dtype=bool)
    for _ in range(MOST_STEPS):
        index, mean, here = _centred(rows, weights, index)
        told &= here >= value - 1e-12 * (1 + np.abs(value))
        step, along, decrement, clear = _step(rows, weights, mean)
        told &= clear & np.isfinite(decrement)
        done = told & (decrement <= ROUNDING)
        if (done | ~told).all():
            break
        moved = told & ~done
        b, index, value = b + step * moved[:, None], index + along * moved, here
    return np.where(done[:, None], b, np.nan)


def _without_empty_levels(rows: _Rows, weights: Floats) -> Floats:
    """Weights (n, D) without rows of a level whose outcomes are all zero: its effect is beyond all bounds."""
    before = -1
    while before != (before := int(np.count_nonzero(weights))):
        for codes, dummies in zip(rows.groups.codes, rows.levels, strict=True):
            weights = weights * ((dummies @ (weights * rows.y[:, None])) > 0)[codes]
    return weights


def _enough(rows: _Rows, weights: Floats) -> Booleans:
    """(D,) whether distinct rows are more than all that is estimated."""
    used = (weights > 0).astype(float)
    levels = sum(((dummies @ used) > 0).sum(axis=0) for dummies in rows.levels)
    found: Booleans = used.sum(axis=0) > levels + rows.x.shape[1]
    return found


def _centred(rows: _Rows, weights: Floats, index: Floats) -> tuple[Floats, Floats, Floats]:
    """Index and mean (n, D) with the first grouping's scores at zero, and the log-likelihood (D,)."""
    with np.errstate(all="ignore"):
        mean = np.exp(index)
        sums = [rows.levels[0] @ (weights * values) for values in (rows.y[:, None], mean)]
        ratio = np.where(sums[0] > 0, sums[0] / sums[1], 1.0)
        index, mean = index + np.log(ratio)[rows.first], mean * ratio[rows.first]
        value = (weights * (rows.y[:, None] * index - mean)).sum(axis=0)
    return index, mean, value


def _step(rows: _Rows, weights: Floats, mean: Floats) -> tuple[Floats, Floats, Floats, Booleans]:
    """The Newton step of each draw, by elimination of the effects (Frisch and Waugh 1933).

    Returns
    -------
    Changes of the coefficients (D, k) and of the index (n, D), Newton decrements (D,), and (D,) whether both
    systems are clear of dependence.
    """
    (n, k), draws = rows.x.shape, weights.shape[1]
    inner, score = weights * mean, weights * (rows.y[:, None] - mean)
    total = rows.levels[0] @ inner
    total = np.where(total > 0, total, 1.0)
    cells = (rows.cells @ inner).reshape(len(total), -1, draws)
    shares = cells / total[:, None]
    pairs = (rows.pairs @ inner).reshape(*[rows.rest.shape[0]] * 2, draws)
    system = np.moveaxis(pairs, 2, 0) - np.einsum("ard,asd->drs", cells, shares, optimize=True)
    weighted = rows.x[:, None] * inner[:, :, None]
    means = (rows.levels[0] @ weighted.reshape(n, -1)).reshape(-1, draws, k) / total[:, :, None]
    left = weighted - means[rows.first] * inner[:, :, None]
    dummies = rows.rest @ score
    right = (rows.rest @ left.reshape(n, -1)).reshape(-1, draws, k)
    solved, clear = _solved(system, np.moveaxis(np.concatenate([right, dummies[:, :, None]], axis=2), 0, 1))
    heights, alone = np.moveaxis(solved[:, :, :k], 0, 1), solved[:, :, k].T
    means = means - np.einsum("ard,rdk->adk", shares, heights, optimize=True)
    x = (
        rows.x[:, None]
        - means[rows.first]
        - (rows.rest.T @ heights.reshape(-1, draws * k)).reshape(n, draws, k)
    )
    x = np.moveaxis(x, 1, 0)
    gradient = np.einsum("dnk,nd->dk", x, score)
    information = np.swapaxes(x, 1, 2) @ (x * inner.T[:, :, None])
    b, also = _solved(information, gradient[:, :, None])
    along = (x @ b)[:, :, 0].T + rows.rest.T @ alone
    scale = (weights * rows.y[:, None]).sum(axis=0) / weights.sum(axis=0)
    decrement = ((gradient * b[:, :, 0]).sum(axis=1) + (dummies * alone).sum(axis=0)) / scale
    return b[:, :, 0], along, decrement, clear & also


def _solved(systems: Floats, right: Floats) -> tuple[Floats, Booleans]:
    """Solutions (D, m, j) of symmetric systems (D, m, m), and (D,) which of these are clear of dependence.

    A column without any weight has the solution zero.
    """
    own = np.diagonal(systems, axis1=1, axis2=2)
    scale = 1 / np.sqrt(np.where(own > 0, own, 1.0))
    scaled = systems * scale[:, :, None] * scale[:, None, :]
    scaled += np.where(own > 0, 0.0, 1.0)[:, :, None] * np.eye(systems.shape[1])
    finite = np.isfinite(scaled).all(axis=(1, 2))
    scaled[~finite] = np.eye(systems.shape[1])
    clear = finite & (np.linalg.eigvalsh(scaled).min(axis=1, initial=1.0) > CLEAR)
    scaled[~clear] = np.eye(systems.shape[1])
    return scale[:, :, None] * np.linalg.solve(scaled, scale[:, :, None] * right), clear
