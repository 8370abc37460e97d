"""Names that a user gives never stand for something else: each number is shown under its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError, StudyError
from replication.estimate.design import Of
from replication.panel.panel import read_panel
from replication.publish.model_tables import model_table
from replication.records.model_statistics import STATISTICS
from replication.spec.entries import ModelSpec, TableSpec
from replication.study.model_result import ModelResult, merge_unique, statistic_rows
from replication.study.one_model import plan, run_model

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
    added = joint.keys() - statistics(plain, "clustered").keys()
    assert added == {Of(f"test_f{part}", name) for part in ("", "_p", "_df1", "_df2")}


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


def test_the_test_of_all_slopes_is_printed_with_its_degrees_of_freedom():
    """That of the error that is shown: F(2, 29) where 30 clusters are, chi2(2) by panel-corrected errors."""
    for kind, label, df in (("clustered", "F, all slopes", ["2", "29"]), ("pcse", "χ², all slopes", ["2"])):
        found = run(covariance=[{"kind": kind}, {"kind": "hc1"}])
        spec = TableSpec(id="t", title="T", models=["m"])
        table = model_table(spec, found.estimates, found.statistics, [found.account], {})
        line = next(line for line in table.joined if line.label.text == label)
        cells = [table.rows[row][1] for row in line.rows]
        assert [cell.text for cell in cells[1:-1]] == df
        assert "".join(cell.before + cell.after for cell in cells) == ("(,)[]" if len(df) == 2 else "()[]")
        assert {cell.source[2] for cell in cells} == {kind}


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


UNNAMED = ROWS.drop(columns=["entity", "time"])
ERRORS = ("hc1", "clustered", "driscoll_kraay", "pcse", "newey_west", "cr2")


@pytest.mark.parametrize("estimator", ["ols", "first_difference", "random_effects", "ppml", "fama_macbeth"])
@given(first=st.integers(-3000, 10))
@settings(max_examples=8, deadline=None)
def test_periods_may_be_any_whole_numbers(estimator, first):
    """Years to an event, or before Christ: a number below zero is a period, not a missing cluster."""
    keys: dict = {"estimator": estimator, "formula": "above ~ x + lag(z, 1)"}
    if estimator in ("ols", "ppml"):
        keys["effects"] = ["entity", "time"]
    if estimator in ("ols", "first_difference"):
        keys["covariance"] = [
            *({"kind": kind} for kind in ERRORS),
            {"kind": "clustered", "cluster": ["time"], "label": "by_time"},
            {"kind": "clustered", "cluster": ["entity", "time"], "label": "two_way"},
        ]
    moved = UNNAMED.assign(yr=UNNAMED["yr"] - 1990 + first)
    plain, shifted = (run_on(rows, **keys) for rows in (UNNAMED, moved))
    assert shifted.account.dropped == plain.account.dropped
    numbers = ["estimate", "std_error", "p_value"]
    np.testing.assert_allclose(shifted.estimates[numbers], plain.estimates[numbers], rtol=1e-9, atol=1e-12)


def run_on(rows: pd.DataFrame, **keys) -> ModelResult:
    panel = read_panel(rows, "firm", "yr", {}, "rows")
    return run_model(panel, plan(ModelSpec(**{"id": "m", **keys})))


INSTRUMENTED = ("iv_2sls", "liml", "iv_gmm")
IV = {"endogenous": ["x"], "instruments": ["sigma"]}


@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        *((name, {}) for name in ("ols", "between", "first_difference", "random_effects", "fama_macbeth")),
        *((name, {}) for name in ("fgls", "prais_winsten", "quantile", "ppml", "negative_binomial", "tobit")),
        *((name, IV) for name in INSTRUMENTED),
    ],
)
@pytest.mark.parametrize("value", ["0 * x + 5", "0 * x", "1e9 + 0 * x"])
def test_an_outcome_that_does_not_vary_is_refused_by_every_estimator(estimator, options, value):
    with pytest.raises(EstimationError, match=r"the outcome 'same' is \S+ in all 240 rows: no variation"):
        run({"same": value}, formula="same ~ z", estimator=estimator, options=options)


@pytest.mark.parametrize(("estimator", "options"), [("ols", {}), *((name, IV) for name in INSTRUMENTED)])
@pytest.mark.parametrize("scale", [1e-9, 1e9])
@pytest.mark.parametrize("weights", [None, "exp(z)"])
def test_an_outcome_that_effects_explain_in_full_is_refused(estimator, options, scale, weights):
    firm, year = np.random.default_rng(5).normal(size=30), np.random.default_rng(6).normal(size=8)
    parts = scale * (np.repeat(firm, 8) + np.tile(year, 30))
    rows = UNNAMED.assign(parts=parts).sample(frac=0.8, random_state=2)
    keys = {"estimator": estimator, "options": options, "weights": weights, "formula": "parts ~ z"}
    with pytest.raises(EstimationError, match="is a sum of effects of entity and time: no variation"):
        run_on(rows, effects=["entity", "time"], **keys)
    assert run_on(rows, effects=["entity"], **keys).account.nobs == len(rows)


def test_the_rows_expected_are_those_that_the_estimator_used():
    for estimator, rows in (("ols", 240), ("first_difference", 210), ("between", 240), ("fama_macbeth", 240)):
        assert run(estimator=estimator, expected_nobs=rows).account.converged
        with pytest.raises(EstimationError, match=f"{rows} rows are used; expected_nobs says {rows + 1}"):
            run(estimator=estimator, expected_nobs=rows + 1)


@pytest.mark.parametrize("formula", ["y ~ x + x", "y ~ x + dummies(entity_) + dummies(entity_)"])
def test_two_terms_of_one_name_are_refused(formula):
    with pytest.raises(StudyError, match="the formula has two terms called '"):
        run({"entity_": "entity"}, formula=formula)


@given(st.lists(st.integers(1_000_000, 10**15), min_size=3, max_size=6, unique=True))
@settings(max_examples=10, deadline=None)
def test_levels_of_many_digits_keep_their_names(codes):
    rows = ROWS.assign(code=np.resize(codes, SIZE), part=np.resize(codes, SIZE) / 1e6)
    for name in ("code", "part"):
        terms = run_on(rows, formula=f"y ~ dummies({name})").estimates["term"].to_list()
        levels = sorted(float(term.removeprefix(f"{name}=")) for term in terms[1:])
        assert levels == sorted(rows[name].unique().astype(float))[1:]


def test_exact_identification_has_no_test_of_overidentification():
    options = {"endogenous": ["x"], "instruments": ["sigma"]}
    one = statistics(run(formula="y ~ z", estimator="iv_2sls", options=options))
    two = statistics(
        run(formula="y ~ z", estimator="iv_2sls", options={**options, "instruments": ["sigma", "const"]})
    )
    names = {str(name) for name in one}
    assert not names & {"sargan", "sargan_df", "sargan_p", "hansen", "hansen_df", "hansen_p"}
    assert two[Of("sargan_df", "")] == two[Of("hansen_df", "")] == 1
