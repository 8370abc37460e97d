"""Randomization inference against lotteries small enough to count by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.design import Design
from replication.estimate.linear.linear import ols
from replication.inference.randomization import assignments, coefficient_of, randomization_test
from tests.support.terms import terms_of

seeds = st.integers(0, 10_000)


def difference(y):
    """Mean of the treated less mean of the others."""
    return lambda treatment: float(y[treatment == 1].mean() - y[treatment == 0].mean())


def test_fishers_lady():
    """Eight cups, four with milk first: all right has p = 2/70 two-sided (Fisher 1935, chapter 2: 1/70)."""
    milk = np.array([1.0, 0, 0, 1, 1, 0, 1, 0])
    found = randomization_test(lambda said: float(np.sum(said == milk)) - 4.0, milk)
    assert found.assignments == 70
    assert_allclose(found.p_value, 2 / 70)
    assert found.statistic == 4.0


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_every_assignment_within_strata(seed):
    """Against a loop over subsets: two strata of four and three, two and one treated."""
    y = np.random.default_rng(seed).normal(size=7)
    treatment, strata = np.array([1.0, 1, 0, 0, 1, 0, 0]), np.array([0, 0, 0, 0, 1, 1, 1])
    statistic = difference(y)
    found = randomization_test(statistic, treatment, strata=strata)
    values = []
    for first in itertools.combinations(range(4), 2):
        for second in range(4, 7):
            drawn = np.isin(np.arange(7), [*first, second]).astype(float)
            values.append(abs(statistic(drawn)))
    assert found.assignments == 18
    assert found.p_value == np.mean(np.array(values) >= abs(statistic(treatment)) * (1 - 1e-9))
    assert round(found.p_value * 18) == pytest.approx(found.p_value * 18) and found.p_value > 0


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_draws_come_near_to_all_assignments(seed):
    """924 assignments against 800 draws: within five binomial deviations, at most 0.09."""
    y = np.random.default_rng(seed).normal(size=12)
    treatment = np.repeat([1.0, 0.0], 6)
    every = randomization_test(difference(y), treatment)
    drawn = randomization_test(difference(y), treatment, draws=800)
    assert (every.assignments, drawn.assignments) == (924, 800)
    assert abs(every.p_value - drawn.p_value) < 0.09
    assert (drawn.p_value * 801) == pytest.approx(round(drawn.p_value * 801)) and drawn.p_value >= 1 / 801


def test_draws_follow_the_seed():
    y, treatment = np.random.default_rng(0).normal(size=30), np.repeat([1.0, 0.0], 15)
    p = [randomization_test(difference(y), treatment, draws=99, seed=s).p_value for s in (1, 1, 2)]
    assert p[0] == p[1] != p[2]


def test_number_of_assignments():
    assert assignments(np.array([1.0, 1, 0, 0]), [np.arange(4)]) == 6
    assert assignments(np.array([1.0, 2, 3, 5, 5]), [np.arange(3), np.array([3, 4])]) == 6


def panel():
    """Six countries in four years; the treatment belongs to the country."""
    rng = np.random.default_rng(3)
    entity, time = np.repeat(np.arange(6), 4), np.tile(np.arange(1990, 1994), 6)
    treated = (entity % 2 == 0).astype(float)
    y = treated + rng.normal(size=6)[entity] + rng.normal(size=24)
    x = np.column_stack([np.ones(24), treated])
    return Design("y", terms_of("const", "treated"), y, x, entity, time)


def test_the_years_of_a_country_stay_together():
    """Countries are of equal size: the statistic of each assignment is a difference of country means."""
    design = panel()
    found = randomization_test(coefficient_of(design, "treated", ols), design.x[:, 1], units=design.entity)
    means = design.y.reshape(6, 4).mean(axis=1)
    values = [
        abs(means[list(s)].mean() - np.delete(means, s).mean()) for s in itertools.combinations(range(6), 3)
    ]
    assert found.assignments == 20
    assert found.p_value == np.mean(np.array(values) >= abs(found.statistic) * (1 - 1e-9))
    assert_allclose(found.statistic, ols(design).params[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": np.arange(24) // 8}, "the treatment varies within a unit"),
        ({"units": np.repeat(np.arange(6), 4), "strata": np.arange(24)}, "the stratum varies within a unit"),
        ({"strata": np.repeat(np.arange(6), 4)}, "does not vary within any stratum"),
        ({"draws": 0}, "draws is 0; allowed: 1 to 999999"),
    ],
)
def test_refusals(change, message):
    design = panel()
    with pytest.raises(EstimationError, match=message):
        randomization_test(lambda _: 0.0, design.x[:, 1], **change)


def test_unknown_term():
    with pytest.raises(EstimationError, match="term 'treat' is not known; allowed: const, treated"):
        coefficient_of(replace(panel()), "treat", ols)
