"""Verdicts: what a computed figure says of a stated one. They are computed here and nowhere typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

REPRODUCED = "reproduced"
WITHIN_ROUNDING = "reproduced within rounding"
CONSISTENT = "consistent"
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
    CONSISTENT,
    WITHIN_ROUNDING,
    REPRODUCED,
    NOT_CHECKABLE,
)
HARD = (BY_DOCUMENT, BY_DATA)
AGREES = (CONSISTENT, WITHIN_ROUNDING, REPRODUCED)
CLOSE = 1e-9  # relative: what sums of doubles may be off by, far below any printed digit


@dataclass(frozen=True)
class Interval:
    """A figure and the ends that rounding leaves it, infinite where open."""

    point: float
    low: float
    high: float


def of_reading(
    computed: Interval, stated: tuple[float, float], basis: str, *, soft: bool = False, span: bool = False
) -> str:
    """The verdict of one computation.

    `reproduced`: the whole computed interval lies in what the wording allows, or the computed figure does and
    its interval is no more than rounding. `reproduced within rounding`: only that interval meets the wording.
    `consistent`: the two meet, but the computed interval is open, a bound for the figure and not the figure
    itself, or a span. Contradicted otherwise.

    Parameters
    ----------
    soft : bool
        The wording cannot be held to a number.
    span : bool
        The computed interval is no rounding of a figure: days that a date leaves open, a yes that may be a
        no.
    """
    low, high = stated
    if _at_most(low, computed.low) and _at_most(computed.high, high):
        return REPRODUCED
    if _at_most(low, computed.high) and _at_most(computed.low, high):
        if span or math.isinf(computed.low) or math.isinf(computed.high):
            return CONSISTENT
        return (
            REPRODUCED
            if _at_most(low, computed.point) and _at_most(computed.point, high)
            else WITHIN_ROUNDING
        )
    if soft:
        return SOFT
    return BY_DOCUMENT if basis == "document" else BY_DATA


def _at_most(a: float, b: float) -> bool:
    return a <= b or math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12)


def of_claim(verdicts: Sequence[str], kinds: Sequence[str]) -> str:
    """The verdict of a claim from those of its readings and their kinds.

    Readings that all agree with the text give the weakest (the first of `VERDICTS`); one that is only
    consistent takes nothing from the others. Readings that all contradict it contradict softly if one of them
    does. Where some agree and some do not, the claim differs by vintage if its readings are vintages, and is
    ambiguous otherwise.
    """
    if not verdicts:
        return NOT_CHECKABLE
    agree = {verdict in AGREES for verdict in verdicts}
    if len(agree) == 1:
        if SOFT in verdicts:
            return SOFT
        telling = [verdict for verdict in verdicts if verdict != CONSISTENT]
        return min(telling or verdicts, key=VERDICTS.index)
    return BY_VINTAGE if set(kinds) == {"vintage"} else AMBIGUOUS
