"""Passes over the batches of a panel that no memory holds, each of which leaves sums alone.

The first finds which levels there are and how large the numbers get; the second sums by level, from which the
effects of every column follow (Frisch and Waugh 1933; Baltagi 2021, 9.4, for two effects of an unbalanced
panel); the last sums scores by cluster. All sums are exact, so that shards in any number and order give the
same digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replication.errors import DataError, EstimationError
from replication.estimate.design import Booleans, Floats, Integers
from replication.estimate.numbers.exact_sums import ExactSums
from replication.panel.cause import Cause
from replication.panel.model_batches import Batch, ModelBatches

MOST_CELLS = 1_000_000_000
"""Pairs of levels of two effects whose rows are counted."""


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
        Rows in all, and those that the model may use.
    causes : mapping of Cause to int
        Why the others may not, in order, and how many.
    """

    levels: tuple[NDArray[Any], ...]
    most: tuple[int, ...]
    low: Floats
    high: Floats
    rows: int
    present: int
    causes: Mapping[Cause, int]

    @property
    def middle(self) -> Floats:
        """(m,) what is taken from every number before anything is summed: effects take it out anyway."""
        return self.low + (self.high - self.low) / 2.0


def survey(panel: ModelBatches) -> Survey:
    """The first pass.

    Raises
    ------
    EstimationError
        No row is one that the model may use.
    """
    found: list[_Levels] = []
    low, high = np.full(1, np.inf), np.full(1, -np.inf)
    rows, causes = 0, dict[Cause, int]()
    for batch in panel.batches():
        rows += len(batch.present)
        causes = {cause: causes.get(cause, 0) + count for cause, count in batch.causes.items()}
        if not batch.present.any():
            continue
        numbers = batch.numbers[batch.present]
        low, high = np.minimum(low, numbers.min(axis=0)), np.maximum(high, numbers.max(axis=0))
        found = found or [_Levels() for _ in batch.levels]
        for level, values in zip(found, batch.levels, strict=True):
            level.add(values[batch.present])
    present = rows - sum(causes.values())
    if not present:
        shown = ", ".join(f"{cause}: {count}" for cause, count in causes.items() if count)
        raise EstimationError(f"no row is left of {rows} ({shown})")
    counted = [level.counted() for level in found]
    return Survey(
        tuple(values for values, _ in counted),
        tuple(int(counts.max()) for _, counts in counted),
        low,
        high,
        rows,
        present,
        causes,
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
    seen : (entities, periods) bool array
        Whether a row of the two is used.
    """

    counts: NDArray[Any]
    first: Floats
    second: Floats
    products: Floats
    alive: tuple[Booleans, Booleans]
    seen: Booleans

    @property
    def nobs(self) -> int:
        """Rows that are used."""
        return int(self.counts.sum(dtype=np.int64))


def sum_up(
    panel: ModelBatches, found: Survey, effects: tuple[int, int], order: Sequence[int]
) -> tuple[Sums, tuple[int, int]]:
    """The second pass, and how many rows were alone in a level of each effect.

    It is done again without these rows, if there are any. They leave by the effects in `order`, 0 or 1.

    Raises
    ------
    EstimationError
        More levels than can be counted.
    DataError
        Two rows for an entity and period.
    """
    sizes = [_size(found, place) for place in effects]
    for pair in (sizes, [_size(found, 0), _size(found, 1)]):
        if pair[0] * pair[1] > MOST_CELLS:
            raise EstimationError(
                f"{pair[0]:,} and {pair[1]:,} levels are {pair[0] * pair[1]:,} pairs; allowed by partition: "
                f"{MOST_CELLS:,}"
            )
    alive = (np.ones(sizes[0], dtype=bool), np.ones(sizes[1], dtype=bool))
    sums = _one_pass(panel, found, effects, alive)
    alive, gone = _without_singles(sums.counts, order)
    if any(gone):
        del sums
        sums = _one_pass(panel, found, effects, alive)
    if not sums.nobs:
        raise EstimationError(f"no row is left of {found.rows}: each is alone in a level of an effect")
    return sums, gone


def _size(found: Survey, place: int) -> int:
    return len(found.levels[place]) if place >= 0 else 1


def _one_pass(
    panel: ModelBatches, found: Survey, effects: tuple[int, int], alive: tuple[Booleans, Booleans]
) -> Sums:
    bounds = found.high - found.middle
    shape = tuple(map(len, alive))
    least = min(_most(found, place) for place in effects)
    counts = np.zeros(shape[0] * shape[1], dtype=np.min_scalar_type(least))
    seen = np.zeros((_size(found, 0), _size(found, 1)), dtype=bool)
    by_level = [
        ExactSums(size, bounds, _most(found, place), 2) for size, place in zip(shape, effects, strict=True)
    ]
    products = Products(bounds, found.present)
    for values, codes, batch in used_rows(panel, found, effects, alive):
        for sums, code in zip(by_level, codes, strict=True):
            sums.add(code, values)
        products.add(values)
        np.add.at(counts, codes[0] * shape[1] + codes[1], counts.dtype.type(1))
        _see(seen, found, batch)
    totals = by_level[0].total(), by_level[1].total()
    return Sums(counts.reshape(shape), *totals, products.matrix(), alive, seen)


def _see(seen: Booleans, found: Survey, batch: Batch) -> None:
    """Mark the entity and period of each row; none is marked twice."""
    entity, period = codes_of(found, batch, 0), codes_of(found, batch, 1)
    cells = np.sort(entity * seen.shape[1] + period)
    twice = seen[entity, period].any() or (cells[1:] == cells[:-1]).any()
    if twice:
        again = np.append(False, cells[1:] == cells[:-1]) | seen.ravel()[cells]
        row, column = divmod(int(cells[np.argmax(again)]), seen.shape[1])
        raise DataError(f"two rows for {found.levels[0][row]}, {found.levels[1][column]}; allowed: one")
    seen[entity, period] = True


def _most(found: Survey, place: int) -> int:
    return found.present if place < 0 else found.most[place]


def used_rows(
    panel: ModelBatches, found: Survey, effects: tuple[int, int], alive: tuple[Booleans, Booleans]
) -> Iterator[tuple[Floats, tuple[Integers, Integers], Batch]]:
    """Numbers less their middles, codes of both effects, and the whole batch, on the rows that are used."""
    for batch in panel.batches():
        keep = batch.present
        codes = [codes_of(found, batch, place) for place in effects]
        for code, living in zip(codes, alive, strict=True):
            keep = keep & living[np.minimum(code, len(living) - 1)]
        used = Batch(batch.numbers[keep], tuple(level[keep] for level in batch.levels), keep[keep], {})
        yield used.numbers - found.middle, (codes[0][keep], codes[1][keep]), used


def codes_of(found: Survey, batch: Batch, place: int) -> Integers:
    """Codes of an effect; all zero for the constant, whose place is -1."""
    if place < 0:
        return np.zeros(len(batch.present), dtype=np.int64)
    return np.searchsorted(found.levels[place], batch.levels[place])


def _without_singles(
    counts: NDArray[Any], order: Sequence[int]
) -> tuple[tuple[Booleans, Booleans], tuple[int, int]]:
    """Levels left when rows alone in one go, by one effect and the other, until there is none; how many went.

    As `prepare` leaves them out in memory, so that each row goes for the same cause.
    """
    counts, gone, before = counts.copy(), [0, 0], -1
    while sum(gone) != before:
        before = sum(gone)
        for effect in order:
            alone = counts.sum(axis=1 - effect, dtype=np.int64) == 1
            gone[effect] += int(alone.sum())
            np.moveaxis(counts, effect, 0)[alone] = 0
    first, second = (np.asarray(counts.any(axis=axis), dtype=bool) for axis in (1, 0))
    return (first, second), (gone[0], gone[1])


class Products:
    """Exact sums of the products of all pairs of columns."""

    def __init__(self, bounds: Floats, most: int) -> None:
        self.upper = np.triu_indices(len(bounds))
        self.sums = ExactSums(1, bounds[self.upper[0]] * bounds[self.upper[1]], most, 3)

    def add(self, columns: Floats) -> None:
        """Those of some more rows."""
        self.sums.add(None, columns[:, self.upper[0]] * columns[:, self.upper[1]])

    def matrix(self) -> Floats:
        """Of all rows."""
        size = int(self.upper[0].max()) + 1
        found = np.zeros((size, size))
        found[self.upper] = found.T[self.upper] = self.sums.total()[0]
        return found
