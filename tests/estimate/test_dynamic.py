"""Difference and system GMM: reference values, a slow second implementation, and exact properties."""

from __future__ import annotations

import numpy as np
import pytest
from dynamic_reference import Reference
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import wage_panel
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.dynamic import difference_gmm, system_gmm
from replication.estimate.result import Design

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
    return Design("y", terms, y, x, entity, time, clusters={"entity": entity, "time": time})


def wages() -> Design:
    data = wage_panel.load().sort_values(["nr", "year"])
    entity = np.unique(data["nr"], return_inverse=True)[1].astype(np.int64)
    x = data[["union", "married"]].to_numpy(float)
    return Design("lwage", ("union", "married"), data["lwage"].to_numpy(float), x, entity, data["year"].to_numpy(np.int64))


def test_wage_panel_agrees_with_plm():
    """plm pgmm(lwage ~ lag(lwage,1) + union + married | lag(lwage,2:99) | union + married), robust, one step.

    Source: reference-values.md 4.6 (run there with R's plm). Tolerance: half a unit of the last digit given.
    """
    fit = difference_gmm(wages(), steps=1)
    assert fit.terms == ("lag(lwage, 1)", "union", "married")
    assert_allclose(fit.params, [0.251425076064, 0.005269474713, 0.209705117023], atol=5e-13)
    assert_allclose(
        np.sqrt(np.diag(fit.covariance)), [0.047452969560, 0.026981575300, 0.025108244340], atol=5e-13
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


def in_order(reference_values: np.ndarray, terms: tuple[str, ...]) -> np.ndarray:
    """The reference puts the constant before the regressors, as designs do."""
    assert len(reference_values) == len(terms)
    return reference_values


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
    assert_allclose(fit.params, in_order(params, fit.terms), **SAME)
    assert_allclose(fit.covariance, slow.robust(), **SAME)
    _, total = slow.meat(params)
    assert_allclose(fit.statistics["sargan"], total @ weight @ total / variance, **SAME)
    for order in (1, 2):
        m = slow.serial(order, params, slow.robust(), bread, zx, weight)
        assert_allclose(fit.statistics[f"ar{order}"], m, **SAME)
    plain = estimator(design_of(panel, ("x", "w")), steps=1, robust=False, **options, **styled)
    assert_allclose(plain.covariance, variance * bread, **SAME)

    second, bread, zx, weight = slow.two_step_from(params)
    fit = estimator(design_of(panel, ("x", "w")), **options, **styled)
    assert_allclose(fit.params, second, **SAME)
    assert_allclose(fit.covariance, slow.windmeijer(), **NUMERICAL)
    _, total = slow.meat(second)
    assert_allclose(fit.statistics["hansen"], total @ weight @ total, **SAME)
    for order in (1, 2):
        m = slow.serial(order, second, fit.covariance, bread, zx, weight)
        assert_allclose(fit.statistics[f"ar{order}"], m, **SAME)
    assert fit.nobs == sum(row["eq"] == ("L" if system else "D") for *_, rows in slow.blocks for row in rows)
