"""Two-stage least squares, LIML and IV-GMM: printed results of other programs, and exact properties."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import linearmodels
import numpy as np
import pandas as pd
import pytest
import statsmodels
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import mroz
from linearmodels.iv import IV2SLS
from linearmodels.iv.common import kleibergen_paap
from linearmodels.tests.iv.results.read_stata_results import process_results
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.sandbox.regression.tests import results_ivreg2_griliches

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered, hc0, hc1
from replication.estimate.design import Design, Of
from replication.estimate.linear.iv import iv_2sls, iv_gmm, liml
from replication.estimate.linear.linear import ols
from tests.support.linear_panels import dummies_beside_constant, errors, with_sectors
from tests.support.terms import terms_of

LINEARMODELS = Path(linearmodels.__file__).parent / "tests/iv/results"
STATSMODELS = Path(statsmodels.__file__).parent / "sandbox/regression/tests"


def design_of(data: pd.DataFrame, outcome, exogenous, endogenous, instruments, *, constant=True, entity=None):
    x = data[list(exogenous)].to_numpy(float)
    terms = tuple(exogenous)
    if constant:
        x, terms = np.column_stack([np.ones(len(data)), x]), ("const", *terms)
    entity = np.arange(len(data)) if entity is None else np.unique(entity, return_inverse=True)[1]
    return Design(
        outcome,
        terms_of(*terms),
        data[outcome].to_numpy(float),
        x,
        entity.astype(np.int64),
        np.zeros(len(data), dtype=np.int64),
        clusters={"entity": entity},
        extra={
            "endogenous": data[list(endogenous)].to_numpy(float),
            "instruments": data[list(instruments)].to_numpy(float),
        },
        extra_terms={"endogenous": terms_of(*endogenous), "instruments": terms_of(*instruments)},
    )


def mroz_design(instruments=("motheduc", "fatheduc", "huseduc")) -> Design:
    return design_of(
        mroz.load().dropna(subset=["lwage"]), "lwage", ["exper", "expersq"], ["educ"], instruments
    )


def test_mroz_is_wooldridges_example():
    """Wooldridge (2010), example 5.3, as R's AER::ivreg prints it.

    Source: solomonegash.com/econometrics/rbook2/iv-estimation-of-single-equation-linear-models.html, section
    5.1. Tolerance: the seven digits printed, with 3 in the last for another rounding of lwage in the file (as
    for the same data in docs/reference-values.md, Mroz). 428 women work.
    """
    fit = iv_2sls(mroz_design(), moments="unadjusted")
    assert fit.labels == ("const", "exper", "expersq", "educ")
    assert_allclose(fit.params, [-0.1868572, 0.0430973, -0.0008628, 0.0803918], atol=3e-7, rtol=0)
    assert_allclose(errors(classical(fit)), [0.2853959, 0.0132649, 0.0003962, 0.0217740], atol=3e-7, rtol=0)
    assert fit.nobs == 428
    assert fit.statistics["rsquared"] == pytest.approx(0.1495, abs=5e-5)


def test_mroz_tests_agree_with_linearmodels():
    design = mroz_design()
    fit = iv_2sls(design, moments="unadjusted")
    peer = IV2SLS(design.y, design.x, design.extra["endogenous"], design.extra["instruments"]).fit(
        cov_type="unadjusted", debiased=True
    )
    for ours, theirs in {
        "sargan": peer.sargan,
        "durbin": peer.durbin(),
        "wu_hausman": peer.wu_hausman(),
    }.items():
        assert fit.statistics[ours] == pytest.approx(theirs.stat, rel=1e-9)
        assert fit.statistics[f"{ours}_p"] == pytest.approx(theirs.pval, rel=1e-9)
    first = peer.first_stage.diagnostics.iloc[0]
    assert fit.statistics[Of("partial_rsquared", "educ")] == pytest.approx(
        first["partial.rsquared"], rel=1e-9
    )


def griliches() -> Design:
    data = pd.read_stata(STATSMODELS / "griliches76.dta").astype(float)
    years = {f"dyear_{year}": (data["year"] == year).astype(float) for year in (67, 68, 69, 70, 71, 73)}
    data = data.assign(**years)
    exogenous = ["expr", "tenure", "rns", "smsa", *years]
    return design_of(data, "lw", exogenous, ["s", "iq"], ["med", "kww", "age", "mrt"])


# The data are float32 in the file and were read as such by Stata too; statsmodels' own tests of these
# numbers reach about the same.
IVREG2 = {"rtol": 1e-8}


@pytest.mark.parametrize(
    ("estimator", "moments", "name"),
    [
        (iv_2sls, "unadjusted", "results"),
        (iv_2sls, "robust", "results_robust"),
        (iv_gmm, "robust", "results_gmm2s_robust"),
    ],
)
def test_griliches_agrees_with_ivreg2(estimator, moments, name):
    """Stata's ivreg2 2.2.08, stored in statsmodels: results_ivreg2_griliches.py."""
    stata = getattr(results_ivreg2_griliches, name)
    fit = estimator(griliches(), moments=moments)
    order = [fit.labels.index("const" if term == "_cons" else term) for term in stata.params_table_rownames]
    assert_allclose(fit.params[order], stata.params_table[:, 0], **IVREG2)
    if estimator is iv_gmm:
        found = np.sqrt(np.diag(fit.own.matrix))
    else:
        found = errors(classical(fit, divisor="n") if moments == "unadjusted" else hc0(fit))
    assert_allclose(found[order], stata.params_table[:, 1], **IVREG2)
    assert_allclose(fit.statistics["cragg_donald_f"], stata.cdf, **IVREG2)
    assert_allclose(fit.statistics["kleibergen_paap_f"], stata.widstat, **IVREG2)
    under = "anderson_lm" if moments == "unadjusted" else "kleibergen_paap_lm"
    assert_allclose(fit.statistics[under], stata.idstat, **IVREG2)
    assert_allclose(fit.statistics[f"{under}_p"], stata.idp, rtol=1e-7)
    assert fit.statistics[f"{under}_df"] == stata.iddf
    assert ("kleibergen_paap_lm" in fit.statistics) == (moments != "unadjusted")
    assert_allclose(fit.statistics["hansen"], stata.j, **IVREG2)
    assert_allclose(fit.statistics["hansen_p"], stata.jp, **IVREG2)
    assert_allclose(fit.statistics["rsquared"], stata.r2, **IVREG2)


