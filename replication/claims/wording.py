"""What a wording leaves open: words -> interval, by the one convention of `wording_table`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal

from replication.claims.claim_entries import Stated
from replication.claims.days import span
from replication.claims.units import PERCENT, PURE, TRUTH, known_unit
from replication.claims.wording_table import TABLE, Wording
from replication.errors import StudyError

EXACT = ("count", "rank", "date", "order", "consistency")  # kinds whose plain figure is not rounded
FROM_NOTHING = ("share", "multiple", "count", "rank")  # kinds that cannot be below nothing
DIGITS = re.compile(r"\d")
_OF = {phrase: wording for wording in TABLE for phrase in wording.phrases}


def _stands_before(phrase: str) -> bool:
    """Whether a phrase counts only where a figure follows: "over 40 percent", not "over the years"."""
    return _OF[phrase].rule == "hedge" and not phrase.startswith("or ")


def _any(phrases: Iterable[str]) -> str:
    """A pattern of phrases, longest first: "a little more than" is not read as "more than"."""
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


def _phrase() -> re.Pattern[str]:
    """A pattern of every phrase of the table where it counts."""
    numbers = _any(phrase for phrase, wording in _OF.items() if wording.rule == "number")
    figure = rf"[$Y+-]?\s?\d|{numbers}|one|two|three|four|five|six|seven|eight|nine|ten"
    before = _any(phrase for phrase in _OF if _stands_before(phrase))
    anywhere = _any(phrase for phrase in _OF if not _stands_before(phrase))
    return re.compile(
        rf"(?<![\w-])(?:(?:{before})(?=\s+(?:an?\s+|the\s+)?(?:{figure}))|(?:{anywhere})(?![\w-]))"
    )


PHRASE = _phrase()


def wording_of(words: str) -> Wording | None:
    """The entry of the table that the printed words of one figure fall under, or none for a plain figure.

    Raises
    ------
    StudyError
        Phrases of several entries.
    """
    found = list(dict.fromkeys(_OF[match] for match in PHRASE.findall(words.lower())))
    for rule in ("hedge", "direction"):  # a hedge goes before all others, a bare direction after them
        chosen = [wording for wording in found if (wording.rule == rule) == (rule == "hedge")]
        found = chosen or found
    if len(found) > 1:
        leaves = " and ".join(wording.leaves for wording in found)
        raise StudyError(
            f"words are {words!r}, which leave several things open: {leaves}; quote those of this one figure"
        )
    return found[0] if found else None


def says_how_much(words: str) -> bool:
    """Whether words hold a word of degree, which an order of two figures alone does not bear out."""
    return any(_OF[match].rule in ("degree", "none") for match in PHRASE.findall(words.lower()))


def interval_of(stated: Stated, kind: str) -> tuple[float, float]:
    """Ends of what a stated figure or date leaves open, both included; infinite where open.

    Raises
    ------
    StudyError
        Words that leave several things open, or whose figure is not the one that they stand for.
    """
    if stated.date:
        return span(stated.date)
    if known_unit(stated.unit) == TRUTH:
        return stated.figure, stated.figure
    if stated.low is not None or stated.high is not None:
        return _given(stated, kind)
    wording = wording_of(stated.words)
    if wording is None or not _applies(wording, stated):
        return _plain(stated.figure, stated.decimals, kind)
    if wording.rule in ("hedge", "number"):
        return _relative(wording, stated, kind)
    return _ends(wording, stated) if wording.rule in ("share", "ends") else _change(wording, stated)


def plain_interval(stated: Stated, kind: str) -> tuple[float, float]:
    """Ends of the figure as if nothing but its rounding were open."""
    truth = known_unit(stated.unit) == TRUTH
    return (stated.figure, stated.figure) if truth else _plain(stated.figure, stated.decimals, kind)


def _applies(wording: Wording, stated: Stated) -> bool:
    """Whether the entry is of this figure: a share is in percent, a direction alone stands for no figure."""
    if wording.rule == "share":
        return known_unit(stated.unit) == PERCENT
    return wording.rule != "direction" or stated.figure == _no_change(stated)[0]


def _no_change(stated: Stated) -> tuple[float, float]:
    """No change, and the whole, in the unit of a figure: 0 and 100 percent, or 1 and 1 times."""
    return (1.0, 1.0) if known_unit(stated.unit) == PURE else (0.0, 100.0)


def _given(stated: Stated, kind: str) -> tuple[float, float]:
    """Ends written in the file: those of a printed range are rounded as figures are; of a deviation, not."""
    low = -math.inf if stated.low is None else stated.low
    high = math.inf if stated.high is None else stated.high
    if stated.deviates:
        return low, high
    return _plain(low, stated.decimals, kind)[0], _plain(high, stated.decimals, kind)[1]


def _plain(value: float, decimals: int | None, kind: str) -> tuple[float, float]:
    """A plain figure: half a unit in its last printed digit either way, exact for what is counted."""
    if decimals is None and kind in EXACT:
        return value, value
    exact = Decimal(repr(value))
    if decimals is not None and not math.isclose(value, round(value, decimals), rel_tol=1e-9):
        raise StudyError(f"decimals is {decimals}; {value:.12g} has more digits than that")
    exponent = exact.normalize().as_tuple().exponent
    digits = max(0, -int(exponent)) if decimals is None else decimals
    half = Decimal(1).scaleb(-digits) / 2
    return float(exact - half), float(exact + half)


def _relative(wording: Wording, stated: Stated, kind: str) -> tuple[float, float]:
    """Multiples of the figure; of one in digits, no end is nearer to it than its rounding."""
    size = abs(stated.figure)
    low, high = size * wording.low, size * wording.high
    if DIGITS.search(stated.words):
        nearest, farthest = _plain(size, stated.decimals, kind)
        low = min(low, nearest) if wording.low != 1.0 else low
        high = max(high, farthest) if wording.high != 1.0 else high
    least, most = _limits(stated, kind)
    low, high = max(low, least), min(high, most)
    return (low, high) if stated.figure >= 0 else (-high, -low)


def _limits(stated: Stated, kind: str) -> tuple[float, float]:
    """How far "less" and "more" can go: a share of a whole from 0 to 100 percent, a count from nothing."""
    if kind == "share" and known_unit(stated.unit) == PERCENT:
        return 0.0, 100.0
    return 0.0 if kind in FROM_NOTHING else -math.inf, math.inf


def _ends(wording: Wording, stated: Stated) -> tuple[float, float]:
    """The interval that the words are, which holds the figure."""
    if not wording.low <= stated.figure <= wording.high:
        raise StudyError(f"value is {stated.figure:g}; allowed for {stated.words!r}: {wording.leaves}")
    return wording.low, wording.high


def _change(wording: Wording, stated: Stated) -> tuple[float, float]:
    """From no change outward, or about no change, in percent or as a multiple."""
    none, whole = _no_change(stated)
    low, high = none + whole * wording.low, none + whole * wording.high
    allowed = {none} if wording.rule != "degree" else {none - whole * wording.low, low}
    if stated.figure not in allowed:
        values = " or ".join(f"{value:g}" for value in sorted(allowed))
        raise StudyError(f"value is {stated.figure:g}; allowed for {stated.words!r}: {values} {stated.unit}")
    return (low, high) if stated.figure >= none else (-math.inf, stated.figure)
