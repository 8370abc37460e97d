"""Clustered errors for few clusters: CR2 with Satterthwaite degrees of freedom, and the jackknife CR3.

Both work in the metric in which the estimator is least squares, so that analytic weights are inverse
variances under the working model, and both count absorbed effects: the hat matrix is that of the regressors
and all dummies together, of which only the blocks that are asked for are ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.linalg import solve_triangular

from replication.errors import EstimationError
from replication.estimate.covariances.notes import whose
from replication.estimate.covariances.sandwich import beside_effects, cluster_key, effects_of, group_sums
from replication.estimate.design import Booleans, Covariance, Fit, Floats, Integers, LeastSquaresFit
from replication.estimate.numbers.absorb import rest_basis
from replication.estimate.numbers.algebra import column_space

SATURATED = 1e-10
"""1 less the squared singular value of a cluster's block of the hat matrix below which it is zero."""


@dataclass(frozen=True)
class OneEntry:
    """A matrix F whose row i has a single entry: of the dummies of the grouping with most levels.

    Attributes
    ----------
    root : (n,) float array
        The entries: root of the row's share in the weight of its level.
    level : (n,) int array
        The columns that they stand in.
    """

    root: Floats
    level: Integers

    def by_cluster(self, key: Integers, values: Floats) -> sparse.csr_array:
        """(G, levels) sums of entries times values over the rows of a cluster."""
        shape = (int(key.max()) + 1, int(self.level.max()) + 1)
        return sparse.csr_array((self.root * values, (key, self.level)), shape=shape)

    def rows(self, rows: Integers) -> Floats:
        """(m, levels) some rows, without the columns in which they have nothing."""
        levels, place = np.unique(self.level[rows], return_inverse=True)
        found = np.zeros((len(rows), len(levels)))
        found[np.arange(len(rows)), place] = self.root[rows]
        return found


@dataclass(frozen=True)
class Projection:
    """The hat matrix H = BB' + FF' of the regressors and the absorbed dummies, without forming it.

    Attributes
    ----------
    basis : (n, m) float array
        B: orthonormal columns of the regressors and of the dummies of all groupings but the largest.
    largest : OneEntry or None
        F, if there are effects.
    """

    basis: Floats
    largest: OneEntry | None = None


def projection(fit: LeastSquaresFit) -> Projection:
    """The hat matrix of a least-squares fit, absorbed effects included, in the metric of `fit.x`."""
    own = column_space(beside_effects(fit))
    if not fit.effects:
        return Projection(own)
    by = effects_of(fit)
    level = by.groups.codes[0]
    root = np.sqrt(by.weights / by.totals[level])
    return Projection(np.column_stack([own, rest_basis(by)]), OneEntry(root, level))


def cluster_products(hat: Projection, key: Integers, left: Floats, right: Floats) -> Floats:
    """(G, G) matrix of l_g' H_gh r_h over all pairs of clusters, for (n,) vectors l and r."""
    inside = group_sums(key, hat.basis * left[:, None]) @ group_sums(key, hat.basis * right[:, None]).T
    if hat.largest is None:
        return inside
    across: Floats = (hat.largest.by_cluster(key, left) @ hat.largest.by_cluster(key, right).T).toarray()
    return inside + across


def _block_basis(hat: Projection, rows: Integers) -> Floats:
    """(n_g, r) matrix U with UU' the block of H of these rows."""
    if hat.largest is None:
        return hat.basis[rows]
    return np.column_stack([hat.basis[rows], hat.largest.rows(rows)])


def cluster_rows(key: Integers) -> list[Integers]:
    """Positions of the rows of each cluster 0 .. G-1."""
    order = np.argsort(key, kind="stable")
    return np.split(order, np.cumsum(np.bincount(key))[:-1])


def adjusted_regressors(
    fit: LeastSquaresFit, hat: Projection, key: Integers, power: float
) -> tuple[Floats, Booleans]:
    """Regressors of each cluster times the symmetric (I - H_gg)^-power, a generalised inverse where singular.

    Returns
    -------
    (n, k) float and (k,) bool arrays
        The adjusted regressors, and which coefficients rest on a single cluster: part of their influence
        lies where some H_gg is one, and is gone without that cluster.
    """
    adjusted = np.empty_like(fit.x)
    length, alone = np.sqrt(np.diag(fit.bread)), np.zeros(fit.x.shape[1], dtype=bool)
    for rows in cluster_rows(key):
        left, singular, _ = np.linalg.svd(_block_basis(hat, rows), full_matrices=False)
        free = 1.0 - singular**2
        saturated = free < SATURATED
        scale = np.where(saturated, 0.0, np.where(saturated, 1.0, free) ** -power)
        inner = left.T @ fit.x[rows]
        adjusted[rows] = fit.x[rows] + left @ ((scale - 1.0)[:, None] * inner)
        alone |= np.linalg.norm(inner[saturated] @ fit.bread, axis=0) > np.sqrt(SATURATED) * length
    return adjusted, alone