HOUSING = process_results(str(LINEARMODELS / "stata-iv-housing-results.txt"))


def housing() -> Design:
    data = pd.read_csv(LINEARMODELS / "housing.csv", index_col=0)
    regions = pd.get_dummies(data["region"], drop_first=True).astype(float)
    division = data["division"].to_numpy()
    data = pd.concat([data, regions], axis=1)
    design = design_of(data, "rent", ["pcturban"], ["hsngval"], ["faminc", *regions])
    codes = np.unique(division, return_inverse=True)[1].astype(np.int64)
    return replace(design, clusters={**design.clusters, "division": codes})


@pytest.mark.parametrize("kind", ["unadjusted", "robust", "cluster"])
@pytest.mark.parametrize("estimator", [iv_2sls, liml])
def test_housing_agrees_with_stata(estimator, kind):
    """Stata's ivregress, ", small", stored in linearmodels (stata-iv-housing-results.txt).

    Tolerance: Stata's output is stored to ten digits, its covariances to seven.
    """
    stata = HOUSING[f"{'2sls' if estimator is iv_2sls else 'liml'}-{kind}-small"]
    fit = estimator(housing())
    order = [fit.labels.index("const" if term == "_cons" else term) for term in stata.params.index]
    assert_allclose(fit.params[order], stata.params, rtol=1e-8)
    covariance = {
        "unadjusted": lambda: classical(fit),
        "robust": lambda: hc1(fit),
        "cluster": lambda: clustered(fit, cluster=["division"]),
    }[kind]()
    assert_allclose(covariance.matrix[np.ix_(order, order)], stata.cov, rtol=1e-5)
    assert fit.statistics["rsquared"] == pytest.approx(stata.rsquared, rel=1e-9)


