"""A panel larger than memory, read by partition: columns of numbers and levels, batch after batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray

from replication.errors import DataError, one_of
from replication.estimate.design import Floats, Integers

ROWS_AT_ONCE = 1 << 18
"""Rows of a batch."""


@dataclass(frozen=True)
class Batch:
    """Some rows of a panel.

    Attributes
    ----------
    numbers : (n, m) float array
        NaN where missing.
    levels : tuple of (n,) arrays
        Of whole numbers or texts.
    present : (n,) bool array
        Whether no number is missing or infinite, and no level is missing.
    """

    numbers: Floats
    levels: tuple[NDArray[Any], ...]
    present: NDArray[np.bool_]


@dataclass(frozen=True)
class Partitions:
    """Columns of a folder of parquet files, which may lie in folders of the kind year=1990.

    Attributes
    ----------
    dataset : pyarrow Dataset
    numbers, levels : tuple of str
        Columns that are read as numbers, and as levels of effects and clusters.
    """

    dataset: ds.Dataset
    numbers: tuple[str, ...]
    levels: tuple[str, ...]

    def batches(self) -> Iterator[Batch]:
        """All rows once, a batch at a time; in which order, nothing may depend on."""
        for fragment in self.dataset.get_fragments():
            named = ds.get_partition_keys(fragment.partition_expression)
            columns = [name for name in {*self.numbers, *self.levels} if name not in named]
            with pq.ParquetFile(self.dataset.filesystem.open_input_file(fragment.path)) as file:
                for batch in file.iter_batches(ROWS_AT_ONCE, columns=columns):
                    yield self._batch(_with(batch, named))

    def _batch(self, batch: pa.RecordBatch) -> Batch:
        numbers = np.column_stack([_numbers(batch.column(name)) for name in self.numbers])
        columns = [batch.column(name) for name in self.levels]
        known = np.all([column.is_valid().to_numpy(zero_copy_only=False) for column in columns], axis=0)
        return Batch(numbers, tuple(map(_levels, columns)), known & np.isfinite(numbers).all(axis=1))


def _with(batch: pa.RecordBatch, named: Mapping[str, object]) -> pa.RecordBatch:
    """The batch with the columns that its folders name."""
    for name, value in named.items():
        batch = batch.append_column(name, pa.array([value]).take(pa.array(np.zeros(len(batch), dtype=int))))
    return batch


def partitions(folder: Path, numbers: Sequence[str], levels: Sequence[str]) -> Partitions:
    """The named columns of all parquet files in a folder and its folders.

    Raises
    ------
    DataError
        No such folder, no parquet file in it, a column that is not there or of the wrong kind.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder")
    try:
        dataset = ds.dataset(folder, format="parquet", partitioning="hive")
        kinds = {field.name: field.type for field in dataset.schema}
    except (pa.ArrowException, OSError) as problem:
        raise DataError(f"{folder}: not readable as parquet files: {str(problem).splitlines()[0]}") from None
    if not kinds:
        raise DataError(f"{folder}: no parquet file is in it")
    for name in (*numbers, *levels):
        if name not in kinds:
            raise DataError(f"{folder}: {one_of('column', name, kinds)}")
    for name in numbers:
        if not (pa.types.is_floating(kinds[name]) or pa.types.is_integer(kinds[name])):
            raise DataError(f"{folder}: {name} is {kinds[name]}; allowed: numbers")
    for name in levels:
        if not (pa.types.is_integer(kinds[name]) or _is_text(kinds[name])):
            raise DataError(f"{folder}: {name} is {kinds[name]}; allowed: whole numbers or texts")
    return Partitions(dataset, tuple(numbers), tuple(levels))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _numbers(column: pa.Array) -> Floats:
    found: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found


def _levels(column: pa.Array) -> NDArray[Any]:
    """Values of a column of levels; anything where missing."""
    if pa.types.is_integer(column.type):
        found: NDArray[Any] = column.fill_null(0).to_numpy(zero_copy_only=False)
    else:
        found = column.cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False).astype(str)
    return found


def codes_of(levels: NDArray[Any], values: NDArray[Any]) -> Integers:
    """Place of each value among the sorted levels."""
    return np.searchsorted(levels, values)
