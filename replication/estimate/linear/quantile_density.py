"""Density of the errors of a quantile regression: kernels, bandwidths, differences of quantiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Floats
from replication.estimate.numbers.distributions import NORMAL, normal_density

KernelName = Literal[
    "gaussian",
    "epanechnikov",
    "epanechnikov_root5",
    "biweight",
    "cosine",
    "parzen",
    "rectangle",
    "triangle",
]
Rule = Literal["hall_sheather", "bofinger", "bofinger_koenker", "chamberlain"]
Quartiles = Literal["interpolated", "averaged"]
METHODS: Mapping[Quartiles, Literal["linear", "averaged_inverted_cdf"]] = {
    "interpolated": "linear",
    "averaged": "averaged_inverted_cdf",
}
"""What numpy calls R's type 7, and Stata's way."""


def rule_width(rows: int, q: float, rule: Rule) -> float:
    """Bandwidth on the scale of the quantile, for intervals of 95 percent.

    Hall and Sheather (1988), Bofinger (1975), Chamberlain (1994), as Stata's [R] qreg prints them. Its
    Bofinger has the normal density at twice the quantile; Koenker (2005, 4.10.1) and the derivation, with
    s(q) = 1 / density, have it at the quantile: the same at the median alone.

    Raises
    ------
    EstimationError
        q so near to 0 or 1 that the bandwidth leaves no room.
    """
    z, level = NORMAL.ppf(q), NORMAL.ppf(0.975)
    density, bend = normal_density(z), 2 * z**2 + 1
    found = {
        "hall_sheather": lambda: rows ** (-1 / 3) * level ** (2 / 3) * (1.5 * density**2 / bend) ** (1 / 3),
        "bofinger": lambda: rows ** (-1 / 5) * (4.5 * normal_density(2 * z) ** 4 / bend**2) ** (1 / 5),
        "bofinger_koenker": lambda: rows ** (-1 / 5) * (4.5 * density**4 / bend**2) ** (1 / 5),
        "chamberlain": lambda: level * np.sqrt(q * (1 - q) / rows),
    }
    h = float(found[rule]())
    if q - h <= 0 or q + h >= 1:
        raise EstimationError(
            f"q = {q:g} is too near to 0 or 1 for {rows} rows: the bandwidth of its errors is {h:.3g}"
        )
    return h


def kernel_width(residuals: Floats, q: float, h: float, quartiles: Quartiles) -> float:
    """Bandwidth on the scale of the residuals: min(sd, IQR / 1.34) times the distance of normal quantiles."""
    ends = np.percentile(residuals, [75, 25], method=METHODS[quartiles])
    spread = min(float(residuals.std(ddof=1)), float(np.subtract(*ends)) / 1.34)
    width: float = spread * float(NORMAL.ppf(q + h) - NORMAL.ppf(q - h))
    if not width > 0:
        raise EstimationError("half of the residuals are zero: the density of the errors cannot be estimated")
    return width


def nearest_ranks(residuals: Floats, parameters: int, h: float) -> tuple[Floats, Floats]:
    """The ordered residuals nearest to zero, and a constant with rank / (n - k): the slope of a median line
    through them is the sparsity of errors that are alike.

    As R's quantreg estimates it (se = "iid"; Siddiqui 1960; Koenker 2005, 3.4.1); residuals of rows on the
    plane are passed over.
    """
    rows = len(residuals)
    on_plane = int((residuals == 0).sum())
    many = max(parameters + 1, int(np.ceil(rows * h)))
    ranks = np.arange(on_plane + 1, min(on_plane + many + 1, rows) + 1)
    nearest = np.sort(residuals[np.argsort(np.abs(residuals), kind="stable")][ranks - 1])
    return nearest, np.column_stack([np.ones(len(ranks)), ranks / (rows - parameters)])


def difference_density(
    above: Floats, below: Floats, h: float, rounding: float = 0.0
) -> tuple[Floats, tuple[str, ...]]:
    """2h over the distance of the fitted quantiles q + h and q - h of each row, 0 where they cross or meet
    (Hendricks and Koenker 1992), and a sentence if they do.

    Both planes may pass through the same row: their distance there is zero up to `rounding`, and one over it
    would outweigh all other rows.
    """
    apart = above - below
    crossed = apart <= rounding
    density = np.where(crossed, 0.0, 2 * h / np.where(crossed, 1.0, apart))
    note = (
        f"The quantiles above and below cross or meet in {crossed.sum()} rows, which then count for nothing."
    )
    return density, (note,) * bool(crossed.any())


def _inside(u: Floats, edge: float, value: Floats) -> Floats:
    return np.where(np.abs(u) <= edge, value, 0.0)


def _parzen(u: Floats) -> Floats:
    near = 4 / 3 - 8 * u**2 + 8 * np.abs(u) ** 3
    return np.where(np.abs(u) <= 0.5, near, _inside(u, 1.0, 8 * (1 - np.abs(u)) ** 3 / 3))


@dataclass(frozen=True)
class Kernel:
    """A density, and how the program that uses it takes the quartiles of the residuals."""

    density: Callable[[Floats], Floats]
    quartiles: Quartiles = "averaged"


KERNELS: Mapping[KernelName, Kernel] = {
    "gaussian": Kernel(normal_density, "interpolated"),
    "epanechnikov": Kernel(lambda u: _inside(u, 1.0, 0.75 * (1 - u**2))),
    "epanechnikov_root5": Kernel(lambda u: _inside(u, np.sqrt(5), 0.75 * (1 - u**2 / 5) / np.sqrt(5))),
    "biweight": Kernel(lambda u: _inside(u, 1.0, 15 / 16 * (1 - u**2) ** 2)),
    "cosine": Kernel(lambda u: _inside(u, 0.5, 1 + np.cos(2 * np.pi * u))),
    "parzen": Kernel(_parzen),
    "rectangle": Kernel(lambda u: _inside(u, 1.0, np.full(len(u), 0.5))),
    "triangle": Kernel(lambda u: _inside(u, 1.0, 1 - np.abs(u))),
}