# (Cragg-Donald F, Kleibergen-Paap rk Wald F): ivreg2r 0.1.0, an R port of Stata's ivreg2 and ranktest, on the
# simulated data in linearmodels; read in its tests/iv/test_rank_tests.py, where the tolerance is 1e-8 too.
RANK = {
    ("A", "unadjusted"): (0.507579977028276, 0.507579977028276),
    ("A", "robust"): (0.507579977028276, 0.495111283552873),
    ("A", "clustered"): (0.507579977028276, 0.481216532411928),
    ("B", "unadjusted"): (17.1548582963803, 17.1548582963803),
    ("B", "robust"): (17.1548582963803, 17.3639182117703),
    ("B", "clustered"): (17.1548582963803, 22.2146455418097),
    ("B weighted", "robust"): (20.719519537991, 18.2733436260455),
    ("B weighted", "clustered"): (20.719519537991, 22.689656278189),
    ("C", "robust"): (0.358818305691267, 0.353702373816456),
    ("C weighted", "clustered"): (1.65725730744342, 1.04696991314578),
}
MODELS = {
    "A": (["x3", "x4", "x5"], ["x1", "x2"], ["z1", "z2"]),
    "B": (["x3", "x4", "x5"], ["x1"], ["z1", "z2"]),
    "C": (["x3", "x4"], ["x1", "x2"], ["z1", "z2", "x5"]),
}


@pytest.mark.parametrize(("key", "expected"), RANK.items(), ids=str)
def test_weak_instruments_agree_with_ivreg2(key, expected):
    (model, moments), data = key, pd.read_stata(LINEARMODELS / "simulated-data.dta")
    design = design_of(data, "y_robust", *MODELS[model[0]], entity=data["cluster_id"].to_numpy())
    if "weighted" in model:
        design = replace(design, weights=data["weights"].to_numpy(float))
    found = iv_2sls(design, moments=moments).statistics
    assert_allclose([found["cragg_donald_f"], found["kleibergen_paap_f"]], expected, rtol=1e-8)
    if model.startswith("B"):
        assert_allclose(found[Of("first_stage_f", "x1")], found["kleibergen_paap_f"], rtol=1e-9)


