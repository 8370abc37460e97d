"""The convention of wording: which printed words leave what open. docs/claims.md prints it.

The convention is ours: an eighth for what words leave open, a twentieth for what they call no change. It is
the same for whoever wrote the text, so that no verdict hangs on who read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

EIGHTH, TWENTIETH = 1 / 8, 1 / 20
Rule = Literal["hedge", "number", "share", "ends", "degree", "none", "direction"]


@dataclass(frozen=True)
class Wording:
    """Phrases that leave the same open.

    Attributes
    ----------
    rule : "hedge", "number", "share", "ends", "degree", "none" or "direction"
        hedge, number: `low` and `high` are multiples of the figure. A hedge stands before a figure, and goes
        before the rule of a number in words. share, ends: they are the interval itself, a share's in percent
        alone. degree: a change of at least `low`. none: no change, give or take `high`. direction: any change
        in the one direction that is not open.
    low, high : float
        Infinite where open.
    leaves : str
        The same in words.
    phrases : tuple of str
    """

    rule: Rule
    low: float
    high: float
    leaves: str
    phrases: tuple[str, ...]


def _entry(rule: Rule, low: float, high: float, leaves: str, phrases: str) -> Wording:
    return Wording(rule, low, high, leaves, tuple(phrase.strip() for phrase in phrases.split(",")))


TABLE = (
    _entry(
        *("hedge", 1 - EIGHTH, 1 + EIGHTH, "an eighth less to an eighth more"),
        "about, around, roughly, approximately, some, an estimated, toward the high of",
    ),
    _entry(
        *("hedge", 1 - EIGHTH, 1.0, "an eighth less to the figure"),
        "almost, nearly, close to, just under, a little less than, slightly less than",
    ),
    _entry(
        *("hedge", 1.0, 1 + EIGHTH, "the figure to an eighth more"),
        "a little more than, just over, slightly more than",
    ),
    _entry(
        *("hedge", 1.0, inf, "the figure or more"),
        "more than, over, upwards of, at least, above, exceeded, in excess of, or more",
    ),
    _entry(
        *("hedge", -inf, 1.0, "the figure or less"),
        "less than, fewer than, under, below, at most, up to, within, no more than, rarely exceeded, or less",
    ),
    _entry("hedge", 0.5, 2.0, "half to double the figure", "on the order of"),
    _entry(
        *("number", 1 - EIGHTH, 1 + EIGHTH, "an eighth less to an eighth more"),
        "half, halved, one-half, a third, one third, one-third, two-thirds, a quarter, one-quarter, "
        "three-quarters, one-seventh, one-eighth, double, doubled, twofold, twice, quadruple, equivalent, "
        "as much as the, one-for-one, a decade, two decades",
    ),
    _entry("number", 1 - EIGHTH, 1.0, "an eighth less to the figure", "only slightly smaller"),
    _entry("share", 50.0, 100.0, "50 to 100 percent", "most, majority, mainly, predominately"),
    _entry("share", 75.0, 100.0, "75 to 100 percent", "vast majority, overwhelmingly"),
    _entry("share", 87.5, 100.0, "87.5 to 100 percent", "almost all, nearly all"),
    _entry("ends", 2.0, 6.0, "2 to 6", "a few, few"),
    _entry("ends", 3.0, 9.0, "3 to 9", "several"),
    _entry("ends", 200.0, 999.0, "200 to 999", "several hundred"),
    _entry("ends", 24.0, inf, "24 or more", "dozens"),
    _entry("ends", 40.0, inf, "40 or more", "scores"),
    _entry("ends", 2.0, inf, "2 or more of them", "decades, billions, trillions"),
    _entry(
        *("degree", EIGHTH, inf, "a change of an eighth or more: 12.5 percent, 1.125 or 0.875 times"),
        "sharp, sharply, steep, steeply, strongly, dramatic, dramatically, markedly, precipitously, plunged, "
        "substantial, substantially, significantly, considerably, enormous, enormously, explosion, "
        "well below, well above, much higher, much lower, dwarfed",
    ),
    _entry(
        *("none", -TWENTIETH, TWENTIETH, "no change, give or take a twentieth: 0 percent, 1 times"),
        "hardly, barely, stable, remained the same, without noticeable effect",
    ),
    _entry(
        *("direction", 0.0, inf, "any rise: 0 percent, 1 times"),
        "increase, increased, increasing, rose, risen, grew, grown, growing, widening, wider",
    ),
    _entry(
        *("direction", -inf, 0.0, "any fall: 0 percent, 1 times"),
        "decrease, decreased, declined, declining, declines, fell, fallen, less frequent, fewer",
    ),
)
