"""Difference and system GMM: reference values, a slow second implementation, and exact properties."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import wage_panel
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.sandwich import clustered, hc0, hc1
from replication.estimate.design import Design
from replication.estimate.dynamic.dynamic import difference_gmm, system_gmm
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.spec.entries import ModelSpec
from replication.study.one_model import fit_model, plan
from tests.support.dynamic_reference import Reference
from tests.support.limited_data import assert_printed
from tests.support.repository import ROOT
from tests.support.terms import terms_of

# Two ways to the same sums; the slow one inverts matrices whose condition numbers reach 1e6.
SAME = {"rtol": 1e-6, "atol": 1e-8}
# The correction's derivative is taken by central differences of step 1e-5 there.
NUMERICAL = {"rtol": 2e-4, "atol": 1e-7}


def simulated(seed: int, *, entities: int = 30, periods: int = 7, gaps: bool = True) -> dict:
    """{entity: {period: (y, {"x", "w"})}}: w is predetermined; rows and regressors are missing at random."""
    rng = np.random.default_rng(seed)
    panel = {}
    for i in range(entities):
        effect, rows = rng.normal(), {}
        y, w, error = 2 * effect + rng.normal(), rng.normal(), 0.0
        for t in range(-5, periods):
            w = 0.5 * w + 0.4 * error + rng.normal()
            error = rng.normal() * (0.5 + 0.5 * (i % 2))
            x = rng.normal() + 0.3 * effect
            y = 0.5 * y + 0.5 * x - 0.4 * w + effect + error
            missing = gaps and rng.random() < 0.08
            if t >= 0 and not missing:
                rows[1990 + t] = (y, {"x": np.nan if gaps and rng.random() < 0.05 else x, "w": w})
        panel[i] = rows
    return panel


def design_of(panel: dict, names: tuple[str, ...], *, constant: bool = True) -> Design:
    cells = [(i, t) for i in sorted(panel) for t in sorted(panel[i])]
    y = np.array([panel[i][t][0] for i, t in cells])
    columns = [[panel[i][t][1][name] for name in names] for i, t in cells]
    x = np.array(columns, dtype=float).reshape(len(cells), len(names))
    terms = tuple(names)
    if constant:
        x, terms = np.column_stack([np.ones(len(cells)), x]), ("const", *names)
    entity = np.unique([i for i, _ in cells], return_inverse=True)[1].astype(np.int64)
    time = np.array([t for _, t in cells], dtype=np.int64)
    return Design("y", terms_of(*terms), y, x, entity, time, clusters={"entity": entity, "time": time})


def wages() -> Design:
    data = wage_panel.load().sort_values(["nr", "year"])
    entity = np.unique(data["nr"], return_inverse=True)[1].astype(np.int64)
    x = data[["union", "married"]].to_numpy(float)
    return Design(
        "lwage",
        terms_of("union", "married"),
        data["lwage"].to_numpy(float),
        x,
        entity,
        data["year"].to_numpy(np.int64),
    )


def test_wage_panel_agrees_with_plm():
    """plm pgmm(lwage ~ lag(lwage,1) + union + married | lag(lwage,2:99) | union + married), robust, one step.

    Source: docs/reference-values.md, Wages (run with plm). Tolerance: half a unit of the last digit given.
    """
    fit = difference_gmm(wages(), steps=1)
    assert fit.labels == ("lag(lwage, 1)", "union", "married")
    assert_allclose(fit.params, [0.251425076064, 0.005269474713, 0.209705117023], atol=5e-13)
    assert_allclose(
        np.sqrt(np.diag(fit.own.matrix)), [0.047452969560, 0.026981575300, 0.025108244340], atol=5e-13
    )
    assert fit.statistics["ar1"] == pytest.approx(-9.016356, abs=5e-7)
    assert fit.statistics["ar2"] == pytest.approx(3.453001, abs=5e-7)
    # pgmm's "Sargan test" of a one-step fit has the second step's weights
    assert fit.statistics["sargan_pgmm"] == pytest.approx(138.3764001, abs=5e-8)
    assert fit.statistics["sargan_df"] == 20
    assert (fit.statistics["instruments"], fit.statistics["entities"], fit.nobs) == (23, 545, 545 * 6)
    assert fit.warnings == ()


CASES = [
    {},
    {"collapse": True},
    {"transformation": "orthogonal_deviations"},
    {"transformation": "orthogonal_deviations", "collapse": True, "instrument_lags": [2, 4]},
    {"instrument_lags": [2, 3]},
    {"lags": 2, "collapse": True},
    {"h_matrix": "identity", "collapse": True},
    {"h_matrix": "block", "collapse": True},
]


def reference(panel: dict, options: dict, *, system: bool, kind: str) -> Reference:
    first, last = options.get("instrument_lags", [2, 99])
    groups = {"exogenous": ("x",), "predetermined": (), "endogenous": ()}
    groups[kind] = (*groups[kind], "w")
    return Reference(
        panel,
        **groups,
        lags=options.get("lags", 1),
        system=system,
        constant=True,
        first=first,
        last=last,
        collapse=options.get("collapse", False),
        orthogonal=options.get("transformation") == "orthogonal_deviations",
        h=options.get("h_matrix", "full"),
    )


@pytest.mark.parametrize("options", CASES, ids=str)
@pytest.mark.parametrize("system", [False, True], ids=["difference", "system"])
@pytest.mark.parametrize("kind", ["exogenous", "predetermined", "endogenous"])
def test_unbalanced_panels_agree_with_the_slow_implementation(options, system, kind):
    panel = simulated(11, entities=80)
    estimator = system_gmm if system else difference_gmm
    styled = {} if kind == "exogenous" else {kind: ["w"]}
    slow = reference(panel, options, system=system, kind=kind)
    params, bread, zx, weight = slow.one_step()
    variance = slow.variance(params)

    fit = estimator(design_of(panel, ("x", "w")), steps=1, **options, **styled)
    assert_allclose(fit.params, params, **SAME)
    assert_allclose(fit.own.matrix, slow.robust(), **SAME)
    _, total = slow.meat(params)
    assert_allclose(fit.statistics["sargan"], total @ weight @ total / variance, **SAME)
    for order in (1, 2):
        m = slow.serial(order, params, slow.robust(), bread, zx, weight)
        assert_allclose(fit.statistics[f"ar{order}"], m, **SAME)
    plain = estimator(design_of(panel, ("x", "w")), steps=1, robust=False, **options, **styled)
    assert_allclose(plain.own.matrix, variance * bread, **SAME)
    if options.get("h_matrix") != "identity":
        m = slow.serial_homoskedastic(1, params, variance, bread, zx, weight)
        assert_allclose(plain.statistics["ar1"], m, **SAME)

    second, bread, zx, weight = slow.two_step_from(params)
    fit = estimator(design_of(panel, ("x", "w")), **options, **styled)
    assert_allclose(fit.params, second, **SAME)
    assert_allclose(fit.own.matrix, slow.windmeijer(), **NUMERICAL)
    _, total = slow.meat(second)
    assert_allclose(fit.statistics["hansen"], total @ weight @ total, **SAME)
    for order in (1, 2):
        m = slow.serial(order, second, fit.own.matrix, bread, zx, weight)
        assert_allclose(fit.statistics[f"ar{order}"], m, **SAME)
    assert fit.nobs == sum(row["eq"] == ("L" if system else "D") for *_, rows in slow.blocks for row in rows)


def with_instruments(design: Design, panel: dict, **roles: str) -> Design:
    """The design with variables of the panel as instruments of a role: those of its extra columns."""
    cells = [(i, t) for i in sorted(panel) for t in sorted(panel[i])]
    extra = {role: np.array([[panel[i][t][1][name]] for i, t in cells]) for role, name in roles.items()}
    return replace(design, extra=extra, extra_terms={role: terms_of(name) for role, name in roles.items()})


@pytest.mark.parametrize("collapse", [False, True], ids=["by period", "collapsed"])
@pytest.mark.parametrize("transformation", ["difference", "orthogonal_deviations"])
@pytest.mark.parametrize("system", [False, True], ids=["difference", "system"])
def test_lists_of_instruments_agree_with_the_slow_implementation(system, transformation, collapse):
    """A regressor that is no instrument, instruments that are no regressors, and limits of each variable."""
    panel, rng = simulated(5, entities=80), np.random.default_rng(5)
    for rows in panel.values():
        for t, (_, x) in rows.items():
            x["g"] = np.nan if rng.random() < 0.1 else x["x"] + rng.normal()  # missing: no instrument there
            x["v"] = np.nan if rng.random() < 0.03 and t > 1991 else x["x"] + rng.normal()  # missing: no row
    slow = Reference(
        panel,
        silent=("x",),
        predetermined=("w",),
        gmm=("g",),
        iv=("v",),
        limits={"y": (2, 3), "w": (2, 4), "g": (1, 2)},
        system=system,
        constant=True,
        collapse=collapse,
        orthogonal=transformation == "orthogonal_deviations",
    )
    design = with_instruments(design_of(panel, ("x", "w")), panel, gmm_instruments="g", iv_instruments="v")
    options = {
        "predetermined": ["w"],
        "not_instruments": ["x"],
        "lag_limits": {"y": [2, 3], "w": [2, 4], "g": [1, 2]},
        "collapse": collapse,
        "transformation": transformation,
    }
    estimator = system_gmm if system else difference_gmm
    params, *_ = slow.one_step()
    fit = estimator(design, steps=1, **options)
    assert_allclose(fit.params, params, **SAME)
    assert_allclose(fit.own.matrix, slow.robust(), **SAME)
    assert fit.statistics["instruments"] == len(slow.columns)
    fit = estimator(design, **options)
    assert_allclose(fit.params, slow.two_step_from(params)[0], **SAME)
    assert_allclose(fit.own.matrix, slow.windmeijer(), **NUMERICAL)
    assert fit.nobs == sum(row["eq"] == ("L" if system else "D") for *_, rows in slow.blocks for row in rows)


def test_limits_of_every_variable_are_the_common_ones():
    """Said of each, they are what `instrument_lags` says of all; a predetermined term's are one shorter."""
    design = design_of(simulated(6), ("x", "w"))
    for estimator in (difference_gmm, system_gmm):
        fit = estimator(design, predetermined=["w"], endogenous=["x"], instrument_lags=[2, 4])
        limits = {"y": [2, 4], "x": [2, 4], "w": [1, 3]}
        same = estimator(design, predetermined=["w"], endogenous=["x"], lag_limits=limits)
        assert_allclose(same.params, fit.params, rtol=1e-12)
        assert same.statistics["instruments"] == fit.statistics["instruments"]


