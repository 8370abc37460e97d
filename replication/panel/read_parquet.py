"""A parquet file -> its columns, whatever index, dictionary or decimal they are stored as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from replication.errors import DataError
from replication.panel.arrow_columns import TEXTS, grid_of, in_one_piece, is_one_of, readable
from replication.panel.grid import Grid, refuse_twice
from replication.panel.limits import CELL, check_columns, check_size
from replication.spec.entries import FileKeys


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
        refuse_twice([field.name for field in fields], path.name)
        plain = [field.name for field in fields if readable(field.type)]
        texts = [field.name for field in fields if is_one_of(TEXTS, field.type)]
        with _given_back(), pq.ParquetFile(path, read_dictionary=texts) as file:
            table = pa.table([_column(file, name) for name in plain], names=plain)
        return grid_of(table, fields)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{path.name}: not readable as parquet; is it damaged, or cut off?") from None


@contextmanager
def _given_back() -> Iterator[None]:
    """Memory by the system's allocator: Arrow's own keeps what reading took, for a next file."""
    own = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(own)


def _column(file: pq.ParquetFile, name: str) -> pa.Array:
    """One column in one piece: all at once take twice the memory, and one by one a fraction of the time."""
    found = file.read(columns=[name], use_threads=False)  # "a" brings a column called "a.b" too
    return in_one_piece(found.column(name))


def _check_size(about: pq.FileMetaData, path: Path) -> None:
    """Refuse what the file says it holds: a column of one value takes no room in it, and much in a table."""
    check_columns(about.num_columns, path)
    check_size(about.num_rows * about.num_columns * CELL, path)
    groups = (about.row_group(place) for place in range(about.num_row_groups))
    check_size(sum(group.total_byte_size for group in groups), path)
