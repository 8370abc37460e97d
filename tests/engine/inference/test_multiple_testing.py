"""Holm and Romano-Wolf: a worked example, what they must hold, and where they must agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from statsmodels.stats.multitest import multipletests

from replication.errors import EstimationError
from replication.estimate.covariances.wild_bootstrap import bootstrap_statistics
from replication.estimate.linear.linear import ols
from replication.inference.multiple_testing import holm, romano_wolf
from tests.support.linear_panels import grunfeld

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=12)
seeds = st.integers(0, 10_000)


@given(p_lists)
@settings(
    max_examples=20, deadline=None
)  # statsmodels looks for garbage at each call; order and ties are seen
def test_holm_is_that_of_statsmodels(p_values):
    assert_allclose(holm(np.array(p_values)), multipletests(p_values, method="holm")[1], rtol=1e-12)


def test_holm_by_hand():
    """Four p values in no order: 4 x .01, 3 x .02, then 2 x .03 and .04 held at the one before."""
    assert_allclose(holm(np.array([0.03, 0.01, 0.04, 0.02])), [0.06, 0.04, 0.06, 0.06])
    assert_allclose(holm(np.array([0.03, np.nan, 0.02])), [0.04, np.nan, 0.04])


def one_at_a_time(statistics, draws):
    """The stepdown one hypothesis and one draw at a time (Romano and Wolf 2016)."""
    order = np.argsort(-statistics)
    p, last = np.empty(len(statistics)), 0.0
    for place, j in enumerate(order):
        remaining = order[place:]
        larger = sum(max(row[remaining]) >= statistics[j] for row in draws)
        last = max(last, (larger + 1) / (len(draws) + 1))
        p[j] = last
    return p


@given(seeds, st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_stepdown(seed, m):
    rng = np.random.default_rng(seed)
    statistics, draws = np.abs(rng.normal(size=m) * 2), np.abs(rng.normal(size=(59, m)))
    found = romano_wolf(statistics, draws)
    assert_allclose(found, one_at_a_time(statistics, draws), rtol=1e-12)
    alone = ((draws >= statistics).sum(axis=0) + 1) / 60
    assert (found >= alone).all()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_hypotheses_that_move_as_one_cost_nothing(seed):
    rng = np.random.default_rng(seed)
    drawn = np.abs(rng.normal(size=99))
    found = romano_wolf(np.array([1.5, 1.5, 1.5]), np.column_stack([drawn] * 3))
    assert_allclose(found, (np.sum(drawn >= 1.5) + 1) / 100)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_rounding_does_not_decide_whether_a_draw_is_as_large(seed):
    rng = np.random.default_rng(seed)
    statistics, draws = np.abs(rng.normal(size=3)), np.abs(rng.normal(size=(19, 3)))
    draws[:2] = statistics
    rounded = draws * (1.0 + 1e-14 * rng.uniform(-1, 1, size=draws.shape))
    assert_array_equal(romano_wolf(statistics, rounded), romano_wolf(statistics, draws))


def test_grunfeld_counts():
    """Alone, a coefficient's p value is that of the draws at least as large: 4 and 24 of 1,024 sign vectors,
    the identity and its mirror among them (tests/engine/estimate/test_wild_bootstrap.py)."""
    data, draws = bootstrap_statistics(ols(grunfeld()))
    alone = [romano_wolf(data[[j]], draws[:, [j]])[0] for j in (1, 2)]
    assert_allclose(np.array(alone) * 1025, [5, 25], rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: holm(np.array([0.5, 1.5])), "a p value is outside 0 to 1"),
        (lambda: romano_wolf(np.ones(2), np.ones((5, 3))), "do not fit"),
        (lambda: romano_wolf(np.ones(2), np.ones((0, 2))), "do not fit"),
        (lambda: romano_wolf(np.array([1.0, np.nan]), np.ones((5, 2))), "a statistic is missing"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError, match=message):
        call()
