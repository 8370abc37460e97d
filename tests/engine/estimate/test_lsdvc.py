"""Bias-corrected LSDV: the bias against closed forms and simulation, and the estimator's properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.dynamic.dynamic import difference_gmm
from replication.estimate.dynamic.lsdvc import Within, bias_approximation, expected_regressors, lsdvc
from tests.engine.estimate.test_dynamic import design_of, simulated


def explicit_bias(rows: Within, errors: np.ndarray, lag: float, variance: float, order: int) -> np.ndarray:
    """Bruno's expressions entity by entity with full matrices, as his program xtlsdvc_1 (1.0.5) sums them."""
    k = rows.x.shape[2]
    periods = rows.y.shape[1]
    shift = np.diag(np.ones(periods - 1), -1)
    build_up = shift @ np.linalg.inv(np.eye(periods) - lag * shift)
    wmw, wpmw, wppw = np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k))
    traces = dict.fromkeys(("P", "PtP", "PtPP", "PtPPtP"), 0.0)
    for x, error, chosen in zip(rows.x, errors, rows.selected, strict=True):
        s, ones = np.diag(chosen.astype(float)), np.ones((periods, 1))
        m = s @ (np.eye(periods) - ones @ ones.T / chosen.sum()) @ s
        p = m @ build_up
        w = np.column_stack([x[:, 0] - build_up @ m @ error, x[:, 1:]])
        wmw, wpmw, wppw = wmw + w.T @ m @ w, wpmw + w.T @ p @ m @ w, wppw + w.T @ p @ p.T @ w
        for name, matrix in {
            "P": p,
            "PtP": p.T @ p,
            "PtPP": p.T @ p @ p,
            "PtPPtP": p.T @ p @ p.T @ p,
        }.items():
            traces[name] += np.trace(matrix)
    e1 = np.eye(k)[:, :1]
    q = np.linalg.inv(wmw + variance * traces["PtP"] * e1 @ e1.T)
    q11, eye = (e1.T @ q @ e1).item(), np.eye(k)
    first = variance * traces["P"] * q @ e1
    second = (
        -variance * (q @ wpmw + (np.trace(q @ wpmw) + 2 * variance * q11 * traces["PtPP"]) * eye) @ q @ e1
    )
    inner = (e1.T @ q @ wppw @ q @ e1).item() + q11 * np.trace(q @ wppw)
    inner += 2 * variance * traces["PtPPtP"] * q11**2  # he writes it for a variance of one
    third = variance**2 * traces["P"] * (2 * q11 * q @ wppw @ q @ e1 + inner * q @ e1)
    return sum([first, second, third][:order]).ravel()


def panel_rows(
    rng: np.random.Generator, shape: tuple[int, int], lag: float, *, missing: float
) -> tuple[Within, np.ndarray]:
    """An AR(1) with one regressor, and its errors with the entity's effect in them."""
    n, t = shape
    x = rng.normal(size=(n, t))
    errors = rng.normal(size=(n, 1)) + rng.normal(size=shape)
    y = np.zeros((n, t + 1))
    y[:, 0] = rng.normal(size=n)
    for period in range(t):
        y[:, period + 1] = lag * y[:, period] + 0.5 * x[:, period] + errors[:, period]
    selected = rng.random(shape) >= missing
    regressors = np.stack([y[:, :-1], x], axis=2) * selected[:, :, None]
    return Within(y[:, 1:] * selected, regressors, selected), errors * selected


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), lag=st.floats(-0.5, 0.95), order=st.sampled_from([1, 2, 3]))
def test_bias_is_brunos_expression(seed, lag, order):
    rows, errors = panel_rows(np.random.default_rng(seed), (12, 7), lag, missing=0.1)
    regressors = expected_regressors(rows, errors, lag)
    expected = explicit_bias(rows, errors, lag, 1.3, order)
    assert_allclose(bias_approximation(rows, regressors, lag, 1.3, order), expected, rtol=1e-8)


def test_first_term_is_nickells_bias():
    """N large, no regressors, stationary start: Nickell (1981, eq. 18), whose limit the first term estimates.

    Tolerance: the sampling error of a mean over 40,000 entities.
    """
    rng, n, t, lag = np.random.default_rng(1), 40_000, 6, 0.5
    y = np.zeros((n, t + 1))
    y[:, 0] = rng.normal(size=n) / np.sqrt(1 - lag**2)
    errors = rng.normal(size=(n, t))
    for period in range(t):
        y[:, period + 1] = lag * y[:, period] + errors[:, period]
    rows = Within(y[:, 1:], y[:, :-1, None], np.ones((n, t), dtype=bool))
    inner = 1 - (1 - lag**t) / (t * (1 - lag))
    nickell = -(1 + lag) / (t - 1) * inner / (1 - 2 * lag / ((1 - lag) * (t - 1)) * inner)
    expected = (y[:, :1] * lag ** np.arange(t))[:, :, None]
    assert_allclose(bias_approximation(rows, expected, lag, 1.0, 1), [nickell], rtol=0.01)
    estimated = bias_approximation(rows, expected_regressors(rows, errors, lag), lag, 1.0, 1)
    assert_allclose(estimated, [nickell], rtol=0.1)  # the mean errors stay in: see expected_regressors


def expected_lag(start: np.ndarray, systematic: np.ndarray, lag: float) -> np.ndarray:
    """(N, T) expectation of the lagged outcome given start, effects and regressors."""
    level, out = start, []
    for column in systematic.T:
        out.append(level)
        level = lag * level + column
    return np.stack(out, axis=1)


