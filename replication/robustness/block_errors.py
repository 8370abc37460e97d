"""Errors of thousands of subsets from blocks: one small matrix a cluster, whatever the number of rows.

In the basis Q of a sweep, cluster g adds a'Z_g'e_g = u'K_g v to the estimate, K_g = Q_g'Q_g, u the influence
and v the residual of a subset. So a clustered variance is a sum of squares of such forms, heteroskedasticity
is the case of one row a cluster, and panel-corrected errors are one quartic form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from replication.estimate.design import Booleans, Floats, Integers
from replication.estimate.numbers.algebra import triangle
from replication.estimate.numbers.groupings import sums
from replication.robustness.sweep import SAFE, Solved

CLUSTERS_AT_ONCE = 20_000
"""Clusters whose forms are held before they are brought to a triangle."""

NEGATIVE = 1e-12
"""Share of the largest eigenvalue below which a negative one is rounding (as in `clustered`)."""


@dataclass(frozen=True)
class Forms:
    """Symmetric matrices K with sum_g (u'K_g v)^2 the same as over the clusters.

    Attributes
    ----------
    matrices : (g, r, r) float array
        One a cluster, or r(r+1)/2 where there are more clusters than that.
    """

    matrices: Floats

    def scores(self, left: Floats, right: Floats) -> Floats:
        """(P, g) u'K_g v for the rows u and v of (P, r) arrays."""
        outer = np.einsum("pi,pj->pij", left, right).reshape(len(left), -1)
        return outer @ self.matrices.reshape(len(self.matrices), -1).T

    def all_scores(self, left: Floats, right: Floats) -> Floats:
        """(P, g, k) the same for each column of (P, r, k) influences."""
        return np.tensordot(right, self.matrices, axes=(1, 2)) @ left


def forms(basis: Floats, key: Integers) -> Forms:
    """The forms of clusters 0 .. G-1 of the rows of basis (n, r)."""
    r = basis.shape[1]
    upper = np.triu_indices(r)
    packed = np.empty((0, len(upper[0])))
    order = np.argsort(key, kind="stable")
    sizes = np.bincount(key)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    for first in range(0, len(sizes), CLUSTERS_AT_ONCE):
        last = min(first + CLUSTERS_AT_ONCE, len(sizes))
        rows = order[ends[first] : ends[last]]
        products = basis[np.ix_(rows, upper[0])] * basis[np.ix_(rows, upper[1])]
        packed = _compressed(np.vstack([packed, sums(key[rows] - first, products, last - first)]))
    matrices = np.zeros((len(packed), r, r))
    matrices[:, upper[0], upper[1]] = matrices[:, upper[1], upper[0]] = packed
    return Forms(matrices)


def _compressed(packed: Floats) -> Floats:
    """No more rows than columns, with the same length of every product with a vector."""
    return packed if len(packed) <= packed.shape[1] else triangle(packed)


@dataclass(frozen=True)
class Variances:
    """Of the estimates of P subsets.

    Attributes
    ----------
    variance : (P,) float array
    safe : (P,) bool array
        Whether enough digits are left of it; one-by-one where not.
    df : (P,) float array, or None where all subsets have those of the sample
    """

    variance: Floats
    safe: Booleans
    df: Floats | None = None


def _sizes(solved: Solved) -> Floats:
    """(P,) squared lengths of influence times residual, the most that a variance can be."""
    return (solved.influence**2).sum(axis=1) * (solved.residual**2).sum(axis=1)


def held(solved: Solved, variance: Floats) -> Variances:
    """The variances, safe where they are not so small that rounding shows in them."""
    return Variances(variance, solved.safe & (variance > SAFE**2 * _sizes(solved)))


def classical(solved: Solved) -> Variances:
    """SSR / (n-k) times the diagonal of the inverse of X'X; k counts absorbed effects."""
    return held(solved, _sizes(solved) / solved.df_resid)


def one_way(solved: Solved, parts: Forms, factor: float) -> Variances:
    """Clustered once (rows, for White's errors), times the small-sample factor."""
    return held(solved, factor * (parts.scores(solved.influence, solved.residual) ** 2).sum(axis=1))


def two_way(solved: Solved, parts: Sequence[Forms], factors: Sequence[float]) -> Variances:
    """c1 V1 + c2 V2 - c12 V12, negative eigenvalues of the whole matrix set to zero as in `clustered`.

    Not safe where it hangs on rounding whether an eigenvalue is negative.
    """
    influences = solved.influences()
    scores = [part.all_scores(influences, solved.residual) for part in parts]
    signs = np.multiply(factors, (1.0, 1.0, -1.0))
    whole = sum(sign * np.swapaxes(each, 1, 2) @ each for sign, each in zip(signs, scores, strict=True))
    values, vectors = np.linalg.eigh(whole)
    largest = np.abs(values).max(axis=1, initial=0.0)
    indefinite = (values < -NEGATIVE * largest[:, None]).any(axis=1)
    doubtful = (np.abs(values + NEGATIVE * largest[:, None]) < 0.1 * NEGATIVE * largest[:, None]).any(axis=1)
    mended = (vectors[:, -1, :] ** 2 * np.clip(values, 0.0, None)).sum(axis=1)
    found = held(solved, np.where(indefinite, mended, whole[:, -1, -1]))
    lost = indefinite & (mended < SAFE * largest)
    return Variances(found.variance, found.safe & ~doubtful & ~lost)
