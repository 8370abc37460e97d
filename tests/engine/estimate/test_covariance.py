"""Errors against R, Stata and statsmodels, and what each small-sample word does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from numpy.testing import assert_allclose
from statsmodels.regression.tests.results import results_grunfeld_ols_robust_cluster as stata
from statsmodels.stats.tests.results import results_panelrobust as stata_panel

from replication.errors import EstimationError
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.sandwich import classical, clustered, hc0, hc1, hc2, hc3, own
from replication.estimate.design import Covariance
from replication.estimate.linear.linear import between, ols
from replication.estimate.linear.random_effects import random_effects
from tests.support.linear_panels import (
    DIGITS,
    STATA_FLOATS,
    assert_printed,
    bare,
    draw,
    dummies,
    errors,
    grunfeld,
    grunfeld_in_stata,
    make,
    seeds,
)
from tests.support.terms import terms_of

POOLED = [
    # R sandwich (runs); const, value, capital
    (hc0, {}, "11.48756285558 .00675967929 .04849766324"),
    (hc1, {}, "11.574701117 .006810954457 .048865539534"),
    (hc2, {}, "12.66787429442 .006955025801 .053165053831"),
    (hc3, {}, "14.013495466585 .007162666244 .058509866205"),
    # R vcovPL adjust=FALSE (runs)
    (driscoll_kraay, {"lags": 0}, "9.962333026480 .007670383018 .037503240986"),
    (driscoll_kraay, {"lags": 1}, "11.853563275205 .009927637811 .045288681356"),
]


@pytest.mark.parametrize(("covariance", "options", "printed"), POOLED)
def test_grunfeld_pooled(covariance, options, printed):
    assert_printed(errors(covariance(ols(grunfeld()), **options)), printed)


STATA = [
    # results_grunfeld_ols_robust_cluster.py and results_panelrobust.py in the statsmodels wheel
    (clustered, {}, "20.425202580078 .01589433647768 .08496711097464"),
    (clustered, {"cluster": ["entity", "time"]}, "19.505607409785 .01635175387097 .07847391274682"),
    (driscoll_kraay, {"lags": 4}, "12.190347184209 .0134360177573 .04930800664089"),
    (newey_west, {"lags": 4}, "16.179042041128 .01142785251475 .06842168281423"),
]


@pytest.mark.parametrize(("covariance", "options", "printed"), STATA)
def test_grunfeld_pooled_stata(covariance, options, printed):
    expected = np.array(printed.split(), dtype=float)
    assert_allclose(errors(covariance(ols(grunfeld()), **options)), expected, rtol=STATA_FLOATS)
    assert_allclose(errors(covariance(ols(grunfeld_in_stata()), **options)), expected, rtol=DIGITS)


@pytest.mark.parametrize("lags", [0, 1, 4])
@pytest.mark.parametrize(("covariance", "name"), [(newey_west, "pnw"), (driscoll_kraay, "dk")])
def test_whole_matrices_of_stata(covariance, name, lags):
    """Stata's matrices, in its order value, capital, const, read from the statsmodels wheel."""
    order = [1, 2, 0]
    found = covariance(ols(grunfeld_in_stata()), lags=lags).matrix[np.ix_(order, order)]
    assert_allclose(found, getattr(stata_panel, f"cov_{name}{lags}_stata"), rtol=DIGITS)


def test_clustered_degrees_of_freedom_are_those_of_stata():
    covariance = clustered(ols(grunfeld()))
    assert covariance.df == stata.results_cluster.df_r == 9
    assert covariance.factors == {"G/(G-1)": 10 / 9, "(n-1)/(n-k)": 199 / 197}
    assert (
        covariance.convention == "clustered by entity (10 clusters): G/(G-1) = 1.11111, (n-1)/(n-k) = 1.01015"
    )


