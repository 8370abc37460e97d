"""Quantile regression: Stata's print on Engel's data, and the equivariances of Koenker and Bassett."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import clustered, hc0, own
from replication.estimate.design import Design, Of
from replication.estimate.linear.quantile import quantile
from tests.support.count_data import cross_section, engel, panel


def draw(seed: int, n: int = 60) -> Design:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    y = 1 + x[:, 0] + (1 + 0.3 * np.abs(x[:, 1])) * random.standard_t(4, n)
    design = cross_section("y", ("const", "a", "b"), y, x)
    return replace(design, entity=np.arange(n) // 3, time=np.arange(n) % 3)


def deviations(design: Design, b: np.ndarray, q: float) -> float:
    e = design.y - design.x @ b
    weights = np.ones(len(e)) if design.weights is None else design.weights / design.weights.mean()
    return float(weights @ (e * (q - (e < 0))))


# Stata 12 `qreg foodexp income, vce(iid, kernel(epan2) bwidth(hsheather))` at .5 and .75, in statsmodels'
# regression/tests/results/results_quantile_regression.py (epan2_hsheather, epanechnikov_hsheather_q75):
# income, constant, their errors, sparsity, bandwidths, pseudo R2, sum of deviations. Printed digits; Stata
# holds the data as float32, hence 1e-6 of the rest.
STATA = {
    0.5: (
        [0.5601805, 81.48233],
        [0.0131763, 14.63518],
        209.3102085912557,
        0.1574393314202373,
        64.53302151153288,
        0.6206,
        17559.93220318131,
    ),
    0.75: (
        [0.6440143, 62.39648],
        [0.0122001, 13.5509],
        223.784434936344,
        0.1090401129546568,
        59.62067927472172,
        0.6966,
        13058.50008841318,
    ),
}


@pytest.mark.parametrize("q", [0.5, 0.75])
def test_engel_against_stata(q: float) -> None:
    params, error, sparsity, bandwidth, width, rsquared, deviation = STATA[q]
    fit = quantile(engel(), q=q, kernel="epanechnikov", errors="iid")
    np.testing.assert_allclose(fit.params[::-1], params, rtol=2e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(own(fit).matrix))[::-1], error, rtol=5e-6)
    found = fit.statistics
    assert found["sparsity"] == pytest.approx(sparsity, rel=1e-6)
    assert found["bandwidth_hall_sheather"] == pytest.approx(bandwidth, rel=1e-14)
    assert found[Of("bandwidth", "epanechnikov")] == pytest.approx(width, rel=1e-6)
    assert found["rsquared_pseudo"] == pytest.approx(rsquared, abs=5e-5)
    # Stata doubles the check function
    assert 2 * found["sum_deviations"] == pytest.approx(deviation, rel=1e-7)
    assert fit.converged
    assert own(fit).convention.startswith(
        "Koenker and Bassett, density by the epanechnikov kernel, bandwidth"
    )


def test_engel_against_quantreg() -> None:
    # R quantreg, q = .1: the first three fitted values and residuals of Rquantreg in the same file.
    fit = quantile(engel(), q=0.1)
    fitted = engel().x[:3] @ fit.params
    np.testing.assert_allclose(fitted, [278.946531823426, 327.662259651587, 472.195784028597], rtol=1e-12)
    np.testing.assert_allclose(
        engel().y[:3] - fitted, [-23.1071072288498, -16.7035925924416, 13.4842301424879], rtol=1e-10
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.floats(0.2, 0.8), st.booleans())
def test_no_other_plane_is_closer(seed: int, q: float, weighted: bool) -> None:
    design = draw(seed)
    random = np.random.default_rng(seed)
    if weighted:
        design = replace(design, weights=random.uniform(0.2, 2, design.nobs))
    fit = quantile(design, q=q)
    least = deviations(design, fit.params, q)
    assert fit.statistics["sum_deviations"] == pytest.approx(least, rel=1e-9)
    assert fit.statistics["rsquared_pseudo"] <= 1
    for _ in range(20):
        other = fit.params + random.normal(size=3) * 10.0 ** random.uniform(-6, 0)
        assert deviations(design, other, q) >= least - 1e-9
    # the primal programme, which the estimator does not use
    n, k = design.x.shape
    w = np.ones(n) if design.weights is None else design.weights / design.weights.mean()
    primal = linprog(
        np.concatenate([np.zeros(k), q * w, (1 - q) * w]),
        A_eq=np.hstack([design.x, np.eye(n), -np.eye(n)]),
        b_eq=design.y,
        bounds=[(None, None)] * k + [(0, None)] * 2 * n,
    )
    assert primal.fun == pytest.approx(least, rel=1e-7)
    np.testing.assert_allclose(primal.x[:k], fit.params, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000), st.floats(0.25, 0.75), st.floats(1e-3, 1e3))
def test_equivariances(seed: int, q: float, unit: float) -> None:
    """Koenker and Bassett (1978), theorem 3.2: scale, sign, shift and reparametrisation."""
    design = draw(seed)
    fit, shift = quantile(design, q=q), np.array([1.0, -2.0, 0.5])
    scaled = quantile(replace(design, y=design.y * unit), q=q)
    np.testing.assert_allclose(scaled.params, fit.params * unit, rtol=1e-8, atol=1e-10 * unit)
    np.testing.assert_allclose(hc0(scaled).matrix, hc0(fit).matrix * unit**2, rtol=1e-6)
    np.testing.assert_allclose(quantile(replace(design, y=-design.y), q=1 - q).params, -fit.params, atol=1e-8)
    moved = quantile(replace(design, y=design.y + design.x @ shift), q=q)
    np.testing.assert_allclose(moved.params, fit.params + shift, atol=1e-8)
    np.testing.assert_allclose(clustered(moved).matrix, clustered(fit).matrix, rtol=1e-6)
    turn = np.array([[1.0, 0.3, 0.0], [0.0, 2.0, 1.0], [0.0, 0.0, -0.5]])
    turned = quantile(replace(design, x=design.x @ turn), q=q)
    np.testing.assert_allclose(turn @ turned.params, fit.params, atol=1e-8)
    np.testing.assert_allclose(turn @ turned.own.matrix @ turn.T, fit.own.matrix, rtol=1e-6, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.floats(0.3, 0.7))
def test_counts_of_residuals(seed: int, q: float) -> None:
    """Koenker and Bassett (1978), theorem 3.4: at most nq below the plane, at least nq - k not above it."""
    design = draw(seed)
    e = design.y - design.x @ quantile(design, q=q).params
    zero = np.abs(e) < 1e-9
    assert zero.sum() == 3
    assert ((e < 0) & ~zero).sum() <= q * len(e) <= ((e < 0) | zero).sum()


def test_whole_weights_are_repeated_rows() -> None:
    design = draw(7)
    times = np.random.default_rng(7).integers(1, 4, design.nobs)
    weighted = quantile(replace(design, weights=times.astype(float)), q=0.3)
    repeated = quantile(design.rows(np.repeat(np.arange(design.nobs), times)), q=0.3)
    np.testing.assert_allclose(weighted.params, repeated.params, atol=1e-9)


def test_kernel_sandwich_by_hand() -> None:
    """Bread, scores and both of its own covariances, written out for Engel's data."""
    design, q = engel(), 0.3
    fit, iid = quantile(design, q=q), quantile(design, q=q, errors="iid")
    width = fit.statistics[Of("bandwidth", "gaussian")]
    e = design.y - design.x @ fit.params
    e[np.abs(e) < 1e-8] = 0.0
    density = np.exp(-0.5 * (e / width) ** 2) / np.sqrt(2 * np.pi) / width
    bread = np.linalg.inv(design.x.T @ (design.x * density[:, None]))
    gram = design.x.T @ design.x
    np.testing.assert_allclose(fit.bread, bread, rtol=1e-9)
    np.testing.assert_allclose(fit.scores, design.x * (q - (e < 0))[:, None], rtol=1e-14)
    np.testing.assert_allclose(fit.own.matrix, q * (1 - q) * bread @ gram @ bread, rtol=1e-9)
    np.testing.assert_allclose(
        iid.own.matrix, q * (1 - q) * np.linalg.inv(gram) / density.mean() ** 2, rtol=1e-9
    )


