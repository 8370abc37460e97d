"""Regressors made orthogonal before a likelihood is maximised, so that units and means do not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from replication.errors import EstimationError
from replication.estimate.design import Floats, Term
from replication.estimate.numbers.algebra import check_rank, column_lengths


@dataclass(frozen=True)
class Basis:
    """An orthogonal basis of the columns of x (n, k).

    Attributes
    ----------
    q : (n, k) float array
        q'q = n I.
    back : (k, k) float array
        x @ back = q: coefficients b on q are back @ b on x.
    warnings : tuple of str
        Columns that are nearly a combination of others.
    """

    q: Floats
    back: Floats
    warnings: tuple[str, ...]


def orthogonal(x: Floats, terms: Sequence[Term | str], rows: str = "sample") -> Basis:
    """The basis; EstimationError if rows are too few or a column is a combination of others, which it names.

    `rows` says in the message which rows these are.
    """
    n, k = x.shape
    if n <= k:
        raise EstimationError(f"the {rows} has {n} rows, too few for {k} regressors")
    try:
        length = column_lengths(x, terms)
        q, r = np.linalg.qr(x / length)
        warnings = check_rank(r, terms)
    except EstimationError as error:
        raise EstimationError(f"in the {rows}, {error}") from None
    return Basis(q * np.sqrt(n), solve_triangular(r, np.eye(k)) / length[:, None] * np.sqrt(n), warnings)