@pytest.mark.parametrize(
    ("correction", "const"),
    [("none", "12.19035"), ("n-k", "12.28282"), ("fixest", "12.57036")],
)
def test_driscoll_kraay_factors(correction, const):
    """Reference 4.3: the same name, three programs, three errors of the constant."""
    covariance = driscoll_kraay(ols(grunfeld()), lags=4, correction=correction)
    assert_printed(errors(covariance)[0], const)
    assert covariance.df == 19


def test_within_clustered():
    """pyfixest's CRV1 and plm's vcovHC HC0 (runs): two choices of the same three words."""
    fit = ols(grunfeld(), effects=["entity"])
    assert_printed(errors(clustered(fit)), ".01519449 .05275177")
    plain = clustered(fit, absorbed="none", groups_factor=False, parameters_factor=False)
    assert_printed(errors(plain), ".0143421437 .0497926087")
    assert_allclose(errors(clustered(fit)), errors(plain) * np.sqrt(10 / 9 * 199 / 197), rtol=1e-12)


@pytest.mark.parametrize(("absorbed", "k"), [("nested", 2 + 20), ("all", 2 + 29), ("none", 2)])
def test_which_absorbed_effects_count(absorbed, k):
    """Firm effects are nested in firms: 22 and 31 parameters, as in reference 4.3."""
    fit = ols(grunfeld(), effects=["entity", "time"])
    assert clustered(fit, absorbed=absorbed).factors["(n-1)/(n-k)"] == 199 / (200 - k)


def test_effects_nested_in_either_of_two_clusters_do_not_count():
    fit = ols(draw(0), effects=["entity", "time"])
    n = fit.nobs
    both = clustered(fit, cluster=["entity", "time"])
    assert both.factors["(n-1)/(n-k)"] == (n - 1) / (n - 3)
    twice = clustered(fit, cluster=["entity", "region"])
    assert twice.factors["(n-1)/(n-k)"] == (n - 1) / (n - 2 - 8)