def test_an_exogenous_term_named_as_instrument_is_what_it_was():
    """Taken from the instruments and given back as one that is no regressor, nothing has changed."""
    panel = simulated(7, gaps=False)
    for rows in panel.values():
        for _, x in rows.values():
            x["same"] = x["x"]
    design = design_of(panel, ("x", "w"))
    for estimator in (difference_gmm, system_gmm):
        back = with_instruments(design, panel, iv_instruments="same")
        fit = estimator(back, not_instruments=["x"])
        assert_allclose(fit.params, estimator(design).params, rtol=1e-9)
        assert_allclose(fit.own.matrix, estimator(design).own.matrix, rtol=1e-7)


def employment() -> pd.DataFrame:
    """140 firms of Arellano and Bond (1991), in logs as Stata's abdata.dta has them: of single precision."""
    table = pd.read_csv(ROOT / "tests" / "golden" / "empl_uk.csv", dtype={"firm": int, "year": int})
    names = {"n": "emp", "w": "wage", "k": "capital", "ys": "output"}
    logs = {a: np.log(table[b].astype("float32")).astype("float32").astype(float) for a, b in names.items()}
    years = {f"yr{year}": (table["year"] == year) * 1.0 for year in range(1980, 1985)}
    return table[["firm", "year"]].assign(**logs, **years)


