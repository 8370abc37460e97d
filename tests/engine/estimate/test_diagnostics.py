"""Tests of panel models against plm and Stata, and against their definitions on unbalanced panels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.regression.tests.results import results_grunfeld_ols_robust_cluster as stata
from statsmodels.stats.outliers_influence import variance_inflation_factor

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered
from replication.estimate.design import Of
from replication.estimate.diagnostics import (
    breusch_godfrey,
    breusch_pagan,
    f_effects,
    hausman,
    pesaran_cd,
    quadratic_form,
    vif,
    wald,
    wooldridge_ar,
    wooldridge_differences,
)
from replication.estimate.gls.fgls import fgls
from replication.estimate.gls.prais_winsten import prais_winsten
from replication.estimate.linear.iv import iv_2sls, liml
from replication.estimate.linear.linear import between, first_difference, ols
from replication.estimate.linear.random_effects import random_effects
from tests.support.linear_panels import (
    all_dummies,
    assert_printed,
    bare,
    draw,
    frame,
    grunfeld,
    grunfeld_in_stata,
    make,
    only,
    seeds,
    with_sectors,
)
from tests.support.terms import terms_of


def within(design):
    return ols(design, effects=["entity"])


def test_grunfeld():
    """plm (runs): pFtest, phtest, plmtest type bp, pcdtest, pwartest, pbgtest order 1 of the within model."""
    fit = within(grunfeld())
    assert_printed(list(f_effects(fit).values())[:3], "49.1766255 9 188")
    assert_printed(list(hausman(fit).values())[:3], "2.330366894 2 .311865")
    assert_printed(breusch_pagan(fit)["breusch_pagan_lm"], "798.1615484")
    assert_printed(pesaran_cd(fit)["pesaran_cd"], "4.661192485")
    assert_printed(list(wooldridge_ar(fit).values())[:3], "76.92856212 1 188")
    assert_printed(breusch_godfrey(fit)["breusch_godfrey_chi2"], "42.08541212")


def test_the_same_whatever_model_is_asked():
    """Tests that compare estimators do not depend on which of them the study fitted."""
    design = draw(1)
    for test in (f_effects, hausman, breusch_pagan, wooldridge_ar):
        found = [test(fit) for fit in (ols(design), within(design), random_effects(design))]
        assert_allclose(list(found[0].values()), list(found[1].values()), rtol=1e-9)
        assert_allclose(list(found[0].values()), list(found[2].values()), rtol=1e-9)


@pytest.mark.parametrize(
    "effects",
    [["entity"], ["time"], ["entity", "time"], ["sector", "entity", "time"], ["region", "entity", "time"]],
)
def test_f_effects_by_dummies(effects):
    design = with_sectors(draw(2, weighted=True))
    columns = [design.x[:, 1:], all_dummies(design, effects)]
    long = sm.WLS(design.y, np.column_stack(columns), weights=design.weights).fit()
    short = sm.WLS(design.y, design.x, weights=design.weights).fit()
    f, p, df = long.compare_f_test(short)
    assert_allclose(
        list(f_effects(ols(design, effects=effects)).values()), [f, df, long.df_resid, p], rtol=1e-8
    )


def test_f_effects_beside_a_regressor_that_does_not_vary_within():
    """It takes one of the dummies' degrees of freedom in the pooled model."""
    design = draw(2)
    fixed = (design.entity % 3 == 0).astype(float)
    longer = replace(design, terms=terms_of(*design.labels, "fixed"), x=np.column_stack([design.x, fixed]))
    assert f_effects(ols(longer))["effects_df1"] == f_effects(ols(design))["effects_df1"] - 1
    assert hausman(ols(longer))["hausman_df"] == 2


def test_hausman_that_is_not_semidefinite_says_so():
    found = [hausman(ols(draw(seed, entities=4, periods=4))) for seed in range(30)]
    negative = [row for row in found if row["hausman_chi2"] < 0]
    assert negative and all(np.isnan(row["hausman_p"]) for row in negative)
    assert all(row["hausman_positive"] == 0.0 for row in negative)
    assert any(row["hausman_positive"] == 1.0 for row in found)


