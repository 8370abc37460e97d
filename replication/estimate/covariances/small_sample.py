"""Small-sample factors of clustered errors, from counts alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal


def group_factors(sizes: Sequence[int], groups: Literal["min", "each"], wanted: bool) -> list[float]:
    """G/(G-1) of each part of a clustered variance, ones if it is not wanted.

    Parameters
    ----------
    sizes : sequence of int
        Clusters of the key; of two-way clustering: of both keys, and of their pairs.
    groups : "min" or "each"
        G of the smaller key for all parts, or of each part.
    """
    keys = sizes[:2] if len(sizes) == 3 else sizes
    counts = [min(keys) if groups == "min" else size for size in sizes]
    return [count / (count - 1) if wanted else 1.0 for count in counts]


def counted_parameters(
    parameters: int, absorbed: int, apart: int, which: Literal["nested", "all", "none"]
) -> int:
    """k of (n-1)/(n-k).

    Parameters
    ----------
    parameters, absorbed : int
        Estimated, and absorbed with the effects.
    apart : int
        Absorbed with the effects that are nested in no cluster, the constant among them.
    which : "nested", "all" or "none"
        Absorbed ones that count: those apart; all; none.
    """
    if which == "none" or not absorbed:
        return parameters
    return parameters + (absorbed if which == "all" else apart)
