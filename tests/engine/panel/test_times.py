"""Years, quarters, months, dates and relative time: whole numbers one apart, and what they are called."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.errors import DataError, StudyError
from replication.language.evaluate import condition, evaluate, levels_of
from replication.language.named_numbers import Clock
from replication.language.syntax import parse
from replication.panel.panel import average_blocks, panel_of
from replication.panel.read_table import read_user_table
from replication.panel.reading import Reading


def panel(times, **columns):
    table = pd.DataFrame({"land": "A", "t": times, "x": np.arange(len(times), dtype=float), **columns})
    return panel_of(Reading(table, "panel.csv", assumed=()), "land", "t", {})


def lagged(found) -> list[float]:
    """The row number of the period before, by expressions."""
    return evaluate(parse("lag(x, 1)"), found.rows()).tolist()


NAN = np.nan


@pytest.mark.parametrize(
    ("times", "names", "what"),
    [
        ([1990, 1991, 1993], [1990, 1991, 1993], None),
        ([-2, -1, 0, 1], [-2, -1, 0, 1], None),
        (["1990", "1991"], [1990, 1991], None),
        (["1990Q4", "1991Q1"], ["1990Q4", "1991Q1"], "quarters"),
        (["1990 q4", "1991-q1"], ["1990Q4", "1991Q1"], "quarters"),
        (["Q4 1990", "Q1 1991"], ["1990Q4", "1991Q1"], "quarters"),
        (["q4-1990", "Q11991"], ["1990Q4", "1991Q1"], "quarters"),
        (["1990:Q4", "1991:Q1"], ["1990Q4", "1991Q1"], "quarters"),
        (["M12 1990", "M1 1991"], ["1990-12", "1991-01"], "months"),
        (["H2 1990", "H1 1991"], ["1990H2", "1991H1"], "half-years"),
        (["W52 1990", "W1 1991"], ["1990W52", "1991W01"], "weeks"),
        (["1990H2", "1991h1"], ["1990H2", "1991H1"], "half-years"),
        (["1990m12", "1991m1"], ["1990-12", "1991-01"], "months"),
        (["1990-12", "1991-01"], ["1990-12", "1991-01"], "months"),
        (["1990/12", "1991/1"], ["1990-12", "1991-01"], "months"),
        (["Dec 1990", "Jan 1991"], ["1990-12", "1991-01"], "months"),
        (["1990w52", "1991w1"], ["1990W52", "1991W01"], "weeks"),
        (["1999/00", "2000/01", "2001/02"], [1999, 2000, 2001], "years of two calendar years"),
        (["1999-00", "2000-01", "2001-02"], [1999, 2000, 2001], "years of two calendar years"),
        (["2000-01", "2001-02", "2002-03"], [2000, 2001, 2002], "years of two calendar years"),
        (["2000-01", "2000-02", "2000-03"], ["2000-01", "2000-02", "2000-03"], "months"),
        ([199012, 199101], ["1990-12", "1991-01"], "months"),
        ([199003, 199004, 199101], ["1990Q3", "1990Q4", "1991Q1"], "quarters"),
        ([19901, 19902, 19903, 19904, 19911], ["1990Q1", "1990Q2", "1990Q3", "1990Q4", "1991Q1"], "quarters"),
        ([1990.0, 1990.25, 1990.5, 1990.75], ["1990Q1", "1990Q2", "1990Q3", "1990Q4"], "quarters"),
        (["1990-01-01", "1991-01-01"], [1990, 1991], "years, a date each"),
        (["1990-12-31", "1991-12-31"], [1990, 1991], "years, a date each"),
        (["1990-03-31", "1990-06-30", "1990-09-30"], ["1990Q1", "1990Q2", "1990Q3"], "quarters"),
        (["1990-01-01", "1990-07-01"], ["1990H1", "1990H2"], "half-years"),
        (["1990-01-31", "1990-02-28", "1990-03-31"], ["1990-01", "1990-02", "1990-03"], "months"),
        (["1990-01-15", "1990-02-15", "1990-03-15"], ["1990-01", "1990-02", "1990-03"], "months"),
        (["1990-01-05", "1990-01-12", "1990-01-19"], ["1990-01-05", "1990-01-12", "1990-01-19"],
         "weeks, a date each"),
        (["1990-02-28", "1990-03-01", "1990-03-02"], ["1990-02-28", "1990-03-01", "1990-03-02"], "days"),
        ([19900228, 19900301], ["1990-02-28", "1990-03-01"], "days"),
        (["28feb1990", "01mar1990"], ["1990-02-28", "1990-03-01"], "days"),
        (["28.02.1990", "01.03.1990"], ["1990-02-28", "1990-03-01"], "days"),
        (["28/02/1990", "01/03/1990"], ["1990-02-28", "1990-03-01"], "days"),
        (["02/28/1990", "03/01/1990"], ["1990-02-28", "1990-03-01"], "days"),
    ],
)  # fmt: skip
def test_times_are_periods_whose_lags_respect_them(times, names, what):
    found = panel(times)
    assert found.keys()["t"].tolist() == names
    assert found.reading.assumed == (() if what is None else (f"t read as {what}",))
    expected = [NAN if n == 0 or n not in np.flatnonzero(np.diff(found.time) == 1) + 1 else n - 1.0
                for n in range(len(times))]  # fmt: skip
    np.testing.assert_array_equal(lagged(found), expected)
    if times != [1990, 1991, 1993]:
        assert set(np.diff(found.time)) == {1}


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (["1990", "nineteen"], "row 2: t is 'nineteen'; allowed: whole numbers, or periods such as 1990Q1"),
        (["1990Q1", "1990Q5"], "row 2: t is '1990Q5'"),
        ([1990.0, 1990.3], "row 2: t is 1990.3"),
        (
            ["01/02/1990", "03/04/1990"],
            "row 1: t is '01/02/1990'; allowed: dates as 1990-01-31; these may begin",
        ),
        ([1, 2_000_000], "row 2: t is 2000000; allowed: at most 1,000,000 periods from the first"),
        (["1990", str(2**64 - 1)], "row 2: t is '18446744073709551615'; allowed: at most 1,000,000 periods"),
        ([1e300, 1990], "row 1: t is 1e.300; allowed: at most"),
        ([True, False], "t is "),
        ([1990, None], "row 2: t is empty"),
    ],
)
def test_what_is_no_period_is_told_with_its_row(times, told):
    with pytest.raises(DataError, match=told):
        panel(times)


def test_one_period_twice_is_told_by_its_name():
    with pytest.raises(DataError, match="two rows for land A, t 1990Q1"):
        panel(["1990Q1", "1990q1"])


def test_periods_are_compared_with_texts_dates_and_numbers():
    rows = panel(["1990Q1", "1990Q2", "1990Q3", "1991Q1"]).rows()
    assert condition("t >= '1990Q2'", rows).tolist() == [False, True, True, True]
    assert condition("t < '1990-09-15'", rows).tolist() == [True, True, False, False]
    assert condition("t == '1990q3'", rows).tolist() == [False, False, True, False]
    assert condition("t in ('1990Q1', '1991Q1')", rows).tolist() == [True, False, False, True]
    assert condition("t > 120", rows).tolist() == [False, True, True, True]  # 1990q1 is 120 in Stata
    assert levels_of(parse("t"), rows).names == ("1990Q1", "1990Q2", "1990Q3", "1991Q1")
    with pytest.raises(StudyError, match="'1990' is no quarter; allowed: such as '1990Q1'"):
        condition("t >= '1990'", rows)


def test_blocks_of_quarters_are_calendar_years():
    blocks = average_blocks(panel(["1990Q1", "1990Q3", "1991Q2", "1991Q4"]), 4)
    assert blocks.keys()["t"].tolist() == ["1990Q1", "1991Q1"]
    assert blocks.table["x"].tolist() == [0.5, 2.5]
    assert np.diff(blocks.time).tolist() == [1]


# The first argument of Stata's tq(), tm(), th() and tw(), and the number that they give: periods since 1960
# (Stata's manual, [D] Datetime; weeks are 52 of a year).
STATA = {
    "tq": ("quarter", "1998Q1", "1998-01-01", 152),
    "tm": ("month", "1998-05", "1998-05-01", 460),
    "th": ("half-year", "1998H2", "1998-07-01", 77),
    "tw": ("week", "1998W30", "1998-07-23", 2005),
}


@pytest.mark.parametrize("form", STATA)
def test_periods_of_a_stata_file_are_those_of_stata(tmp_path, form):
    unit, name, day, number = STATA[form]
    table = pd.DataFrame({"land": "A", "t": pd.to_datetime([day]), "x": 1.0})
    table.to_stata(tmp_path / "a.dta", write_index=False, convert_dates={"t": form})
    found = panel_of(read_user_table(tmp_path / "a.dta"), "land", "t", {})
    assert found.time.tolist() == [number]
    assert found.keys()["t"].tolist() == [name]
    assert found.reading.named["t"] == Clock(unit)


def test_the_same_dates_from_every_format(tmp_path):
    days = [date(1990, 2, 27) + timedelta(days=n) for n in range(4)]
    table = pd.DataFrame({"land": "A", "t": pd.to_datetime(days), "x": [1.0, 2, 3, 4]})
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_excel(tmp_path / "a.xlsx", index=False)
    table.to_parquet(tmp_path / "a.parquet")
    table.to_stata(tmp_path / "a.dta", write_index=False, convert_dates={"t": "td"})
    table.to_stata(tmp_path / "b.dta", write_index=False, convert_dates={"t": "tc"})
    for name, midnight in {"b.csv": "%Y-%m-%dT00:00:00Z", "c.csv": "%Y-%m-%d 00:00:00+00:00"}.items():
        table.assign(t=table["t"].dt.strftime(midnight)).to_csv(tmp_path / name, index=False)
    for name in ("a.csv", "b.csv", "c.csv", "a.xlsx", "a.parquet", "a.dta", "b.dta"):
        found = read_user_table(tmp_path / name)
        assert found.named["t"] == Clock("day"), name
        found = panel_of(found, "land", "t", {})
        assert found.keys()["t"].tolist() == [str(day) for day in days]
        assert found.time.tolist() == [(day - date(1960, 1, 1)).days for day in days]


@given(st.sampled_from(["half-year", "quarter", "month", "week", "day"]), st.integers(-3000, 16_000))
def test_a_period_is_read_back_from_its_name(unit, number):
    assert Clock(unit).number(Clock(unit).name(number)) == number


@given(
    st.dates(date(1600, 1, 1), date(2300, 1, 1)), st.sampled_from(["half-year", "quarter", "month", "day"])
)
def test_a_date_is_in_the_period_that_pandas_says(day, unit):
    clock = Clock(unit)
    period = {"half-year": "Q", "quarter": "Q", "month": "M", "day": "D"}[unit]
    found = pd.Period(str(day), period)
    expected = found.ordinal - pd.Period("1960-01-01", period).ordinal
    assert clock.number(str(day)) == (expected // 2 if unit == "half-year" else expected)
