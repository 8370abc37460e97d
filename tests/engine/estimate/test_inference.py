"""Tables of coefficients and of long-run effects: by hand, by numeric gradients, by Bewley's regression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose
from scipy import stats

from replication.errors import EstimationError
from replication.estimate.coefficient_table import coefficient_table, long_run_table
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import classical, clustered, hc0
from replication.estimate.design import Covariance
from replication.estimate.linear.linear import ols
from tests.support.gls_panels import balanced
from tests.support.linear_panels import draw, make, seeds
from tests.support.terms import terms_of

quick = settings(max_examples=25, deadline=None)


def dynamic(seed: int, lags=1):
    """y on a constant, its own lags, a and b, within entities."""
    design = balanced(seed, entities=5, periods=20)
    y = design.y.reshape(5, 20)
    late = np.tile(np.arange(20) >= lags, 5)
    lagged = [np.pad(y, ((0, 0), (lag, 0)))[:, :20].ravel() for lag in range(1, lags + 1)]
    x = np.column_stack([design.x[:, 0], *lagged, design.x[:, 1:]])
    names = [f"y_lag{lag}" for lag in range(1, lags + 1)]
    whole = make(design.y, x, design.entity, design.time, ["const", *names, "a", "b"])
    return whole.rows(late), names


def given_fit(params, terms, df=None, matrix=None):
    """A fit with these numbers, and a covariance."""
    fit = replace(ols(balanced(0)), params=np.array(params), terms=terms_of(*terms))
    matrix = np.eye(len(params)) if matrix is None else np.array(matrix)
    return fit, Covariance("own", matrix, df, {}, "given")


def test_coefficients_by_hand():
    fit, covariance = given_fit([2.0, -1.0, 0.5], ["const", "a", "b"], 10.0, np.diag([4.0, 0.25, -1.0]))
    table = coefficient_table(fit, covariance).set_index("term")
    assert table.loc["a", "std_error"] == 0.5
    assert table.loc["a", "statistic"] == -2.0
    assert table.loc["a", "p_value"] == pytest.approx(2 * stats.t.cdf(-2.0, 10), rel=1e-12)
    assert table.loc["const", "conf_low"] == pytest.approx(2.0 - 2.0 * stats.t.ppf(0.975, 10), rel=1e-12)
    assert table.loc["b", "std_error":].isna().all()
    normal = coefficient_table(fit, replace(covariance, df=None)).set_index("term")
    assert normal.loc["a", "p_value"] == pytest.approx(2 * stats.norm.cdf(-2.0), rel=1e-12)


def test_long_run_by_hand():
    """b = 3, r = .5: 6, with gradient 2 in b and 12 in r."""
    matrix = [[9.0, 0.0, 0.0], [0.0, 0.01, 0.02], [0.0, 0.02, 0.25]]
    fit, covariance = given_fit([1.0, 0.5, 3.0], ["const", "y_lag", "a"], 7.0, matrix)
    table = long_run_table(fit, covariance, ["y_lag"])
    assert table["term"].tolist() == ["long run: a"]
    assert table["estimate"].tolist() == [6.0]
    variance = 2**2 * 0.25 + 2 * 2 * 12 * 0.02 + 12**2 * 0.01
    assert table["std_error"][0] == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert table["p_value"][0] == pytest.approx(2 * stats.t.sf(6 / np.sqrt(variance), 7), rel=1e-12)


@pytest.mark.parametrize("lags", [1, 2])
@pytest.mark.parametrize("kind", [classical, hc0, clustered, pcse])
@given(seed=seeds)
@quick
def test_errors_by_numeric_gradient(lags, kind, seed):
    design, names = dynamic(seed, lags)
    fit = ols(design)
    covariance = kind(fit)
    table = long_run_table(fit, covariance, names)

    def effects(params):
        return params[-2:] / (1.0 - params[1 : 1 + lags].sum())

    steps = np.eye(len(fit.params)) * 1e-6
    gradient = np.array([(effects(fit.params + s) - effects(fit.params - s)) / 2e-6 for s in steps]).T
    variance = np.diag(gradient @ covariance.matrix @ gradient.T)
    assert_allclose(table["estimate"], effects(fit.params), rtol=1e-12)
    assert_allclose(table["std_error"], np.sqrt(variance), rtol=1e-5)


@given(seed=seeds)
@quick
def test_bewleys_regression_gives_estimates_and_errors_at_once(seed):
    """y on x and the change of y, instrumented by its lag, has the long-run effects as coefficients, and its
    classical errors are those of the delta method (Bewley 1979; Wickens and Breusch 1988)."""
    design, _ = dynamic(seed)
    fit = ols(design)
    table = long_run_table(fit, classical(fit), ["y_lag1"])
    z = design.x
    x = np.column_stack([design.x[:, [0, 2, 3]], design.y - design.x[:, 1]])
    fitted = z @ np.linalg.lstsq(z, x, rcond=None)[0]
    bread = np.linalg.inv(fitted.T @ fitted)
    params = bread @ fitted.T @ design.y
    left = design.y - x @ params
    error = np.sqrt(np.diag(bread) * (left @ left) / (design.nobs - 4))
    assert_allclose(params[1:3], table["estimate"], rtol=1e-6)
    assert_allclose(error[1:3], table["std_error"], rtol=1e-6)


def test_without_inertia_the_long_run_is_the_short_run():
    fit, covariance = given_fit([1.0, 0.0, 3.0], ["const", "y_lag", "a"], None, np.diag([1.0, 0.0, 4.0]))
    long, short = long_run_table(fit, covariance, ["y_lag"]), coefficient_table(fit, covariance)
    assert_allclose(
        long.loc[0, "estimate":].astype(float), short.loc[2, "estimate":].astype(float), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("params", "lags", "message"),
    [
        ([1.0, 1.0, 3.0], ["y_lag"], "sum to 1; allowed: -1 to 1"),
        ([1.0, 0.5, 3.0], ["y_lags"], "did you mean 'y_lag'?"),
    ],
)
def test_refusals(params, lags, message):
    fit, covariance = given_fit(params, ["const", "y_lag", "a"])
    with pytest.raises(EstimationError) as problem:
        long_run_table(fit, covariance, lags)
    assert message in str(problem.value)


def test_an_unbalanced_panel_has_a_table_too():
    fit = ols(draw(3))
    table = coefficient_table(fit, clustered(fit))
    assert table["term"].tolist() == ["const", "a", "b"]
    assert (table["conf_low"] < table["estimate"]).all()
