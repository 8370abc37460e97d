"""What a processed table must look like, and the check of that on write and on read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from replication.errors import DataError

Kind = Literal["text", "integer", "number", "boolean"]
DTYPES: dict[Kind, str] = {"text": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}


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


@dataclass(frozen=True)
class Schema:
    """A processed table: its columns in order and the columns that identify a row."""

    table: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


def conform(table: pd.DataFrame, schema: Schema, origin: str) -> pd.DataFrame:
    """The table with the schema's columns and dtypes, sorted by its key, or an error naming file, row, value.

    Parameters
    ----------
    table : DataFrame
        Its index is the line of the raw file that each row came from, or the row's place.
    origin : str
        File that the message names.

    Raises
    ------
    DataError
        A column missing or too many, a value of the wrong kind or out of range, a key twice.
    """
    if sorted(table.columns) != sorted(schema.names):
        wrong = sorted(set(table.columns) ^ set(schema.names))
        raise DataError(f"{origin}: columns missing or too many for {schema.table}: {wrong}")
    typed = pd.DataFrame(
        {column.name: _typed(table[column.name], column, origin) for column in schema.columns}
    )
    for column in schema.columns:
        _check(typed[column.name], column, origin)
    twice = typed.duplicated(list(schema.key))
    if twice.any():
        row = typed[twice].iloc[0]
        found = ", ".join(f"{name}={row[name]}" for name in schema.key)
        raise DataError(
            f"{origin}, line {typed.index[twice][0]}: a second row for {found}; the key is unique"
        )
    return typed.sort_values(list(schema.key), kind="stable").reset_index(drop=True)


def _typed(values: pd.Series, column: Column, origin: str) -> pd.Series:
    if column.kind == "text":
        return values.astype("str")
    try:
        numbers = values if column.kind == "boolean" else pd.to_numeric(values)
        return numbers.astype(DTYPES[column.kind])
    except (ValueError, TypeError):
        numeric = pd.to_numeric(values, errors="coerce")
        bad = values[numeric.isna() & values.notna() | (numeric.notna() & (numeric % 1 != 0))]
        line, found = (bad.index[0], bad.iloc[0]) if len(bad) else (values.index[0], values.iloc[0])
        raise DataError(
            f"{origin}, line {line}: {column.name} is {found!r}; allowed: {column.kind}"
        ) from None


def _check(values: pd.Series, column: Column, origin: str) -> None:
    def refuse(bad: pd.Series, allowed: str) -> None:
        if bad.any():
            found = values[bad].iloc[0]
            raise DataError(
                f"{origin}, line {values.index[bad][0]}: {column.name} is {found!r}; allowed: {allowed}"
            )

    missing = values.isna()
    if not column.missing:
        refuse(missing, "a value, never missing")
    if column.kind in ("integer", "number"):
        numbers = values.astype("float64")
        refuse(pd.Series(np.isinf(numbers), index=values.index), "finite numbers")
        if column.low is not None:
            refuse(numbers < column.low, f"at least {column.low:g}")
        if column.high is not None:
            refuse(numbers > column.high, f"at most {column.high:g}")
    if column.allowed:
        refuse(~missing & ~values.isin(column.allowed), ", ".join(column.allowed))
    if column.pattern:
        rule = re.compile(column.pattern)
        refuse(~missing & ~values.map(lambda text: bool(rule.fullmatch(str(text)))), column.pattern)
