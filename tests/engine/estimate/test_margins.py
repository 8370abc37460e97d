"""Average marginal effects against Stata, statsmodels and numerical derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.datasets import spector

from replication.errors import EstimationError
from replication.estimate.limited.binary import logit, probit
from replication.estimate.limited.fractional import fractional_logit, fractional_probit
from replication.estimate.limited.tobit import tobit
from replication.estimate.limited.tobit_random import tobit_random_effects
from replication.estimate.margins import average_marginal_effects
from tests.support.limited_data import (
    MROZ_TERMS,
    assert_printed,
    design,
    mroz_women,
    numerical_jacobian,
    simulated,
    std_errors,
)


def spector_design():
    """32 students: GRADE on GPA, TUCE and the dummy PSI (Spector and Mazzeo 1980)."""
    data = spector.load_pandas()
    return design(data.endog, sm.add_constant(data.exog), ("const", "GPA", "TUCE", "PSI"))


def test_logit_with_a_dummy_as_stata_has_it() -> None:
    """Stata 11 `margins`, kept in statsmodels discrete/tests/results/results_discrete.py, Spector.logit."""
    from statsmodels.discrete.tests.results.results_discrete import Spector

    fit = logit(spector_design())
    effects = average_marginal_effects(fit, fit.bread)
    np.testing.assert_allclose(fit.params[[1, 2, 3, 0]], Spector.logit.params, rtol=1e-6)
    np.testing.assert_allclose(effects.effects, Spector.logit.margeff_dummy_dydx, rtol=1e-6)
    np.testing.assert_allclose(effects.std_errors, Spector.logit.margeff_dummy_dydx_se, rtol=1e-5)
    assert tuple(map(str, effects.terms)) == ("GPA", "TUCE", "PSI")


@pytest.mark.parametrize(("estimator", "model"), [(probit, sm.Probit), (logit, sm.Logit)])
def test_statsmodels_agrees(estimator, model) -> None:
    data = spector_design()
    fit = estimator(data)
    ours = average_marginal_effects(fit, fit.bread)
    theirs = model(data.y, data.x).fit(disp=0, tol=1e-13, maxiter=100).get_margeff(dummy=True)
    np.testing.assert_allclose(ours.effects, theirs.margeff, rtol=1e-7)
    np.testing.assert_allclose(ours.std_errors, theirs.margeff_se, rtol=1e-6)


def test_mroz_as_printed_by_stata() -> None:
    """Public lecture notes: `margeff` after probit and logit for the regressors that it takes as continuous,
    and averages of Phi(xb / sigma) b after `tobit`."""
    women = mroz_women()
    printed = {probit: ("-.0036162", ".0014414", "-.0005675"), logit: ("-.0038118", ".0014824", "-.0005633")}
    for estimator, numbers in printed.items():
        fit = estimator(design(women.inlf, women[MROZ_TERMS], MROZ_TERMS))
        effects = average_marginal_effects(fit, fit.bread)
        assert_printed([effects.effects[0], effects.std_errors[0], effects.effects[3]], numbers)
    fit = tobit(design(women.hours, women[MROZ_TERMS], MROZ_TERMS))
    effects = average_marginal_effects(fit, fit.bread)
    assert_printed(effects.effects[:2], ["-5.188622", "47.47311"])


def outcome_design(kind, seed: int = 1):
    """A panel with a continuous and a 0/1 regressor, and an outcome the estimator takes."""
    x, index, random = simulated(seed, 200)
    x[:, 2] = x[:, 2] > 0
    y = index + random.normal(size=200)
    if kind in (probit, logit):
        y = (y > 0).astype(float)
    elif kind in (fractional_logit, fractional_probit):
        y = np.clip(0.5 + 0.3 * y, 0, 1)
    return design(y, x, ("const", "a", "b"), np.repeat(np.arange(20), 10))


CASES = [
    (probit, {}),
    (logit, {}),
    (fractional_logit, {}),
    (fractional_probit, {}),
    (tobit, {}),
    (tobit, {"upper": 1.0}),
    (tobit, {"lower": None, "upper": 0.5}),
    (tobit_random_effects, {"upper": 1.0}),
]


@pytest.mark.parametrize(("estimator", "options"), CASES)
def test_delta_method_is_the_numerical_one(estimator, options) -> None:
    fit = estimator(outcome_design(estimator), **options)
    covariance = fit.bread
    ours = average_marginal_effects(fit, covariance)
    jacobian = numerical_jacobian(
        lambda params: average_marginal_effects(replace(fit, params=params), covariance).effects, fit.params
    )
    np.testing.assert_allclose(ours.covariance, jacobian @ covariance @ jacobian.T, rtol=1e-6)


@pytest.mark.parametrize(("estimator", "options"), CASES[4:])
def test_effect_is_that_on_the_mean_of_simulated_outcomes(estimator, options) -> None:
    """The mean is simulated with the same 200,000 draws at x and a step away; the error is about 1e-3."""
    fit = estimator(outcome_design(estimator), **options)
    k = len(fit.design.labels)
    spread = np.sqrt((fit.params[k:] ** 2).sum())
    noise = spread * np.random.default_rng(0).normal(size=(1000, 200))
    lower, upper = (
        fit.statistics.get(name, bound) for name, bound in (("lower", -np.inf), ("upper", np.inf))
    )

    def mean(x: np.ndarray) -> float:
        return float(np.clip(x @ fit.params[:k] + noise, lower, upper).mean())

    x, step = fit.design.x, np.array([0.0, 0.05, 0.0])
    on, off = x.copy(), x.copy()
    on[:, 2], off[:, 2] = 1, 0
    simulated_effects = [(mean(x + step) - mean(x - step)) / 0.1, mean(on) - mean(off)]
    ours = average_marginal_effects(fit, fit.bread)
    np.testing.assert_allclose(ours.effects, simulated_effects, atol=5e-3)


def test_latent_effects_are_the_coefficients() -> None:
    fit = tobit(outcome_design(tobit))
    effects = average_marginal_effects(fit, fit.bread, on="latent")
    np.testing.assert_allclose(effects.effects, fit.params[1:3], rtol=1e-12)
    np.testing.assert_allclose(effects.std_errors, std_errors(fit)[1:3], rtol=1e-12)


def test_what_has_no_such_effects_is_named() -> None:
    fit = probit(outcome_design(probit))
    with pytest.raises(EstimationError, match="probit has no average marginal effects; allowed: logit"):
        average_marginal_effects(replace(fit, means={}), fit.bread)
    with pytest.raises(EstimationError, match="'laten' is not known; allowed: latent, outcome"):
        average_marginal_effects(fit, fit.bread, on="laten")