def simulated(
    seed: int, *, n: int = 120, instruments: int = 3, strength: float = 0.8, entities: int = 12
) -> Design:
    rng = np.random.default_rng(seed)
    entity = np.sort(rng.integers(0, entities, n))
    time = np.concatenate([np.arange(np.sum(entity == i)) for i in range(entities)])
    z, x, shared = rng.normal(size=(n, instruments)), rng.normal(size=n), rng.normal(size=n)
    d = strength * z @ np.ones(instruments) / np.sqrt(instruments) + 0.5 * x + shared + rng.normal(size=n)
    y = 1 + 0.7 * d - 0.4 * x - shared + rng.normal(size=n) * (0.5 + np.abs(x)) + 0.1 * entity
    terms = tuple(f"z{j}" for j in range(instruments))
    entity = np.unique(entity, return_inverse=True)[1].astype(np.int64)
    return Design(
        "y",
        terms_of("const", "x"),
        y,
        np.column_stack([np.ones(n), x]),
        entity,
        time.astype(np.int64),
        clusters={"entity": entity, "time": time},
        extra={"endogenous": d[:, None], "instruments": z},
        extra_terms={"endogenous": terms_of("d"), "instruments": terms_of(*terms)},
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_underidentification_is_linearmodels_rank_test(seed):
    """Two endogenous regressors, rows weighted: the rk LM statistic of the weighted arrays."""
    design, rng = simulated(seed, instruments=4), np.random.default_rng(seed)
    second = design.extra["instruments"][:, :1] - design.extra["instruments"][:, 1:2]
    second = second + design.extra["endogenous"] + rng.normal(size=(design.nobs, 1))
    design = replace(
        design,
        weights=rng.uniform(0.5, 2, design.nobs),
        extra={**design.extra, "endogenous": np.column_stack([design.extra["endogenous"], second])},
        extra_terms={**design.extra_terms, "endogenous": terms_of("d", "e")},
    )
    root = np.sqrt(design.unit_weights)[:, None]
    arrays = [root * design.extra[role] for role in ("endogenous", "instruments")] + [root * design.x]
    for moments in ("unadjusted", "robust", "clustered"):
        found = iv_2sls(design, moments=moments).statistics
        config = {"clusters": design.entity} if moments == "clustered" else {}
        peer = kleibergen_paap(*arrays, moments, config)
        ours = "anderson_lm" if moments == "unadjusted" else "kleibergen_paap_lm"
        assert_allclose(found[ours], peer.stat, rtol=1e-8)
        assert_allclose(found[f"{ours}_p"], peer.pval, rtol=1e-6)
        assert found[f"{ours}_df"] == peer.df == 3


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_exactly_identified_estimators_agree(seed):
    design = simulated(seed, instruments=1, strength=1.5)
    x = np.column_stack([design.x, design.extra["endogenous"]])
    z = np.column_stack([design.x, design.extra["instruments"]])
    expected = np.linalg.solve(z.T @ x, z.T @ design.y)
    for estimator in (iv_2sls, liml, iv_gmm):
        fit = estimator(design)
        assert_allclose(fit.params, expected, rtol=1e-7)
        assert "hansen" not in fit.statistics and "sargan" not in fit.statistics
    assert liml(design).statistics["kappa"] == pytest.approx(1, abs=1e-9)
    found = iv_2sls(design).statistics
    assert found["effective_f"] == pytest.approx(found[Of("first_stage_f", "d")], rel=1e-9)
    assert found["kleibergen_paap_f"] == pytest.approx(found[Of("first_stage_f", "d")], rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    effects=st.sampled_from([["entity"], ["entity", "time"], ["sector"], ["sector", "entity", "time"]]),
    kind=st.sampled_from(["unadjusted", "robust"]),
)
def test_absorbed_effects_are_dummies(seed, effects, kind):
    design = with_sectors(simulated(seed, entities=8))
    fit = iv_2sls(design, effects=effects, moments=kind)
    dummies = dummies_beside_constant(design, effects)
    names = tuple(f"dummy{j}" for j in range(dummies.shape[1]))
    by_hand = replace(design, x=np.column_stack([design.x, dummies]), terms=terms_of(*design.labels, *names))
    expected = iv_2sls(by_hand, moments=kind)
    assert fit.labels == ("x", "d")
    place = [expected.labels.index(term) for term in fit.labels]
    assert_allclose(fit.params, expected.params[place], rtol=1e-8)
    assert fit.df_resid == expected.df_resid
    assert_allclose(errors(hc1(fit)), errors(hc1(expected))[place], rtol=1e-8)
    for name in (
        Of("first_stage_f", "d"),
        "cragg_donald_f",
        "kleibergen_paap_f",
        "anderson_lm",
        "effective_f",
        "wu_hausman",
        "hansen",
        "sargan",
    ):
        assert_allclose(fit.statistics[name], expected.statistics[name], rtol=1e-7)
    for name in ("anderson_rubin_f", "anderson_rubin_low", "anderson_rubin_high"):
        assert_allclose(fit.statistics[name], expected.statistics[name], rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    scale=st.floats(0.01, 100),
    estimator=st.sampled_from([iv_2sls, liml, iv_gmm]),
)
def test_units_of_measurement_do_not_matter(seed, scale, estimator):
    design = simulated(seed, strength=1.2)
    fit = estimator(design, moments="clustered")
    extra = {
        "endogenous": scale * design.extra["endogenous"],
        "instruments": design.extra["instruments"] / scale,
    }
    again = estimator(replace(design, y=3 * design.y, extra=extra), moments="clustered")
    assert_allclose(again.params, fit.params * [3, 3, 3 / scale], rtol=1e-7)
    for name in (
        "kleibergen_paap_f",
        "kleibergen_paap_lm",
        "anderson_lm",
        "effective_f",
        "hansen",
        "sargan",
        "durbin",
        "anderson_rubin_f",
    ):
        assert_allclose(again.statistics[name], fit.statistics[name], rtol=1e-6)
    for name in ("anderson_rubin_low", "anderson_rubin_high"):
        assert_allclose(again.statistics[name], fit.statistics[name] * 3 / scale, rtol=1e-5)


def test_a_regressor_as_its_own_instrument_is_least_squares():
    design = simulated(1)
    own = replace(
        design,
        extra={"endogenous": design.extra["endogenous"], "instruments": design.extra["endogenous"] * 2 + 1},
        extra_terms={"endogenous": terms_of("d"), "instruments": terms_of("twice")},
    )
    plain = Design(
        "y",
        terms_of("const", "x", "d"),
        design.y,
        np.column_stack([design.x, design.extra["endogenous"]]),
        design.entity,
        design.time,
    )
    assert_allclose(ols(plain).params, iv_2sls(own).params, rtol=1e-9)
    assert_allclose(errors(hc1(ols(plain))), errors(hc1(iv_2sls(own))), rtol=1e-9)


def test_gmm_with_equal_variances_is_two_stage_least_squares():
    design = simulated(2)
    assert_allclose(
        iv_gmm(design, moments="unadjusted").params, iv_2sls(design, moments="unadjusted").params, rtol=1e-9
    )


def test_clustered_gmm_with_clusters_of_one_is_robust():
    design = simulated(3)
    alone = replace(design, clusters={"row": np.arange(design.nobs)})
    robust, by_row = iv_gmm(alone, moments="robust"), iv_gmm(alone, moments="clustered", cluster="row")
    assert_allclose(by_row.params, robust.params, rtol=1e-9)
    assert_allclose(by_row.own.matrix, robust.own.matrix, rtol=1e-8)
    assert_allclose(by_row.statistics["hansen"], robust.statistics["hansen"], rtol=1e-8)


def test_gmm_scores_are_those_of_its_covariance():
    """The sandwich of bread and scores is the efficient covariance but for the residuals' step."""
    design = simulated(4, n=4000)
    fit = iv_gmm(design)
    assert_allclose(fit.bread @ fit.scores.T @ fit.scores @ fit.bread, fit.own.matrix, rtol=0.05)
    assert_allclose(fit.scores.sum(axis=0), 0, atol=1e-6)


def test_effective_f_is_its_formula():
    """Montiel Olea and Pflueger (2013, eq. 3): slopes' cross product over the trace, HC1 as weakivtest."""
    design = simulated(5)
    x, d, z = design.x, design.extra["endogenous"][:, 0], design.extra["instruments"]
    both = np.column_stack([x, z])
    slopes = np.linalg.lstsq(both, d, rcond=None)[0]
    left = d - both @ slopes
    bread = np.linalg.inv(both.T @ both)
    covariance = bread @ (both * left[:, None] ** 2).T @ both @ bread * len(d) / (len(d) - 5)
    partialled = z - x @ np.linalg.lstsq(x, z, rcond=None)[0]
    cross = partialled.T @ partialled
    expected = slopes[2:] @ cross @ slopes[2:] / np.trace(covariance[2:, 2:] @ cross)
    assert iv_2sls(design).statistics["effective_f"] == pytest.approx(expected, rel=1e-9)


def anderson_rubin_f(design: Design, value: float, moments: str) -> float:
    """F of the instruments in the regression of y - value d on everything exogenous, by the book."""
    y = design.y - value * design.extra["endogenous"][:, 0]
    z = np.column_stack([design.x, design.extra["instruments"]])
    q = design.extra["instruments"].shape[1]
    plain = Design(
        "y",
        terms_of(*(f"c{j}" for j in range(z.shape[1]))),
        y,
        z,
        design.entity,
        design.time,
        clusters=design.clusters,
    )
    fit = ols(plain)
    covariance = {"unadjusted": classical, "robust": hc1, "clustered": clustered}[moments](fit).matrix
    return float(fit.params[-q:] @ np.linalg.solve(covariance[-q:, -q:], fit.params[-q:])) / q


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    strength=st.floats(0, 1),
    moments=st.sampled_from(["unadjusted", "robust", "clustered"]),
    value=st.floats(-20, 20),
)
def test_anderson_rubin_set_holds_what_is_not_rejected(seed, strength, moments, value):
    design = simulated(seed, n=80, strength=strength, instruments=2)
    found = iv_2sls(design, moments=moments).statistics
    df = int(design.entity.max()) if moments == "clustered" else 80 - 4
    critical = stats.f.ppf(0.95, 2, df)
    assert_allclose(found["anderson_rubin_f"], anderson_rubin_f(design, 0.0, moments), rtol=1e-7)
    low, high = found["anderson_rubin_low"], found["anderson_rubin_high"]
    gap = found.get("anderson_rubin_gap_low", np.inf), found.get("anderson_rubin_gap_high", np.inf)
    for edge in (low, high, *gap):
        if np.isfinite(edge):
            assert_allclose(anderson_rubin_f(design, edge, moments), critical, rtol=1e-5)
    inside = bool(low <= value <= high) and not gap[0] < value < gap[1]
    if anderson_rubin_f(design, value, moments) < critical * (1 - 1e-6):
        assert inside
    elif anderson_rubin_f(design, value, moments) > critical * (1 + 1e-6):
        assert not inside or np.isfinite(gap[0])  # several gaps: only the widest is named


