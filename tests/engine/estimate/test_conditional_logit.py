"""Conditional logit: Stata's print, statsmodels, every way to place the ones, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root
from scipy.special import logsumexp
from statsmodels.discrete.conditional_models import ConditionalLogit

from replication.errors import EstimationError
from replication.estimate.covariances.over_time import driscoll_kraay
from replication.estimate.covariances.pairs_bootstrap import pairs_bootstrap
from replication.estimate.covariances.sandwich import classical, clustered, hc0
from replication.estimate.design import Design
from replication.estimate.limited.binary import logit
from replication.estimate.limited.conditional_logit import (
    _alike,
    conditional_likelihood,
    conditional_logit,
    log_sums,
)
from replication.panel.cause import Cause
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.spec.entries import ModelSpec
from replication.study.one_model import plan, run_model
from tests.support.limited_data import design
from tests.support.linear_panels import errors

Y = np.array([0, 1, 0, 1, 0, 1, 0, 1, 1, 1])
GROUP = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
X1 = np.array([0, 1, 0, 0, 1, 1, 0, 0, 1, 0])
X2 = np.array([0, 0, 1, 0, 0, 1, 0, 1, 1, 1])


def choices(seed: int, *, entities: int = 25, longest: int = 7, k: int = 2) -> Design:
    """Entities of different lengths with effects that go with the regressors."""
    random = np.random.default_rng(seed)
    sizes = random.integers(2, longest + 1, entities)
    entity = np.repeat(np.arange(entities), sizes)
    level = random.normal(size=entities)[entity]
    x = random.normal(size=(len(entity), k)) + 0.5 * level[:, None]
    y = random.uniform(size=len(entity)) < 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.4 * x[:, 1] + level)))
    time = np.concatenate([np.arange(size) for size in sizes])
    names = tuple("abcdef"[:k])
    whole = np.column_stack([np.ones(len(entity)), x])
    return design(y, whole, ("const", *names), entity, time, clusters={"half": entity % 3})


@pytest.mark.parametrize(
    ("x", "params", "std_errors"),
    [((X1,), [0.9272407], [1.295155]), ((X1, X2), [1.011074, 1.236758], [1.420784, 1.361738])],
)
def test_as_printed_by_stata(x, params, std_errors) -> None:
    """Stata's `clogit`, printed to seven digits; in statsmodels discrete/tests/test_conditional.py."""
    columns = np.column_stack(x)
    fit = conditional_logit(design(Y, columns, ("a", "b")[: len(x)], GROUP), effects=["entity"])
    np.testing.assert_allclose(fit.params, params, rtol=5e-7)
    np.testing.assert_allclose(errors(classical(fit)), std_errors, rtol=5e-7)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_statsmodels_agrees(seed: int) -> None:
    """Where its score is zero, for its search stops before; its Hessian is one of differences."""
    data = choices(seed)
    fit = conditional_logit(data, effects=["entity"])
    used = data.rows(fit.kept)
    program = ConditionalLogit(used.y, used.x[:, 1:], groups=used.entity)
    found = root(program.score, np.zeros(2), tol=1e-13)
    np.testing.assert_allclose(fit.params, found.x, rtol=1e-7, atol=1e-9)
    assert fit.statistics["loglikelihood"] == pytest.approx(program.loglike(found.x), rel=1e-12)
    assert fit.statistics["loglikelihood_null"] == pytest.approx(program.loglike(np.zeros(2)), rel=1e-12)
    np.testing.assert_allclose(np.linalg.inv(fit.bread), -program.hessian(found.x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0, atol=1e-8)
    for entity in np.unique(used.entity)[:3]:
        place = int(np.searchsorted(np.unique(used.entity), entity))
        score = program.score_grp(place, found.x)
        np.testing.assert_allclose(fit.scores[used.entity == entity].sum(axis=0), score, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000), st.floats(0.1, 300))
