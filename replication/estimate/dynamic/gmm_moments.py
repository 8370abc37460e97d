"""Linear GMM on stacked panel rows: steps, Windmeijer's correction, Sargan, Hansen, Arellano-Bond tests.

Formulas as in Roodman (2009, "How to do xtabond2", Stata Journal 9: 86-136) and the Mata source of his
program (version 3.7.0), which fixes the details that papers leave open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from replication.errors import EstimationError
from replication.estimate.design import Floats

RANK_TOLERANCE = 1e-10
"""Singular values below this share of the largest count as zero, columns first brought to length one."""


@dataclass(frozen=True)
class Stack:
    """What the moments are made of; R rows an entity: T transformed ones, then in a system T levels.

    Attributes
    ----------
    y : (N, R) float array
    x : (N, R, k) float array
    z : (N, R, q) float array
        All three are zero in rows that are not used.
    factor : (r, R) float array
        `factor.T @ factor` is the assumed covariance of an entity's errors in the first step (H).
    """

    y: Floats
    x: Floats
    z: Floats
    factor: Floats

    @property
    def zx(self) -> Floats:
        """(q, k) cross products of instruments and regressors."""
        found: Floats = np.einsum("nrq,nrk->qk", self.z, self.x, optimize=True)
        return found

    @property
    def zy(self) -> Floats:
        """(q,) cross products of instruments and outcome."""
        found: Floats = np.einsum("nrq,nr->q", self.z, self.y, optimize=True)
        return found


@dataclass(frozen=True)
class Step:
    """One GMM step.

    Attributes
    ----------
    params : (k,) float array
    bread : (k, k) float array
        (X'Z A Z'X)^-1.
    weighted : (q, k) float array
        A Z'X.
    root : (r, q) float array
        root'root = A, the weighting matrix.
    residuals : (N, R) float array
    moments : (N, q) float array
        Z_i'e_i.
    """

    params: Floats
    bread: Floats
    weighted: Floats
    root: Floats
    residuals: Floats
    moments: Floats

    @property
    def rank(self) -> int:
        """Rank of the matrix whose inverse weights the moments: instruments that are not redundant."""
        return len(self.root)

    @property
    def objective(self) -> float:
        """e'Z A Z'e."""
        return float(np.sum((self.root @ self.moments.sum(axis=0)) ** 2))


def weight_root(factor: Floats) -> Floats:
    """(rank, q) R with R'R a generalised inverse of factor'factor, which is never formed.

    The ordinary inverse where it exists; otherwise the Moore-Penrose inverse after scaling columns to length
    one. Redundant moments lie in the range of the matrix, and the choice of inverse then changes nothing.
    """
    length = np.linalg.norm(factor, axis=0)
    scale = np.where(length > 0, 1.0 / np.where(length > 0, length, 1.0), 0.0)
    triangle = np.linalg.qr(factor * scale, mode="r")
    _, singular, right = np.linalg.svd(triangle, full_matrices=False)
    keep = singular > RANK_TOLERANCE * singular[0]
    found: Floats = (right[keep] / singular[keep, None]) * scale
    return found


def first_root(stack: Stack) -> Floats:
    """Root of the first step's weighting matrix, (sum Z_i'H Z_i)^-1."""
    projected = np.einsum("sr,nrq->nsq", stack.factor, stack.z, optimize=True)
    return weight_root(projected.reshape(-1, stack.z.shape[2]))


def gmm_step(stack: Stack, root: Floats) -> Step:
    """GMM with a given weighting matrix, as least squares of root Z'y on root Z'X."""
    _require_identified(root @ stack.zx)
    q, r = np.linalg.qr(root @ stack.zx)
    params = solve_triangular(r, q.T @ (root @ stack.zy))
    inverse = solve_triangular(r, np.eye(len(r)))
    residuals = stack.y - stack.x @ params
    moments = np.einsum("nrq,nr->nq", stack.z, residuals, optimize=True)
    return Step(params, inverse @ inverse.T, root.T @ (root @ stack.zx), root, residuals, moments)


def _require_identified(weighted: Floats) -> None:
    """Refuse weighted moments (rank, k) that are fewer than the parameters or say nothing of one of them."""
    length = np.linalg.norm(weighted, axis=0)
    rank = np.linalg.matrix_rank(weighted / np.where(length > 0, length, 1.0))
    if rank < weighted.shape[1]:
        raise EstimationError(
            f"the weighted moments have rank {rank}, the equation {weighted.shape[1]} parameters: too few "
            "entities or instruments; take fewer regressors, more instruments, or one step for two"
        )


def sandwich(step: Step) -> Floats:
    """Covariance robust to heteroskedasticity and to correlation within entities (no small-sample factor)."""
    influence = step.moments @ step.weighted @ step.bread
    return influence.T @ influence


def windmeijer(stack: Stack, first: Step, second: Step) -> Floats:
    """Two-step covariance corrected for the estimated weighting matrix (Windmeijer 2005, eq. 3.3).

    V2 + D V2 + V2 D' + D V1 D' with D the derivative of the second step's estimate by the first's.
    """
    pull = second.root.T @ (second.root @ second.moments.sum(axis=0))
    own = np.einsum("nrq,nrk,n->qk", stack.z, stack.x, first.moments @ pull, optimize=True)
    through = np.einsum("nr,nrk->nk", stack.z @ pull, stack.x, optimize=True)
    derivative = second.bread @ second.weighted.T @ (own + first.moments.T @ through)
    cross = derivative @ second.bread
    found: Floats = second.bread + cross + cross.T + derivative @ sandwich(first) @ derivative.T
    return found


@dataclass(frozen=True)
class DifferencedErrors:
    """What a test for serial correlation of order m looks at.

    Attributes
    ----------
    residuals : (N, T) float array
        First differences of the level residuals, zero where there is none.
    x : (N, T, k) float array
        First differences of the regressors, zero in the same cells.
    used : (N, T) bool array
    """

    residuals: Floats
    x: Floats
    used: np.ndarray

    def lagged(self, order: int) -> Floats:
        """Residuals `order` periods earlier, zero where there is none."""
        out = np.zeros_like(self.residuals)
        out[:, order:] = self.residuals[:, : max(out.shape[1] - order, 0)]
        found: Floats = out * self.used
        return found


@dataclass(frozen=True)
class HomoskedasticErrors:
    """Assumed covariance of the errors, for the serial-correlation test of a one-step fit that is not robust.

    Attributes
    ----------
    variance : float
    difference, transformation : (T, T) float arrays
        Operators of the tested differences and of the estimated equation.
    z : (N, T, q) float array
        Instruments of the transformed equation.
    """

    variance: float
    difference: Floats
    transformation: Floats
    z: Floats


def serial_correlation(
    errors: DifferencedErrors,
    order: int,
    step: Step,
    covariance: Floats,
    assumed: HomoskedasticErrors | None = None,
) -> float:
    """The z statistic m of Arellano and Bond (1991, eqs. 8-9; Roodman 2009, eq. 32); NaN if undefined.

    `covariance` is the reported one of the parameters. Without `assumed`, sums over entities of products of
    residuals estimate the variances; they are by entity whatever the covariance clusters by.
    """
    lag = errors.lagged(order)
    by_entity = np.sum(lag * errors.residuals, axis=1)
    if not by_entity.any():
        return np.nan
    if assumed is None:
        own, with_moments = by_entity @ by_entity, step.moments.T @ by_entity
    else:
        spread = lag @ assumed.difference.T
        own = assumed.variance * np.sum(spread**2)
        with_moments = assumed.variance * np.einsum(
            "ntq,nt->q", assumed.z, spread @ assumed.transformation, optimize=True
        )
    slope = np.einsum("ntk,nt->k", errors.x, lag)
    variance = own - 2 * slope @ step.bread @ (step.weighted.T @ with_moments) + slope @ covariance @ slope
    return float(by_entity.sum() / np.sqrt(variance)) if variance > 0 else np.nan
