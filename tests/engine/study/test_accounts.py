"""What an account says of a model: its options, weights and averaging, its rows, what it could have seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from replication.panel.cause import Cause
from replication.panel.panel import read_panel
from replication.publish.model_tables import model_table
from replication.spec.entries import ModelSpec, TableSpec
from replication.study.model_result import ModelResult
from replication.study.one_model import plan, run_model

DRAW = np.random.default_rng(5)
SIZE = 12 * 8
ROWS = pd.DataFrame(
    {
        "firm": np.repeat([f"f{i:02}" for i in range(12)], 8),
        "yr": np.tile(np.arange(1990, 1998), 12),
        "x": DRAW.normal(size=SIZE),
        "w": DRAW.uniform(0.5, 2.0, SIZE),
    }
).assign(y=lambda t: t["x"] + DRAW.normal(size=SIZE), x=lambda t: t["x"].where(t["yr"] != 1993))


def run(**keys) -> ModelResult:
    panel = read_panel(ROWS, "firm", "yr", {}, "rows")
    return run_model(panel, plan(ModelSpec(**{"id": "m", "title": "Model", "formula": "y ~ x", **keys})))


def notes(found: ModelResult) -> str:
    spec = TableSpec(id="t", title="T", models=["m"])
    table = model_table(spec, found.estimates, found.statistics, [found.account], {})
    return " ".join([*table.notes, *table.account])


def test_weights_and_averaging_are_told_under_the_table():
    assert "weights = w" in notes(run(weights="w"))
    assert "weights" not in notes(run())
    assert "means over years = 4" in notes(run(average_over=4))


def test_options_are_told_under_the_table_with_their_defaults():
    told = notes(run(estimator="prais_winsten", options={"autocorrelation": "panel"}))
    assert "Options: " in told
    assert "autocorrelation = panel" in told and "rho = " in told and "iterate = no" in told


def test_rows_are_told_with_the_cause_of_every_other():
    found = run(where="yr > 1990")
    assert found.account.dropped == ((Cause("outside where"), 12), (Cause("missing regressor", "x"), 12))
    assert "72 of 96 rows used, left out: 12 outside where; 12 missing regressor x." in notes(found)
    assert len(found.dropped) == 24 and set(found.dropped["cause"]) == {
        "outside where",
        "missing regressor x",
    }


@pytest.mark.parametrize(("kind", "df"), [("clustered", 11), ("classical", 82)])
def test_what_a_model_could_have_seen_follows_its_own_degrees_of_freedom(kind, df):
    """Bloom (1995): the error times the sum of the two quantiles, of the t distribution of that error."""
    found = run(covariance=[{"kind": kind}])
    error = found.estimates.set_index("term").loc["x", "std_error"]
    seen = found.detectable.set_index("term").loc["x", "value"]
    assert seen == pytest.approx(error * (stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)), rel=1e-6)
