"""Tails and quantiles of distributions: the same bits as scipy.stats, NaN where there is no distribution."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

from replication.estimate.numbers.distributions import (
    NORMAL,
    Reference,
    chi2_sf,
    f_ppf,
    f_sf,
    normal_density,
)

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, np.inf, -np.inf, np.nan]))
DEGREES = st.one_of(st.integers(-1, 500).map(float), st.floats(0.01, 1e6), st.just(np.nan))
SHARES = st.floats(1e-12, 1 - 1e-12)


@given(VALUES, DEGREES, SHARES)
def test_the_law_of_a_coefficient_is_that_of_scipy_stats(x, df, p):
    assert_array_equal(NORMAL.sf(x), stats.norm.sf(x))
    assert_array_equal(NORMAL.ppf(p), stats.norm.ppf(p))
    assert_array_equal(Reference(df).sf(x), stats.t.sf(x, df))
    assert_array_equal(Reference(df).ppf(p), stats.t.ppf(p, df))


@given(VALUES, DEGREES, DEGREES)
def test_the_laws_of_tests_are_those_of_scipy_stats(x, df1, df2):
    assert_array_equal(chi2_sf(x, df1), stats.chi2.sf(x, df1))
    assert_array_equal(f_sf(x, df1, df2), stats.f.sf(x, df1, df2))


@given(st.integers(1, 500), st.integers(1, 500), SHARES)
def test_the_quantile_of_f_is_that_of_scipy_stats(df1, df2, p):
    assert_array_equal(f_ppf(p, df1, df2), stats.f.ppf(p, df1, df2))


def test_degrees_of_freedom_may_differ_by_coefficient():
    df, x = np.array([3.0, 7.5, 0.0]), np.array([2.0, -1.0, 1.0])
    assert_array_equal(Reference(df).sf(x), stats.t.sf(x, df))
    assert_array_equal(Reference(df).ppf(0.975), stats.t.ppf(0.975, df))
    assert_array_equal(normal_density(x), stats.norm.pdf(x))
