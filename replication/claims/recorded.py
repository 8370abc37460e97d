"""The recorded figures that claims rest on: from which table, which row, how exact."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.claims.claim_entries import Input, Ledger
from replication.claims.verdict import bounds
from replication.claims.wording import number
from replication.errors import DataError, StudyError, one_of
from replication.language.evaluate import Rows, condition
from replication.language.syntax import names_in, parse
from replication.panel.read_table import read_user_table
from replication.project.places import Project
from replication.sources.load import recipes_of
from replication.sources.pipeline import read_table

STATED = "stated"
EVERY_ROW = "*"
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Recorded:
    """A table of figures and the columns that name a row of it; its row numbers if there are none."""

    rows: pd.DataFrame
    key: tuple[str, ...]

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


@dataclass(frozen=True, order=True)
class Cell:
    """One recorded figure: its table, the key of its row (`*` for a column that filters rows), its column."""

    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}[{self.row}]"


@dataclass(frozen=True)
class Figure:
    """One input of a computation.

    Attributes
    ----------
    point, low, high : float
        The figure and the interval that its rounding leaves; an open end is infinite. Dates are days.
    text : str
        The figure as a reader would write it.
    cells : tuple of Cell
        All that it rests on.
    """

    point: float
    low: float
    high: float
    text: str
    cells: tuple[Cell, ...]


def read_tables(names: Iterable[str], project: Project, folder: Path | None = None) -> dict[str, Recorded]:
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


def tables_named(ledger: Ledger) -> list[str]:
    """Tables that the inputs and the checks of a ledger name, each once."""
    inputs = (
        spec for claim in ledger.claims for reading in claim.readings for spec in reading.inputs.values()
    )
    names = [*(spec.table for spec in inputs), *(check.table for check in ledger.checks)]
    return [name for name in dict.fromkeys(names) if name]


def _open(name: str, project: Project, own: Mapping[str, Path]) -> Recorded:
    if name in own:
        rows = read_user_table(own[name]).table
        return _recorded(rows, (rows.columns[0],) if rows.iloc[:, 0].is_unique else ())
    schemas = {recipe.schema.table: recipe.schema for recipe in recipes_of(project)}
    if name not in schemas:
        raise DataError(one_of("table", name, own or schemas))
    return _recorded(read_table(project, name), schemas[name].key)


def _recorded(rows: pd.DataFrame, key: tuple[str, ...]) -> Recorded:
    """The table with its texts as Python's own, which filters compare many times faster than Arrow's."""
    return Recorded(rows.astype(dict.fromkeys(rows.select_dtypes("str").columns, object)), key)


def stated_figures(ledger: Ledger) -> Recorded:
    """What the claims of a text state, as a table for claims that rest on other claims."""
    rows = [(claim.id, claim.stated.value, *bounds(claim.stated, claim.kind)) for claim in ledger.claims]
    return Recorded(pd.DataFrame(rows, columns=["id", "value", "low", "high"]), ("id",))


def figure(spec: Input, tables: Mapping[str, Recorded]) -> Figure:
    """The figure that an input names.

    Raises
    ------
    StudyError
        An unknown column, no row or (for `only`) more than one, a missing figure, a text that is no number.
    """
    spec = _of_stated(spec) if spec.claim is not None else spec
    recorded = tables[spec.table]
    places = recorded.places(spec.where)
    filters = tuple(Cell(spec.table, EVERY_ROW, name) for name in _filters(spec, recorded))
    if spec.by == "count":
        counted = tuple(Cell(spec.table, recorded.names[place], "") for place in places)
        return Figure(len(places), len(places), len(places), f"{len(places)}", (*filters, *counted))
    taken = _taken(spec, recorded, places)
    columns = [name for name in dict.fromkeys((spec.take, spec.low, spec.high)) if name]
    cells = tuple(Cell(spec.table, key, name) for key in taken.keys for name in columns)
    point, low, high = (_aggregate(spec.by, values) for values in (taken.points, taken.lows, taken.highs))
    return Figure(point, low, high, _text(spec, taken, point), (*filters, *cells))


def _of_stated(spec: Input) -> Input:
    ends = {} if spec.half_width else {"low": "low", "high": "high"}
    return Input(table=STATED, where=f'id == "{spec.claim}"', half_width=spec.half_width, **ends)


@lru_cache(maxsize=4096)
def _names(where: str) -> tuple[str, ...]:
    return tuple(names_in(parse(where)))


def _filters(spec: Input, recorded: Recorded) -> list[str]:
    """Figures that decide which rows are taken: columns of the filter that are numbers and no keys."""
    names = _names(spec.where) if spec.where else ()
    return [
        name
        for name in names
        if name not in recorded.key and pd.api.types.is_numeric_dtype(recorded.rows[name])
    ]


@dataclass(frozen=True)
class _Taken:
    """Names, figures and ends (n,) of the rows that an input takes, and the figures as recorded."""

    keys: list[str]
    points: NDArray[np.float64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]
    texts: list[str]


def _taken(spec: Input, recorded: Recorded, places: NDArray[np.int64]) -> _Taken:
    if not len(places):
        raise StudyError(f"no row of {spec.table} fits {spec.where or 'an empty table'}")
    if spec.by == "only" and len(places) > 1:
        fit = f"{len(places)} rows of {spec.table} fit {spec.where or 'no filter'}"
        raise StudyError(f"{fit}; narrow where to one, or say in by how to take several")
    if spec.by in ("first", "last"):
        places = places[:1] if spec.by == "first" else places[-1:]
    keys = [recorded.names[place] for place in places]
    read = _dates if spec.date else _numbers
    return read(spec, recorded.rows, places, keys)


def _dates(spec: Input, rows: pd.DataFrame, places: NDArray[np.int64], keys: list[str]) -> _Taken:
    texts = [str(text) for text in _column(spec, rows, spec.take).iloc[places]]
    days = np.array(
        [_days(text, f"{spec.table}[{key}]") for text, key in zip(texts, keys, strict=True)], float
    )
    return _Taken(keys, days.mean(axis=1), days[:, 0], days[:, 1], texts)


def _numbers(spec: Input, rows: pd.DataFrame, places: NDArray[np.int64], keys: list[str]) -> _Taken:
    points, lows, highs = (
        _values(spec, _column(spec, rows, name).iloc[places], keys) if name else np.full(len(places), np.nan)
        for name in (spec.take, spec.low, spec.high)
    )
    bare = np.isnan(lows) & np.isnan(highs)  # no end is given: the figure has its half width
    lows, highs = (
        np.where(bare, points - spec.half_width, lows),
        np.where(bare, points + spec.half_width, highs),
    )
    points = np.where(np.isnan(points), _middle(lows, highs), points)
    missing = np.flatnonzero(np.isnan(points))
    if len(missing):
        place = f"{spec.table}[{keys[missing[0]]}]"
        raise StudyError(f"{spec.take} is missing in {place}; a claim that rests on it is not checkable")
    lows = np.where(np.isnan(lows), _open_end(spec.low, points, -np.inf), lows)
    highs = np.where(np.isnan(highs), _open_end(spec.high, points, np.inf), highs)
    return _Taken(keys, points, lows, highs, [number(value) for value in points])


def _open_end(column: str | None, points: NDArray[np.float64], end: float) -> NDArray[np.float64] | float:
    """What stands for an end that is not given: the figure itself if no column of ends was named."""
    return end if column else points


def _middle(lows: NDArray[np.float64], highs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middle of a range; its one end if the other is open."""
    low, high = np.where(np.isnan(lows), highs, lows), np.where(np.isnan(highs), lows, highs)
    return (low + high) / 2


