"""Prais-Winsten regression: Stata's xtpcse, the matrix of an autoregression written out, exact properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import classical, clustered, hc1, hc3
from replication.estimate.design import Of
from replication.estimate.gls.autocorrelation import autocorrelations, neighbours, remove_autocorrelation
from replication.estimate.gls.prais_winsten import prais_winsten
from replication.estimate.linear.linear import ols
from tests.support.gls_panels import UNITS, balanced, in_other_units, relabelled
from tests.support.linear_panels import assert_printed, draw, errors, grunfeld, grunfeld_in_stata, make, seeds

quick = settings(max_examples=25, deadline=None)


def test_grunfeld_common():
    """xtpcse, correlation(ar1): docs/reference-values.md, Grunfeld, a run in ten digits; it recalls what the
    manual [XT] xtpcse prints (.9059774; 30.50355 .0129934 .0603718), to half a unit of the last digit."""
    fit = prais_winsten(grunfeld())
    assert_printed(fit.params, "-39.12569748 .09501572 .30600506")
    assert_printed(fit.statistics["rho"], ".90597741")
    for sigma in ("pairwise", "casewise"):
        assert_printed(errors(pcse(fit, sigma=sigma)), "30.5035487 .0129933631 .0603718341")
    assert_printed(errors(pcse(prais_winsten(grunfeld_in_stata()))), "30.50355 .0129934 .0603718")
    assert "entity 2, entity 4" in fit.warnings[0]


def test_grunfeld_panel_specific():
    """xtpcse, correlation(psar1) rhotype(tscorr): the manual's example, remembered, not read; on data rounded
    as Stata's (in double precision the constant is -58.18715)."""
    fit = prais_winsten(grunfeld_in_stata(), autocorrelation="panel", rho="tscorr")
    assert_printed(fit.params, "-58.18714 .1052613 .3386743")
    assert_printed(errors(pcse(fit)), "12.63687 .0086018 .0367568")
    assert len([name for name in fit.statistics if isinstance(name, Of)]) == 10


def written_out(design, rho):
    """Coefficients and (X'V^-1 X)^-1 with the (n, n) autoregression of every run of years filled in."""
    codes = np.unique(design.entity, return_inverse=True)[1]
    run = np.cumsum(~neighbours(design))
    own = rho[codes]
    apart = np.abs(design.time[:, None] - design.time[None, :])
    v = np.where(run[:, None] == run[None, :], own[:, None] ** apart / (1 - own[:, None] ** 2), 0.0)
    weight = np.linalg.inv(v)
    bread = np.linalg.inv(design.x.T @ weight @ design.x)
    return bread @ design.x.T @ weight @ design.y, bread


@pytest.mark.parametrize("autocorrelation", ["common", "panel"])
@given(seed=seeds)
@quick
def test_gaps_and_unequal_lengths_by_the_matrix_written_out(autocorrelation, seed):
    """tscorr stays inside -1 and 1, so that the matrix exists."""
    design = draw(seed)
    fit = prais_winsten(design, autocorrelation=autocorrelation, rho="tscorr")
    names = [Of("rho", f"entity {i}") for i in range(9)]
    common = fit.statistics.get("rho")
    rho = np.array([common if common is not None else fit.statistics[name] for name in names])
    params, bread = written_out(design, rho)
    assert_allclose(fit.params, params, rtol=1e-8, atol=1e-10)
    assert_allclose(fit.bread, bread, rtol=1e-7, atol=1e-12)


@given(seed=seeds)
@quick
def test_autocorrelations_by_loops(seed):
    design = draw(seed)
    e = np.random.default_rng(seed).normal(size=design.nobs)
    codes, follows = design.entity, neighbours(design)
    found = {
        kind: autocorrelations(e, codes, follows, kind, 2)
        for kind in ("regress", "freg", "tscorr", "dw", "theil", "nagar")
    }
    for i in range(9):
        rows = {t: r for r, t in zip(e[codes == i], design.time[codes == i], strict=True)}
        pairs = [(rows[t], rows[t - 1]) for t in rows if t - 1 in rows]
        assert found["regress"].pairs[i] == len(pairs)
        assert found["regress"].rows[i] == len(rows)
        if not pairs:
            assert all(np.isnan(f.rho[i]) for f in found.values())
            continue
        cross, total, size = sum(a * b for a, b in pairs), sum(r * r for r in rows.values()), len(rows)
        durbin = 1 - sum((a - b) ** 2 for a, b in pairs) / total / 2
        expected = {
            "regress": cross / sum(b * b for _, b in pairs),
            "freg": cross / sum(a * a for a, _ in pairs),
            "tscorr": cross / total,
            "dw": durbin,
            "theil": cross / total * (size - 2) / len(pairs),
        }
        if size != 2:
            expected["nagar"] = (size**2 * durbin + 4) / (size**2 - 4)
        for kind, value in expected.items():
            assert found[kind].rho[i] == pytest.approx(value, rel=1e-10)


