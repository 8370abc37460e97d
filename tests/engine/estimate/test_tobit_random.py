"""Random-effects Tobit against R's censReg, brute-force integration, and what must hold for any data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from replication.errors import EstimationError
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.sandwich import clustered, hc0, hc1
from replication.estimate.limited.tobit import censor, tobit
from replication.estimate.limited.tobit_random import (
    adaptive_nodes,
    fixed_nodes,
    panel_of,
    random_effects_likelihood,
    tobit_random_effects,
)
from tests.support.limited_data import censreg_panel, design, numerical_jacobian, simulated, std_errors
from tests.support.linear_panels import make

# R's censReg with its default of 8 Gauss-Hermite points on the simulated panel of its own tests:
# rforge/sampleselection, branches/tobit/tests/censRegPanelTest.Rout.save. Coefficients, then log sigma_u and
# log sigma_e, then their standard errors, then the log-likelihood.
CENSREG = {
    "balanced": (
        [-0.36562313, 1.68000400, 2.24054376, -0.12954703, -0.01240809],
        [0.474457, 0.209222, 0.673889, 0.258070, 0.129690],
        -73.19882,
    ),
    "unbalanced": (
        [-0.225079532, 1.640576704, 2.112078831, -0.167312618, -0.001133654],
        [0.4726959, 0.2110697, 0.6849330, 0.2714583, 0.1322715],
        -71.19256,
    ),
    "two limits": (
        [-0.235535467, 1.893305460, 1.972325289, 0.001776973, 0.052886968],
        [0.548605, 0.301140, 0.819113, 0.277794, 0.163015],
        -64.31272,
    ),
}
# its searches by BFGS stop at a gradient of 2e-5, about 1e-6 away; the Newton search (balanced) at 1e-11
TOLERANCE = {"balanced": 1e-8, "unbalanced": 2e-6, "two limits": 5e-7}


def random_panel(seed: int, entities: int = 12, periods: int = 5, sigma_u: float = 0.8):
    """An unbalanced panel censored at zero."""
    n = entities * periods
    x, index, random = simulated(seed, n)
    entity = np.repeat(np.arange(entities), periods)
    y = index + sigma_u * random.normal(size=entities)[entity] + random.normal(size=n)
    data = design(np.maximum(y, 0), x, ("const", "a", "b"), entity, np.tile(np.arange(periods), entities))
    return data.rows(np.arange(n) % 7 != 3)


def in_logs(fit) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and errors with the two sigmas in logarithms."""
    params, errors = fit.params.copy(), std_errors(fit)
    errors[-2:] /= params[-2:]
    params[-2:] = np.log(params[-2:])
    return params, errors


@pytest.mark.parametrize("case", CENSREG)
def test_same_quadrature_as_censreg(case: str) -> None:
    data, options = censreg_panel(), {}
    if case == "unbalanced":
        data = data.rows(~np.isin(np.arange(60), (1, 4, 5, 7)))
    if case == "two limits":
        data, options = replace(data, y=np.minimum(data.y, 3)), {"upper": 3.0}
    fit = tobit_random_effects(data, points=8, adaptive=False, **options)
    params, errors, loglikelihood = CENSREG[case]
    np.testing.assert_allclose(in_logs(fit)[0], params, atol=TOLERANCE[case])
    np.testing.assert_allclose(in_logs(fit)[1], errors, atol=1e-6)
    assert fit.statistics["loglikelihood"] == pytest.approx(loglikelihood, abs=6e-6)


def test_scores_of_the_entities_are_those_of_censreg() -> None:
    """The same file, $gradientObs of the Newton search: rows 1, 7, 15: in R's order F_1, F_15, F_9."""
    fit = tobit_random_effects(censreg_panel(), points=8, adaptive=False)
    scores = fit.scores * np.r_[1, 1, 1, fit.params[-2:]]  # in the logarithms of the sigmas
    sums = scores.reshape(15, 4, 5).sum(axis=1)[[0, 14, 8]]
    printed = [
        [-0.85308353, 0.22558520, -0.07261010, -0.1440032, -0.9609402],
        [-0.08212549, -3.18521871, -0.23724729, -0.6766315, 6.0271932],
        [-0.07791875, 1.08513351, -0.45707928, -0.8393922, 0.2013187],
    ]
    np.testing.assert_allclose(sums, printed, atol=6e-8)


def density(z):
    """Of the standard normal."""
    return np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)


