"""Rounding: against exact decimal arithmetic, and by its properties."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.publish import rounding

quick = settings(max_examples=50, deadline=None)
doubles = st.floats(allow_nan=False, allow_infinity=False, width=64)
tame = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@quick
@given(tame, st.integers(0, 8))
def test_a_rounded_number_is_within_half_a_unit_of_its_record(value: float, decimals: int):
    text = rounding.fixed(value, decimals)
    assert abs(Decimal(text) - Decimal(repr(value))) <= Decimal(1).scaleb(-decimals) / 2
    assert len(text.partition(".")[2]) == decimals


@quick
@given(st.integers(-(10**6), 10**6))
def test_a_tie_goes_to_the_even_digit(whole: int):
    text = rounding.fixed(whole + 0.5, 0)
    assert int(text) % 2 == 0


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.125, 2, "0.12"),
        (2.675, 2, "2.68"),  # the double is below 2.675; its shortest decimal is the tie
        (1.005, 2, "1.00"),
        (-0.004, 2, "0.00"),
        (-0.0, 0, "0"),
        (1e22, 0, "10000000000000000000000"),
        (5e-324, 3, "0.000"),
        (float("nan"), 2, ""),
        (float("-inf"), 2, "-inf"),
    ],
)
def test_known_cases(value: float, decimals: int, text: str):
    assert rounding.fixed(value, decimals) == text


@quick
@given(tame, st.integers(0, 6))
def test_rounding_is_odd_and_does_nothing_twice(value: float, decimals: int):
    text = rounding.fixed(value, decimals)
    assert rounding.fixed(-value, decimals).removeprefix("-") == text.removeprefix("-")
    assert rounding.fixed(float(text), decimals) == text


@quick
@given(tame, tame, st.integers(0, 6))
def test_rounding_keeps_the_order(one: float, other: float, decimals: int):
    low, high = sorted((one, other))
    assert Decimal(rounding.fixed(low, decimals)) <= Decimal(rounding.fixed(high, decimals))


@quick
@given(doubles.filter(lambda value: value != 0), st.integers(0, 6))
def test_scientific_notation_keeps_its_significant_digits(value: float, decimals: int):
    mantissa, _, power = rounding.scientific(value, decimals).partition("e")
    assert 1 <= abs(Decimal(mantissa)) < 10
    error = abs(Decimal(mantissa).scaleb(int(power)) - Decimal(repr(value)))
    assert error <= Decimal(5).scaleb(int(power) - decimals - 1)


@quick
@given(st.floats(1e-5, 1e9), tame)
def test_two_digits_of_the_error_are_shown(error: float, estimate: float):
    precision = rounding.coefficient(estimate, error)
    shown = rounding.rounded(error, precision)
    digits = shown.partition("e")[0].replace(".", "").lstrip("0")
    assert len(digits) >= 2
    assert precision.decimals == 0 or len(digits) <= 3  # 0.0996 rounds up to 0.100


@quick
@given(st.floats(0, 1))
def test_a_p_value_is_a_number_or_a_bound(p: float):
    text = rounding.p_value(p)
    assert (text == "<0.001") == (p < 0.001)
    assert p < 0.001 or abs(float(text) - p) <= 0.0005 + 1e-15


@quick
@given(st.lists(st.integers(-(10**6), 10**6).map(lambda n: n / 1000), min_size=1))
def test_common_decimals_show_every_value_as_recorded(values: list[float]):
    decimals = rounding.common_decimals(values)
    assert all(float(rounding.fixed(value, decimals)) == value for value in values)


@quick
@given(st.integers(-(10**15), 10**15))
def test_grouping_only_adds_commas_and_leaves_years_alone(number: int):
    text = rounding.grouped(str(number))
    assert text.replace(",", "") == str(number)
    assert ("," in text) == (abs(number) >= 10000)


def test_statistics_show_four_digits_and_counts_whole():
    assert [rounding.statistic(x) for x in (152.0, 12.3456, 0.0123456, -1234.567)] == [
        "152",
        "12.35",
        "0.01235",
        "-1235",
    ]
    assert rounding.statistic(math.nan) == ""
