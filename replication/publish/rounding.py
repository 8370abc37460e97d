"""The one way from a record in full precision to a printed number.

A double is rounded as the shortest decimal that reads back to it, half to even: 0.125 prints as 0.12 and
2.675 as 2.68, whatever the last bit of the double says. The text does not depend on the machine or locale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

_EXACT = Context(prec=800, rounding=ROUND_HALF_EVEN)  # no double has more digits than that
_WIDEST = 6  # decimals printed before a mantissa and exponent read better


@dataclass(frozen=True)
class Precision:
    """How many digits follow the point, of the number itself or (`exponent`) of its mantissa."""

    decimals: int
    exponent: bool = False


def fixed(value: float, decimals: int) -> str:
    """`value` with `decimals` digits after the point; "" for missing; no minus before a row of zeros."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = _quantized(_decimal(value), decimals)
    return text if any(digit in text for digit in "123456789") else text.removeprefix("-")


def scientific(value: float, decimals: int) -> str:
    """`value` as mantissa and exponent, like -1.20e-7."""
    if not math.isfinite(value) or value == 0:
        return fixed(value, decimals)
    exact = _decimal(value)
    power = Context(prec=decimals + 1, rounding=ROUND_HALF_EVEN).plus(exact).adjusted()
    return f"{_quantized(exact.scaleb(-power, context=_EXACT), decimals)}e{power}"


def rounded(value: float, precision: Precision) -> str:
    """`value` printed to a precision."""
    write = scientific if precision.exponent else fixed
    return write(float(value), precision.decimals)


def places(value: float, digits: int) -> int:
    """Digits after the point that show `digits` significant digits of `value`, none if it is large."""
    if not math.isfinite(value) or value == 0:
        return digits
    return max(0, digits - 1 - _decimal(value).adjusted())


def coefficient(estimate: float, std_error: float) -> Precision:
    """Precision shared by a coefficient, its errors and its interval.

    Two significant digits of the standard error: more would print noise, fewer would hide the error.
    Without an error, three significant digits of the estimate.
    """
    known = math.isfinite(std_error) and std_error > 0
    decimals = places(std_error, 2) if known else places(estimate, 3)
    if decimals > _WIDEST or abs(estimate) >= 1e12:
        return Precision(2, exponent=True)
    return Precision(decimals)


def significant(value: float, digits: int) -> str:
    """`value` with at least `digits` significant digits, without an exponent."""
    return fixed(value, places(value, digits) if value else 0)


def statistic(value: float) -> str:
    """A test or fit statistic: four significant digits, integers whole."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e12:
        return fixed(value, 0)
    decimals = places(value, 4)
    return scientific(value, 3) if decimals > _WIDEST else fixed(value, decimals)


def p_value(value: float) -> str:
    """A p value: three decimals, and "<0.001" below a thousandth."""
    return "<0.001" if value < 0.001 else fixed(value, 3)


def common_decimals(values: Iterable[float], most: int = 4) -> int:
    """Digits after the point that show every value as recorded, but at most `most`."""
    finite = (float(value) for value in values)
    depths = (
        -int(_decimal(value).normalize().as_tuple().exponent) for value in finite if math.isfinite(value)
    )
    return max(0, min(most, max(depths, default=0)))


def grouped(text: str) -> str:
    """Commas between thousands from five digits on, so that years stay as they are."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if whole.isdigit() and len(whole) > 4 else text


def _decimal(value: float) -> Decimal:
    """The shortest decimal that reads back to the double."""
    return Decimal(repr(float(value)))


def _quantized(exact: Decimal, decimals: int) -> str:
    """A decimal rounded half to even."""
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), context=_EXACT):f}"
