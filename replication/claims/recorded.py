"""The tables that claims rest on: the author's, the project's, studies' results, and what claims state."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.claims.claim_entries import Claim, Input, Ledger
from replication.claims.wording import interval_of, plain_interval
from replication.claims.written import number
from replication.errors import DataError, StudyError, one_of
from replication.language.evaluate import Rows, condition
from replication.panel.read_table import read_user_table
from replication.project.fingerprint import require_this_program
from replication.project.places import Project
from replication.project.readback import read_back
from replication.project.strict import located
from replication.sources.load import recipes_of
from replication.sources.pipeline import read_table

RECORD_KEYS = {
    "estimates": ("model", "term"),
    "models": ("model", "name"),
    "statistics": ("statistic", "group", "period"),
    "cells": ("article", "table", "column", "term", "quantity"),  # of printed tables, study = "published"
}
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
EVERY_ROW = "*"
ROW_UNIT = "that of the row"


@dataclass(frozen=True)
class TableId:
    """A table that claims rest on: one of the author's or the project's, or a record of a study's results."""

    table: str
    study: str = ""

    def __str__(self) -> str:
        return f"{self.study}.{self.table}" if self.study else self.table


STATED = TableId("stated")  # what the claims of the text state


@dataclass(frozen=True)
class Recorded:
    """A table of figures, the columns that name a row of it (its row numbers if there are none), its units.

    Attributes
    ----------
    units : mapping of column to unit
        `that of the row` where a column `unit` holds it.
    """

    rows: pd.DataFrame
    key: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """One name a row: its key, or its number where the table has none."""
        if not self.key:
            return [f"row {place + 1}" for place in range(len(self.rows))]
        columns = [self.rows[name] for name in self.key]
        return [", ".join(map(str, row)) for row in zip(*columns, strict=True)]

    def places(self, where: str | None) -> NDArray[np.int64]:
        """Places of the rows for which a filter is true."""
        if where is None:
            return np.arange(len(self.rows))
        if where not in self._known:
            self._known[where] = np.flatnonzero(condition(where, Rows(self.rows)))
        return self._known[where]

    @cached_property
    def _known(self) -> dict[str, NDArray[np.int64]]:
        return {}  # claims of one text use the same filters again and again


@dataclass(frozen=True)
class Cell:
    """One recorded figure: its table, the key of its row (`*` for a column that filters rows), its column."""

    table: TableId
    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}[{self.row}]"


def source_of(spec: Input) -> TableId:
    """The table of an input."""
    return TableId(spec.table, spec.study or "") if spec.table else STATED


def read_tables(
    names: Iterable[TableId], project: Project, folder: Path | None = None
) -> dict[TableId, Recorded]:
    """The tables of these names.

    Parameters
    ----------
    folder : Path, optional
        CSV files of the author's own, each a table by its name; they go before processed tables.

    Raises
    ------
    UserError
        A table that is neither in `folder` nor among the processed ones, or cannot be read.
    """
    own = {path.stem: path for path in sorted(folder.glob("*.csv"))} if folder is not None else {}
    return {name: _open(name, project, own) for name in names}


def tables_named(ledger: Ledger) -> list[TableId]:
    """Tables that the inputs, the cells and the checks of a ledger name, each once."""
    inputs = (
        spec for claim in ledger.claims for reading in claim.readings for spec in reading.inputs.values()
    )
    named = [source_of(spec) for spec in inputs if spec.table]
    cells = [TableId(cells.table) for cells in ledger.cells]
    checks = [TableId(check.table) for check in ledger.checks if check.table]
    return list(dict.fromkeys([*named, *cells, *checks]))


def _open(known: TableId, project: Project, own: Mapping[str, Path]) -> Recorded:
    if known.study:
        return _record(known, project)
    name = known.table
    if name in own:
        rows = _own_table(own[name])
        units = dict.fromkeys(rows.columns, ROW_UNIT) if "unit" in rows else {}
        return _recorded(rows, (rows.columns[0],) if rows.iloc[:, 0].is_unique else (), units)
    schemas = {recipe.schema.table: recipe.schema for recipe in recipes_of(project)}
    if name not in schemas:
        raise DataError(one_of("table", name, own or schemas))
    units = {column.name: column.unit for column in schemas[name].columns}
    return _recorded(read_table(project, name), schemas[name].key, units)


