"""Feasible generalised least squares: Stata's xtgls, the covariance matrix written out, exact properties.

The numbers of [XT] xtgls (Grunfeld's five firms as Greene prints them, invest2.dta) are remembered, not read;
they were written down before they were computed, and each line agrees in all printed digits. The definitions
were read in Stata's program (version 2.7.2).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose
from scipy import stats

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered, hc0, own
from replication.estimate.design import Of
from replication.estimate.gls.autocorrelation import autocorrelations, neighbours
from replication.estimate.gls.fgls import fgls
from replication.estimate.linear.linear import ols
from replication.inference.model_tests import slopes_tests
from tests.support.gls_panels import UNITS, balanced, firms_of, greene_firms, in_other_units, relabelled
from tests.support.linear_panels import assert_printed, draw, errors, make, seeds

quick = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("options", "params", "printed"),
    [
        ({}, "-36.2537 .0949905 .3378129", "6.124363 .007409 .0302254"),
        ({"panels": "correlated"}, "-38.36128 .0961894 .3095321", "5.344871 .0054752 .0179851"),
        ({"autocorrelation": "common"}, "-18.96238 .0744315 .2874294", "17.64943 .0097937 .0475391"),
        (
            {"panels": "iid", "autocorrelation": "panel"},
            "-10.1246 .0934343 .3838814",
            "34.06675 .0097783 .0416775",
        ),
    ],
)
def test_stata(options, params, printed):
    """One unit of the last digit: invest2.dta stores float32, which moves the seventh."""
    fit = fgls(greene_firms(), **options)
    for value, text in zip([*fit.params, *errors(own(fit))], f"{params} {printed}".split(), strict=True):
        digits = len(text.split(".")[1])
        assert abs(value - float(text)) <= 1.0 * 10.0**-digits
    if options == {"panels": "correlated"}:
        assert_printed(slopes_tests(fit, fit.own)["slopes_chi2"], "1285.19")


def test_a_flat_likelihood_is_climbed_to_its_top():
    """Covariances across the five firms: more than a thousand steps, each a little higher."""
    fit = fgls(greene_firms(), panels="correlated", iterate=True)
    assert fit.converged
    assert fit.telemetry["iterations"] > 1000


def test_the_first_row_of_an_explosive_firm_is_lost():
    """As in xtgls, where the root of 1 - rho^2 is missing; the rest of the firm stays."""
    design = greene_firms()
    fit = fgls(design, panels="iid", autocorrelation="panel")
    electric = design.entity_labels.index("General Electric")
    assert fit.statistics[Of("rho", "General Electric")] > 1
    assert fit.nobs == 99
    assert np.flatnonzero(~fit.kept).tolist() == [20 * electric]
    assert "General Electric is beyond -1 or 1: 1 first rows" in fit.warnings[0]
    with pytest.raises(EstimationError, match="General Electric is beyond"):
        fgls(design, panels="correlated", autocorrelation="panel")
    assert fgls(design, panels="correlated", autocorrelation="panel", rho="tscorr").nobs == 100


def sizes_written_out(design, panels, e):
    """(n, n) covariance of the disturbances from residuals, cell by cell."""
    n, out = design.nobs, np.zeros((design.nobs, design.nobs))
    for r in range(n):
        for s in range(n):
            i, j = design.entity == design.entity[r], design.entity == design.entity[s]
            if panels == "iid" and r == s:
                out[r, s] = np.mean(e**2)
            if panels == "heteroskedastic" and r == s:
                out[r, s] = np.mean(e[i] ** 2)
            if panels == "correlated" and design.time[r] == design.time[s]:
                out[r, s] = np.mean(e[i] * e[j])
    return out


def weighted_by_hand(y, x, v):
    weight = np.linalg.inv(v)
    bread = np.linalg.inv(x.T @ weight @ x)
    return bread @ x.T @ weight @ y, bread


@pytest.mark.parametrize("panels", ["iid", "heteroskedastic", "correlated"])
@given(seed=seeds)
@quick
def test_two_steps_by_the_matrix_written_out(panels, seed):
    design = balanced(seed, entities=3, periods=8) if panels == "correlated" else draw(seed, entities=5)
    v = sizes_written_out(design, panels, ols(design).residuals)
    params, bread = weighted_by_hand(design.y, design.x, v)
    fit = fgls(design, panels=panels)
    assert_allclose(fit.params, params, rtol=1e-7, atol=1e-9)
    assert_allclose(own(fit).matrix, bread, rtol=1e-6, atol=1e-10)


@given(seed=seeds)
@quick
def test_autoregression_by_the_matrix_written_out(seed):
    """V = P S P' with P the inverse of Prais and Winsten's transform, entity by entity, gaps included."""
    design = draw(seed, entities=5)
    follows = neighbours(design)
    found = autocorrelations(ols(design).residuals, design.entity, follows, "tscorr", 2)
    some = np.isfinite(found.rho)
    rho = np.average(found.rho[some], weights=found.rows[some])
    transform = np.diag(np.where(follows, 1.0, np.sqrt(1 - rho**2)))
    later = np.flatnonzero(follows)
    transform[later, later - 1] = -rho
    y, x = transform @ design.y, transform @ design.x
    e = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    back = np.linalg.inv(transform)
    v = back @ sizes_written_out(design, "heteroskedastic", e) @ back.T
    params, bread = weighted_by_hand(design.y, design.x, v)
    fit = fgls(design, autocorrelation="common", rho="tscorr")
    assert fit.statistics["rho"] == pytest.approx(rho, rel=1e-10)
    assert_allclose(fit.params, params, rtol=1e-6, atol=1e-8)
    assert_allclose(own(fit).matrix, bread, rtol=1e-6, atol=1e-10)


@given(seed=seeds)
@quick
def test_one_variance_is_least_squares(seed):
    design = draw(seed)
    fit, plain = fgls(design, panels="iid"), ols(design)
    assert_allclose(fit.params, plain.params, rtol=1e-9, atol=1e-11)
    assert_allclose(own(fit).matrix, classical(plain, divisor="n").matrix, rtol=1e-9)
    nmk = own(fgls(design, panels="iid", divisor="n-k"))
    assert_allclose(nmk.matrix, classical(plain).matrix, rtol=1e-9)
    assert "nmk" in nmk.convention
    assert nmk.df is None
    assert fit.statistics["loglikelihood"] == pytest.approx(plain.statistics["loglikelihood"], rel=1e-10)


@given(seed=seeds)
@quick
def test_equal_variances_are_least_squares(seed):
    """Every entity a copy of the first: the same residuals, the same variance."""
    one = balanced(seed, entities=1)
    x, y = np.tile(one.x, (3, 1)), np.tile(one.y, 3)
    design = make(y, x, np.repeat([0, 1, 2], 12), np.tile(one.time, 3), one.labels)
    assert_allclose(fgls(design).params, ols(design).params, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("panels", ["heteroskedastic", "correlated"])
def test_iterated_is_the_maximum_of_the_likelihood(panels):
    """The log-likelihood falls in every direction from the estimate, and is the normal density's."""
    design = balanced(4, entities=3, periods=15)
    fit = fgls(design, panels=panels, iterate=True)

    def loglikelihood(params):
        e = design.y - design.x @ params
        v = sizes_written_out(design, panels, e)
        return stats.multivariate_normal(cov=v).logpdf(e)

    best = loglikelihood(fit.params)
    assert fit.statistics["loglikelihood"] == pytest.approx(best, rel=1e-9)
    for step in np.diag(errors(own(fit))):
        assert loglikelihood(fit.params + 0.1 * step) < best
        assert loglikelihood(fit.params - 0.1 * step) < best
    assert "loglikelihood" not in fgls(design, panels=panels).statistics


