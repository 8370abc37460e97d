"""Words on a figure, measured before they are set, so that none is cut and none meets another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags

from replication.project import escape

FONT = "replication"
POINTS = 72.0  # in an inch
_LEADING = 1.2  # from one line to the next, in sizes of the type


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Inches that one line of text takes at a size in points."""
    return _points(text, bold) * size / POINTS


def height(lines: int, size: float) -> float:
    """Inches that so many lines take."""
    return lines * size * _LEADING / POINTS


def widest(texts: Sequence[str], size: float) -> float:
    """Inches of the longest line of several texts."""
    return max((width(line, size) for text in texts for line in text.split("\n")), default=0.0)


def wrapped(text: str, inches: float, size: float, *, bold: bool = False) -> str:
    """The text on as many lines as keep within a width; a word that is longer than a line stays whole."""
    lines: list[str] = []
    for word in escape.one_line(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= inches:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def _points(text: str, bold: bool) -> float:
    """Width at one point of size, without hinting, which depends on the resolution."""
    font = get_font(fontManager.findfont(FontProperties(family=FONT, weight=700 if bold else 400)))
    font.set_size(100.0, POINTS)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64.0 / 100.0