def _own_table(path: Path) -> pd.DataFrame:
    """An author's table; a column of dates, which a study would count, holds them as they are written."""
    try:
        reading = read_user_table(path)
        dates = {
            name: [pd.NA if pd.isna(value) else clock.name(value) for value in reading.table[name]]
            for name, clock in reading.named.items()
        }
        return reading.table.assign(**{name: pd.Series(texts, dtype="str") for name, texts in dates.items()})
    except DataError as problem:
        if "under [study]" not in str(problem):
            raise
        raise DataError(f"{problem}; that key is for study files: for claims, change the table") from None


def _record(known: TableId, project: Project) -> Recorded:
    """A record of a study's results."""
    study, record = known.study, known.table
    if record not in RECORD_KEYS:
        raise DataError(f"study {study}: {one_of('record', record, RECORD_KEYS)}")
    folder = project.current / study
    if not folder.is_dir():
        command = "published" if folder == project.graded else f"run specs/{study}.toml"
        raise DataError(f"study {study} has no results; run it first (replicate {command})")
    require_this_program(folder)
    units = {"value": ROW_UNIT} if record == "statistics" else {}
    rows = pd.read_parquet(io.BytesIO(read_back(folder, f"{record}.parquet")))
    return _recorded(rows, RECORD_KEYS[record], units)


def _recorded(rows: pd.DataFrame, key: tuple[str, ...], units: Mapping[str, str]) -> Recorded:
    """The table with its texts as Python's own, which filters compare many times faster than Arrow's."""
    texts: dict[str, type] = dict.fromkeys(map(str, rows.select_dtypes("str").columns), object)
    return Recorded(rows.astype(texts), key, units)


def figures_in(values: pd.Series, table: TableId, keys: Sequence[str]) -> NDArray[np.float64]:
    """The figures of some rows of a column (n,), NaN where missing.

    Raises
    ------
    StudyError
        A text that is no number, or a number without an end.
    """
    if pd.api.types.is_numeric_dtype(values):
        found = values.to_numpy(dtype=float, na_value=np.nan)
    else:
        found = np.array(
            [_read(text, f"{table}[{key}]") for text, key in zip(values, keys, strict=True)], float
        )
    endless = np.flatnonzero(np.isinf(found))
    if len(endless) and table != STATED:  # what claims state may be open on one side
        raise StudyError(f"{table}[{keys[endless[0]]}] is {found[endless[0]]}; allowed: a finite number")
    return found


def _read(text: Any, place: str) -> float:
    """A number that stands in a column of texts."""
    if pd.isna(text):
        return np.nan
    if not NUMBER.fullmatch(str(text)):
        hint = "; for a date add date = true" if DATE.fullmatch(str(text)) else ""
        raise StudyError(f"{place} is {str(text)[:80]!r}; allowed: a number{hint}")
    return float(str(text).replace(",", ""))


def stated_figures(claims: Iterable[Claim]) -> Recorded:
    """What the claims of a text state, as a table for claims that rest on other claims."""
    rows = [_stated_row(claim) for claim in claims]
    columns = ["id", "value", "low", "high", "unit", "words", "spread"]
    return Recorded(pd.DataFrame(rows, columns=columns), ("id",), dict.fromkeys(columns, ROW_UNIT))


def _stated_row(claim: Claim) -> tuple[str, float, float, float, str, str, bool]:
    stated = claim.stated
    low, high = located(f"claims.{claim.id}", interval_of, stated, claim.kind)
    if stated.date:
        return claim.id, float(middle(low, high)), low, high, "date", stated.date, low < high
    open_words = (low, high) != plain_interval(stated, claim.kind)
    return claim.id, stated.figure, low, high, stated.unit, number(stated.figure), open_words


def middle(low, high):
    """Halfway between two ends; the one that is not open if the other is."""
    low, high = np.where(np.isinf(low), high, low), np.where(np.isinf(high), low, high)
    return (low + high) / 2
