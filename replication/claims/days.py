"""Dates in words -> days: the first and the last that a date leaves open, counted from 1 January of the year
1.

`1987`, `1987-11` and `1987-11-05` are a year, a month and a day; `1980s` is a decade. `early`, `mid-` and
`late` before a decade are its years 0 to 3, 4 to 6 and 7 to 9, before a year its months 1 to 4, 5 to 8 and 9
to 12; `first half of` and `second half of` are halves of either; `spring`, `summer`, `autumn` and `winter`
begin in March, June, September and December. `A to B` runs from the first day of A to the last of B, `about
A` from two years before A to two years after it; `by A`, `since A`, `before A` and `after A` are open on one
side.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from datetime import date

from replication.errors import StudyError

ALLOWED = "allowed: a date such as 1987, 1987-11, 1987-11-05, mid-1980s, autumn 1997 or 1990 to 1992"
LAST = float(date.max.toordinal())
AROUND = 2 * 365.25  # days either way that "about" a year leaves open
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
PARTS = {
    "": (0, 10),
    "early": (0, 4),
    "mid-": (4, 7),
    "late": (7, 10),
    "first half of": (0, 5),
    "second half of": (5, 10),
}
MONTHS = {
    "": (1, 12),
    "early": (1, 4),
    "mid-": (5, 8),
    "late": (9, 12),
    "first half of": (1, 6),
    "second half of": (7, 12),
}
_PART = r"(?:(early|mid-|late|first half of|second half of)\s*)?"
_DECADE = re.compile(_PART + r"([0-9]{3})0s")
_DAY = re.compile(_PART + r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SEASON = re.compile(r"(spring|summer|autumn|fall|winter) ([0-9]{4})")
_SIDED = re.compile(r"(about|by|since|before|after) (.+)")


def span(text: str) -> tuple[float, float]:
    """First and last day of a date in words; infinite where it is open.

    Raises
    ------
    StudyError
        Something else than a date.
    """
    try:
        first, last = _span(" ".join(text.split()))
    except (ValueError, OverflowError):
        raise StudyError(f"{text[:80]!r} is no date; {ALLOWED}") from None
    if first > last:
        raise StudyError(f"{text[:80]!r} ends before it begins; {ALLOWED}")
    return first, last


def _span(text: str) -> tuple[float, float]:
    """One date or two, with at most one word before them that leaves a side open."""
    if match := _SIDED.fullmatch(text):
        first, last = _sided(match[1], *_from_to(match[2]))
        if (math.isfinite(first) and first < 1) or (math.isfinite(last) and last > LAST):
            raise ValueError(text)
        return first, last
    return _from_to(text)


def _from_to(text: str) -> tuple[float, float]:
    begin, _, end = text.partition(" to ")
    return _plain(begin)[0], _plain(end or begin)[1]


def _plain(text: str) -> tuple[float, float]:
    if match := _DECADE.fullmatch(text):
        years, (first, after) = int(match[2]) * 10, PARTS[match[1] or ""]
        return _months(years + first, 1, years + after - 1, 12)
    if match := _SEASON.fullmatch(text):
        return _season(SEASONS[match[1]], int(match[2]))
    if match := _DAY.fullmatch(text):
        return _part_of_year(match[1] or "", int(match[2]), match[3], match[4])
    raise ValueError(text)


def _sided(word: str, first: float, last: float) -> tuple[float, float]:
    return {
        "about": (first - AROUND, last + AROUND),
        "by": (-math.inf, last),
        "since": (first, math.inf),
        "before": (-math.inf, first - 1),
        "after": (last + 1, math.inf),
    }[word]


def _season(month: int, year: int) -> tuple[float, float]:
    return _months(year, month, year + (month > 10), (month + 1) % 12 + 1)


def _part_of_year(part: str, year: int, month: str | None, day: str | None) -> tuple[float, float]:
    if month is None:
        return _months(year, MONTHS[part][0], year, MONTHS[part][1])
    if part:
        raise ValueError(part)
    if day is None:
        return _months(year, int(month), year, int(month))
    only = float(date(year, int(month), int(day)).toordinal())
    return only, only


def _months(year: int, month: int, to_year: int, to_month: int) -> tuple[float, float]:
    """First day of one month and last day of another."""
    last = date(to_year, to_month, monthrange(to_year, to_month)[1])
    return float(date(year, month, 1).toordinal()), float(last.toordinal())


def day_words(first: float, last: float) -> str:
    """An interval of days as a reader would write it: 1998, 1998-08, 1998-08-17, or one date to another."""
    if math.isinf(first) and math.isinf(last):
        return "any date"
    if math.isinf(first):
        return f"by {_iso(last)}"
    if math.isinf(last):
        return f"since {_iso(first)}"
    begin, end = date.fromordinal(round(first)), date.fromordinal(round(last))
    if (begin, end) == (date(begin.year, 1, 1), date(begin.year, 12, 31)):
        return begin.isoformat()[:4]
    if (begin.year, begin.month, begin.day) == (end.year, end.month, 1) and end.day == monthrange(
        end.year, end.month
    )[1]:
        return begin.isoformat()[:7]
    return f"{begin}" if begin == end else f"{begin} to {end}"


def _iso(day: float) -> str:
    return f"{date.fromordinal(round(day))}"