def test_employment_as_printed_by_xtabond2():
    """xtabond2 n l(1/2).n l(0/1).w l(0/2).(k ys) yr1980-yr1984, gmm(l.n w k) iv(yr1980-yr1984) robust
    twostep small: ys and its lags are regressors and no instruments.

    Source: m.pinggu.org/bbs/thread-877779-1-1.html (docs/reference-values.md, Employment). The option small
    multiplies all errors by one factor; that of version 3.7.0, (n-1)/(n-k) N/(N-1), is 1e-5 from that of the
    older version that printed this.
    """
    years = [f"yr{year}" for year in range(1980, 1985)]
    lagged = "lag(n, 1)", "lag(n, 2)", "w", "lag(w, 1)", "k", "lag(k, 1)", "lag(k, 2)", "ys", "lag(ys, 1)"
    names = [*lagged, "lag(ys, 2)", *years, "const"]
    model = ModelSpec(
        id="m",
        formula=" ~ ".join(["n", " + ".join(names[2:-1])]),
        estimator="system_gmm",
        options={
            "lags": 2,
            "predetermined": ["w", "k"],
            "not_instruments": ["ys", "lag(ys, 1)", "lag(ys, 2)"],
            "small_sample": "xtabond2",
        },
    )
    _, fit = fit_model(panel_of(Reading(employment(), "rows"), "firm", "year", {}), plan(model))
    order = [fit.labels.index(name) for name in names]
    b = ".9847708 -.0444599 -.5015799 .4045313 .3234514 -.1550519 -.1195921 .6120864 -.4190762 -.2492855"
    years_b = ".0256293 .0157888 .0136977 .0078038 -.0194111 .6392791"
    # single precision of the data leaves a few units in the last digit printed
    assert_printed(fit.params[order], f"{b} {years_b}".split(), units=12)
    e = ".0591053 .0532234 .2033974 .1670457 .0525199 .0667629 .041634 .2343692 .3208354 .2154591"
    years_e = ".0170605 .0339909 .0330476 .0345048 .0331093 1.000564"
    ratio = np.array(f"{e} {years_e}".split(), dtype=float) / np.sqrt(np.diag(fit.own.matrix))[order]
    assert_allclose(ratio, ratio.mean(), rtol=4e-6)
    assert_allclose(ratio, 1, rtol=2e-5)
    assert (fit.own.df, fit.law) == (139, "t")  # of which the intervals are printed
    assert (fit.statistics["instruments"], fit.statistics["entities"], fit.nobs) == (120, 140, 751)


