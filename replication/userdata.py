"""A panel that a user brings: CSV, parquet, Stata or Excel, read without guessing."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd

from replication.errors import DataError, one_of

READERS = {
    ".csv": lambda path: pd.read_csv(path, encoding="utf-8"),
    ".parquet": pd.read_parquet,
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
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if path.suffix.lower() not in READERS:
        raise DataError(f"{path.name}: {one_of('format', path.suffix, READERS)}")
    try:
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
