"""The constant beside absorbed effects, and models of effects alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.panel import PanelOLS
from numpy.testing import assert_allclose

import replication as rp
from replication.crosscheck.dummies import written_out
from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import cr2, cr3
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import classical, clustered, hc0, hc1, hc2, hc3
from replication.estimate.linear.linear import ols
from tests.support.linear_panels import draw, dummies, errors, frame, only, seeds

SETS = st.sampled_from([["entity"], ["time"], ["entity", "time"], ["region", "time"]])
EVERY = [classical, hc0, hc1, hc2, hc3, clustered, cr2, cr3, driscoll_kraay, newey_west, pcse]


@given(seeds, st.sampled_from([["entity"], ["time"], ["entity", "time"]]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_it_is_that_of_linearmodels(seed, effects, weighted):
    """A constant among the regressors of PanelOLS, as in Stata's `xtreg, fe`."""
    design = draw(seed, weighted=weighted)
    data = frame(design)
    said = {f"{name}_effects": True for name in effects}
    weights = None if design.weights is None else pd.Series(design.weights, index=data.index)
    program = PanelOLS(data["y"], data[["const", "a", "b"]], weights=weights, **said)
    fit = ols(design, effects=effects, mean_effect=True)
    for kind, words in {classical: "unadjusted", hc1: "robust"}.items():
        theirs = program.fit(cov_type=words, debiased=True)
        assert_allclose(fit.params, theirs.params, rtol=1e-8, atol=1e-10)
        assert_allclose(errors(kind(fit)), theirs.std_errors, rtol=1e-8)


@given(seeds, SETS, st.booleans())
@settings(max_examples=25, deadline=None)
def test_it_is_the_constant_beside_dummies_about_their_mean(seed, effects, weighted):
    """With every error that statsmodels has: leverages count it once."""
    design = draw(seed, weighted=weighted)
    fit = ols(design, effects=effects, mean_effect=True)
    weights = 1.0 if design.weights is None else design.weights / design.weights.mean()
    found = sm.WLS(design.y, written_out(fit, tuple(effects)), weights=weights).fit()
    assert_allclose(fit.params, found.params[:3], rtol=1e-8, atol=1e-10)
    assert_allclose(errors(classical(fit)), found.bse[:3], rtol=1e-8)
    for kind in (hc0, hc1, hc2, hc3):
        theirs = found.get_robustcov_results(kind.__name__.upper()).cov_params()[:3, :3]
        ours = kind(fit)
        if "rows with leverage one, left out" not in ours.factors:
            assert_allclose(ours.matrix, theirs, rtol=1e-7, atol=1e-12)


@given(seeds, SETS)
@settings(max_examples=15, deadline=None)
def test_reporting_it_changes_no_slope_and_no_error(seed, effects):
    design = draw(seed)
    shown, plain = (ols(design, effects=effects, mean_effect=mean) for mean in (True, False))
    assert_allclose(shown.params[1:], plain.params, rtol=1e-9)
    assert shown.df_resid == plain.df_resid
    for name, value in plain.statistics.items():
        assert shown.statistics[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    for kind in EVERY:
        options = {"absorbed": "none"} if kind is clustered else {}
        ours, theirs = kind(shown, **options), kind(plain, **options)
        assert_allclose(ours.matrix[1:, 1:], theirs.matrix, rtol=1e-7, atol=1e-12, equal_nan=True)


def test_it_is_the_mean_of_the_effects_over_the_rows():
    design = draw(5)
    z = dummies(design.entity)
    levels = np.linalg.lstsq(np.column_stack([z, design.x[:, 1:]]), design.y, rcond=None)[0][: z.shape[1]]
    assert ols(design, effects=["entity"], mean_effect=True).params[0] == pytest.approx((z @ levels).mean())


def test_where_there_is_none_it_is_refused():
    for effects in (None, []):
        with pytest.raises(EstimationError, match="mean_effect = true reports the mean of absorbed effects"):
            ols(draw(1), effects=effects, mean_effect=True)
    with pytest.raises(EstimationError, match="with effects and with its intercept"):
        ols(only(draw(1), ["a"]), effects=["entity"], mean_effect=True)


@given(seeds, SETS)
@settings(max_examples=15, deadline=None)
def test_effects_alone_are_a_regression_on_dummies(seed, effects):
    design = only(draw(seed), ["const"])
    fit = ols(design, effects=effects)
    oracle = sm.OLS(design.y, written_out(fit, tuple(effects))).fit()
    assert fit.labels == ("const",) and fit.params[0] == pytest.approx(design.y.mean(), abs=1e-10)
    found = fit.statistics
    assert found["nobs"] == design.nobs and found["df_resid"] == oracle.df_resid
    assert found["rsquared"] == pytest.approx(oracle.rsquared, abs=1e-10)
    assert found["rsquared_adjusted"] == pytest.approx(oracle.rsquared_adj, abs=1e-10)
    assert found["loglikelihood"] == pytest.approx(oracle.llf, rel=1e-9)
    assert not any(np.isnan(value) for value in found.values())


def test_effects_alone_through_a_call():
    """A formula says 1; what the model explains is the effects'."""
    table = frame(draw(2)).reset_index()
    keys = {"entity": "entity", "time": "time", "covariance": "classical"}
    found = rp.fit("y ~ 1", table, effects=["entity"], diagnostics=["f_effects"], **keys)
    values = found.statistics.set_index("name")["value"]
    means = table.groupby("entity")["y"].transform("mean")
    about = table["y"] - table["y"].mean()
    assert values["rsquared"] == pytest.approx(1 - ((table["y"] - means) ** 2).sum() / (about**2).sum())
    assert found.table["term"].tolist() == ["const"] and "Constant" in found.to_csv()
    steps = rp.fit("y ~ 1", table, stepwise=["a", "b"], **keys)
    assert steps.table.groupby("model")["term"].apply(list).tolist() == [
        ["const"],
        ["const", "a"],
        ["const", "a", "b"],
    ]
