"""Sums by level -> the projection of every number on both effects (Baltagi 2021, 9.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components

from replication.estimate.design import Booleans, Floats
from replication.panel.partial_sums import Sums

BLOCK = 1 << 21
"""Pairs of levels whose counts are held as doubles at once."""


@dataclass(frozen=True)
class Heights:
    """Coefficients of the dummies in the projection of every number on both effects.

    Attributes
    ----------
    first, second : (N, m) and (T, m) float arrays
    rank : int
        Of all dummies together.
    """

    first: Floats
    second: Floats
    rank: int


def heights(sums: Sums) -> Heights:
    """The means of the larger effect are taken out and the dummies of the smaller are solved for."""
    rows = np.maximum(sums.counts.sum(axis=1, dtype=np.int64), 1)[:, None]
    means = sums.first / rows
    gram = np.diag(sums.counts.sum(axis=0, dtype=np.int64).astype(float))
    right = sums.second.copy()
    for some, block in _blocks(sums.counts):
        gram -= block.T @ (block / rows[some])
        right -= block.T @ means[some]
    chosen, parts = _independent(gram, sums.alive[1])
    second = np.zeros_like(right)
    if chosen.any():
        scale = 1.0 / np.sqrt(np.diag(gram)[chosen])[:, None]
        factor = cho_factor(gram[np.ix_(chosen, chosen)] * scale * scale.T)
        second[chosen] = scale * cho_solve(factor, scale * right[chosen])
    first = np.empty_like(means)
    for some, block in _blocks(sums.counts):
        first[some] = means[some] - block @ second / rows[some]
    return Heights(first, second, int(sums.alive[0].sum() + sums.alive[1].sum()) - parts)


def _blocks(counts: NDArray[Any]) -> Iterator[tuple[slice, Floats]]:
    size = max(1, BLOCK // counts.shape[1])
    for first in range(0, len(counts), size):
        some = slice(first, first + size)
        yield some, counts[some].astype(float)


def _independent(gram: Floats, alive: Booleans) -> tuple[Booleans, int]:
    """Levels of the smaller effect that are solved for: all but one in each connected part of the panel."""
    parts, labels = connected_components(gram[np.ix_(alive, alive)] != 0, directed=False)
    chosen = alive.copy()
    chosen[np.flatnonzero(alive)[np.unique(labels, return_index=True)[1]]] = False
    return chosen, parts
