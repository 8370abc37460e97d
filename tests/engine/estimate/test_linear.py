"""Coefficients, R squared and refusals of the linear estimators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from linearmodels.panel import BetweenOLS, FirstDifferenceOLS, PanelOLS, RandomEffects
from numpy.testing import assert_allclose
from statsmodels.regression.tests.results import results_grunfeld_ols_robust_cluster as stata

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered, hc1
from replication.estimate.linear.linear import between, first_difference, ols
from replication.estimate.linear.random_effects import random_effects
from replication.inference.model_tests import slopes_tests
from tests.support.linear_panels import (
    DIGITS,
    STATA_FLOATS,
    assert_printed,
    draw,
    dummies,
    errors,
    frame,
    grunfeld,
    grunfeld_in_stata,
    make,
    only,
    seeds,
    wages,
)
from tests.support.terms import terms_of

GRUNFELD = {
    # plm tests/test_Estimators.Rout.save (Baltagi, Table 2.1) and runs of plm 2.6 and linearmodels
    "pooled": (
        "-42.714369436559 0.115562156361 0.230678488732",
        "9.511676031424 0.005835709557 0.025475801477",
    ),
    "within": ("0.110123804121 0.310065341300", "0.011856694214 0.017354502776"),
    "two_way": ("0.117715855083 0.357916273073", "0.013751283004 0.022719010883"),
    "random": ("-57.834414905 0.109781152232 0.308112982831", "28.89893526 0.01049266355 0.01718046909"),
    "between": (
        "-8.527113721727 0.134646086972 0.032031474331",
        "47.515307735823 0.028745459140 0.190937799168",
    ),
    "difference": (
        "-1.818890158585 0.089762494991 0.291766719694",
        "3.565593135570 0.008363585016 0.053751597641",
    ),
}
# The constant's error in differences: the run that the others come from was noted as 3.565593135470; exact
# rational arithmetic on the data gives 3.565593135570455, and so does statsmodels.
FITS = {
    "pooled": ols,
    "within": lambda design: ols(design, effects=["entity"]),
    "two_way": lambda design: ols(design, effects=["entity", "time"]),
    "random": random_effects,
    "between": between,
    "difference": first_difference,
}


@pytest.mark.parametrize("name", GRUNFELD)
def test_grunfeld(name):
    fit = FITS[name](grunfeld())
    coefficients, standard_errors = GRUNFELD[name]
    assert_allclose(fit.params, np.array(coefficients.split(), dtype=float), rtol=DIGITS)
    assert_printed(errors(classical(fit)), standard_errors)


@pytest.mark.parametrize(("data", "tolerance"), [(grunfeld, STATA_FLOATS), (grunfeld_in_stata, DIGITS)])
def test_grunfeld_against_stata(data, tolerance):
    """`regress invest mvalue kstock`, as stored by statsmodels; Stata's order is value, capital, const."""
    fit, result = ols(data()), stata.results_cluster
    assert_allclose(fit.params[[1, 2, 0]], result.params_table[:, 0], rtol=tolerance)
    found = [fit.statistics[name] for name in ("rsquared", "rsquared_adjusted", "sigma", "loglikelihood")]
    assert_allclose(found, [result.r2, result.r2_a, result.rmse, result.ll], rtol=tolerance)


def test_grunfeld_statistics():
    """R2 and F of reference 4.2; theta and variances as plm prints them (Baltagi, Table 2.1)."""
    pooled, random = ols(grunfeld()).statistics, random_effects(grunfeld()).statistics
    f = slopes_tests(ols(grunfeld()), classical(ols(grunfeld())))["slopes_f"]
    assert_printed([pooled["rsquared"], f], "0.81241 426.576")
    assert_printed(between(grunfeld()).statistics["rsquared"], "0.85777")
    assert_printed([random["theta_min"], random["theta_median"], random["theta_max"]], ".8612 .8612 .8612")
    assert_printed([random["sigma_e"] ** 2, random["sigma_u"] ** 2], "2784.46 7089.80")
    assert pooled["nobs"] == 200 and pooled["entities"] == 10 and pooled["periods"] == 20


WAGES = {
    # Reference 4.5, runs of linearmodels and plm; Wooldridge (2010, 14.2) prints three of the decimals
    "pooled": (
        "educ black hisp exper expersq married union",
        ".091350 -.139234 .016020 .067235 -.002412 .108253 .182461",
        ".005237 .023580 .020797 .013695 .000820 .015689 .017157",
    ),
    "random": (
        "educ black hisp exper expersq married union",
        ".091876 -.139377 .021732 .105755 -.004724 .063986 .106134",
        ".010660 .047723 .042606 .015367 .000689 .016774 .017854",
    ),
    "within": ("expersq married union", "-.005185 .046680 .080002", ".000704 .018310 .019310"),
}


