"""Negative binomial regression: Stata's print, numerical derivatives, limits and units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered
from replication.estimate.design import Design
from replication.estimate.limited.negative_binomial import _likelihood, negative_binomial
from replication.estimate.limited.poisson import ppml
from tests.support.count_data import cross_section, panel, randhie
from tests.support.terms import terms_of


def overdispersed(seed: int, n: int = 150) -> Design:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    mean = np.exp(0.8 + 0.4 * x[:, 0] - 0.3 * x[:, 1])
    return cross_section(
        "y", ("const", "a", "b"), random.poisson(mean * random.gamma(1.0, 1.0, n)).astype(float), x
    )


def test_randhie_against_stata() -> None:
    # statsmodels' discrete/tests/results/results_discrete.py, RandHIE.negativebinomial_nb2_bfgs: coefficients
    # of R's MASS glm.nb, whose stopping rule leaves 1e-8; lnalpha, its error, the intervals and likelihoods
    # of Stata's nbreg, printed to the digits below (a standard error is its interval over 2 x 1.959964).
    fit = negative_binomial(randhie())
    coefficients = {
        "lncoins": (-0.0579469537244314, -0.0698826, -0.0460113),
        "idp": (-0.267787718814838, -0.3122654, -0.2233101),
        "lpi": (0.0412060770911646, 0.0330781, 0.049334),
        "fmde": (-0.0381376804392121, -0.0448006, -0.0314748),
        "physlm": (0.268915772213171, 0.2102246, 0.3276069),
        "disea": (0.0381637446219235, 0.0352959, 0.0410316),
        "hlthg": (-0.0441338846217674, -0.0834356, -0.0048321),
        "hlthf": (0.0172521803400544, -0.0535908, 0.0880951),
        "hlthp": (0.177960787443151, 0.0324115, 0.3235101),
        "const": (0.663556087183864, 0.6150055, 0.7121067),
    }
    error = dict(zip(fit.labels, np.sqrt(np.diag(classical(fit).matrix)), strict=True))
    value = dict(zip(fit.labels, fit.params, strict=True))
    for term, (b, low, high) in coefficients.items():
        assert value[term] == pytest.approx(b, abs=1e-8)
        assert error[term] == pytest.approx((high - low) / (2 * 1.959963985), abs=6e-8)
    assert value["lnalpha"] == pytest.approx(0.256929012449, abs=1e-8)
    assert error["lnalpha"] == pytest.approx(0.0143932, abs=6e-8)
    assert fit.statistics["loglikelihood"] == pytest.approx(-43383.66207653563, abs=1e-6)
    assert fit.statistics["loglikelihood_null"] == pytest.approx(-44199.27443563430279, abs=1e-6)
    assert fit.statistics["alpha"] == pytest.approx(1.292953339909746, abs=2e-8)
    assert fit.converged


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.floats(-6, 3))
def test_likelihood_and_its_derivatives(seed: int, lnalpha: float) -> None:
    design = overdispersed(seed, 30)
    weights, offset = np.random.default_rng(seed).uniform(0.5, 2, (2, 30))
    theta = np.array([0.5, 0.3, -0.2, lnalpha])

    def at(point: np.ndarray) -> object:
        return _likelihood(point, design.y, design.x, weights, offset)

    here, r = at(theta), np.exp(-lnalpha)
    mean = np.exp(design.x @ theta[:-1] + offset)
    np.testing.assert_allclose(
        here.rows, weights * nbinom.logpmf(design.y, r, r / (r + mean)), rtol=1e-9, atol=1e-11
    )
    steps = 1e-5 * np.eye(4)
    slope = [(at(theta + h).value - at(theta - h).value) / 2e-5 for h in steps]
    bend = [(at(theta + h).gradient - at(theta - h).gradient) / 2e-5 for h in steps]
    np.testing.assert_allclose(here.gradient, slope, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(here.hessian, bend, rtol=1e-5, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.floats(1e-3, 1e3))
def test_units_of_a_regressor(seed: int, unit: float) -> None:
    design = overdispersed(seed)
    plain = negative_binomial(design)
    scaled = negative_binomial(replace(design, x=design.x * [1.0, unit, 1.0]))
    by = np.array([1.0, unit, 1.0, 1.0])
    np.testing.assert_allclose(scaled.params * by, plain.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(
        np.sqrt(np.diag(clustered(scaled).matrix)) * by, np.sqrt(np.diag(clustered(plain).matrix)), rtol=1e-6
    )
    np.testing.assert_allclose(plain.scores.sum(axis=0), 0.0, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_exposure_against_statsmodels(seed: int) -> None:
    design = overdispersed(seed)
    exposure = np.exp(np.random.default_rng(seed).normal(size=design.nobs))
    exposed = replace(design, extra={"exposure": exposure}, extra_terms={"exposure": terms_of("pop")})
    fit = negative_binomial(exposed)
    model = sm.NegativeBinomial(design.y, design.x, exposure=exposure)
    found = model.fit(start_params=np.append(fit.params[:-1], np.exp(fit.params[-1])), disp=0, gtol=1e-9)
    np.testing.assert_allclose(fit.params[:-1], found.params[:-1], rtol=1e-5, atol=1e-6)
    assert fit.statistics["loglikelihood"] == pytest.approx(found.llf, rel=1e-10)
    ones = sm.NegativeBinomial(design.y, np.ones(design.nobs), exposure=exposure)
    null = ones.fit(start_params=[0.5, 1.0], disp=0, gtol=1e-9)
    assert fit.statistics["loglikelihood_null"] == pytest.approx(null.llf, rel=1e-8)


def test_whole_weights_are_repeated_rows() -> None:
    design = overdispersed(4)
    times = np.random.default_rng(4).integers(1, 4, design.nobs)
    weighted = negative_binomial(replace(design, weights=times.astype(float)))
    repeated = negative_binomial(design.rows(np.repeat(np.arange(design.nobs), times)))
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=1e-8)


def test_no_overdispersion_is_poisson() -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(200, 1))
    y = random.binomial(6, 1 / (1 + np.exp(-x[:, 0]))).astype(float)  # less dispersed than Poisson
    design = cross_section("y", ("const", "x"), y, x)
    fit, plain = negative_binomial(design), ppml(design)
    np.testing.assert_array_equal(fit.params, plain.params)
    assert fit.labels == ("const", "x")
    assert fit.statistics["alpha"] == 0
    assert fit.warnings[-1].startswith("No overdispersion: the likelihood is highest at alpha = 0")


def test_nearly_poisson_still_converges() -> None:
    random = np.random.default_rng(8)
    x = random.normal(size=(4000, 1))
    y = random.poisson(np.exp(1.0 + 0.5 * x[:, 0]) * random.gamma(200.0, 1 / 200, 4000)).astype(float)
    fit = negative_binomial(cross_section("y", ("const", "x"), y, x))
    assert fit.converged
    assert 0 < fit.statistics["alpha"] < 0.02
    assert fit.statistics["lr_overdispersion"] > 0


def test_separated_rows_are_left_out() -> None:
    design = overdispersed(1)
    y, war = design.y.copy(), np.zeros(design.nobs)
    y[:3], war[:3] = 0.0, 1.0
    fit = negative_binomial(
        replace(design, y=y, x=np.column_stack([design.x, war]), terms=terms_of(*design.labels, "war"))
    )
    alone = negative_binomial(replace(design, y=y).rows(np.arange(design.nobs) >= 3))
    np.testing.assert_allclose(fit.params, alone.params, rtol=1e-8)
    assert fit.labels == ("const", "a", "b", "lnalpha")
    assert fit.kept.sum() == design.nobs - 3
    assert "war predicts an outcome of zero perfectly" in fit.warnings[0]


def test_negative_counts_are_refused() -> None:
    with pytest.raises(EstimationError, match="'y' must not be negative, found -1 for entity 0, 1980"):
        negative_binomial(replace(panel(1), y=panel(1).y - 1 - panel(1).y[0]))
