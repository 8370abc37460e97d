"""Pairs cluster bootstrap: what a draw is, what comes of many, and what is said when one fails."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose, assert_array_equal

from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import cluster_rows
from replication.estimate.covariances.pairs_bootstrap import pairs_bootstrap, resample
from replication.estimate.limited.binary import probit
from replication.estimate.linear.linear import ols
from tests.support.linear_panels import draw, grunfeld, seeds
from tests.support.terms import terms_of

within = partial(ols, effects=["entity"])


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_draw_is_whole_clusters_as_new_entities(seed):
    design = draw(seed, weighted=True)
    region = design.clusters["region"]
    picks = np.random.default_rng(seed).integers(3, size=3)
    drawn = resample(design, cluster_rows(region), picks)
    rows = np.concatenate([np.flatnonzero(region == g) for g in picks])
    assert_array_equal(drawn.y, design.y[rows])
    assert_array_equal(drawn.weights, design.weights[rows])
    assert_array_equal(drawn.clusters["region"], region[rows])
    assert_array_equal(np.unique(drawn.entity), np.arange(drawn.entity.max() + 1))
    assert (np.diff(drawn.entity) >= 0).all()
    assert len(np.unique(np.column_stack([drawn.entity, drawn.time]), axis=0)) == len(rows)
    assert drawn.entity.max() + 1 == sum(len(np.unique(design.entity[region == g])) for g in picks)


def test_each_cluster_once_in_any_order_is_the_sample():
    design = grunfeld()
    shuffled = resample(design, cluster_rows(design.entity), np.random.default_rng(1).permutation(10))
    assert_allclose(within(shuffled).params, within(design).params, rtol=1e-10)


def test_variance_of_a_mean():
    """Of G cluster means drawn with replacement: (G - 1)/G s^2/G; 4,000 draws know a variance to a relative
    sqrt(2/4000) = 2.2 percent, five of which are allowed."""
    design = grunfeld()
    design = replace(
        design,
        x=design.x[:, :1],
        terms=terms_of(
            "const",
        ),
    )
    means = design.y.reshape(10, 20).mean(axis=1)
    found = pairs_bootstrap(ols(design), ols, draws=4000)
    assert_allclose(found.matrix[0, 0], np.var(means) / 10, rtol=0.11)
    assert found.df is None and found.factors == {"draws": 4000.0}


def test_draws_follow_the_seed():
    fit = within(grunfeld())
    first, again, other = (pairs_bootstrap(fit, within, draws=19, seed=s).matrix for s in (1, 1, 2))
    assert_array_equal(first, again)
    assert (first != other).all()


def test_any_estimator():
    design = draw(0, entities=30)
    design = replace(design, y=(design.y > 1).astype(float))
    found = pairs_bootstrap(probit(design), probit, draws=19)
    assert found.matrix.shape == (3, 3) and (np.linalg.eigvalsh(found.matrix) > 0).all()
    assert found.convention == (
        "pairs bootstrap of entity (30 clusters), 19 draws, referred to the normal "
        "(Stata bootstrap, cluster() idcluster())"
    )


def test_draws_that_fail_are_counted():
    """A regressor of one entity alone is missing from (8/9)^9, a third, of the draws."""
    design = draw(4)
    x = np.column_stack([design.x, design.entity == 2])
    fit = ols(replace(design, x=x, terms=terms_of(*design.labels, "only_2")))
    found = pairs_bootstrap(fit, ols, draws=200)
    failed = 200 - int(found.factors["draws"])
    assert 40 <= failed <= 100
    assert found.warnings == (f"{failed} of 200 bootstrap draws could not be estimated and are left out",)


def test_other_terms_or_no_convergence_do_not_count():
    fit = ols(draw(0))
    for spoilt in (replace(fit, converged=False), replace(fit, terms=terms_of("a", "b", "c"))):
        with pytest.raises(EstimationError, match="ols failed on 9 of 9 draws"):
            pairs_bootstrap(fit, lambda _, spoilt=spoilt: spoilt, draws=9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 1}, "draws is 1; allowed: 2 to 999999"),
        ({"cluster": ["firm"]}, "cluster is ['firm']; allowed: one of entity, one, parity, region"),
        ({"cluster": ["one"]}, "cluster 'one' has fewer than two clusters"),
        ({"cluster": ["parity"]}, "an entity is in more than one cluster of 'parity'"),
    ],
)
def test_refusals(options, message):
    design = draw(0)
    more = {"one": 0 * design.entity, "parity": design.time % 2}
    fit = ols(replace(design, clusters={**design.clusters, **more}))
    with pytest.raises(EstimationError) as problem:
        pairs_bootstrap(fit, ols, **options)
    assert message in str(problem.value)
