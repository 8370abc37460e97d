"""A whole curve on a made-up panel: every specification that of the study, same bytes from all executors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from replication.errors import EstimationError, StudyError, UserError
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.robustness.curve import _compared, curve
from replication.robustness.curve_tables import with_factors
from replication.robustness.executors import cores, here
from replication.robustness.specification import model_of, term_of
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.spec.robustness_entries import RobustnessSpec
from replication.study.one_model import plan, run_model
from tests.engine.robustness.test_cells import table

MODEL = ModelSpec(
    id="main",
    formula="y ~ lag(key, 1) + a + b + c",
    effects=["entity"],
    covariance=[CovarianceSpec(kind="clustered", cluster=["firm"])],
)
CHOICES = [
    {"id": "controls", "controls": "all_subsets", "blocks": {"both": ["a", "b"]}},
    {"id": "more", "term": "c", "measures": ["d", "key"]},
    {"id": "outcome", "outcome": ["asinh(y)", "z"]},
    {"id": "measure", "term": "lag(key, 1)", "measures": ["key", "z"], "reason": "this year or last"},
    {"id": "sample", "where": ["region < 2"]},
    {"id": "window", "windows": [[1991, 1998], [1980, 2010]]},
    {"id": "effects", "effects": [[], ["entity", "time"]]},
    {"id": "error", "covariance": [{"kind": "hc1"}]},
]


def read(**entry) -> RobustnessSpec:
    return RobustnessSpec.model_validate(
        {"id": "curve", "model": "main", "term": "lag(key, 1)", "choices": CHOICES, **entry}
    )


def whole(found):
    """All estimates of a curve, with the choices behind them."""
    return pd.concat([*found.estimates.parts()]).assign(**pd.concat([*with_factors(found)]))


@pytest.fixture(scope="module")
def panel():
    found = table(9)
    return panel_of(Reading(found, "made up"), "firm", "year", {})


@pytest.fixture(scope="module")
def found(panel, tmp_path_factory):
    return curve(panel, read(), MODEL, here, tmp_path_factory.mktemp("curve"))


def test_every_specification_is_that_of_the_study(panel, found):
    rows = whole(found)
    for row in rows.sample(40, random_state=1).to_dict("records"):
        (place,) = found.universe.alternatives(np.array([row["number"]]))
        result = run_model(panel, plan(model_of(found.universe, place)))
        one = result.estimates.set_index("term").loc[term_of(found.universe, place)]
        assert row["estimate"] == pytest.approx(one["estimate"], rel=1e-9, abs=1e-9 * one["std_error"])
        assert row["p_value"] == pytest.approx(one["p_value"], rel=1e-8)
        assert row["nobs"] == result.account.nobs


@pytest.mark.parametrize(
    "changes",
    [
        {"intercept": False, "effects": []},
        {"weights": "weight"},
        {"average_over": 2},
        {"covariance": []},
        {"covariance": [CovarianceSpec(kind="clustered", cluster=["region"])]},
        {"where": "a > -1"},
    ],
    ids=str,
)
def test_whatever_the_model_its_specifications_are_those_of_the_study(panel, tmp_path, changes):
    model = MODEL.model_copy(update={"formula": "y ~ key + a + b", **changes})
    choices = [CHOICES[0] | {"blocks": {}}, {"id": "sample", "where": ["region < 2"]}]
    found = curve(panel, read(term="key", choices=choices), model, here, tmp_path)
    rows = whole(found)
    assert not rows["one_by_one"].any()
    for place, row in zip(
        found.universe.alternatives(rows["number"].to_numpy()), rows.itertuples(), strict=True
    ):
        result = run_model(panel, plan(model_of(found.universe, place)))
        one = result.estimates.set_index("term").loc["key"]
        assert row.nobs == result.account.nobs
        assert row.estimate == pytest.approx(one["estimate"], rel=1e-9)
        assert row.conf_low == pytest.approx(one["conf_low"], rel=1e-9)


def test_a_term_is_standardised_on_the_rows_of_each_sample(panel, tmp_path):
    transformed = {"id": "measure", "term": "lag(key, 1)", "transforms": ["standardise"]}
    found = curve(panel, read(choices=[transformed, CHOICES[4]]), MODEL, here, tmp_path)
    rows = whole(found)
    for place, row in zip(
        found.universe.alternatives(rows["number"].to_numpy()), rows.itertuples(), strict=True
    ):
        one = run_model(panel, plan(model_of(found.universe, place))).estimates.set_index("term")
        assert row.estimate == pytest.approx(one.loc[term_of(found.universe, place), "estimate"], rel=1e-9)


def test_a_measure_of_several_columns_is_refused(panel, tmp_path):
    choices = [{"id": "measure", "term": "lag(key, 1)", "measures": ["dummies(region)"]}]
    with pytest.raises(StudyError, match=r"dummies\(region\) stands for several columns"):
        curve(panel, read(choices=choices), MODEL, here, tmp_path)


def test_the_check_is_of_a_share_of_what_blocks_gave_and_tells_what_is_apart(panel, found, tmp_path):
    by_blocks = int((~found.estimates.column("one_by_one")).sum())
    assert found.check.tried == int(np.ceil(0.01 * by_blocks))
    fast = pd.DataFrame({"estimate": [2.0, 0.1], "std_error": [1.0, 1.0], "nobs": [9, 9]})
    slow = fast.assign(problem="")
    for changes, largest in [
        ({}, 0.0),
        ({"estimate": [2.0 * (1 + 1e-6), 0.1]}, 1e-6),
        ({"estimate": [2.0, 0.1 + 1e-6]}, 1e-6),  # a share of the error, which is larger
        ({"std_error": [1.0, 1.0 + 1e-6]}, 1e-6),
        ({"nobs": [9, 8]}, np.inf),
        ({"problem": ["", "no row is left"]}, np.inf),
    ]:
        told = _compared(fast, [slow.assign(**changes)])
        assert told.largest == pytest.approx(largest, rel=1e-5)
        assert told.verdict.startswith("the same" if largest <= 1e-9 else "WARNING: apart by more")


def test_dummies_are_those_of_the_study(panel, tmp_path):
    model = MODEL.model_copy(
        update={
            "formula": "y ~ lag(key, 1) + a + dummies(region) + interaction(b, dummies(year, 1994)) + c",
            "effects": [],
            "where": "region > 0 or year > 1995",
        }
    )
    few = [CHOICES[0] | {"blocks": {}}, {"id": "where", "where": ["region == 1"]}]
    found = curve(panel, read(choices=few), model, here, tmp_path)
    rows = whole(found)
    assert not rows["one_by_one"].all()
    for place, row in zip(
        found.universe.alternatives(rows["number"].to_numpy()), rows.itertuples(), strict=True
    ):
        one = model_of(found.universe, place)
        result = run_model(panel, plan(one)).estimates.set_index("term").loc["lag(key, 1)"]
        assert row.estimate == pytest.approx(result["estimate"], rel=1e-9)
        assert row.std_error == pytest.approx(result["std_error"], rel=1e-9)


def test_why_a_specification_cannot_be_estimated_is_what_the_study_says(panel, tmp_path):
    missing = {"id": "outcome", "outcome": ["lag(y, 30)"]}
    few = [CHOICES[0], {"id": "window", "windows": [[1991, 1992], [2050, 2060]]}, CHOICES[6], missing]
    found = curve(panel, read(choices=few), MODEL, here, tmp_path)
    known, told = set(found.estimates.column("number").tolist()), Counter()
    for number in set(range(len(found.universe))) - known:
        (place,) = found.universe.alternatives(np.array([number]))
        with pytest.raises(UserError) as problem:
            run_model(panel, plan(model_of(found.universe, place)))
        message = str(problem.value).removeprefix("models.main: ")
        told[next(reason for reason in sorted(found.failed, reverse=True) if message.startswith(reason))] += 1
    assert {reason.split(" ")[0] for reason in found.failed} == {"no", "6"}  # rows
    assert any(reason.endswith("no row of year is >= 2050: it is 1990 to 1998") for reason in found.failed)
    assert told == found.failed


def test_every_combination_is_accounted_for(found):
    assert len(found.universe) == 4 * 3 * 3 * 3 * 2 * 3 * 3 * 2
    rows = whole(found)
    assert len(rows) == len(found)
    assert len(rows) + found.failed.total() + found.left_out.total() == len(found.universe)
    assert rows["number"].is_unique
    assert found.left_out["the same as another"] > 0
    assert found.left_out["a term twice"] > 0
    assert found.left_out["the outcome among the regressors"] > 0
    assert "specifications of 3,888 combinations" in found.lines[0]
    assert found.check.largest < 1e-9
    assert found.check.tried >= 0.01 * (~rows["one_by_one"]).sum()


def test_the_reported_specification_stands_first(panel, found):
    rows = whole(found)
    reported = rows.iloc[0]
    one = run_model(panel, plan(MODEL)).estimates.set_index("term").loc["lag(key, 1)"]
    assert reported["reported"]
    assert reported["estimate"] == pytest.approx(one["estimate"], rel=1e-10)
    assert reported["std_error"] == pytest.approx(one["std_error"], rel=1e-10)
    assert reported["measure"] == "lag(key, 1)"
    assert rows["reported"].sum() == 1


def test_all_cores_give_the_same(panel, tmp_path):
    few = read(choices=[CHOICES[0], CHOICES[4], CHOICES[5]])
    one = curve(panel, few, MODEL, here, tmp_path / "one")
    many = curve(panel, few, MODEL, lambda w, t: cores(w, t, 2), tmp_path / "many")
    pd.testing.assert_frame_equal(whole(many), whole(one), check_exact=True)


def test_common_rows(panel, tmp_path):
    few = [CHOICES[0], CHOICES[6]]
    own = whole(curve(panel, read(choices=few), MODEL, here, tmp_path / "own"))
    common = whole(curve(panel, read(choices=few, rows="common"), MODEL, here, tmp_path / "common"))
    assert own["nobs"].nunique() > common["nobs"].nunique()
    assert (common["nobs"] <= own["nobs"]).all()


def test_common_rows_are_those_of_what_is_estimated_one_by_one_too(panel, tmp_path):
    sets = {"id": "controls", "controls": [["a"], ["b"], ["standardise(c)", "lag(b, 1)"]]}
    how = {"id": "how", "estimator": [{"kind": "quantile"}, {"kind": "random_effects"}]}
    pooled = MODEL.model_copy(update={"effects": []})
    found = curve(panel, read(choices=[sets, how], rows="common"), pooled, here, tmp_path)
    rows = whole(found)
    assert (~rows["one_by_one"]).sum() == 4 and len(rows) == 12
    assert rows["nobs"].nunique() == 1
    assert found.check.largest < 1e-9


def test_other_estimators_join_one_by_one(panel, tmp_path, monkeypatch):
    monkeypatch.setattr("replication.robustness.curve.SHARE", 1.0)
    choices = [
        CHOICES[0],
        {"id": "how", "estimator": [{"kind": "quantile"}, {"kind": "first_difference"}]},
        {"id": "effects", "effects": [[]]},
        {"id": "error", "covariance": [{"kind": "driscoll_kraay"}]},
    ]
    found = curve(panel, read(choices=choices), MODEL, here, tmp_path)
    assert any("effects" in reason for reason in found.left_out)
    rows = whole(found)
    assert set(rows["how"].astype(str)) >= {"ols", "first_difference"}
    assert 0 < found.check.tried == (~rows["one_by_one"]).sum() < len(rows)  # what blocks gave alone


def test_a_reported_specification_that_cannot_be_is_told(panel, tmp_path):
    with pytest.raises(EstimationError, match="models.main: no row is left"):
        curve(panel, read(), MODEL.model_copy(update={"where": "year > 3000"}), here, tmp_path)
    with pytest.raises(StudyError, match="stands for several columns"):
        dummies = MODEL.model_copy(update={"formula": "y ~ dummies(region) + a"})
        curve(panel, read(term="dummies(region)", choices=[CHOICES[2]]), dummies, here, tmp_path)


def test_a_reported_specification_that_is_declared_to_make_no_sense_is_told(panel, tmp_path):
    entry = read(choices=[CHOICES[6]], never=[{"effects": "entity"}])
    with pytest.raises(StudyError, match="the reported specification makes no sense itself"):
        curve(panel, entry, MODEL, here, tmp_path)


def test_a_reported_error_that_cannot_be_is_told_before_the_rest_is_written(tmp_path):
    one = panel_of(Reading(table(9).assign(one="same"), "made up"), "firm", "year", {})
    error = [CovarianceSpec(kind="clustered", cluster=["one"])]
    with pytest.raises(
        EstimationError, match=r"the reported specification: cluster 'one' has fewer than two"
    ):
        curve(one, read(choices=[CHOICES[0]]), MODEL.model_copy(update={"covariance": error}), here, tmp_path)


def test_levels_are_left_out_that_the_reported_sample_has(panel, tmp_path):
    inside = MODEL.model_copy(update={"where": "region < 2"})
    left = curve(panel, read(choices=[{"id": "without", "leave_out": "region"}]), inside, here, tmp_path)
    assert whole(left)["without"].tolist() == ["none", "without 0", "without 1"]
    with pytest.raises(StudyError, match="leave_out: column 'continent' is not in the panel"):
        curve(panel, read(choices=[{"id": "without", "leave_out": "continent"}]), inside, here, tmp_path)


@pytest.mark.parametrize("name", ["reported", "nobs", "conf_low"])
def test_a_choice_that_is_called_as_a_column_of_the_curve_is_refused(panel, tmp_path, name):
    choices = [{"id": name, "windows": [[1991, 1995]]}]
    with pytest.raises(StudyError, match=f"choices.{name}: the curve has a column of this name"):
        curve(panel, read(choices=choices), MODEL, here, tmp_path)


def test_leave_one_out(panel, tmp_path):
    left = curve(panel, read(choices=[{"id": "without", "leave_out": "firm"}]), MODEL, here, tmp_path)
    rows = whole(left)
    assert len(rows) == 1 + panel.table["firm"].nunique()
    assert rows["without"].iloc[1] == "without 0"


def test_without_controls_there_is_one_set_of_them(panel, tmp_path):
    bare = MODEL.model_copy(update={"formula": "y ~ lag(key, 1)"})
    for word in ("leave_one_out", "all_subsets"):
        choices = [{"id": "controls", "controls": word}, CHOICES[2]]
        assert len(curve(panel, read(choices=choices), bare, here, tmp_path / word)) == 3


def test_what_is_reported_may_not_be_declared_to_make_no_sense(panel, tmp_path):
    some, every = [{"outcome": "y"}], [{"outcome": "y"}, {"outcome": "asinh(y)"}, {"outcome": "z"}]
    for never in (some, every):
        with pytest.raises(StudyError, match="robustness.curve: the reported specification makes no sense"):
            curve(panel, read(choices=[CHOICES[2]], never=never), MODEL, here, tmp_path)


def test_rows_without_a_group_of_the_test_alone_stay_in_the_curve(panel, tmp_path):
    lacking = panel.table.assign(region=panel.table["region"].where(panel.table["year"] > 1992))
    some = panel_of(Reading(lacking, "made up"), "firm", "year", {})
    entry = read(choices=[CHOICES[0]], inference={"draws": 99, "cluster": "region"})
    found = curve(some, entry, MODEL, here, tmp_path)
    one = run_model(some, plan(MODEL)).estimates.set_index("term").loc["lag(key, 1)"]
    assert found.reported("estimate") == pytest.approx(one["estimate"], rel=1e-10)
    assert found.check.largest < 1e-9
    nowhere = panel_of(Reading(lacking.assign(region=np.nan), "made up"), "firm", "year", {})
    with pytest.raises(EstimationError, match="inference: no row of a specification has a value of region"):
        curve(nowhere, entry, MODEL, here, tmp_path / "nowhere")


def test_terms_of_several_lags_and_powers_are_controls_as_they_are_in_a_model(panel, tmp_path):
    model = MODEL.model_copy(update={"formula": "y ~ key + lag(a, 0:2) + powers(b, 2) + c"})
    outcome = {"id": "outcome", "outcome": ["lag(a, 2)"]}
    found = curve(
        panel, read(term="key", choices=[CHOICES[0] | {"blocks": {}}, outcome]), model, here, tmp_path
    )
    rows = whole(found)
    assert found.left_out == {"the outcome among the regressors": 4} and len(rows) == 2 * 8 - 4
    for row in rows.to_dict("records"):
        (place,) = found.universe.alternatives(np.array([row["number"]]))
        result = run_model(panel, plan(model_of(found.universe, place)))
        one = result.estimates.set_index("term").loc["key"]
        assert row["estimate"] == pytest.approx(one["estimate"], rel=1e-9)
        assert row["std_error"] == pytest.approx(one["std_error"], rel=1e-9)
    with pytest.raises(StudyError, match="stands for several columns"):
        curve(panel, read(term="powers(b, 2)", choices=[CHOICES[2]]), model, here, tmp_path / "two")
