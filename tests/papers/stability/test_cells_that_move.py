"""Changes that mean something are seen: a figure moved, a country left out, a tie turned."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replication.language.evaluate import Rows, condition
from replication.study.one_model import plan, run_model
from tests.support.published_cells import cells_of_model, cells_of_statistic, panel_of

SOME = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OUTCOMES = {
    "nominal": "japan_aid",
    "log_latin": "japan_aid_constant",
    "level_latin": "japan_aid_constant",
    "within_all": "japan_aid_constant",
    "inertia_pooled": "japan_aid_constant",
    "ppml_all": "japan_aid_constant",
}
MODELS = tuple(OUTCOMES)


@pytest.fixture(scope="module")
def used(studies, tables):
    """The function that gives the rows of the panel's table that a model is estimated on."""
    study, keys = studies["katada"], tables["allocation"].set_index(["iso3", "year"]).index

    @functools.cache
    def rows(name):
        model = next(entry for entry in study.models if entry.id == name)
        dropped = run_model(panel_of(study, model, tables), plan(model)).dropped
        return np.flatnonzero(~keys.isin(list(zip(dropped["entity"], dropped["time"], strict=True))))

    return rows


@SOME
@given(data=st.data())
def test_one_figure_of_the_outcome_moved_by_a_percent(tables, studies, known, used, data):
    study, model = studies["katada"], data.draw(st.sampled_from(MODELS))
    table, outcome = tables["allocation"], OUTCOMES[model]
    rows = [row for row in used(model) if table[outcome].iloc[row] > 0]
    row = data.draw(st.sampled_from(rows))
    aid = table[outcome].copy()
    aid.iloc[row] *= 1.01
    after = cells_of_model(study, model, {**tables, "allocation": table.assign(**{outcome: aid})})
    before = known(model)
    moved = [key for key in before if key[-1] == "estimate" and before[key] != after[key]]
    assert moved


@SOME
@given(data=st.data())
def test_one_country_left_out(tables, studies, known, used, data):
    study, model = studies["katada"], data.draw(st.sampled_from(MODELS))
    table = tables["allocation"]
    rows = used(model)
    country = data.draw(st.sampled_from(sorted(set(table["iso3"].iloc[rows]))))
    less = {**tables, "allocation": table[table["iso3"] != country].reset_index(drop=True)}
    before, after = known(model), cells_of_model(study, model, less)
    assert after["models", model, "", "nobs", ""] < before["models", model, "", "nobs", ""]
    assert any(before[key] != after.get(key) for key in before if key[-1] == "estimate")


def levels(studies):
    """Statistics of the studies of flows and networks of firms that publish each figure of their rows."""
    found = [entry for name in ("posen", "hatch") for entry in studies[name].statistics]
    return [entry for entry in found if entry.measure == "levels"]


@SOME
@given(data=st.data())
def test_one_figure_of_a_described_table_moved(tables, studies, data):
    entry = data.draw(st.sampled_from(levels(studies)))
    table, value = tables[entry.table], entry.with_.get("value", "value")
    only, group = entry.with_.get("only"), entry.with_.get("group", "series")
    inside = condition(entry.where, Rows(table)) if entry.where else np.ones(len(table), dtype=bool)
    inside &= table[value].notna().to_numpy()
    inside &= table[group].isin(only).to_numpy() if only else True
    row = data.draw(st.sampled_from(np.flatnonzero(inside).tolist()))
    figures = table[value].astype(float)
    figures.iloc[row] += 1
    after = cells_of_statistic(entry, table.assign(**{value: figures}))
    before = cells_of_statistic(entry, table)
    assert sum(before[key] != after[key] for key in before) == 1


def test_any_tie_turned(tables, studies):
    entry = next(entry for entry in studies["matsumura"].statistics if entry.id == "network_counts")
    table = tables["matsumura_ties"]
    before = cells_of_statistic(entry, table)
    for row in range(len(table)):
        sign = table["sign"].copy()
        sign.iloc[row] = -sign.iloc[row]
        assert cells_of_statistic(entry, table.assign(sign=sign)) != before


def test_any_amount_of_a_loan_moved(tables, studies):
    entry = next(entry for entry in studies["matsumura"].statistics if entry.id == "loans_growth_dollars")
    table = tables["matsumura_loans"]
    before = cells_of_statistic(entry, table)
    for row in np.flatnonzero(condition(entry.where, Rows(table))):
        amount = table["amount"].astype(float)
        amount.iloc[row] *= 1.001
        assert cells_of_statistic(entry, table.assign(amount=amount)) != before
