"""Heckman's model in two steps and by maximum likelihood, against Stata, R and direct formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from replication.errors import EstimationError
from replication.estimate.design import Of
from replication.estimate.limited.selection import heckman_two_step, participation
from replication.estimate.limited.selection_ml import heckman_ml, layout, selection_likelihood
from tests.support.limited_data import (
    assert_printed,
    design,
    mroz_women,
    numerical_jacobian,
    simulated,
    std_errors,
)
from tests.support.terms import terms_of


def wage_design(outcome: str, terms: list[str], selection: list[str], frame=None):
    """An outcome of the 428 working women of Mroz."""
    women = mroz_women() if frame is None else frame
    return design(
        women[outcome].fillna(0),
        women[terms],
        terms,
        extra={"selected": women.inlf.to_numpy(float), "selection": women[selection].to_numpy(float)},
        extra_terms={"selection": terms_of(*selection)},
    )


def wooldridge():
    """Wooldridge's log wages of women: example 17.6 of his panel data text."""
    excluded = ["nwifeinc", "age", "kidslt6", "kidsge6"]
    return wage_design(
        "lwage", ["const", "educ", "exper", "expersq"], ["educ", "exper", "expersq", *excluded]
    )


def simulated_design(seed: int, rho: float = 0.5, n: int = 300):
    """Selection with an instrument z, errors with correlation rho and sigma 1.5."""
    x, index, random = simulated(seed, n)
    z = np.column_stack([x[:, 1:], random.normal(size=n)])
    v = random.normal(size=n)
    selected = (0.3 + z @ [0.4, -0.3, 0.8] + v > 0).astype(float)
    y = index + 1.5 * (rho * v + np.sqrt(1 - rho**2) * random.normal(size=n))
    extra = {"selected": selected, "selection": z}
    return design(
        y * selected, x, ("const", "a", "b"), extra=extra, extra_terms={"selection": terms_of("a", "b", "z")}
    )


def test_two_step_as_printed_by_stata() -> None:
    """`heckman lwage educ exper expersq, select(...) twostep`, printed in public lecture notes.

    The constant and sigma are one unit off in the last digit (single precision of Stata's file is not the
    reason: with its rounding they stay so; where its probit stops may be).
    """
    fit = heckman_two_step(wooldridge())
    errors = std_errors(fit)
    assert fit.labels[:5] == ("const", "educ", "exper", "expersq", "lambda")
    assert fit.labels[5:9] == ("selection:const", "selection:educ", "selection:exper", "selection:expersq")
    assert_printed(fit.params[:5], ["-.5781032", ".1090655", ".0438873", "-.0008591", ".0322619"], units=1)
    assert_printed(errors[:5], [".3050062", ".015523", ".0162611", ".0004389", ".1336246"])
    assert_printed(fit.params[5:], [".2700768", ".1309047", ".1233476", "-.0018871"]
                   + ["-.0120237", "-.0528527", "-.8683285", ".036005"])  # fmt: skip
    assert_printed(errors[5:8], [".508593", ".0252542", ".0187164"])
    assert_printed([fit.statistics["rho"], fit.statistics["sigma"]], ["0.04861", ".66362875"], units=1.1)
    assert (fit.statistics["selected"], fit.statistics["not_selected"]) == (428, 325)


