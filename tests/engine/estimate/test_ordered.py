"""Ordered logit and probit: R's print, statsmodels, derivatives, and what must hold for any data."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.miscmodels.tests.results.results_ordinal_model import (
    data_store,
    res_ord_logit,
    res_ord_probit,
)

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered, hc0
from replication.estimate.design import Design
from replication.estimate.limited.binary import logit, probit
from replication.estimate.limited.ordered import (
    logistic_between,
    normal_between,
    ordered_likelihood,
    ordered_logit,
    ordered_probit,
)
from replication.estimate.margins import average_marginal_effects
from tests.support.limited_data import assert_printed, design, mroz_women, simulated, std_errors

PAIRS = [(ordered_logit, "logit"), (ordered_probit, "probit")]


def ordered_design(seed: int, n: int = 200, levels: tuple[float, ...] = (1.0, 2.0, 5.0, 7.0)) -> Design:
    """Levels of a latent index, each seen."""
    x, index, random = simulated(seed, n)
    latent = index + random.logistic(size=n)
    cuts = np.quantile(latent, np.linspace(0, 1, len(levels) + 1)[1:-1] ** 0.8)
    return design(np.array(levels)[np.digitize(latent, cuts)], x, ("const", "a", "b"))


def test_hours_of_mroz_as_printed_by_stata() -> None:
    """Stata's `ologit` of none, part-time (up to 1,249 hours) and full-time work of 753 women.

    Source: wiki.dominic-ricottone.com/Stata/Ologit.
    """
    women = mroz_women()
    terms = ["kidslt6", "kidsge6", "age", "educ", "exper", "nwifeinc"]
    work = np.digitize(women.hours, [1, 1250])
    fit = ordered_logit(design(work, women[["const", *terms]], ("const", *terms)))
    assert fit.labels == (*terms, "cut1", "cut2")
    printed = ["-1.390614", "-.0341089", "-.0916151", ".158401", ".1159833", "-.0153582"]
    assert_printed(fit.params, [*printed, "-1.75244", "-.3338748"])
    errors = [".1813509", ".0623172", ".0121459", ".0356408", ".0112204", ".0073408"]
    assert_printed(std_errors(fit), [*errors, ".7084357", ".7054785"])
    found = [fit.statistics[name] for name in ("loglikelihood", "loglikelihood_null", "lr_statistic")]
    assert_printed(
        [*found, fit.statistics["rsquared_pseudo"]], ["-685.49686", "-809.85106", "248.71", "0.1536"]
    )


@pytest.mark.parametrize(
    ("estimator", "theirs"), [(ordered_logit, res_ord_logit), (ordered_probit, res_ord_probit)]
)
def test_applications_to_graduate_school_as_r_has_them(estimator, theirs) -> None:
    """MASS::polr on UCLA's data, stored in statsmodels: results_ordinal_model.py.

    polr's search stops early (its thresholds are 6e-4 from the maximum) and its Hessian is one of
    differences: the tolerances of the coefficients and errors are those of statsmodels' own tests.
    """
    x = data_store.df[["pared", "public", "gpa"]].to_numpy(float)
    y = data_store.df["apply"].cat.codes
    fit = estimator(design(y, np.column_stack([np.ones(len(y)), x]), ("const", "pared", "public", "gpa")))
    np.testing.assert_allclose(fit.params[:3], theirs.coefficients_val, atol=2e-4)
    np.testing.assert_allclose(std_errors(fit)[:3], theirs.coefficients_stdE, rtol=3e-3)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(PAIRS), st.integers(0, 100_000))
def test_statsmodels_agrees(pair, seed: int) -> None:
    """Its Hessian is one of differences: 1e-5 of an error."""
    estimator, link = pair
    data = ordered_design(seed)
    fit = estimator(data)
    model = OrderedModel(np.unique(data.y, return_inverse=True)[1], data.x[:, 1:], distr=link)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = model.fit(method="bfgs", disp=0, gtol=1e-9, maxiter=1000)
    thresholds = model.transform_threshold_params(peer.params)[1:-1]
    np.testing.assert_allclose(fit.params, [*peer.params[:2], *thresholds], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(std_errors(fit)[:2], peer.bse[:2], rtol=1e-5)
    assert fit.statistics["loglikelihood"] == pytest.approx(peer.llf, rel=1e-11)
    assert fit.statistics["loglikelihood_null"] == pytest.approx(peer.llnull, rel=1e-9)
    assert fit.converged


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([logistic_between, normal_between]), st.integers(0, 100_000))
def test_derivatives(law, seed: int) -> None:
    random = np.random.default_rng(seed)
    x, weights = random.normal(size=(40, 2)), random.uniform(0.5, 2, 40)
    codes = np.concatenate([[0, 1, 2], random.integers(0, 3, 37)])
    at = partial(ordered_likelihood, x, codes, weights, law)
    theta = np.array([0.5, -0.8, -0.7, 0.9]) * random.uniform(0.5, 2)
    steps, here = 1e-5 * np.eye(4), at(theta)
    slope = [(at(theta + h).rows - at(theta - h).rows) / 2e-5 for h in steps]
    bend = [(at(theta + h).gradient - at(theta - h).gradient) / 2e-5 for h in steps]
    np.testing.assert_allclose(here.scores, np.transpose(slope), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(here.hessian, bend, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("law", "cdf"), [(logistic_between, stats.logistic.cdf), (normal_between, stats.norm.cdf)]
)
def test_probabilities_between_bounds(law, cdf) -> None:
    lower = np.array([-np.inf, -1.0, 0.5, 2.0, -np.inf, 30.0, -31.0])
    upper = np.array([-2.0, 1.0, 0.6, np.inf, np.inf, 31.0, -30.0])
    found = law(lower, upper)
    np.testing.assert_allclose(np.exp(found.log[:5]), cdf(upper[:5]) - cdf(lower[:5]), rtol=1e-12)
    assert found.log[5] == pytest.approx(found.log[6], rel=1e-14)  # far out, on either side
    assert np.isfinite(found.log).all()
    assert all(np.isfinite(each).all() for each in (found.upper, found.lower, found.upper_slope))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([(ordered_logit, logit), (ordered_probit, probit)]), st.integers(0, 100_000))
def test_two_levels_are_the_binary_model(pair, seed: int) -> None:
    """The threshold is the constant with its sign turned; so are its scores, and with them every error."""
    ordered, binary = pair
    data = ordered_design(seed, levels=(3.0, 8.0))
    fit, other = ordered(data), binary(replace(data, y=(data.y == 8.0).astype(float)))
    turned = np.array([other.params[1], other.params[2], -other.params[0]])
    np.testing.assert_allclose(fit.params, turned, rtol=1e-8, atol=1e-10)
    for error in (classical, hc0):
        ours, theirs = (np.sqrt(np.diag(error(each).matrix)) for each in (fit, other))
        np.testing.assert_allclose(ours, theirs[[1, 2, 0]], rtol=1e-7)
    assert fit.statistics["loglikelihood"] == pytest.approx(other.statistics["loglikelihood"], rel=1e-12)
    assert fit.statistics["lr_p"] == pytest.approx(other.statistics["lr_p"], rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(PAIRS), st.integers(0, 100_000), st.floats(1e-3, 1e3), st.floats(-50, 50))
def test_names_of_levels_units_and_direction(pair, seed: int, unit: float, shift: float) -> None:
    estimator, _ = pair
    data = ordered_design(seed)
    fit = estimator(data)
    codes = np.unique(data.y, return_inverse=True)[1]
    again = estimator(replace(data, y=np.exp(codes), x=data.x * [1, unit, 1] + [0, shift, 0]))
    np.testing.assert_allclose(again.params[:2] * [unit, 1], fit.params[:2], rtol=1e-6, atol=1e-8)
    moved = fit.params[2:] + fit.params[0] / unit * shift
    np.testing.assert_allclose(again.params[2:], moved, rtol=1e-5, atol=1e-6)
    down = estimator(replace(data, y=-data.y))
    np.testing.assert_allclose(down.params, [*-fit.params[:2], *-fit.params[:1:-1]], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(clustered(down).matrix[:2, :2], clustered(fit).matrix[:2, :2], rtol=1e-6)


def test_a_constant_is_neither_needed_nor_shown() -> None:
    data = ordered_design(2)
    without = ordered_logit(replace(data, x=data.x[:, 1:], terms=data.terms[1:]))
    np.testing.assert_array_equal(without.params, ordered_logit(data).params)


@pytest.mark.parametrize(("estimator", "_"), PAIRS)
def test_whole_weights_are_rows_repeated(estimator, _) -> None:
    data = ordered_design(4)
    times = np.random.default_rng(4).integers(1, 4, data.nobs)
    weighted = estimator(replace(data, weights=times.astype(float)))
    repeated = estimator(data.rows(np.repeat(np.arange(data.nobs), times)))
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=1e-8)
    assert "aic" not in weighted.statistics


@pytest.mark.parametrize(("estimator", "_"), PAIRS)
def test_what_cannot_be_estimated_is_named(estimator, _) -> None:
    data = ordered_design(1)
    with pytest.raises(EstimationError, match="'y' is 2 in all 200 rows"):
        estimator(replace(data, y=np.full(200, 2.0)))
    with pytest.raises(
        EstimationError, match="'y' has 200 levels, each with a threshold; allowed: up to 100"
    ):
        estimator(replace(data, y=np.arange(200.0)))
    top = (data.y == 7.0) & (data.x[:, 1] > 0)
    dummy = np.column_stack([data.x[:, :2], top])
    with pytest.raises(
        EstimationError, match=f"'b' predicts 'y' perfectly: 'y' is 7 in all {top.sum()} rows"
    ):
        estimator(replace(data, x=dummy))
    with pytest.raises(EstimationError, match="a combination of a, b predicts 'y' perfectly in some rows"):
        split = np.digitize(data.x[:, 1] - data.x[:, 2], [-0.5, 0.5])
        estimator(replace(data, y=split.astype(float)))
    with pytest.raises(EstimationError, match="no regressor"):
        estimator(replace(data, x=data.x[:, :1], terms=data.terms[:1]))
    fit = estimator(data)
    with pytest.raises(EstimationError, match=f"{fit.estimator} has no average marginal effects"):
        average_marginal_effects(fit, fit.bread)