def test_quadratic_form_of_a_singular_matrix():
    """The generalised inverse of a matrix of ones is a quarter of it."""
    value, rank, positive = quadratic_form(np.array([3.0, 1.0]), np.ones((2, 2)))
    assert_allclose(value, 4.0)
    assert rank == 1 and positive


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_breusch_pagan_unbalanced(seed):
    """Baltagi and Li (1990), and Breusch and Pagan's own form where every entity has T rows."""
    design = draw(seed)
    e = ols(design).residuals
    size, sums = np.bincount(design.entity), np.bincount(design.entity, e)
    a = 1 - sums @ sums / (e @ e)
    found = breusch_pagan(ols(design))["breusch_pagan_lm"]
    assert_allclose(found, 0.5 * design.nobs**2 * a**2 / (size @ size - design.nobs), rtol=1e-9)
    full = draw(seed, share=1.0)
    e = ols(full).residuals
    a = np.bincount(full.entity, e) @ np.bincount(full.entity, e) / (e @ e) - 1
    assert_allclose(breusch_pagan(ols(full))["breusch_pagan_lm"], full.nobs / (2 * (8 - 1)) * a**2, rtol=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_pesaran_cd_unbalanced(seed):
    """pandas' pairwise correlations over common periods, pairs with fewer than two left out."""
    fit = within(draw(seed, entities=6, share=0.4))
    wide = frame(fit.design).assign(e=fit.residuals)["e"].unstack("entity")
    total, pairs = 0.0, 0
    for j in wide:
        for i in range(j):
            both = wide[[i, j]].dropna()
            if len(both) >= 2:
                total, pairs = total + np.sqrt(len(both)) * both.corr().iloc[0, 1], pairs + 1
    found = pesaran_cd(fit)
    assert_allclose(found["pesaran_cd"], total / np.sqrt(pairs), rtol=1e-7, atol=1e-9)
    assert_allclose(found["pesaran_cd_p"], 2 * stats.norm.sf(abs(found["pesaran_cd"])))


def test_wooldridge_ar_unbalanced():
    """Clustered regression of residuals on those of the row before (statsmodels), T all periods."""
    fit = within(draw(3))
    data = frame(fit.design).assign(e=fit.residuals)
    pairs = data.assign(lag=data.groupby("entity")["e"].shift()).dropna()
    x = sm.add_constant(pairs["lag"].to_numpy())
    aux = sm.OLS(pairs["e"].to_numpy(), x).fit()
    groups = pairs.index.get_level_values("entity").to_numpy()
    robust = aux.get_robustcov_results("cluster", groups=groups, use_correction=False)
    f = ((aux.params[1] + 1 / (8 - 1)) / robust.bse[1]) ** 2
    found = wooldridge_ar(fit)
    assert_allclose(found["wooldridge_ar_f"], f, rtol=1e-9)
    assert found["wooldridge_ar_df2"] == len(pairs) - 2


def test_vif_is_statsmodels():
    fit = ols(grunfeld())
    expected = [variance_inflation_factor(fit.x, j) for j in (1, 2)]
    assert_allclose(list(vif(fit).values()), expected, rtol=1e-9)
    assert list(vif(fit)) == [Of("vif", "value"), Of("vif", "capital")]


def test_vif_within_is_that_of_the_deviations():
    fit = within(grunfeld())
    expected = [variance_inflation_factor(fit.x, j) for j in (0, 1)]
    assert_allclose(list(vif(fit).values()), expected, rtol=1e-9)


def test_wald_is_the_f_of_stata():
    """`regress, vce(cluster company)` prints F(2, 9) of both slopes."""
    fit = ols(grunfeld_in_stata())
    found = wald(fit, clustered(fit), ["value", "capital"])
    assert_allclose(found["test_f"], stata.results_cluster.F, rtol=1e-9)
    assert (found["test_f_df1"], found["test_f_df2"]) == (2.0, 9.0)


def test_wald_of_all_slopes_is_the_classical_f():
    fit = ols(grunfeld())
    found = wald(fit, classical(fit), ["value", "capital"])
    model = fit.statistics
    f = (model["rsquared"] / 2) / ((1 - model["rsquared"]) / model["df_resid"])
    assert_allclose(found["test_f"], f, rtol=1e-9)
    assert_allclose(found["test_f_p"], stats.f.sf(f, 2, model["df_resid"]), rtol=1e-6)


def test_wald_with_the_normal_is_chi2():
    fit = random_effects(grunfeld())
    found = wald(fit, classical(fit), ["value", "capital"])
    slopes, variance = fit.params[1:], classical(fit).matrix[1:, 1:]
    assert_allclose(found["test_chi2"], slopes @ np.linalg.solve(variance, slopes), rtol=1e-9)
    assert found["test_chi2_df"] == 2.0


def test_wald_drops_what_few_clusters_cannot_test():
    """Three clusters: after the scores sum to zero, two constraints at most."""
    fit = ols(draw(0))
    covariance = clustered(fit, cluster=["region"])
    assert wald(fit, covariance, ["const", "a", "b"])["test_f_df1"] == 2.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: wald(ols(d), classical(ols(d)), ["d"]), "term 'd' is not known; allowed: a, b, const"),
        (lambda d: hausman(ols(only(d, ["const"]))), "varies within entity; none does"),
        (lambda d: breusch_pagan(ols(replace(d, weights=np.ones(d.nobs)))), "takes no weights"),
        (lambda d: pesaran_cd(bare(ols(d))), "needs a least-squares estimator"),
        (lambda d: vif(bare(ols(d))), "needs a least-squares estimator"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(draw(0))
    assert message in str(problem.value)


def test_one_row_an_entity_has_no_panel_tests():
    design = make([1.0, 2.0, 4.0, 3.0], [[1.0], [1.0], [1.0], [1.0]], range(4), [0, 0, 0, 0], ["const"])
    for test in (f_effects, breusch_pagan, pesaran_cd):
        with pytest.raises(EstimationError):
            test(ols(design))


def instrumented(estimator):
    """A fit with an endogenous regressor."""
    design = draw(4)
    extra = {
        "endogenous": design.x[:, [2]],
        "instruments": np.random.default_rng(3).normal(size=(design.nobs, 2)),
    }
    extra["instruments"][:, 0] += design.x[:, 2]
    terms = {"endogenous": terms_of("b"), "instruments": terms_of("z0", "z1")}
    return estimator(replace(only(design, ["const", "a"]), extra=extra, extra_terms=terms))


@pytest.mark.parametrize("test", [f_effects, hausman, breusch_pagan, wooldridge_ar])
@pytest.mark.parametrize(
    "fit",
    [
        *(lambda of=of: instrumented(of) for of in (iv_2sls, liml)),
        *(lambda of=of: of(draw(4)) for of in (first_difference, between, prais_winsten, fgls)),
    ],
)
def test_what_is_fitted_again_on_the_design_is_no_test_of_another_model(fit, test):
    with pytest.raises(EstimationError, match=r"would test pooled ols .*; allowed: ols, random_effects"):
        test(fit())


@pytest.mark.parametrize("estimator", [iv_2sls, liml])
def test_breusch_godfrey_is_not_told_of_instruments(estimator):
    with pytest.raises(EstimationError, match="without instruments"):
        breusch_godfrey(instrumented(estimator))


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_wooldridge_leaves_out_what_entity_effects_absorb(seed):
    design = draw(seed)
    fixed = np.random.default_rng(seed).normal(size=design.entity.max() + 1)[design.entity]
    both = replace(design, terms=(*design.terms, *terms_of("k")), x=np.column_stack([design.x, fixed]))
    found = wooldridge_ar(ols(both))
    assert_allclose(list(found.values()), list(wooldridge_ar(ols(design)).values()), rtol=1e-8)


@given(seed=seeds, entities=st.integers(3, 30))
@settings(max_examples=20, deadline=None)
def test_wooldridge_has_nothing_to_test_in_two_periods(seed, entities):
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(2 * entities), random.normal(size=2 * entities)])
    design = make(
        x[:, 1] + random.normal(size=len(x)),
        x,
        np.repeat(range(entities), 2),
        np.tile([1, 2], entities),
        ["const", "a"],
    )
    for fit in (ols(design), ols(design, effects=["entity"])):
        with pytest.raises(EstimationError, match="three rows or more"):
            wooldridge_ar(fit)


