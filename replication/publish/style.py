"""How every figure looks: one typeface, ink and six colours that survive grey printing, no frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager

from replication.publish.lettering import FONT

INK, SOFT, FAINT = "#1f2328", "#5b6168", "#e4e6e8"
# Neighbours differ in lightness as well as in hue, so that they stay apart in grey and for every eye; each
# stands out from white by three to one, as a mark must (WCAG 2.2, 1.4.11).
COLOURS = ("#12355b", "#d55e00", "#7b3f8c", "#2a86c4", "#005f4b", "#a87400", "#6b7178")
# The same for words, which must by four and a half to one (1.4.3).
LETTERS = ("#12355b", "#b84a00", "#7b3f8c", "#1f6ca3", "#005f4b", "#855c00", "#5b6168")
BANDS = ("#dbe3ec", "#f3ddc9", "#e6d9ea", "#dcebe4")  # behind groups
DASHES = ("solid", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (2.6, 1.2)), "solid", "solid")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
RED = "#b3261e"
# On a dark page each of them is drawn as the one beside it.
DARK = {
    INK: "#e8eaed",
    SOFT: "#a9b0b7",
    FAINT: "#32373d",
    "#ffffff": "#15181c",
    RED: "#ff8a80",
    "#12355b": "#8fb8e8",
    "#d55e00": "#ff9a52",
    "#b84a00": "#ffab6e",
    "#7b3f8c": "#cf9be0",
    "#2a86c4": "#56b4e9",
    "#1f6ca3": "#7cc4ee",
    "#005f4b": "#4cc9a8",
    "#a87400": "#e0b040",
    "#855c00": "#e6bc5c",
    "#6b7178": "#a4abb3",
    "#dbe3ec": "#24405f",
    "#f3ddc9": "#5a3a1c",
    "#e6d9ea": "#4a3152",
    "#dcebe4": "#1f463a",
}
WIDTH = 6.5  # inches: the text block of a journal page
SMALL, TINY = 7.5, 6.8  # points

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
    "pdf.fonttype": 42,  # the typeface whole, so that journals can set and search its words
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
    """Colour of the marks of the series at a place."""
    return COLOURS[place % len(COLOURS)]


def letter(place: int) -> str:
    """Colour of the words of the series at a place."""
    return LETTERS[place % len(LETTERS)]


def dash(place: int) -> object:
    """Line pattern of the series at a place; changes again once the colours are used up."""
    return DASHES[(place + place // len(COLOURS)) % len(DASHES)]