def test_every_way_to_place_the_ones(seed: int, size: float) -> None:
    """The sum, the probabilities and the covariance against all combinations, also where exp overflows."""
    random = np.random.default_rng(seed)
    rows, groups = int(random.integers(2, 8)), 3
    ones = int(random.integers(1, rows))
    x, b = random.normal(size=(groups * rows, 2)), size * random.normal(size=2)
    codes = np.repeat(np.arange(groups), rows)
    y = np.concatenate([random.permutation(np.arange(rows) < ones) for _ in range(groups)]).astype(float)
    found = conditional_likelihood(x, y, list(_alike(y, codes)), b)
    hessian = np.zeros((2, 2))
    for g in range(groups):
        own, chosen = x[codes == g], y[codes == g]
        ways = np.array([[i in way for i in range(rows)] for way in combinations(range(rows), ones)], float)
        logs = ways @ own @ b
        total = logsumexp(logs)
        assert log_sums((own @ b)[None], ones)[-1, 0, ones] == pytest.approx(total, rel=1e-12, abs=1e-10)
        p = np.exp(logs - total)
        np.testing.assert_allclose(
            found.scores[codes == g], own * (chosen - p @ ways)[:, None], rtol=1e-8, atol=1e-10
        )
        sums = ways @ own
        centred = sums - p @ sums
        hessian -= (centred * p[:, None]).T @ centred
        assert found.rows[g] == pytest.approx(chosen @ own @ b - total, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(found.hessian, hessian, rtol=1e-7, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 100_000))
