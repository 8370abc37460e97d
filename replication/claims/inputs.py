"""An input of a computation -> the figure that it names: how exact it is, in which unit, from which cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.claims.claim_entries import Input
from replication.claims.days import span
from replication.claims.recorded import (
    DATE,
    EVERY_ROW,
    ROW_UNIT,
    STATED,
    Cell,
    Recorded,
    TableId,
    figures_in,
    middle,
    source_of,
)
from replication.claims.written import number, rounded
from replication.errors import StudyError, one_of
from replication.language.nodes import names_in
from replication.language.syntax import parse

DATE_BOUNDS = {"at least": "no earlier than", "at most": "no later than"}


@dataclass(frozen=True)
class Figure:
    """One input of a computation.

    Attributes
    ----------
    point, low, high : float
        The figure and the interval that its rounding leaves; an open end is infinite. Dates are days.
    text : str
        The figure as a reader would write it.
    bound : str
        Words before it where it is an end of what is meant, as "at least"; empty if it is none.
    made : str
        How it was made of several, as "mean of 9"; empty for one.
    unit : str
        In words; empty if nobody says it.
    spread : bool
        Whether the interval is more than the rounding of one figure: days, a range, what words leave open.
    cells : tuple of Cell
        All that it rests on.
    """

    point: float
    low: float
    high: float
    text: str
    cells: tuple[Cell, ...]
    unit: str = ""
    spread: bool = False
    bound: str = ""
    made: str = ""

    @property
    def words(self) -> str:
        """The figure as it stands alone."""
        told = ": ".join(filter(None, (self.made, self.text)))
        return f"{self.bound} {told}" if self.bound else told

    @property
    def term(self) -> str:
        """The figure among others, in brackets where it is more than a number."""
        return f"[{self.words}]" if self.bound or self.made else self.text


def figure(spec: Input, tables: Mapping[TableId, Recorded]) -> Figure:
    """The figure that an input names.

    Raises
    ------
    StudyError
        An unknown column, no row or (for `only`) more than one, a missing figure, a text that is no number.
    """
    stated = spec.claim is not None
    spec = _of_stated(spec) if stated else spec
    recorded = tables[source_of(spec)]
    places = recorded.places(spec.where)
    filters = tuple(Cell(source_of(spec), EVERY_ROW, name) for name in _filters(spec, recorded))
    if spec.by == "count":
        counted = tuple(Cell(source_of(spec), recorded.names[place], "") for place in places)
        return Figure(
            len(places),
            len(places),
            len(places),
            f"{len(places)}",
            (*filters, *counted),
            spec.unit or "count",
        )
    taken = _taken(spec, recorded, places)
    columns = [name for name in dict.fromkeys((spec.take, spec.low, spec.high, _half_column(spec))) if name]
    cells = tuple(Cell(source_of(spec), key, name) for key in taken.keys for name in columns)
    point, low, high = (_aggregate(spec.by, values) for values in (taken.points, taken.lows, taken.highs))
    made, text = ("", str(recorded.rows["words"].iloc[places[0]])) if stated else _words(spec, taken, point)
    unit = _unit(spec, recorded, _places_taken(spec, places))
    spread = low < high and (
        bool(recorded.rows["spread"].iloc[places[0]]) if stated else bool(spec.date or spec.low or spec.high)
    )
    found = Figure(point, low, high, text, (*filters, *cells), unit, spread, made=made)
    return _as_bound(found, spec.bound)


def _as_bound(found: Figure, bound: str | None) -> Figure:
    """The figure as an end of what is meant, the other end open."""
    if bound is None:
        return found
    low, high = (found.low, math.inf) if bound == "at least" else (-math.inf, found.high)
    words = DATE_BOUNDS[bound] if found.unit == "date" else bound
    return replace(found, low=low, high=high, bound=words)


def _unit(spec: Input, recorded: Recorded, places: NDArray[np.int64]) -> str:
    """The unit of an input: as the file says it, else as its table does; of several rows, that of all."""
    if spec.date or spec.by == "volatility":
        return "date" if spec.date else "ratio"
    said = spec.unit or recorded.units.get(spec.take, "")
    if said != ROW_UNIT:
        return said
    if "unit" not in recorded.rows:
        return ""
    units = [str(unit) for unit in recorded.rows["unit"].iloc[places].dropna().unique()]
    if len(units) > 1 and spec.by in AGGREGATES:
        both = f"{units[0]} and {units[1]}"
        raise StudyError(
            f"rows of {source_of(spec)} are in {both}; narrow where to one of them, or give unit"
        )
    return units[0] if len(units) == 1 else ""


def _of_stated(spec: Input) -> Input:
    """The same claim as a row of the table of what claims state."""
    where = f'id == "{spec.claim}"'
    return Input(table=STATED.table, where=where, low="low", high="high", bound=spec.bound)


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
        raise StudyError(f"no row of {source_of(spec)} fits {spec.where or 'an empty table'}")
    if spec.by == "only" and len(places) > 1:
        fit = f"{len(places)} rows of {source_of(spec)} fit {spec.where or 'no filter'}"
        raise StudyError(f"{fit}; narrow where to one, or say in by how to take several")
    places = _places_taken(spec, places)
    keys = [recorded.names[place] for place in places]
    read = _dates if spec.date else _numbers
    return read(spec, recorded.rows, places, keys)


def _places_taken(spec: Input, places: NDArray[np.int64]) -> NDArray[np.int64]:
    return {"first": places[:1], "last": places[-1:]}.get(spec.by, places)


def _dates(spec: Input, rows: pd.DataFrame, places: NDArray[np.int64], keys: list[str]) -> _Taken:
    """Dates as days, from the first that one column allows to the last that another does, or the same."""
    columns = {end: _column(spec, rows, name).iloc[places] for end, name in _date_columns(spec).items()}
    texts = [
        _date_text(cells, spec, key)
        for cells, key in zip(zip(*columns.values(), strict=True), keys, strict=True)
    ]
    days = np.array([span(text) for text in texts], float).reshape(-1, 2)
    return _Taken(keys, middle(days[:, 0], days[:, 1]), days[:, 0], days[:, 1], texts)


def _date_columns(spec: Input) -> dict[str, str]:
    return {"first": spec.low or spec.take, "last": spec.high or spec.take}


def _date_text(cells: tuple[object, object], spec: Input, key: str) -> str:
    """One date, or one to another; a missing last one is the first."""
    first, last = map(_cell_text, cells)
    for text in filter(None, (first, last)):
        if not DATE.fullmatch(text):
            raise StudyError(
                f"{source_of(spec)}[{key}] is {text[:80]!r}; allowed: a date such as 1987, 1987-11 "
                "or 1987-11-05"
            )
    if not first:
        raise StudyError(
            f"{spec.take} is missing in {source_of(spec)}[{key}]; a claim that rests on it is not checkable"
        )
    return first if last in ("", first) else f"{first} to {last}"


def _cell_text(cell: Any) -> str:
    """A date as text; a column of years with an empty cell holds floats."""
    if pd.isna(cell):
        return ""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)


def _numbers(spec: Input, rows: pd.DataFrame, places: NDArray[np.int64], keys: list[str]) -> _Taken:
    points, lows, highs, halves = (
        figures_in(_column(spec, rows, name).iloc[places], source_of(spec), keys)
        if name
        else np.full(len(places), np.nan)
        for name in (spec.take, spec.low, spec.high, _half_column(spec))
    )
    if spec.low or spec.high:
        return _ranges(spec, points, lows, highs, keys)
    _refuse_missing(spec, spec.take, points, keys)
    half = _half_column(spec)
    if half is not None:
        _refuse_missing(spec, half, halves, keys)
        _refuse(spec, half, halves < 0, keys, "below nothing; allowed: half a unit of the last digit")
    else:
        halves = np.full(len(places), spec.half_width)
    return _Taken(keys, points, points - halves, points + halves, [number(value) for value in points])


def _half_column(spec: Input) -> str | None:
    return spec.half_width if isinstance(spec.half_width, str) else None


def _ranges(
    spec: Input,
    points: NDArray[np.float64],
    lows: NDArray[np.float64],
    highs: NDArray[np.float64],
    keys: list[str],
) -> _Taken:
    """Figures with their ends; one empty end is open, a range without a figure has its middle as figure."""
    ends = np.where(np.isnan(lows), highs, lows)
    _refuse_missing(spec, " and ".join(filter(None, (spec.low, spec.high))), ends, keys)
    points = np.where(
        np.isnan(points),
        middle(np.where(np.isnan(lows), highs, lows), np.where(np.isnan(highs), lows, highs)),
        points,
    )
    lows = np.where(np.isnan(lows), -np.inf if spec.low else points, lows)
    highs = np.where(np.isnan(highs), np.inf if spec.high else points, highs)
    outside = (points < lows) | (points > highs) | (lows > highs)
    _refuse(spec, spec.take, outside, keys, "not within its range; allowed: low, figure, high in their order")
    return _Taken(keys, points, lows, highs, [number(value) for value in points])


def _refuse_missing(spec: Input, column: str, values: NDArray[np.float64], keys: list[str]) -> None:
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        place = f"{source_of(spec)}[{keys[missing[0]]}]"
        raise StudyError(f"{column} is missing in {place}; a claim that rests on it is not checkable")


def _refuse(spec: Input, column: str, wrong: NDArray[np.bool_], keys: list[str], why: str) -> None:
    if wrong.any():
        raise StudyError(f"{column} of {source_of(spec)}[{keys[int(np.flatnonzero(wrong)[0])]}] is {why}")


def _column(spec: Input, rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows.columns:
        raise StudyError(f"table {source_of(spec)}: {one_of('column', name, map(str, rows.columns))}")
    return rows[name]


def _volatility(values: NDArray[np.float64]) -> float:
    """Standard deviation (divisor n - 1) of the changes of the logarithm from row to row."""
    if len(values) < 3 or not (values > 0).all():
        raise StudyError("volatility needs three positive figures or more")
    return float(np.std(np.diff(np.log(values)), ddof=1))


AGGREGATES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "sum": np.sum,
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "volatility": _volatility,
}


def _aggregate(by: str, values: NDArray[np.float64]) -> float:
    return float(AGGREGATES[by](values)) if by in AGGREGATES else float(values[0])


def _words(spec: Input, taken: _Taken, point: float) -> tuple[str, str]:
    """How a figure was made of several, and the figure, which a date made of several has not."""
    if spec.by not in AGGREGATES:
        return "", taken.texts[0]
    if spec.date and spec.by != "mean":
        return f"{spec.by} of {len(taken.keys)} dates", ""
    shown = rounded if spec.by in ("mean", "volatility") else number  # a computed figure, not a recorded one
    return f"{spec.by} of {len(taken.keys)}", shown(point)
