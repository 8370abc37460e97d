"""Names that a user gives never stand for something else: each number is shown under its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replication.errors import EstimationError, StudyError
from replication.estimate.design import Of
from replication.panel.panel import read_panel
from replication.publish.model_tables import model_table
from replication.records.model_statistics import STATISTICS
from replication.spec.entries import ModelSpec, TableSpec
from replication.study.one_model import ModelResult, merge_unique, plan, run_model, statistic_rows

DRAW = np.random.default_rng(1)
SIZE = 30 * 8
ROWS = pd.DataFrame(
    {
        "firm": np.repeat([f"f{i:02}" for i in range(30)], 8),
        "yr": np.tile(np.arange(1990, 1998), 30),
        "x": DRAW.normal(size=SIZE),
        "z": DRAW.normal(size=SIZE),
        "const": DRAW.normal(size=SIZE),
        "sigma": DRAW.normal(size=SIZE),
        "time": DRAW.integers(0, 4, SIZE),
        "entity": DRAW.integers(0, 5, SIZE),
    }
).assign(y=lambda t: 1 + t["x"] + DRAW.normal(size=SIZE), above=lambda t: (t["y"] > 1) * 1.0)


def run(variables: dict[str, str] | None = None, **keys) -> ModelResult:
    panel = read_panel(ROWS, "firm", "yr", variables or {}, "rows")
    return run_model(panel, plan(ModelSpec(**{"id": "m", "formula": "y ~ x + z", **keys})))


def statistics(found: ModelResult, error: str = "") -> dict[str | Of, float]:
    mine = found.statistics[found.statistics["error"] == error]
    return {Of(name, of): value for name, of, value in mine[["name", "of", "value"]].itertuples(index=False)}


def test_a_column_called_const_is_never_shown_as_the_constant():
    with pytest.raises(StudyError, match=r"two terms are called 'const' \(constant and regressor\)"):
        run(formula="y ~ const + x")
    renamed = run({"own": "const"}, formula="y ~ own + x").estimates.set_index("term")["estimate"]
    alone = run(formula="y ~ const + x", intercept=False).estimates
    assert list(renamed.index) == ["const", "own", "x"]
    assert list(alone["kind"]) == ["regressor", "regressor"]
    by_hand = np.linalg.lstsq(
        np.column_stack([np.ones(SIZE), ROWS["const"], ROWS["x"]]), ROWS["y"], rcond=None
    )[0]
    np.testing.assert_allclose(renamed, by_hand, rtol=1e-10)


def test_a_column_called_as_a_parameter_is_never_shown_as_it():
    with pytest.raises(StudyError, match=r"two terms are called 'sigma' \(parameter and regressor\)"):
        run(formula="max(y, 0) ~ x + sigma", estimator="tobit")


@pytest.mark.parametrize("name", ["f", "rsquared", "nobs", "chi2", "f_p"])
def test_the_name_of_a_test_overwrites_no_statistic(name):
    plain, tested = run(), run(tests=[{"id": name, "terms": ["z"]}])
    assert statistics(tested) == statistics(plain)
    joint = statistics(tested, "clustered")
    assert joint[Of("test_f_df1", name)] == 1
    assert joint.keys() == {Of(f"test_f{part}", name) for part in ("", "_p", "_df1", "_df2")}


@pytest.mark.parametrize("name", ["time", "entity"])
@pytest.mark.parametrize("place", ["cluster", "effects"])
def test_the_panels_own_keys_shadow_no_column(name, place):
    keys = {"covariance": [{"kind": "clustered", "cluster": [name]}]} if place == "cluster" else {}
    keys |= {"effects": [name]} if place == "effects" else {}
    with pytest.raises(StudyError, match=f"'{name}' means the panel's {name}, which is"):
        run(**keys)


def test_a_lag_of_the_outcome_is_seen_through_variables():
    with pytest.raises(EstimationError, match="adds the lags of the outcome itself"):
        run({"before": "lag(y, 1)"}, formula="y ~ before + x", estimator="difference_gmm")
    with pytest.raises(EstimationError, match="the outcome y stands among the regressors"):
        run({"same": "y"}, formula="y ~ same + x")


def test_the_pseudo_rsquared_of_a_logit_is_printed():
    found = run(formula="above ~ x", estimator="logit")
    spec = TableSpec(id="t", title="T", models=["m"])
    table = model_table(spec, found.estimates, found.statistics, [found.account], {})
    shown = {row[0].text: row[1].text for row in table.rows}
    assert float(shown["Pseudo R²"]) == pytest.approx(statistics(found)[Of("rsquared_pseudo", "")], abs=5e-4)


def test_how_a_search_went_is_told_apart():
    found = run(formula="above ~ x", estimator="logit")
    assert set(found.telemetry["name"]) == {"iterations", "gradient_norm", "hessian_condition"}
    classes = {STATISTICS[name].number for name in found.statistics["name"]}
    assert "telemetry" not in classes


def test_two_statistics_of_one_name_are_a_fault():
    with pytest.raises(RuntimeError, match="two statistics are called nobs"):
        merge_unique({"nobs": 1.0}, {"nobs": 2.0})


def test_a_statistic_that_is_not_declared_is_a_fault():
    with pytest.raises(RuntimeError, match="madeup is not declared"):
        statistic_rows({"madeup": 1.0})
