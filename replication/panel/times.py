"""A panel's time -> whole numbers, one apart where one period follows another, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import DataError
from replication.language.named_numbers import EPOCH, WRITTEN, Clock
from replication.panel.reading import Reading

Integers = NDArray[np.int64]
SPAN = 1_000_000  # periods from the first to the last: more days than there are dates
LARGEST = 2**53  # whole number that floating point holds with all those before it
FIRST_YEAR, LAST_YEAR = 1500, 2200  # with which a number of five, six or eight digits may begin
ALLOWED = "whole numbers, or periods such as 1990Q1, 1990-01, 1990-01-31"
FISCAL = re.compile(r"(\d{4})[-/](\d{2})")
MONTH = re.compile(r"(\d{4})[-/.](0?[1-9]|1[0-2])")
MONTHS = ("%b %Y", "%B %Y", "%Y %b", "%b-%Y", "%Y%b")
ISO = "%Y-%m-%d"
DATES = (
    ISO, "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d%b%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y",
    "%B %d, %Y",
)  # fmt: skip
DAY_FIRST, MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"


@dataclass(frozen=True)
class Periods:
    """Periods, of rows or of distinct values.

    Attributes
    ----------
    numbers : (n,) int array
        One apart where one period follows another.
    clock : Clock or None
        What they are called; None for years, relative time and whatever else is its own number.
    what : str
        What they were taken for, where that was assumed, such as "quarters".
    """

    numbers: Integers
    clock: Clock | None = None
    what: str = ""


class _NoPeriod(Exception):
    """A value that is no period, and what is allowed instead."""

    def __init__(self, value: object, allowed: str = ALLOWED) -> None:
        super().__init__(value, allowed)
        self.value, self.allowed = value, allowed


def periods_of(read: Reading, time: str) -> Periods:
    """The periods in a column of numbers, dates, or texts that spell periods, which has no gaps.

    Raises
    ------
    DataError
        A value that is no period, dates that may be read in two ways, periods too far apart.
    """
    column = read.table[time]
    distinct = pd.Index(column.unique()).sort_values()
    try:
        found = _periods(distinct, read.named.get(time))
    except _NoPeriod as problem:
        row = int(np.argmax(column.to_numpy() == problem.value))
        shown = repr(problem.value) if isinstance(problem.value, str) else f"{problem.value:.15g}"
        told = f"{read.where(row)}: {time} is {shown}; allowed: {problem.allowed}"
        raise DataError(f"{told}{_year_within(problem.value)}") from None
    if np.array_equal(distinct, found.numbers):  # of millions of rows a copy is made only where it must
        return Periods(column.to_numpy(dtype=np.int64), found.clock, found.what)
    return Periods(found.numbers[distinct.get_indexer(column)], found.clock, found.what)


def _year_within(value: object) -> str:
    """For a text with a year in it and something else: how it is written."""
    years = re.findall(r"(?<!\d)(?:1[5-9]|2[01])\d\d(?!\d)", value) if isinstance(value, str) else []
    return f"; write the year alone, as {years[0]}" if len(years) == 1 and not _is_period(str(value)) else ""


def _periods(distinct: pd.Index, named: object) -> Periods:
    """The periods of distinct values."""
    if pd.api.types.is_bool_dtype(distinct):
        raise _NoPeriod(distinct[0])
    if named == Clock("day"):
        return _of_days(distinct.to_numpy(dtype=np.int64))
    if isinstance(named, Clock):
        return Periods(distinct.to_numpy(dtype=np.int64), named, f"{named.unit}s")
    if pd.api.types.is_numeric_dtype(distinct):
        return _of_numbers(distinct.to_numpy(dtype=float))
    return _of_texts(distinct.tolist())


def _of_numbers(values: NDArray[np.float64]) -> Periods:
    """Whole numbers as they are, but for 199001, 19901, 19900131 and 1990.25."""
    parts = np.round(values % 1 * 12).astype(int)
    if set(parts) == set(range(0, 12, 3)) and np.allclose(values * 4 % 1, 0):
        return _in_years(np.floor(values), parts // 3, "quarter")
    if set(parts) == set(range(12)) and np.abs(values % 1 * 12 - parts).max() < 0.1:
        return _in_years(np.floor(values), parts, "month")
    for bad in values[values % 1 != 0]:
        raise _NoPeriod(bad)
    far = values[np.abs(values - values[0]) >= SPAN] if abs(values[0]) < LARGEST else values
    if len(far) and not _begins_with_year(values, 10_000):
        raise _NoPeriod(far[0], f"at most {SPAN:,} periods from the first, which is {values[0]:.15g}")
    return _packed(values.astype(np.int64))


def _packed(values: Integers) -> Periods:
    """Years and parts of years that one number holds, if all of them do; otherwise the numbers."""
    if _begins_with_year(values, 10_000):
        days = _each([str(value) for value in values], partial(_dated, form="%Y%m%d"))
        if days is not None:
            return _of_days(days)
    if _begins_with_year(values, 100) and set(values % 100) <= set(range(1, 13)):
        quarters = set(values % 100) <= {1, 2, 3, 4} and len(set(values // 100)) > 1
        years, parts = values // 100, values % 100 - 1
        return _in_years(years, parts, "quarter") if quarters else _in_months(years, parts)
    if _begins_with_year(values, 10) and set(values % 10) == {1, 2, 3, 4}:
        return _in_years(values // 10, values % 10 - 1, "quarter")
    return Periods(values)


def _begins_with_year(values: NDArray[Any], factor: int) -> bool:
    return bool(values.min() // factor >= FIRST_YEAR and values.max() // factor <= LAST_YEAR)


def _in_years(years: NDArray[Any], parts: Integers, unit: str) -> Periods:
    clock = Clock(unit)
    return Periods((years.astype(np.int64) - EPOCH.year) * clock.per_year + parts, clock, f"{unit}s")


def _of_texts(texts: list[str]) -> Periods:
    """Texts that all spell periods in one way."""
    if all(text.isdecimal() for text in texts):
        try:
            return _of_numbers(np.array([float(text) for text in texts]))
        except _NoPeriod as problem:
            spelled = next(text for text in texts if float(text) == problem.value)
            raise _NoPeriod(spelled, problem.allowed) from None
    # before months: 2000-01, 2001-02, 2002-03 would be months, always thirteen apart
    fiscal = [FISCAL.fullmatch(text) for text in texts]
    if len(texts) > 1 and all(f and int(f[2]) == (int(f[1]) + 1) % 100 for f in fiscal):
        return Periods(np.array([int(f[1]) for f in fiscal if f]), None, "years of two calendar years")
    for unit in WRITTEN:
        if (found := _each(texts, Clock(unit).spelled)) is not None:
            return Periods(found, Clock(unit), f"{unit}s")
    months = [MONTH.fullmatch(text) for text in texts]
    if all(months):
        years, parts = np.array([(int(m[1]), int(m[2])) for m in months if m]).T
        return _in_months(years, parts - 1)
    for form in MONTHS:
        if (found := _each(texts, partial(_dated, form=form))) is not None:
            dates = [EPOCH + timedelta(days=day) for day in found.tolist()]
            return _in_months(*np.array([(when.year, when.month - 1) for when in dates]).T)
    return _of_dates(texts)


def _of_dates(texts: list[str]) -> Periods:
    """Texts that all spell dates in one way."""
    for form in DATES:
        if (found := _each(texts, partial(_dated, form=form))) is not None:
            return _of_days(found)
    ways = [_each(texts, partial(_dated, form=form)) for form in (DAY_FIRST, MONTH_FIRST)]
    known = [days for days in ways if days is not None]
    if len(known) == 1:
        return _of_days(known[0])
    if known:
        raise _NoPeriod(texts[0], "dates as 1990-01-31; these may begin with the day or with the month")
    raise _NoPeriod(next((text for text in texts if not _is_period(text)), texts[0]))


def _is_period(text: str) -> bool:
    """Whether a text is a period in some way, though others in its column are in another."""
    written = (*WRITTEN.values(), MONTH, FISCAL)
    if text.isdecimal() or any(form.fullmatch(text) for form in written):
        return True
    return any(_dated(text, form) is not None for form in (*DATES, *MONTHS, DAY_FIRST, MONTH_FIRST))


def _each(texts: list[str], read: Callable[[str], int | None]) -> Integers | None:
    """The numbers that all texts spell; None if one of them spells none."""
    found = []
    for text in texts:
        number = read(text)
        if number is None:
            return None
        found.append(number)
    return np.array(found, dtype=np.int64)


def _dated(text: str, form: str) -> int | None:
    """Days from 1 January 1960 to a date in this form; None for other texts."""
    try:
        return (datetime.strptime(text, form).date() - EPOCH).days
    except ValueError:
        return None


def _of_days(days: Integers) -> Periods:
    """Dates as the longest periods that each hold one: years, half-years, quarters, months, weeks, days."""
    dates = [EPOCH + timedelta(days=day) for day in days.tolist()]
    ends = all((when + timedelta(days=1)).day == 1 for when in dates)
    if not ends and len({when.day for when in dates}) > 1:
        return _in_weeks(days)
    months = {when.month for when in dates}
    if len(months) == 1:
        return Periods(np.array([when.year for when in dates]), None, "years, a date each")
    for unit, length in (("half-year", 6), ("quarter", 3), ("month", 1)):
        if len({month % length for month in months}) == 1:
            parts = np.array([(when.month - 1) // length for when in dates])
            return _in_years(np.array([when.year for when in dates]), parts, unit)
    raise AssertionError("every month is a month")


def _in_months(years: Integers, parts: Integers) -> Periods:
    """Months; or years, where each of them holds one and the same month."""
    if len(years) > 1 and len(set(parts.tolist())) == 1:
        return Periods(years.astype(np.int64), None, "years, a month each")
    return _in_years(years, parts, "month")


def _in_weeks(days: Integers) -> Periods:
    """Dates a multiple of seven days apart as weeks, others as days."""
    if (np.diff(days) % 7 == 0).all():
        return Periods((days - days[0]) // 7, Clock("day", 7, int(days[0])), "weeks, a date each")
    return Periods(days, Clock("day"), "days")
