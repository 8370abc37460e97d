"""The distributions that tests and intervals are read from: normal, Student's t, chi-squared, F.

scipy.special computes them. scipy.stats calls the same functions, but takes as long to load as all else that
a small study needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc, fdtrc, fdtri, ndtr, ndtri, stdtr, stdtrit

from replication.estimate.design import Floats

Number = float | Floats


@dataclass(frozen=True)
class Reference:
    """What a coefficient over its error is held to: Student's t, or the normal where `df` is None.

    `df` is one number or one a coefficient; where it is not positive the answers are NaN.
    """

    df: Number | None = None

    def sf(self, x: Number) -> Any:
        """Probability beyond `x`."""
        return ndtr(-np.asarray(x)) if self.df is None else stdtr(self.df, -np.asarray(x))

    def ppf(self, p: Number) -> Any:
        """The number below which the probability is `p`."""
        return ndtri(p) if self.df is None else stdtrit(self.df, p)


NORMAL = Reference()


def chi2_sf(x: float, df: float) -> float:
    """Probability beyond `x` of chi-squared with `df` degrees of freedom; NaN where `df` is not positive."""
    return float(chdtrc(df, max(x, 0.0))) if df > 0 else float("nan")


def f_sf(x: float, df1: float, df2: float) -> float:
    """Probability beyond `x` of F with `df1` and `df2`; NaN where one of them is not positive."""
    return float(fdtrc(df1, df2, max(x, 0.0))) if min(df1, df2) > 0 else float("nan")


def f_ppf(p: float, df1: float, df2: float) -> float:
    """The number below which F with `df1` and `df2` degrees of freedom has probability `p`."""
    return float(fdtri(df1, df2, p))


def normal_density(x: Number) -> Any:
    """Height of the standard normal at `x`."""
    return np.exp(-(np.asarray(x) ** 2) / 2.0) / np.sqrt(2 * np.pi)