def test_two_way_each_is_statsmodels():
    design = grunfeld()
    groups = np.column_stack([design.entity, design.time])
    oracle = sm.OLS(design.y, design.x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    found = clustered(ols(design), cluster=["entity", "time"], groups="each")
    assert_allclose(errors(found), oracle.bse, rtol=DIGITS)
    assert found.df == 9


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_robust_errors_of_a_weighted_within_model_are_those_of_dummies(seed):
    """HC0 to HC3 with absorbed effects equal statsmodels' with all dummies: leverage counts the effects."""
    design = draw(seed, weighted=True)
    fit = ols(design, effects=["entity", "time"])
    x = np.column_stack([design.x[:, 1:], dummies(design.entity), dummies(design.time)[:, 1:]])
    oracle = sm.WLS(design.y, x, weights=design.weights / design.weights.mean()).fit()
    for covariance in (hc0, hc1, hc2, hc3):
        expected = oracle.get_robustcov_results(covariance.__name__.upper()).bse[:2]
        assert_allclose(errors(covariance(fit)), expected, rtol=1e-7)
    expected = oracle.get_robustcov_results("cluster", groups=design.entity).bse[:2]
    assert_allclose(errors(clustered(fit, absorbed="all")), expected, rtol=1e-8)


@pytest.mark.parametrize("kind", [hc1, hc2, hc3])
def test_where_a_regressor_begins_moves_no_error_of_its_square(kind):
    """x and x - 2000 have the same curvature: leverages keep their digits where columns are nearly alike."""
    design = draw(2)
    centred = design.x[:, 1]
    found = []
    for x in (centred, centred + 2000.0):
        columns = np.column_stack([np.ones(len(x)), x, x**2])
        found.append(errors(kind(ols(replace(design, x=columns, terms=terms_of("const", "x", "x2")))))[2])
    assert_allclose(found[1], found[0], rtol=1e-8)


def test_default_lags_are_those_of_xtscc():
    """floor(4 (T/100)^(2/9)): 2 for 20 periods."""
    fit = ols(grunfeld())
    assert_allclose(driscoll_kraay(fit).matrix, driscoll_kraay(fit, lags=2).matrix)
    assert_allclose(newey_west(fit).matrix, newey_west(fit, lags=2).matrix)


def test_periods_without_rows_are_no_lags():
    """1990 and 1992 are neighbours where 1991 is missing for everyone."""
    design = draw(1)
    gap = replace(design, time=np.where(design.time > 1993, design.time + 5, design.time))
    assert_allclose(
        driscoll_kraay(ols(gap), lags=3).matrix, driscoll_kraay(ols(design), lags=3).matrix, rtol=1e-12
    )


def test_classical_divisors():
    fit = ols(grunfeld())
    large = classical(fit, divisor="n")
    assert_allclose(large.matrix, classical(fit).matrix * 197 / 200, rtol=1e-12)
    assert large.df is None and classical(fit).df == 197


def test_random_effects_are_referred_to_the_normal():
    fit = random_effects(grunfeld())
    assert classical(fit).df is None and clustered(fit).df is None


def test_sandwiches_need_only_bread_and_scores():
    """What any estimator hands over: no regressors, no residuals."""
    fit = ols(draw(2))
    plain = bare(fit)
    for covariance in (hc0, hc1, clustered, driscoll_kraay, newey_west):
        assert_allclose(covariance(plain).matrix, covariance(fit).matrix)
        assert covariance(plain).df is None
    with pytest.raises(EstimationError, match="has no covariance of its own"):
        own(plain)
    derived = replace(plain, own=Covariance("own", 2 * fit.bread, None, {}, ""))
    assert_allclose(own(derived).matrix, 2 * fit.bread)
    with pytest.raises(EstimationError, match='take kind = "own"'):
        classical(derived)
    with pytest.raises(EstimationError, match="hc3 needs a least-squares estimator"):
        hc3(plain)


def test_rows_with_leverage_one_are_left_out_and_said():
    design = draw(3)
    alone = replace(design, entity=np.append(design.entity[:-1], design.entity.max() + 1))
    found = hc3(ols(alone, effects=["entity"]))
    without = hc3(ols(alone.rows(np.arange(design.nobs) < design.nobs - 1), effects=["entity"]))
    assert_allclose(found.matrix, without.matrix, rtol=1e-8)
    assert found.factors == {"rows with leverage one, left out": 1.0}


def test_a_two_way_matrix_that_is_not_semidefinite_is_mended_and_said():
    """One row a pair of keys with negative dependence: V1 + V2 - V12 < 0 without the remedy."""
    y = [1.0, -1.0, -1.0, 1.0]
    fit = ols(make(y, np.ones((4, 1)), [0, 0, 1, 1], [0, 1, 0, 1], ["const"]))
    found = clustered(fit, cluster=["entity", "time"])
    assert found.matrix[0, 0] == 0.0
    assert found.factors["negative eigenvalues set to zero"] == 1.0
    assert "negative eigenvalues set to zero = 1" in found.convention


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: clustered(f, cluster=["firm"]), "cluster 'firm' is not known; allowed: entity"),
        (lambda f: clustered(f, cluster=[]), "one name, or two different names"),
        (lambda f: clustered(f, cluster=["time", "time"]), "one name, or two different names"),
        (lambda f: clustered(f, cluster=["one"]), "cluster 'one' has fewer than two clusters"),
        (lambda f: driscoll_kraay(f, lags=8), "lags is 8; allowed: 0 to 7"),
        (lambda f: newey_west(f, lags=-1), "lags is -1; allowed: 0 to 7"),
        (lambda f: driscoll_kraay(between(f.design)), "at least two periods"),
    ],
)
def test_refusals(call, message):
    design = draw(0)
    fit = ols(replace(design, clusters={**design.clusters, "one": np.zeros(design.nobs, dtype=np.int64)}))
    with pytest.raises(EstimationError) as problem:
        call(fit)
    assert message in str(problem.value)
