"""What a processed table must look like, and the check of that on write and on read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from replication.errors import DataError, one_of

Kind = Literal["text", "integer", "number", "boolean"]
DTYPES: dict[Kind, str] = {"text": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
# Text is read as these patterns say and no other way; pandas alone takes ' 7', '1e3' and 'inf' too.
WRITTEN: dict[Kind, str] = {
    "text": r"(?s:.*)",
    "integer": r"[+-]?[0-9]{1,18}",
    "number": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "boolean": r"true|false",
}


@dataclass(frozen=True)
class Column:
    """One column of a processed table.

    Attributes
    ----------
    name : str
    kind : "text", "integer", "number" or "boolean"
    unit : str
        Unit of the figures ("million current US$"), or what a code stands for.
    meaning : str
        One line for the codebook.
    low, high : float, optional
        Smallest and largest value allowed, both included.
    allowed : tuple of str, optional
        The only texts allowed.
    pattern : str, optional
        Regular expression that a text matches whole.
    missing : bool
        Whether a value may be missing.
    by : str, optional
        Text column that says what a row's figure measures, where one column holds several series.
    ranges : tuple of (str, float or None, float or None)
        For a word of `by`, the smallest and largest value allowed.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    missing: bool = False
    by: str | None = None
    ranges: tuple[tuple[str, float | None, float | None], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in WRITTEN:
            raise DataError(f"column {self.name}: {one_of('kind', self.kind, WRITTEN)}")


@dataclass(frozen=True)
class Schema:
    """A processed table: its columns in order and the columns that identify a row."""

    table: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = {*self.key, *(column.by for column in self.columns if column.by)} - set(self.names)
        if unknown or not self.key or len(set(self.names)) < len(self.names):
            raise ValueError(
                f"schema {self.table}: columns twice, no key, or a key not among them: {unknown}"
            )

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


def conform(table: pd.DataFrame, schema: Schema, origin: str) -> pd.DataFrame:
    """The table with the schema's columns and dtypes, sorted by its key, or an error naming file, row, value.

    Parameters
    ----------
    table : DataFrame
        Its index is the line of the raw file that each row came from, or (file, line) where the rows
        come from several files, or the row's place.
    origin : str
        File that the message names where the index does not.

    Raises
    ------
    DataError
        A column missing or too many, a value of the wrong kind or out of range, a key twice.
    """
    if sorted(map(str, table.columns)) != sorted(schema.names):
        wrong = sorted(set(map(str, table.columns)) ^ set(schema.names)) or "one stands twice"
        raise DataError(f"{origin}: columns missing or too many for {schema.table}: {wrong}")
    typed = pd.DataFrame(
        {column.name: _typed(table[column.name], column, origin) for column in schema.columns}
    )
    for column in schema.columns:
        _check(table[column.name], typed, column, origin)
    twice = np.flatnonzero(typed.duplicated(list(schema.key)))
    if len(twice):
        row = typed.iloc[twice[0]]
        found = ", ".join(f"{name}={row[name]}" for name in schema.key)
        raise DataError(
            f"{_place(origin, typed.index[twice[0]])}: a second row for {found}; the key is unique"
        )
    return typed.sort_values(list(schema.key), kind="stable").reset_index(drop=True)


def _place(origin: str, label: Any) -> str:
    file, line = label if isinstance(label, tuple) else (origin, label)
    return f"{file}, line {line}"


def _refuse(given: pd.Series, bad: np.ndarray, column: Column, origin: str, allowed: str) -> None:
    """Raise for the first row of `given` that `bad` (n,) marks, showing the value as it was given."""
    marked = np.flatnonzero(bad)
    if len(marked):
        value = given.iloc[marked[0]]
        found = "missing" if pd.isna(value) else repr(str(value)[:80])
        where = _place(origin, given.index[marked[0]])
        raise DataError(f"{where}: {column.name} is {found}; allowed: {allowed}")


def _typed(given: pd.Series, column: Column, origin: str) -> pd.Series:
    """The column in its dtype; text is read strictly, numbers are taken where nothing is lost."""
    is_text = given.map(lambda value: isinstance(value, str)).to_numpy(bool)
    rule = re.compile(WRITTEN[column.kind])
    unreadable = [
        bool(text) and not rule.fullmatch(value) for text, value in zip(is_text, given, strict=True)
    ]
    _refuse(given, np.array(unreadable, bool), column, origin, column.kind)
    if column.kind == "text":
        _refuse(given, ~is_text & given.notna().to_numpy(), column, origin, "text")
        return given.astype("str")
    if column.kind == "boolean":
        values = given.map({"true": True, "false": False, True: True, False: False})
        _refuse(given, (values.isna() & given.notna()).to_numpy(), column, origin, "true or false")
        return values.astype("boolean")
    if column.kind == "integer":
        return _whole(given, column, origin)
    return pd.to_numeric(given).astype("float64")


def _whole(given: pd.Series, column: Column, origin: str) -> pd.Series:
    floats = pd.to_numeric(given).to_numpy("float64", na_value=np.nan)
    lossy = (np.floor(floats) != floats) & ~np.isnan(floats) | (np.abs(floats) >= 2.0**63)
    _refuse(given, lossy, column, origin, "whole numbers")
    # Not from the doubles above: they hold no whole number beyond 2**53 exactly.
    whole = [pd.NA if pd.isna(value) else int(value) for value in given]
    return pd.Series(whole, index=given.index, dtype="Int64")


def _check(given: pd.Series, typed: pd.DataFrame, column: Column, origin: str) -> None:
    values = typed[column.name]
    present = values.notna().to_numpy()
    if not column.missing:
        _refuse(given, ~present, column, origin, "a value, never missing")
    if column.kind in ("integer", "number"):
        _check_range(given, typed, column, origin)
    if column.allowed:
        wrong = present & ~values.isin(column.allowed).to_numpy()
        _refuse(given, wrong, column, origin, ", ".join(column.allowed))
    if column.pattern:
        rule = re.compile(column.pattern)
        matches = values.map(lambda text: bool(rule.fullmatch(str(text)))).to_numpy(bool)
        _refuse(given, present & ~matches, column, origin, column.pattern)


def _check_range(given: pd.Series, typed: pd.DataFrame, column: Column, origin: str) -> None:
    numbers = typed[column.name].to_numpy("float64", na_value=np.nan)
    _refuse(given, np.isinf(numbers), column, origin, "finite numbers")
    everywhere = np.ones(len(typed), bool)
    ranges = [("", everywhere, column.low, column.high)]
    for word, low, high in column.ranges:
        ranges.append((f" for {word}", (typed[column.by] == word).to_numpy(bool), low, high))
    for words, rows, low, high in ranges:
        if low is not None:
            _refuse(given, rows & (numbers < low), column, origin, f"at least {low:g}{words}")
        if high is not None:
            _refuse(given, rows & (numbers > high), column, origin, f"at most {high:g}{words}")
