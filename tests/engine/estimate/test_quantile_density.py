"""Kernels, bandwidths and errors of quantile regression: prints of Stata and R, statsmodels, definitions."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from statsmodels.regression import quantile_regression
from statsmodels.regression.tests.results import results_quantile_regression as stata

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import hc0, own
from replication.estimate.design import Of
from replication.estimate.linear.quantile import quantile
from replication.estimate.linear.quantile_density import KERNELS, Rule, difference_density, rule_width
from tests.engine.estimate.test_quantile import draw
from tests.support.count_data import engel

ROUNDING = (-4e-15, 0.0, 4e-15)
RULES = {"hall_sheather": "hsheather", "bofinger": "bofinger", "chamberlain": "chamberlain"}
IN_STATA = {name: name for name in KERNELS} | {
    "epanechnikov": "epan2",
    "epanechnikov_root5": "epanechnikov",
}
IN_STATSMODELS = {
    "gaussian": "gau",
    "epanechnikov": "epa",
    "biweight": "biw",
    "cosine": "cos",
    "parzen": "par",
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_engel_by_every_kernel_and_bandwidth_of_stata(kernel, rule):
    """Stata 12's `qreg foodexp income, vce(iid, kernel(..) ..)`, in statsmodels' tests; on float32."""
    printed = getattr(stata, f"{IN_STATA[kernel]}_{RULES[rule]}")
    fit = quantile(engel(), kernel=kernel, bandwidth=rule, quartiles="averaged", errors="iid")
    assert fit.statistics[f"bandwidth_{rule}"] == pytest.approx(printed.bwidth, rel=1e-12)
    assert fit.statistics[Of("bandwidth", kernel)] == pytest.approx(printed.kbwidth, rel=1e-6)
    assert fit.statistics["sparsity"] == pytest.approx(printed.sparsity, rel=2e-6)
    found = np.sqrt(np.diag(own(fit).matrix))[::-1]
    np.testing.assert_allclose(found, printed.table[:, 1], rtol=6e-6)


# R's quantreg on its data set engel: `summary(rq(foodexp ~ income, tau), se = "nid")`, in the tests of R's
# parameters (tests/testthat/test-quantreg.R, easystats/parameters); income's error stands second.
NID = {
    0.1: (29.39768, 0.04024),
    0.2: (21.42836, 0.02997),
    0.3: (22.18115, 0.02987),
    0.4: (22.06032, 0.02936),
    0.5: (19.25066, 0.02828),
    0.6: (17.61762, 0.02506),
    0.7: (14.25039, 0.02176),
    0.8: (19.21719, 0.02635),
    0.9: (22.39538, 0.02849),
}


@pytest.mark.parametrize("q", NID)
def test_engel_by_hendricks_and_koenker_as_r_prints(q):
    found = np.sqrt(np.diag(quantile(engel(), q=q, errors="nid").own.matrix))
    np.testing.assert_allclose(found, NID[q], rtol=0, atol=5.1e-6)


def test_engel_by_the_other_errors_as_r_prints():
    """summary.rq's se = "ker" and se = "iid" at the median, as a test of another program quotes R."""
    for errors, printed in {"kernel": (30.21532, 0.03732), "iid_residuals": (13.23908, 0.01192)}.items():
        found = np.sqrt(np.diag(quantile(engel(), errors=errors).own.matrix))
        np.testing.assert_allclose(found, printed, rtol=0, atol=5.1e-6)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 100_000),
    st.floats(0.3, 0.7),
    st.sampled_from([*IN_STATSMODELS]),
    st.sampled_from([*RULES]),
)
def test_errors_are_those_of_statsmodels(seed, q, kernel, rule):
    """Where its iterations, which stop near the plane that is exact here, got there, and where quartiles set
    the width: it takes the outcome's standard deviation for the other bound, not the residuals'."""
    design = draw(seed)
    fit = quantile(design, q=q, kernel=kernel, bandwidth=rule, quartiles="interpolated", errors="iid")
    program = sm.QuantReg(design.y, design.x)
    words = {"kernel": IN_STATSMODELS[kernel], "bandwidth": RULES[rule]}
    theirs = program.fit(q=q, vcov="iid", max_iter=5000, p_tol=1e-10, **words)
    assume(np.allclose(theirs.params, fit.params, atol=1e-5))
    e = design.y - design.x @ fit.params
    assume(np.subtract(*np.percentile(e, [75, 25])) / 1.34 < e.std())
    np.testing.assert_allclose(fit.statistics[Of("bandwidth", kernel)], theirs.bandwidth, rtol=1e-4)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.own.matrix)), theirs.bse, rtol=1e-3)


@settings(max_examples=50, deadline=None)
@given(st.integers(20, 5000), st.floats(0.3, 0.7), st.lists(st.floats(-3, 3), min_size=1, max_size=9))
def test_rules_and_kernels_are_those_of_statsmodels(rows, q, points):
    for rule, name in {**RULES, "hall_sheather": "hall_sheather"}.items():
        theirs = getattr(quantile_regression, name)(rows, q)
        if q - theirs > 0 and q + theirs < 1:
            assert rule_width(rows, q, rule) == pytest.approx(theirs, rel=1e-12)
    u = np.array(points)
    for ours, name in IN_STATSMODELS.items():
        np.testing.assert_allclose(
            KERNELS[ours].density(u), quantile_regression.kernels[name](u), rtol=1e-12, atol=1e-15
        )


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_are_densities_about_zero(kernel):
    density = KERNELS[kernel].density
    area, _ = quad(lambda u: float(density(np.array([u]))[0]), -9, 9, points=[-1, -0.5, 0.5, 1], limit=200)
    assert area == pytest.approx(1.0, rel=1e-6)
    u = np.random.default_rng(1).uniform(-2, 2, 40)
    np.testing.assert_allclose(density(u), density(-u))


