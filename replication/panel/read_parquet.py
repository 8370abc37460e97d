"""A parquet file -> its columns, whatever index, dictionary or decimal they are stored as."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from replication.errors import DataError
from replication.language.named_numbers import Clock
from replication.panel.grid import Grid
from replication.panel.limits import CELL, check_columns, check_size
from replication.spec.entries import FileKeys

DAYS = 3653  # from 1 January 1960, where our days begin, to 1970, where Arrow's do
KINDS = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_null,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
)
TEXTS = KINDS[-3:]


def read_parquet(path: Path, keys: FileKeys) -> Grid:
    """Every column of figures, texts, truth values or dates; what pandas says of them in passing is not read.

    Raises
    ------
    DataError
        A file that is damaged or no parquet file, more than is read.
    """
    try:
        with pq.ParquetFile(path) as file:
            _check_size(file.metadata, path)
            fields = list(file.schema_arrow)
        plain = [field.name for field in fields if _is_one_of(KINDS, field.type)]
        texts = [field.name for field in fields if _is_one_of(TEXTS, field.type)]
        table = pq.read_table(path, columns=plain, read_dictionary=texts)
        table.validate(full=True)  # places in a dictionary, letters: a damaged file may hold any
        found = {name: _column(table.column(place)) for place, name in enumerate(table.column_names)}
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{path.name}: not readable as parquet; is it damaged, or cut off?") from None
    columns = {name: values for name, values in found.items() if values is not None}
    clock = Clock("day")
    return Grid(
        headings=tuple(columns),
        columns=tuple(columns.values()),
        spelled=False,
        left={field.name: _left(field, field.name in plain) for field in fields if field.name not in columns},
        named={name: clock for name in columns if pa.types.is_temporal(table.schema.field(name).type)},
    )


def _left(field: pa.Field, plain: bool) -> str:
    what = "times of day" if plain else str(field.type)
    return f"{field.name} holds {what}; allowed: a column of numbers, texts, truth values or dates"


def _check_size(about: pq.FileMetaData, path: Path) -> None:
    """Refuse what the file says it holds: a column of one value takes no room in it, and much in a table."""
    check_columns(about.num_columns, path)
    check_size(about.num_rows * about.num_columns * CELL, path)
    groups = (about.row_group(place) for place in range(about.num_row_groups))
    check_size(sum(group.total_byte_size for group in groups), path)


def _is_one_of(kinds: tuple[Callable[[pa.DataType], bool], ...], kind: pa.DataType) -> bool:
    """Whether a column is of one of these kinds, or a dictionary or extension of one."""
    if pa.types.is_dictionary(kind):
        return _is_one_of(kinds, kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _is_one_of(kinds, kind.storage_type)
    return any(test(kind) for test in kinds)


def _column(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column as whole numbers, floating point, truth values, or a dictionary of texts; None for times."""
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        return _column(pc.cast(values, kind.storage_type))
    if pa.types.is_dictionary(kind):
        return values if pa.types.is_string(kind.value_type) else _column(pc.cast(values, kind.value_type))
    if _is_one_of(TEXTS, kind):
        return pc.cast(values, pa.string())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _days(values)
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale <= 0):
        return _whole(values)
    if pa.types.is_decimal(kind):  # by way of its digits, so that the nearest number is taken
        return pc.cast(pc.cast(values, pa.string()), pa.float64())
    return values if pa.types.is_boolean(kind) else pc.cast(values, pa.float64())


def _whole(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers, or texts where 64 bits do not hold them."""
    try:
        return pc.cast(values, pa.int64())
    except pa.ArrowInvalid:
        return pc.cast(values, pa.string())


def _days(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Days from 1 January 1960; None where a time of day is held, or a zone that is not known."""
    try:
        local = pc.local_timestamp(values) if getattr(values.type, "tz", None) else values
        return pc.add(pc.cast(pc.cast(local, pa.date32()), pa.int32()).cast(pa.int64()), DAYS)
    except pa.ArrowInvalid:
        return None
