"""Passes over the batches of a panel that no memory holds, each of which leaves sums alone.

The first finds which levels there are and how large the numbers get; the second sums by level, from which the
effects of every column follow (Frisch and Waugh 1933; Baltagi 2021, 9.4, for two effects of an unbalanced
panel); the last sums scores by cluster. All sums are exact, so that shards in any number and order give the
same digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components

from replication.errors import EstimationError
from replication.estimate.design import Floats, Integers
from replication.estimate.numbers.exact_sums import ExactSums
from replication.panel.partitioned import Batch, Partitions, codes_of

MOST_CELLS = 1_000_000_000
"""Pairs of levels of two effects whose rows are counted."""

BLOCK = 1 << 21
"""Of these pairs, held as doubles at once."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Survey:
    """What the first pass finds.

    Attributes
    ----------
    levels : tuple of arrays
        Sorted levels of each column of levels.
    most : tuple of int
        Rows of the level that has most, column by column.
    low, high : (m,) float arrays
        Range of each number.
    rows, present : int
        Rows in all, and those in which nothing is missing.
    """

    levels: tuple[NDArray[Any], ...]
    most: tuple[int, ...]
    low: Floats
    high: Floats
    rows: int
    present: int

    @property
    def middle(self) -> Floats:
        """(m,) what is taken from every number before anything is summed: effects take it out anyway."""
        return self.low + (self.high - self.low) / 2.0


def survey(panel: Partitions) -> Survey:
    """The first pass.

    Raises
    ------
    EstimationError
        No row has all its numbers.
    """
    found: list[_Levels] = [_Levels() for _ in panel.levels]
    low, high = np.full(len(panel.numbers), np.inf), np.full(len(panel.numbers), -np.inf)
    rows = present = 0
    for batch in panel.batches():
        rows, present = rows + len(batch.present), present + int(batch.present.sum())
        if not batch.present.any():
            continue
        numbers = batch.numbers[batch.present]
        low, high = np.minimum(low, numbers.min(axis=0)), np.maximum(high, numbers.max(axis=0))
        for level, values in zip(found, batch.levels, strict=True):
            level.add(values[batch.present])
    if not present:
        raise EstimationError(f"no row is left of {rows}: something is missing in each")
    counted = [level.counted() for level in found]
    return Survey(
        tuple(values for values, _ in counted),
        tuple(int(counts.max()) for _, counts in counted),
        low,
        high,
        rows,
        present,
    )


class _Levels:
    """Distinct values and how often they occur; brought together as soon as they double."""

    def __init__(self) -> None:
        self.parts: list[tuple[NDArray[Any], Integers]] = []
        self.known = 0

    def add(self, values: NDArray[Any]) -> None:
        """Count some more values."""
        self.parts.append(np.unique(values, return_counts=True))
        if sum(len(part) for part, _ in self.parts) > max(2 * self.known, 1_000_000):
            self.counted()

    def counted(self) -> tuple[NDArray[Any], Integers]:
        """Sorted values and counts."""
        values, inverse = np.unique(np.concatenate([part for part, _ in self.parts]), return_inverse=True)
        counts = np.concatenate([counts for _, counts in self.parts])
        total = np.bincount(inverse, counts, minlength=len(values)).astype(np.int64)
        self.parts, self.known = [(values, total)], len(values)
        return values, total


@dataclass(frozen=True)
class Sums:
    """What the second pass finds, of the outcome and the regressors less their middles.

    Attributes
    ----------
    counts : (N, T) array of unsigned integers
        Rows of each pair of levels of the two effects.
    first, second : (N, m) and (T, m) float arrays
        Sums by level.
    products : (m, m) float array
    alive : pair of (N,) and (T,) bool arrays
        Levels that stay when rows that are alone in their level are left out, again and again.
    """

    counts: NDArray[Any]
    first: Floats
    second: Floats
    products: Floats
    alive: tuple[Flags, Flags]

    @property
    def nobs(self) -> int:
        """Rows that are used."""
        return int(self.counts.sum(dtype=np.int64))


def sum_up(panel: Partitions, found: Survey, effects: tuple[int, int]) -> Sums:
    """The second pass; done again without the rows that are alone in a level, if there are any."""
    sizes = [len(found.levels[place]) if place >= 0 else 1 for place in effects]
    if sizes[0] * sizes[1] > MOST_CELLS:
        raise EstimationError(
            f"the effects have {sizes[0]:,} and {sizes[1]:,} levels; allowed: {MOST_CELLS:,} pairs of levels"
        )
    alive = (np.ones(sizes[0], dtype=bool), np.ones(sizes[1], dtype=bool))
    while True:
        sums = _one_pass(panel, found, effects, alive)
        left = _without_singles(sums.counts, alive)
        if all(np.array_equal(new, old) for new, old in zip(left, alive, strict=True)):
            return sums
        alive = left


def _one_pass(panel: Partitions, found: Survey, effects: tuple[int, int], alive: tuple[Flags, Flags]) -> Sums:
    bounds, upper = found.high - found.middle, np.triu_indices(len(found.low))
    shape = tuple(map(len, alive))
    least = min(_most(found, place) for place in effects)
    counts = np.zeros(shape[0] * shape[1], dtype=np.min_scalar_type(least))
    by_level = [
        ExactSums(size, bounds, _most(found, place), 2) for size, place in zip(shape, effects, strict=True)
    ]
    products = ExactSums(1, bounds[upper[0]] * bounds[upper[1]], found.present, 3)
    for values, codes, _ in _used(panel, found, effects, alive):
        for sums, code in zip(by_level, codes, strict=True):
            sums.add(code, values)
        products.add(None, values[:, upper[0]] * values[:, upper[1]])
        np.add.at(counts, codes[0] * shape[1] + codes[1], counts.dtype.type(1))
    square = np.zeros((len(bounds), len(bounds)))
    square[upper] = square.T[upper] = products.total()[0]
    return Sums(counts.reshape(shape), by_level[0].total(), by_level[1].total(), square, alive)


