"""Periods as they stand in statistics ("1985", "1985-01", "1985Q1", "-12") as numbers on an axis."""

from __future__ import annotations

import re
from collections.abc import Iterable

_YEAR_PART = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d{2}))?|-?Q(?P<quarter>[1-4]))?"
)
_PARTS = {"quarter": 1 / 4, "day": 1 / 372, "month": 1 / 12}
_COUNT = re.compile(r"[+-]?\d+(\.0)?")


def position(period: str) -> float | None:
    """Years for a date (1985-07 is 1985.5), the number itself for event time, None for other words."""
    match = _YEAR_PART.fullmatch(period)
    if match is None:
        return float(period) if _COUNT.fullmatch(period) else None
    month, day, quarter = (int(match[name] or 1) for name in ("month", "day", "quarter"))
    return int(match["year"]) + (month - 1) / 12 + (day - 1) / 372 + (quarter - 1) / 4


def length(period: str) -> float:
    """Years that one date lasts, as it is written (a quarter, a month, a day); 1 for event time."""
    match = _YEAR_PART.fullmatch(period)
    if match is None:
        return 1.0
    return next((part for name, part in _PARTS.items() if match[name]), 1.0)


def in_order(periods: Iterable[str]) -> list[str]:
    """Periods by their place in time; words that are not periods after them, as they came."""
    found = list(periods)
    return sorted(found, key=lambda period: (position(period) is None, position(period) or 0.0))


def runs(times: list[int]) -> str:
    """Periods with unbroken runs joined: 1982–84 and 1990 as "1982–1984, 1990"."""
    runs: list[list[int]] = []
    for time in times:
        if runs and time == runs[-1][-1] + 1:
            runs[-1].append(time)
        else:
            runs.append([time])
    return ", ".join(f"{run[0]}\u2013{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
