"""Variance components of random effects: plm's printed values, the definitions written out, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical
from replication.estimate.linear.linear import ols
from replication.estimate.linear.random_effects import random_effects
from replication.estimate.linear.variance_components import panel_of_entities, variance_components
from tests.support.linear_panels import assert_printed, draw, dummies, errors, grunfeld, make, only, seeds

# plm, tests/test_Estimators.Rout.save (mirror of CRAN, commit 5eebefb): variances, theta, coefficients,
# errors.
# Balanced, these are the rows of Baltagi (2013, Table 2.1).
BALANCED = {
    "wallace_hussain": (
        "3089.07 5690.18",
        "0.8374",
        "-57.553864 0.109710 0.307374",
        "25.335537 0.010181 0.017272",
    ),
    "exact": ("2784.46 7089.80", "0.8612", "-57.834415 0.109781 0.308113", "28.898935 0.010493 0.017180"),
    "amemiya": ("2755.15 6477.30", "0.8557", "-57.771054 0.109764 0.307952", "27.961477 0.010421 0.017200"),
    "nerlove": ("2617.39 7350.06", "0.8677", "-57.907362 0.109802 0.308294", "30.106995 0.010576 0.017158"),
}
# The same file without the last row of its data.
UNBALANCED = {
    "wallace_hussain": (
        "2900.88 7663.69",
        "0.8637",
        "-57.874183 0.109792 0.308181",
        "29.422867 0.010552 0.017216",
    ),
    "exact": ("2799.34 7124.82", "0.8612", "-57.846046 0.109784 0.308110", "28.969526 0.010519 0.017224"),
    "amemiya": ("2799.34 6994.34", "0.8599", "-57.831814 0.109780 0.308074", "28.748169 0.010503 0.017229"),
}


def assert_as_printed(fit, printed):
    variances, theta, params, standard_errors = printed
    found = fit.statistics
    assert_printed([found["sigma_e"] ** 2, found["sigma_u"] ** 2], variances)
    assert_printed(found["theta_max"], theta)
    assert_printed(fit.params, params)
    assert_printed(errors(classical(fit)), standard_errors)


@pytest.mark.parametrize("components", BALANCED)
def test_grunfeld_as_plm_prints(components):
    assert_as_printed(random_effects(grunfeld(), components=components), BALANCED[components])


@pytest.mark.parametrize("components", UNBALANCED)
def test_grunfeld_without_its_last_row_as_plm_prints(components):
    """The smallest firm is the last in plm's order; its row of 1954 is left out."""
    design = grunfeld()
    level = [design.y[design.entity == firm].mean() for firm in range(10)]
    last = np.flatnonzero(design.entity == np.argmin(level))[-1]
    found = random_effects(design.rows(np.arange(200) != last), components=components)
    assert_as_printed(found, UNBALANCED[components])


def textbook(design):
    """Matrices of Baltagi (2021, 9.2.1): the effects' dummies, the projection on them, and its complement."""
    z = dummies(design.entity)
    p = z @ np.linalg.inv(z.T @ z) @ z.T
    return z, p, np.eye(len(z)) - p


def by_expectation(design, maker):
    """Both variances such that two sums of squares of maker @ y equal their expected values."""
    z, p, q = textbook(design)
    e = maker @ design.y
    noise, effects = maker @ maker.T, maker @ z @ z.T @ maker.T
    left = np.array([[np.trace(m @ noise), np.trace(m @ effects)] for m in (q, p)])
    return np.linalg.solve(left, [e @ q @ e, e @ p @ e])


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_wallace_hussain_is_unbiased_by_matrices_written_out(seed):
    design = draw(seed)
    x = design.x
    expected = by_expectation(design, np.eye(len(x)) - x @ np.linalg.inv(x.T @ x) @ x.T)
    found = variance_components(panel_of_entities(design), "wallace_hussain")
    assert_allclose(found, expected, rtol=1e-8)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_amemiya_is_unbiased_by_matrices_written_out(seed):
    """Residuals of the within coefficients, about their mean."""
    design = draw(seed)
    _, _, q = textbook(design)
    x = design.x[:, 1:]
    about = np.eye(len(x)) - 1 / len(x)
    expected = by_expectation(design, about @ (np.eye(len(x)) - x @ np.linalg.inv(x.T @ q @ x) @ x.T @ q))
    found = variance_components(panel_of_entities(design), "amemiya")
    assert_allclose(found, expected, rtol=1e-8)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_balanced_components_by_their_definitions(seed):
    """Baltagi (2021, 2.3.1), with the dummies written out."""
    design = draw(seed, share=1.0)
    z, p, q = textbook(design)
    n, entities = len(z), z.shape[1]
    periods = n / entities
    pooled, within = ols(design), ols(design, effects=["entity"])
    u = design.y - design.x[:, 1:] @ within.params
    for name, e in {"wallace_hussain": pooled.residuals, "amemiya": u - u.mean()}.items():
        variance_e = e @ q @ e / (entities * (periods - 1))
        expected = variance_e, (e @ p @ e / entities - variance_e) / periods
        assert_allclose(variance_components(panel_of_entities(design), name), expected, rtol=1e-9)
    effects = np.linalg.lstsq(np.column_stack([z, design.x[:, 1:]]), design.y, rcond=None)[0][:entities]
    expected = within.residuals @ within.residuals / n, effects.var(ddof=1)
    assert_allclose(variance_components(panel_of_entities(design), "nerlove"), expected, rtol=1e-9)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_the_estimate_is_generalised_least_squares_with_those_variances(seed):
    design = draw(seed)
    variance_e, variance_u = variance_components(panel_of_entities(design), "wallace_hussain")
    z, _, _ = textbook(design)
    inverse = np.linalg.inv(variance_e * np.eye(len(z)) + max(variance_u, 0.0) * z @ z.T)
    expected = np.linalg.solve(design.x.T @ inverse @ design.x, design.x.T @ inverse @ design.y)
    assert_allclose(random_effects(design, components="wallace_hussain").params, expected, rtol=1e-8)


def test_what_is_not_defined_is_refused_in_one_line():
    design = draw(1)
    with pytest.raises(EstimationError, match="nerlove needs a balanced panel; found entities of"):
        random_effects(design, components="nerlove")
    still = replace(design, x=np.column_stack([design.x[:, :2], design.entity % 3]))
    with pytest.raises(EstimationError, match="'b' does not vary within entities; allowed with it"):
        random_effects(still, components="amemiya")
    assert random_effects(still, components="wallace_hussain").statistics["sigma_u"] > 0
    alone = make([1.0, 2, 4], [[1.0], [1.0], [1.0]], [0, 1, 2], [0, 0, 0], ["const"])
    for components in ("wallace_hussain", "amemiya", "nerlove"):
        with pytest.raises(EstimationError):
            random_effects(alone, components=components)


@pytest.mark.parametrize("components", ["exact", "wallace_hussain", "amemiya"])
def test_a_constant_alone(components):
    """Without regressors within and pooled residuals differ in nothing but their means."""
    found = random_effects(only(draw(4), ["const"]), components=components)
    assert found.statistics["sigma_u"] > 0
