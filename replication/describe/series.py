"""From a table with one row a figure to one column a series, and back to tidy rows."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from replication.errors import StudyError, one_of

PERIODS = {  # form of a period: how many of them make a year
    r"(?P<year>\d{4})": 1,
    r"(?P<year>\d{4})Q(?P<part>[1-4])": 4,
    r"(?P<year>\d{4})-(?P<part>0[1-9]|1[0-2])": 12,
}


def wide(table: pd.DataFrame, *, group: str, period: str, value: str) -> pd.DataFrame:
    """One column a series in order of appearance, one row a period in ascending order.

    Raises
    ------
    StudyError
        No rows, an unknown column, figures that are text, or two figures for one series and period.
    """
    if table.empty:
        raise StudyError("there is no row to measure; the table or what 'where' leaves of it is empty")
    for name in (group, period, value):
        if name not in table.columns:
            raise StudyError(one_of("column", name, table.columns))
    if not pd.api.types.is_numeric_dtype(table[value]):
        raise StudyError(f"column {value!r} holds text; a measure needs figures")
    keys = pd.DataFrame({"group": table[group].astype("str"), "period": table[period].astype("str")})
    twice = keys.duplicated()
    if twice.any():
        first = keys[twice].iloc[0]
        found = f"{group}={first['group']}, {period}={first['period']}"
        raise StudyError(f"two figures for {found}; narrow the rows with 'where'")
    figures = table[value].to_numpy(dtype="float64", na_value=np.nan)
    index = pd.MultiIndex.from_frame(keys)
    return pd.Series(figures, index=index).unstack("group")[list(keys["group"].unique())].sort_index()


Measure = Callable[..., pd.DataFrame]
COLUMNS = ("group", "period", "value")


def of_series(measure: Measure) -> Measure:
    """A measure of `wide`'s result as one of a table: it takes the names of the columns besides its options.

    `group`, `period` and `value` are columns of the series, its period and its figure; a study file's
    options are checked against them like against any others.
    """

    @functools.wraps(measure)
    def of_table(
        table: pd.DataFrame,
        *,
        group: str = "series",
        period: str = "year",
        value: str = "value",
        **options: Any,
    ) -> pd.DataFrame:
        return measure(wide(table, group=group, period=period, value=value), **options)

    return _signed(of_table, measure)


def of_every_period(measure: Measure) -> Measure:
    """The same, with a row of missing values for each period that the calendar of the table skips."""

    @functools.wraps(measure)
    def whole(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
        return measure(every_period(frame), **options)

    return of_series(whole)


def _signed(of_table: Measure, measure: Measure) -> Measure:
    """The wrapper with the signature and the types that it has in truth."""
    own = [item for item in inspect.signature(measure).parameters.values() if item.kind == item.KEYWORD_ONLY]
    outer = inspect.signature(of_table, follow_wrapped=False).parameters
    shared = [outer[name] for name in ("table", *COLUMNS)]
    of_table.__signature__ = inspect.Signature([*shared, *own])  # type: ignore[attr-defined]
    of_table.__annotations__ = measure.__annotations__ | {
        "table": pd.DataFrame,
        **dict.fromkeys(COLUMNS, str),
    }
    return of_table


def pick(frame: pd.DataFrame, name: str) -> pd.Series:
    """One series of `wide`'s result, or a StudyError that names those there are."""
    if name not in frame.columns:
        raise StudyError(one_of("series", name, frame.columns))
    return frame[name]


def choose(what: str, found: str, allowed: Iterable[str]) -> str:
    """The word itself when it is allowed, else a StudyError that lists the allowed words."""
    words = list(allowed)
    if found not in words:
        raise StudyError(one_of(what, found, words))
    return found


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows group, period, value from one column a group and one row a period."""
    return pd.DataFrame(
        {
            "group": np.repeat([str(name) for name in frame.columns], len(frame)),
            "period": [str(label) for label in frame.index] * frame.shape[1],
            "value": frame.to_numpy(dtype="float64").ravel(order="F"),
        }
    ).astype({"group": "str", "period": "str"})


def summary(frame: pd.DataFrame, values: dict[str, float]) -> pd.DataFrame:
    """Rows group, period, value with one value a group for the whole span of the frame, "first/last"."""
    return tidy(pd.DataFrame(values, index=[span(frame.index)], dtype="float64"))


def summaries(frame: pd.DataFrame, values: dict[str, float]) -> pd.DataFrame:
    """Rows group, period, value with one value a series, each for the span of its own known figures."""
    rows = [summary(frame[[name]].dropna(), {name: value}) for name, value in values.items()]
    return pd.concat(rows, ignore_index=True)


def span(periods: pd.Index) -> str:
    """First and last period as "first/last", or "" when there is none."""
    return f"{periods[0]}/{periods[-1]}" if len(periods) else ""


def divide(above: pd.Series, below: pd.Series) -> pd.Series:
    """Quotient; missing, not infinite, where the divisor is zero."""
    return above / below.where(below != 0)


def per_year(periods: Iterable[str]) -> int:
    """How many periods of this form make a year: 1, 4 or 12."""
    labels = [str(label) for label in periods]
    for form, count in PERIODS.items():
        if all(re.fullmatch(form, label) for label in labels):
            return count
    raise StudyError(f"periods such as {labels[0]!r} are not all years, quarters or months of one form")


def ordinal(period: str) -> int:
    """Number of the period on the calendar of its own form, so that the next period is one more."""
    form = next(form for form, count in PERIODS.items() if count == per_year([period]))
    found = re.fullmatch(form, period)
    parts = found.groupdict() if found else {}
    return int(parts["year"]) * PERIODS[form] + int(parts.get("part") or 1) - 1


def every_period(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a row of missing values for each period that its calendar skips."""
    if frame.empty:
        return frame
    count = per_year(frame.index)
    numbers = range(ordinal(frame.index[0]), ordinal(frame.index[-1]) + 1)
    return frame.reindex([_label(number, count) for number in numbers])


def _label(number: int, count: int) -> str:
    year, part = divmod(number, count)
    return {1: f"{year:04d}", 4: f"{year:04d}Q{part + 1}", 12: f"{year:04d}-{part + 1:02d}"}[count]
