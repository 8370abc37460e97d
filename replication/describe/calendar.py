"""Order of events: how many days lie between two of them, given how precisely each is dated."""

from __future__ import annotations

from datetime import date

import pandas as pd

from replication.describe.series import choose, tidy
from replication.errors import StudyError


def days_between(table: pd.DataFrame, *, pairs: dict[str, str]) -> pd.DataFrame:
    """Least and most days from each event to another; below zero when the other came first.

    Events are rows with an `id` and the days `earliest` and `latest` (ISO dates) that their dating allows.
    The order of two events is certain when both figures have one sign.

    Parameters
    ----------
    pairs : dict of str
        Event that is said to come first: event that is said to follow.
    """
    for column in ("id", "earliest", "latest"):
        choose("column", column, table.columns)
    dated = table.set_index("id")
    rows = {
        f"{first} to {second}": [
            (_day(dated, second, "earliest") - _day(dated, first, "latest")).days,
            (_day(dated, second, "latest") - _day(dated, first, "earliest")).days,
        ]
        for first, second in pairs.items()
    }
    return tidy(pd.DataFrame(rows, index=["at least", "at most"]))


def _day(dated: pd.DataFrame, event: str, end: str) -> date:
    given = dated.loc[choose("event", event, dated.index), end]
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise StudyError(f"{event}: {end} is {given!r}; allowed: one date such as 1988-06-21") from None


MEASURES = {"days_between": days_between}
