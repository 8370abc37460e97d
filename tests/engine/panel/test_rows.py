"""Panels and the rows of a model: what is kept, and why the rest is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError, EstimationError, StudyError
from replication.estimate.design import Needs, Role
from replication.panel.panel import average_blocks, read_panel
from replication.panel.rows import prepare
from replication.spec.entries import ModelSpec

TABLE = pd.DataFrame(
    {
        "country": ["A", "A", "A", "A", "B", "B", "B", "C"],
        "year": [1980, 1981, 1982, 1984, 1980, 1981, 1982, 1980],
        "y": [1.0, 2, np.nan, 4, 5, 6, 7, 8],
        "x": [1.0, 2, 3, 4, np.nan, 1, 5, 9],
        "region": ["n", "n", "n", "n", "s", "s", "s", "e"],
    }
)


def panel(table=TABLE, variables=None):
    return read_panel(table, "country", "year", variables or {}, "panel.csv")


def model(**keys):
    return ModelSpec(**{"id": "m", "formula": "y ~ x", **keys})


def sample(needs=None, clusters=(), table=TABLE, variables=None, **keys):
    return prepare(panel(table, variables), model(**keys), list(clusters), needs or Needs({}))


def causes(result):
    return result.dropped["cause"].value_counts().to_dict()


def test_every_row_is_used_or_has_its_cause():
    result = sample(where="country != 'C'")
    assert result.design.y.tolist() == [1, 2, 4, 6, 7]
    assert result.design.labels == ("const", "x")
    assert causes(result) == {"outside where": 1, "missing outcome y": 1, "missing regressor x": 1}
    assert len(result.keys) + len(result.dropped) == result.rows_in_panel == 8


def test_an_undefined_regressor_is_told_from_a_missing_one():
    assert causes(sample(formula="y ~ log(x - 1)")) == {
        "undefined regressor log(x - 1)": 2,
        "missing outcome y": 1,
        "missing regressor log(x - 1)": 1,
    }


def test_lags_do_not_cross_the_gap():
    result = sample(formula="y ~ lag(x, 1)")
    assert result.keys["year"].tolist() == [1981, 1982]
    assert causes(result)["missing regressor lag(x, 1)"] == 5


def test_singletons_leave_again_and_again():
    table = pd.DataFrame(
        {
            "country": list("AABBC"),
            "year": [1980, 1981, 1980, 1981, 1982],
            "y": np.arange(5.0),
            "x": np.arange(5.0) ** 2,
        }
    )
    result = sample(table=table, effects=["entity", "time"])
    assert causes(result) == {"single row of its country": 1}


def test_dummies_leave_out_the_first_level_and_levels_without_rows():
    result = sample(formula="y ~ dummies(region)")
    assert result.design.labels == ("const", "region=n", "region=s")
    result = sample(formula="y ~ dummies(region)", where="country != 'C'")
    assert result.design.labels == ("const", "region=s")


def test_interaction_with_dummies():
    result = sample(formula="y ~ x + interaction(x, dummies(region))", where="x > 0")
    assert result.design.labels == ("const", "x", "interaction(x, region=n)", "interaction(x, region=s)")
    assert (
        result.design.x[:, 2:].sum(axis=1) == result.design.x[:, 1] * (result.keys["country"] != "C")
    ).all()


def test_clusters_and_weights():
    table = TABLE.assign(w=[1.0, 2, 1, 0, 1, 1, np.nan, 1], group=["p", None, "p", "p", "q", "q", "q", "q"])
    result = sample(table=table, weights="w", clusters=["group", "entity"])
    assert causes(result)["weight w not positive"] == 1
    assert causes(result)["missing weight w"] == 1
    assert causes(result)["missing cluster group"] == 1
    assert set(result.design.clusters) == {"entity", "time", "group"}


def test_rows_that_are_not_selected_need_no_outcome():
    roles = {"selected": Role("whether a row is"), "selection": Role("terms of it", terms=True)}
    needs = Needs(roles, selected="selected")
    table = TABLE.assign(s=[1.0, 1, 0, 1, 1, 1, 1, 1])
    result = sample(needs=needs, table=table, options={"selected": "s == 1", "selection": ["s", "s * 2"]})
    assert result.design.nobs == 7
    assert result.design.extra["selection"].shape == (7, 2)
    assert result.design.y[result.design.extra["selected"] == 0].tolist() == [0]


def test_history_rows_stay_for_instruments():
    result = sample(needs=Needs({}, keeps_history=True), formula="y ~ lag(x, 1)")
    assert result.design.nobs == 7
    assert np.isnan(result.design.x[0, 1])


def test_an_empty_sample_says_why():
    with pytest.raises(EstimationError, match="no row is left of 8 .outside where: 8"):
        sample(where="year > 1990")


def test_options_that_name_variables():
    needs = Needs({"instruments": Role("what they are", terms=True)})
    with pytest.raises(StudyError, match="instruments is missing"):
        sample(needs=needs)
    with pytest.raises(StudyError, match="allowed: a list of terms"):
        sample(needs=needs, options={"instruments": "x"})


def test_blocks_are_means_of_what_is_there():
    blocks = average_blocks(panel(), 5)
    assert blocks.table["year"].tolist() == [1980, 1980, 1980]
    assert blocks.table["y"].tolist() == [7 / 3, 6, 8]
    assert blocks.table["region"].tolist() == ["n", "s", "e"]
    assert sample(average_over=2, formula="y ~ lag(x, 1)").keys["year"].tolist() == [1984, 1982]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year": ["1980"] * 7 + ["nineteen"]}, "row 8: year is 'nineteen'; allowed: whole numbers"),
        ({"year": [1980.5] + [1981.0] * 7}, "row 1: year is .*1980.5"),
        ({"country": ["A"] * 8}, "two rows for country A, year 1980"),
        ({"country": [None, *"AAABBBC"]}, "row 1: country is empty"),
        ({"x": [np.inf, *np.arange(7.0)]}, "row 1: x is infinite"),
    ],
)
def test_a_panel_that_breaks_the_rules(change, message):
    with pytest.raises(DataError, match=message):
        panel(TABLE.assign(**change))


def test_other_names_of_entity_and_time_must_exist():
    with pytest.raises(DataError, match="entity column 'contry' is not known; .*did you mean 'country'"):
        read_panel(TABLE, "contry", "year", {}, "panel.csv")


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(8)), st.permutations(["country", "year", "y", "x", "region"]))
def test_order_of_rows_and_columns_does_not_matter(rows, columns):
    first = sample(formula="y ~ lag(x, 1) + dummies(region)")
    other = sample(formula="y ~ lag(x, 1) + dummies(region)", table=TABLE.iloc[rows][columns])
    np.testing.assert_array_equal(first.design.x, other.design.x)
    pd.testing.assert_frame_equal(first.dropped, other.dropped)


def names(result):
    return [term.name for term in result.design.terms]


def test_the_base_of_a_factor_is_a_level_that_is_estimated():
    """The first level in sorted order may have lost its rows to where, a lag or a missing regressor."""
    assert names(sample(formula="y ~ lag(x, 1) + dummies(year)")) == ["const", "lag(x, 1)", "year=1982"]
    table = TABLE.assign(x=[1.0, 2, 3, 4, 5, 1, 5, np.nan])
    assert names(sample(table=table, formula="y ~ x + dummies(region)")) == ["const", "x", "region=s"]
    found = sample(table=table, formula="y ~ x + interaction(x, dummies(region), dummies(year))")
    assert names(found) == ["const", "x", "interaction(x, region=s, year=1981)",
                            "interaction(x, region=s, year=1982)"]  # fmt: skip


def test_a_factor_with_a_base_of_ones_choice():
    assert names(sample(formula='y ~ dummies(region, "n")')) == ["const", "region=e", "region=s"]
    assert names(sample(formula="y ~ dummies(year, 1981)")) == [
        "const",
        "year=1980",
        "year=1982",
        "year=1984",
    ]
    with pytest.raises(
        StudyError, match=r"dummies\(region, \"N\"\): level 'N' is not known; .*did you mean 'n'"
    ):
        sample(formula='y ~ dummies(region, "N")')
    with pytest.raises(StudyError, match="no row that is used is of the level 'e'"):
        sample(formula='y ~ dummies(region, "e")', where="country != 'C'")


def test_levels_have_names_of_their_own():
    codes = [1000001, 1000002, 1000003, 10**17 + 1, 10**17 + 2, 1000001, 1000002, 1000003]
    found = sample(table=TABLE.assign(code=codes), formula="y ~ dummies(code)")
    last = [f"code={code}" for code in (1000002, 1000003, 10**17 + 1, 10**17 + 2)]
    assert names(found) == ["const", *last]
    found = sample(table=TABLE.assign(code=np.array(codes) / 7), formula="y ~ dummies(code)")
    assert len(set(names(found))) == len(names(found))
