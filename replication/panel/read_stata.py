"""A Stata file -> its columns."""

from __future__ import annotations

import struct
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pandas.io.stata import StataReader

from replication.errors import DataError
from replication.panel.grid import Grid
from replication.panel.limits import CELL, check_columns, check_size
from replication.spec.entries import FileKeys

DAMAGED = (ValueError, KeyError, IndexError, struct.error, EOFError, OverflowError, UnicodeDecodeError)


def read_stata(path: Path, keys: FileKeys) -> Grid:
    """Every column, its missing codes (., .a to .z) as missing.

    Raises
    ------
    DataError
        A file that is damaged or no Stata file, more than is read.
    """
    try:
        with StataReader(
            path, convert_dates=False, convert_categoricals=False, preserve_dtypes=False
        ) as reader:
            _check_size(reader, path)
            table = reader.read()
    except DAMAGED:
        raise DataError(f"{path.name}: not readable as a Stata file; is it damaged, or cut off?") from None
    check_size(sum(_text_bytes(values) for _, values in table.items()), path)
    columns = tuple(pa.chunked_array([_column(values)]) for _, values in table.items())
    return Grid(tuple(map(str, table.columns)), columns, spelled=False)


def _check_size(reader: StataReader, path: Path) -> None:
    """Refuse what the header promises beyond what the file holds or a machine does.

    pandas says neither how many rows there are nor how long they are, but in attributes of its own; a test
    holds that they are there.
    """
    check_columns(len(reader.variable_labels()), path)
    rows, length = reader._nobs, reader._dtype.itemsize
    if rows * length > path.stat().st_size:
        raise DataError(
            f"{path.name}: says that it has {rows:,} rows and is too short for them; is it cut off?"
        )
    check_size(rows * len(reader._varlist) * CELL, path)


def _text_bytes(values: pd.Series) -> int:
    """Letters of a column of texts, each of which is held once in the file and once a row in a table."""
    return sum(map(len, values)) if values.dtype == object or values.dtype == "str" else 0


def _column(values: pd.Series) -> pa.Array:
    if values.dtype == object or values.dtype == "str":
        return pa.array(["" if text is None else str(text) for text in values], pa.string())
    return pa.array(values.to_numpy(), from_pandas=True)