def _most(found: Survey, place: int) -> int:
    return found.present if place < 0 else found.most[place]


def _used(
    panel: Partitions, found: Survey, effects: tuple[int, int], alive: tuple[Flags, Flags]
) -> Iterator[tuple[Floats, tuple[Integers, Integers], Batch]]:
    """Numbers less their middles, codes of both effects, and the whole batch, on the rows that are used."""
    for batch in panel.batches():
        keep = batch.present
        codes = [_codes(found, batch, place) for place in effects]
        for code, living in zip(codes, alive, strict=True):
            keep = keep & living[np.minimum(code, len(living) - 1)]
        used = Batch(batch.numbers[keep], tuple(level[keep] for level in batch.levels), keep[keep])
        yield used.numbers - found.middle, (codes[0][keep], codes[1][keep]), used


def _codes(found: Survey, batch: Batch, place: int) -> Integers:
    """Codes of an effect; all zero for the constant, whose place is -1."""
    if place < 0:
        return np.zeros(len(batch.present), dtype=np.int64)
    return codes_of(found.levels[place], batch.levels[place])


def _without_singles(counts: NDArray[Any], alive: tuple[Flags, Flags]) -> tuple[Flags, Flags]:
    """Levels that are left when single rows go, and those that are single then, until there is none."""
    counts, first, second = counts.copy(), alive[0].copy(), alive[1].copy()
    while True:
        rows, columns = (counts.sum(axis=axis, dtype=np.int64) == 1 for axis in (1, 0))
        if not (rows.any() or columns.any()):
            return first, second
        counts[rows] = 0
        counts[:, columns] = 0
        first &= ~rows
        second &= ~columns


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


def _independent(gram: Floats, alive: Flags) -> tuple[Flags, int]:
    """Levels of the smaller effect that are solved for: all but one in each connected part of the panel."""
    parts, labels = connected_components(gram[np.ix_(alive, alive)] != 0, directed=False)
    chosen = alive.copy()
    chosen[np.flatnonzero(alive)[np.unique(labels, return_index=True)[1]]] = False
    return chosen, parts


@dataclass(frozen=True)
class Scores:
    """What the last pass finds at given coefficients, of regressors x and residuals e within the effects.

    Attributes
    ----------
    gram : (k, k) float array
        x'x.
    cross : (k,) float array
        x'e.
    ssr : float
        e'e.
    by_cluster : (G, k) float array
    clusters : int
        Those that have a row.
    apart : tuple of int
        Levels of each effect that is not nested in the clusters.
    """

    gram: Floats
    cross: Floats
    ssr: float
    by_cluster: Floats
    clusters: int
    apart: tuple[int, ...]


def score(
    panel: Partitions,
    found: Survey,
    effects: tuple[int, int],
    alive: tuple[Flags, Flags],
    by: Heights,
    cluster: int,
    beta: Floats,
) -> Scores:
    """The last pass."""
    k = len(beta)
    largest = found.high - found.middle + np.abs(by.first).max(axis=0) + np.abs(by.second).max(axis=0)
    bounds = np.append(largest[1:], largest[0] + np.abs(beta) @ largest[1:])
    upper = np.triu_indices(k + 1)
    products = ExactSums(1, bounds[upper[0]] * bounds[upper[1]], found.present, 3)
    clusters = ExactSums(len(found.levels[cluster]), bounds[:k] * bounds[k], found.most[cluster], 2)
    nesting = [_Nesting(len(living)) for living in alive]
    seen = np.zeros(len(found.levels[cluster]), dtype=bool)
    for values, codes, batch in _used(panel, found, effects, alive):
        left = values - by.first[codes[0]] - by.second[codes[1]]
        residual = left[:, 0]
        for j, b in enumerate(beta):  # one column after the other: a product of matrices rounds by its shape
            residual = residual - left[:, j + 1] * b
        both = np.column_stack([left[:, 1:], residual])
        products.add(None, both[:, upper[0]] * both[:, upper[1]])
        key = codes_of(found.levels[cluster], batch.levels[cluster])
        clusters.add(key, both[:, :k] * residual[:, None])
        seen[key] = True
        for each, code in zip(nesting, codes, strict=True):
            each.add(code, key)
    square = np.zeros((k + 1, k + 1))
    square[upper] = square.T[upper] = products.total()[0]
    apart = tuple(int(living.sum()) for each, living in zip(nesting, alive, strict=True) if not each.holds)
    return Scores(
        square[:k, :k], square[:k, k], float(square[k, k]), clusters.total(), int(seen.sum()), apart
    )


class _Nesting:
    """Whether each of some levels lies in a single cluster."""

    def __init__(self, levels: int) -> None:
        self.cluster = np.full(levels, -1, dtype=np.int64)
        self.holds = True

    def add(self, codes: Integers, key: Integers) -> None:
        """Look at some more rows."""
        new = self.cluster[codes] < 0
        self.cluster[codes[new]] = key[new]
        self.holds = self.holds and bool((self.cluster[codes] == key).all())
