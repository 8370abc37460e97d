"""What a model or a statistic publishes, cell by cell, computed in memory."""

from __future__ import annotations

from replication.panel.panel import read_panel
from replication.study.one_model import plan, run_model
from replication.study.statistics import run_statistic

ESTIMATES = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")
COUNTED = ("rows_in_panel", "dropped")  # the account of the rows left out says how many were brought


def panel_of(study, model, tables):
    """The panel that a model is estimated on."""
    table = tables[model.data or study.study.data]
    return read_panel(table, model.entity or study.study.entity, study.study.time, study.variables, "test")


def cells_of_model(study, name, tables):
    """Every number of a model's tidy records by its key; a missing one is None, so that cells compare."""
    model = next(entry for entry in study.models if entry.id == name)
    found = run_model(panel_of(study, model, tables), plan(model))
    cells = {
        ("estimates", row["model"], row["error"], row["term"], column): _value(row[column])
        for row in found.estimates.to_dict("records")
        for column in ESTIMATES
    }
    named = found.statistics.to_dict("records")
    return cells | {
        ("models", row["model"], row["error"], row["name"], row["of"]): _value(row["value"])
        for row in named
        if row["name"] not in COUNTED
    }


def cells_of_statistic(spec, table):
    """Every number of a statistic by group and period."""
    rows = run_statistic(spec, table).to_dict("records")
    return {(row["group"], row["period"]): _value(row["value"]) for row in rows}


def _value(number):
    return None if number != number else number
