"""From a table with one row a figure to one column a series, and back to tidy rows."""

from __future__ import annotations

import functools
import inspect
import re
import typing
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


def wide(
    table: pd.DataFrame, *, group: str = "series", period: str = "year", value: str = "value"
) -> pd.DataFrame:
    """One column a series in order of appearance, one row a period in ascending order.

    `group`, `period` and `value` are the columns of the series, its period and its figure.

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


def over(read: Callable[..., Any]) -> Callable[[Measure], Measure]:
    """Makes a measure of what `read` reads out of a table a measure of the table.

    It takes the options of `read`, mostly names of columns, besides its own; a study file's options are
    checked against all of them like against any others.
    """
    columns = inspect.signature(read).parameters
    types = typing.get_type_hints(read)

    def of_read(measure: Measure) -> Measure:
        """The measure with the signature and the types that it has in truth."""

        @functools.wraps(measure)
        def of_table(table: pd.DataFrame, **options: Any) -> pd.DataFrame:
            """`read`, then the measure."""
            named = {name: options.pop(name) for name in columns if name in options}
            return measure(read(table, **named), **options)

        _, *own = inspect.signature(measure).parameters.values()
        shown = [*columns.values(), *own]
        of_table.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
        of_table.__annotations__ = types | measure.__annotations__
        return of_table

    return of_read


def without_gaps(
    table: pd.DataFrame, *, group: str = "series", period: str = "year", value: str = "value"
) -> pd.DataFrame:
    """`wide` with a row of missing values for each period that the calendar of the table skips."""
    return every_period(wide(table, group=group, period=period, value=value))


of_series = over(wide)
of_every_period = over(without_gaps)


def by_name(*measures: Measure) -> dict[str, Measure]:
    """Measures by the words of study files for them."""
    return {measure.__name__: measure for measure in measures}


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
