"""The language: what it computes, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.language.evaluate import Rows, condition, evaluate, levels_of, select
from replication.language.named_numbers import Clock
from replication.language.nodes import Call, Name, Number, Range, Text, show
from replication.language.syntax import parse, parse_formula

TABLE = pd.DataFrame(
    {
        "iso3": ["ARG", "ARG", "ARG", "BRA", "BRA"],
        "year": [1980, 1981, 1983, 1980, 1981],
        "x": [1.0, 2.0, 4.0, np.nan, 0.0],
        "region": ["a", "a", "b", "b", None],
    }
)
ROWS = Rows(TABLE, entity=np.array([0, 0, 0, 1, 1]), time=TABLE["year"].to_numpy())


def values(text: str, rows: Rows = ROWS) -> list:
    return evaluate(parse(text), rows).tolist()


def check(text: str, expected: list) -> None:
    np.testing.assert_array_equal(values(text), expected)


NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * x", [5, 8, 14, NAN, 2]),
        ("-x ^ 2", [-1, -4, -16, NAN, 0]),
        ("(1 - x) / 2", [0, -0.5, -1.5, NAN, 0.5]),
        ("log(x)", [0, np.log(2), np.log(4), NAN, INF]),
        ("1 / x", [1, 0.5, 0.25, NAN, INF]),
        ("log1p(x)", [np.log1p(1), np.log1p(2), np.log1p(4), NAN, 0]),
        ("asinh(x)", [np.arcsinh(1), np.arcsinh(2), np.arcsinh(4), NAN, 0]),
        ("nonnegative(x - 2)", [INF, 0, 2, NAN, INF]),
        ("abs(x - 2)", [1, 0, 2, NAN, 2]),
        ("min(x, 2, 3)", [1, 2, 2, NAN, 0]),
        ("max(x, 2)", [2, 2, 4, NAN, 2]),
        ("lag(x)", [NAN, 1, NAN, NAN, NAN]),
        ("lag(x, 2)", [NAN, NAN, 2, NAN, NAN]),
        ("lead(x)", [2, NAN, NAN, 0, NAN]),
        ("diff(x)", [NAN, 1, NAN, NAN, NAN]),
        ("if_missing(lag(x), 9)", [9, 1, 9, 9, 9]),
        ("x > 1 and x < 4", [0, 1, 0, NAN, 0]),
        ("x > 1 or x == 0", [0, 1, 1, NAN, 1]),
        ("not (x > 1)", [1, 0, 0, NAN, 1]),
        ("x in (1, 4)", [1, 0, 1, NAN, 0]),
        ("x not in (1, 4)", [0, 1, 0, NAN, 1]),
        ("region == 'a'", [1, 1, 0, 0, NAN]),
        ("region in ('a', 'b')", [1, 1, 1, 1, NAN]),
        ("total_of(x, iso3)", [7, 7, 7, 0, 0]),
        ("mean_of(x, year)", [1, 1, 4, 1, 1]),
        ("share_of(x, year)", [1, 1, 1, NAN, 0]),
        ("interaction(x, x > 1)", [0, 2, 4, NAN, 0]),
    ],
)
def test_values(text, expected):
    check(text, expected)


def test_undefined_stays_undefined_through_arithmetic_and_lags():
    rows = Rows(TABLE.assign(x=[0.0, 1, 1, 1, 1]), ROWS.entity, ROWS.time)
    assert values("lag(log(x)) - lag(log(x))", rows)[1] == np.inf


def test_winsorise_and_standardise_take_their_moments_from_the_sample():
    table = pd.DataFrame({"x": [1.0, 2, 3, 1000]})
    rows = Rows(table, sample=np.array([True, True, True, False]))
    assert values("standardise(x)", rows)[:3] == [-1, 0, 1]
    assert values("winsorise(x, 0.25)", rows) == [1.5, 2, 2.5, 2.5]


def test_variables_may_name_one_another_but_not_in_a_circle():
    rows = Rows(TABLE, ROWS.entity, ROWS.time, {"twice": "2 * x", "four": "2 * twice", "a": "b", "b": "a"})
    assert values("four", rows)[0] == 4
    with pytest.raises(StudyError, match="circle: a -> b -> a"):
        values("a", rows)


def test_a_missing_condition_is_outside():
    assert condition("x >= 0", ROWS).tolist() == [True, True, True, False, True]
    assert select(TABLE, "region == 'a'")["year"].tolist() == [1980, 1981]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__import__('os').system('true')", "'_' is not in the language"),
        ("open('x')", "function 'open' is not known"),
        ("x.y", r"'\.' is not in the language"),
        ("x[0]", r"'\[' is not in the language"),
        ("lambda: x", "':' is not in the language"),
        ("x = 3", "compare with =="),
        ("x ** 2", "expected"),
        ("lgo(x)", r"did you mean 'log'\?"),
        ("yaer", r"did you mean 'year'\?"),
        ("log(x, 2)", "takes 1 argument, found 2"),
        ("lag(x, 0)", "allowed: 1 to 50"),
        ("lag(x, 1.5)", "allowed: 1 to 50"),
        ("winsorise(x, 0.7)", "between 0 and 0.5"),
        ("region + 1", "region is a text"),
        ("region == 1", "a text is compared with a number"),
        ("dummies(region)", "may only stand as a term"),
        ("(" * 60 + "x" + ")" * 60, "nested more than"),
        ("-" * 60 + "x", "nested more than"),
        ("1" + "+1" * 1500, "more than"),
        ("x" * 5000, "characters"),
        ("", "at the end"),
    ],
)
def test_refused(text, message):
    with pytest.raises(StudyError, match=message):
        values(text)


@pytest.mark.parametrize(
    "text", ["y ~ a * b", "y ~ a:b", "y ~ 1 + a", "y ~ a - b", "y ~ 'a'", "y", "y ~", "~ a"]
)
def test_formulas_that_other_programs_read_differently_are_refused(text):
    with pytest.raises(StudyError):
        parse_formula(text)


def test_a_constant_alone():
    assert parse_formula("y ~ 1").terms == ()


def test_formula():
    formula = parse_formula("log(y) ~ lag(x, 1) + (a * b) + interaction(x, dummies(region))")
    assert show(formula.outcome) == "log(y)"
    assert [show(term) for term in formula.terms] == ["lag(x, 1)", "a * b", "interaction(x, dummies(region))"]


nodes = st.recursive(
    st.one_of(
        st.floats(0, 1e6, allow_nan=False).map(Number),
        st.sampled_from(["x", "year", "region", "GDP per head", "in", "1990"]).map(Name),
        st.text(st.characters(codec="ascii", exclude_characters="\"'\n\r"), max_size=5).map(Text),
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "*", "/", "^", "<", "==", "and", "or", "-"]), inner, inner).map(
            lambda parts: Call(parts[0], parts[1:])
        ),
        st.tuples(st.sampled_from(["not", "-", "log", "lag", "is missing"]), inner).map(
            lambda parts: Call(parts[0], parts[1:])
        ),
        st.tuples(inner, st.integers(-9, 0), st.integers(0, 9)).map(
            lambda parts: Call("lag", (parts[0], Range(*parts[1:])))
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(nodes)
def test_what_is_shown_parses_to_the_same_tree(node):
    assert parse(show(node)) == node


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_one_line(text):
    try:
        values(text)
    except StudyError as problem:
        assert "\n" not in str(problem)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_lag_is_the_value_at_that_period_or_missing(data):
    pairs = data.draw(st.sets(st.tuples(st.integers(0, 3), st.integers(1970, 1985)), min_size=1, max_size=30))
    order = data.draw(st.permutations(sorted(pairs)))
    periods = data.draw(st.integers(1, 5))
    entity, time = np.array(order).T
    table = pd.DataFrame({"x": np.arange(len(order), dtype=float)})
    lagged = values(f"lag(x, {periods})", Rows(table, entity, time))
    known = dict(zip(order, table["x"], strict=True))
    expected = [known.get((unit, year - periods), np.nan) for unit, year in order]
    np.testing.assert_array_equal(lagged, expected)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20), st.floats(0.01, 1e4))
def test_shares_sum_to_one_and_do_not_see_the_currency(flows, rate):
    years = [1980 + place % 3 for place in range(len(flows))]
    table = pd.DataFrame({"year": years, "x": flows})
    shares = np.array(values("share_of(x, year)", Rows(table)))
    converted = np.array(values("share_of(x, year)", Rows(table.assign(x=table["x"] * rate))))
    sums = pd.Series(shares).groupby(years).sum()
    np.testing.assert_allclose(sums, 1, rtol=1e-12)  # a sum of at most 20 doubles
    np.testing.assert_allclose(shares, converted, rtol=1e-12)


def test_whole_numbers_of_any_size_stay_what_they_are():
    ids = [10**17 + 1, 10**17 + 2, 10**17 + 1]
    rows = Rows(pd.DataFrame({"id": pd.array([*ids, None], "Int64"), "x": [1.0, 2, 3, 4]}))
    assert levels_of(parse("id"), rows).values == (10**17 + 1, 10**17 + 2)
    assert levels_of(parse("id"), rows).codes.tolist() == [0, 1, 0, -1]
    np.testing.assert_array_equal(values("id == 100000000000000001", rows), [1, 0, 1, NAN])
    np.testing.assert_array_equal(values("id in (100000000000000002, 3)", rows), [0, 1, 0, NAN])
    np.testing.assert_array_equal(values("id > 100000000000000001", rows), [0, 1, 0, NAN])
    np.testing.assert_array_equal(values("total_of(x, id)", rows), [4, 2, 4, NAN])
    assert show(parse("id == 100000000000000001")) == "id == 100000000000000001"


def test_a_text_where_a_number_is_needed_says_why_it_is_one():
    rows = Rows(TABLE, why={"region": "panel.csv, row 1: region is 'a', a text"})
    with pytest.raises(StudyError, match="panel.csv, row 1: region is 'a', a text"):
        values("2 * region", rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ln(x)", [0, np.log(2), np.log(4), NAN, INF]),
        ("exp(x)", [np.e, np.exp(2), np.exp(4), NAN, 1]),
        ("exp(x * 1000)", [INF, INF, INF, NAN, 1]),
        ("sqrt(x - 1)", [0, 1, np.sqrt(3), NAN, INF]),
        ("x is missing", [0, 0, 0, 1, 0]),
        ("x is not missing and x > 1", [0, 1, 1, NAN, 0]),
        ("log(x) is missing", [0, 0, 0, 1, 1]),
        ("region is missing", [0, 0, 0, 0, 1]),
        ("not x is missing", [1, 1, 1, 0, 1]),
        ("`x` + 1", [2, 3, 5, NAN, 1]),
        ("year(year)", [1980, 1981, 1983, 1980, 1981]),
    ],
)
def test_more_values(text, expected):
    check(text, expected)


def test_names_that_only_backticks_can_write():
    table = pd.DataFrame(
        {"GDP (current US$)": [1.0], "in": [2.0], "größe": [3.0], "1990": [4.0], "is": [5.0]}
    )
    text = "`GDP (current US$)` + `in` + `größe` + `1990` + is"
    assert values(text, Rows(table)) == [15]
    assert show(parse(text)) == "(((`GDP (current US$)` + `in`) + `größe`) + `1990`) + is"


def test_the_calendar_of_periods():
    quarters = Clock("quarter")
    table = pd.DataFrame({"t": [quarters.number("1990Q4"), quarters.number("1991Q1")]})
    rows = Rows(table, named={"t": quarters})
    assert values("year(t)", rows) == [1990, 1991]
    assert values("quarter(t)", rows) == [4, 1]
    assert values("month(t)", rows) == [10, 1]
    with pytest.raises(StudyError, match="year has no months"):
        values("month(year)")
