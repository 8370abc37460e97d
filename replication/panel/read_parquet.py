"""A parquet file -> its columns, whatever index, dictionary or decimal they are stored as."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from replication.errors import DataError
from replication.panel.grid import Grid
from replication.panel.limits import CELL, check_columns, check_size
from replication.spec.entries import FileKeys


def read_parquet(path: Path, keys: FileKeys) -> Grid:
    """Every column of figures, texts or truth values; what pandas says of them in passing is not read.

    Raises
    ------
    DataError
        A file that is damaged or no parquet file, more than is read.
    """
    try:
        with pq.ParquetFile(path) as file:
            _check_size(file.metadata, path)
            fields = list(file.schema_arrow)
        plain = [field.name for field in fields if _is_plain(field.type)]
        texts = [field.name for field in fields if _is_text(field.type)]
        table = pq.read_table(path, columns=plain, read_dictionary=texts)
        columns = tuple(_column(table.column(place)) for place in range(table.num_columns))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{path.name}: not readable as parquet; is it damaged, or cut off?") from None
    left = {
        field.name: f"{field.name} holds {field.type}; allowed: a column of numbers, texts or truth values"
        for field in fields
        if field.name not in plain
    }
    return Grid(tuple(table.column_names), columns, spelled=False, left=left)


def _check_size(about: pq.FileMetaData, path: Path) -> None:
    """Refuse what the file says it holds: a column of one value takes no room in it, and much in a table."""
    check_columns(about.num_columns, path)
    check_size(about.num_rows * about.num_columns * CELL, path)
    groups = (about.row_group(place) for place in range(about.num_row_groups))
    check_size(sum(group.total_byte_size for group in groups), path)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a column holds one number, text or truth value a row."""
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _is_plain(kind.storage_type)
    known = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_null,
    )
    return _is_text(kind) or any(test(kind) for test in known)


def _column(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as whole numbers, floating point, truth values, or a dictionary of texts."""
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        return _column(pc.cast(values, kind.storage_type))
    if pa.types.is_dictionary(kind):
        return values if pa.types.is_string(kind.value_type) else _column(pc.cast(values, kind.value_type))
    if _is_text(kind):
        return pc.cast(values, pa.string())
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
