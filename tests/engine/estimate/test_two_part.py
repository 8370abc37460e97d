"""Two-part model: it is two models, exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.estimate.limited.binary import probit
from replication.estimate.limited.two_part import two_part
from tests.support.limited_data import design, simulated, std_errors
from tests.support.terms import terms_of


def hurdle_design(seed: int, n: int = 150):
    """Zero, or a lognormal amount."""
    x, index, random = simulated(seed, n)
    y = np.where(index + random.normal(size=n) > 0, np.exp(index + 0.5 * random.normal(size=n)), 0.0)
    return design(y, x, ("const", "a", "b"))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_a_probit_and_least_squares_of_logs(seed: int) -> None:
    data = hurdle_design(seed)
    fit = two_part(data)
    positive = data.y > 0
    first = sm.Probit(positive * 1.0, data.x).fit(disp=0, method="newton", tol=1e-12)
    second = sm.OLS(np.log(data.y[positive]), data.x[positive]).fit()
    assert fit.statistics["loglikelihood"] == pytest.approx(first.llf + second.llf, rel=1e-11)
    np.testing.assert_allclose(fit.params[:3], second.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.params[3:6], first.params, rtol=1e-7, atol=1e-9)
    ml = np.sqrt(second.df_resid / second.nobs)
    np.testing.assert_allclose(std_errors(fit)[:3], second.bse * ml, rtol=1e-8)
    np.testing.assert_allclose(std_errors(fit)[3:6], first.bse, rtol=1e-6)
    assert fit.params[6] == pytest.approx(np.sqrt(second.scale) * ml, rel=1e-9)


def test_robust_errors_are_those_of_the_parts() -> None:
    data = hurdle_design(3)
    fit = two_part(data)
    positive = data.y > 0
    robust = np.sqrt(np.diag(fit.bread @ fit.scores.T @ fit.scores @ fit.bread))
    second = sm.OLS(np.log(data.y[positive]), data.x[positive]).fit(cov_type="HC0")
    np.testing.assert_allclose(robust[:3], second.bse, rtol=1e-8)
    first = sm.Probit(positive * 1.0, data.x).fit(disp=0, method="newton", tol=1e-12, cov_type="HC0")
    np.testing.assert_allclose(robust[3:6], first.bse, rtol=1e-6)
    assert np.abs(fit.scores.sum(axis=0)).max() < 1e-8


def test_levels_likelihood_has_the_lognormal_jacobian() -> None:
    data = hurdle_design(4)
    fit = two_part(data)
    jacobian = np.log(data.y[data.y > 0]).sum()
    assert fit.statistics["levels_loglikelihood"] == pytest.approx(fit.statistics["loglikelihood"] - jacobian)


def test_names_and_a_selection_equation_of_its_own() -> None:
    data = hurdle_design(5)
    assert two_part(data).labels == (
        *("const", "a", "b", "selection:const", "selection:a", "selection:b", "sigma"),
    )
    other = np.random.default_rng(5).normal(size=(data.nobs, 1))
    own = replace(data, extra={"selection": other}, extra_terms={"selection": terms_of("z")})
    fit = two_part(own)
    assert fit.labels == ("const", "a", "b", "selection:const", "selection:z", "sigma")
    z = np.column_stack([np.ones(data.nobs), other])
    first = probit(replace(data, y=(data.y > 0) * 1.0, x=z, terms=terms_of("const", "z")))
    np.testing.assert_allclose(fit.params[3:5], first.params, rtol=1e-12)


def test_units_of_the_outcome_move_the_constant_alone() -> None:
    data = hurdle_design(6)
    fit, scaled = two_part(data), two_part(replace(data, y=1000 * data.y))
    assert scaled.params[0] == pytest.approx(fit.params[0] + np.log(1000), rel=1e-10)
    np.testing.assert_allclose(scaled.params[1:], fit.params[1:], rtol=1e-9)


def test_negative_outcomes_are_counted_and_extremes_refused() -> None:
    data = hurdle_design(7)
    y = data.y.copy()
    y[np.flatnonzero(y == 0)[:3]] = -2.0
    fit = two_part(replace(data, y=y))
    assert fit.warnings[0] == "3 negative outcomes count as not positive."
    np.testing.assert_array_equal(fit.params, two_part(data).params)
    with pytest.raises(EstimationError, match="positive in all 150 rows"):
        two_part(replace(data, y=data.y + 1))
    with pytest.raises(EstimationError, match="positive in none of the 150 rows"):
        two_part(replace(data, y=-data.y))
    few = replace(data, y=np.where(np.arange(150) < 3, 1.0, 0.0))
    with pytest.raises(
        EstimationError, match="predicts|rows with a positive outcome has 3 rows, too few for 3"
    ):
        two_part(few)
