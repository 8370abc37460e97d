"""The interval of a computation: never too narrow, also where it turns within the box of its figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.claims.enclosure import enclosure
from replication.claims.verdict import Interval
from replication.language.syntax import parse

number = st.floats(-100, 100)
width = st.floats(0, 50)
within = st.floats(0, 1)

COMPUTATIONS = {
    "abs(a - b)": lambda a, b: abs(a - b),
    "abs(a - b) / 7 + a": lambda a, b: abs(a - b) / 7 + a,
    "a == b": lambda a, b: float(a == b),
    "a != b": lambda a, b: float(a != b),
    "a >= 0 and a <= b": lambda a, b: float(0 <= a <= b),
    "a < -10 or a > b": lambda a, b: float(a < -10 or a > b),
    "not (a < b)": lambda a, b: float(not a < b),
    "a - b in (0, 3)": lambda a, b: float(a - b in (0, 3)),
    "(a < b) + (b < 5) == 2": lambda a, b: float((a < b) + (b < 5) == 2),
    "a / b": lambda a, b: a / b if b else math.nan,
    "1 / (a - b)": lambda a, b: 1 / (a - b) if a != b else math.nan,
    "a ^ 2": lambda a, b: a**2,
}


@pytest.mark.parametrize("text", COMPUTATIONS)
@settings(max_examples=60, deadline=None)
@given(number, number, width, width, within, within)
def test_what_turns_within_the_box_is_enclosed(text, a, b, x, y, u, v):
    known = {"a": Interval(a, a - x, a + x), "b": Interval(b, b - y, b + y)}
    found = enclosure(parse(text), known)
    value = COMPUTATIONS[text](a - x + 2 * u * x, b - y + 2 * v * y)
    slack = 1e-9 * max(1.0, abs(value)) if math.isfinite(value) else 0.0
    assert math.isnan(value) or found.low - slack <= value <= found.high + slack


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("abs(a)", (0, 4)),  # the corners alone would say 3 to 4
        ("a == 1", (0, 1)),  # and these that it is false
        ("a > -1 and a < 3", (0, 1)),
        ("a in (1, 2)", (0, 1)),
        ("a == 9", (0, 0)),
        ("a == a", (1, 1)),
        ("abs(b)", (5, 6)),
        ("1 / a", (-math.inf, math.inf)),
        ("a ^ 2", (-math.inf, math.inf)),
        ("1 / b", (pytest.approx(-1 / 5), pytest.approx(-1 / 6))),
    ],
)
def test_ends_that_corners_alone_would_miss(text, ends):
    known = {"a": Interval(0.5, -3, 4), "b": Interval(-5.5, -6, -5)}
    found = enclosure(parse(text), known)
    assert (found.low, found.high) == ends
