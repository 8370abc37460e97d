"""The wild cluster bootstrap against published counts and against regressions run one draw at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import clustered
from replication.estimate.covariances.wild_bootstrap import (
    WEBB,
    bootstrap_statistics,
    by_appearance,
    cluster_weights,
    coefficient_draws,
    projection,
    wild_bootstrap,
)
from replication.estimate.linear.linear import ols
from tests.support.linear_panels import (
    all_dummies,
    assert_printed,
    bare,
    draw,
    errors,
    grunfeld,
    seeds,
    with_sectors,
)
from tests.support.terms import terms_of

EFFECTS = st.sampled_from([[], ["entity"], ["time"], ["entity", "time"], ["sector", "entity", "time"]])


def test_grunfeld_counts():
    """Reference 4.2: 2 and 22 of 1,024 sign vectors give a larger t, as wildboottest and pyfixest count;
    with ties 4 and 24, the identity and its mirror."""
    fit = ols(grunfeld())
    found = wild_bootstrap(fit)
    assert_array_equal(found.p_values[1:] * 1024, [2, 22])
    assert_array_equal(wild_bootstrap(fit, ties="included").p_values[1:] * 1024, [4, 24])
    assert_printed((fit.params / errors(found))[1:], "7.270650 2.714915")
    assert found.factors == {"G/(G-1)": 10 / 9, "(n-1)/(n-k)": 199 / 197, "draws": 1024.0}
    assert found.df == 9 and found.kind == "wild_bootstrap" and found.warnings == ()


def test_the_errors_shown_are_clustered_ones():
    fit = ols(grunfeld(), effects=["entity"])
    assert_allclose(wild_bootstrap(fit).matrix, clustered(fit).matrix)


def every_sign(groups):
    """(2^G, G) all vectors of signs."""
    return 1.0 - 2.0 * np.array([[(b >> g) & 1 for g in range(groups)] for b in range(2**groups)])


def t_of(y, x, key, j, value):
    """Clustered t statistic of b_j = value, by regression, without small-sample factor."""
    bread = np.linalg.pinv(x.T @ x)
    b = bread @ x.T @ y
    scores = np.array([x[key == g].T @ (y - x @ b)[key == g] for g in np.unique(key)]) @ bread
    return (b[j] - value) / np.linalg.norm(scores[:, j])


def share_larger(y, x, key, j, value, null):
    """p value of b_j = value from a regression on every sign vector; slack for ties as in the package."""
    others = np.delete(x, j, axis=1)
    if null:
        rest = np.linalg.lstsq(others, y - value * x[:, j], rcond=None)[0]
        fitted, centre = others @ rest + value * x[:, j], value
    else:
        b = np.linalg.lstsq(x, y, rcond=None)[0]
        fitted, centre = x @ b, b[j]
    data = abs(t_of(y, x, key, j, value))
    drawn = [
        abs(t_of(fitted + signs[key] * (y - fitted), x, key, j, centre))
        for signs in every_sign(key.max() + 1)
    ]
    return np.mean(np.array(drawn) > data * (1 + 1e-8))


def written_out(design, effects):
    """Outcome and slopes, then dummies, in the metric of square-root weights."""
    columns = [design.x[:, 1:], all_dummies(design, effects)]
    if not effects:
        columns.append(design.x[:, :1])
    root = np.ones(design.nobs) if design.weights is None else np.sqrt(design.weights / design.weights.mean())
    return design.y * root, np.column_stack(columns) * root[:, None]


@given(seeds, EFFECTS, st.booleans(), st.booleans(), st.floats(-2, 2))
@settings(max_examples=25, deadline=None)
def test_regressions_on_every_sign_vector(seed, effects, weighted, null, value):
    """Any value, effects absorbed or written out, with weights or without, restricted or not."""
    design = with_sectors(draw(seed, entities=5, periods=6, weighted=weighted))
    fit = ols(design, effects=effects)
    test = coefficient_draws(
        fit, projection(fit), fit.entity, every_sign(5), fit.labels.index("b"), null=null
    )
    y, x = written_out(design, effects)
    found = test.p_value(fit.params[fit.labels.index("b")] - value)
    assert found == share_larger(y, x, design.entity, 1, value, null)


def test_clusters_that_cross_the_effects():
    """Effects of entities, clusters of periods: dummies matter in every draw."""
    design = draw(3, entities=7, periods=5)
    fit = ols(design, effects=["entity"])
    y, x = written_out(design, ["entity"])
    found = wild_bootstrap(fit, cluster=["time"])
    key = design.time - design.time.min()
    assert found.p_values.tolist() == [share_larger(y, x, key, j, 0.0, True) for j in (0, 1)]


@given(seeds, EFFECTS)
@settings(max_examples=25, deadline=None)
def test_an_interval_ends_where_rejection_begins(seed, effects):
    design = with_sectors(draw(seed, entities=7))
    fit = ols(design, effects=effects)
    found = wild_bootstrap(fit)
    key, signs = by_appearance(fit.entity), every_sign(7)
    for j, (low, high) in enumerate(found.intervals):
        test = coefficient_draws(fit, projection(fit), key, signs, j)
        b, width = fit.params[j], high - low
        assert low < b < high
        for end, out in ((low, -1), (high, 1)):
            assert test.p_value(b - end - out * 1e-9 * width) <= 0.05
            assert test.p_value(b - end + out * 1e-9 * width) > 0.05


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_an_unrestricted_interval_is_a_quantile_of_the_draws(seed):
    """WCU draws do not depend on the value: estimate plus and minus c errors, c the 95 percent quantile."""
    fit = ols(draw(seed, entities=8))
    found = wild_bootstrap(fit, null=False)
    data, drawn = bootstrap_statistics(fit, null=False)
    for j, b in enumerate(fit.params):
        largest = np.sort(drawn[:, j])[::-1]
        c = largest[int(0.05 * len(largest))]
        half = c * abs(b) / data[j]
        # Ends are found by bisection, to a part of the interval's width: near zero nothing else is small.
        assert_allclose(found.intervals[j], [b - half, b + half], rtol=0, atol=1e-8 * half)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_p_values_are_even_counts_of_the_sign_vectors(seed):
    """Each vector and its mirror give the same |t|, and equal statistics are only these two."""
    fit = ols(draw(seed))
    counts = wild_bootstrap(fit, draws=512).p_values * 2**9
    assert_array_equal(counts, 2 * np.round(counts / 2))
    more = wild_bootstrap(fit, draws=512, ties="included").p_values * 2**9
    assert_array_equal(more, counts + 2)


@given(seeds, st.sampled_from([511, 512]), st.sampled_from(["rademacher", "webb"]))
@settings(max_examples=25, deadline=None)
def test_relabelled_clusters_and_rescaled_variables(seed, draws, weights):
    design = draw(seed)
    turned = replace(
        design,
        y=1e6 * design.y,
        x=design.x * [1.0, 1e-4, 1e3],
        clusters={"firm": (5 * design.entity + 3) % 9},
    )
    design = replace(design, clusters={"firm": design.entity})
    options = {"cluster": ["firm"], "draws": draws, "weights": weights}
    plain, other = (wild_bootstrap(ols(d), **options) for d in (design, turned))
    assert_array_equal(plain.p_values, other.p_values)
    scale = 1e6 / np.array([[1.0], [1e-4], [1e3]])
    assert_allclose(other.intervals, plain.intervals * scale, rtol=1e-6, atol=1e-9 * scale.max())


def test_weights():
    assert_array_equal(np.unique(cluster_weights(4, 16, "rademacher", 1, "a"), axis=0).shape, (16, 4))
    signs = cluster_weights(5, 31, "rademacher", 1, "a")
    assert signs.shape == (31, 5) and set(signs.ravel()) == {-1.0, 1.0}
    webb = cluster_weights(200, 100, "webb", 1, "a")
    points, counts = np.unique(webb, return_counts=True)
    assert_allclose(points, np.sort([*WEBB, *-WEBB]))
    assert_allclose(counts / webb.size, 1 / 6, atol=0.015)  # six standard deviations


def test_draws_follow_the_seed_and_the_names_alone():
    fit = ols(draw(2, entities=15))
    first = wild_bootstrap(fit, draws=199).p_values
    assert_array_equal(first, wild_bootstrap(fit, draws=199).p_values)
    assert (first != wild_bootstrap(fit, draws=199, seed=7).p_values).any()
    a, b, c = (cluster_weights(15, 9, "webb", 1, name) for name in ("entity", "entity", "region"))
    assert_array_equal(a, b)
    assert (a != c).any()
    alone = ols(replace(fit.design, terms=terms_of("const", "b"), x=fit.design.x[:, [0, 2]]))
    assert_array_equal(
        bootstrap_statistics(alone, draws=99)[1].shape, bootstrap_statistics(fit, draws=99)[1][:, :2].shape
    )


@given(seeds, st.booleans())
@settings(max_examples=15, deadline=None)
def test_joint_statistics_are_those_of_the_p_values(seed, null):
    fit = ols(draw(seed, entities=12), effects=["entity"])
    data, drawn = bootstrap_statistics(fit, draws=299, null=null)
    assert_array_equal((drawn > data).mean(axis=0), wild_bootstrap(fit, draws=299, null=null).p_values)
    factor = np.sqrt(np.prod(list(clustered(fit).factors.values())))
    assert_allclose(data / factor, np.abs(fit.params) / errors(clustered(fit)))


def test_few_clusters_are_told_of_webb():
    fit = ols(draw(0, entities=5))
    found = wild_bootstrap(fit)
    assert found.warnings == (
        "5 clusters give only 16 different bootstrap statistics: p values come in steps of 0.062, and 0 says "
        'that none was larger; weights = "webb" gives more',
    )
    assert wild_bootstrap(fit, weights="webb").warnings == ()
    assert wild_bootstrap(fit, ties="included").intervals[1].tolist() == [-np.inf, np.inf]


def test_a_coefficient_that_one_cluster_identifies_has_no_test():
    design = draw(4)
    x = np.column_stack([design.x, design.entity == 2])
    found = wild_bootstrap(ols(replace(design, x=x, terms=terms_of(*design.labels, "only_2"))))
    assert np.isnan(found.p_values).tolist() == [False, False, False, True]
    assert np.isnan(found.intervals[3]).all()
    assert "'only_2' rests on a single cluster of entity: the bootstrap cannot test it" in found.warnings


def test_conventions_are_said():
    fit = ols(grunfeld())
    assert wild_bootstrap(fit).convention == (
        "clustered by entity (10 clusters), p values and intervals of the wild cluster bootstrap WCR, all "
        "1,024 sign vectors, ties excluded (Stata boottest, R fwildclusterboot); the errors shown are CR1"
    )
    other = wild_bootstrap(fit, draws=999, weights="webb", null=False).convention
    assert "bootstrap WCU, 999 draws, webb weights, ties excluded; the errors" in other


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 18}, "draws is 18; allowed: 19 to 999999"),
        ({"seed": -1, "draws": 99}, "seed is -1; allowed: 0 or more"),
        ({"cluster": []}, "wild_bootstrap: cluster is []; allowed: one name"),
        ({"cluster": ["one"]}, "cluster 'one' has fewer than two clusters"),
    ],
)
def test_refusals(options, message):
    design = draw(0)
    fit = ols(replace(design, clusters={"one": 0 * design.entity}))
    with pytest.raises(EstimationError) as problem:
        wild_bootstrap(fit, **options)
    assert message in str(problem.value)


def test_only_least_squares():
    with pytest.raises(EstimationError, match="wild_bootstrap needs least squares, found ols"):
        wild_bootstrap(bare(ols(draw(0))))