def test_bias_is_the_simulated_one():
    """15 entities, 8 periods, some missing at the ends: mean error of LSDV over 4,000 draws.

    Tolerance: four simulation errors, and 3 percent of the bias for the terms that the expansion leaves out.
    """
    rng = np.random.default_rng(3)
    n, t, lag, draws = 15, 8, 0.6, 4_000
    start, effects, x = rng.normal(size=n), rng.normal(size=n), rng.normal(size=(n, t))
    selected = np.ones((n, t), dtype=bool)
    selected[:4, :2], selected[6:8, 7:] = False, False
    found = np.empty((draws, 2))
    for draw in range(draws):
        errors = effects[:, None] + rng.normal(size=(n, t))
        y = expected_lag(start, np.column_stack([x + errors, np.zeros(n)]), lag)
        regressors = np.stack([y[:, :-1], x], axis=2) * selected[:, :, None]
        rows = Within(y[:, 1:] * selected, regressors, selected)
        centered = np.einsum("nst,ntk->nsk", rows.centering, rows.x)
        cross = np.einsum("nsk,nsl->kl", centered, rows.x)
        found[draw] = np.linalg.solve(cross, np.einsum("nsk,ns->k", centered, rows.y)) - [lag, 1.0]
    mean, error = found.mean(axis=0), found.std(axis=0) / np.sqrt(draws)
    expected = np.stack([expected_lag(start, x + effects[:, None], lag), x], axis=2) * selected[:, :, None]
    predicted = bias_approximation(rows, expected, lag, 1.0, 3)
    assert abs(mean[0]) > 20 * error[0]  # there is a bias to speak of
    assert (abs(predicted - mean) < 4 * error + 0.03 * abs(mean)).all()


@pytest.mark.parametrize("initial", ["anderson_hsiao", "arellano_bond", "blundell_bond"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_estimate_is_lsdv_less_the_bias(initial, order):
    design = design_of(simulated(21, entities=25, periods=9), ("x",))
    fit = lsdvc(design, initial=initial, order=order, replications=3)
    dummies = np.eye(25)[design.entity]
    previous = {(i, t): y for i, t, y in zip(design.entity, design.time, design.y, strict=True)}
    lag = np.array(
        [previous.get((i, t - 1), np.nan) for i, t in zip(design.entity, design.time, strict=True)]
    )
    keep = np.isfinite(lag) & np.isfinite(design.x).all(axis=1)
    regressors = np.column_stack([lag, design.x[:, 1], dummies])[keep]
    uncorrected = np.linalg.lstsq(regressors, design.y[keep], rcond=None)[0]
    assert_allclose(fit.statistics["lag_uncorrected"], uncorrected[0], rtol=1e-9)
    assert (fit.kept == keep).all()
    assert fit.labels == ("lag(y, 1)", "x")
    assert fit.params[0] > uncorrected[0]  # the bias of a positive lag is downward


@settings(max_examples=10, deadline=None)
@given(unit=st.sampled_from([1e-6, 1e-3, 1e6]), order=st.sampled_from([1, 2, 3]), seed=st.integers(0, 99))
def test_the_unit_of_the_outcome_changes_nothing(unit, order, seed):
    design = design_of(simulated(seed, entities=15, periods=7), ("x",))
    fit = lsdvc(design, order=order, replications=3)
    other = lsdvc(replace(design, y=design.y * unit), order=order, replications=3)
    scale = np.array([1.0, unit])
    assert_allclose(other.params, fit.params * scale, rtol=1e-7)
    assert_allclose(other.own.matrix, fit.own.matrix * np.outer(scale, scale), rtol=1e-6)


def test_anderson_hsiao_is_the_exactly_identified_estimate():
    design = design_of(simulated(22, entities=25, periods=9), ("x",))
    exact = difference_gmm(design, steps=2, collapse=True, instrument_lags=[2, 2])
    fit = lsdvc(design, initial="anderson_hsiao", replications=2)
    assert_allclose(fit.statistics["lag_initial"], exact.params[0], rtol=1e-9)


def test_bootstrap_is_seeded_and_its_errors_are_of_the_right_size():
    design = design_of(simulated(23, entities=30, periods=12, gaps=False), ("x",))
    fit = lsdvc(design, replications=100)
    again = lsdvc(design, replications=100)
    other = lsdvc(design, replications=100, seed=1)
    assert (fit.own.matrix == again.own.matrix).all()
    assert (fit.own.matrix != other.own.matrix).all()
    assert fit.statistics["seed"] == 12345
    # a bootstrap of 100 draws is within a third of the within estimator's own errors here
    classical = fit.statistics["sigma"] * np.sqrt(np.diag(fit.bread))
    assert_allclose(np.sqrt(np.diag(fit.own.matrix)), classical, rtol=0.35)
    assert fit.absorbed == 30


BAD = [
    ({"initial": "arellano"}, "did you mean 'arellano_bond'"),
    ({"order": 4}, "order = 4, must be 1, 2 or 3"),
    ({"replications": 1}, "replications = 1, must be 2 or more"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message for _, message in BAD])
def test_mistakes_are_one_clear_line(options, message):
    with pytest.raises(EstimationError) as caught:
        lsdvc(design_of(simulated(2), ("x",)), **options)
    assert message in str(caught.value)


def test_a_term_without_variation_is_named():
    design = design_of(simulated(2), ("x",))
    constant = replace(design, x=np.column_stack([design.x[:, 0], design.entity * 0.1]))
    with pytest.raises(EstimationError, match="'x' has no variation"):
        lsdvc(constant, initial="blundell_bond")


def test_weights_are_refused():
    design = design_of(simulated(2), ("x",))
    with pytest.raises(EstimationError, match="takes no weights"):
        lsdvc(replace(design, weights=np.ones(design.nobs)))
