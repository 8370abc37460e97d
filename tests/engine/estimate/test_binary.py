"""Probit and logit against Stata, statsmodels and what must hold for any data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.estimate.limited.binary import logit, probit
from replication.estimate.margins import average_marginal_effects
from tests.support.limited_data import MROZ_TERMS, assert_printed, design, mroz_women, simulated, std_errors
from tests.support.terms import terms_of

# Stata, `probit` and `logit` of inlf on mroz.dta (Wooldridge's example 15.2), output printed in public
# lecture notes on binary response; const, nwifeinc, educ, exper, expersq, age, kidslt6, kidsge6.
STATA = {
    probit: (
        [".2700768", "-.0120237", ".1309047", ".1233476", "-.0018871", "-.0528527", "-.8683285", ".036005"],
        [".508593", ".0048398", ".0252542", ".0187164", ".0006", ".0084772", ".1185223", ".0434768"],
        {"loglikelihood": "-401.30219", "rsquared_pseudo": "0.2206", "lr_statistic": "227.14"},
    ),
    logit: (
        [".4254524", "-.0213452", ".2211704", ".2058695", "-.0031541", "-.0880244", "-1.443354", ".0601122"],
        [".8603696", ".0084214", ".0434396", ".0320569", ".0010161", ".014573", ".2035849", ".0747897"],
        {"loglikelihood": "-401.76515", "rsquared_pseudo": "0.2197", "lr_statistic": "226.22"},
    ),
}


def binary_design(seed: int, n: int = 120):
    """0/1 outcomes of a logit index, seen to overlap."""
    x, index, random = simulated(seed, n)
    y = (random.uniform(size=n) < 1 / (1 + np.exp(-index))).astype(float)
    y[:2] = (0, 1)
    return design(y, x, ("const", "a", "b"))


@pytest.mark.parametrize("estimator", [probit, logit])
def test_mroz_as_printed_by_stata(estimator) -> None:
    women = mroz_women()
    fit = estimator(design(women.inlf, women[MROZ_TERMS], MROZ_TERMS))
    params, errors, statistics = STATA[estimator]
    assert_printed(fit.params, params)
    assert_printed(
        std_errors(fit), errors, units=1.5
    )  # one of the sixteen errors is one off in the last digit
    assert_printed([fit.statistics[name] for name in statistics], list(statistics.values()))
    assert fit.converged and not fit.warnings


@pytest.mark.parametrize("estimator", [probit, logit])
def test_robust_errors_are_those_of_statsmodels(estimator) -> None:
    data = binary_design(7)
    fit = estimator(data)
    model = {probit: sm.Probit, logit: sm.Logit}[estimator]
    other = model(data.y, data.x).fit(disp=0, method="newton", tol=1e-12, cov_type="HC0")
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-8)
    robust = fit.bread @ fit.scores.T @ fit.scores @ fit.bread
    np.testing.assert_allclose(robust, other.cov_params(), rtol=1e-7)


@pytest.mark.parametrize("estimator", [probit, logit])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), unit=st.floats(1e-4, 1e4), shift=st.floats(-5, 5))
def test_order_units_and_sides(estimator, seed: int, unit: float, shift: float) -> None:
    data = binary_design(seed)
    fit = estimator(data)
    assert np.abs(fit.scores.sum(axis=0)).max() < 1e-8
    order = np.random.default_rng(seed).permutation(data.nobs)
    np.testing.assert_allclose(estimator(data.rows(order)).params, fit.params, rtol=1e-8, atol=1e-10)
    flipped = estimator(replace(data, y=1 - data.y))
    np.testing.assert_allclose(flipped.params, -fit.params, rtol=1e-8, atol=1e-10)
    moved = data.x.copy()
    moved[:, 1] = unit * (moved[:, 1] + shift)
    scaled = estimator(replace(data, x=moved))
    np.testing.assert_allclose(scaled.params[1] * unit, fit.params[1], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(std_errors(scaled)[1] * unit, std_errors(fit)[1], rtol=1e-7)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([probit, logit]), st.integers(0, 100_000), st.floats(-0.5, 0.5))
def test_an_offset_along_a_regressor_moves_its_slope_and_nothing_else(estimator, seed, part) -> None:
    data = binary_design(seed)
    along = replace(data, extra={"offset": part * data.x[:, 1]}, extra_terms={"offset": terms_of("along")})
    plain, shifted = estimator(data), estimator(along)
    np.testing.assert_allclose(shifted.params + part * np.eye(len(data.terms))[1], plain.params, atol=1e-9)
    np.testing.assert_allclose(shifted.bread, plain.bread, rtol=1e-7)
    assert shifted.statistics["loglikelihood"] == pytest.approx(plain.statistics["loglikelihood"], rel=1e-12)
    effects = [average_marginal_effects(fit, fit.bread).effects[1] for fit in (plain, shifted)]
    assert effects[1] == pytest.approx(effects[0], rel=1e-8)  # that of the other regressor
    null = sm.GLM(
        data.y,
        np.ones(data.nobs),
        family=sm.families.Binomial(
            link=sm.families.links.Probit() if estimator is probit else sm.families.links.Logit()
        ),
        offset=along.extra["offset"],
    ).fit(tol=1e-12)
    assert shifted.statistics["loglikelihood_null"] == pytest.approx(null.llf, rel=1e-10)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_expected_information_is_that_of_a_generalised_linear_model(seed: int) -> None:
    data = binary_design(seed)
    fit, observed = probit(data, information="expected"), probit(data)
    family = sm.families.Binomial(link=sm.families.links.Probit())
    peer = sm.GLM(data.y, data.x, family=family).fit(tol=1e-13, maxiter=200)
    np.testing.assert_array_equal(fit.params, observed.params)
    np.testing.assert_allclose(fit.bread, peer.cov_params(), rtol=1e-6, atol=1e-10)
    assert np.abs(fit.bread / observed.bread - 1).max() > 1e-4


def test_a_weight_of_two_is_a_row_twice() -> None:
    data = binary_design(3)
    weights = np.where(np.arange(data.nobs) < 30, 2.0, 1.0)
    twice = data.rows(np.repeat(np.arange(data.nobs), weights.astype(int)))
    weighted, repeated = probit(replace(data, weights=weights)), probit(twice)
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=1e-9)
    # weights have mean one: the information is that of n rows, not of their sum
    np.testing.assert_allclose(weighted.bread * data.nobs, repeated.bread * twice.nobs, rtol=1e-8)


@pytest.mark.parametrize("estimator", [probit, logit])
def test_only_a_constant_gives_the_share(estimator) -> None:
    data = binary_design(5)
    fit = estimator(
        replace(
            data,
            x=data.x[:, :1],
            terms=terms_of(
                "const",
            ),
        )
    )
    assert fit.statistics["loglikelihood"] == pytest.approx(fit.statistics["loglikelihood_null"], rel=1e-12)


def test_what_cannot_be_estimated_is_named() -> None:
    data = binary_design(1)
    with pytest.raises(EstimationError, match=r"'y' must be 0 or 1, found 0.5, 2"):
        probit(replace(data, y=np.r_[0.5, 2.0, data.y[2:]]))
    with pytest.raises(EstimationError, match=r"'y' is 1 in all 120 rows: no variation"):
        logit(replace(data, y=np.ones(120)))
    with pytest.raises(
        EstimationError, match=r"in the sample, 'b' is an exact linear combination of const, a"
    ):
        probit(replace(data, x=np.column_stack([data.x[:, :2], 3 * data.x[:, 1] - 1])))
    with pytest.raises(EstimationError, match=r"2 rows, too few for 3 regressors"):
        probit(data.rows(np.arange(120) < 2))


@pytest.mark.parametrize("estimator", [probit, logit])
def test_perfect_prediction_names_the_regressor(estimator) -> None:
    data = binary_design(1)
    dummy = data.x.copy()
    dummy[:, 2] = np.arange(120) < 7
    for value in (0.0, 1.0):
        y = np.where(dummy[:, 2] == 1, value, data.y)
        with pytest.raises(
            EstimationError, match=rf"'b' predicts 'y' perfectly: 'y' is {value:g} in all 7 rows"
        ):
            estimator(replace(data, y=y, x=dummy))
    split = (data.x[:, 1] > 0.3).astype(float)
    with pytest.raises(EstimationError, match=r"'a' predicts 'y' perfectly: 'y' is 1 in all"):
        estimator(replace(data, y=split))
    with pytest.raises(EstimationError, match=r"a combination of a, b predicts 'y' perfectly"):
        estimator(replace(data, y=(data.x[:, 1] - data.x[:, 2] > 0.1).astype(float)))


def test_a_rare_outcome_is_not_taken_for_perfect_prediction() -> None:
    x, _, random = simulated(11, 5000)
    y = np.zeros(5000)
    y[random.choice(5000, 4, replace=False)] = 1
    fit = logit(design(y, x, ("const", "a", "b")))
    assert fit.converged
    other = sm.Logit(y, x).fit(disp=0, method="newton", tol=1e-12, maxiter=100)
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-6)
