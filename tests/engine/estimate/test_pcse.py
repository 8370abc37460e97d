"""Panel-corrected errors against Stata and R, and against the Kronecker product written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.pcse import pcse
from replication.estimate.linear.linear import between, first_difference, ols
from tests.support.linear_panels import assert_printed, bare, draw, errors, grunfeld, make, seeds


def test_grunfeld_pooled():
    """statsmodels issue 1207 quotes Stata's xtpcse; more digits from R's sandwich::vcovPC and plm (runs)."""
    fit = ols(grunfeld())
    assert_printed(errors(pcse(fit)), "6.780965 .0072124 .0278862")
    assert_printed(errors(pcse(fit)), "6.7809648474650 .0072124376734 .0278862130352")
    assert_printed(errors(pcse(fit, sigma="casewise")), "6.7809648474650 .0072124376734 .0278862130352")
    assert_printed(errors(pcse(fit, sigma="heteroskedastic")), "7.13151570 .00708634086 .0297470258")
    assert pcse(fit).df is None


def test_grunfeld_within():
    """plm vcovBK(cluster="time") on the within model (run)."""
    assert_printed(errors(pcse(ols(grunfeld(), effects=["entity"]))), ".0175567571758 .0245730912108")


def test_divisors():
    """On a balanced panel each divisor is one factor: T/(T-k), and n/(n-k) for Stata's nmk."""
    fit = ols(grunfeld())
    plain = pcse(fit).matrix
    assert_allclose(pcse(fit, divisor="T-k").matrix, plain * 20 / 17, rtol=1e-12)
    assert_allclose(pcse(fit, divisor="n-k").matrix, plain * 200 / 197, rtol=1e-12)
    assert pcse(fit, divisor="n-k").factors == {"n/(n-k)": 200 / 197}


def written_out(fit, kind):
    """(X'X)^-1 X' Omega X (X'X)^-1 with Omega (n, n) filled cell by cell."""
    rows = range(fit.nobs)
    seen = {(i, t): r for r, (i, t) in enumerate(zip(fit.entity, fit.time, strict=True))}
    everyone, periods = set(fit.entity), sorted(set(fit.time))
    complete = [t for t in periods if all((i, t) in seen for i in everyone)]

    def sigma(i, j):
        if kind == "heteroskedastic" and i != j:
            return 0.0
        shared = [t for t in periods if (i, t) in seen and (j, t) in seen]
        use = complete if kind == "casewise" else shared
        return np.mean([fit.residuals[seen[i, t]] * fit.residuals[seen[j, t]] for t in use])

    omega = np.zeros((fit.nobs, fit.nobs))
    for r in rows:
        for s in rows:
            if fit.time[r] == fit.time[s]:
                omega[r, s] = sigma(fit.entity[r], fit.entity[s])
    bread = np.linalg.inv(fit.x.T @ fit.x)
    return bread @ fit.x.T @ omega @ fit.x @ bread


@pytest.mark.parametrize("kind", ["pairwise", "casewise", "heteroskedastic"])
@given(seed=seeds)
@settings(max_examples=8, deadline=None)
def test_unbalanced_panels_by_the_matrix_written_out(kind, seed):
    design = draw(seed, entities=5, periods=6)
    everyone = np.isin(design.time, [1990])
    entity = np.concatenate([design.entity[~everyone], np.arange(5)])
    time = np.concatenate([design.time[~everyone], np.full(5, 1990)])
    order = np.lexsort([time, entity])
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(len(entity)), rng.normal(size=(len(entity), 2))])
    full = make(rng.normal(size=len(entity)), x, entity[order], time[order], ["const", "a", "b"])
    for fit in (ols(full), ols(full, effects=["entity"])):
        assert_allclose(pcse(fit, sigma=kind).matrix, written_out(fit, kind), rtol=1e-9, atol=1e-14)


def test_one_entity_is_least_squares_with_divisor_n():
    rng = np.random.default_rng(0)
    x = np.column_stack([np.ones(15), rng.normal(size=15)])
    fit = ols(make(rng.normal(size=15), x, np.zeros(15), np.arange(15), ["const", "a"]))
    assert_allclose(pcse(fit).matrix, fit.residuals @ fit.residuals / 15 * fit.bread, rtol=1e-10)


def test_pairs_that_never_meet_do_no_harm():
    """Two entities with no period in common: no covariance is used, so pairwise is heteroskedastic only."""
    rng = np.random.default_rng(1)
    entity, time = np.repeat([0, 1], 6), np.arange(12)
    x = np.column_stack([np.ones(12), rng.normal(size=12)])
    fit = ols(make(rng.normal(size=12), x, entity, time, ["const", "a"]))
    assert_allclose(pcse(fit).matrix, pcse(fit, sigma="heteroskedastic").matrix, rtol=1e-12)


def test_differences_can_be_corrected_too():
    fit = first_difference(grunfeld())
    assert_allclose(pcse(fit).matrix, written_out(fit, "pairwise"), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: pcse(between(d)), "at least two periods"),
        (
            lambda d: pcse(bare(ols(d))),
            "needs a least-squares estimator; found ols",
        ),
        (
            lambda d: pcse(ols(d.rows((d.entity + d.time) % 2 == 0)), sigma="casewise"),
            "every entity is observed",
        ),
        (lambda d: pcse(ols(d, effects=["entity"]), divisor="T-k"), "parameters"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(draw(0))
    assert message in str(problem.value)
