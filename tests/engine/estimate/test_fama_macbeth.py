"""Fama-MacBeth: linearmodels, the mean and standard deviation by hand, exact properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.panel import FamaMacBeth
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.sandwich import clustered, hc0, hc1, own
from replication.estimate.linear.fama_macbeth import fama_macbeth
from replication.estimate.linear.linear import ols
from tests.support.gls_panels import UNITS, balanced, in_other_units, relabelled
from tests.support.linear_panels import draw, errors, frame, grunfeld, make, seeds

quick = settings(max_examples=25, deadline=None)


def in_linearmodels(design, lags):
    table = frame(design)
    options = {"cov_type": "kernel", "kernel": "bartlett", "bandwidth": lags} if lags else {}
    return FamaMacBeth(table["y"], table[list(design.labels)]).fit(**options)


@pytest.mark.parametrize("lags", [0, 1, 4, 19])
def test_grunfeld(lags):
    fit, other = fama_macbeth(grunfeld(), lags=lags), in_linearmodels(grunfeld(), lags)
    assert_allclose(fit.params, other.params, rtol=1e-9)
    assert_allclose(errors(own(fit)), other.std_errors, rtol=1e-9)
    assert fit.statistics["rsquared"] == pytest.approx(other.avg_rsquared, rel=1e-9)


@given(seed=seeds, lags=st.integers(0, 3))
@quick
def test_unbalanced_panels(seed, lags):
    """Nine entities, eight years, rows missing: years that cannot be estimated are left out by both."""
    design = draw(seed)
    fit, other = fama_macbeth(design, lags=lags), in_linearmodels(design, lags)
    assert_allclose(fit.params, other.params, rtol=1e-7, atol=1e-9)
    assert_allclose(errors(own(fit)), other.std_errors, rtol=1e-7)


def test_mean_and_standard_deviation_by_hand():
    design = balanced(3, entities=6, periods=5)
    each = np.array([ols(design.rows(design.time == t)).params for t in np.unique(design.time)])
    fit = fama_macbeth(design)
    assert_allclose(fit.params, each.mean(axis=0), rtol=1e-12)
    assert_allclose(errors(own(fit)), each.std(axis=0, ddof=1) / np.sqrt(5), rtol=1e-12)
    assert_allclose(hc0(fit).matrix * 5 / 4, own(fit).matrix, rtol=1e-12)
    assert fit.nobs == fit.statistics["periods"] == 5
    assert fit.statistics["rows_averaged"] == 30
    assert own(fit).convention.startswith("standard deviation of the coefficients of 5 periods")


def test_equal_cross_sections_are_that_cross_section():
    one = balanced(2, entities=8, periods=1)
    x, y = np.repeat(one.x, 3, axis=0), np.repeat(one.y, 3)
    fit = fama_macbeth(make(y, x, np.repeat(np.arange(8), 3), np.tile([1, 2, 3], 8), one.labels))
    assert_allclose(fit.params, ols(one).params, rtol=1e-10)
    assert_allclose(own(fit).matrix, 0.0, atol=1e-20)
    assert fit.statistics["rsquared"] == pytest.approx(ols(one).statistics["rsquared"], rel=1e-10)


@given(seed=seeds, lags=st.integers(0, 3))
@quick
def test_names_order_and_units(seed, lags):
    design = draw(seed)
    fit = fama_macbeth(design, lags=lags)
    moved = fama_macbeth(relabelled(design, seed), lags=lags)
    assert_allclose(moved.params, fit.params, rtol=1e-8, atol=1e-10)
    assert_allclose(own(moved).matrix, own(fit).matrix, rtol=1e-7, atol=1e-12)
    scaled = fama_macbeth(in_other_units(design), lags=lags)
    assert_allclose(scaled.params, UNITS * fit.params, rtol=1e-7, atol=1e-8)
    assert_allclose(errors(own(scaled)), UNITS * errors(own(fit)), rtol=1e-7)


def test_periods_that_cannot_be_estimated_are_named():
    """1991 has two rows, and in 1993 a regressor does not vary."""
    design = balanced(1, entities=6, periods=6)
    holed = design.rows((design.time != 1991) | (design.entity < 2))
    still = replace(holed, x=np.where((holed.time == 1993)[:, None], [1.0, 2.0, 3.0], holed.x))
    fit = fama_macbeth(still)
    assert fit.time.tolist() == [1990, 1992, 1994, 1995]
    assert fit.warnings == (
        "2 periods with too few rows or with collinear regressors are left out: 1991, 1993",
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: fama_macbeth(replace(d, weights=np.ones(d.nobs))), "takes no weights"),
        (lambda d: fama_macbeth(d.rows(d.time == 1990)), "needs two periods with more rows"),
        (lambda d: fama_macbeth(d.rows(d.entity < 2)), "found 0"),
        (lambda d: fama_macbeth(d, lags=12), "lags is 12; allowed: 0 to 11"),
        (lambda d: fama_macbeth(d, lags=-1), "lags is -1"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(balanced(0))
    assert message in str(problem.value)


@pytest.mark.parametrize("error", [hc1, newey_west, clustered, driscoll_kraay])
def test_no_factor_of_rows_is_put_on_means_of_periods(error):
    with pytest.raises(EstimationError, match=r"averages the estimates of 8 periods; allowed: own .*hc0"):
        error(fama_macbeth(draw(3, share=1.0)))


def test_hc0_is_its_own_error_without_the_factor():
    fit = fama_macbeth(draw(3, share=1.0))
    np.testing.assert_allclose(hc0(fit).matrix * 8 / 7, fit.own.matrix, rtol=1e-12)
