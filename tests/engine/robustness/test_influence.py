"""Leaving out, breaking and shaking: closed forms against fits, and what must not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError, StudyError
from replication.estimate.covariances.sandwich import classical, clustered
from replication.estimate.linear.linear import ols
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.robustness.influence import cluster_influence, estimated, jackknife
from replication.robustness.influence_tables import influence_tables
from replication.robustness.omitted import partial_r2
from replication.robustness.omitted_in_model import movement_in, omitted_table
from replication.robustness.placebo_breaks import placebo_breaks
from replication.robustness.printed_inputs import _drawn, rounded_inputs
from replication.spec.entries import CovarianceSpec, ModelSpec
from replication.spec.robustness_entries import RobustnessSpec
from tests.engine.robustness.test_cells import table
from tests.support.linear_panels import draw, dummies

MODEL = ModelSpec(
    id="main",
    formula="y ~ key + a + b",
    effects=["entity"],
    covariance=[CovarianceSpec(kind="clustered", cluster=["firm"])],
)


@pytest.fixture(scope="module")
def panel():
    return panel_of(Reading(table(11), "made up"), "firm", "year", {})


@settings(max_examples=15)
@given(
    st.integers(0, 10_000),
    st.sampled_from([[], ["entity"], ["entity", "time"]]),
    st.sampled_from(["entity", "time"]),
)
def test_estimates_without_a_cluster_are_those_of_a_fit_without_it(seed, effects, cluster):
    design = draw(seed, entities=9, periods=7)
    fit = ols(design, effects=effects or None)
    found = cluster_influence(fit, clustered(fit), cluster)
    keys = {"entity": design.entity, "time": design.time}[cluster]
    for code, level in enumerate(np.unique(keys)):
        rows = design.rows(keys != level)
        without = ols(rows, effects=effects or None)
        told = found[found["cluster"] == code].set_index("term")
        for label, value in zip(without.labels, without.params, strict=True):
            if np.isfinite(told.loc[label, "without"]):
                assert told.loc[label, "without"] == pytest.approx(value, rel=1e-7, abs=1e-9)


def test_dfbeta_and_cook_are_the_change_in_units_of_the_covariance():
    design = draw(4)
    fit = ols(design)
    covariance = clustered(fit)
    found = cluster_influence(fit, covariance, "entity")
    one = found[found["cluster"] == 2]
    change = (one["estimate"] - one["without"]).to_numpy()
    np.testing.assert_allclose(one["dfbeta"], change / np.sqrt(np.diag(covariance.matrix)))
    assert one["cook"].iloc[0] == pytest.approx(change @ np.linalg.inv(covariance.matrix) @ change / 3)


def test_jackknife_by_country_and_year(panel):
    found = jackknife(panel, MODEL, "key", "firm")
    assert found["without"].tolist() == ["", *map(str, range(12))]
    fit, covariance = estimated(panel, MODEL)
    exact = cluster_influence(fit, covariance, "entity")
    exact = exact[exact["term"] == "key"]["without"].to_numpy()
    np.testing.assert_allclose(found["estimate"].iloc[1:], exact, rtol=1e-8)
    years = jackknife(panel, MODEL.model_copy(update={"where": "year > 1990 or a > 0"}), "key", "year")
    assert years["problem"].eq("").all()
    assert years["nobs"].iloc[1:].lt(years["nobs"].iloc[0]).all()
    with pytest.raises(StudyError, match="leave_out: column 'country' is not known"):
        jackknife(panel, MODEL, "key", "country")


def test_a_true_break_stands_out_among_the_placebos(panel):
    made = table(12)
    made["y"] = made["y"] + 4.0 * made["key"] * (made["year"] >= 1995)
    broken = panel_of(Reading(made, "made up"), "firm", "year", {})
    found = placebo_breaks(broken, MODEL, ["key"])
    assert found["problem"].eq("").all()
    assert found.set_index("period")["statistic"].idxmax() == "1995"
    assert found["period"].tolist() == [
        str(year) for year in range(1992, 1998)
    ]  # two of nine cut at each end
    two = placebo_breaks(broken, MODEL.model_copy(update={"effects": ["entity", "time"]}), ["key", "a"])
    assert two["problem"].eq("").all()


def test_rounding_moves_estimates_as_far_as_it_should(panel):
    fine = rounded_inputs(panel, MODEL, "key", {"a": 1e-9}, 5, 1)
    assert fine["estimate"].std() < 1e-9
    coarse = rounded_inputs(panel, MODEL, "key", {"a": 0.5, "key": 0.5}, 20, 1)
    assert coarse["estimate"].iloc[0] == fine["estimate"].iloc[0]
    assert coarse["estimate"].iloc[1:].nunique() == 20
    again = rounded_inputs(panel, MODEL, "key", {"a": 0.5, "key": 0.5}, 20, 1)
    pd.testing.assert_frame_equal(again, coarse)
    drawn = _drawn(panel, {"a": 0.5}, np.random.default_rng(1)).table["a"]
    assert 0.2 < (drawn - panel.table["a"]).abs().max() <= 0.25  # half the unit
    for printed, words in [({"x": 1.0}, "column 'x'"), ({"a": 0.0}, "more than 0"), ({"year": 1.0}, "a key")]:
        with pytest.raises(StudyError, match=words):
            rounded_inputs(panel, MODEL, "key", printed, 5, 1)


def test_omitted_variables_within_effects_are_those_of_dummies():
    design = draw(6)
    within = movement_in(design, ["entity"], "a")
    swept = draw(6)
    d = dummies(swept.entity)

    def left(v):
        return v - d @ np.linalg.lstsq(d, v, rcond=None)[0]

    plain = replace(
        swept, y=left(swept.y), x=np.column_stack([np.ones(len(d)), *(left(c) for c in swept.x[:, 1:].T)])
    )
    alone = movement_in(plain, [], "a")
    for name in ("short", "long", "r2_short", "r2_long", "treatment_variance", "left_variance"):
        assert getattr(within, name) == pytest.approx(getattr(alone, name))


def test_the_table_of_omitted_variables():
    design = draw(8)
    found = omitted_table(design, ["entity"], "a", benchmarks=["b"], times=[1.0, 2.0])
    told = {(row.quantity, "" if np.isnan(row.times) else row.times): row.value for row in found.itertuples()}
    assert found["of"].drop_duplicates().tolist() == ["", "b"]
    fit = ols(design, effects=["entity"])
    t = fit.params[0] / np.sqrt(classical(fit).matrix[0, 0])
    assert told["partial_r2", ""] == pytest.approx(partial_r2(t, fit.df_resid))
    assert 0 < told["robustness_value_significance", ""] < told["robustness_value", ""] < 1
    assert abs(told["estimate", 2.0]) < abs(told["estimate", 1.0]) < abs(fit.params[0])
    with pytest.raises(EstimationError, match="omitted: term 'c' is not known"):
        omitted_table(design, [], "a", benchmarks=["c"])
    with pytest.raises(EstimationError, match="no control besides a"):
        movement_in(design, [], "a", ["b"])


def test_a_confounder_that_would_explain_all_of_the_outcome_leaves_no_t():
    design = draw(8)
    strong = replace(design, y=design.y + 30.0 * design.x[:, list(design.labels).index("b")])
    found = omitted_table(strong, ["entity"], "a", benchmarks=["b"], times=[0.001, 2.0])
    told = found.set_index(["quantity", "times"])["value"]
    assert told["std_error", 2.0] == 0 and np.isnan(told["t", 2.0]) and np.isfinite(told["estimate", 2.0])
    assert told["t", 0.001] == pytest.approx(told["estimate", 0.001] / told["std_error", 0.001])


def test_of_a_covariance_that_is_missing_no_distance_is_told():
    fit = ols(draw(5))
    missing = replace(clustered(fit), matrix=np.full((len(fit.params),) * 2, np.nan))
    found = cluster_influence(fit, missing, "entity")
    assert found[["dfbeta", "cook"]].isna().all().all() and found["without"].notna().all()


def test_levels_of_a_column_that_misses_rows(panel):
    """Rows without a level have no distance; the levels keep their own."""
    lacking = panel.table.assign(region=panel.table["region"].where(panel.table["year"] > 1991))
    some = panel_of(Reading(lacking, "made up"), "firm", "year", {})
    asked = {"id": "it", "model": "main", "term": "key", "influence": {"leave_out": ["region"]}}
    (made,) = influence_tables(some, MODEL, RobustnessSpec.model_validate(asked), {})
    told = made.records.set_index(["group", "period"])["value"]
    levels = sorted(lacking["region"].dropna().unique())
    assert all(np.isfinite(told[str(level), name]) for level in levels for name in ("DFBETA", "Cook"))
    known = MODEL.model_copy(update={"where": "region is not missing"})
    (whole,) = influence_tables(some, known, RobustnessSpec.model_validate(asked), {})
    same = whole.records.set_index(["group", "period"])["value"]
    distances = [(str(level), name) for level in levels for name in ("DFBETA", "Cook")]
    assert told[distances].tolist() == pytest.approx(same[distances].tolist())