@pytest.mark.parametrize(("average", "more"), [("T-1", 0), ("T", 1)])
def test_the_common_one_is_a_weighted_mean_of_bounded_ones(average, more):
    design = draw(5)
    e = ols(design).residuals
    found = autocorrelations(e, design.entity, neighbours(design), "regress", 2)
    some = found.pairs > 0
    weights = found.pairs[some] + more
    mean = np.average(np.clip(found.rho[some], -1, 1), weights=weights)
    assert prais_winsten(design, average=average).statistics["rho"] == pytest.approx(mean, rel=1e-12)


def test_no_autocorrelation_is_least_squares():
    """Residuals 1, 0, -1, 0 about a mean: no product of neighbours is other than zero."""
    y = 3.0 + np.tile([1.0, 0.0, -1.0, 0.0], 3)
    design = make(y, np.ones((12, 1)), np.repeat([0, 1, 2], 4), np.tile(np.arange(4), 3), ["const"])
    fit = prais_winsten(design)
    assert fit.statistics["rho"] == 0.0
    assert_allclose(fit.x, design.x, rtol=0, atol=0)
    assert_allclose(classical(fit).matrix, classical(ols(design)).matrix, rtol=1e-12)


@given(seed=seeds)
@quick
def test_entities_never_seen_in_consecutive_years_change_nothing_but_themselves(seed):
    design = draw(seed)
    values = np.random.default_rng(seed).normal(size=(design.nobs, 2))
    follows = neighbours(design)
    apart = remove_autocorrelation(values, np.full(design.nobs, 0.6), follows)
    assert_allclose(apart[~follows], 0.8 * values[~follows], rtol=1e-12)
    again = remove_autocorrelation(values[:, 0], np.full(design.nobs, 0.6), follows)
    assert_allclose(again, apart[:, 0], rtol=0, atol=0)


@pytest.mark.parametrize("autocorrelation", ["common", "panel"])
def test_the_iteration_ends_where_residuals_give_the_same_autocorrelation(autocorrelation):
    design = balanced(3, periods=25)
    fit = prais_winsten(design, autocorrelation=autocorrelation, rho="tscorr", iterate=True)
    assert fit.converged
    e = design.y - design.x @ fit.params
    found = autocorrelations(e, design.entity, neighbours(design), "tscorr", 2)
    expected = found.rho if autocorrelation == "panel" else [found.rho.mean()]
    rhos = [value for name, value in fit.statistics.items() if name == "rho" or isinstance(name, Of)]
    assert_allclose(rhos, expected, atol=1e-8)
    assert fit.telemetry["iterations"] > 2


def test_every_error_of_least_squares_applies():
    """They are those of least squares on the transformed rows."""
    design = draw(7)
    fit = prais_winsten(design)
    plain = ols(make(fit.x @ fit.params + fit.residuals, fit.x, design.entity, design.time, ["c", "a", "b"]))
    for kind in (classical, hc1, hc3, clustered, pcse):
        assert_allclose(kind(fit).matrix, kind(plain).matrix, rtol=1e-8, atol=1e-12)
    assert classical(fit).df == design.nobs - 3


@given(seed=seeds)
@quick
def test_names_order_and_units(seed):
    design = draw(seed)
    fit = prais_winsten(design)
    moved = prais_winsten(relabelled(design, seed))
    assert_allclose(moved.params, fit.params, rtol=1e-8, atol=1e-10)
    assert_allclose(pcse(moved).matrix, pcse(fit).matrix, rtol=1e-6, atol=1e-10)
    scaled = prais_winsten(in_other_units(design))
    assert_allclose(scaled.params, UNITS * fit.params, rtol=1e-7, atol=1e-8)
    assert_allclose(errors(pcse(scaled)), UNITS * errors(pcse(fit)), rtol=1e-6)


def test_what_was_assumed_is_said_by_name():
    design = balanced(1)
    once = replace(design.rows((design.entity != 2) | (design.time == 1995)))
    fit = prais_winsten(once, autocorrelation="panel", rho="tscorr")
    assert fit.statistics[Of("rho", "unit 2")] == 0.0
    assert "unit 2 cannot be estimated (no two consecutive periods, or no residuals)" in fit.warnings[0]
    assert "is taken to be zero" in fit.warnings[0]
    assert "does not enter the common one" in prais_winsten(once, rho="tscorr").warnings[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: prais_winsten(replace(d, weights=np.ones(d.nobs))), "takes no weights"),
        (
            lambda d: prais_winsten(d.rows(d.time % 2 == 0)),
            "no entity is observed in two consecutive periods",
        ),
        (lambda d: prais_winsten(replace(d, x=d.x[:, [0, 1, 1]])), "'b' is an exact linear combination"),
        (lambda d: prais_winsten(d.rows(np.arange(d.nobs) < 3)), "too few"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(balanced(0))
    assert message in str(problem.value)


def test_a_trend_that_explodes_everywhere_is_refused():
    """Residuals that grow each year: every autocorrelation is above one and set to one."""
    growth = np.tile(2.0 ** np.arange(6), 2) * np.repeat([1.0, -1.0], 6)
    design = make(growth, np.ones((12, 1)), np.repeat([0, 1], 6), np.tile(np.arange(6), 2), ["const"])
    with pytest.raises(EstimationError, match="one or more in every entity"):
        prais_winsten(design)