def test_small_samples_scale_the_covariance_and_nothing_else():
    design = design_of(simulated(8), ("x", "w"))
    for estimator, constant in ((difference_gmm, 0), (system_gmm, 1)):
        for options in ({}, {"steps": 1}, {"steps": 1, "robust": False}):
            fit, small = estimator(design, **options), estimator(design, small_sample="xtabond2", **options)
            n, k, entities = fit.nobs, len(fit.params), fit.statistics["entities"]
            plain = "robust" in options
            factor = n / (n - k) if plain else (n - 1) / (n - k) * entities / (entities - 1)
            assert_allclose(small.own.matrix, factor * fit.own.matrix, rtol=1e-12)
            assert small.own.df == (n - k if plain else entities - constant)
            assert small.statistics == fit.statistics


def test_history_without_regressors_serves_as_instruments():
    """Earlier outcomes whose regressors are missing lengthen the instruments, and are no rows."""
    panel = simulated(3, gaps=False, entities=60, periods=6)
    for rows in panel.values():
        for t in (1990, 1991):
            rows[t] = (rows[t][0], {"x": np.nan, "w": rows[t][1]["w"]})
    design = design_of(panel, ("x",))
    fit = difference_gmm(design, steps=1)
    without = difference_gmm(design.rows(design.time >= 1991), steps=1)
    assert fit.nobs == without.nobs == 60 * 3
    assert set(fit.time) == {1993, 1994, 1995}
    assert fit.statistics["instruments"] == 2 + 3 + 4 + 1
    assert without.statistics["instruments"] == 1 + 2 + 3 + 1
    lost = [
        fit.statistics[f"lost_{cause}"] for cause in ("outcome_lags", "missing_regressors", "transformation")
    ]
    assert lost == [60, 60, 60]
    assert sum(lost) + fit.nobs == design.nobs