def test_anderson_rubin_set_of_one_instrument_is_fiellers():
    """Exactly identified and unadjusted, the set solves a quadratic (Fieller 1954)."""
    design = simulated(7, instruments=1, strength=0.4)
    found = iv_2sls(design, moments="unadjusted").statistics
    critical = stats.f.ppf(0.95, 1, design.nobs - 3)
    middle = np.array([anderson_rubin_excess(design, b, critical) for b in (-1.0, 0.0, 1.0)])
    a, b, c = (middle[0] + middle[2]) / 2 - middle[1], (middle[2] - middle[0]) / 2, middle[1]
    roots = np.sort(np.roots([a, b, c]).real)
    assert a > 0
    assert_allclose([found["anderson_rubin_low"], found["anderson_rubin_high"]], roots, rtol=1e-8)


def anderson_rubin_excess(design: Design, value: float, critical: float) -> float:
    y = design.y - value * design.extra["endogenous"][:, 0]
    z = np.column_stack([design.x, design.extra["instruments"]])
    with_z = y - z @ np.linalg.lstsq(z, y, rcond=None)[0]
    without = y - design.x @ np.linalg.lstsq(design.x, y, rcond=None)[0]
    return without @ without - with_z @ with_z * (1 + critical / (design.nobs - 3))


