"""Many Poisson draws at once: each is what the estimator gives on the drawn clusters alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose, assert_array_equal

from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import cluster_rows
from replication.estimate.covariances.pairs_bootstrap import pairs_bootstrap, resample
from replication.estimate.limited.poisson import ppml
from replication.estimate.limited.poisson_draws import drawn_together
from tests.support.linear_panels import draw, seeds

EFFECTS = (["entity"], ["entity", "time"], ["time"], ["time", "region"], ["entity", "time", "region"])
SAME = 1e-8  # both searches end where a step would move the twelfth digit or so; steps square what is left


def counted(seed: int, entities: int = 12):
    """A panel whose outcome is a positive count or, in a tenth of the rows, zero."""
    design = draw(seed, entities=entities, weighted=bool(seed % 2))
    random = np.random.default_rng(seed)
    y = random.poisson(np.exp(1 + 0.2 * design.y / design.y.std())) + 1.0
    return replace(design, y=y * (random.random(len(y)) > 0.1))


def alone(design, effects, rows, picks):
    """What the estimator gives on the draw, NaN where it refuses it or does not converge."""
    try:
        fit = ppml(resample(design, rows, picks), effects=effects)
    except EstimationError:
        return np.nan
    return fit.params if fit.converged else np.nan


@pytest.mark.parametrize("effects", EFFECTS, ids=" ".join)
@given(seeds)
@settings(max_examples=10, deadline=None)
def test_each_draw_is_the_fit_on_its_clusters(effects, seed):
    design = counted(seed)
    fit = ppml(design, effects=effects)
    rows = cluster_rows(design.entity)
    chosen = np.random.default_rng(seed).integers(len(rows), size=(8, len(rows)))
    counts = np.array([np.bincount(picks, minlength=len(rows)) for picks in chosen], dtype=float)
    found = drawn_together(fit, counts[:, design.entity])
    told = ~np.isnan(found[:, 0])
    for params, picks in zip(found[told], chosen[told], strict=True):
        assert_allclose(params, alone(design, effects, rows, picks), rtol=SAME, atol=SAME)


def test_nearly_all_draws_are_told_together():
    design = counted(4, entities=30)
    fit = ppml(design, effects=["entity", "time"])
    counts = np.random.default_rng(1).multinomial(30, np.full(30, 1 / 30), size=200).astype(float)
    found = drawn_together(fit, counts[:, design.entity])
    assert np.isnan(found[:, 0]).mean() < 0.05


def test_every_row_once_is_the_fit_itself():
    design = counted(2)
    fit = ppml(design, effects=["entity", "time"])
    assert_allclose(drawn_together(fit, np.ones((1, design.nobs)))[0], fit.params, rtol=SAME)


def test_draws_without_effects_or_with_separated_rows_are_estimated_alone():
    design = counted(3)
    assert np.isnan(drawn_together(ppml(design), np.ones((2, design.nobs)))).all()
    empty = replace(design, y=np.where(design.entity == 0, 0.0, design.y))
    fit = ppml(empty, effects=["entity"])
    assert fit.kept is not None
    assert np.isnan(drawn_together(fit, np.ones((2, design.nobs)))).all()


def test_a_draw_in_which_a_regressor_is_constant_is_not_told():
    design = counted(6)
    some = np.isin(design.entity, (0, 1))
    x = np.column_stack([design.x, some * np.random.default_rng(2).normal(size=design.nobs)])
    design = replace(design, x=x, terms=(*design.terms, replace(design.terms[-1], name="rare")))
    fit = ppml(design, effects=["entity", "time"])
    counts = np.ones((2, design.nobs)) - np.outer([0, 1], some)
    found = drawn_together(fit, counts)
    assert_array_equal(np.isnan(found[:, 0]), [False, True])


def test_the_bootstrap_is_that_of_draws_one_by_one(monkeypatch):
    design = counted(8, entities=20)
    fit = ppml(design, effects=["entity", "time"])

    def refit(drawn):
        return ppml(drawn, effects=["entity", "time"])

    together = pairs_bootstrap(fit, refit, draws=49)
    one_by_one = pairs_bootstrap(replace(fit, estimator="another"), refit, draws=49)
    assert together.factors == one_by_one.factors
    assert_allclose(together.matrix, one_by_one.matrix, rtol=SAME)
