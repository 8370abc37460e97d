"""Every error from blocks against the same error of the same subset estimated by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.estimate.covariances import sandwich
from replication.estimate.covariances.cluster_robust import cr2 as cr2_of
from replication.estimate.covariances.cluster_robust import projection
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.wild_bootstrap import cluster_weights, coefficient_draws
from replication.robustness import block_errors, block_pcse
from replication.robustness.block_errors import classical, forms, one_way, two_way
from replication.robustness.block_hat import cr2, hat, wild
from replication.robustness.block_pcse import panel_corrected, quartic
from tests.engine.robustness.candidates import DIGITS, compare, draw, subsets

EFFECTS = st.sampled_from(
    [(), ("entity",), ("time",), ("entity", "time"), ("region", "time"), ("entity", "era", "time")]
)
APART = st.sampled_from([1.0, 1e-2, 1e-4, 1e-6, 1e-8, 0.0])
SAMPLES = given(st.integers(0, 10_000), EFFECTS, st.booleans(), st.integers(0, 4), APART)
FEW = settings(max_examples=25)


def codes(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def plain(fit, *names):
    """Clustered without factors."""
    return sandwich.clustered(fit, cluster=list(names), groups_factor=False, parameters_factor=False)


@FEW
@SAMPLES
def test_the_bound_refuses_collinear_subsets_and_no_others(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)
    first = 0 if effects else 1
    dependent = np.array([np.isin([first, first + 1, first + 3], row).all() for row in sets])
    safe = sample.solved(sets).safe
    assert safe[~dependent].all()
    if apart >= 1e-2:
        assert safe.all()
    if apart <= 1e-8:
        assert not safe[dependent].any()


@FEW
@SAMPLES
def test_classical_and_hc1(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)
    solved = sample.solved(sets)
    compare(sample, solved, sets, classical(solved), sandwich.classical)
    rows = forms(sample.swept().basis, np.arange(len(sample.outcome)))
    found = one_way(solved, rows, solved.nobs / solved.df_resid)
    compare(sample, solved, sets, found, sandwich.hc1)


@FEW
@SAMPLES
def test_clustered(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)
    solved = sample.solved(sets)
    for name in ("entity", "time", "region"):
        parts = forms(sample.swept().basis, codes(sample.clusters[name]))
        found = one_way(solved, parts, 1.0)
        compare(sample, solved, sets, found, lambda fit, name=name: plain(fit, name))
        assert (found.safe == solved.safe).all()


@FEW
@SAMPLES
def test_clustered_both_ways(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)
    solved = sample.solved(sets)
    keys = [codes(sample.entity), codes(sample.time), np.arange(len(sample.outcome))]
    parts = tuple(forms(sample.swept().basis, key) for key in keys)
    found = two_way(solved, parts, (1.0, 1.0, 1.0))
    compare(sample, solved, sets, found, lambda fit: plain(fit, "entity", "time"))


@FEW
@SAMPLES
def test_cr2(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)
    solved = sample.solved(sets)
    for name in ("entity", "region", "time"):
        blocks = hat(sample.swept(), sample.groupings, sample.mean_one, codes(sample.clusters[name]))
        found = cr2(solved, blocks)
        compare(sample, solved, sets, found, lambda fit, name=name: cr2_of(fit, cluster=[name]))


@FEW
@SAMPLES
def test_panel_corrected(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)
    solved = sample.solved(sets)
    for sigma in ("pairwise", "heteroskedastic"):
        form = quartic(sample.swept().basis, sample.entity, sample.time, sigma)
        found = panel_corrected(solved, form)
        compare(sample, solved, sets, found, lambda fit, sigma=sigma: pcse(fit, sigma=sigma))


@FEW
@SAMPLES
def test_wild_draws(seed, effects, weighted, size, apart):
    sample = draw(seed, effects, weighted=weighted, apart=apart)
    sets = subsets(sample, size)[:2]
    solved = sample.solved(sets)
    key = codes(sample.entity)
    blocks = hat(sample.swept(), sample.groupings, sample.mean_one, key)
    multipliers = cluster_weights(11, 99, "rademacher", 7, "entity")
    found, safe = wild(solved, blocks, multipliers)
    for p in np.flatnonzero(safe):
        fit = sample.fit(tuple(sets[p]))
        one = coefficient_draws(fit, projection(fit), key, multipliers, len(fit.params) - 1)
        b = float(fit.params[-1])
        for ours, theirs in zip(found[p].squares(b), one.squares(b), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=DIGITS, atol=DIGITS * np.abs(theirs).max())
        assert found[p].p_value(b) == pytest.approx(one.p_value(b))


def test_forms_of_many_clusters_are_brought_to_a_triangle_in_pieces(monkeypatch):
    basis = np.random.default_rng(3).normal(size=(500, 4))
    key = np.random.default_rng(4).integers(0, 200, 500)
    left, right = np.random.default_rng(5).normal(size=(2, 6, 4))
    brute = [
        sum((u @ basis[key == g].T @ basis[key == g] @ v) ** 2 for g in range(200))
        for u, v in zip(left, right, strict=True)
    ]
    for at_once in (20_000, 30):
        monkeypatch.setattr(block_errors, "CLUSTERS_AT_ONCE", at_once)
        found = forms(basis, codes(key))
        assert len(found.matrices) == 10
        np.testing.assert_allclose((found.scores(left, right) ** 2).sum(axis=1), brute, rtol=1e-12)


@pytest.mark.parametrize("sigma", ["pairwise", "casewise", "heteroskedastic"])
@pytest.mark.parametrize("lost", [0, 3])
def test_panel_corrected_options(monkeypatch, sigma, lost):
    sample = draw(11, ("entity",))
    sample = replace(
        sample, entity=np.arange(len(sample.outcome)) % 7, time=np.arange(len(sample.outcome)) // 7
    )
    sets = subsets(sample, 2)
    solved, basis = sample.solved(sets), sample.swept().basis
    found = panel_corrected(solved, quartic(basis, sample.entity, sample.time, sigma, lost))
    fit = replace(sample.fit(tuple(sets[0])), absorbed=0)
    divisor = "T-k" if lost else "T"
    one = pcse(fit, sigma=sigma, divisor=divisor).matrix[-1, -1]
    assert found.variance[0] == pytest.approx(one, rel=DIGITS)
    monkeypatch.setattr(block_pcse, "CELLS", 1)
    again = panel_corrected(solved, quartic(basis, sample.entity, sample.time, sigma, lost))
    np.testing.assert_allclose(again.variance, found.variance, rtol=1e-12)