@pytest.mark.parametrize("panels", ["heteroskedastic", "correlated"])
def test_a_sandwich_allows_what_the_weights_do_not(panels):
    """B X'V^-1 C V^-1 X B, C the products of unweighted residuals within each cluster."""
    design = balanced(8)
    fit = fgls(design, panels=panels)
    v = sizes_written_out(design, panels, ols(design).residuals)
    e = design.y - design.x @ fit.params
    factor = 4 / 3 * (48 - 1) / (48 - 3)
    same = {hc0: np.eye(48), clustered: factor * (design.entity[:, None] == design.entity[None, :])}
    side = fit.bread @ design.x.T @ np.linalg.inv(v)
    for kind, together in same.items():
        expected = side @ (together * np.outer(e, e)) @ side.T
        assert_allclose(kind(fit).matrix, expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("panels", ["iid", "heteroskedastic", "correlated"])
@pytest.mark.parametrize("autocorrelation", ["none", "common", "panel"])
@given(seed=seeds)
@settings(max_examples=8, deadline=None)
def test_names_order_and_units(panels, autocorrelation, seed):
    design = balanced(seed)
    options = {"panels": panels, "autocorrelation": autocorrelation, "rho": "tscorr"}
    fit = fgls(design, **options)
    moved = fgls(relabelled(design, seed), **options)
    assert_allclose(moved.params, fit.params, rtol=1e-7, atol=1e-9)
    for kind in (own, hc0, clustered):
        assert_allclose(kind(moved).matrix, kind(fit).matrix, rtol=1e-6, atol=1e-10)
    scaled = fgls(in_other_units(design), **options)
    assert_allclose(scaled.params, UNITS * fit.params, rtol=1e-6, atol=1e-7)
    assert_allclose(errors(own(scaled)), UNITS * errors(own(fit)), rtol=1e-6)
    assert_allclose(errors(clustered(scaled)), UNITS * errors(clustered(fit)), rtol=1e-6)


def test_single_rows_are_left_out_and_gaps_are_said():
    design = balanced(2)
    holed = design.rows(((design.entity != 1) | (design.time == 1993)) & (design.time != 1996))
    fit = fgls(holed, autocorrelation="common", rho="tscorr")
    assert fit.nobs == holed.nobs - 1
    assert "1 entities with a single row are left out: unit 1" in fit.warnings[0]
    assert "3 gaps in the years" in fit.warnings[1]
    assert fgls(holed).nobs == holed.nobs


def test_the_firms_can_be_given_in_any_order():
    names = ["US Steel", "General Motors", "IBM"]
    one, other = (fgls(firms_of(order), panels="correlated") for order in (names, names[::-1]))
    assert_allclose(one.params, other.params, rtol=1e-10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: fgls(replace(d, weights=np.ones(d.nobs))), "takes no weights"),
        (lambda d: fgls(replace(d, y=d.x @ [1.0, 2.0, 3.0])), "fit the outcome exactly"),
        (lambda d: fgls(d.rows(d.time < 1993), panels="correlated"), "found 3 periods, 4 entities"),
        (lambda d: fgls(d.rows(np.arange(d.nobs) > 0), panels="correlated"), "rows, found 47"),
        (
            lambda d: fgls(d.rows((d.entity > 0) | (d.time % 2 == 0)), autocorrelation="panel"),
            "the autocorrelation of unit 0 cannot be estimated",
        ),
        (lambda d: fgls(d.rows(d.time % 2 == 0), autocorrelation="common"), "two consecutive periods"),
        (lambda d: fgls(replace(d, x=d.x[:, [0, 1, 1]])), "'b' is an exact linear combination"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(balanced(0))
    assert message in str(problem.value)


def test_entities_that_move_together_are_refused():
    """Two copies of a series have a singular covariance."""
    one = balanced(0, entities=1)
    design = make(
        np.tile(one.y, 2), np.tile(one.x, (2, 1)), np.repeat([0, 1], 12), np.tile(one.time, 2), "cab"
    )
    with pytest.raises(EstimationError, match="is singular"):
        fgls(design, panels="correlated")
