"""Dates in words -> days, and back."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.claims.days import day_words, span
from replication.errors import StudyError


def days(first: str, last: str) -> tuple[float, float]:
    return tuple(float(date.fromisoformat(day).toordinal()) for day in (first, last))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1987", "1987-01-01", "1987-12-31"),
        ("1988-02", "1988-02-01", "1988-02-29"),
        ("1987-11-05", "1987-11-05", "1987-11-05"),
        ("1980s", "1980-01-01", "1989-12-31"),
        ("early 1980s", "1980-01-01", "1983-12-31"),
        ("mid-1980s", "1984-01-01", "1986-12-31"),
        ("late 1980s", "1987-01-01", "1989-12-31"),
        ("first half of 1990s", "1990-01-01", "1994-12-31"),
        ("second half of 1998", "1998-07-01", "1998-12-31"),
        ("late 1995", "1995-09-01", "1995-12-31"),
        ("spring 1997 to summer 1997", "1997-03-01", "1997-08-31"),
        ("autumn 1997", "1997-09-01", "1997-11-30"),
        ("winter 1997", "1997-12-01", "1998-02-28"),
        ("1990 to 1992", "1990-01-01", "1992-12-31"),
    ],
)
def test_what_a_date_leaves_open(text, first, last):
    assert span(text) == days(first, last)


def test_dates_that_are_open_on_one_side():
    assert span("by mid-1970s") == (-math.inf, days("1976-12-31", "1976-12-31")[0])
    assert span("since 1992") == (days("1992-01-01", "1992-01-01")[0], math.inf)
    assert span("after 1970s") == (days("1980-01-01", "1980-01-01")[0], math.inf)
    assert span("before 1980") == (-math.inf, days("1979-12-31", "1979-12-31")[0])


@pytest.mark.parametrize(
    "text", ["", "198", "1987-13", "1987-02-30", "mid-1987-04", "1992 to 1990", "soon", "0s", "0000"]
)
def test_what_is_no_date(text):
    with pytest.raises(StudyError, match="allowed: a date such as 1987"):
        span(text)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9998), st.integers(1, 12), st.integers(1, 28))
def test_days_are_told_as_they_were_written(year, month, day):
    for text in (f"{year:04d}", f"{year:04d}-{month:02d}", f"{year:04d}-{month:02d}-{day:02d}"):
        assert day_words(*span(text)) == text


def test_an_interval_of_days_in_words():
    assert day_words(*span("by 1973")) == "by 1973-12-31"
    assert day_words(*span("since 1997-08")) == "since 1997-08-01"
    assert day_words(-math.inf, math.inf) == "any date"
    assert day_words(*span("autumn 1997")) == "1997-09-01 to 1997-11-30"