def test_two_rows_each_are_a_logit_of_differences(seed: int) -> None:
    """Chamberlain (1980): of pairs with one 1, whether it is the second, on the change and no constant."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(80, 2))
    entity, time = np.repeat(np.arange(40), 2), np.tile([0, 1], 40)
    y = (random.uniform(size=80) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    fit = conditional_logit(design(y, x, ("a", "b"), entity, time), effects=["entity"])
    change, moved = np.diff(x.reshape(40, 2, 2), axis=1)[:, 0], np.diff(y.reshape(40, 2))[:, 0]
    pairs = moved != 0
    other = logit(design((moved[pairs] > 0) * 1.0, change[pairs], ("a", "b")))
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(classical(fit).matrix, classical(other).matrix, rtol=1e-7)
    raw = clustered(fit, groups_factor=False, parameters_factor=False)
    np.testing.assert_allclose(errors(raw), errors(hc0(other)), rtol=1e-7)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000), st.floats(1e-3, 1e3))
def test_units_levels_and_sides(seed: int, unit: float) -> None:
    """What is constant within a group does not matter, nor which outcome is called one."""
    data = choices(seed)
    fit = conditional_logit(data, effects=["entity"])
    shift = np.random.default_rng(seed).normal(size=100)[data.entity]
    moved = data.x * [1, unit, 1] + np.outer(shift, [0, 5, -2])
    again = conditional_logit(replace(data, x=moved), effects=["entity"])
    np.testing.assert_allclose(again.params * [unit, 1], fit.params, rtol=1e-6, atol=1e-8)
    other = conditional_logit(replace(data, y=1 - data.y), effects=["entity"])
    np.testing.assert_allclose(other.params, -fit.params, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(clustered(other).matrix, clustered(fit).matrix, rtol=1e-6)


def test_long_groups() -> None:
    """Three groups of 400 rows, 200 of them ones: 10^119 ways each."""
    random = np.random.default_rng(3)
    x, entity = random.normal(size=(1200, 1)), np.repeat(np.arange(3), 400)
    y = np.concatenate([random.permutation(np.arange(400) < 200) for _ in range(3)]).astype(float)
    y = np.where(random.uniform(size=1200) < 0.3, x[:, 0] > 0, y)
    fit = conditional_logit(design(y, x, ("a",), entity), effects=["entity"])
    dummies = np.column_stack([x, pd.get_dummies(entity).to_numpy(float)])
    written = logit(design(y, dummies, ("a", "u", "v", "w")))
    assert fit.converged
    assert fit.params[0] == pytest.approx(written.params[0], rel=0.01)  # the bias is of the order 1 / T


def test_groups_without_variation_leave_with_their_reason() -> None:
    table = pd.DataFrame({"unit": [f"u{i}" for i in GROUP], "year": np.r_[0:3, 0:3, 0:4], "y": Y, "x": X1})
    same = pd.DataFrame({"unit": ["none"] * 2 + ["all"] * 2, "year": [0, 1, 0, 1], "y": [0, 0, 1, 1], "x": 1})
    same["x"] = [3, 4, 5, 6]
    keys = {"estimator": "conditional_logit", "effects": ["entity"]}
    model = ModelSpec(id="m", formula="y ~ x", **keys)
    panel = panel_of(Reading(pd.concat([table, same]), "rows"), "unit", "year", {})
    found = run_model(panel, plan(model))
    assert found.account.dropped == ((Cause("only one outcome within its entity"), 4),)
    assert set(found.dropped["entity"]) == {"none", "all"}
    assert found.account.nobs == 10
    assert any("2 levels of entity have one outcome only" in line for line in found.account.warnings)
    assert any(line.endswith(("none, all.", "all, none.")) for line in found.account.warnings)
    assert found.estimates["estimate"][0] == pytest.approx(0.9272407, rel=5e-7)


def test_errors_are_by_group_or_by_what_contains_it() -> None:
    data = choices(5)
    fit = conditional_logit(data, effects=["entity"])
    assert np.isfinite(errors(clustered(fit))).all()
    assert np.isfinite(errors(clustered(fit, cluster=["half"]))).all()
    words = (
        "the rows of one entity are one draw of conditional_logit; allowed: classical, or clustered by entity"
    )
    for error in (hc0, driscoll_kraay, lambda fit: clustered(fit, cluster=["time"])):
        with pytest.raises(EstimationError, match=words):
            error(fit)
    by_half = conditional_logit(data, effects=["half"])
    with pytest.raises(EstimationError, match="the rows of one half are one draw"):
        clustered(by_half)
    with pytest.raises(EstimationError, match="the rows of one half are one draw"):
        pairs_bootstrap(by_half, lambda d: conditional_logit(d, effects=["half"]), cluster=["half"])
    drawn = pairs_bootstrap(fit, lambda d: conditional_logit(d, effects=["entity"]), draws=50)
    assert np.isfinite(errors(drawn)).all()


def test_what_cannot_be_estimated_is_named() -> None:
    data = choices(1)
    with pytest.raises(EstimationError, match=r"effects is \[\]; allowed: the one grouping"):
        conditional_logit(data)
    with pytest.raises(EstimationError, match="allowed: the one grouping"):
        conditional_logit(data, effects=["entity", "time"])
    with pytest.raises(EstimationError, match="takes no weights"):
        conditional_logit(replace(data, weights=np.ones(data.nobs)), effects=["entity"])
    with pytest.raises(EstimationError, match="'y' must be 0 or 1, found 2"):
        conditional_logit(replace(data, y=data.y + 1), effects=["entity"])
    with pytest.raises(EstimationError, match="no entity has both outcomes of 'y'"):
        conditional_logit(replace(data, y=(data.entity % 2).astype(float)), effects=["entity"])
    fixed = data.x.copy()
    fixed[:, 2] = data.entity**2
    with pytest.raises(EstimationError, match="'b' does not vary within entity"):
        conditional_logit(replace(data, x=fixed), effects=["entity"])
    mean = np.bincount(data.entity, data.x[:, 1]) / np.bincount(data.entity)
    above = (data.x[:, 1] > mean[data.entity]).astype(float)
    with pytest.raises(EstimationError, match="combination of a, b predicts 'y' perfectly"):
        conditional_logit(replace(data, y=above), effects=["entity"])
