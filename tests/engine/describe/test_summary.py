"""Summary statistics and correlations against numpy, pandas and numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from replication.describe.summary import SUMMARY, correlations, group_of, level_of, summary

VALUES = arrays(float, st.integers(2, 30), elements=st.integers(-1000, 1000).map(lambda n: n / 8))


def test_by_hand():
    found = summary(np.array([4.0, 1.0, np.nan, 3.0, 2.0, np.inf]))
    expected = {"N": 4, "Mean": 2.5, "Std. dev.": np.sqrt(5 / 3), "Min": 1, "25%": 1.75, "Median": 2.5}
    np.testing.assert_allclose([found[name] for name in expected], list(expected.values()), rtol=1e-15)
    assert (found["75%"], found["Max"]) == (3.25, 4.0)


def test_of_nothing_and_of_one():
    nothing, one = summary(np.array([np.nan])), summary(np.array([7.0]))
    assert nothing["N"] == 0 and np.isnan([nothing[name] for name in SUMMARY if name != "N"]).all()
    assert one["Mean"] == one["Min"] == one["Median"] == 7 and np.isnan(one["Std. dev."])


@given(VALUES)
def test_as_pandas_describes(values):
    expected = pd.Series(values).describe()
    names = {"N": "count", "Mean": "mean", "Std. dev.": "std", "Min": "min", "25%": "25%", "Median": "50%"}
    found = summary(values)
    # Two orders of summation of thirty eighths below a thousand differ by rounding alone.
    for ours, theirs in names.items():
        np.testing.assert_allclose(found[ours], expected[theirs], rtol=1e-12, atol=1e-12)


@given(arrays(float, (12, 3), elements=st.sampled_from([np.nan, 0.0, 1.0, 2.5, -3.0])))
def test_correlations_are_those_of_pandas_and_lie_within_one(values):
    found = correlations(list(values.T))
    expected = pd.DataFrame(values).corr(min_periods=2).to_numpy()
    known = np.isfinite(found) & np.isfinite(expected)
    np.testing.assert_allclose(found[known], expected[known], atol=1e-12)
    np.testing.assert_array_equal(found, found.T)
    assert np.nanmax(np.abs(found), initial=0) <= 1


@given(level=st.text(), variable=st.text(min_size=1))
def test_a_level_is_told_again_from_its_group(level, variable):
    assert level_of(group_of(level, variable), variable) == level