@pytest.mark.parametrize("name", WAGES)
def test_wages(name):
    terms, coefficients, standard_errors = WAGES[name]
    design = wages()
    years = [term for term in design.labels if term.startswith("year")]
    design = only(design, [*terms.split(), *years]) if name == "within" else design
    fit = FITS[name](design)
    rows = [fit.labels.index(term) for term in terms.split()]
    assert_printed(fit.params[rows], coefficients)
    assert_printed(errors(classical(fit))[rows], standard_errors)


def test_wages_clustered_as_linearmodels_does_by_default():
    """n/(n-k) without effects in k and no G/(G-1): reference 4.5 prints .0008095 .0209845 .0227222."""
    design = wages()
    years = [term for term in design.labels if term.startswith("year")]
    fit = ols(only(design, ["expersq", "married", "union", *years]), effects=["entity"])
    plain = clustered(fit, groups_factor=False, parameters_factor=False)
    found = errors(plain)[:3] * np.sqrt(fit.nobs / (fit.nobs - len(fit.labels)))
    assert_printed(found, ".0008095 .0209845 .0227222")


@pytest.mark.parametrize("seed", range(5))
def test_oracle_on_unbalanced_panels(seed):
    """linearmodels on panels with gaps: two-way and time effects, random effects in both forms, between."""
    design = draw(seed)
    data = frame(design)
    x, slopes = data[list(design.labels)], data[["a", "b"]]
    pairs = [
        (
            ols(design, effects=["entity", "time"]),
            PanelOLS(data.y, slopes, entity_effects=True, time_effects=True).fit(),
        ),
        (ols(design, effects=["time"]), PanelOLS(data.y, slopes, time_effects=True).fit()),
        (random_effects(design), RandomEffects(data.y, x).fit()),
        (random_effects(design, components="exact"), RandomEffects(data.y, x).fit(small_sample=True)),
        (between(design), BetweenOLS(data.y, x).fit()),
    ]
    for fit, oracle in pairs:
        assert_allclose(fit.params, oracle.params, rtol=1e-8, atol=1e-10)
        assert_allclose(errors(classical(fit)), oracle.std_errors, rtol=1e-8)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_two_way_is_exact_with_weights(seed):
    """Weighted two-way within equals weighted least squares on all dummies (statsmodels)."""
    design = draw(seed, weighted=True)
    fit = ols(design, effects=["entity", "time"])
    x = np.column_stack([design.x[:, 1:], dummies(design.entity), dummies(design.time)[:, 1:]])
    oracle = sm.WLS(design.y, x, weights=design.weights / design.weights.mean()).fit()
    assert_allclose(fit.params, oracle.params[:2], rtol=1e-8, atol=1e-10)
    assert_allclose(errors(classical(fit)), oracle.bse[:2], rtol=1e-8)
    assert fit.df_resid == oracle.df_resid
    assert_allclose(fit.statistics["loglikelihood"], oracle.llf, rtol=1e-10)


def test_pooled_weights_are_stata_analytic_weights():
    design = draw(1, weighted=True)
    fit = ols(design)
    oracle = sm.WLS(design.y, design.x, weights=design.weights / design.weights.mean()).fit()
    assert_allclose(errors(classical(fit)), oracle.bse, rtol=1e-10)
    assert_allclose(fit.statistics["rsquared"], oracle.rsquared, rtol=1e-10)
    assert_allclose(slopes_tests(fit, classical(fit))["slopes_f"], oracle.fvalue, rtol=1e-10)
    assert_allclose(fit.statistics["sigma"], np.sqrt(oracle.scale), rtol=1e-10)


def test_two_way_on_a_panel_in_two_parts():
    """Entities 0-1 in years 1-3 and 2-3 in years 4-6 share nothing: one dummy goes in each part."""
    rng = np.random.default_rng(0)
    entity, time = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4) + np.repeat([1, 1, 4, 4], 3)
    design = make(rng.normal(size=12), rng.normal(size=(12, 1)), entity, time, ["a"])
    fit = ols(design, effects=["entity", "time"])
    assert fit.absorbed == 4 + 6 - 2
    x = np.column_stack([design.x, dummies(entity), dummies(time)])
    assert_allclose(fit.params[0], np.linalg.lstsq(x, design.y, rcond=None)[0][0], rtol=1e-10)