def test_hendricks_and_koenker_by_hand_with_weights():
    """Densities from planes a bandwidth above and below; bread, and so hc0, is of the same."""
    design = draw(3)
    design = replace(design, weights=np.random.default_rng(3).uniform(0.5, 2, design.nobs))
    q, h = 0.4, rule_width(design.nobs, 0.4, "bofinger")
    fit = quantile(design, q=q, errors="nid", bandwidth="bofinger")
    above, below = (design.x @ quantile(design, q=at).params for at in (q + h, q - h))
    w = design.weights / design.weights.mean()
    f = np.where(above > below, 2 * h / (above - below), 0.0)
    bread = np.linalg.inv(design.x.T @ (design.x * (w * f)[:, None]))
    meat = q * (1 - q) * design.x.T @ (design.x * (w**2)[:, None])
    np.testing.assert_allclose(fit.own.matrix, bread @ meat @ bread, rtol=1e-8)
    np.testing.assert_allclose(hc0(fit).matrix, bread @ fit.scores.T @ fit.scores @ bread, rtol=1e-8)
    assert fit.statistics["sparsity"] == pytest.approx(1 / np.average(f, weights=w), rel=1e-9)


def test_planes_that_cross_are_told():
    density, notes = difference_density(np.array([1.0, 3.0]), np.array([2.0, 1.0]), 0.1)
    np.testing.assert_allclose(density, [0.0, 0.1])
    assert notes == ("The quantiles above and below cross or meet in 1 rows, which then count for nothing.",)


def test_a_row_on_both_planes_counts_for_nothing():
    """Their distance there is rounding: of either sign, a quadrillionth, as the rows happen to be ordered."""
    found = [
        difference_density(np.array([1.0, 2.0]) + e, np.array([1.0, 1.0]), 0.1, 1e-12)[0] for e in ROUNDING
    ]
    for density in found:
        np.testing.assert_allclose(density, [0.0, 0.2])


def test_units_of_the_outcome_move_no_t_where_planes_meet():
    """What is rounding beside the outcome is so in any unit, for instance where both planes share a row."""
    meets = 0
    for seed in range(40):
        design = draw(seed)
        fit = quantile(design, q=0.25, errors="nid")
        small = quantile(replace(design, y=design.y * 1e-9), q=0.25, errors="nid")
        meets += any("cross or meet" in text for text in fit.warnings)
        t = [each.params / np.sqrt(np.diag(each.own.matrix)) for each in (fit, small)]
        np.testing.assert_allclose(t[1], t[0], rtol=1e-6)
    assert meets


def test_ranks_take_no_weights():
    design = replace(draw(1), weights=np.ones(draw(1).nobs))
    with pytest.raises(EstimationError, match="iid_residuals takes no weights; allowed with them: kernel"):
        quantile(design, errors="iid_residuals")


QUANTREG = [
    # R 4.2.2, quantreg 5.94: data(engel); m <- rq(foodexp ~ income, tau, engel); bandwidth.rq(tau, 235, hs =
    # FALSE); summary(m, se, hs = FALSE)$coefficients[, 2]
    (0.25, "iid_residuals", 0.139870024202, [16.40819218, 0.01477252601]),
    (0.25, "nid", 0.139870024202, [21.96160848, 0.02929646239]),
    (0.25, "kernel", 0.139870024202, [28.3424707, 0.03385664761]),
    (0.75, "iid_residuals", 0.139870024202, [10.81863967, 0.00974017334]),
    (0.75, "nid", 0.139870024202, [18.5833594, 0.02534659675]),
    (0.75, "kernel", 0.139870024202, [31.62160267, 0.03856075854]),
    (0.9, "iid_residuals", 0.062961806037, [19.85735647, 0.0178778571]),
    (0.9, "nid", 0.062961806037, [21.73247235, 0.02723574458]),
    (0.9, "kernel", 0.062961806037, [23.37869092, 0.02891243793]),
]


@pytest.mark.parametrize(("q", "errors", "width", "printed"), QUANTREG)
def test_bofingers_rule_of_koenker_is_that_of_quantreg(q, errors, width, printed):
    fit = quantile(engel(), q=q, errors=errors, bandwidth="bofinger_koenker")
    assert fit.statistics["bandwidth_bofinger_koenker"] == pytest.approx(width, rel=1e-11)
    np.testing.assert_allclose(np.sqrt(np.diag(own(fit).matrix)), printed, rtol=1e-8)


def test_a_median_line_that_is_not_unique_is_told():
    """The slope that quantreg takes is another there, so that no error is the same in both."""
    told = "The median line through the residuals that give the errors is not unique"
    said = [
        any(told in text for text in quantile(draw(seed), errors="iid_residuals").warnings)
        for seed in range(30)
    ]
    assert 0 < sum(said) < len(said)


def test_every_rule_has_a_peer():
    assert set(get_args(Rule)) == {*RULES, "bofinger_koenker"}