def cr2(fit: Fit, *, cluster: list[str] | None = None) -> Covariance:
    """Bias-reduced clustered covariance with Satterthwaite degrees of freedom for each coefficient.

    Scores are X_g' (I - H_gg)^(-1/2) e_g (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018, with the
    working model of independent errors of equal variance), unbiased under that model; with singleton
    clusters it is HC2. Degrees of freedom are twice the squared mean over the variance of the estimated
    variance under the working model. With analytic weights or random effects
    all this holds in the metric in which the estimator is least squares; of the many roots that are then
    unbiased R's clubSandwich takes another, and its weighted default another working model.

    Parameters
    ----------
    cluster : list of one name; default ["entity"]

    Raises
    ------
    EstimationError
        An estimator that is not least squares; not one known name; fewer than two clusters.
    """
    fit, name, key = single_cluster(fit, "cr2", cluster)
    hat = projection(fit)
    adjusted, alone = adjusted_regressors(fit, hat, key, 0.5)
    influence = adjusted @ fit.bread
    changes = group_sums(key, influence * fit.residuals[:, None])
    joint_df = partial(wishart_df, cluster_sums(hat, key, influence.T))
    df = np.array([joint_df(row[None]) for row in np.eye(len(fit.terms))])
    groups = len(changes)
    programs = "R clubSandwich, Stata vce(hc2 ..., dfadjust)"
    known = whose(fit, programs) if fit.design.weights is None else ""
    note = (
        f"clustered by {name} ({groups} clusters), CR2 with Satterthwaite degrees of freedom "
        f"{df.min():.4g} to {df.max():.4g}{known}"
    )
    said = single_cluster_warnings(fit, name, alone, "its CR2 error is too small")
    return Covariance("cr2", changes.T @ changes, df, {}, note, warnings=said, joint_df=joint_df)


def single_cluster_warnings(fit: Fit, name: str, alone: Booleans, so: str) -> tuple[str, ...]:
    """A sentence for each coefficient that a single cluster identifies (MacKinnon and Webb 2017)."""
    return tuple(f"'{fit.terms[j]}' rests on a single cluster of {name}: {so}" for j in np.flatnonzero(alone))


@dataclass(frozen=True)
class ClusterSums:
    """k vectors and what H has of them in each cluster, so that what is asked of any of their combinations
    is had from sums that are made once.

    Attributes
    ----------
    key : (n,) int array
        Clusters 0 .. G-1.
    vectors : (k, n) float array
    in_basis : (k, G, m) float array
        Sums over the rows of each cluster of a vector times B.
    in_largest : (k, p) float array
        Those of it times F, where a cluster has any rows of a level; (k, 0) without F.
    places : sparse (G, levels) array or None
        Where the p sums stand.
    """

    key: Integers
    vectors: Floats
    in_basis: Floats
    in_largest: Floats
    places: sparse.csr_array | None

    def combined(self, combinations: Floats) -> ClusterSums:
        """The same of combinations (q, k) of the vectors."""
        return ClusterSums(
            self.key,
            np.tensordot(combinations, self.vectors, 1),
            np.tensordot(combinations, self.in_basis, 1),
            np.tensordot(combinations, self.in_largest, 1),
            self.places,
        )

    def traces(self) -> Floats:
        """(k, k) sums over the clusters of l_g' (I - H)_gg r_g for all pairs of vectors."""
        found, flat = self.vectors @ self.vectors.T, self.in_basis.reshape(len(self.in_basis), -1)
        return np.asarray(found - flat @ flat.T - self.in_largest @ self.in_largest.T)

    def products(self, left: int, right: int) -> Floats:
        """(G, G) matrix of l_g' (I - H)_gh r_h for two of the vectors, by their places."""
        inside = self.in_basis[left] @ self.in_basis[right].T
        if self.places is not None:
            inside += (self._largest(left) @ self._largest(right).T).toarray()
        own = np.bincount(self.key, self.vectors[left] * self.vectors[right])
        return np.asarray(np.diag(own) - inside)

    def _largest(self, place: int) -> sparse.csr_array:
        assert self.places is not None  # the caller has looked
        where = (self.places.indices, self.places.indptr)
        return sparse.csr_array((self.in_largest[place], *where), shape=self.places.shape)


def cluster_sums(hat: Projection, key: Integers, vectors: Floats) -> ClusterSums:
    """The sums of vectors (k, n) over clusters 0 .. G-1 (n,)."""
    in_basis = np.array([group_sums(key, hat.basis * each[:, None]) for each in vectors])
    if hat.largest is None:
        return ClusterSums(key, vectors, in_basis, np.empty((len(vectors), 0)), None)
    largest = [hat.largest.by_cluster(key, each) for each in vectors]
    return ClusterSums(key, vectors, in_basis, np.array([each.data for each in largest]), largest[0])


