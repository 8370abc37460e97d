"""Seemingly unrelated regressions: R's systemfit, linearmodels, exact properties.

Source of the printed numbers: systemfit, tests/test_panel.Rout.save (read at GitHub, cran/systemfit), method
"SUR", methodResidCov "noDfCor"; for pooled slopes with residCovWeighted. They repeat Theil (1971, p. 300) and
Greene (2003, p. 351), on his data.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from linearmodels.system import SUR
from numpy.testing import assert_allclose
from scipy import stats

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import clustered, own
from replication.estimate.design import Of
from replication.estimate.gls.fgls import fgls
from replication.estimate.gls.sur import sur
from replication.estimate.linear.linear import ols
from tests.support.gls_panels import UNITS, balanced, firms_of, greene_firms, in_other_units, relabelled
from tests.support.linear_panels import assert_printed, errors, make, seeds

quick = settings(max_examples=20, deadline=None)

GREENE = {
    "General Motors": ("-162.3641052 0.1204930 0.3827462", "89.4592324 0.0216291 0.0327680"),
    "Chrysler": ("0.5043036 0.0695456 0.3085445", "11.5128290 0.0168975 0.0258636"),
    "General Electric": ("-22.4389132 0.0372914 0.1307830", "25.5185863 0.0122631 0.0220497"),
    "Westinghouse": ("1.0888770 0.0570091 0.0415065", "6.2588045 0.0113623 0.0412016"),
    "US Steel": ("85.4232548 0.1014782 0.3999914", "111.8774214 0.0547837 0.1277946"),
}


def test_greene():
    fit = sur(greene_firms())
    for firm, (params, printed) in GREENE.items():
        rows = [fit.labels.index(f"{firm}:{term}") for term in ("const", "value", "capital")]
        assert_printed(fit.params[rows], params)
        assert_printed(errors(own(fit))[rows], printed)
    assert_printed(fit.statistics["rsquared_mcelroy"], "0.868682")
    assert_printed(fit.statistics[Of("rsquared", "Chrysler")], "0.911862")
    assert own(fit).df is None


def test_greene_pooled():
    fit = sur(greene_firms(), pooled=True)
    assert fit.labels == ("const", "value", "capital")
    assert_printed(fit.params, "-28.24669393 0.08910091 0.33401503")
    assert_printed(errors(own(fit)), "4.88823801 0.00507226 0.01671254")
    assert_printed(fit.statistics["rsquared_mcelroy"], "0.843852")
    assert_printed(fit.statistics[Of("rsquared", "US Steel")], "-1.168498")


def test_theil():
    fit = sur(firms_of(["General Electric", "Westinghouse"]))
    printed = "-27.71931712 0.03831021 0.13903627 -1.25198823 0.05762980 0.06397807"
    assert_printed(fit.params, printed)
    printed = "27.03282800 0.01329011 0.02303559 6.95634669 0.01341101 0.04890100"
    assert_printed(errors(own(fit)), printed)
    assert_printed(fit.statistics["loglikelihood"], "-158.3196")
    assert_printed(fit.statistics["rsquared_mcelroy"], "0.615103")
    assert_printed(fit.statistics[Of("rsquared", "General Electric")], "0.692557")


def in_linearmodels(design):
    """One equation an entity."""
    return SUR(
        {
            str(i): {
                "dependent": design.y[design.entity == i],
                "exog": design.x[design.entity == i],
            }
            for i in np.unique(design.entity)
        }
    )


@pytest.mark.parametrize(("divisor", "debiased"), [("T", False), ("T-k", True)])
@pytest.mark.parametrize("iterate", [False, True])
@given(seed=seeds)
@settings(max_examples=8, deadline=None)
def test_linearmodels(divisor, debiased, iterate, seed):
    """Its debiased covariance divides by the root of (T - k_i)(T - k_j); its weights always by T, which for
    equal k scales all alike. Iterations stop at 1e-6 there."""
    design = balanced(seed, periods=15)
    fit = sur(design, divisor=divisor, iterate=iterate)
    other = in_linearmodels(design).fit(
        method="gls", cov_type="unadjusted", debiased=debiased, iterate=iterate, iter_limit=1000, tol=1e-12
    )
    tolerance = 1e-5 if iterate else 1e-9
    assert_allclose(fit.params, other.params, rtol=tolerance, atol=tolerance)
    assert_allclose(errors(own(fit)), other.std_errors, rtol=tolerance)


def test_errors_clustered_by_period_are_the_robust_ones_of_linearmodels():
    """Up to G/(G-1) (n-1)/(n-k): the scores of a period belong together."""
    design = balanced(5)
    fit = sur(design)
    other = in_linearmodels(design).fit(method="gls", cov_type="robust", debiased=False)
    plain = clustered(fit, cluster=["time"], groups_factor=False, parameters_factor=False)
    assert_allclose(errors(plain), other.std_errors, rtol=1e-8)


def each_by_itself(design):
    return np.concatenate([ols(design.rows(design.entity == i)).params for i in np.unique(design.entity)])


@given(seed=seeds)
@quick
def test_the_same_regressors_are_least_squares_one_by_one(seed):
    design = balanced(seed)
    same = replace(design, x=np.tile(design.x[:12], (4, 1)))
    assert_allclose(sur(same).params, each_by_itself(same), rtol=1e-6, atol=1e-8)


def test_uncorrelated_residuals_are_least_squares_one_by_one():
    """Residuals of two equations made orthogonal to each other and to all regressors."""
    rng = np.random.default_rng(0)
    q = np.linalg.qr(np.column_stack([np.ones(12), rng.normal(size=(12, 6))]))[0]
    a, b = q[:, [0, 1, 2]], q[:, [0, 3, 4]]
    y = np.concatenate([a @ [1.0, 2.0, 3.0] + q[:, 5], b @ [2.0, 0.0, 1.0] + 2 * q[:, 6]])
    x, entity = np.vstack([a, b]), np.repeat([0, 1], 12)
    design = make(y, x, entity, np.tile(np.arange(12), 2), ["c", "a", "b"])
    fit = sur(design)
    assert_allclose(fit.params, each_by_itself(design), rtol=1e-10, atol=1e-12)
    assert fit.statistics["breusch_pagan_chi2"] == pytest.approx(0.0, abs=1e-20)


def test_breusch_pagan_by_hand():
    """T times the squared correlations of least-squares residuals; with two equations one of them."""
    design = firms_of(["General Electric", "Westinghouse"])
    e = [ols(design.rows(design.entity == i)).residuals for i in (0, 1)]
    value = 20 * (e[0] @ e[1]) ** 2 / (e[0] @ e[0]) / (e[1] @ e[1])
    assert_printed(np.sqrt(value / 20), "0.728965")  # the correlation that systemfit prints
    statistics = sur(design).statistics
    assert statistics["breusch_pagan_chi2"] == pytest.approx(value, rel=1e-10)
    assert statistics["breusch_pagan_chi2_p"] == pytest.approx(stats.chi2.sf(value, 1), rel=1e-10)
    assert statistics["breusch_pagan_chi2_df"] == 1


@given(seed=seeds)
@quick
def test_iterated_pooled_is_iterated_fgls(seed):
    """Two starts, one maximum."""
    design = balanced(seed, entities=2, periods=30)
    fit = sur(design, pooled=True, iterate=True)
    other = fgls(design, panels="correlated", iterate=True)
    assert_allclose(fit.params, other.params, rtol=1e-5, atol=1e-6)
    assert fit.statistics["loglikelihood"] == pytest.approx(other.statistics["loglikelihood"], rel=1e-9)


@pytest.mark.parametrize("pooled", [False, True])
@given(seed=seeds)
@quick
def test_names_order_and_units(pooled, seed):
    design = balanced(seed)
    fit = sur(design, pooled=pooled)
    moved = sur(relabelled(design, seed), pooled=pooled)
    order = [moved.labels.index(term) for term in fit.labels]
    assert_allclose(moved.params[order], fit.params, rtol=1e-6, atol=1e-8)
    assert_allclose(errors(clustered(moved))[order], errors(clustered(fit)), rtol=1e-6)
    scaled = sur(in_other_units(design), pooled=pooled)
    units = UNITS if pooled else np.tile(UNITS, 4)
    assert_allclose(scaled.params, units * fit.params, rtol=1e-6, atol=1e-7)
    assert_allclose(errors(own(scaled)), units * errors(own(fit)), rtol=1e-6)


def test_periods_that_are_not_common_are_left_out_and_counted():
    design = balanced(6)
    holed = design.rows((design.entity != 1) | (design.time > 1991))
    fit = sur(holed)
    assert fit.warnings == ("2 periods (6 rows) in which an entity is missing are left out",)
    assert_allclose(fit.params, sur(design.rows(design.time > 1991)).params, rtol=1e-12)
    assert fit.kept.sum() == fit.nobs == 40
    nameless = sur(replace(design, entity_labels=()))
    assert nameless.labels[3] == "entity 1:const"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: sur(replace(d, weights=np.ones(d.nobs))), "takes no weights"),
        (lambda d: sur(replace(d, y=d.x @ [1.0, 2.0, 3.0])), "fit the outcome exactly"),
        (lambda d: sur(d.rows(d.entity == 0)), "at least two entities"),
        (lambda d: sur(d.rows((d.entity + d.time) % 2 == 0)), "all 4 entities are observed; there is none"),
        (lambda d: sur(d.rows(d.time < 1993)), "sur has 3 common periods; needed: more than the 3"),
        (
            lambda d: sur(replace(d, x=np.where((d.entity == 2)[:, None], d.x[:, [0, 1, 1]], d.x))),
            "'unit 2:b' is an exact linear combination of unit 2:a",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(balanced(0))
    assert message in str(problem.value)