def test_a_gap_is_not_bridged():
    panel = simulated(4, gaps=False, entities=40, periods=7)
    for i in range(20):
        del panel[i][1993]
    fit = difference_gmm(design_of(panel, ("x",)), steps=1)
    broken = fit.entity < 20
    # y(1994) has no lag, D y(1995) no lagged change: of 1992..1996 only 1992 and 1996 are left
    assert set(fit.time[broken]) == {1992, 1996}
    assert set(fit.time[~broken]) == {1992, 1993, 1994, 1995, 1996}


def test_just_identified_is_instrumental_variables():
    """Anderson and Hsiao (1981): one instrument for one lag, whatever the weights."""
    panel = simulated(5, gaps=False)
    design = design_of(panel, ())
    y = design.y.reshape(30, 7)
    instrument, lag, change = y[:, :-2], (y[:, 1:-1] - y[:, :-2]), (y[:, 2:] - y[:, 1:-1])
    expected = np.sum(instrument * change) / np.sum(instrument * lag)
    for options in ({"steps": 1}, {"steps": 2}, {"steps": 1, "h_matrix": "identity"}):
        fit = difference_gmm(design, collapse=True, instrument_lags=[2, 2], **options)
        assert_allclose(fit.params, [expected], rtol=1e-10)
        assert not {"hansen", "hansen_df", "sargan", "sargan_pgmm"} & fit.statistics.keys()


@pytest.mark.parametrize("styled", [{}, {"predetermined": ["w"]}], ids=["outcome only", "predetermined"])
def test_deviations_and_differences_agree_with_all_instruments(styled):
    """Arellano and Bover (1995): balanced, every lag an instrument in its own period, one step."""
    design = design_of(simulated(6, gaps=False), ("w",) if styled else ())
    differences = difference_gmm(design, steps=1, **styled)
    deviations = difference_gmm(design, steps=1, transformation="orthogonal_deviations", **styled)
    assert_allclose(deviations.params, differences.params, rtol=1e-9)
    assert_allclose(deviations.own.matrix, differences.own.matrix, rtol=1e-8)


def test_time_dummies_are_the_dummies_as_regressors():
    panel = simulated(7, gaps=False, entities=60)
    design = design_of(panel, ("x",))
    fit = system_gmm(design, time_dummies=True, collapse=True)
    assert fit.labels[:3] == ("lag(y, 1)", "const", "x")
    assert fit.labels[3:] == tuple(f"time:{year}" for year in range(1992, 1997))
    dummies = np.column_stack([design.time == year for year in range(1992, 1997)]).astype(float)
    by_hand = Design(
        "y",
        terms_of(*design.labels, *fit.labels[3:]),
        design.y,
        np.column_stack([design.x, dummies]),
        design.entity,
        design.time,
    )
    assert_allclose(system_gmm(by_hand, collapse=True).params, fit.params, rtol=1e-8)


def test_collinear_period_dummies_are_named():
    design = design_of(simulated(8, gaps=False), ("x",))
    trend = np.column_stack([design.x, design.time - 1990.0])
    fit = difference_gmm(
        Design("y", terms_of("const", "x", "year"), design.y, trend, design.entity, design.time),
        time_dummies=True,
    )
    assert "time:1996" not in fit.labels
    assert "time:1996" in fit.warnings[-1]


