"""An error that is zero by construction, or rounding, is missing and said; an ordinary one is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.covariances.cluster_robust import cr2
from replication.estimate.covariances.no_variance import without_rounding
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import clustered, hc1
from replication.estimate.diagnostics import wald
from replication.estimate.limited.tobit_random import tobit_random_effects
from replication.estimate.linear.linear import ols
from tests.support.linear_panels import draw, make, seeds

OF_PERIODS = {
    "pcse": pcse,
    "driscoll_kraay": driscoll_kraay,
    "clustered": lambda fit: clustered(fit, cluster=["time"]),
    "cr2": lambda fit: cr2(fit, cluster=["time"]),
}


def two_periods(seed: int, entities: int, scale: float):
    """A balanced panel of two periods, of figures of any size."""
    random = np.random.default_rng(seed)
    x = scale * random.normal(size=(2 * entities, 2))
    y = 100 * scale + x.sum(axis=1) + scale * random.normal(size=2 * entities)
    entity, time = np.repeat(np.arange(entities), 2), np.tile([2000, 2001], entities)
    x = np.column_stack([np.ones(len(y)), x])
    return make(y, x, entity, time, ("const", "a", "b"))


@pytest.mark.parametrize("kind", OF_PERIODS)
@given(seed=st.integers(0, 10_000), entities=st.integers(4, 40), scale=st.sampled_from([1e-6, 1.0, 1e6]))
@settings(max_examples=30, deadline=None)
def test_two_periods_with_entity_effects_leave_errors_of_periods_nothing(kind, seed, entities, scale):
    fit = ols(two_periods(seed, entities, scale), effects=["entity"])
    found = without_rounding(fit, OF_PERIODS[kind](fit))
    table = coefficient_table(fit, found)
    assert table[["std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert any("'a', 'b'" in warning and "zero by construction" in warning for warning in found.warnings)
    assert np.isnan(list(wald(fit, found, ["a", "b"]).values())[0])


@pytest.mark.parametrize("kind", [hc1, clustered, newey_west, *OF_PERIODS.values()])
@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_other_errors_stay_as_they_are(kind, seed):
    for effects in (None, ["entity"]):
        fit = ols(draw(seed), effects=effects)
        found = kind(fit)
        assert without_rounding(fit, found) is found


def test_a_spread_estimated_as_zero_has_no_robust_error():
    at_zero = 0
    for seed in range(8):
        random = np.random.default_rng(seed)
        x = np.column_stack([np.ones(96), random.normal(size=96)])
        y = np.maximum(x[:, 1] + random.normal(size=96), 0)
        fit = tobit_random_effects(make(y, x, np.repeat(range(12), 8), [*range(8)] * 12, ["const", "a"]))
        zero = fit.params[2] < 1e-10
        missing = np.isnan(np.diag(without_rounding(fit, clustered(fit)).matrix))
        assert fit.labels[2] == "sigma_u" and missing.tolist() == [False, False, zero, False]
        at_zero += zero
    assert 0 < at_zero < 8


def test_the_error_of_a_constant_far_from_zero_is_shown():
    design = draw(1)
    fit = ols(replace(design, y=design.y + 1e12))
    table = coefficient_table(fit, without_rounding(fit, clustered(fit)))
    near = coefficient_table(ols(design), clustered(ols(design)))
    np.testing.assert_allclose(table["std_error"], near["std_error"], rtol=1e-2)


def test_a_negative_variance_is_missing_with_a_sentence():
    fit = ols(draw(2))
    shown = clustered(fit)
    below = without_rounding(fit, replace(shown, matrix=shown.matrix - 2 * np.diag(np.diag(shown.matrix))))
    assert coefficient_table(fit, below)["std_error"].isna().all()
    assert any("its variance is negative" in warning for warning in below.warnings)


@pytest.mark.parametrize("effects", [None, ["entity"], ["entity", "time"]])
@pytest.mark.parametrize("weighted", [False, True])
@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_a_perfect_fit_is_said_and_has_no_errors(seed, weighted, effects):
    design = draw(seed, weighted=weighted)
    exact = ols(replace(design, y=design.x @ np.arange(3.0, 3.0 + design.x.shape[1])), effects=effects)
    assert exact.exact and any("explain the outcome in full" in warning for warning in exact.warnings)
    for kind in (hc1, clustered, pcse):
        found = without_rounding(exact, kind(exact))
        assert coefficient_table(exact, found)["std_error"].isna().all()
        assert not any("no error for" in warning for warning in found.warnings)
    assert not ols(design, effects=effects).exact


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_a_search_that_did_not_converge_has_no_errors(seed):
    fit = replace(ols(draw(seed)), converged=False)
    table = coefficient_table(fit, without_rounding(fit, hc1(fit)))
    assert table[["std_error", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)
    assert table["estimate"].notna().all()
