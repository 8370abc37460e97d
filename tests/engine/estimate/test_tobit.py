"""Pooled Tobit against R's AER, Stata, and what must hold for any data."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.estimate.limited.tobit import censor, censored_likelihood, tobit
from tests.support.limited_data import (
    MROZ_TERMS,
    STATA_HESSIAN,
    assert_printed,
    design,
    fair,
    mroz_women,
    numerical_jacobian,
    simulated,
    std_errors,
)
from tests.support.terms import terms_of


def fair_design():
    """Fair's affairs on Greene's regressors."""
    frame, terms = fair()
    return design(frame.naffairs, frame[terms], terms)


def censored_design(seed: int, n: int = 120):
    """A linear outcome censored at zero."""
    x, index, random = simulated(seed, n)
    return design(np.maximum(index + random.normal(size=n), 0), x, ("const", "a", "b"))


def test_fair_to_the_digits_of_an_independent_newton() -> None:
    """Values of the project's reference list (own Newton and AER agree), to the nine digits written there."""
    fit = tobit(fair_design())
    assert_printed(
        fit.params,
        [
            "8.174197433",
            "-.179332584",
            ".554141813",
            "-1.686220494",
            ".326053249",
            "-2.284972721",
            "8.247080",
        ],
    )
    errors = std_errors(fit)
    printed = [2.741445556, 0.079093240, 0.134517938, 0.403751551, 0.254424747, 0.407827919]
    np.testing.assert_allclose(errors[:-1], printed, rtol=0, atol=1e-9)  # the first is printed .65 units off
    sigma = fit.params[-1]
    assert_printed([np.log(sigma), errors[-1] / sigma], ["2.10985924", ".06709817"])
    assert_printed([fit.statistics["loglikelihood"]], ["-705.576222623"])
    assert (fit.statistics["censored_lower"], fit.statistics["uncensored"]) == (451, 150)


def test_fair_with_two_limits_as_printed_by_aer() -> None:
    """R's AER, tests/Ch-Microeconometrics.Rout.save, chunk tobit2: limits 0 and 4."""
    fit = tobit(fair_design(), upper=4.0)
    assert_printed(fit.params, ["7.9010", "-0.1776", "0.5323", "-1.6163", "0.3242", "-2.2070", "7.94"])
    errors = std_errors(fit)
    assert_printed(errors[:-1], ["2.8039", "0.0799", "0.1412", "0.4244", "0.2539", "0.4498"])
    sigma = fit.params[-1]
    assert_printed([np.log(sigma), errors[-1] / sigma], ["2.0723", "0.1104"])
    assert_printed([fit.statistics["loglikelihood"]], ["-500"])
    counts = [fit.statistics[name] for name in ("censored_lower", "uncensored", "censored_upper")]
    assert counts == [451, 70, 80]
    assert fit.warnings == ("80 outcomes strictly beyond a limit count as being at it.",)


def test_sandwich_on_fair_as_printed_by_aer() -> None:
    """The same file, chunk tobit3: chi2(2) of age = occupation = 0 with sandwich errors is 4.91."""
    fit = tobit(fair_design())
    robust = fit.bread @ fit.scores.T @ fit.scores @ fit.bread
    rows = [fit.labels.index("age"), fit.labels.index("occupation")]
    wald = fit.params[rows] @ np.linalg.solve(robust[np.ix_(rows, rows)], fit.params[rows])
    assert_printed([wald], ["4.91"])


