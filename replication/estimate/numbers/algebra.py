"""Least squares by orthogonal triangularisation, with dependent columns named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular

from replication.errors import EstimationError
from replication.estimate.design import Floats, Term
from replication.estimate.numbers.row_blocks import row_blocks

COLLINEAR = 1e-10
"""Share of a column's length left after projection on the columns before it, below which it is none."""

NEARLY_COLLINEAR = 1e-7
"""The same share below which fewer than half the digits of a coefficient can be trusted."""


REDUCED, FOLD = 100_000, 10
"""Cells that are reduced at once, and at the least this many times as many rows as there are columns."""


@dataclass(frozen=True)
class Solution:
    """A least-squares solution.

    Attributes
    ----------
    params : (k,) float array
    bread : (k, k) float array
        (X'X)^-1.
    residuals : (n,) float array
    warnings : tuple of str
        One sentence for each column that is nearly a combination of others.
    """

    params: Floats
    bread: Floats
    residuals: Floats
    warnings: tuple[str, ...] = ()

    @property
    def ssr(self) -> float:
        """Sum of squared residuals."""
        return float(self.residuals @ self.residuals)


def least_squares(y: Floats, x: Floats, terms: Sequence[Term | str]) -> Solution:
    """Minimise |y - xb| by QR of the columns scaled to length one, refined once.

    The normal equations are never formed: they square the condition number, and the refinement step
    (Golub and Van Loan 2013, 5.3.8) regains the digits lost where the residuals are small.

    Parameters
    ----------
    y : (n,) float array
    x : (n, k) float array
    terms : sequence of k
        What the columns are, for messages.

    Raises
    ------
    EstimationError
        No column, a column of zeros, or a column that is a combination of those before it.
    """
    length = column_lengths(x, terms)
    r, right = _reduced(y, x, length)
    warnings = check_rank(r, terms)
    inverse = solve_triangular(r, np.eye(len(terms))) / length[:, None]
    params = inverse @ right
    params = params + inverse @ _reduced(_left(y, x, params), x, length)[1]
    return Solution(params, inverse @ inverse.T, _left(y, x, params), warnings)


def _left(y: Floats, x: Floats, params: Floats) -> Floats:
    """(n,) y - xb, in the memory of xb."""
    fitted = x @ params
    return np.subtract(y, fitted, out=fitted)


def _reduced(y: Floats, x: Floats, length: Floats) -> tuple[Floats, Floats]:
    """R (k, k) of the QR decomposition of the columns scaled to length one, and Q'y (k,).

    Some rows after others are reduced with the triangle of those before them (Golub and Van Loan 2013, 5.1;
    Demmel, Grigori, Hoemmen and Langou 2012, SIAM J. Sci. Comput. 34(1)), so that Q is never held.
    """
    k = x.shape[1]
    found: Floats = np.empty((0, k + 1))
    for rows in row_blocks(len(y), k + 1, max(REDUCED, FOLD * k * (k + 1))):
        block = np.column_stack([x[rows] / length, y[rows]])
        found = triangle(np.vstack([found, block]))
    return found[:k, :k], found[:k, k]


def column_lengths(x: Floats, terms: Sequence[Term | str]) -> Floats:
    """Euclidean length of each column; EstimationError if there is none or one is all zeros."""
    if not terms:
        raise EstimationError("the model has no regressor to estimate")
    length = lengths(x)
    for name, size in zip(terms, length, strict=True):
        if size == 0:
            raise EstimationError(f"{name!r} is zero in every row of the sample; leave it out")
    return length


def lengths(x: Floats) -> Floats:
    """(k,) Euclidean length of each column of x (n, k)."""
    return np.array([np.linalg.norm(column) for column in x.T])


def check_rank(r: Floats, terms: Sequence[Term | str]) -> tuple[str, ...]:
    """Refuse a triangle with a zero on its diagonal; say which columns come near to it."""
    left = np.abs(np.diag(r))
    for j in np.flatnonzero(left < COLLINEAR).tolist():
        others = ", ".join(_partners(r, j, terms)) or "the other regressors"
        raise EstimationError(
            f"'{terms[j]}' is an exact linear combination of {others[:300]}; leave one of them out"
        )
    return tuple(
        f"'{terms[j]}' is nearly a linear combination of {', '.join(_partners(r, j, terms))[:300]}: "
        "fewer than half the digits of their coefficients can be trusted"
        for j in np.flatnonzero(left < NEARLY_COLLINEAR).tolist()
    )


def _partners(r: Floats, j: int, terms: Sequence[Term | str]) -> list[str]:
    """The columns before j whose combination gives column j."""
    weights = solve_triangular(r[:j, :j], r[:j, j])
    return [str(terms[i]) for i in np.flatnonzero(np.abs(weights) > 1e-8).tolist()]


def triangle(x: Floats) -> Floats:
    """R of the QR decomposition of x."""
    return np.asarray(np.linalg.qr(x, mode="r"), dtype=float)


def column_space(x: Floats) -> Floats:
    """(n, rank) orthonormal basis of the columns of x, dependent columns left out."""
    length = np.linalg.norm(x, axis=0)
    x = x[:, length > 0] / length[length > 0]
    if x.shape[1] == 0:
        return x
    q, r, _ = qr(x, mode="economic", pivoting=True)
    return np.asarray(q[:, np.abs(np.diag(r)) >= COLLINEAR], dtype=float)


def residual_ssr(y: Floats, x: Floats) -> tuple[float, int]:
    """Sum of squared residuals of y on the columns of x, and their rank; dependent columns are allowed."""
    basis = column_space(x)
    left = y - basis @ (basis.T @ y)
    left = left - basis @ (basis.T @ left)
    return float(left @ left), basis.shape[1]
