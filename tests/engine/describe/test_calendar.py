"""Days between events, by hand and by what must hold for any two dates."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe.calendar import days_between
from replication.errors import StudyError

SPANS = st.tuples(st.dates(), st.dates()).map(sorted)


def events(**spans: tuple[date, date]) -> pd.DataFrame:
    rows = [(name, first.isoformat(), last.isoformat()) for name, (first, last) in spans.items()]
    return pd.DataFrame(rows, columns=["id", "earliest", "latest"])


def days(table: pd.DataFrame, first: str, second: str) -> list[float]:
    return days_between(table, pairs={first: second})["value"].tolist()


def test_a_day_and_a_month():
    day = (date(1988, 6, 21),) * 2
    table = events(summit=(date(1988, 8, 1), date(1988, 8, 31)), statement=day)
    assert days(table, "summit", "statement") == [-71, -41]
    assert days(table, "statement", "statement") == [0, 0]


@given(SPANS, SPANS)
@settings(max_examples=50, deadline=None)
def test_the_other_way_round_is_the_negative_and_the_width_is_that_of_both_spans(one, two):
    table = events(one=one, two=two)
    least, most = days(table, "one", "two")
    assert days(table, "two", "one") == [-most, -least]
    assert most - least == (one[1] - one[0]).days + (two[1] - two[0]).days


def test_unknown_events_and_dates_are_one_clear_line():
    table = events(one=(date(1988, 1, 1),) * 2)
    with pytest.raises(StudyError, match="event 'two' is not known"):
        days_between(table, pairs={"one": "two"})
    with pytest.raises(StudyError, match="earliest is 'soon'"):
        days_between(table.assign(earliest="soon"), pairs={"one": "one"})
