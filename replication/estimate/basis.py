"""Regressors made orthogonal before a likelihood is maximised, and the check that they can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from replication.errors import EstimationError

Floats = NDArray[np.float64]

COLLINEAR = 1e-10
"""Share of a column's length left after projection on the columns before it, below which it is none."""


def orthogonal(x: Floats, terms: tuple[str, ...], rows: str = "sample") -> tuple[Floats, Floats]:
    """An orthogonal basis of the columns of x.

    Returns q (n, k) with q'q = n I and back (k, k) with x @ back = q, so that coefficients b on q are
    back @ b on x. Raises EstimationError if a column is a combination of others, which it names;
    `rows` says in the message which rows these are.
    """
    require_independent(x, terms, rows)
    length = np.linalg.norm(x, axis=0)
    q, r = np.linalg.qr(x / length)
    back = solve_triangular(r, np.eye(len(terms))) / length[:, None] * np.sqrt(len(x))
    return q * np.sqrt(len(x)), back


def require_independent(x: Floats, terms: tuple[str, ...], rows: str = "sample") -> None:
    """Raise EstimationError, naming the column, unless the columns of x are linearly independent."""
    if x.shape[1] == 0:
        raise EstimationError("the model has no regressors and no constant")
    if len(x) <= x.shape[1]:
        raise EstimationError(f"the {rows} has {len(x)} rows, too few for {x.shape[1]} regressors")
    length = np.linalg.norm(x, axis=0)
    for name in (term for term, size in zip(terms, length, strict=True) if size == 0):
        raise EstimationError(f"{name!r} is zero in every row of the {rows}; leave it out")
    (r,) = qr(x / length, mode="r", check_finite=False)
    left = np.abs(np.diag(r))
    if left.min() < COLLINEAR:
        last = int(np.argmax(left < COLLINEAR))
        weights = np.linalg.lstsq(x[:, :last] / length[:last], x[:, last] / length[last], rcond=None)[0]
        partners = [terms[j] for j in np.flatnonzero(np.abs(weights) > 1e-8)]
        raise EstimationError(
            f"{terms[last]!r} is an exact linear combination of {', '.join(partners)[:200]} in the {rows}; "
            "leave one of them out"
        )
