"""Verdicts: what a computed figure says of a stated one. They are computed here and nowhere typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from replication.claims.claim_entries import Stated

REPRODUCED = "reproduced"
WITHIN_ROUNDING = "reproduced within rounding"
BY_DOCUMENT = "contradicted by the document"
BY_DATA = "contradicted by recorded data"
SOFT = "contradicted (soft)"
BY_VINTAGE = "differs by vintage"
AMBIGUOUS = "ambiguous"
NOT_CHECKABLE = "not checkable"
VERDICTS = (
    BY_DOCUMENT,
    BY_DATA,
    SOFT,
    AMBIGUOUS,
    BY_VINTAGE,
    WITHIN_ROUNDING,
    REPRODUCED,
    NOT_CHECKABLE,
)
HARD = (BY_DOCUMENT, BY_DATA)
AGREES = (REPRODUCED, WITHIN_ROUNDING)
EXACT = ("count", "rank", "date", "order")
CLOSE = 1e-9  # relative: what sums of doubles may be off by, far below any printed digit


@dataclass(frozen=True)
class Interval:
    """A figure and the ends that rounding leaves it, infinite where open."""

    point: float
    low: float
    high: float


def bounds(stated: Stated, kind: str) -> tuple[float, float]:
    """Ends of what the wording of a stated figure leaves open, both included; infinite where open."""
    if stated.low is not None or stated.high is not None:
        return (
            -math.inf if stated.low is None else stated.low,
            math.inf if stated.high is None else stated.high,
        )
    if stated.decimals is None and kind in EXACT:
        return stated.value, stated.value
    half = Decimal(1).scaleb(-_decimals(stated)) / 2
    value = Decimal(repr(stated.value))
    return float(value - half), float(value + half)


def _decimals(stated: Stated) -> int:
    """Printed digits after the point; the shortest spelling of the figure where nothing is said."""
    if stated.decimals is not None:
        return stated.decimals
    return max(0, -Decimal(repr(stated.value)).normalize().as_tuple().exponent)


def of_reading(computed: Interval, stated: tuple[float, float], basis: str, soft: bool) -> str:
    """The verdict of one computation.

    `reproduced`: the computed figure lies in what the wording allows, so that, where the wording is a plain
    figure, it rounds to the printed one. `reproduced within rounding`: only the interval that the rounding of
    its inputs leaves meets the wording. Contradicted otherwise.
    """
    low, high = stated
    if _at_most(low, computed.point) and _at_most(computed.point, high):
        return REPRODUCED
    if _at_most(low, computed.high) and _at_most(computed.low, high):
        return WITHIN_ROUNDING
    if soft:
        return SOFT
    return BY_DOCUMENT if basis == "document" else BY_DATA


def _at_most(a: float, b: float) -> bool:
    return a <= b or math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12)


def of_claim(verdicts: Sequence[str], kinds: Sequence[str]) -> str:
    """The verdict of a claim from those of its readings and their kinds.

    Readings that all agree with the text, or all contradict it, give the weakest (the first of `VERDICTS`).
    Where some agree and some do not, the claim differs by vintage if its readings are vintages, and is
    ambiguous otherwise.
    """
    if not verdicts:
        return NOT_CHECKABLE
    agree = {verdict in AGREES for verdict in verdicts}
    if len(agree) == 1:
        return min(verdicts, key=VERDICTS.index)
    return BY_VINTAGE if set(kinds) == {"vintage"} else AMBIGUOUS
