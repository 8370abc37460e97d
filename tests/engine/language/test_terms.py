"""Terms that stand for several columns: ranges of lags, powers, time around an event."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.language.evaluate import Rows
from replication.language.named_numbers import Clock
from replication.language.nodes import show
from replication.language.syntax import parse, parse_formula
from replication.language.terms import columns_of, plain_terms

TABLE = pd.DataFrame(
    {
        "land": ["A"] * 6 + ["B"] * 6,
        "year": [*range(1990, 1996)] * 2,
        "reform": [1992.0] * 6 + [np.nan] * 6,
        "x": np.arange(12.0),
        "z": np.arange(12.0) % 3,
    }
)
ROWS = Rows(TABLE, entity=np.repeat([0, 1], 6), time=TABLE["year"].to_numpy())


def columns(text: str, rows: Rows = ROWS) -> dict[str, list[float]]:
    return {column.name: column.values.tolist() for column in columns_of([parse(text)], rows)}


def names(text: str) -> list[str]:
    return [show(node) for node in plain_terms([parse(text)])]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("lag(x, 1:3)", ["lag(x, 1)", "lag(x, 2)", "lag(x, 3)"]),
        ("lag(log(x), 0:1)", ["log(x)", "lag(log(x), 1)"]),
        ("lead(x, 1:2)", ["lead(x, 1)", "lead(x, 2)"]),
        ("lag(x, -1:1)", ["lead(x, 1)", "x", "lag(x, 1)"]),
        ("powers(x, 3)", ["x", "x ^ 2", "x ^ 3"]),
        ("powers(log(x), 1)", ["log(x)"]),
        ("interaction(lag(x, 1:2), powers(z, 2))",
         ["interaction(lag(x, 1), z)", "interaction(lag(x, 1), z ^ 2)",
          "interaction(lag(x, 2), z)", "interaction(lag(x, 2), z ^ 2)"]),
        ("x", ["x"]),
    ],
)  # fmt: skip
def test_ranges_and_powers_are_plain_terms(text, plain):
    assert names(text) == plain
    np.testing.assert_array_equal(list(columns(text).values()), [columns(name)[name] for name in plain])


def test_an_event_has_a_column_for_each_period_but_the_reference():
    found = columns("event(reform, -2:2)")
    assert list(found) == ["event(reform)<=-2", "event(reform)=0", "event(reform)=1", "event(reform)>=2"]
    assert found["event(reform)<=-2"] == [1, 0, 0, 0, 0, 0] + [0] * 6
    assert found["event(reform)>=2"] == [0, 0, 0, 0, 1, 1] + [0] * 6
    assert list(columns("event(reform, -2:2, 0)"))[1] == "event(reform)=-1"


@given(
    st.lists(st.one_of(st.none(), st.integers(1985, 2000)), min_size=1, max_size=6),
    st.integers(-5, -2), st.integers(0, 5), st.data(),
)  # fmt: skip
def test_event_columns_sum_to_one_where_the_reference_does_not_stand(dates, first, last, data):
    """By hand, cell by cell; and every row of an entity with an event is in one column or the reference."""
    reference = data.draw(st.integers(first + 1, max(last - 1, first + 1)))
    last = max(last, reference + 1)
    years = list(range(1990, 1996))
    table = pd.DataFrame(
        {"year": years * len(dates), "reform": np.repeat([np.nan if d is None else d for d in dates], 6)}
    )
    rows = Rows(table, entity=np.repeat(np.arange(len(dates)), 6), time=table["year"].to_numpy())
    found = np.array(list(columns(f"event(reform, {first}:{last}, {reference})", rows).values()))
    since = table["year"] - table["reform"]
    clipped = since.clip(first, last)
    periods = [period for period in range(first, last + 1) if period != reference]
    np.testing.assert_array_equal(found, [(clipped == period).astype(float) for period in periods])
    np.testing.assert_array_equal(found.sum(axis=0), (since.notna() & (clipped != reference)).astype(float))


def test_the_date_of_an_event_is_in_the_panel_s_own_count():
    quarters = Clock("quarter")
    when = [quarters.number(text) for text in ("1990Q1", "1990Q2", "1990Q3")]
    table = pd.DataFrame(
        {
            "t": when,
            "text": "1990Q2",
            "day": Clock("day").number("1990-05-17"),
            "other": 1990.0,
            "at": when[1],
        }
    )
    rows = Rows(
        table,
        entity=np.zeros(3, dtype=int),
        time=np.array(when),
        named={"t": quarters, "day": Clock("day"), "at": quarters},
        clock=quarters,
    )
    for of in ("text", "day", "at"):
        assert columns(f"event({of}, -2:1, -1)", rows)[f"event({of})=0"] == [0, 1, 0], of
    with pytest.raises(
        StudyError, match="other is 1990.0; allowed: a quarter, for the panel counts quarters"
    ):
        columns("event(other, -2:1)", rows)


def test_events_and_other_terms_multiply():
    found = columns("interaction(event(reform, -2:1), z)")
    assert list(found) == ["interaction(event(reform)<=-2, z)", "interaction(event(reform)=0, z)",
                           "interaction(event(reform)>=1, z)"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("event(reform, -2:2, 5)", "the reference 5 is no period within -2:2"),
        ("event(reform, -2:2, -2)", "the reference -2 is no period within"),
        ("event(reform)", "allowed: event"),
        ("event(reform, 3)", "allowed: event"),
        ("powers(x)", "allowed: powers"),
        ("powers(x, 99)", "allowed: powers"),
        ("powers(x, 1.5)", "allowed: powers"),
        ("lag(x, 2:1)", "begins with its smaller number"),
        ("lag(x, 1:900)", "a range is of whole numbers up to 100"),
        ("lag(x, 1:60)", "the number of periods is 51; allowed: 1 to 50"),
        ("log(1:3)", "may only stand in a term"),
        ("interaction(" + ", ".join(["lag(x, -100:100)"] * 6) + ")", "is more than 2,000 terms"),
    ],
)
def test_what_such_terms_cannot_be(text, told):
    with pytest.raises(StudyError, match=told):
        columns(text)


@pytest.mark.parametrize(
    "text",
    [
        "y ~ lag(x, 1:3)",
        "y ~ `GDP per head` + `in`",
        "y ~ event(`date of reform`, -4:4, -2)",
        "y ~ dummies(x, -1)",
    ],
)
def test_formulas_are_shown_as_they_are_written(text):
    formula = parse_formula(text)
    assert f"{show(formula.outcome)} ~ {' + '.join(map(show, formula.terms))}" == text