def test_two_step_as_printed_by_sample_selection() -> None:
    """R's sampleSelection, tests/heckit.Rout.save: Greene 2003, example 22.8, wages in dollars."""
    women = mroz_women()
    women["agesq"], women["kids"] = women.age**2, (women.kidslt6 + women.kidsge6 > 0) * 1.0
    data = wage_design("wage", ["const", "exper", "expersq", "educ", "city"],
                       ["age", "agesq", "faminc", "kids", "educ"], women)  # fmt: skip
    fit = heckman_two_step(data)
    assert_printed(
        fit.params[:6], ["-0.97120030", "0.02106096", "0.00013708", "0.41701738", "0.44383788", "-1.09761942"]
    )
    assert_printed(
        std_errors(fit)[:6], ["2.0593505", "0.0624646", "0.0018782", "0.1002497", "0.3158984", "1.2659856"]
    )
    assert_printed([fit.own.matrix[5, 5], fit.own.matrix[0, 5]], ["1.60271957", "-2.32141041"])
    assert_printed(
        fit.params[6:], ["-4.1568", "1.8540e-1", "-2.4259e-3", "4.5804e-6", "-4.4899e-1", "9.8182e-2"]
    )
    assert_printed([fit.statistics["sigma"], fit.statistics["rho"]], ["3.20006", "-0.342999"])
    assert_printed([fit.statistics[Of("loglikelihood", "selection")]], ["-490.848"])


def test_maximum_likelihood_as_printed_by_stata() -> None:
    """`heckman lwage educ exper expersq, select(...)`, printed in public lecture notes.

    Stata stops once g'(-H)^-1 g is below 1e-5, that is up to 3e-3 standard errors before the maximum;
    the printed numbers are within 1e-5 of a standard error of ours.
    """
    fit = heckman_ml(wooldridge())
    errors = std_errors(fit)
    printed = {
        "educ": (0.1083502, 0.0148607),
        "exper": (0.0428369, 0.0148785),
        "expersq": (-0.0008374, 0.0004175),
        "const": (-0.5526973, 0.2603784),
        "selection:educ": (0.1313415, 0.0253823),
        "selection:nwifeinc": (-0.0121321, 0.0048767),
        "selection:age": (-0.0528287, 0.0084792),
        "selection:kidslt6": (-0.8673988, 0.1186509),
        "selection:kidsge6": (0.0358723, 0.0434753),
        "selection:const": (0.2664491, 0.5089578),
        "athrho": (0.026614, 0.147182),
        "log_sigma": (-0.4103809, 0.0342291),
    }
    for name, (estimate, error) in printed.items():
        j = fit.labels.index(name)
        assert fit.params[j] == pytest.approx(estimate, abs=1e-5 * error + 5.1e-8), name
        assert errors[j] == pytest.approx(error, rel=1e-5, abs=5.1e-8), name
    assert_printed([fit.statistics["loglikelihood"]], ["-832.8851"])
    assert_printed([fit.statistics["lr_rho_zero"], fit.statistics["sigma"]], ["0.03", ".6633975"], units=1)
    assert fit.statistics["rho"] == pytest.approx(0.0266078, abs=1e-5 * 0.1470778)
    assert fit.statistics["lambda"] == pytest.approx(0.0176515, abs=1e-5 * 0.0976057)
    assert fit.converged and not fit.warnings


def test_likelihood_is_the_formula_of_the_textbooks() -> None:
    """Row by row: P(selected, y) as a conditional probability times a density, and 1 - P(selected)."""
    data = simulated_design(1)
    chosen = data.extra["selected"] == 1
    z = participation(data, chosen).x
    b, sigma, g, rho = np.array([0.2, 0.4, -0.3]), 1.3, np.array([0.1, 0.3, -0.2, 0.5]), 0.45
    theta = np.concatenate([b / sigma, [1 / sigma], g, [np.arctanh(rho)]])
    ours = selection_likelihood(layout(data, chosen, data.x[chosen], z, np.ones(300)), theta, 3).rows
    e = (data.y - data.x @ b) / sigma
    direct = norm.logcdf((z @ g + rho * e) / np.sqrt(1 - rho**2)) + norm.logpdf(e) - np.log(sigma)
    np.testing.assert_allclose(ours, np.where(chosen, direct, norm.logcdf(-z @ g)), rtol=1e-12, atol=1e-13)
    # and from the bivariate normal itself: P(v > -z'g | e) by its distribution function at a far upper limit
    row = int(np.flatnonzero(chosen)[0])
    joint, step = multivariate_normal([0, 0], [[1, -rho], [-rho, 1]]), 1e-4
    area = joint.cdf([z[row] @ g, e[row] + step]) - joint.cdf([z[row] @ g, e[row] - step])
    assert ours[row] == pytest.approx(np.log(area / (2 * step * sigma)), rel=1e-5)


