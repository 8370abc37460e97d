"""A table conforms to its schema or the message names file, line and value."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError
from replication.sources.schema import Column, Schema, conform

KEY = Column("iso3", "text", "code", "country", pattern="[A-Z]{3}")


def schema_of(*columns, key=("iso3",)):
    return Schema("t", "a table", (KEY, *columns), key)


def one(kind, values, index=None, **rules):
    """Conform a table with one column `x` of these values."""
    codes = [f"A{chr(65 + place // 26)}{chr(65 + place % 26)}" for place in range(len(values))]
    table = pd.DataFrame({"iso3": codes, "x": pd.Series(values, dtype=object)})
    if index is not None:
        table.index = index
    return conform(table, schema_of(Column("x", kind, "", "", **rules)), "data/raw/f.csv")["x"]


def refused(*arguments, **rules):
    with pytest.raises(DataError) as caught:
        one(*arguments, **rules)
    return str(caught.value)


def test_columns_come_in_order_with_their_dtypes_sorted_by_key():
    columns = (
        Column("n", "integer", "", "", missing=True),
        Column("x", "number", "", "", missing=True),
        Column("b", "boolean", "", "", missing=True),
        Column("note", "text", "", "", missing=True),
    )
    table = pd.DataFrame(
        {
            "note": [None, "a"],
            "b": ["true", None],
            "x": ["1e3", None],
            "n": [None, "-7"],
            "iso3": ["BRA", "ARG"],
        },
        index=[2, 3],
        dtype="str",
    )
    found = conform(table, schema_of(*columns), "f")
    assert list(found.columns) == ["iso3", "n", "x", "b", "note"]
    assert [str(dtype) for dtype in found.dtypes] == ["str", "Int64", "float64", "boolean", "str"]
    assert found["iso3"].tolist() == ["ARG", "BRA"]
    assert found.index.tolist() == [0, 1]
    assert found.loc[0, "n"] == -7
    assert found.loc[1, "x"] == 1000.0
    assert found.isna().sum().to_dict() == {"iso3": 0, "n": 1, "x": 1, "b": 1, "note": 1}


def test_an_empty_table_keeps_its_dtypes():
    found = conform(pd.DataFrame({"iso3": [], "x": []}), schema_of(Column("x", "integer", "", "")), "f")
    assert [str(dtype) for dtype in found.dtypes] == ["str", "Int64"]
    assert len(found) == 0


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        *[
            ("integer", text)
            for text in ("1.5", "1970.0", " 7", "1e3", "1_0", "x", "", "nan", "9" * 19, "٣", "inf")
        ],
        *[
            ("number", text)
            for text in ("1,5", "1 ", "0x10", "1_0", "--1", "", "nan", "inf", "True", "٣", "1e")
        ],
        *[("boolean", text) for text in ("True", "1", "yes", "")],
    ],
)
def test_text_of_another_kind_is_shown_with_its_line(kind, bad):
    good = {"integer": "5", "number": "1.5", "boolean": "true"}[kind]
    assert refused(kind, [good, good, bad, bad], index=[2, 3, 5, 9]) == (
        f"data/raw/f.csv, line 5: x is {bad!r}; allowed: {kind}"
    )


@pytest.mark.parametrize("text", ["7", "-7", "+7", "007", "7.", ".5", "1.50", "2e-3", "-1.5E+2"])
def test_usual_ways_to_write_a_number_are_read_as_the_nearest_double(text):
    assert one("number", [text]).tolist() == [float(text)]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_numbers_survive_as_text_and_as_doubles(numbers):
    assert one("number", [repr(number) for number in numbers]).tolist() == numbers
    assert one("number", numbers).tolist() == numbers


@given(st.lists(st.integers(-(10**18) + 1, 10**18 - 1), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_integers_survive_as_text_and_as_integers(numbers):
    assert one("integer", [str(number) for number in numbers]).tolist() == numbers
    assert one("integer", numbers).tolist() == numbers


@pytest.mark.parametrize("value", [1.5, math.inf, 1e30, -math.inf])
def test_an_integer_column_takes_no_number_that_would_lose(value):
    assert refused("integer", [1.0, value]).startswith("data/raw/f.csv, line 1: x is ")
    assert one("integer", [1.0, 2.0]).tolist() == [1, 2]


@pytest.mark.parametrize("value", [math.inf, -math.inf, "1e999"])
def test_infinite_numbers_are_refused(value):
    assert refused("number", [1.0, value]).endswith("allowed: finite numbers")


def test_a_text_column_takes_no_numbers():
    assert refused("text", ["a", 5]).endswith("line 1: x is '5'; allowed: text")


def test_booleans_are_taken_as_they_are():
    assert one("boolean", [True, False]).tolist() == [True, False]
    assert one("boolean", [np.bool_(True), None], missing=True).tolist() == [True, pd.NA]
    assert refused("boolean", [True, 7]).endswith("x is '7'; allowed: true or false")


@pytest.mark.parametrize("kind", ["text", "integer", "number", "boolean"])
@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_missing_only_where_allowed(kind, nothing):
    assert one(kind, [nothing], missing=True).isna().tolist() == [True]
    assert refused(kind, [nothing], index=[7]) == (
        "data/raw/f.csv, line 7: x is missing; allowed: a value, never missing"
    )


@given(
    low=st.integers(-50, 50),
    width=st.integers(0, 50),
    numbers=st.lists(st.integers(-200, 200), min_size=1, max_size=10),
)
@settings(max_examples=50, deadline=None)
def test_a_range_holds_both_its_ends_and_names_the_first_value_outside(low, width, numbers):
    high = low + width
    outside = [place for place, number in enumerate(numbers) if not low <= number <= high]
    if not outside:
        assert one("integer", numbers, low=low, high=high).tolist() == numbers
        return
    below = [place for place in outside if numbers[place] < low]
    first = (below or outside)[0]
    bound = f"at least {low}" if below else f"at most {high}"
    assert refused("integer", numbers, low=low, high=high) == (
        f"data/raw/f.csv, line {first}: x is '{numbers[first]}'; allowed: {bound}"
    )


def test_allowed_words_and_patterns():
    assert one("text", ["Asia"], allowed=("Asia", "Europe")).tolist() == ["Asia"]
    assert refused("text", ["asia"], allowed=("Asia", "Europe")).endswith(
        "x is 'asia'; allowed: Asia, Europe"
    )
    assert refused("text", ["19700"], pattern="19[0-9]{2}").endswith("x is '19700'; allowed: 19[0-9]{2}")
    assert one("text", [None], missing=True, pattern="[a-z]+", allowed=("a",)).isna().all()


def test_a_range_by_series():
    column = Column("x", "number", "", "", by="series", ranges=(("people", 1, None), ("rate", None, 5)))
    schema = schema_of(Column("series", "text", "", ""), column, key=("iso3", "series"))
    good = pd.DataFrame({"iso3": ["ARG"] * 3, "series": ["people", "rate", "other"], "x": ["9", "-3", "99"]})
    assert conform(good, schema, "f")["x"].tolist() == [99.0, 9.0, -3.0]
    for place, value, told in [(0, "0", "at least 1 for people"), (1, "6", "at most 5 for rate")]:
        bad = good.copy()
        bad.loc[place, "x"] = value
        with pytest.raises(DataError, match=f"f, line {place}: x is '{value}'; allowed: {told}"):
            conform(bad, schema, "f")


def test_a_second_row_for_a_key_is_refused_with_key_and_line():
    table = pd.DataFrame({"iso3": ["ARG", "BRA", "ARG"], "year": ["1970", "1970", "1970"]}, index=[2, 3, 4])
    schema = schema_of(Column("year", "integer", "", ""), key=("iso3", "year"))
    with pytest.raises(DataError, match="f, line 4: a second row for iso3=ARG, year=1970; the key is unique"):
        conform(table, schema, "f")
    table.loc[4, "year"] = "1971"
    assert len(conform(table, schema, "f")) == 3


def test_rows_of_several_files_name_their_own():
    parts = {
        name: pd.DataFrame({"iso3": codes}, index=[2]) for name, codes in {"a": ["ARG"], "b": ["bra"]}.items()
    }
    with pytest.raises(DataError, match="^b, line 2: iso3 is 'bra'"):
        conform(pd.concat(parts), schema_of(), "a, b")


@pytest.mark.parametrize("columns", [["iso3"], ["iso3", "x", "y"], ["iso3", "x", "x"], ["iso3", 0]])
def test_columns_missing_too_many_or_twice_are_refused(columns):
    table = pd.DataFrame([["ARG", "1", "2"][: len(columns)]], columns=columns)
    with pytest.raises(DataError, match="f: columns missing or too many for t"):
        conform(table, schema_of(Column("x", "number", "", "")), "f")


def test_a_schema_that_contradicts_itself_cannot_be_made():
    for columns, key in [((KEY,), ("year",)), ((KEY,), ()), ((KEY, KEY), ("iso3",))]:
        with pytest.raises(ValueError, match="schema t"):
            Schema("t", "", columns, key)
    with pytest.raises(ValueError, match="series"):
        schema_of(Column("x", "number", "", "", by="series"))


@given(st.permutations(range(8)))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_rows_does_not_matter(order):
    table = pd.DataFrame({"iso3": [f"AA{chr(65 + n)}" for n in range(8)], "x": [str(n) for n in range(8)]})
    schema = schema_of(Column("x", "integer", "", ""))
    pd.testing.assert_frame_equal(conform(table.iloc[order], schema, "f"), conform(table, schema, "f"))


def test_what_conforms_conforms_again_and_the_input_is_left_alone():
    table = pd.DataFrame({"iso3": ["BRA", "ARG"], "x": ["2", None]})
    before = table.copy()
    schema = schema_of(Column("x", "number", "", "", missing=True))
    once = conform(table, schema, "f")
    pd.testing.assert_frame_equal(conform(once, schema, "f"), once)
    pd.testing.assert_frame_equal(table, before)
