"""What stands in print, read: signs, brackets, stars, powers of ten."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.published.printed_numbers import read_printed

STARS = ("*", "**", "***")


@pytest.mark.parametrize(
    ("text", "value", "unit", "marks"),
    [
        ("-0.717***", "-0.717", "0.001", "***"),
        ("\u22120.717 **", "-0.717", "0.001", "**"),  # the minus sign of print
        ("\u2013.045", "-0.045", "0.001", ""),  # an en dash in its place
        (".250\u2217", "0.250", "0.001", "*"),  # the asterisk operator
        ("(0.051)", "0.051", "0.001", ""),
        ("[-3.2]", "-3.2", "0.1", ""),
        ("(.05)**", "0.05", "0.01", "**"),
        ("(.05**)", "0.05", "0.01", "**"),
        ("1,218.25", "1218.25", "0.01", ""),
        ("492", "492", "1", ""),
        ("1.20e-5", "0.0000120", "1e-7", ""),
        ("1.20 \u00d7 10\u207b\u2075", "0.0000120", "1e-7", ""),
        ("1.2x10^3", "1200", "1e2", ""),
    ],
)
def test_printed_numbers_are_read(text, value, unit, marks):
    printed = read_printed(text, STARS)
    assert (printed.value, printed.unit, printed.marks) == (Decimal(value), Decimal(unit), marks)
    assert printed.text == text


def test_minus_zero_keeps_its_side():
    assert read_printed("-0.000").value.is_signed()
    assert not read_printed("0.000").value.is_signed()


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "***", "abc", "nan", "inf", "0,717", "1 000", "5.", "(3", "--1", "1.2%", "1\u00b2",
     "1e9999", "12,34", "0x10", "\u0661", "9" * 61, "1_000"],
)  # fmt: skip
def test_what_is_no_printed_number_is_one_clear_line(text):
    with pytest.raises(StudyError, match="allowed: ") as refused:
        read_printed(text, STARS)
    assert "\n" not in str(refused.value)


def test_a_mark_that_the_table_does_not_declare_is_refused():
    with pytest.raises(StudyError, match=r"'\*' behind the number"):
        read_printed("0.25*")
    with pytest.raises(StudyError, match="one of the table's stars"):
        read_printed("0.25\u2020", STARS)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4),
    st.sampled_from(["{}", "({})", "[ {} ]"]),
    st.sampled_from(["", *STARS]),
    st.sampled_from("-\u2212\u2013\uff0d"),
)
def test_every_dress_of_a_number_is_read_as_the_number(number, bracket, marks, minus):
    text = bracket.format(f"{number:f}".replace("-", minus)) + marks
    printed = read_printed(text, STARS)
    assert (printed.value, printed.unit, printed.marks) == (number, Decimal("0.0001"), marks)
