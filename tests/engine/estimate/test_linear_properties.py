"""What must hold for any panel: the numbers do not depend on order, names or units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import classical, clustered, hc0, hc1, hc3
from replication.estimate.linear.linear import between, first_difference, ols
from replication.estimate.linear.random_effects import random_effects
from tests.support.linear_panels import draw, dummies, make, seeds
from tests.support.terms import terms_of

FITS = {
    "pooled": ols,
    "entity": lambda design: ols(design, effects=["entity"]),
    "two_way": lambda design: ols(design, effects=["entity", "time"]),
    "random": random_effects,
    "exact": lambda design: random_effects(design, components="exact"),
    "difference": first_difference,
    "between": between,
}
ERRORS = [classical, hc0, hc1, hc3, clustered, driscoll_kraay, newey_west, pcse]
each_fit = pytest.mark.parametrize("name", FITS)
quick = settings(max_examples=25, deadline=None)


def matrices(fit):
    """Every covariance that the fit allows (entity means have no periods)."""
    kinds = ERRORS[:5] if fit.estimator == "between" else ERRORS
    return [kind(fit).matrix for kind in kinds]


def assert_transformed(first, second, change):
    """params of `second` are change @ those of `first`, and every covariance follows."""
    assert_allclose(second.params, change @ first.params, rtol=1e-7, atol=1e-9)
    for a, b in zip(matrices(first), matrices(second), strict=True):
        scale = np.sqrt(np.abs(np.diag(b))) + 1e-300
        assert_allclose(b / np.outer(scale, scale), change @ a @ change.T / np.outer(scale, scale), atol=1e-6)


@each_fit
@given(seed=seeds)
@quick
def test_entities_in_another_order_under_other_names(name, seed):
    """Rows are sorted by entity, so a relabelling permutes them."""
    design = draw(seed)
    labels = np.random.default_rng(seed).permutation(design.entity.max() + 1)[design.entity]
    order = np.lexsort([design.time, labels])
    moved = replace(design.rows(order), entity=labels[order])
    fit = FITS[name](design)
    assert_transformed(fit, FITS[name](moved), np.eye(len(fit.labels)))


@each_fit
@given(seed=seeds)
@quick
def test_columns_in_another_order(name, seed):
    design = draw(seed)
    swapped = replace(design, terms=terms_of("const", "b", "a"), x=design.x[:, [0, 2, 1]])
    fit = FITS[name](design)
    k = len(fit.labels)
    swap = np.eye(k)[[*range(k - 2), k - 1, k - 2]]
    assert_transformed(fit, FITS[name](swapped), swap)


@each_fit
@given(seed=seeds, y_unit=st.floats(1e-6, 1e6), a_unit=st.floats(1e-6, 1e6))
@quick
def test_other_units(name, seed, y_unit, a_unit):
    """Coefficients and all errors scale exactly with the units of outcome and regressor."""
    design = draw(seed)
    scaled = replace(design, y=design.y * y_unit, x=design.x * np.array([1.0, a_unit, 1.0]))
    fit = FITS[name](design)
    units = np.array([y_unit / a_unit if term == "a" else y_unit for term in fit.labels])
    assert_transformed(fit, FITS[name](scaled), np.diag(units))


@each_fit
@given(seed=seeds)
@quick
def test_a_level_added_to_the_outcome(name, seed):
    """It moves the constant alone, and no error; differences and effects do not see it."""
    design = draw(seed)
    fit, higher = FITS[name](design), FITS[name](replace(design, y=design.y + 100.0))
    moved = [100.0 if term == "const" and name != "difference" else 0.0 for term in fit.labels]
    assert_allclose(higher.params, fit.params + moved, rtol=1e-7, atol=1e-8)
    assert_allclose(classical(higher).matrix, classical(fit).matrix, rtol=1e-6, atol=1e-12)


@given(seeds)
@quick
def test_within_equals_dummies_equals_partialled_out(seed):
    """Frisch, Waugh and Lovell: three ways to the same slopes, with entity and with both effects."""
    design = draw(seed)
    for names in (["entity"], ["entity", "time"]):
        codes = {"entity": design.entity, "time": design.time}
        d = np.column_stack([dummies(codes[name]) for name in names])
        fit = ols(design, effects=names)
        full = np.linalg.lstsq(np.column_stack([design.x[:, 1:], d]), design.y, rcond=None)[0]
        rest = np.column_stack([design.y, design.x[:, 1:]])
        rest = rest - d @ np.linalg.lstsq(d, rest, rcond=None)[0]
        partial = np.linalg.lstsq(rest[:, 1:], rest[:, 0], rcond=None)[0]
        assert_allclose(fit.params, full[:2], rtol=1e-8, atol=1e-10)
        assert_allclose(fit.params, partial, rtol=1e-8, atol=1e-10)
        assert fit.absorbed == np.linalg.matrix_rank(d)


@given(seeds)
@quick
def test_pcse_without_covariances_is_heteroskedastic_only(seed):
    """Entities seen in different periods have a diagonal Sigma."""
    design = draw(seed)
    apart = ols(replace(design, time=design.time + 1000 * design.entity))
    assert_allclose(pcse(apart).matrix, pcse(apart, sigma="heteroskedastic").matrix, rtol=1e-9)


@given(seeds)
@quick
def test_pcse_of_one_entity_is_least_squares_with_divisor_n(seed):
    fit = ols(one_entity(seed))
    assert_allclose(pcse(fit).matrix, classical(fit, divisor="n").matrix, rtol=1e-9)


@given(seeds)
@quick
def test_driscoll_kraay_without_lags_of_one_entity_is_hc0(seed):
    fit = ols(one_entity(seed))
    assert_allclose(driscoll_kraay(fit, lags=0).matrix, hc0(fit).matrix, rtol=1e-9)
    assert_allclose(
        driscoll_kraay(fit, lags=3).matrix, newey_west(fit, lags=3, correction="none").matrix, rtol=1e-9
    )


def one_entity(seed):
    design = draw(seed)
    return replace(design, entity=np.zeros(design.nobs, dtype=np.int64), time=np.arange(design.nobs))


@given(seeds)
@quick
def test_newey_west_by_calendar_and_by_rows_written_out(seed):
    """Pairs of rows of an entity, by their distance in years or in rows."""
    design = draw(seed)
    fit = ols(design)
    place = np.concatenate([np.arange(size) for size in np.bincount(design.entity)])
    same = design.entity[:, None] == design.entity
    for lagged, clock in {"rows": place, "periods": design.time}.items():
        apart = np.abs(clock[:, None] - clock)
        weights = np.where(same & (apart <= 2), 1 - apart / 3, 0.0)
        expected = fit.bread @ fit.scores.T @ weights @ fit.scores @ fit.bread
        found = newey_west(fit, lags=2, lagged=lagged, correction="none")
        assert_allclose(found.matrix, expected, rtol=1e-9, atol=1e-14)
        assert ("gaps" in found.convention) == (np.diff(design.time)[np.diff(design.entity) == 0] > 1).any()


@given(seeds)
@quick
def test_newey_west_by_calendar_is_by_rows_where_the_missing_years_are_rows_without_score(seed):
    """A year that is not there counts as one that adds nothing: the definition for gaps (Parzen 1963)."""
    design = draw(seed)
    fit = ols(design)
    years = np.arange(design.time.min(), design.time.max() + 1)
    entity, time = (
        np.repeat(np.arange(design.entity.max() + 1), len(years)),
        np.tile(years, design.entity.max() + 1),
    )
    scores = np.zeros((len(entity), len(fit.params)))
    scores[design.entity * len(years) + design.time - years[0]] = fit.scores
    whole = replace(fit, entity=entity, time=time, scores=scores)
    assert_allclose(
        newey_west(fit, lags=3, lagged="periods", correction="none").matrix,
        newey_west(whole, lags=3, correction="none").matrix,
        rtol=1e-9,
        atol=1e-14,
    )


@given(seeds)
@quick
def test_clusters_of_one_row_are_hc1_up_to_the_factor(seed):
    """G/(G-1) (n-1)/(n-k) with G = n is n/(n-k): exactly HC1."""
    design = draw(seed)
    fit = ols(replace(design, clusters={"row": np.arange(design.nobs)}))
    assert_allclose(clustered(fit, cluster=["row"]).matrix, hc1(fit).matrix, rtol=1e-9)


@given(seeds)
@quick
def test_two_way_is_the_sum_less_the_intersection(seed):
    """Cameron, Gelbach and Miller: V1 + V2 - V12, where that needs no remedy."""
    design = draw(seed)
    fit = ols(replace(design, clusters={"row": np.arange(design.nobs)}))
    plain = {"groups_factor": False, "parameters_factor": False}
    parts = [clustered(fit, cluster=[name], **plain).matrix for name in ("entity", "time", "row")]
    both = clustered(fit, cluster=["entity", "time"], **plain)
    expected = parts[0] + parts[1] - parts[2]
    if both.factors:
        values, vectors = np.linalg.eigh(expected)
        assert values[0] < 0
        expected = (vectors * np.maximum(values, 0)) @ vectors.T
    assert_allclose(both.matrix, expected, rtol=1e-7, atol=1e-12)


@given(seeds)
@quick
def test_every_cluster_twice(seed):
    """Two copies of each cluster: the same coefficients, half the plain clustered covariance."""
    design = draw(seed)
    twice = make(
        np.tile(design.y, 2),
        np.tile(design.x, (2, 1)),
        np.concatenate([design.entity, design.entity + 100]),
        np.tile(design.time, 2),
        design.labels,
    )
    plain = {"groups_factor": False, "parameters_factor": False}
    once, double = ols(design), ols(twice)
    assert_allclose(double.params, once.params, rtol=1e-9, atol=1e-12)
    assert_allclose(clustered(double, **plain).matrix * 2, clustered(once, **plain).matrix, rtol=1e-8)


@given(seeds)
@quick
def test_weights_are_rescaled(seed):
    """Analytic weights times any number are the same weights."""
    design = draw(seed, weighted=True)
    heavier = replace(design, weights=design.weights * 37.0)
    first, second = ols(design, effects=["entity"]), ols(heavier, effects=["entity"])
    assert_transformed(first, second, np.eye(2))
    assert_allclose(list(second.statistics.values()), list(first.statistics.values()), rtol=1e-9)


@given(seeds)
@quick
def test_balanced_components_agree(seed):
    """On a balanced panel the harmonic and the exact variance of the effects are one."""
    design = draw(seed, share=1.0)
    first, second = FITS["random"](design), FITS["exact"](design)
    assert_allclose(second.statistics["sigma_u"], first.statistics["sigma_u"], rtol=1e-8, atol=1e-10)
    assert_allclose(second.params, first.params, rtol=1e-8, atol=1e-10)
