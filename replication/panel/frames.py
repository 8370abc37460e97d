"""A table in memory -> what a file of it would be read as: pandas, pyarrow, polars, or a list of dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

import pandas as pd
import pyarrow as pa

from replication.errors import DataError
from replication.panel.arrow_columns import READ, grid_of, readable
from replication.panel.grid import refuse_twice
from replication.panel.read_table import FOR, reading_of
from replication.panel.reading import Reading
from replication.spec.entries import FileKeys

ORIGIN = "data"  # what messages call a table without a file
UNNAMED = "__index_level_"  # an index of pandas that has no name holds nothing that a formula could use
KINDS = "a file, a data frame (pandas, pyarrow, polars), or a list of dicts"


class Streamed(Protocol):
    """Whatever offers its columns by Arrow's C stream interface."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule with the stream."""


Frame = Streamed | Sequence[Mapping[str, Any]]


def read_frame(data: Frame, keys: FileKeys | None = None) -> Reading:
    """A table in memory as a file of typed columns would be read; its own types are kept.

    Raises
    ------
    DataError
        No table, a column of several kinds, no rows, a key for files of text or of Excel.
    """
    keys = keys or FileKeys()
    for key in sorted(FOR.keys() & keys.model_fields_set):
        raise DataError(
            f"{ORIGIN}: {key} is for files of {', '.join(FOR[key])}; leave it out for a data frame"
        )
    table, left = _table(data)
    names = [name for name in table.column_names if not name.startswith(UNNAMED)]
    fields = [table.schema.field(table.column_names.index(name)) for name in names]
    plain = [place for place, name in enumerate(table.column_names) if name in names]
    plain = [place for place in plain if readable(table.schema.field(place).type)]
    if left and not plain:
        raise DataError(f"{ORIGIN}: {next(iter(left.values()))}")
    try:
        grid = grid_of(table.select(plain), fields)
        return reading_of(replace(grid, left={**grid.left, **left}), keys, ORIGIN, lambda letters: None)
    except pa.ArrowException as problem:
        raise DataError(f"{ORIGIN}: cannot be read: {_first_line(problem)}") from None


def _table(data: Frame) -> tuple[pa.Table, dict[str, str]]:
    """The columns that Arrow can hold, and by name why it cannot hold the others."""
    if isinstance(data, pd.DataFrame):
        return _of_pandas(data)
    if hasattr(data, "__arrow_c_stream__"):
        try:
            return pa.table(data), {}
        except (pa.ArrowException, TypeError, ValueError) as problem:
            raise DataError(f"{ORIGIN}: cannot be read: {_first_line(problem)}") from None
    if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        rows = cast(Sequence[Mapping[str, Any]], data)
        names = dict.fromkeys(str(name) for row in rows for name in row)
        return pa.table({name: _column(name, [row.get(name) for row in rows]) for name in names}), {}
    raise DataError(f"{ORIGIN}: is of type {type(data).__name__}; allowed: {KINDS}")


def _of_pandas(data: pd.DataFrame) -> tuple[pa.Table, dict[str, str]]:
    """As `_table`; an index that has a name is a column."""
    try:
        frame = data.reset_index() if any(name is not None for name in data.index.names) else data
    except ValueError as problem:
        raise DataError(f"{ORIGIN}: cannot be read: {_first_line(problem)}") from None
    refuse_twice(map(str, frame.columns), ORIGIN)
    found: dict[str, pa.Array] = {}
    left: dict[str, str] = {}
    for name, column in frame.items():
        try:
            found[str(name)] = pa.array(column, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            left[str(name)] = f"{name} holds values of several kinds, or of none that is read; {READ}"
    return pa.table(found), left


def _column(name: str, values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as problem:
        raise DataError(f"{ORIGIN}: {name} holds values of several kinds: {_first_line(problem)}") from None


def _first_line(problem: Exception) -> str:
    return "; ".join(str(part) for part in problem.args).splitlines()[0] if problem.args else "no table"