def test_mroz_hours_as_printed_by_stata() -> None:
    """Stata, `tobit hours ..., ll(0)` on mroz.dta printed in public lecture notes."""
    women = mroz_women()
    fit = tobit(design(women.hours, women[MROZ_TERMS], MROZ_TERMS))
    assert_printed(
        fit.params,
        ["965.3053", "-8.814243", "80.64561", "131.5643", "-1.864158", "-54.40501", "-894.0217", "-16.218"]
        + ["1122.022"],
    )
    printed = [446.4358, 4.459096, 21.58322, 17.27938, 0.5376615, 7.418496, 111.8779, 38.64136, 41.57903]
    np.testing.assert_allclose(std_errors(fit), printed, rtol=STATA_HESSIAN)
    names = ("loglikelihood", "rsquared_pseudo", "lr_statistic")
    assert_printed([fit.statistics[name] for name in names], ["-3819.0946", "0.0343", "271.59"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_without_censoring_it_is_least_squares_with_the_ml_sigma(seed: int) -> None:
    x, index, random = simulated(seed)
    y = index + random.normal(size=len(x))
    fit = tobit(design(y, x, ("const", "a", "b")), lower=y.min() - 1)
    b, ssr = np.linalg.lstsq(x, y, rcond=None)[:2]
    sigma = np.sqrt(ssr[0] / len(y))
    np.testing.assert_allclose(fit.params, np.append(b, sigma), rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(fit.bread[:-1, :-1], sigma**2 * np.linalg.inv(x.T @ x), rtol=1e-8)
    assert fit.bread[-1, -1] == pytest.approx(sigma**2 / (2 * len(y)), rel=1e-8)
    assert "No row is censored." in fit.warnings


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-3, 1e5), st.floats(-3, 3))
def test_sides_units_order_and_shifts(seed: int, unit: float, shift: float) -> None:
    data = censored_design(seed)
    fit, errors = tobit(data), std_errors(tobit(data))
    mirror = tobit(replace(data, y=-data.y), lower=None, upper=0.0)
    np.testing.assert_allclose(mirror.params[:-1], -fit.params[:-1], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(std_errors(mirror), errors, rtol=1e-8)
    scaled = tobit(replace(data, y=unit * data.y))
    np.testing.assert_allclose(scaled.params, unit * fit.params, rtol=1e-7, atol=1e-9 * unit)
    np.testing.assert_allclose(std_errors(scaled), unit * errors, rtol=1e-7)
    moved = tobit(replace(data, y=data.y + shift), lower=shift)
    np.testing.assert_allclose(moved.params[0] - shift, fit.params[0], rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(moved.params[1:], fit.params[1:], rtol=1e-7, atol=1e-8)
    order = np.random.default_rng(seed).permutation(data.nobs)
    np.testing.assert_allclose(tobit(data.rows(order)).params, fit.params, rtol=1e-8, atol=1e-10)


def test_derivatives_are_those_of_the_likelihood() -> None:
    data = censored_design(3)
    outcome = censor(data, 0.0, 1.0)
    regressors = np.column_stack([-data.x, outcome.y])
    theta = np.array([0.3, -0.2, 0.4, 1.3])

    def at(value):
        return censored_likelihood(outcome, regressors, np.linspace(0.5, 1.5, data.nobs), value)

    gradient = numerical_jacobian(lambda t: np.array([at(t).value]), theta)[0]
    np.testing.assert_allclose(at(theta).gradient, gradient, rtol=1e-6)
    hessian = numerical_jacobian(lambda t: at(t).gradient, theta)
    np.testing.assert_allclose(at(theta).hessian, hessian, rtol=1e-6, atol=1e-5)


def test_an_infinite_limit_is_none() -> None:
    data = censored_design(1)
    np.testing.assert_array_equal(tobit(data, upper=np.inf).params, tobit(data).params)


def test_mundlak_means_are_added_once_and_only_where_they_say_something() -> None:
    data = censored_design(9)
    year = np.tile(np.arange(6), 20)
    x = np.column_stack([data.x, np.repeat(np.random.default_rng(0).normal(size=20), 6), year == 3])
    terms = ("const", "a", "b", "fixed", "year_3")
    panel = replace(data, x=x, terms=terms_of(*terms), entity=np.repeat(np.arange(20), 6), time=year)
    fit = tobit(panel, mundlak=True)
    assert fit.labels == (*terms, "mean of a", "mean of b", "sigma")
    means = fit.design.x[:, 5].reshape(20, 6)
    np.testing.assert_allclose(means, np.repeat(data.x[:, 1].reshape(20, 6).mean(axis=1)[:, None], 6, axis=1))


def test_what_cannot_be_estimated_is_named() -> None:
    data = censored_design(1)
    with pytest.raises(EstimationError, match=r"'y' is censored in all 120 rows \(120 at the lower limit"):
        tobit(replace(data, y=-1 - data.y))
    with pytest.raises(EstimationError, match="censored in all 120 rows"):
        tobit(replace(data, y=np.where(data.y > 0, 5.0, 0.0)), upper=5.0)
    with pytest.raises(EstimationError, match="lower limit 2 must be below the upper limit 1"):
        tobit(data, lower=2.0, upper=1.0)
    with pytest.raises(EstimationError, match="no variation"):
        tobit(replace(data, y=np.full(120, 3.0)))
    with pytest.raises(EstimationError, match="that are seen are fitted exactly"):
        tobit(replace(data, y=np.maximum(data.x @ [0.1, 0.5, 0.2], 0)))
    dummy = data.x.copy()
    dummy[:, 2] = np.arange(120) < 8
    y = np.where(dummy[:, 2] == 1, 0.0, data.y)
    with pytest.raises(
        EstimationError, match=r"'b' predicts 'y' perfectly: 'y' is at the lower limit in all 8"
    ):
        tobit(replace(data, y=y, x=dummy))


def test_fifty_thousand_rows_take_less_than_a_second_or_two() -> None:
    """The aim is one second on a free core; the bound leaves room for a busy machine."""
    data = censored_design(2, n=50_000)
    start = time.perf_counter()
    assert tobit(data).converged
    assert time.perf_counter() - start < 5