@pytest.mark.parametrize("lag", ["lag(w, 1)", "lag(w)"])
def test_a_lag_of_an_endogenous_term_has_its_instruments(lag):
    panel = simulated(9, gaps=False, entities=60)
    for rows in panel.values():
        for t in rows:
            rows[t][1][lag] = rows[t - 1][1]["w"] if t - 1 in rows else np.nan
    design = design_of(panel, ("w", lag))
    own = difference_gmm(design, endogenous=["w"], collapse=True)
    assert own.statistics["instruments"] == 5 + 5  # lags 2 to 6 of y and of w, none of lag(w, 1)


@pytest.mark.parametrize("estimator", [difference_gmm, system_gmm])
@pytest.mark.parametrize("transformation", ["difference", "orthogonal_deviations"])
def test_scores_between_breads_are_the_robust_covariance(estimator, transformation):
    design = design_of(simulated(10), ("x",))
    fit = estimator(design, steps=1, transformation=transformation, collapse=True)
    sums = np.zeros((design.entity.max() + 1, len(fit.labels)))
    np.add.at(sums, fit.entity, fit.scores)
    assert_allclose(fit.bread @ sums.T @ sums @ fit.bread, fit.own.matrix, rtol=1e-8)
    assert fit.kept.sum() == fit.nobs == len(fit.entity) == len(fit.clusters["entity"])


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000), scale=st.floats(0.01, 100), system=st.booleans(), orthogonal=st.booleans()
)
def test_units_of_measurement_and_names_do_not_matter(seed, scale, system, orthogonal):
    panel = simulated(seed, entities=25, periods=6)
    estimator = system_gmm if system else difference_gmm
    options = {"collapse": True, "predetermined": ["w"]}
    options["transformation"] = "orthogonal_deviations" if orthogonal else "difference"
    fit = estimator(design_of(panel, ("x", "w")), **options)
    order = np.random.default_rng(seed).permutation(25)
    renamed = {int(order[i]): rows for i, rows in panel.items()}
    scaled = {
        i: {t: (scale * y, {"x": x["x"], "w": scale * x["w"]}) for t, (y, x) in rows.items()}
        for i, rows in renamed.items()
    }
    again = estimator(design_of(scaled, ("x", "w")), **options)
    units = np.array([1.0, scale, scale, 1.0]) if system else np.array([1.0, scale, 1.0])
    assert_allclose(again.params, fit.params * units, rtol=1e-6)
    assert_allclose(again.own.matrix, fit.own.matrix * np.outer(units, units), rtol=1e-5)
    assert_allclose(again.statistics["hansen"], fit.statistics["hansen"], rtol=1e-6)
    assert_allclose(again.statistics["ar2"], fit.statistics["ar2"], rtol=1e-6)


def test_more_instruments_than_entities_are_counted():
    fit = difference_gmm(design_of(simulated(1, entities=12), ("x",)))
    assert fit.statistics["instruments"] > 12
    assert f"{fit.statistics['instruments']:.0f} instruments for 12 entities" in fit.warnings[0]
    assert "generalised inverse" in fit.warnings[1]


BAD = [
    ({"lags": 0}, "lags = 0, must be 1 or more"),
    ({"steps": 3}, "steps = 3, must be 1 or 2"),
    ({"instrument_lags": [1, 4]}, "instrument_lags = [1, 4]"),
    ({"instrument_lags": [4, 2]}, "instrument_lags = [4, 2]"),
    ({"endogenous": ["wx"]}, "'wx' is not known; allowed: w, x"),
    ({"endogenous": ["w"], "predetermined": ["w"]}, "'w' is both"),
    ({"not_instruments": ["xx"]}, "'xx' is not known; allowed: w, x"),
    ({"not_instruments": ["w"], "predetermined": ["w"]}, "'w' is both predetermined and not_instruments"),
    ({"lag_limits": {"x": [1, 2]}}, "lag_limits of 'x' is not known; allowed: y"),
    ({"lag_limits": {"y": [1, 2]}}, "lag_limits of 'y' = [1, 2], must be two numbers, the first 2 or more"),
    ({"lag_limits": {"w": [0, 2]}, "predetermined": ["w"]}, "lag_limits of 'w' = [0, 2]"),
    ({"transformation": "differences"}, "did you mean 'difference'"),
    ({"lags": 6}, "an entity needs 8 consecutive periods, the longest run here is 7"),
    (
        {"lags": 4, "collapse": True, "instrument_lags": [2, 2], "endogenous": ["x", "w"]},
        "3 instruments for 6 parameters",
    ),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message for _, message in BAD])