def test_unbounded_sets_are_said_to_be():
    shapes = {"not one bounded": 0, "whole line": 0, None: 0}
    for seed in range(60):
        fit = iv_2sls(simulated(seed, strength=0.15, instruments=2), moments="unadjusted")
        low, high = fit.statistics["anderson_rubin_low"], fit.statistics["anderson_rubin_high"]
        if not fit.warnings:
            assert np.isfinite([low, high]).all()
            shapes[None] += 1
        elif "whole line" in fit.warnings[0]:
            assert (low, high) == (-np.inf, np.inf)
            assert "anderson_rubin_gap_low" not in fit.statistics
            shapes["whole line"] += 1
        elif "not one bounded" in fit.warnings[0]:
            assert (low, high) == (-np.inf, np.inf)
            assert fit.statistics["anderson_rubin_gap_low"] < fit.statistics["anderson_rubin_gap_high"]
            shapes["not one bounded"] += 1
    assert min(shapes.values()) > 0


def test_an_empty_set_is_said_to_be():
    design = simulated(8, n=2000, instruments=2)
    z = design.extra["instruments"]
    invalid = replace(design, y=design.y + 2 * (z[:, 0] - z[:, 1]))
    fit = iv_2sls(invalid)
    assert np.isnan(fit.statistics["anderson_rubin_low"])
    assert "is empty" in fit.warnings[0]
    assert fit.statistics["hansen_p"] < 1e-6