def by_integration(data, b: np.ndarray, sigma_u: float, sigma_e: float, upper: float) -> np.ndarray:
    """(N,) log-likelihood of each entity by adaptive integration over u, straight from the definition."""

    def integrand(u: float, y: np.ndarray, mean: np.ndarray) -> float:
        z = (y - mean - u) / sigma_e
        rows = np.where(y <= 0, ndtr(z), np.where(y >= upper, ndtr(-z), density(z) / sigma_e))
        return rows.prod() * density(u / sigma_u) / sigma_u

    values = []
    for entity in np.unique(data.entity):
        rows = data.entity == entity
        arguments = (data.y[rows], data.x[rows] @ b)
        reach = 10 * sigma_u
        values.append(quad(integrand, -reach, reach, arguments, epsabs=0, epsrel=1e-12, limit=500)[0])
    return np.log(values)


@pytest.mark.parametrize(("sigma_u", "points"), [(0.3, 32), (1.0, 32), (4.0, 64)])
def test_likelihood_is_the_integral(sigma_u: float, points: int) -> None:
    """A strong effect needs more nodes where an entity is censored throughout: 32 give 1e-6 there."""
    data, upper = random_panel(4, sigma_u=sigma_u), 2.0
    data = replace(data, y=np.minimum(data.y, upper))
    b, sigma_e = np.array([0.1, -0.4, 0.3]), 0.9
    panel = panel_of(censor(data, 0.0, upper), data.x, data.entity)
    theta = np.r_[b / sigma_e, 1 / sigma_e, sigma_u / sigma_e]
    ours = random_effects_likelihood(panel, adaptive_nodes(panel, theta, points), theta).rows
    np.testing.assert_allclose(ours, by_integration(data, b, sigma_u, sigma_e, upper), rtol=0, atol=1e-9)


