"""Market measures: what scale and time shifts must not change, and small cases by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import markets
from replication.errors import StudyError
from tests.support.series import monthly

# zero or a tenth of a percent and more: a change that is only rounding has no size to compare
STEP = st.one_of(st.just(0.0), st.floats(0.001, 0.3), st.floats(-0.3, -0.001))
STEPS = st.lists(STEP, min_size=6, max_size=30)
# a log change of a rescaled price differs by a few units in the last place of the log
LOGS = 1e-9


def prices(steps) -> np.ndarray:
    return 100 * np.exp(np.cumsum(steps))


@given(STEPS, st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_volatility_does_not_see_the_scale(steps, scale):
    plain, scaled = monthly(prices(steps)), monthly(scale * prices(steps))
    for measure in (
        lambda table: markets.volatility(table, period="month"),
        lambda table: markets.rolling_volatility(table, window=4, period="month"),
    ):
        np.testing.assert_allclose(measure(scaled)["value"], measure(plain)["value"], rtol=LOGS, atol=LOGS)


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_volatility_is_the_spread_of_the_steps(steps):
    table = monthly(prices(steps))
    expected = 100 * np.std(steps[1:], ddof=1)
    assert markets.volatility(table, period="month")["value"].iloc[0] == pytest.approx(expected, abs=1e-9)
    rolling = markets.rolling_volatility(table, window=len(steps) - 1, period="month")
    assert rolling["value"].tolist() == pytest.approx([expected], abs=1e-9)


def test_a_steady_series_does_not_move():
    assert markets.volatility(monthly([5.0] * 4), period="month")["value"].iloc[0] == 0


def test_a_gap_makes_no_change_across_it():
    table = monthly([100, 110, 121, 133.1]).drop(index=1)
    assert markets.rolling_volatility(table, window=2, period="month")["value"].isna().all()


def test_drawdown_by_hand():
    found = markets.drawdown(monthly([100, 50, 75, 200, 150]), period="month")["value"]
    assert found.tolist() == [0, -50, -25, 0, -25]


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_drawdown_is_never_above_zero_and_zero_at_the_peak(steps):
    table = monthly(prices(steps))
    found = markets.drawdown(table, period="month").set_index("period")["value"]
    assert (found <= 0).all()
    assert found[markets.peak(table, period="month")["period"].iloc[0]] == 0


@given(STEPS, st.integers(1, 60), st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_the_same_path_later_and_on_another_scale_is_the_same_in_event_time(steps, shift, scale):
    first = monthly(prices(steps), "a", "1980-01")
    later = str(pd.Period("1980-01", "M") + shift)
    second = monthly(scale * prices(steps), "b", later)
    found = markets.event_time(pd.concat([first, second]), before=40, after=40, period="month")
    halves = [found[found["group"] == name]["value"].to_numpy() for name in ("a", "b")]
    # equal peaks may tie by rounding after scaling: compare at the peak of the first
    if np.sum(prices(steps) > prices(steps).max() * (1 - 1e-9)) == 1:
        np.testing.assert_allclose(halves[0], halves[1], rtol=LOGS)
    assert found.set_index(["group", "period"])["value"]["a", "0"] == 100


def test_event_correlation_of_a_path_with_itself_shifted():
    path = [1, 2, 3, 5, 8, 4, 3]
    table = pd.concat([monthly(path, "a"), monthly([10 * x for x in path], "b", "1986-06")])
    found = markets.event_correlation(table, first="a", second="b", before=4, after=2, period="month")
    assert found["group"].tolist() == ["levels", "changes"]
    assert found["value"].tolist() == pytest.approx([1, 1])


def test_correlation_by_hand():
    table = pd.concat([monthly([1, 2, 3, 4], "a"), monthly([2, 1, 4, 3], "b")])
    found = markets.correlation(table, first="a", second="b", period="month")
    assert found["value"].tolist()[0] == pytest.approx(0.6)
    assert np.isnan(found["value"].tolist()[1])  # the first series rises by one each month: no spread


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: markets.rolling_volatility(t, window=1, period="month"), "window is 1"),
        (lambda t: markets.rolling_volatility(t, window=99, period="month"), "holds 2 changes"),
        (lambda t: markets.volatility(t.assign(value=-1.0), period="month"), "zero or less"),
        (lambda t: markets.event_time(t, before=-1, after=0, period="month"), "before and after"),
        (lambda t: markets.correlation(t, first="nikkei", second="nikkei", period="month"), "two series"),
        (lambda t: markets.correlation(t, first="nikkei", second="dwo", period="month"), "'dwo'"),
    ],
)
def test_a_wrong_parameter_is_one_clear_line(call, words):
    with pytest.raises(StudyError) as problem:
        call(monthly([1.0, 2.0, 3.0], "nikkei"))
    assert words in str(problem.value)
    assert "\n" not in str(problem.value)