@pytest.mark.parametrize("holes", [False, True])
def test_wooldridge_on_differences_is_statsmodels_two_regressions(holes):
    """xtserial as Drukker (2003) has it: differences, then their residuals on those before, clustered."""
    data = grunfeld()
    keep = np.arange(data.nobs) % 7 != 3 if holes else np.ones(data.nobs, dtype=bool)
    data = data.rows(keep)
    found = wooldridge_differences(ols(data, effects=["entity"]))
    at = {(i, t): r for r, (i, t) in enumerate(zip(data.entity, data.time, strict=True))}
    pairs = [(r, at[i, t - 1]) for (i, t), r in at.items() if (i, t - 1) in at]
    now, before = np.array(pairs).T
    e = sm.OLS(data.y[now] - data.y[before], (data.x[now] - data.x[before])[:, 1:]).fit().resid
    of = dict(zip(now.tolist(), e, strict=True))
    rows = [(of[r], of[b], data.entity[r]) for r, b in pairs if b in of]
    y, x, firm = np.array(rows).T
    second = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": firm.astype(int)}, use_t=True)
    test = second.t_test("x1 = -0.5")
    assert_allclose(found["wooldridge_differences_f"], test.tvalue.item() ** 2, rtol=1e-9)
    assert_allclose(found["wooldridge_differences_p"], test.pvalue.item(), rtol=1e-9)
    assert found["wooldridge_differences_df2"] == len(set(firm)) - 1


def test_wooldridge_on_differences_refuses_what_it_would_not_test():
    with pytest.raises(EstimationError, match="takes no effects but entity"):
        wooldridge_differences(ols(grunfeld(), effects=["entity", "time"]))
    with pytest.raises(EstimationError, match="three periods in a row"):
        wooldridge_differences(ols(grunfeld().rows(grunfeld().time % 3 > 0)))
