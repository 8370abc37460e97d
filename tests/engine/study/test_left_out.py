"""Coefficients without each level of a column: those of the rows that are left."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.errors import StudyError
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.spec.entries import ModelSpec
from replication.study.left_out import NOTHING, left_out
from replication.study.one_model import fit_model, plan
from tests.engine.robustness.test_cells import table

MODEL = {"id": "main", "formula": "y ~ key + a + b", "effects": ["entity"]}


@pytest.fixture(scope="module")
def panel():
    return panel_of(Reading(table(11), "made up"), "firm", "year", {})


def coefficients(panel, **changes) -> pd.Series:
    model = ModelSpec.model_validate({**MODEL, **changes})
    _, fit = fit_model(panel, plan(model))
    return pd.Series(fit.params, index=list(fit.labels))


def found(panel, **changes) -> pd.Series:
    model = ModelSpec.model_validate({**MODEL, **changes})
    return left_out(panel, plan(model)).set_index(["statistic", "group", "period"])["value"]


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_coefficients_are_those_of_a_panel_without_the_level(panel, estimator):
    model = {"estimator": estimator, "formula": "exp(y / 10) ~ key + a"}
    told = found(panel, **model, leave_out={"terms": ["key", "a"], "columns": ["firm", "year"]})
    whole = coefficients(panel, **model)
    assert told["main_without_firm", NOTHING, "key"] == pytest.approx(whole["key"], rel=1e-12)
    for column, level in (("firm", 3), ("year", 1994)):
        rows = panel.table[panel.table[column] != level].reset_index(drop=True)
        left = coefficients(panel_of(Reading(rows, "made up"), "firm", "year", {}), **model)
        for term in ("key", "a"):
            assert told[f"main_without_{column}", str(level), term] == pytest.approx(left[term], rel=1e-9)
    assert len(told) == 2 * (2 + panel.table["firm"].nunique() + panel.table["year"].nunique())


def test_a_condition_of_the_model_goes_on_holding_and_a_count_of_rows_is_of_the_whole(panel):
    sample, _ = fit_model(panel, plan(ModelSpec.model_validate({**MODEL, "where": "year > 1992"})))
    told = found(
        panel,
        where="year > 1992 or year < 0",
        expected_nobs=len(sample.keys),
        leave_out={"terms": ["key"], "columns": ["year"]},
    )
    years = set(told.index.get_level_values("group")) - {NOTHING}
    assert min(map(int, years)) == 1993
    later = coefficients(panel, where="year > 1993")
    assert told["main_without_year", "1993", "key"] == pytest.approx(later["key"], rel=1e-12)


def test_a_level_without_which_there_is_no_such_model_is_missing(panel):
    made = panel.table.assign(alone=(panel.table["firm"] == 2) * panel.table["a"])
    told = found(
        panel_of(Reading(made, "made up"), "firm", "year", {}),
        formula="y ~ key + alone",
        leave_out={"terms": ["key", "alone"], "columns": ["firm"]},
    )
    missing = told[told.isna()].index.get_level_values("group").unique().tolist()
    assert missing == ["2"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"terms": ["keys"], "columns": ["firm"]}, "models.main: leave_out: term 'keys' is not known"),
        ({"terms": ["key"], "columns": ["firms"]}, "models.main: leave_out: column 'firms' is not known"),
    ],
)
def test_what_is_not_there_is_one_clear_line(panel, asked, message):
    with pytest.raises(StudyError, match=message):
        found(panel, leave_out=asked)
