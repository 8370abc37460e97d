"""Errors that need the hat matrix of regressors and dummies together: CR2 and the wild bootstrap.

Dummies whose level lies in one cluster leave nothing of the regressors in it: only those of the other
groupings enter; they are the same for every subset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import SATURATED, cluster_rows
from replication.estimate.covariances.wild_bootstrap import Draws, draws_of
from replication.estimate.design import Booleans, Floats, Integers
from replication.estimate.numbers.absorb import projector, residuals
from replication.estimate.numbers.algebra import column_space
from replication.estimate.numbers.groupings import Groupings, is_nested
from replication.robustness.block_errors import Variances, held
from replication.robustness.sweep import SAFE, Solved, Sweep

MOST_DUMMIES = 1_000
"""Besides those nested in clusters; with more, one by one."""


@dataclass(frozen=True)
class Hat:
    """What every cluster knows of the candidates and of the dummies not nested in it.

    Attributes
    ----------
    own : (G, s, r) float array
        Q_g'Q_g = own_g'own_g, in as few rows as the largest cluster needs; the others end in zeros.
    other : (G, s, d) float array
        The same rows of an orthonormal basis of the dummies.
    """

    own: Floats
    other: Floats

    @property
    def inner(self) -> Floats:
        """(G, r, r) Q_g'Q_g."""
        return np.swapaxes(self.own, 1, 2) @ self.own

    @property
    def between(self) -> Floats:
        """(G, d, r) products of the dummies with the candidates."""
        return np.swapaxes(self.other, 1, 2) @ self.own


def hat(swept: Sweep, effects: Groupings, weights: Floats, key: Integers) -> Hat:
    """The blocks of clusters 0 .. G-1."""
    both = np.column_stack([swept.basis, _other_dummies(effects, weights, key)])
    triangles = [np.linalg.qr(both[rows], mode="r") for rows in cluster_rows(key)]
    blocks = np.zeros((len(triangles), max(map(len, triangles)), both.shape[1]))
    for block, triangle in zip(blocks, triangles, strict=True):
        block[: len(triangle)] = triangle
    r = swept.basis.shape[1]
    return Hat(blocks[:, :, :r], blocks[:, :, r:])


def _other_dummies(effects: Groupings, weights: Floats, key: Integers) -> Floats:
    """(n, d) orthonormal basis of the dummies not nested in clusters, the nested ones taken out."""
    nested = [name for name, codes in effects.by_name.items() if is_nested(codes, key)]
    columns = [_dummies(codes) for name, codes in effects.by_name.items() if name not in nested]
    if sum(column.shape[1] for column in columns) > MOST_DUMMIES:
        raise EstimationError(f"more than {MOST_DUMMIES} dummies are not nested in the clusters")
    dummies = np.column_stack([np.empty((len(key), 0)), *columns])
    left = residuals(projector(effects.only(nested), weights), dummies)
    return column_space(left * np.sqrt(weights)[:, None])


def _dummies(codes: Integers) -> Floats:
    return (codes[:, None] == np.arange(int(codes.max()) + 1)).astype(float)


@dataclass(frozen=True)
class _Split:
    """Eigenvectors of each cluster's block of the hat matrix, subset by subset.

    Attributes
    ----------
    free : (P, G, s) float array
        One less the eigenvalues; zero where the cluster is fitted exactly.
    vectors : (P, G, s, s) float array
    ours : (P, G, s, k) float array
        The clusters' rows of the subset's basis.
    x : (P, G, s) float array
        Influence in the coordinates of the eigenvectors.
    """

    free: Floats
    vectors: Floats
    ours: Floats
    x: Floats

    @property
    def saturated(self) -> Booleans:
        """(P, G, s) directions that the fit takes whole."""
        return self.free < SATURATED

    @property
    def clear(self) -> Booleans:
        """(P,) whether what is left of every direction is nothing or enough, and no cluster is alone.

        Alone is a cluster without which the coefficient is not identified
        (`cluster_robust.adjusted_regressors`).
        """
        known = ((self.free < SATURATED * SAFE) | (self.free > SAFE)).all(axis=(1, 2))
        gone = np.linalg.norm(np.where(self.saturated, self.x, 0.0), axis=2)
        length = np.linalg.norm(self.x, axis=(1, 2))
        return known & (gone <= np.sqrt(SATURATED) * length[:, None]).all(axis=1)


