"""Grades: the edge of rounding, tolerances, sides of zero, stars, counts."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from replication.published.cell_grades import (
    GRADES,
    Quantity,
    grade,
    relative_difference,
    rounded_like,
    stars_of,
)
from replication.published.printed_numbers import read_printed

ESTIMATE, ERROR, COUNT = Quantity(signed=True), Quantity(), Quantity(counted=True)
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
DECIMALS = st.integers(0, 8)


def graded(text: str, ours: float, quantity: Quantity = ESTIMATE, stars=None, tolerance: float = 0.05):
    return grade(read_printed(text, ("*", "**", "***")), ours, tolerance, quantity, stars)


@pytest.mark.parametrize(
    ("text", "ours", "expected"),
    [
        ("-0.717", -0.7166860312, "exact"),
        ("0.250", 0.24950001, "exact"),
        ("0.250", 0.2494, "rounding"),  # rounds to 0.249
        ("0.13", 0.125, "rounding"),  # half up in print, half to even here
        ("0.12", 0.125, "exact"),
        ("0.126", 0.125, "rounding"),
        ("0.127", 0.125, "value"),  # two last digits away, 1.6 percent
        ("100", 94.0, "sign"),
        ("-0.045", -0.0919, "sign"),
        ("-0.045", 0.0919, "differs"),
        ("0.000", 0.0004, "exact"),
        ("0.000", 0.02, "differs"),  # a printed zero has no side
        ("-0.000", -0.0002, "exact"),
        ("-0.000", 0.0002, "rounding"),  # the print says on which side it was
        ("0.000", -0.0002, "exact"),
        ("1.2e-5", 0.0000121, "exact"),
        ("1.2e-5", 0.0000129, "rounding"),
        ("1.2e-5", 0.000015, "sign"),
        ("0.5", math.nan, "not computable"),
        ("0.5", math.inf, "not computable"),
    ],
)
def test_the_best_grade_that_holds(text, ours, expected):
    assert graded(text, ours) == expected


def test_a_count_is_exact_or_another():
    assert graded("492", 492.0, COUNT) == "exact"
    assert graded("492", 493.0, COUNT) == "value"
    assert graded("492", 493.0, COUNT, tolerance=0.001) == "differs"


def test_an_error_has_no_side():
    assert graded("(0.5)", 0.9, ERROR) == "differs"


def test_the_same_side_with_the_same_star_is_significance():
    assert graded("2.0***", 3.0, stars=("***", "***")) == "significance"
    assert graded("2.0***", 3.0, stars=("***", "**")) == "sign"
    assert graded("2.0", 3.0, stars=("", "")) == "significance"
    assert graded("2.0", -3.0, stars=("", "")) == "differs"


def test_stars_are_those_of_the_strictest_level_passed():
    levels = {"*": 0.1, "**": 0.05, "***": 0.01}
    p_values = (0.5, 0.1, 0.099, 0.05, 0.049, 0.01, 0.0099, math.nan)
    assert [stars_of(p, levels) for p in p_values] == ["", "", "*", "*", "**", "**", "***", ""]


@given(NUMBERS, DECIMALS, st.sampled_from([ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_HALF_DOWN]))
def test_whoever_rounds_our_number_prints_a_cell_that_is_exact_or_on_the_edge(ours, decimals, way):
    printed = Decimal(repr(ours)).quantize(Decimal(1).scaleb(-decimals), rounding=way)
    assert graded(f"{printed:f}", ours) in ("exact", "rounding")
    if way == ROUND_HALF_EVEN:
        assert graded(f"{printed:f}", ours) == "exact"


@given(NUMBERS, DECIMALS, st.integers(2, 1000), st.sampled_from([-1, 1]))
def test_two_last_digits_away_is_never_exact_or_rounding(ours, decimals, steps, side):
    unit = Decimal(1).scaleb(-decimals)
    printed = Decimal(repr(ours)).quantize(unit) + side * steps * unit
    assert graded(f"{printed:f}", ours) not in ("exact", "rounding")


@given(NUMBERS, DECIMALS, st.sampled_from([-1, 1]))
def test_one_last_digit_away_is_rounding(ours, decimals, side):
    unit = Decimal(1).scaleb(-decimals)
    assert graded(f"{Decimal(repr(ours)).quantize(unit) + side * unit:f}", ours) == "rounding"


@given(NUMBERS, NUMBERS, DECIMALS, st.floats(0.001, 0.5))
def test_a_wider_tolerance_never_makes_a_grade_worse(printed, ours, decimals, tolerance):
    order = list(GRADES)
    text = f"{printed:.{decimals}f}"
    assert order.index(graded(text, ours, tolerance=0.9)) <= order.index(
        graded(text, ours, tolerance=tolerance)
    )


@given(NUMBERS, NUMBERS, DECIMALS)
def test_turning_both_around_zero_keeps_the_grade(printed, ours, decimals):
    text = f"{printed:.{decimals}f}"
    assume(any(digit in text for digit in "123456789"))
    turned = text[1:] if text.startswith("-") else f"-{text}"
    assert graded(text, ours) == graded(turned, -ours)


@given(NUMBERS, DECIMALS)
def test_a_power_of_ten_says_the_same(ours, decimals):
    plain = read_printed(f"{ours:.{decimals}f}")
    power = read_printed(f"{plain.value:e}")
    assert power.value == plain.value
    if power.unit == plain.unit:
        assert graded(power.text, ours) == graded(plain.text, ours)


def test_the_relative_difference_is_measured_by_the_print():
    assert relative_difference(read_printed("2.0"), 2.5) == 0.25
    assert relative_difference(read_printed("0.0"), 2.5) == math.inf
    assert relative_difference(read_printed("0.0"), 0.0) == 0.0
    assert math.isnan(relative_difference(read_printed("2.0"), math.nan))


def test_ours_is_rounded_to_the_last_printed_digit():
    assert str(rounded_like(read_printed("0.250"), 0.2495861)) == "0.250"
    assert str(rounded_like(read_printed("1.2e3"), 1249.0)) == "1.2E+3"