def test_a_narrow_set_is_found():
    """With 200,000 rows the set is far narrower than the points at which it is looked for."""
    fit = iv_2sls(simulated(9, n=200_000, strength=5.0))
    low, high = fit.statistics["anderson_rubin_low"], fit.statistics["anderson_rubin_high"]
    assert low < fit.params[-1] < high
    assert high - low < 0.01
    assert fit.warnings == ()


def without(design: Design, role: str, count: int) -> Design:
    extra = {**design.extra, role: design.extra[role][:, :count]}
    return replace(
        design, extra=extra, extra_terms={**design.extra_terms, role: design.extra_terms[role][:count]}
    )


def test_too_few_instruments_are_counted_and_named():
    with pytest.raises(EstimationError) as caught:
        iv_2sls(without(griliches(), "instruments", 1))
    assert (
        str(caught.value)
        == "iv_2sls: 1 instruments (med) for 2 endogenous regressors (s, iq): not identified"
    )


def test_mistakes_are_one_clear_line():
    design = simulated(10)
    z = design.extra["instruments"]
    dependent = replace(
        design,
        extra={**design.extra, "instruments": np.column_stack([z, z @ [1, 2, 3]])},
        extra_terms={**design.extra_terms, "instruments": terms_of("z0", "z1", "z2", "z3")},
    )
    twice = replace(design, extra_terms={**design.extra_terms, "instruments": terms_of("z0", "x", "z2")})
    unfit = replace(design, extra={**design.extra, "endogenous": z[:, :1] * 0 + design.x[:, 1:]})
    for broken, options, message in [
        (design, {"moments": "robsut"}, "did you mean 'robust'"),
        (design, {"moments": "clustered", "cluster": "country"}, "cluster 'country' is not known"),
        (design, {"effects": ["entitiy"]}, "did you mean 'entity'"),
        (dependent, {}, "'z3' is an exact linear combination of z0, z1, z2"),
        (twice, {}, "'x' stands in the formula and is its own instrument"),
        (unfit, {}, "'d' is an exact linear combination of x"),
        (replace(design, extra={}), {}, "needs the endogenous"),
        (without(design, "endogenous", 0), {}, "no endogenous regressor"),
    ]:
        with pytest.raises(EstimationError) as caught:
            iv_2sls(broken, **options)
        assert message in str(caught.value)


def test_fewer_clusters_than_moments_are_refused():
    with pytest.raises(EstimationError, match="5 moments cannot be inverted: there are 3 clusters"):
        iv_gmm(simulated(11, entities=3), moments="clustered")


def test_statistics_that_need_more_clusters_are_missing():
    fit = iv_2sls(simulated(11, entities=2), moments="clustered")
    for name in (Of("first_stage_f", "d"), "kleibergen_paap_f", "hansen"):
        assert np.isnan(fit.statistics[name])
    assert fit.statistics["effective_f"] > 0
    assert "No Anderson-Rubin set" in fit.warnings[0]


@pytest.mark.parametrize("estimator", [iv_2sls, liml, iv_gmm])
@pytest.mark.parametrize("effects", [["entity"], ["entity", "time"], ["sector", "entity", "time"]])
@pytest.mark.parametrize(("role", "name"), [("x", "x"), ("endogenous", "d"), ("instruments", "z0")])
@pytest.mark.parametrize("weighted", [False, True])
def test_what_the_effects_absorb_is_named(estimator, effects, role, name, weighted):
    """Of a column that does not vary within entity nothing is left but rounding, which would be estimated."""
    design = with_sectors(simulated(6))
    fixed = np.random.default_rng(0).normal(size=12)[design.entity]
    if role == "x":
        design = replace(design, x=np.column_stack([design.x[:, 0], fixed]))
    else:
        columns = design.extra[role].copy()
        columns[:, 0] = fixed
        design = replace(design, extra={**design.extra, role: columns})
    if weighted:
        design = replace(design, weights=np.random.default_rng(1).uniform(0.2, 3, design.nobs))
    with pytest.raises(EstimationError, match=f"'{name}' does not vary within entity"):
        estimator(design, effects=effects)