def _split(solved: Solved, blocks: Hat) -> _Split:
    ours = blocks.own @ solved.space[:, None]
    together = ours @ np.swapaxes(ours, 2, 3) + blocks.other @ np.swapaxes(blocks.other, 1, 2)
    values, vectors = np.linalg.eigh(together)
    x = np.einsum("gsr,pr->pgs", blocks.own, solved.influence)
    return _Split(1.0 - values, vectors, ours, np.einsum("pgst,pgs->pgt", vectors, x))


def cr2(solved: Solved, blocks: Hat) -> Variances:
    """As `cluster_robust.cr2`: scores x_g'(I - H_gg)^(-1/2) e_g, Satterthwaite's degrees of freedom."""
    split = _split(solved, blocks)
    root = np.where(split.saturated, 0.0, np.maximum(split.free, SATURATED) ** -0.5)
    adjusted = np.einsum("pgst,pgt->pgs", split.vectors, root * split.x)
    e = np.einsum("gsr,pr->pgs", blocks.own, solved.residual)
    found = held(solved, (np.einsum("pgs,pgs->pg", adjusted, e) ** 2).sum(axis=1))
    df = _satterthwaite(adjusted, split.ours, blocks.other)
    return Variances(found.variance, found.safe & split.clear, df)


def _satterthwaite(adjusted: Floats, ours: Floats, other: Floats) -> Floats:
    """(P,) as `cluster_robust.wishart_df` of single ones, from the adjusted influence (P, G, s)."""
    inside = np.concatenate(
        [np.einsum("pgs,pgsk->pgk", adjusted, ours), np.einsum("pgs,gsd->pgd", adjusted, other)], axis=2
    )
    gram = -inside @ np.swapaxes(inside, 1, 2)
    diagonal = np.arange(gram.shape[1])
    gram[:, diagonal, diagonal] += (adjusted**2).sum(axis=2)
    spread = (gram**2).sum(axis=(1, 2))
    return np.trace(gram, axis1=1, axis2=2) ** 2 / np.where(spread > 0, spread, np.nan)


def wild(
    solved: Solved, blocks: Hat, multipliers: Floats, *, null: bool = True
) -> tuple[list[Draws], Booleans]:
    """The draws of the last coefficient of every subset, as `wild_bootstrap.coefficient_draws`.

    Parameters
    ----------
    multipliers : (B, G) float array

    Returns
    -------
    list of P Draws and (P,) bool array
        Whether each has the digits of the one-by-one path.
    """
    length = (solved.influence**2).sum(axis=1)
    slope = solved.influence / np.where(solved.safe, length, 1.0)[:, None] * null
    forms = [cluster_forms(solved, blocks, z) for z in (solved.residual, slope)]
    draws = [
        draws_of(list(parts), multipliers)
        for parts in zip(*(zip(*form, strict=True) for form in forms), strict=True)
    ]
    found = held(solved, np.array([draw.error**2 for draw in draws]))
    return draws, found.safe & _split(solved, blocks).clear


def cluster_forms(solved: Solved, blocks: Hat, z: Floats) -> tuple[Floats, Floats]:
    """(P, G) scores u'K_g z and (P, G, G) matrices diag(scores) - u_g'H_gh z_h."""
    inner, between = blocks.inner, blocks.between
    left, right = (np.einsum("gij,pj->pgi", inner, w) for w in (solved.influence, z))
    scores = np.einsum("pgi,pi->pg", left, z)
    products = [
        np.concatenate([each @ solved.space, np.einsum("gdj,pj->pgd", between, w)], axis=2)
        for each, w in ((left, solved.influence), (right, z))
    ]
    forms = -products[0] @ np.swapaxes(products[1], 1, 2)
    diagonal = np.arange(scores.shape[1])
    forms[:, diagonal, diagonal] += scores
    return scores, forms
