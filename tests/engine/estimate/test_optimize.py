"""The search: where it must arrive, and that it owns up when it does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.estimate.numbers.normal import inverse_mills, log_cdf
from replication.estimate.numbers.optimize import Likelihood, Optimum, better_of, maximise


def quadratic(centre: np.ndarray, curvature: np.ndarray):
    """-(t - c)' A (t - c) / 2 as one row."""

    def objective(theta: np.ndarray) -> Likelihood:
        gap = theta - centre
        return Likelihood(np.array([-0.5 * gap @ curvature @ gap]), -(curvature @ gap)[None, :], -curvature)

    return objective


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-6, 1e6))
def test_quadratic_is_solved_in_any_units(seed: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(3, 3)) + 2 * np.eye(3)
    scale = np.diag([1.0, unit, 1.0])
    centre = random.normal(size=3) / np.diag(scale)
    found = maximise(quadratic(centre, scale @ root.T @ root @ scale), np.zeros(3))
    assert found.converged
    np.testing.assert_allclose(found.params * np.diag(scale), centre * np.diag(scale), atol=1e-6)


def test_condition_does_not_depend_on_units() -> None:
    curvature = np.array([[2.0, 0.5], [0.5, 1.0]])
    scale = np.diag([1e5, 1e-3])
    plain = maximise(quadratic(np.ones(2), curvature), np.zeros(2))
    scaled = maximise(quadratic(np.ones(2), scale @ curvature @ scale), np.zeros(2))
    assert scaled.hessian_condition == pytest.approx(plain.hessian_condition, rel=1e-9)


def test_leaves_a_region_where_the_hessian_is_not_negative() -> None:
    def double_hill(theta: np.ndarray) -> Likelihood:
        t = theta[0]
        return Likelihood(
            np.array([2 * t**2 - t**4]), np.array([[4 * t - 4 * t**3]]), np.array([[4 - 12 * t**2]])
        )

    assert maximise(double_hill, np.array([0.1])).params[0] == pytest.approx(1.0, abs=1e-10)


def test_two_starts_that_disagree_are_not_converged() -> None:
    def uneven(theta: np.ndarray) -> Likelihood:
        t = theta[0]
        value, slope = 2 * t**2 - t**4 + 0.3 * t, 4 * t - 4 * t**3 + 0.3
        return Likelihood(np.array([value]), np.array([[slope]]), np.array([[4 - 12 * t**2]]))

    found = maximise(uneven, np.array([-1.0]), second_start=np.array([1.0]))
    assert found.params[0] > 1
    assert not found.converged
    assert "second start" in found.warnings[-1]


def test_a_ridge_is_not_converged() -> None:
    found = maximise(quadratic(np.ones(2), np.ones((2, 2))), np.zeros(2))
    assert not found.converged
    assert found.hessian_condition == np.inf or found.hessian_condition > 1e13
    assert "singular" in found.warnings[0]


def test_running_out_of_iterations_is_not_converged() -> None:
    def slow(theta: np.ndarray) -> Likelihood:
        return Likelihood(-(theta**4), -4 * theta[None, :] ** 3, -12 * np.diag(theta**2) - 1e-12)

    found = maximise(slow, np.array([1e3]), max_iterations=3)
    assert not found.converged
    assert found.iterations == 3
    assert "after 3 iterations" in found.warnings[0]


def test_inverse_mills_ratio_far_out() -> None:
    a = np.array([-1e4, -50.0, -5.0, 0.0, 5.0, 50.0])
    ratio = inverse_mills(a)
    assert ratio[0] == pytest.approx(1e4, rel=1e-7)  # -a (1 + 1/a^2), Abramowitz and Stegun 26.2.12
    assert ratio[1] == pytest.approx(50 + 1 / 50 - 2 / 50**3, rel=1e-9)
    assert ratio[3] == pytest.approx(np.sqrt(2 / np.pi), rel=1e-15)
    assert ratio[5] == 0.0
    assert np.isfinite(log_cdf(a)[2]).all()
    assert ((log_cdf(a)[2] <= 0) & (log_cdf(a)[2] >= -1 - 1e-6)).all()


@pytest.mark.parametrize(
    ("lead", "first_converged", "reported"),
    [(1e-12, True, "first"), (-1e-12, True, "first"), (1e-6, True, "second"), (1e-12, False, "second")],
)
def test_of_two_starts_that_reach_one_maximum_the_first_is_reported(lead, first_converged, reported) -> None:
    def optimum(value: float, iterations: int, converged: bool) -> Optimum:
        there = Likelihood(np.array([value]), np.zeros((1, 1)), -np.eye(1))
        return Optimum(np.zeros(1), there, iterations, 0.0, 1.0, converged)

    found = better_of(optimum(-3.0, 7, first_converged), optimum(-3.0 + lead, 9, True))
    assert found.iterations == {"first": 7, "second": 9}[reported]