def _column(spec: Input, rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows.columns:
        raise StudyError(f"table {spec.table}: {one_of('column', name, map(str, rows.columns))}")
    return rows[name]


def _values(spec: Input, values: pd.Series, keys: list[str]) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    return np.array([_read(text, f"{spec.table}[{key}]") for text, key in zip(values, keys, strict=True)])


def _read(text: object, place: str) -> float:
    """A number that stands in a column of texts."""
    if pd.isna(text):
        return np.nan
    if not NUMBER.fullmatch(str(text)):
        hint = "; for a date add date = true" if DATE.fullmatch(str(text)) else ""
        raise StudyError(f"{place} is {str(text)[:80]!r}; allowed: a number{hint}")
    return float(str(text).replace(",", ""))


def _days(text: str, place: str) -> tuple[int, int]:
    """First and last day that a date allows, counted from the first day of the year 1."""
    match = DATE.fullmatch(text)
    try:
        year, month, day = (int(part) if part else None for part in match.groups())
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        return first.toordinal(), date(
            year, last_month, day or calendar.monthrange(year, last_month)[1]
        ).toordinal()
    except (AttributeError, ValueError):
        raise StudyError(
            f"{place} is {text[:80]!r}; allowed: a date such as 1987, 1987-11 or 1987-11-05"
        ) from None


AGGREGATES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "sum": np.sum,
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
}


def _aggregate(by: str, values: NDArray[np.float64]) -> float:
    return float(AGGREGATES[by](values)) if by in AGGREGATES else float(values[0])


def _text(spec: Input, taken: _Taken, point: float) -> str:
    if spec.by not in AGGREGATES:
        return taken.texts[0]
    if spec.date and spec.by != "mean":
        return f"[{spec.by} of {len(taken.keys)} dates]"
    return f"[{spec.by} of {len(taken.keys)}: {number(point)}]"
