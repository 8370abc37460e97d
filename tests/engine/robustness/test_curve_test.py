"""The test of a whole curve: brute force, and how often it rejects what is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import projection
from replication.estimate.covariances.wild_bootstrap import coefficient_draws
from replication.estimate.design import Design
from replication.estimate.linear.linear import ols
from replication.estimate.seeds import generator
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.robustness.cells import Batch
from replication.robustness.combinations import combinations
from replication.robustness.curve import curve
from replication.robustness.curve_test import _Lottery, batches_for, curve_test
from replication.robustness.executors import here
from replication.robustness.universe import universe_of
from replication.robustness.work import work_of
from replication.spec.entries import ModelSpec
from replication.spec.robustness_entries import InferenceSpec, RobustnessSpec
from tests.engine.robustness.test_cells import base_of, every_set, table
from tests.support.terms import terms_of


def batch(seed: int = 3, sets: slice = slice(None)) -> Batch:
    members = every_set()[sets]
    return Batch(
        base_of(table(seed), ("entity",), False),
        np.zeros(len(members), dtype=int),
        np.full(len(members), 6),
        members,
        "hc1",
        {},
    )


def test_of_a_single_specification_it_is_the_wild_bootstrap():
    one = batch(sets=slice(3, 4))
    spec = InferenceSpec(draws=499, seed=5)
    found = curve_test([one], spec, "test")
    rows = one.base.rows(np.isfinite(one.base.columns[:, [0, 2, 3, 6]]).all(axis=1))
    columns = rows.columns[:, [2, 3, 6]]
    design = Design("y", terms_of("a", "b", "key"), rows.columns[:, 0], columns, rows.entity, rows.time)
    fit = ols(design, effects=["entity"])
    levels = int(one.base.entity.max()) + 1
    signs = generator(5, "curve test", "signs").integers(2, size=(499, levels)) * 2.0 - 1.0
    present, key = np.unique(rows.entity, return_inverse=True)
    draws = coefficient_draws(fit, projection(fit), key, signs[:, present], 2)
    b = float(fit.params[2])
    assert found.values["median"] == pytest.approx(b)
    assert found.p_values["average z"] == pytest.approx((499 * draws.p_value(b, "included") + 1) / 500)


def by_hand(one: Batch, signs: np.ndarray) -> np.ndarray:
    """(1 + B, 3) the statistics of the data and of draws: each specification fitted anew in each of them."""
    found = []
    for members in one.members:
        columns = one.base.columns[:, [0, *np.flatnonzero(members)]]
        rows = np.isfinite(columns).all(axis=1)
        y, x = columns[rows, 0], np.column_stack([np.ones(rows.sum()), columns[rows, 1:]])
        if np.linalg.matrix_rank(x) < x.shape[1]:
            continue
        firm = one.base.entity[rows]
        without = y - x[:, :-1] @ np.linalg.lstsq(x[:, :-1], y, rcond=None)[0]
        found.append([_b_and_z(v, x, firm) for v in (y, *(without * sign[firm] for sign in signs))])
    b, z = np.moveaxis(np.array(found), 0, 1).T.swapaxes(1, 2)
    size, critical = b.shape[1], stats.norm.ppf(0.975)
    share = np.maximum((z > critical).sum(axis=1), (z < -critical).sum(axis=1)) / size
    return np.column_stack([np.median(b, axis=1), share, z.sum(axis=1) / np.sqrt(size)])


def _b_and_z(y: np.ndarray, x: np.ndarray, firm: np.ndarray) -> tuple[float, float]:
    """The last coefficient, and the normal value as far out as its t, by clusters of firms."""
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    scores = pd.DataFrame(x * (y - x @ b)[:, None]).groupby(firm).sum().to_numpy()
    groups, (n, k) = len(scores), x.shape
    variance = (inverse @ scores.T @ scores @ inverse)[-1, -1] * groups / (groups - 1) * (n - 1) / (n - k)
    t = b[-1] / np.sqrt(variance)
    return b[-1], np.sign(t) * stats.norm.isf(stats.t.sf(abs(t), groups - 1))


@pytest.mark.parametrize(("side", "effect"), [(1.0, 1.0), (-1.0, 1.0), (1.0, 0.05)])
def test_it_is_what_fits_by_hand_give(side, effect):
    made = table(8)
    made["y"] = side * (made["y"] + (effect - 0.5) * made["key"])
    made.loc[made["firm"].isin([0, 5]), "c"] = np.nan  # some specifications have fewer clusters
    some = Batch(base_of(made, (), False), np.zeros(16, int), np.full(16, 6), every_set(), "hc1", {})
    spec = InferenceSpec(draws=99, seed=3)
    signs = generator(3, "curve test", "signs").integers(2, size=(99, 12)) * 2.0 - 1.0
    (data, *drawn), found = by_hand(some, signs), curve_test([some], spec, "test")
    assert found.specifications == 14  # without those in which d is a + b
    assert list(found.values.values()) == pytest.approx(data.tolist())
    assert side * found.values["average z"] > 0
    assert (found.values["share significant"] > 0.5) == (effect == 1.0)
    p_values = (1 + (np.abs(drawn) >= np.abs(data) * (1 - 1e-9)).sum(axis=0)) / 100
    assert list(found.p_values.values()) == pytest.approx(p_values.tolist())


def test_specifications_share_their_signs():
    twice = batch(sets=slice(0, 1))
    both = Batch(twice.base, np.zeros(2, int), np.full(2, 6), np.repeat(twice.members, 2, axis=0), "hc1", {})
    one, two = (curve_test([each], InferenceSpec(draws=99), "test") for each in (twice, both))
    assert two.p_values == one.p_values
    assert two.values["average z"] == pytest.approx(np.sqrt(2) * one.values["average z"])


def test_it_rejects_what_is_true_about_as_often_as_it_says():
    rejected = []
    for seed in range(120):
        random = np.random.default_rng(seed)
        made = table(seed)
        made["y"] = made["a"] + random.normal(size=len(made)) + random.normal(size=12)[made["firm"]]
        members = every_set()[[0, 1, 2, 4, 7]]
        some = Batch(base_of(made, (), False), np.zeros(5, int), np.full(5, 6), members, "hc1", {})
        found = curve_test([some], InferenceSpec(draws=99, seed=seed), "test")
        rejected.append([p <= 0.1 for p in found.p_values.values()])
    shares = np.mean(rejected, axis=0)
    assert ((shares > 0.02) & (shares < 0.19)).all()  # 0.1 and three standard errors of 120 tries


def test_permutation_of_a_term_of_firms_and_what_it_refuses(tmp_path):
    random = np.random.default_rng(2)
    made = table(2)
    treated = random.permutation(np.repeat([0.0, 1.0], 6))
    made["treated"] = treated[made["firm"]]
    made["y"] = made["y"] + 6.0 * made["treated"]
    panel = panel_of(Reading(made, "made up"), "firm", "year", {})
    model = ModelSpec(id="main", formula="y ~ treated + a + b")
    entry = {
        "id": "curve",
        "model": "main",
        "term": "treated",
        "choices": [{"id": "controls", "controls": "all_subsets"}],
        "inference": {"under": "permutation", "cluster": "entity", "draws": 99},
    }
    found = curve(panel, RobustnessSpec.model_validate(entry), model, here, tmp_path)
    assert found.test.specifications == 4
    assert found.test.p_values["median"] == pytest.approx(0.01)
    with pytest.raises(EstimationError, match="varies within entity"):
        curve(panel, RobustnessSpec.model_validate({**entry, "term": "a"}), model, here, tmp_path)


def test_permutation_stays_within_strata():
    one = batch(sets=slice(0, 1))
    base = one.base
    values = np.arange(12.0)[base.entity]
    columns = base.columns.copy()
    columns[:, 6] = values
    columns[3, 6] = np.nan
    fixed = replace(one, base=replace(base, columns=columns))
    lottery = _Lottery([fixed], InferenceSpec(under="permutation", strata="region"))
    drawn = lottery.drawn(fixed, 4).base.columns[:, 6]
    assert np.flatnonzero(np.isnan(drawn)).tolist() == [3]  # what is missing stays so
    moved = pd.Series(drawn).groupby(base.entity).first()
    assert sorted(moved) == list(range(12))
    assert (moved.to_numpy() != np.arange(12)).any()
    assert (moved.to_numpy() // 4 == np.arange(12) // 4).all()


def test_of_many_specifications_some_are_drawn_by_seed(monkeypatch, tmp_path):
    panel = panel_of(Reading(table(2), "made up"), "firm", "year", {})
    model = ModelSpec(id="main", formula="y ~ key + a + b + c")
    choices = [
        {"id": "controls", "controls": "all_subsets"},
        {"id": "without", "leave_out": "region"},
        {"id": "error", "covariance": [{"kind": "hc1"}]},
    ]
    spec = RobustnessSpec.model_validate({"id": "curve", "model": "main", "term": "key", "choices": choices})
    found = universe_of(spec, model, "year", lambda name: [0, 1, 2])
    work = work_of(panel, found, combinations(found, lambda model: ""), common=False)
    every = batches_for(work.first_error, InferenceSpec())
    assert sum(len(one.outcomes) for one in every) == 8 * 4  # with one of the two errors
    monkeypatch.setattr("replication.robustness.curve_test.MOST", 7)
    some = batches_for(work.first_error, InferenceSpec())
    assert sum(len(one.outcomes) for one in some) == 7
    again = batches_for(work.first_error, InferenceSpec())
    assert all((left.members == right.members).all() for left, right in zip(some, again, strict=True))
    moved = []
    for one in some:
        (whole,) = [each for each in every if each.base.columns.shape == one.base.columns.shape]
        assert {tuple(row) for row in one.members} <= {tuple(row) for row in whole.members}
        moved.append((one.members != whole.members[: len(one.members)]).any())
    assert any(moved)  # they are drawn, and not the first
    assert curve_test(some, InferenceSpec(draws=99), "test").specifications == 7


def test_without_least_squares_there_is_no_test():
    with pytest.raises(EstimationError, match="no specification is of the kind"):
        batches_for([], InferenceSpec())
