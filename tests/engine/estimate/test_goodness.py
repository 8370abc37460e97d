"""Information criteria against what Stata and R print, and the identities that fix what they count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.discrete.tests.results.results_discrete import RandHIE, Spector
from statsmodels.regression.tests.results.results_regression import Longley

from replication.estimate.gls.fgls import fgls
from replication.estimate.gls.sur import sur
from replication.estimate.limited.binary import logit, probit
from replication.estimate.limited.fractional import fractional_logit
from replication.estimate.limited.negative_binomial import negative_binomial
from replication.estimate.limited.poisson import ppml
from replication.estimate.limited.selection_ml import heckman_ml
from replication.estimate.limited.tobit import tobit
from replication.estimate.limited.two_part import two_part
from replication.estimate.linear.linear import ols
from tests.support.count_data import panel as counts_panel
from tests.support.count_data import randhie
from tests.support.gls_panels import balanced
from tests.support.linear_panels import (
    STATA_FLOATS,
    all_dummies,
    cross_section,
    draw,
    dummies_beside_constant,
    make,
    seeds,
    with_sectors,
)
from tests.support.terms import terms_of

quick = settings(max_examples=15, deadline=None)


def criteria(fit):
    return [fit.statistics["aic"], fit.statistics["bic"]]


def test_longley_is_stata_with_the_variance_counted():
    """statsmodels keeps Stata's figures: AIC 233.2349 and BIC 238.643, whose k is the seven coefficients."""
    data = sm.datasets.longley.load_pandas()
    x = sm.add_constant(data.exog)
    stata = Longley()
    found = criteria(ols(cross_section(data.endog, x, ["const", *data.exog.columns])))
    assert_allclose(found, [stata.aic + 2, stata.bic + np.log(16)], atol=1e-3)


def test_logit_as_stata_has_it():
    """Stata's logit and estat ic, Spector.logit in statsmodels' results_discrete.py; its data are float32."""
    data = sm.datasets.spector.load_pandas()
    design = cross_section(data.endog, sm.add_constant(data.exog), ["const", *data.exog.columns])
    assert_allclose(criteria(logit(design)), [Spector.logit.aic, Spector.logit.bic], rtol=STATA_FLOATS)
    assert_allclose(criteria(probit(design)), [Spector.probit.aic, Spector.probit.bic], rtol=STATA_FLOATS)


def test_negative_binomial_as_stata_and_r_have_it():
    """RandHIE.negativebinomial_nb2_bfgs in the same file: Stata and R agree; alpha is counted."""
    known = RandHIE.negativebinomial_nb2_bfgs
    assert_allclose(criteria(negative_binomial(randhie())), [known.aic, known.bic], rtol=1e-9)


def test_poisson_is_statsmodels():
    design = randhie()
    known = sm.Poisson(design.y, design.x).fit(disp=0)
    assert_allclose(criteria(ppml(design)), [known.aic, known.bic], rtol=1e-9)


@given(seeds, st.sampled_from([["entity"], ["entity", "time"], ["sector", "time"]]), st.booleans())
@quick
def test_absorbed_effects_count_like_dummies(seed, effects, weighted):
    design = with_sectors(draw(seed, weighted=weighted))
    d = all_dummies(design, effects)
    names = [f"d{j}" for j in range(d.shape[1])]
    written = replace(design, x=np.column_stack([design.x[:, 1:], d]), terms=terms_of("a", "b", *names))
    assert_allclose(criteria(ols(design, effects=effects)), criteria(ols(written)), rtol=1e-10)


@given(st.integers(0, 10_000))
@quick
def test_poisson_effects_count_like_dummies(seed):
    design = counts_panel(seed)
    fit = ppml(design, effects=["entity", "time"])
    used = design if fit.kept is None else design.rows(fit.kept)
    d = dummies_beside_constant(used, ["entity", "time"])
    columns = [used.labels.index(name) for name in fit.labels]
    x = np.column_stack([np.ones(used.nobs), used.x[:, columns], d])
    known = sm.GLM(used.y, x, family=sm.families.Poisson()).fit(tol=1e-12)
    parameters = x.shape[1]
    assert_allclose(
        criteria(fit), [2 * parameters - 2 * known.llf, parameters * np.log(used.nobs) - 2 * known.llf]
    )


@given(seeds)
@quick
def test_a_tobit_without_censoring_is_least_squares(seed):
    design = draw(seed)
    assert_allclose(criteria(tobit(design, lower=None)), criteria(ols(design)), rtol=1e-9)
    assert_allclose(criteria(fgls(design, panels="iid")), criteria(ols(design)), rtol=1e-9)


@given(seeds)
@quick
def test_maximum_likelihood_of_systems_counts_every_variance(seed):
    design = balanced(seed, entities=3)
    together = fgls(design, panels="correlated", iterate=True)
    pooled = sur(design, pooled=True, iterate=True)
    assert_allclose(criteria(together), criteria(pooled), rtol=1e-6)
    ll, k, n = together.statistics["loglikelihood"], len(design.terms) + 6, design.nobs
    assert_allclose(criteria(together), [2 * k - 2 * ll, k * np.log(n) - 2 * ll], rtol=1e-12)
    assert "aic" not in sur(design).statistics and "aic" not in fgls(design).statistics


def test_the_parts_of_a_model_add_up():
    """Of two parts each has its own likelihood: AIC is the sum; the sizes of the two samples differ."""
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(300), rng.normal(size=300)])
    y = np.where(x[:, 1] + rng.normal(size=300) > 0, np.exp(0.3 * x[:, 1] + rng.normal(size=300)), 0.0)
    design = cross_section(y, x, ["const", "x"])
    whole = two_part(design)
    some = y > 0
    amount = ols(cross_section(np.log(y[some]), x[some], ["const", "x"]))
    share = probit(cross_section(some.astype(float), x, ["const", "x"]))
    assert whole.statistics["aic"] == pytest.approx(amount.statistics["aic"] + share.statistics["aic"])


def test_without_selection_on_the_error_a_selection_model_loses_two():
    """At a correlation of zero its likelihood is that of the parts; athrho is one parameter more."""
    rng = np.random.default_rng(4)
    x, z = rng.normal(size=(2, 400))
    chosen = 0.3 + z + rng.normal(size=400) > 0
    design = replace(
        make(
            1 + x + rng.normal(size=400),
            np.column_stack([np.ones(400), x]),
            range(400),
            [0] * 400,
            ["const", "x"],
        ),
        extra={"selected": chosen.astype(float), "selection": z[:, None]},
        extra_terms={"selection": terms_of("z")},
    )
    whole = heckman_ml(design)
    amount = ols(cross_section(design.y[chosen], design.x[chosen], ["const", "x"]))
    share = probit(cross_section(chosen.astype(float), np.column_stack([np.ones(400), z]), ["const", "z"]))
    parts = amount.statistics["aic"] + share.statistics["aic"]
    assert whole.statistics["aic"] == pytest.approx(parts + 2 - whole.statistics["lr_rho_zero"])


@pytest.mark.parametrize(
    "fit",
    [
        lambda d: fractional_logit(replace(d, y=(d.y - d.y.min() + 0.1) / (np.ptp(d.y) + 0.2))),
        lambda d: ppml(replace(d, y=np.exp(d.y / 10))),
        lambda d: logit(replace(d, y=(d.y > 0).astype(float), weights=np.full(d.nobs, 2.0))),
    ],
)
def test_a_quasi_likelihood_has_none(fit):
    found = fit(draw(3)).statistics
    assert "loglikelihood" in found
    assert "aic" not in found and "bic" not in found