def test_derivatives_are_those_of_the_likelihood() -> None:
    data = simulated_design(2)
    chosen = data.extra["selected"] == 1
    laid = layout(data, chosen, data.x[chosen], participation(data, chosen).x, np.linspace(0.5, 1.5, 300))
    theta = np.array([0.2, 0.1, -0.4, 0.8, 0.3, -0.2, 0.4, 0.1, -0.6])

    def at(value):
        return selection_likelihood(laid, value, 3)

    np.testing.assert_allclose(
        at(theta).gradient,
        numerical_jacobian(lambda t: np.array([at(t).value]), theta)[0],
        rtol=1e-6,
        atol=1e-6,
    )
    np.testing.assert_allclose(
        at(theta).hessian, numerical_jacobian(lambda t: at(t).gradient, theta), rtol=1e-6, atol=1e-5
    )


def test_two_step_errors_are_not_those_of_least_squares() -> None:
    data = simulated_design(3, rho=0.8, n=2000)
    fit = heckman_two_step(data)
    chosen = data.extra["selected"] == 1
    index = participation(data, chosen).x @ fit.params[4:]
    mills = norm.pdf(index) / norm.cdf(index)
    naive = sm.OLS(data.y[chosen], np.column_stack([data.x, mills])[chosen]).fit()
    np.testing.assert_allclose(fit.params[:4], naive.params, rtol=1e-9)
    assert np.abs(std_errors(fit)[:4] / naive.bse - 1).max() > 0.02


def test_two_step_robust_errors_match_a_pairs_bootstrap() -> None:
    """400 draws give a bootstrap error to about 3.5 percent, so 15 percent is four of those."""
    data = simulated_design(4, rho=0.6, n=800)
    fit = heckman_two_step(data)
    robust = np.sqrt(np.diag(fit.bread @ fit.scores.T @ fit.scores @ fit.bread))
    random = np.random.default_rng(0)
    draws = [heckman_two_step(rows_of(data, random.integers(0, 800, 800))).params for _ in range(400)]
    np.testing.assert_allclose(robust, np.std(draws, axis=0), rtol=0.15)
    np.testing.assert_allclose(robust, std_errors(fit), rtol=0.15)


def rows_of(data, rows: np.ndarray):
    """The design on these rows, some more than once."""
    extra = {name: values[rows] for name, values in data.extra.items()}
    return replace(
        data, y=data.y[rows], x=data.x[rows], entity=data.entity[rows], time=data.time[rows], extra=extra
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-3, 1e4))
def test_units_order_and_what_is_not_seen(seed: int, unit: float) -> None:
    data = simulated_design(seed)
    hidden = data.extra["selected"] == 0
    noise = np.where(hidden, 99.0, data.y)
    order = np.random.default_rng(seed).permutation(data.nobs)
    for estimator in (heckman_two_step, heckman_ml):
        fit = estimator(data)
        np.testing.assert_array_equal(estimator(replace(data, y=noise)).params, fit.params)
        scaled = estimator(replace(data, y=unit * data.y))
        np.testing.assert_allclose(scaled.params[:3], unit * fit.params[:3], rtol=1e-6, atol=1e-7 * unit)
        np.testing.assert_allclose(std_errors(scaled)[:3], unit * std_errors(fit)[:3], rtol=1e-5)
        assert scaled.statistics["rho"] == pytest.approx(fit.statistics["rho"], rel=1e-5, abs=1e-7)
        shuffled = estimator(rows_of(data, order))
        np.testing.assert_allclose(shuffled.params, fit.params, rtol=1e-6, atol=1e-7)