@pytest.mark.parametrize("adaptive", [True, False])
def test_derivatives_are_those_of_the_likelihood(adaptive: bool) -> None:
    data = random_panel(2)
    panel = panel_of(censor(data, 0.0, 1.5), data.x, data.entity)
    theta = np.array([0.2, -0.1, 0.5, 1.2, 0.8])
    nodes = adaptive_nodes(panel, theta, 32) if adaptive else fixed_nodes(panel, 12)

    def at(value):
        return random_effects_likelihood(panel, nodes, value)

    np.testing.assert_allclose(
        at(theta).gradient,
        numerical_jacobian(lambda t: np.array([at(t).value]), theta)[0],
        rtol=1e-6,
        atol=1e-7,
    )
    np.testing.assert_allclose(
        at(theta).hessian, numerical_jacobian(lambda t: at(t).gradient, theta), rtol=1e-6, atol=1e-5
    )


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-2, 1e4))
def test_units_sides_and_order(seed: int, unit: float) -> None:
    data = random_panel(seed, entities=20)
    fit = tobit_random_effects(data)
    scaled = tobit_random_effects(replace(data, y=unit * data.y))
    np.testing.assert_allclose(scaled.params[:3], unit * fit.params[:3], rtol=1e-5, atol=1e-6 * unit)
    np.testing.assert_allclose(scaled.params[-1], unit * fit.params[-1], rtol=1e-5)
    mirror = tobit_random_effects(replace(data, y=-data.y), lower=None, upper=0.0)
    np.testing.assert_allclose(mirror.params[:3], -fit.params[:3], rtol=1e-5, atol=1e-6)
    order = np.random.default_rng(seed).permutation(data.nobs)
    shuffled = tobit_random_effects(data.rows(order))
    np.testing.assert_allclose(shuffled.params[:3], fit.params[:3], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(shuffled.scores, fit.scores[order], atol=1e-4)


def test_without_an_effect_it_is_the_pooled_tobit() -> None:
    """Each entity's effect is made to cancel: the variance between entities is estimated as zero."""
    x, index, random = simulated(5, 120)
    noise = random.normal(size=(20, 6))
    noise -= noise.mean(axis=1, keepdims=True)
    data = design(np.maximum(index + noise.ravel(), 0), x, ("const", "a", "b"), np.repeat(np.arange(20), 6))
    fit, pooled = tobit_random_effects(data), tobit(data)
    assert fit.params[-2] < 1e-4
    np.testing.assert_allclose(np.delete(fit.params, -2), pooled.params, rtol=1e-6)
    assert fit.statistics["lr_pooled"] == pytest.approx(0, abs=1e-7)
    assert any("pooled Tobit says the same" in sentence for sentence in fit.warnings)


def test_without_censoring_it_is_the_normal_random_effects_model() -> None:
    """The likelihood then has a closed form: each entity is multivariate normal."""
    data = random_panel(8, entities=15)
    x, y = data.x, data.y + np.random.default_rng(1).normal(size=data.nobs)
    fit = tobit_random_effects(replace(data, y=y), lower=None)
    b, sigma_u, sigma_e = fit.params[:3], *fit.params[3:]
    total = 0.0
    for entity in range(15):
        rows = data.entity == entity
        e, t = y[rows] - x[rows] @ b, rows.sum()
        variance = sigma_e**2 * np.eye(t) + sigma_u**2
        total -= 0.5 * (e @ np.linalg.solve(variance, e) + np.linalg.slogdet(2 * np.pi * variance)[1])
    assert fit.statistics["loglikelihood"] == pytest.approx(total, abs=1e-8)


def test_too_few_points_are_noticed() -> None:
    data = random_panel(3, entities=25, periods=12, sigma_u=3.0)
    rough, fine = (tobit_random_effects(data, points=points) for points in (8, 48))
    assert rough.telemetry["quadrature_change"] > 1e-4
    assert any("use more" in sentence for sentence in rough.warnings)
    assert fine.telemetry["quadrature_change"] < 1e-6
    assert fine.converged and not fine.warnings


def test_it_finds_what_the_data_were_made_with() -> None:
    """4,000 rows: estimates within four standard errors of the truth."""
    random = np.random.default_rng(0)
    entity = np.repeat(np.arange(400), 10)
    x = np.column_stack([np.ones(4000), random.normal(size=(4000, 2))])
    truth = np.array([0.5, 1.0, -0.7, 1.2, 0.9])
    y = x @ truth[:3] + 1.2 * random.normal(size=400)[entity] + 0.9 * random.normal(size=4000)
    fit = tobit_random_effects(design(np.maximum(y, 0), x, ("const", "a", "b"), entity))
    assert np.abs((fit.params - truth) / std_errors(fit)).max() < 4
    assert fit.statistics["rho"] == pytest.approx(1.44 / (1.44 + 0.81), abs=0.05)


def test_mundlak_means() -> None:
    fit = tobit_random_effects(random_panel(6), mundlak=True)
    assert fit.labels == ("const", "a", "b", "mean of a", "mean of b", "sigma_u", "sigma_e")


def test_what_cannot_be_estimated_is_named() -> None:
    data = random_panel(1)
    with pytest.raises(EstimationError, match="takes no weights"):
        tobit_random_effects(replace(data, weights=np.ones(data.nobs)))
    with pytest.raises(EstimationError, match="points must be 4 or more, found 2"):
        tobit_random_effects(data, points=2)
    with pytest.raises(EstimationError, match="seen once only"):
        tobit_random_effects(replace(data, entity=np.arange(data.nobs)))
    with pytest.raises(EstimationError, match="censored in all"):
        tobit_random_effects(replace(data, y=-1 - data.y))
    dummy = data.x.copy()
    dummy[:, 2] = data.entity == 2
    with pytest.raises(EstimationError, match="'b' predicts 'y' perfectly"):
        tobit_random_effects(replace(data, x=dummy, y=np.where(data.entity == 2, 0.0, data.y)))


def test_no_variance_between_entities_is_a_maximum_like_any_other():
    """The sign of a ratio of 1e-17 is rounding, and differs between processors."""
    at_zero = 0
    for seed in range(30):
        random = np.random.default_rng(seed)
        x = np.column_stack([np.ones(96), random.normal(size=96)])
        y = np.maximum(x[:, 1] + random.normal(size=96), 0)
        fit = tobit_random_effects(make(y, x, np.repeat(range(12), 8), [*range(8)] * 12, ["const", "a"]))
        assert fit.converged and fit.params[2] >= 0
        at_zero += fit.params[2] < 1e-10
    assert at_zero > 5


def test_errors_are_by_entity_or_by_what_contains_it() -> None:
    """Scores of rows are posterior means given the whole entity: squared row by row they mean nothing."""
    data = random_panel(8)
    data = replace(data, clusters={"half": data.entity // 6})
    fit = tobit_random_effects(data)
    by_entity = np.stack([fit.scores[fit.entity == code].sum(axis=0) for code in np.unique(fit.entity)])
    meat = by_entity.T @ by_entity
    plain = clustered(fit, groups_factor=False, parameters_factor=False)
    np.testing.assert_allclose(plain.matrix, fit.bread @ meat @ fit.bread, rtol=1e-9)
    assert (np.diag(clustered(fit, cluster=["half"]).matrix) > 0).all()
    words = "the rows of one entity are one draw of tobit_random_effects; allowed: classical, or clustered by"
    for error in (hc0, hc1, driscoll_kraay, newey_west, lambda f: clustered(f, cluster=["time"])):
        with pytest.raises(EstimationError, match=words):
            error(fit)
