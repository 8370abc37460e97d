"""A Stata file -> its columns, with its dates, value labels and variable labels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.io.stata import StataReader

from replication.errors import DataError
from replication.language.named_numbers import Clock, Labels, Named
from replication.panel.grid import Grid
from replication.panel.limits import CELL, check_columns, check_size
from replication.spec.entries import FileKeys

UNITS = {"q": "quarter", "m": "month", "h": "half-year", "w": "week", "d": "day", "c": "day", "C": "day"}
MILLISECONDS = 86_400_000  # of a day, in which %tc counts


def read_stata(path: Path, keys: FileKeys) -> Grid:
    """Every column, its missing codes (., .a to .z) as missing.

    pandas says the number and length of rows, the formats and which labels a column has in attributes of its
    own only; a test holds that they are there.

    Raises
    ------
    DataError
        A file that is damaged or no Stata file, more than is read.
    """
    try:
        with _opened(path) as reader:
            labels = reader.variable_labels()
            _check_size(reader, path)
            table = reader.read()
            named, times = _named(reader), _times(reader)
    except DataError:
        raise
    except Exception:  # pandas raises what it likes on a damaged file, for lengths without bound MemoryError
        raise DataError(f"{path.name}: not readable as a Stata file; is it damaged, or cut off?") from None
    check_size(sum(_letters(values) for _, values in table.items()), path)
    clocked = {name for name in times if not (table[name] % MILLISECONDS).fillna(0).any()}
    table = table.assign(**{name: table[name] / MILLISECONDS for name in clocked})
    left = {name: f"{name} holds times of day; allowed: dates" for name in times if name not in clocked}
    kept = [name for name in table.columns if name not in left]
    columns = tuple(pa.chunked_array([_column(table[name])]) for name in kept)
    told = {name: text.strip() for name, text in labels.items() if text.strip()}
    return Grid(tuple(kept), columns, spelled=False, left=left, named=named, labels=told)


def _opened(path: Path) -> Any:
    """pandas' reader; the stubs know little of it."""
    return StataReader(path, convert_dates=False, convert_categoricals=False, preserve_dtypes=False)


def _check_size(reader: Any, path: Path) -> None:
    """Refuse what the header promises beyond what the file holds or a machine does, and a name twice."""
    check_columns(len(reader._varlist), path)
    for name, count in Counter(reader._varlist).items():
        if count > 1:
            raise DataError(f"{path.name}: the column {name!r} stands {count} times; allowed: once")
    rows, length = reader._nobs, reader._dtype.itemsize
    if rows * length > path.stat().st_size:
        raise DataError(
            f"{path.name}: says that it has {rows:,} rows and is too short for them; is it cut off?"
        )
    check_size(rows * len(reader._varlist) * CELL, path)


def _formats(reader: Any) -> dict[str, str]:
    """The letters behind %t of each column that is shown as a time; those of a day are d."""
    formats = {
        name: form.replace("%-", "%") for name, form in zip(reader._varlist, reader._fmtlist, strict=True)
    }
    return {
        name: form[2:] if form.startswith("%t") else "d"
        for name, form in formats.items()
        if form.startswith(("%t", "%d"))
    }


def _times(reader: Any) -> list[str]:
    """Columns that count milliseconds."""
    return [name for name, form in _formats(reader).items() if form[:1] in ("c", "C")]


def _named(reader: Any) -> dict[str, Named]:
    """What the numbers of a column are called: periods, or the labels of its codes."""
    sets = reader.value_labels()
    which = zip(reader._varlist, reader._lbllist, strict=True)
    labelled = {name: Labels(_apart(sets[label])) for name, label in which if label in sets}
    units = {name: UNITS.get(form[:1]) for name, form in _formats(reader).items()}
    return labelled | {name: Clock(unit) for name, unit in units.items() if unit is not None}


def _apart(words: dict[int, str]) -> dict[int, str]:
    """Labels by code; those that two codes have, with the code."""
    texts = {int(code): str(word).strip() for code, word in words.items()}
    often = Counter(texts.values())
    return {code: word if often[word] == 1 else f"{word} ({code})" for code, word in texts.items()}


def _letters(values: pd.Series) -> int:
    """Letters of a column of texts, which the file may hold once for many rows."""
    return sum(map(len, values)) if _is_text(values) else 0


def _column(values: pd.Series) -> pa.Array:
    if _is_text(values):
        return pa.array([str(text) for text in values], pa.string())
    return pa.array(values.to_numpy(), from_pandas=True)


def _is_text(values: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(values)