def test_uncorrelated_errors_leave_a_probit_and_least_squares() -> None:
    """With rho = 0 in the data both find it within four errors; the ratio is that against two fits apart."""
    data = simulated_design(6, rho=0.0, n=4000)
    ml, two_step = heckman_ml(data), heckman_two_step(data)
    athrho = ml.labels.index("athrho")
    assert abs(ml.params[athrho] / std_errors(ml)[athrho]) < 4
    assert abs(two_step.params[3] / std_errors(two_step)[3]) < 4
    chosen = data.extra["selected"] == 1
    apart = (
        sm.OLS(data.y[chosen], data.x[chosen]).fit().llf
        + two_step.statistics[Of("loglikelihood", "selection")]
    )
    gain = 2 * (ml.statistics["loglikelihood"] - apart)
    assert ml.statistics["lr_rho_zero"] == pytest.approx(gain, abs=1e-7)


@pytest.mark.parametrize("rho", [-0.7, 0.5])
def test_they_find_what_the_data_were_made_with(rho: float) -> None:
    data = simulated_design(8, rho=rho, n=20_000)
    ml, two_step = heckman_ml(data), heckman_two_step(data)
    truth = {"athrho": np.arctanh(rho), "log_sigma": np.log(1.5), "selection:z": 0.8, "selection:const": 0.3}
    for name, value in truth.items():
        j = ml.labels.index(name)
        assert abs(ml.params[j] - value) < 4 * std_errors(ml)[j]
    assert abs(two_step.params[3] - 1.5 * rho) < 4 * std_errors(two_step)[3]
    assert ml.converged


def test_weights_in_the_likelihood_are_rows_repeated() -> None:
    data = simulated_design(9)
    weights = np.where(np.arange(300) < 60, 2.0, 1.0)
    repeated = rows_of(data, np.repeat(np.arange(300), weights.astype(int)))
    np.testing.assert_allclose(
        heckman_ml(replace(data, weights=weights)).params, heckman_ml(repeated).params, rtol=1e-7, atol=1e-8
    )


def test_what_cannot_be_estimated_is_named() -> None:
    data = simulated_design(1)
    for estimator in (heckman_two_step, heckman_ml):
        with pytest.raises(
            EstimationError, match="needs a selection equation: selected and selection not given"
        ):
            estimator(replace(data, extra={}))
        with pytest.raises(EstimationError, match="selection of y' is 1 in all 300 rows"):
            estimator(replace(data, extra={**data.extra, "selected": np.ones(300)}))
        with pytest.raises(EstimationError, match="must be 0 or 1, found 2"):
            estimator(replace(data, extra={**data.extra, "selected": np.full(300, 2.0)}))
        with pytest.raises(EstimationError, match="'selection:a' predicts"):
            chosen = (data.x[:, 1] > 0).astype(float)
            estimator(replace(data, extra={**data.extra, "selected": chosen}))
        with pytest.raises(
            EstimationError, match=r"in the rows with an outcome, 'b' is an exact linear combin"
        ):
            estimator(replace(data, x=np.column_stack([data.x[:, :2], -data.x[:, 1]])))
    exact = replace(data, y=data.x @ [1.0, 2.0, 3.0])
    with pytest.raises(EstimationError, match="that are seen are fitted exactly"):
        heckman_ml(exact)
    with pytest.raises(EstimationError, match="takes no weights"):
        heckman_two_step(replace(data, weights=np.ones(300)))


def test_a_correlation_at_its_limit_is_not_converged() -> None:
    fit = heckman_ml(simulated_design(1, rho=1.0, n=200))
    assert not fit.converged
    assert "The correlation is estimated at its limit, 1." in fit.warnings


def test_no_instrument_is_said() -> None:
    data = simulated_design(1)
    bare = replace(
        data,
        extra={**data.extra, "selection": data.x[:, 1:]},
        extra_terms={"selection": terms_of("a", "b")},
    )
    assert "only normality identifies it" in heckman_two_step(bare).warnings[0]
