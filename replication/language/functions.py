"""The functions of the language, on plain arrays.

Missing is NaN. A result that is not defined (the log of nothing, a division by zero) is carried as infinity
until its row is dropped, so that the account of dropped rows can tell the two apart; no infinite figure ever
enters from data.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def carry(result: Floats, *operands: Floats) -> Floats:
    """`result`, with missing where any operand is missing and undefined where any is undefined."""
    out = np.where(np.isfinite(result), result, np.inf)
    for operand in operands:
        out = np.where(np.isinf(operand), np.inf, out)
    for operand in operands:
        out = np.where(np.isnan(operand), np.nan, out)
    return out


def elementwise(function: Callable[..., Floats]) -> Callable[..., Floats]:
    """A numpy function that carries missing and undefined values."""

    def apply(*operands: Floats) -> Floats:
        """The function of the operands, missing where one of them is."""
        with np.errstate(all="ignore"):
            return carry(np.asarray(function(*operands), dtype=float), *operands)

    return apply


def _log(x: Floats) -> Floats:
    return np.log(np.where(x > 0, x, np.nan))


def _log1p(x: Floats) -> Floats:
    return np.log1p(np.where(x > -1, x, np.nan))


def _nonnegative(x: Floats) -> Floats:
    return np.where(x >= 0, x, np.nan)


def if_missing(x: Floats, other: Floats) -> Floats:
    """`other` where x is missing; an undefined result stays undefined."""
    return np.where(np.isnan(x), other, x)


ELEMENTWISE: dict[str, tuple[Callable[..., Floats], int | None]] = {
    "+": (elementwise(np.add), 2),
    "*": (elementwise(np.multiply), 2),
    "/": (elementwise(np.divide), 2),
    "^": (elementwise(np.power), 2),
    "<": (elementwise(np.less), 2),
    "<=": (elementwise(np.less_equal), 2),
    ">": (elementwise(np.greater), 2),
    ">=": (elementwise(np.greater_equal), 2),
    "and": (elementwise(np.logical_and), 2),
    "or": (elementwise(np.logical_or), 2),
    "not": (elementwise(np.logical_not), 1),
    "log": (elementwise(_log), 1),
    "log1p": (elementwise(_log1p), 1),
    "asinh": (elementwise(np.arcsinh), 1),
    "exp": (elementwise(np.exp), 1),
    "sqrt": (elementwise(np.sqrt), 1),
    "abs": (elementwise(np.abs), 1),
    "nonnegative": (elementwise(_nonnegative), 1),
    "if_missing": (if_missing, 2),
    "min": (elementwise(lambda *x: np.minimum.reduce(np.broadcast_arrays(*x))), None),
    "max": (elementwise(lambda *x: np.maximum.reduce(np.broadcast_arrays(*x))), None),
}


def shift(x: Floats, entity: NDArray[np.int64], time: NDArray[np.int64], periods: int) -> Floats:
    """The value of the same entity `periods` earlier, missing where that period is not in the data.

    Parameters
    ----------
    x : (n,) float array
    entity, time : (n,) int arrays
        Unique together, in any order. The period is looked up, so that a gap in the years is never crossed.
    periods : int
        Negative for a lead.
    """
    stride = np.ptp(time) + abs(periods) + 1 if len(time) else 1
    key = entity * stride + (time - time.min(initial=0))
    order = np.argsort(key, kind="stable")
    place = np.searchsorted(key[order], key - periods)
    found = order[np.minimum(place, len(order) - 1)] if len(order) else order
    hit = (entity[found] == entity) & (time[found] == time - periods) & (place < len(order))
    return np.where(hit, x[found], np.nan)


def group_codes(keys: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One code for each combination of the codes of several keys; -1 where one of them is -1."""
    codes = keys[0]
    for key in keys[1:]:
        both = np.where((codes < 0) | (key < 0), -1, codes * (key.max(initial=0) + 1) + key)
        codes = np.unique(both, return_inverse=True)[1] - (both.min(initial=0) < 0)
    return codes


def group_total(x: Floats, codes: NDArray[np.int64]) -> Floats:
    """The sum of the present values in each row's group; missing where the group has none."""
    present = np.isfinite(x) & (codes >= 0)
    size = codes.max(initial=-1) + 1
    sums = np.bincount(codes[present], weights=x[present], minlength=size)
    counts = np.bincount(codes[present], minlength=size)
    return (
        np.where((codes >= 0) & (counts[codes] > 0), sums[codes], np.nan) if size else np.full(len(x), np.nan)
    )


def group_mean(x: Floats, codes: NDArray[np.int64]) -> Floats:
    """The mean of the present values in each row's group."""
    ones = np.where(np.isfinite(x), 1.0, np.nan)
    return group_total(x, codes) / group_total(ones, codes)


def standardise(x: Floats, sample: NDArray[np.bool_]) -> Floats:
    """Distance from the sample mean in sample standard deviations (divisor n - 1)."""
    inside = x[sample & np.isfinite(x)]
    spread = np.std(inside, ddof=1) if len(inside) > 1 else 0.0
    if spread == 0:
        return carry(np.full(len(x), np.inf), x)
    return carry((x - inside.mean()) / spread, x)


def winsorise(x: Floats, sample: NDArray[np.bool_], share: float) -> Floats:
    """Values beyond the sample's `share` and 1 - `share` quantiles set to these (linear interpolation)."""
    inside = x[sample & np.isfinite(x)]
    if not len(inside):
        return x
    low, high = np.quantile(inside, [share, 1 - share])
    return carry(np.clip(x, low, high), x)
