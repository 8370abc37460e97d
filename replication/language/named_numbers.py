"""Numbers that have names: the periods of a calendar, and the codes of a file that labels them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from replication.errors import StudyError

EPOCH = date(1960, 1, 1)  # where Stata counts periods from
FIRST, LAST = (date.min - EPOCH).days, (date.max - EPOCH).days
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PER_YEAR = {"half-year": 2, "quarter": 4, "month": 12, "week": 52}


def _written(letter: str, numbers: str) -> re.Pattern[str]:
    """A year and the number of a part of it behind its letter, either first: 1990Q1, 1990:Q1, Q1 1990."""
    letter = f"[{letter}{letter.lower()}]"
    return re.compile(rf"(?:(\d{{4}})[ :-]?{letter}({numbers})|{letter}({numbers})[ :-]?(\d{{4}}))")


WRITTEN = {
    "half-year": _written("H", "[12]"),
    "quarter": _written("Q", "[1-4]"),
    "month": _written("M", "0?[1-9]|1[0-2]"),
    "week": _written("W", "0?[1-9]|[1-4]\\d|5[0-2]"),
}
YEAR_AND_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
EXAMPLE = {
    "half-year": "1990H1",
    "quarter": "1990Q1",
    "month": "1990-01",
    "week": "1990W01",
    "day": "1990-01-31",
}


class Named(Protocol):
    """Numbers with names."""

    def name(self, number: float) -> str:
        """The name of a number, or the number as text where it has none."""

    def canonical(self, text: str) -> str:
        """The spelling in which `name` gives what a text means."""

    def number(self, text: str) -> float:
        """The number that a text means, where numbers are in order; StudyError where they are not."""


def spelled(number: float) -> str:
    """A number as the shortest text that gives it back, whole ones without a point."""
    return str(int(number)) if number % 1 == 0 and abs(number) < 2**63 else repr(float(number))


@dataclass(frozen=True)
class Labels:
    """The labels of a file's codes."""

    words: Mapping[int, str]

    def name(self, number: float) -> str:
        """The label, or the number where it has none."""
        return self.words.get(int(number), spelled(number)) if number % 1 == 0 else spelled(number)

    def canonical(self, text: str) -> str:
        """The label as it is."""
        return text

    def number(self, text: str) -> float:
        """No text comes before another."""
        raise StudyError(f"{text[:80]!r} is a label, and labels are not in order; compare with == or !=")


@dataclass(frozen=True)
class Clock:
    """Periods that are counted, as Stata counts them: 0 is the first of 1960; a week is one of 52 of a year.

    Attributes
    ----------
    unit : str
        "half-year", "quarter", "month", "week" or "day".
    step : int
        Days from one period to the next, where the unit is a day.
    start : int
        Days from 1 January 1960 to the period 0, where the unit is a day.
    """

    unit: str
    step: int = 1
    start: int = 0

    @property
    def per_year(self) -> int:
        """Periods of a calendar year, where every year has as many."""
        return PER_YEAR[self.unit]

    def name(self, number: float) -> str:
        """The period as 1990H1, 1990Q1, 1990-01, 1990W01 or 1990-01-31."""
        day = self.start + self.step * number
        if number % 1 or (self.unit == "day" and not FIRST <= day <= LAST):
            return spelled(number)
        if self.unit == "day":
            return str(EPOCH + timedelta(days=int(day)))
        year, part = divmod(int(number), self.per_year)
        if not 0 <= 1960 + year <= 9999:
            return spelled(number)
        sign, width = {"month": ("-", 2), "week": ("W", 2)}.get(self.unit, (self.unit[0].upper(), 1))
        return f"{1960 + year:04d}{sign}{part + 1:0{width}d}"

    def part(self, number: float, of: str) -> int:
        """The calendar year, quarter or month in which a period begins."""
        if self.unit == "day":
            begins = EPOCH + timedelta(days=self.start + self.step * int(number))
            year, month = begins.year, begins.month
        else:
            years, part = divmod(int(number), self.per_year)
            year = EPOCH.year + years
            week = date(year, 1, 1) + timedelta(days=7 * part)
            month = week.month if self.unit == "week" else part * 12 // self.per_year + 1
        return {"year": year, "quarter": (month + 2) // 3, "month": month}[of]

    def canonical(self, text: str) -> str:
        """The period that a text means, as `name` spells it."""
        return self.name(self.number(text))

    def number(self, text: str) -> float:
        """The period that a text spells, or that holds the date that it spells."""
        for found in (self.spelled(text), self.holding(text)):
            if found is not None:
                return found
        allowed = f"allowed: such as {EXAMPLE[self.unit]!r}, or a date as '1990-01-31'"
        raise StudyError(f"{text[:80]!r} is no {self.unit}; {allowed}")

    def spelled(self, text: str) -> int | None:
        """The number of a period written in this unit's way; None for other texts."""
        if self.unit == "day":
            return self.holding(text)
        written = WRITTEN.get(self.unit)
        found = written.fullmatch(text) if written is not None else None
        if found is None and self.unit == "month":
            found = YEAR_AND_MONTH.fullmatch(text)
        if found is None:
            return None
        year, part = found.group(1, 2) if found[1] else found.group(4, 3)
        return (int(year) - 1960) * self.per_year + int(part) - 1

    def holding(self, text: str) -> int | None:
        """The number of the period that holds a date; None for other texts."""
        day = day_of(text)
        return None if day is None else self.of_day(day)

    def of_day(self, day: int) -> int:
        """The number of the period that holds a day, counted from 1 January 1960."""
        if self.unit == "day":
            return (day - self.start) // self.step
        when = EPOCH + timedelta(days=day)
        year, per_year = when.year - 1960, self.per_year
        part = (
            (when.timetuple().tm_yday - 1) // 7 if self.unit == "week" else (when.month - 1) * per_year // 12
        )
        return year * per_year + min(part, per_year - 1)


def day_of(text: str) -> int | None:
    """Days from 1 January 1960 to a date as 1990-01-31; None for other texts."""
    try:
        return (date.fromisoformat(text) - EPOCH).days if DAY.fullmatch(text) else None
    except ValueError:
        return None