def wishart_df(sums: ClusterSums, combinations: Floats) -> float:
    """Degrees of freedom of sum_g s_g s_g', s_g = Q_g' e_g, e = (I - H) times independent errors of equal
    variance: those of the Wishart distribution of the same mean and total variance.

    Pustejovsky and Tipton (2018, section 3.2, "HTZ"; Zhang 2012): q (q + 1) over the sum of the variances of
    the elements once the mean is made the identity. For q = 1 Satterthwaite's (1946).

    Parameters
    ----------
    sums : of the influence (k, n), adjusted regressors times the bread
    combinations : (q, k) float array
        Q = influence times its transpose.

    Returns
    -------
    float
        NaN where the mean is singular: no variance, or fewer clusters than combinations.
    """
    asked, many = sums.combined(combinations), len(combinations)
    mean = asked.traces()
    scale = np.sqrt(np.abs(np.diag(mean)))
    if not scale.all() or np.linalg.eigvalsh(mean / np.outer(scale, scale)).min() < SATURATED:
        return float("nan")
    root = np.linalg.cholesky(mean / np.outer(scale, scale))
    asked = asked.combined(solve_triangular(root, np.diag(1 / scale), lower=True))
    spread, whole = 0.0, np.zeros((1, 1))
    for i in range(many):
        for j in range(i, many):
            products = asked.products(i, j)
            whole = whole + products if i == j else whole
            spread += (1 + (j > i)) * float((products * products.T).sum())
    return many * (many + 1) / (spread + float((whole**2).sum()))


def cr3(
    fit: Fit,
    *,
    cluster: list[str] | None = None,
    groups_factor: bool = True,
    centre: Literal["estimate", "mean"] = "estimate",
) -> Covariance:
    """Delete-one-cluster jackknife (MacKinnon, Nielsen and Webb 2023), without refitting.

    The change of the estimates when cluster g goes is (X'X)^-1 X_g' (I - H_gg)^-1 e_g, exactly; effects of
    entities that go with their cluster go too. With singleton clusters and no factor it is HC3. Referred
    to t with G - 1 degrees of freedom. A coefficient that cannot be estimated without one of the clusters
    has no jackknife: its variance is missing, and a warning says so.

    Parameters
    ----------
    cluster : list of one name; default ["entity"]
    groups_factor : bool
        Multiply by (G-1)/G (summclust's CV3, Stata's vce(jackknife)); R's clubSandwich does not.
    centre : "estimate" or "mean"
        Changes are about the full-sample estimates (CV3; Stata's vce(jackknife, mse)) or about the mean of
        the jackknife estimates (CV3J; Stata's vce(jackknife)).

    Raises
    ------
    EstimationError
        An estimator that is not least squares; not one known name; fewer than two clusters.
    """
    fit, name, key = single_cluster(fit, "cr3", cluster)
    changes, alone = deletions(fit, key)
    groups = len(changes)
    if centre == "mean":
        changes = changes - changes.mean(axis=0)
    factors = {"(G-1)/G": (groups - 1) / groups} if groups_factor else {}
    matrix = factors.get("(G-1)/G", 1.0) * (changes.T @ changes)
    matrix[alone, :] = matrix[:, alone] = np.nan
    how = f"(G-1)/G = {factors['(G-1)/G']:.6g}" if factors else f"no factor{whose(fit, 'R clubSandwich')}"
    about = {"estimate": f"the estimates{whose(fit, 'summclust CV3')}", "mean": "their mean"}[centre]
    note = f"clustered by {name} ({groups} clusters), CR3, the jackknife about {about}: {how}"
    said = single_cluster_warnings(fit, name, alone, "it has no jackknife error")
    return Covariance("cr3", matrix, float(groups - 1), factors, note, warnings=said)


def deletions(fit: LeastSquaresFit, key: Integers) -> tuple[Floats, Booleans]:
    """(G, k) estimates less those without each cluster, exactly, and what rests on a single cluster."""
    adjusted, alone = adjusted_regressors(fit, projection(fit), key, 1.0)
    return group_sums(key, fit.residuals[:, None] * adjusted) @ fit.bread, alone


def single_cluster(fit: Fit, kind: str, cluster: list[str] | None) -> tuple[LeastSquaresFit, str, Integers]:
    """The fit, the one cluster name and its codes 0 .. G-1, for errors that exist for least squares alone.

    Raises
    ------
    EstimationError
        An estimator that is not least squares; not one known name; fewer than two clusters.
    """
    if not isinstance(fit, LeastSquaresFit) or fit.metric == "fitted":
        raise EstimationError(
            f"{kind} needs least squares, found {fit.estimator}; allowed: clustered, pairs_bootstrap"
        )
    names = ["entity"] if cluster is None else cluster
    if len(names) != 1:
        raise EstimationError(f"{kind}: cluster is {names}; allowed: one name")
    return fit, names[0], cluster_key(fit, names[0])


COVARIANCES = {"cr2": cr2, "cr3": cr3}
