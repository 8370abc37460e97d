"""Flow measures against sums and counts made by hand or by brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import flows
from replication.errors import StudyError
from tests.support.series import by_key, monthly

SIZES = st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=8)
FIGURES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
# sums and quotients of eight doubles differ in the last bits only
CLOSE = 1e-12


def one_year(values) -> pd.DataFrame:
    names = [f"s{place}" for place in range(len(values))]
    return pd.DataFrame({"series": names, "year": 1990, "value": values})


def longest_by_brute_force(hits: list[bool]) -> int:
    spans = [(a, b) for a in range(len(hits)) for b in range(a + 1, len(hits) + 1) if all(hits[a:b])]
    return max((b - a for a, b in spans), default=0)


@given(SIZES)
@settings(max_examples=40, deadline=None)
def test_shares_of_all_parts_sum_to_a_hundred_percent(values):
    table = one_year(values)
    total = sum(flows.share(table, part=name)["value"].iloc[0] for name in table["series"])
    assert total == pytest.approx(100, rel=CLOSE)


@given(SIZES, st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_share_does_not_see_the_currency(values, rate):
    table = one_year(values)
    converted = table.assign(value=table["value"] * rate)
    assert flows.share(converted, part="s0")["value"].iloc[0] == pytest.approx(
        flows.share(table, part="s0")["value"].iloc[0], rel=CLOSE
    )


def test_share_in_a_named_whole_and_missing_parts():
    table = pd.concat([monthly([1, 3], "part"), monthly([4, np.nan], "whole")])
    found = by_key(flows.share(table, part="part", whole="whole", period="month"))
    assert found["part", "1985-01"] == 25
    assert np.isnan(found["part", "1985-02"])


def test_share_of_nothing_is_missing_not_infinite():
    table = pd.concat([monthly([1], "part"), monthly([0], "whole")])
    assert flows.share(table, part="part", whole="whole", period="month")["value"].isna().all()


def test_ratio_and_end_over_start():
    table = pd.concat([monthly([2, 4, 8], "a"), monthly([1, 2, 16], "b")])
    ratio = flows.ratio(table, numerator="a", denominator="b", period="month")
    assert ratio["value"].tolist() == [2, 2, 0.5]
    found = by_key(flows.end_over_start(table, period="month"))
    assert found == {("a", "1985-01/1985-03"): 4, ("b", "1985-01/1985-03"): 16}


def test_end_over_start_looks_past_missing_ends():
    found = by_key(flows.end_over_start(monthly([np.nan, 2, 6, np.nan]), period="month"))
    assert found == {("a", "1985-02/1985-03"): 3}


def test_levels_turn_purchases_into_sales():
    assert flows.levels(monthly([5, -3]), period="month", scale=-0.001)["value"].tolist() == [-0.005, 0.003]


def test_levels_of_named_series_in_that_order():
    table = pd.concat([monthly([1], "a"), monthly([2], "b"), monthly([3], "c")])
    found = flows.levels(table, only=["c", "a"], period="month")
    assert found["group"].tolist() == ["c", "a"]
    assert found["value"].tolist() == [3, 1]


@given(FIGURES, st.floats(-1e6, 1e6), st.sampled_from(["above", "below"]))
@settings(max_examples=40, deadline=None)
def test_exceedances_and_runs_by_brute_force(values, threshold, side):
    table = monthly(values)
    hits = [value > threshold if side == "above" else value < threshold for value in values]
    options = {"threshold": threshold, "side": side, "period": "month"}
    runs = flows.runs(table, **options)
    assert flows.exceedances(table, **options)["value"].iloc[0] == sum(hits)
    assert flows.exceedance_rate(table, **options)["value"].iloc[0] == pytest.approx(100 * np.mean(hits))
    assert flows.longest_run(table, **options)["value"].iloc[0] == longest_by_brute_force(hits)
    assert runs["value"].sum() == sum(hits)
    assert runs["value"].max() == longest_by_brute_force(hits) or runs.empty


def test_a_run_starts_at_its_first_month_and_a_gap_in_the_calendar_ends_it():
    table = monthly([9, 9, 9, 1, 9]).drop(index=1)
    found = by_key(flows.runs(table, threshold=5, period="month"))
    assert found == {("a", "1985-01"): 1, ("a", "1985-03"): 1, ("a", "1985-05"): 1}


@given(st.lists(st.integers(-1000, 1000), min_size=13, max_size=30))
@settings(max_examples=40, deadline=None)
def test_trailing_sum_by_brute_force(values):
    found = flows.trailing_sum(monthly(values), window=12, period="month")["value"].to_numpy()
    assert np.isnan(found[:11]).all()
    assert found[11:].tolist() == [sum(values[end - 11 : end + 1]) for end in range(11, len(values))]


def test_trailing_sum_waits_for_a_missing_month():
    values = [1.0] * 12 + [np.nan] + [1.0] * 12
    found = flows.trailing_sum(monthly(values), window=12, period="month")["value"]
    assert np.flatnonzero(found.notna()).tolist() == [11, 24]


def test_annualised_by_the_form_of_the_period():
    quarter = pd.DataFrame({"series": "a", "quarter": ["1990Q1"], "value": [2.0]})
    assert flows.annualised(monthly([2]), period="month")["value"].tolist() == [24]
    assert flows.annualised(quarter, period="quarter")["value"].tolist() == [8]
    assert flows.annualised(one_year([2.0]))["value"].tolist() == [2]


def test_scale_readings_name_the_scale_of_a_claim():
    table = monthly([-4.0] + [1.0] * 11 + [0.5])
    found = flows.scale_readings(table, claimed=48, series="a", period="month").set_index("group")["value"]
    assert found["annualised"] == 1
    assert found["one period"] == 12
    assert found["sum of a year"] == pytest.approx(48 / 11.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: flows.share(t, part="japn", period="month"), "'japan'"),
        (lambda t: flows.levels(t, period="moth"), "column 'moth'"),
        (lambda t: flows.levels(t, value="series", period="month"), "holds text"),
        (lambda t: flows.exceedances(t, threshold=1, side="over", period="month"), "'over' is not known"),
        (lambda t: flows.trailing_sum(t, window=0, period="month"), "window is 0"),
        (lambda t: flows.levels(pd.concat([t, t]), period="month"), "two figures for series=japan"),
        (lambda t: flows.levels(t.iloc[:0], period="month"), "no row to measure"),
        (lambda t: flows.trailing_sum(t.assign(month="spring"), period="month"), "'spring'"),
    ],
)
def test_a_wrong_parameter_is_one_clear_line(call, words):
    with pytest.raises(StudyError) as problem:
        call(monthly([1.0], "japan"))
    assert words in str(problem.value)
    assert "\n" not in str(problem.value)
