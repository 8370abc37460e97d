"""How near a number of ours comes to a printed one: the best of a short list of grades that holds.

Both are compared in decimal arithmetic, ours as the shortest decimal that reads back to the double.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from replication.published.printed_numbers import Printed

Grade = Literal["exact", "rounding", "value", "significance", "sign", "differs", "not computable"]
GRADES: dict[Grade, str] = {
    "exact": "all printed digits are those that ours rounds to",
    "rounding": "the last printed digit differs by one, as where a number lies on the edge of rounding",
    "value": "within the relative tolerance that the file names",
    "significance": "the same side of zero and the same star",
    "sign": "the same side of zero",
    "differs": "none of these",
    "not computable": "we have no such number; the reason stands beside it",
}
_EXACT = Context(prec=1500, rounding=ROUND_HALF_EVEN)  # a double to the last digit that can be printed


@dataclass(frozen=True)
class Quantity:
    """What kind of number a cell holds, by which grades may be given.

    Attributes
    ----------
    signed : bool
        Whether its side of zero is a finding.
    counted : bool
        Whether it is a count, of which another last digit is another number.
    """

    signed: bool = False
    counted: bool = False


def rounded_like(printed: Printed, ours: float) -> Decimal:
    """Our number to the last printed digit, half to even."""
    return Decimal(repr(float(ours))).quantize(printed.unit, context=_EXACT)


def grade(
    printed: Printed,
    ours: float,
    tolerance: float,
    quantity: Quantity,
    stars: tuple[str, str] | None = None,
) -> Grade:
    """The best grade that holds of a printed number and ours.

    Parameters
    ----------
    tolerance : float
        Largest |ours - printed| / |printed| that counts as the same value.
    stars : (str, str), optional
        Marks as printed and marks of ours; None where nobody prints any.
    """
    if not math.isfinite(ours):
        return "not computable"
    off = abs(rounded_like(printed, ours) - printed.value)
    if off == 0 and not (printed.value.is_signed() and ours > 0):
        return "exact"
    if off <= printed.unit and not quantity.counted:
        return "rounding"
    if relative_difference(printed, ours) <= tolerance:
        return "value"
    if not quantity.signed or not _same_side(printed, ours):
        return "differs"
    return "significance" if stars and stars[0] == stars[1] else "sign"


def relative_difference(printed: Printed, ours: float) -> float:
    """|ours - printed| / |printed|; infinite where zero is printed and ours is another."""
    if not math.isfinite(ours):
        return math.nan
    difference = abs(Decimal(repr(float(ours))) - printed.value)
    if not printed.value:
        return math.inf if difference else 0.0
    return float(difference / abs(printed.value))


def _same_side(printed: Printed, ours: float) -> bool:
    return ours != 0 and printed.value != 0 and (printed.value > 0) == (ours > 0)


def stars_of(p_value: float, levels: Mapping[str, float]) -> str:
    """The mark of the strictest level that a p value lies below; "" above all of them."""
    reached = {level: mark for mark, level in levels.items() if p_value < level}
    return reached[min(reached)] if reached else ""