def test_a_constant_alone_gives_the_sample_quantile() -> None:
    y = np.random.default_rng(3).normal(size=101)
    design = cross_section("y", ("const",), y, np.empty((101, 0)))
    assert quantile(design, q=0.25).params[0] == pytest.approx(np.sort(y)[25], rel=1e-14)


def test_ties_are_told() -> None:
    y = np.random.default_rng(3).normal(size=100)
    fit = quantile(cross_section("y", ("const",), y, np.empty((100, 0))), q=0.5)
    assert "rows are tied" in fit.warnings[0]
    assert fit.converged


def test_refusals() -> None:
    with pytest.raises(EstimationError, match="q is 1; allowed: above 0 and below 1"):
        quantile(engel(), q=1.0)
    with pytest.raises(EstimationError, match="q = 0.01 is too near to 0 or 1 for 60 rows"):
        quantile(draw(1), q=0.01)
    design = panel(1)
    with pytest.raises(EstimationError, match="'x1' is an exact linear combination of x0"):
        quantile(replace(design, x=np.column_stack([design.x[:, :2], 2 * design.x[:, 1]])))
    y = np.where(np.arange(60) < 50, 1.0, np.arange(60.0))
    with pytest.raises(EstimationError, match="half of the residuals are zero"):
        quantile(replace(draw(1), y=y))
