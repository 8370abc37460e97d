"""Changes planted in tidy records: each is found, and graded as what it is."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.estimate.words import ESTIMATORS
from replication.records.model_statistics import STATISTICS
from replication.versions.grades import GRADES, RANK
from replication.versions.record_moves import compare_records
from replication.versions.tolerances import BY_MEASURE, ITERATIVE, LINEAR, TOLERANCES

ESTIMATORS_OF = {"line": "ols", "curve": "logit"}
ESTIMATES = pd.DataFrame(
    {
        "study": "s",
        "model": ["line", "line", "curve"],
        "error": ["pcse", "pcse", "own"],
        "kind": ["constant", "regressor", "regressor"],
        "term": ["const", "x", "x"],
        "estimate": [60.25, 0.4999067257722783, -1.25],
        "std_error": [94.6, 0.2351366223737, 0.5],
        "statistic": [0.6368921776, 2.126026650913, -2.5],
        "p_value": [0.528, 0.0335, 0.0124],
        "conf_low": [-125.1, 0.039, -2.23],
        "conf_high": [245.6, 0.961, -0.27],
    }
)


def compared(folder: Path, old: pd.DataFrame, new: pd.DataFrame, name: str = "estimates.csv"):
    for place, table in (("old", old), ("new", new)):
        (folder / place).mkdir(exist_ok=True)
        table.to_csv(folder / place / name, index=False)
    return compare_records("s", folder / "old" / name, folder / "new" / name, ESTIMATORS_OF)


def changed(row: int, column: str, value: float) -> pd.DataFrame:
    table = ESTIMATES.copy()
    table.loc[row, column] = value
    return table


COVARIANCES = pd.DataFrame(
    {
        "study": "s",
        "model": ["line"] * 3 + ["curve"],
        "error": ["hc1"] * 3 + ["own"],
        "term": ["const", "x", "x", "x"],
        "with": ["const", "const", "x", "x"],
        "value": [9.0, 1e-14, 0.25, 0.25],
    }
)


@pytest.mark.parametrize(
    ("row", "value", "grade"),
    [
        (1, -1e-14, "rounding"),  # two errors of 3 and 0.5: nothing beside their product
        (1, 1e-6, "value"),
        (0, 9.0 * (1 + 1e-7), "value"),
        (0, 9.0 * (1 + 1.9e-8), "rounding"),  # its root moves by half of that
        (3, 0.25 * (1 + 1e-7), "rounding"),  # a maximum found by steps
        (3, math.nan, "vanished"),
        (2, math.nan, "vanished"),
    ],
)
def test_a_covariance_is_measured_against_its_two_errors(tmp_path, row, value, grade):
    new = COVARIANCES.copy()
    new.loc[row, "value"] = value
    verdict = compared(tmp_path, COVARIANCES, new, "covariances.csv")
    assert verdict.grade == grade and verdict.cells == 4


def test_the_same_records_are_identical(tmp_path):
    verdict = compared(tmp_path, ESTIMATES, ESTIMATES)
    assert verdict.grade == "identical" and verdict.counts == {"identical": 21}


@pytest.mark.parametrize(
    ("row", "column", "value", "grade"),
    [
        (1, "estimate", 0.4999067257722783 + 1e-7, "value"),  # the planted change of the seventh digit
        (1, "estimate", 0.4999067257722783 * (1 + 1e-11), "rounding"),
        (2, "estimate", -1.25 - 1e-7, "rounding"),  # a maximum found by steps, held to 1e-6
        (2, "estimate", -1.25 - 1e-5, "value"),
        (1, "estimate", -0.4999067257722783, "sign"),
        (1, "p_value", 0.0501, "significance"),
        (1, "p_value", 0.0336, "value"),
        (0, "p_value", 0.9, "value"),
        (1, "conf_low", -0.039, "significance"),  # the interval takes zero in
        (1, "std_error", 0.2351366223737 * (1 + 1e-7), "value"),
        (0, "estimate", math.nan, "vanished"),
        (0, "estimate", math.inf, "value"),
    ],
)
def test_a_planted_change_has_its_grade(tmp_path, row, column, value, grade):
    verdict = compared(tmp_path, ESTIMATES, changed(row, column, value))
    assert [move.grade for move in verdict.moves] == [grade]
    assert column in verdict.moves[0].cell


def test_the_size_of_a_change_is_told(tmp_path):
    verdict = compared(tmp_path, ESTIMATES, changed(1, "estimate", 0.4999067257722783 + 1e-7))
    assert verdict.largest == pytest.approx(1e-7 / 0.4999068, rel=1e-5)


def test_a_lost_row_vanishes_and_a_new_one_appears(tmp_path):
    lost = compared(tmp_path, ESTIMATES, ESTIMATES.drop(index=1))
    assert lost.counts == {"identical": 14, "vanished": 7}
    new = compared(tmp_path, ESTIMATES.drop(index=1), ESTIMATES)
    assert new.counts == {"identical": 14, "appeared": 7}


def test_the_order_of_rows_is_no_change(tmp_path):
    assert compared(tmp_path, ESTIMATES, ESTIMATES[::-1]).grade == "identical"


def test_noise_about_zero_is_rounding_by_the_standard_error(tmp_path):
    old, new = changed(1, "estimate", 1e-17), changed(1, "estimate", -3e-17)
    assert compared(tmp_path, old, new).grade == "rounding"
    assert compared(tmp_path, old, changed(1, "estimate", -1e-6)).grade == "sign"


def test_a_statistic_that_cancels_is_judged_by_its_series(tmp_path):
    old = pd.DataFrame(
        {"study": "s", "statistic": "net", "group": "all", "period": [1990, 1991], "value": [4e3, 1e-13]}
    ).assign(unit="dollars")
    noise, real = old.copy(), old.copy()
    noise.loc[1, "value"], real.loc[1, "value"] = -2e-13, 2e-3
    assert compared(tmp_path, old, noise, "statistics.csv").grade == "rounding"
    assert compared(tmp_path, old, real, "statistics.csv").grade == "value"


def test_another_unit_or_cause_is_a_change(tmp_path):
    dropped = pd.DataFrame({"study": "s", "model": "m", "entity": ["A", "B"], "time": 1990, "cause": "no y"})
    verdict = compared(tmp_path, dropped, dropped.assign(cause=["no y", "no x"]), "dropped_rows.csv")
    assert [(move.grade, move.old, move.new) for move in verdict.moves] == [("value", "no y", "no x")]


def test_a_test_of_a_model_that_crosses_the_level_changes_significance(tmp_path):
    old = pd.DataFrame(
        {
            "study": "s",
            "model": "line",
            "error": "",
            "name": ["slopes_f_p", "rsquared"],
            "of": "",
            "value": [0.04, 0.3],
        }
    )
    verdict = compared(tmp_path, old, old.assign(value=[0.06, 0.3]), "models.csv")
    assert [move.grade for move in verdict.moves] == ["significance"]


@settings(max_examples=25, deadline=None)
@given(noise=st.lists(st.floats(-1, 1), min_size=18, max_size=18), data=st.data())
def test_noise_below_the_tolerance_is_never_more_than_rounding(tmp_path_factory, noise, data):
    numbers = ESTIMATES.columns[5:]
    table = ESTIMATES.copy()
    values = table[numbers].to_numpy().ravel()
    table[numbers] = (values * [1 + 0.5e-9 * share for share in noise]).reshape(3, 6)
    verdict = compared(tmp_path_factory.mktemp("noise"), ESTIMATES, table)
    assert RANK[verdict.grade] <= RANK["rounding"]
    row, column = data.draw(st.sampled_from([0, 1])), data.draw(st.sampled_from(["estimate", "std_error"]))
    table.loc[row, column] *= 1 + 1e-7
    size = max(abs(ESTIMATES.loc[row, "estimate"]), ESTIMATES.loc[row, "std_error"])
    if ESTIMATES.loc[row, column] * 1e-7 > 2e-9 * size:
        found = compared(tmp_path_factory.mktemp("moved"), ESTIMATES, table)
        assert found.grade == "value"


MODELS = pd.DataFrame(
    {
        "study": "s",
        "model": "line",
        "error": "",
        "name": ["nobs", "chow_like", "test_f", "rsquared", "sigma", "test_f_p", "slopes_f_df2"],
        "of": ["", "", "breaks", "", "", "", ""],
        "value": [398.0, 2.5, 5.581, 0.234, 1234.5, 0.04, 9.997182862893883],
    }
)


@pytest.mark.parametrize(
    ("row", "factor", "grade"),
    [
        (0, 1 + 1e-14, "value"),  # a count is equal or wrong
        (1, 1 + 1e-9, "rounding"),  # not declared: held as its model is
        (1, 1 + 1e-7, "value"),
        (2, 1 + 1e-7, "rounding"),  # a quadratic form in an inverse
        (2, 1 + 1e-5, "value"),
        (3, 1 + 1e-8, "rounding"),
        (3, 1 + 1e-6, "value"),
        (4, 1 + 1e-9, "rounding"),
        (4, 1 + 1e-7, "value"),
        (5, 1 + 1e-6, "rounding"),
        (5, 1.5, "significance"),
        (6, 1 + 1e-14, "rounding"),  # approximated, as for an error that corrects for few clusters
        (6, 1 + 1e-7, "value"),
    ],
)
def test_a_statistic_is_held_by_its_class_and_kind(tmp_path, row, factor, grade):
    new = MODELS.copy()
    new.loc[row, "value"] *= factor
    verdict = compared(tmp_path, MODELS, new, "models.csv")
    assert [move.grade for move in verdict.moves] == [grade]
    assert verdict.moves[0].allowed >= verdict.moves[0].relative or grade != "rounding"


@pytest.mark.parametrize("text", ["nan", "NaN", "none", "1.2.3"])
def test_what_is_no_number_is_a_cell_that_vanished(tmp_path, text):
    new = ESTIMATES.astype({"estimate": object})
    new.loc[1, "estimate"] = text
    verdict = compared(tmp_path, ESTIMATES, new)
    assert [(move.grade, move.new) for move in verdict.moves] == [("vanished", text)]


def test_every_class_has_its_tolerance_and_its_reason():
    found = {each.measure for each in STATISTICS.values() if each.number == "result"}
    assert found == {*BY_MEASURE, "figure"}
    assert all(len(tolerance.reason) > 20 for tolerance in BY_MEASURE.values())


def test_every_estimator_has_its_tolerance_and_reason():
    assert set(ESTIMATORS) <= set(TOLERANCES)
    assert all(len(tolerance.reason) > 20 for tolerance in TOLERANCES.values())
    assert (LINEAR.relative, ITERATIVE.relative) == (1e-8, 1e-6)


def test_appeared_and_vanished_are_one_rank_and_the_worst():
    assert RANK["appeared"] == RANK["vanished"] == max(RANK.values())
    assert list(RANK) == list(GRADES)
