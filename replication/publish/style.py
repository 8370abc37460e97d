"""How every figure looks: one typeface, ink and six colours that survive grey printing, no frame."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager

from replication.project import escape

INK, SOFT, FAINT = "#1f2328", "#6b7178", "#e4e6e8"
# Neighbours differ in lightness as well as in hue, so that they stay apart in grey and for every eye.
COLOURS = ("#12355b", "#d55e00", "#56b4e9", "#7b3f8c", "#f2b134", "#00806a", "#8a8f94")
DASHES = ("solid", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (2.6, 1.2)), "solid", "solid")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
RED = "#b3261e"
WIDTH = 6.5  # inches: the text block of a journal page
SMALL, TINY = 7.5, 6.8  # points
FONT = "replication"

_SETTINGS: dict[str, Any] = {
    "font.family": FONT,
    "font.size": SMALL,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "axes.unicode_minus": True,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.labelsize": SMALL,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": TINY,
    "ytick.labelsize": TINY,
    "xtick.major.size": 3,
    "xtick.major.width": 0.6,
    "ytick.major.size": 0,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "hatch.linewidth": 0.5,
    "svg.fonttype": "path",  # outlines: the file looks the same where the typeface is not installed
    "svg.hashsalt": "replication",
    "path.simplify": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def _add_font() -> None:
    """Give matplotlib's own copy of its typeface a name that no installed font can answer to."""
    if any(entry.name == FONT for entry in fontManager.ttflist):
        return
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for file, style, weight in (
        ("DejaVuSans", "normal", 400),
        ("DejaVuSans-Bold", "normal", 700),
        ("DejaVuSans-Oblique", "italic", 400),
    ):
        path = str(folder / f"{file}.ttf")
        fontManager.ttflist.append(
            FontEntry(fname=path, name=FONT, style=style, weight=weight, size="scalable")
        )


@contextmanager
def journal() -> Iterator[None]:
    """Draw in the package's style, whatever the user's matplotlib settings are."""
    _add_font()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)  # type: ignore[arg-type]  # any text is a key for the types
        yield


def blank(width: float, height: float) -> Figure:
    """An empty figure on the Agg canvas; sizes in inches."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def colour(place: int) -> str:
    """Colour of the series at a place."""
    return COLOURS[place % len(COLOURS)]


def dash(place: int) -> object:
    """Line pattern of the series at a place; changes again once the colours are used up."""
    return DASHES[(place + place // len(COLOURS)) % len(DASHES)]


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """A label on at most `lines` lines of about `width` characters."""
    return "\n".join(textwrap.wrap(escape.one_line(text), width, max_lines=lines, placeholder=" …"))
