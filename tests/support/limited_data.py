"""Data that the tests of limited outcomes share, and how a printed number is compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels.datasets import mroz
from scipy.special import ndtri

from replication.estimate.design import Design, Fit
from tests.support.terms import terms_of


def design(y, x, terms: Sequence[str], entity=None, time=None, **rest) -> Design:
    """A Design; rows are entities of their own unless `entity` is given."""
    n = len(y)
    return Design(
        "y",
        terms_of(*terms),
        np.asarray(y, float),
        np.asarray(x, float),
        np.arange(n) if entity is None else np.asarray(entity),
        np.zeros(n, dtype=int) if time is None else np.asarray(time),
        **rest,
    )


def std_errors(fit: Fit) -> np.ndarray:
    """From the fit's own covariance."""
    return np.sqrt(np.diag(fit.bread if fit.own is None else fit.own.matrix))


def assert_printed(values, texts: Sequence[str], units: float = 0.51) -> None:
    """Each value rounds to the number printed: within `units` of its last digit (a half, and rounding)."""
    for value, text in zip(values, texts, strict=True):
        mantissa, _, exponent = text.partition("e")
        decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
        assert abs(value - float(text)) <= units * 10.0**-decimals, f"{value} is not {text}"


def fair() -> tuple[pd.DataFrame, list[str]]:
    """The 601 rows of Fair (1978) and the regressors of Greene's Tobit."""
    frame = pd.read_csv(Path(sm.__file__).parent / "datasets" / "fair" / "fair_pt.csv").assign(const=1.0)
    return frame, ["const", "age", "nmarried", "religious", "occupation", "rate_marriage"]


def mroz_women() -> pd.DataFrame:
    """The 753 women of Mroz (1987), nwifeinc computed anew.

    One value of it lost its minus sign in the wheel's file; Stata's has mean 20.12896 and minimum
    -.0290575, as (faminc - wage * hours) / 1000 has.
    """
    frame = mroz.load().assign(const=1.0)
    frame["nwifeinc"] = (frame.faminc - frame.wage.fillna(0) * frame.hours) / 1000
    return frame


MROZ_TERMS = ["const", "nwifeinc", "educ", "exper", "expersq", "age", "kidslt6", "kidsge6"]


STATA_HESSIAN = 2e-6
"""Relative tolerance for Stata's Tobit errors, whose coefficients agree to every printed digit: they differ
from ours in the sixth or seventh digit, as numerical second derivatives or an earlier stop would make them.
Those of R's AER and censReg agree with ours to every printed digit."""


class RRandom:
    """R's default generator: Mersenne Twister, normals by inversion (R sources, RNG.c and snorm.c)."""

    def __init__(self, seed: int) -> None:
        for _ in range(50):
            seed = (69069 * seed + 1) % 2**32
        key = []
        for _ in range(625):
            seed = (69069 * seed + 1) % 2**32
            key.append(seed)
        self._bits = np.random.MT19937()
        state = self._bits.state
        state["state"] = {"key": np.array(key[1:], dtype=np.uint32), "pos": 624}
        self._bits.state = state

    def uniform(self, n: int) -> np.ndarray:
        """runif(n)."""
        return self._bits.random_raw(n) * 2.3283064365386963e-10

    def normal(self, n: int) -> np.ndarray:
        """rnorm(n)."""
        pairs = self.uniform(2 * n).reshape(n, 2)
        return ndtri((np.floor(2**27 * pairs[:, 0]) + pairs[:, 1]) / 2**27)


def censreg_panel() -> Design:
    """The simulated panel of the tests of R's censReg: 15 entities, 4 years, set.seed(123)."""
    random = RRandom(123)
    u, x1, x2, e = random.normal(15), random.normal(60), random.uniform(60), random.normal(60)
    y = np.maximum(-1 + np.repeat(u, 4) + 2 * x1 + 3 * x2 + e, 0)
    x = np.column_stack([np.ones(60), x1, x2])
    return design(
        y, x, ("const", "x1", "x2"), np.repeat(np.arange(15), 4), np.tile(np.arange(1981, 1985), 15)
    )


def simulated(seed: int, n: int = 120, k: int = 3) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """x (n, k) with a constant, an index x'b of moderate size, and the generator for what follows."""
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), random.normal(size=(n, k - 1))])
    return x, x @ random.uniform(-0.7, 0.7, size=k), random


def numerical_jacobian(function, at: np.ndarray) -> np.ndarray:
    """Central differences, (outputs, inputs)."""
    steps = 1e-5 * np.maximum(1, np.abs(at))
    columns = [
        (function(at + step * unit) - function(at - step * unit)) / (2 * step)
        for step, unit in zip(steps, np.eye(len(at)), strict=True)
    ]
    return np.stack(columns, axis=-1)
