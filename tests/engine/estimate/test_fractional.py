"""Fractional logit and probit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.estimate.limited.binary import logit, probit
from replication.estimate.limited.fractional import fractional_logit, fractional_probit
from tests.support.limited_data import design, simulated

LINKS = {fractional_logit: sm.families.links.Logit(), fractional_probit: sm.families.links.Probit()}


def share_design(seed: int, n: int = 150):
    """Shares, some of them 0 and some 1."""
    x, index, random = simulated(seed, n)
    y = np.clip(1 / (1 + np.exp(-index)) + 0.3 * random.normal(size=n), 0, 1)
    return design(y, x, ("const", "a", "b"))


@pytest.mark.parametrize("estimator", LINKS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_point_estimates_are_those_of_a_binomial_glm(estimator, seed: int) -> None:
    data = share_design(seed)
    fit = estimator(data)
    family = sm.families.Binomial(link=LINKS[estimator])
    other = sm.GLM(data.y, data.x, family=family).fit(tol=1e-13, maxiter=200)
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-6, atol=1e-8)
    assert fit.converged


def test_robust_errors_of_the_logit_are_those_of_the_glm() -> None:
    data = share_design(4)
    fit = fractional_logit(data)
    other = sm.GLM(data.y, data.x, family=sm.families.Binomial()).fit(tol=1e-13, cov_type="HC0")
    robust = fit.bread @ fit.scores.T @ fit.scores @ fit.bread
    np.testing.assert_allclose(robust, other.cov_params(), rtol=1e-8)


@pytest.mark.parametrize(("fractional", "binary"), [(fractional_logit, logit), (fractional_probit, probit)])
def test_shares_of_0_and_1_are_a_binary_outcome(fractional, binary) -> None:
    data = share_design(2)
    data = replace(data, y=(data.y > 0.5).astype(float))
    np.testing.assert_array_equal(fractional(data).params, binary(data).params)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_share_and_its_complement_mirror(seed: int) -> None:
    data = share_design(seed)
    up, down = fractional_logit(data), fractional_logit(replace(data, y=1 - data.y))
    np.testing.assert_allclose(down.params, -up.params, rtol=1e-8, atol=1e-10)


def test_a_share_outside_0_to_1_is_named_with_its_row() -> None:
    data = share_design(1)
    y = data.y.copy()
    y[17] = 1.25
    with pytest.raises(
        EstimationError, match=r"'y' must be a share from 0 to 1, found 1.25 for entity 17, 0; 1 such"
    ):
        fractional_logit(replace(data, y=y))
    with pytest.raises(EstimationError, match="no variation"):
        fractional_probit(replace(data, y=np.full(150, 0.25)))


def test_perfect_prediction_needs_every_row_between_to_stay_put() -> None:
    data = share_design(1)
    dummy = data.x.copy()
    dummy[:, 2] = np.arange(150) < 9
    y = np.where(dummy[:, 2] == 1, 0.0, data.y)
    with pytest.raises(
        EstimationError, match=r"'b' predicts 'y' perfectly: 'y' is 0 in all 9 rows with b > 0"
    ):
        fractional_logit(replace(data, y=y, x=dummy))
    y[0] = 0.4
    assert fractional_logit(replace(data, y=y, x=dummy)).converged
