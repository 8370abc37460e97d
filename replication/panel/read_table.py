"""A panel that a user brings: CSV, parquet, Stata or Excel, read without guessing."""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from replication.errors import DataError, one_of

MAX_BYTES = 2_000_000_000  # of a file, unpacked: a panel that a machine of today can hold
READERS = {
    ".csv": lambda path: pd.read_csv(path, encoding="utf-8"),
    ".parquet": lambda path: _read_parquet(path),
    ".dta": lambda path: pd.read_stata(path, convert_categoricals=False),
    ".xlsx": pd.read_excel,
}


def read_user_table(path: Path) -> pd.DataFrame:
    """The table in a user's file; numbers, texts and missing values as the file holds them.

    Raises
    ------
    DataError
        Missing or unreadable file, another format, a column twice, no rows.
    """
    if not path.exists():
        raise DataError(f"{path}: there is no such file")
    if not path.is_file():
        raise DataError(f"{path}: is no plain file; allowed: one of format {', '.join(READERS)}")
    if path.suffix.lower() not in READERS:
        raise DataError(f"{path.name}: {one_of('format', path.suffix, READERS)}")
    try:
        _check_size(path)
        _check_names(_header(path), path)
        table = READERS[path.suffix.lower()](path)
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path.name}: byte {problem.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except DataError:
        raise
    except Exception as problem:  # the readers raise what they like; the user needs one line
        reason = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        raise DataError(f"{path.name}: not readable as {path.suffix[1:]}: {reason}") from None
    _check_names([str(name) for name in table.columns], path)
    if table.empty:
        raise DataError(f"{path.name}: no rows")
    return table


def _check_size(path: Path) -> None:
    """Refuse what no memory would hold, unpacked: a small file can claim to hold any amount."""
    size = path.stat().st_size
    if size == 0:
        raise DataError(f"{path.name}: is empty")
    if size <= MAX_BYTES and path.suffix.lower() == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    elif size <= MAX_BYTES and path.suffix.lower() == ".parquet":
        about = pq.read_metadata(path)
        size = max(about.num_rows * about.num_columns * 8, _unpacked(about))
    if size > MAX_BYTES:
        raise DataError(f"{path.name}: {size:,} bytes unpacked; allowed: at most {MAX_BYTES:,}")


def _unpacked(about: pq.FileMetaData) -> int:
    return sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))


def _read_parquet(path: Path) -> pd.DataFrame:
    """The table, the decimals of a database as the nearest numbers: pandas would hold them as objects."""
    found = pq.read_table(path)
    table = found.to_pandas()
    for field in found.schema:
        if pa.types.is_decimal(field.type) and field.name in table.columns:
            table[field.name] = table[field.name].map(float, na_action="ignore").astype(float)
    return table


def _header(path: Path) -> list[str]:
    """Names in the first line of a CSV, which pandas would silently make unique."""
    if path.suffix.lower() != ".csv":
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream), [])


def _check_names(names: list[str], path: Path) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise DataError(f"{path.name}: the column {name!r} stands {count} times; allowed: once")