def test_rsquared_of_each_kind():
    """Defining sums on an unbalanced panel: dummies for the whole model, correlations for the kinds."""
    design = draw(5)
    fit = ols(design, effects=["entity"])
    data = frame(design).assign(xb=design.x[:, 1:] @ fit.params)
    means = data.groupby("entity")[["y", "xb"]].mean()
    inner = (data[["y", "xb"]] - data.groupby("entity")[["y", "xb"]].transform("mean")).corr().iloc[0, 1]
    lsdv = sm.OLS(design.y, np.column_stack([design.x[:, 1:], dummies(design.entity)])).fit()
    found = fit.statistics
    assert_allclose(found["rsquared_within"], inner**2, rtol=1e-9)
    assert_allclose(found["rsquared_between"], means.corr().iloc[0, 1] ** 2, rtol=1e-9)
    assert_allclose(found["rsquared_overall"], data[["y", "xb"]].corr().iloc[0, 1] ** 2, rtol=1e-9)
    assert_allclose(found["rsquared"], lsdv.rsquared, rtol=1e-9)
    assert_allclose(found["rsquared_adjusted"], lsdv.rsquared_adj, rtol=1e-9)


def test_differences_never_cross_a_gap():
    y, x, year = [1.0, 2.0, 4.0, 9.0, 7.0], [0.0, 1.0, 5.0, 6.0, 8.0], [2000, 2001, 2003, 2004, 2005]
    design = make(y, np.array(x)[:, None], np.zeros(5), year, ["x"])
    fit = first_difference(design, constant=False)
    assert_allclose(fit.x[:, 0], [1.0, 1.0, 2.0])
    assert fit.kept.tolist() == [False, True, False, True, True]
    assert fit.time.tolist() == [2001, 2004, 2005]


def test_differences_without_constant_are_those_of_linearmodels():
    design = grunfeld()
    data = frame(design)
    oracle = FirstDifferenceOLS(data.y, data[["value", "capital"]]).fit()
    fit = first_difference(design, constant=False)
    assert_allclose(fit.params, oracle.params, rtol=DIGITS)
    assert_allclose(errors(classical(fit)), oracle.std_errors, rtol=DIGITS)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_exact_components_by_the_textbook_matrices(seed):
    """Baltagi and Chang (1994) with P and ZZ' written out, as in Stata's [XT] xtreg for `sa`."""
    design = draw(seed)
    z = dummies(design.entity)
    p = z @ np.linalg.inv(z.T @ z) @ z.T
    x, y = design.x, design.y
    slopes = x[:, 1:] - p @ x[:, 1:]
    inner = np.linalg.lstsq(slopes, y - p @ y, rcond=None)
    variance_e = inner[1][0] / (len(y) - z.shape[1] - 2)
    e = p @ (y - x @ np.linalg.lstsq(p @ x, p @ y, rcond=None)[0])
    trace = np.trace(np.linalg.inv(x.T @ p @ x) @ x.T @ z @ z.T @ x)
    variance_u = (e @ e - (z.shape[1] - 3) * variance_e) / (len(y) - trace)
    found = random_effects(design, components="exact").statistics
    assert_allclose(found["sigma_e"] ** 2, variance_e, rtol=1e-9)
    assert_allclose(found["sigma_u"] ** 2, max(variance_u, 0.0), rtol=1e-9)