def test_mistakes_are_one_clear_line(options, message):
    design = design_of(simulated(2, gaps=False), ("x", "w"))
    with pytest.raises(EstimationError) as caught:
        difference_gmm(design, **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_instrument_that_is_a_regressor_is_refused():
    panel = simulated(2, gaps=False)
    design = with_instruments(design_of(panel, ("x", "w")), panel, gmm_instruments="w")
    with pytest.raises(EstimationError, match="'w' in gmm_instruments is a regressor"):
        difference_gmm(design)


def test_a_term_that_does_not_vary_in_time_is_named():
    panel = simulated(2, gaps=False)
    for i, rows in panel.items():
        for t in rows:
            rows[t][1]["z"] = i * 0.1
    for transformation in ("difference", "orthogonal_deviations"):
        with pytest.raises(EstimationError, match="'z' has no variation"):
            difference_gmm(design_of(panel, ("x", "z")), transformation=transformation)
    assert "z" in system_gmm(design_of(panel, ("x", "z"))).labels


def test_weights_are_refused():
    design = design_of(simulated(2), ("x",))
    weighted = Design(
        "y", design.labels, design.y, design.x, design.entity, design.time, weights=np.ones(design.nobs)
    )
    with pytest.raises(EstimationError, match="takes no weights"):
        system_gmm(weighted)


def test_two_steps_with_limits_and_collapsed_instruments_agree_with_plm():
    """R 4.2.2, plm 2.6-2, linearmodels' wage_panel sorted by nr and year: m <- pgmm(lwage ~ lag(lwage, 1) +
    union + married | lag(lwage, 2:4) + lag(union, 1:3), effect = "individual", model = "twosteps", collapse =
    TRUE, transformation = "d"); coef(m); sqrt(diag(vcovHC(m))); sargan(m); mtest(m, order, vcovHC(m)).
    """
    fit = difference_gmm(
        wages(), collapse=True, instrument_lags=[2, 4], predetermined=["union"], lag_limits={"union": [1, 3]}
    )
    assert_allclose(fit.params, [0.625203518324, 0.157842321997, 0.128725383232], rtol=1e-10)
    found = np.sqrt(np.diag(fit.own.matrix))
    assert_allclose(found, [0.16426170109, 0.0509908550406, 0.0334921185353], rtol=1e-10)
    tests = [fit.statistics[name] for name in ("hansen", "hansen_df", "ar1", "ar2")]
    assert_allclose(tests, [92.6361137903, 4, -5.10141633754, 3.02674610666], rtol=1e-10)


@pytest.mark.parametrize("estimator", [difference_gmm, system_gmm])
def test_rows_of_an_entity_are_one_draw(estimator):
    """One step: clustered by entity is the robust error; what takes transformed rows as draws is refused."""
    fit = estimator(design_of(simulated(4), ("x",)), steps=1, collapse=True)
    plain = clustered(fit, groups_factor=False, parameters_factor=False)
    assert_allclose(plain.matrix, fit.own.matrix, rtol=1e-8)
    for error in (hc0, hc1, driscoll_kraay, newey_west, partial(clustered, cluster=["time"])):
        with pytest.raises(EstimationError, match="one draw .* allowed: own, or clustered by entity or by"):
            error(fit)