def test_harmonic_components_as_stata():
    """sigma_u^2 = SSR_between/(N-K) - sigma_e^2/T, T the harmonic mean of the T_i ([XT] xtreg)."""
    design = draw(2)
    size = np.bincount(design.entity)
    variance_e = ols(design, effects=["entity"]).statistics["sigma"] ** 2
    expected = between(design).statistics["sigma"] ** 2 - variance_e * np.mean(1 / size)
    assert_allclose(random_effects(design).statistics["sigma_u"] ** 2, expected, rtol=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_weighted_between_is_that_of_linearmodels(seed):
    design = draw(seed)
    data = frame(design)
    oracle = BetweenOLS(data.y, data[["const", "a", "b"]])
    fit = between(design, reweight=True)
    for kind, words in {classical: "unadjusted", hc1: "robust"}.items():
        theirs = oracle.fit(reweight=True, cov_type=words, debiased=True)
        assert_allclose(fit.params, theirs.params, rtol=1e-8, atol=1e-10)
        assert_allclose(errors(kind(fit)), theirs.std_errors, rtol=1e-8)
        assert_allclose(fit.statistics["rsquared"], theirs.rsquared, atol=1e-10)


def test_weights_of_the_between_estimator_mean_nothing_on_a_balanced_panel():
    weighted, plain = (between(grunfeld(), reweight=again) for again in (True, False))
    assert_allclose(weighted.params, plain.params, rtol=1e-12)


def test_no_variance_between_is_said():
    rng = np.random.default_rng(0)
    design = draw(0, entities=20, share=1.0)
    y = design.x[:, 1] + rng.normal(size=design.nobs)
    y = y - (dummies(design.entity) @ np.array([y[design.entity == i].mean() for i in range(20)]))
    fit = random_effects(replace(design, y=y))
    assert fit.statistics["sigma_u"] == 0.0 and fit.statistics["theta_max"] == 0.0
    assert "pooled ols" in fit.warnings[0]


def test_singletons_do_no_harm():
    design = draw(3)
    alone = replace(design, entity=np.append(design.entity[:-1], design.entity.max() + 1))
    fit = ols(alone, effects=["entity", "time"])
    without = ols(alone.rows(np.arange(design.nobs) < design.nobs - 1), effects=["entity", "time"])
    assert_allclose(fit.params, without.params, rtol=1e-9)
    assert abs(fit.residuals[-1]) < 1e-12


def spoiled(term, values):
    design = draw(4)
    return replace(
        design, terms=terms_of(*design.labels, term), x=np.column_stack([design.x, values(design)])
    )


REFUSALS = [
    (lambda d: 2 * d.x[:, 1] - d.x[:, 2], ols, "'c' is an exact linear combination of a, b;"),
    (lambda d: 3.0 + d.x[:, 1], ols, "'c' is an exact linear combination of const, a;"),
    (lambda d: np.full(d.nobs, 7.0), ols, "'c' does not vary; leave it out"),
    (lambda d: np.zeros(d.nobs), ols, "'c' does not vary; leave it out"),
    (lambda d: 1e6 + d.entity**2.0, FITS["within"], "'c' does not vary within entity: the entity effects"),
    (lambda d: d.time**2.0, FITS["two_way"], "'c' does not vary within time: the time effects"),
    (
        lambda d: d.time + d.entity**2.0,
        FITS["two_way"],
        "'c' is a sum of parts of entity and time: the effects absorb it",
    ),
    (lambda d: d.x[:, 1] + d.entity, FITS["within"], "'c' is an exact linear combination of a;"),
    (lambda d: d.entity**2.0, first_difference, "'c' does not change from one period to the next"),
    (lambda d: d.time, first_difference, "'c' changes by the same amount in every row"),
    (lambda d: d.x[:, 1] * 2, random_effects, "'c' is an exact linear combination of a;"),
    (lambda d: d.x[:, 1] * 2, between, "'c' is an exact linear combination of a;"),
]


@pytest.mark.parametrize(("values", "estimate", "message"), REFUSALS)
def test_regressors_that_cannot_be_used_are_named(values, estimate, message):
    with pytest.raises(EstimationError) as problem:
        estimate(spoiled("c", values))
    assert message in str(problem.value)


@pytest.mark.parametrize(
    ("estimate", "message"),
    [
        (ols, "3 rows are too few to estimate 3 parameters"),
        (FITS["within"], "3 rows are too few to estimate 3 parameters"),
        (between, "1 entities are too few to estimate 3 parameters"),
        (random_effects, "3 rows are too few"),
        (lambda d: ols(d, effects=["firm"]), "effect 'firm' is not known; allowed: entity, region, time"),
        (lambda d: ols(d, effects=["time", "time"]), "effects names 'time' twice"),
    ],
)
def test_too_few_rows_and_wrong_effects(estimate, message):
    design = draw(4)
    with pytest.raises(EstimationError) as problem:
        estimate(design.rows((design.entity == 0) & (np.arange(design.nobs) < 3)))
    assert message in str(problem.value)


@pytest.mark.parametrize("estimate", [between, first_difference, random_effects])
def test_weights_are_refused_where_they_have_no_agreed_meaning(estimate):
    with pytest.raises(EstimationError, match="takes no weights"):
        estimate(draw(0, weighted=True))


def test_no_two_consecutive_periods():
    design = make([1.0, 2.0, 3.0], [[1.0], [2.0], [4.0]], [0, 0, 1], [2000, 2002, 2000], ["x"])
    with pytest.raises(EstimationError, match="two consecutive periods"):
        first_difference(design)
