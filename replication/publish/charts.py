"""Lines, bars, stacked bars and dots: each draws the series of one panel on one pair of axes.

Each returns how many rows of names it has set above the plot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from replication.publish import lettering, style
from replication.publish.periods import in_order, length, position
from replication.publish.rounding import common_decimals, fixed, significant

Floats = NDArray[np.float64]
FEW = 14  # points of a line that are marked one by one
NAMES, ROWS = 1.35, 2.1  # inches for names right of a plot, and for those of rows left of it
LINE = 11  # points from one line of small text above the axes to the next
_HANDLE, _GAP = 1.9 * style.TINY / 72, 1.4 * style.TINY / 72  # inches of a legend's mark, and between entries


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars.

    Attributes
    ----------
    label : str
    periods : tuple of str
        In order of time.
    values : (n,) float array
        NaN where the record is missing.
    """

    label: str
    periods: tuple[str, ...]
    values: Floats

    def at(self, periods: Sequence[str]) -> Floats:
        """Values at the periods asked for, NaN where the series has none."""
        found = dict(zip(self.periods, self.values, strict=True))
        return np.array([found.get(period, np.nan) for period in periods])


def series(records: pd.DataFrame) -> list[Series]:
    """Records of one panel (columns key, label, period, value) as series, one a key, as they come."""
    found = []
    for _, mine in records.groupby("key", sort=False):
        values = dict(zip(mine["period"], mine["value"].astype("float64"), strict=True))
        periods = tuple(in_order(values))
        found.append(Series(mine["label"].iloc[0], periods, np.array([values[p] for p in periods])))
    return found


def lines(axes: Axes, many: list[Series]) -> int:
    """One line a series, named at its end; a missing period breaks the line."""
    periods = in_order(dict.fromkeys(p for one in many for p in one.periods))
    x = time_axis(axes, periods)
    for place, one in enumerate(many):
        y = one.at(periods)
        present = ~np.isnan(y)
        axes.plot(x, y, color=style.colour(place), linestyle=style.dash(place), zorder=3 + place)
        known = np.flatnonzero(present)
        alone = known if len(known) <= FEW else _alone(present)
        marks: dict[str, Any] = {
            "marker": style.MARKERS[place % len(style.MARKERS)],
            "markersize": 3.4,
            "linestyle": "none",
            "clip_on": False,
        }
        if len(alone):
            axes.plot(x[alone], y[alone], color=style.colour(place), zorder=3 + place, **marks)
    axes.margins(x=0.015)
    zero_line(axes)
    if len(many) > 1:
        _name_ends(axes, [(one.label, *_end(x, one.at(periods))) for one in many])
    return 0


def names_width(labels: Sequence[str]) -> float:
    """Inches that the names at the ends of lines take, with the space before them."""
    return 0.2 + lettering.widest([_end_name(label) for label in labels], style.TINY)


def _end_name(label: str) -> str:
    return lettering.wrapped(label, NAMES, style.TINY)


def _alone(present: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Points without a neighbour, which a line would not show."""
    before = np.concatenate([[False], present[:-1]])
    after = np.concatenate([present[1:], [False]])
    return np.flatnonzero(present & ~before & ~after)


def _end(x: Floats, y: Floats) -> tuple[float, float]:
    known = np.flatnonzero(~np.isnan(y))
    return (float(x[known[-1]]), float(y[known[-1]])) if len(known) else (float(x[-1]), float("nan"))


def _name_ends(axes: Axes, ends: list[tuple[str, float, float]]) -> None:
    """Names right of the plot at the height of each line's end, moved apart where they would touch.

    A line that ends before the others is led to its name.
    """
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    left, right = axes.get_xlim()
    axes.set_xlim(left, right)
    height = axes.get_window_extent().height / axes.figure.dpi * 72  # points
    labels = [_end_name(label) for label, _, _ in ends]
    wanted = [height * (y - low) / (high - low) if np.isfinite(y) else 0.0 for _, _, y in ends]
    sizes = [style.TINY * 1.35 * (1 + label.count("\n")) for label in labels]
    look: dict[str, Any] = {"fontsize": style.TINY, "va": "center", "linespacing": 1.05}
    for place, at in enumerate(spread(wanted, sizes)):
        where: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (7, 0), "textcoords": "offset points"}
        axes.annotate(labels[place], (1, at / height), color=style.letter(place), **where, **look)
        _, x, y = ends[place]
        if right - x > 0.06 * (right - left) and np.isfinite(y):
            reach: dict[str, Any] = {"linewidth": 0.5, "alpha": 0.7, "zorder": 2, "clip_on": False}
            axes.plot([x, right], [y, low + at / height * (high - low)], color=style.colour(place), **reach)


def spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Heights near the wanted ones at which labels of the given sizes do not overlap.

    Labels that touch are pooled and centred on the mean of what they want, as in isotonic regression.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[tuple[list[int], float]] = []
    for i in order:
        block, centre = [i], wanted[i]
        while blocks and centre - _half(block, sizes) < blocks[-1][1] + _half(blocks[-1][0], sizes):
            before, _ = blocks.pop()
            block = before + block
            centre = sum(wanted[j] for j in block) / len(block)
        blocks.append((block, centre))
    heights = [0.0] * len(wanted)
    for block, centre in blocks:
        floor = centre - _half(block, sizes)
        for i in block:
            heights[i] = floor + sizes[i] / 2
            floor += sizes[i]
    return heights


def _half(block: list[int], sizes: Sequence[float]) -> float:
    return sum(sizes[i] for i in block) / 2


def bars(axes: Axes, many: list[Series]) -> int:
    """Bars side by side in each period; without periods, one bar a series with its value beside it."""
    periods = in_order(dict.fromkeys(p for one in many for p in one.periods))
    if len(periods) == 1:
        return _bars_across(axes, many)
    x = np.arange(len(periods), dtype=float)
    width = 0.8 / len(many)
    values = np.array([one.at(periods) for one in many])
    known = ~np.isnan(values)
    before = np.cumsum(known, axis=0) - known  # bars that stand left of each in its period
    for place, one in enumerate(many):
        at = x + (before[place] - (known.sum(axis=0) - 1) / 2) * width
        look: dict[str, Any] = {"color": style.colour(place), "label": one.label, "zorder": 3}
        axes.bar(at, values[place], width * 0.94, **look)
    category_axis(axes, periods)
    zero_line(axes)
    return legend(axes, [one.label for one in many])


def _bars_across(axes: Axes, many: list[Series]) -> int:
    """One bar a series, the largest first."""
    known = sorted(many, key=lambda one: -np.nan_to_num(one.values[0], nan=-np.inf))
    values = np.array([one.values[0] for one in known])
    heights = -np.arange(len(known), dtype=float)
    axes.barh(heights, values, 0.62, color=style.COLOURS[0], zorder=3)
    label_rows(axes, heights, [one.label for one in known])
    texts = _together([significant(value, 3) for value in values])
    for height, value, text in zip(heights, values, texts, strict=True):
        if np.isfinite(value):  # behind the bar; of a loss right of zero, where no name of a row stands
            look: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": style.TINY}
            axes.annotate(text, (max(value, 0.0), height), xytext=(3, 0), ha="left", **look)
    axes.axvline(0, color=style.SOFT, linewidth=0.8, zorder=4)
    axes.margins(x=max(0.12, _room_behind(axes, texts)))
    return 0


def _room_behind(axes: Axes, texts: Sequence[str]) -> float:
    """Share of the bars' width that numbers behind the longest of them take."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    inches = axes.get_position().width * figure.get_figwidth()
    words = lettering.widest(texts, style.TINY) + 0.08
    return words / (inches - words)


def stacked(axes: Axes, many: list[Series]) -> int:
    """Parts of a whole in each period, losses stacked downwards from zero."""
    periods = in_order(dict.fromkeys(p for one in many for p in one.periods))
    x = np.arange(len(periods), dtype=float)
    above, below = np.zeros(len(x)), np.zeros(len(x))
    for place, one in enumerate(many):
        values = np.nan_to_num(one.at(periods))
        base = np.where(values >= 0, above, below)
        look: dict[str, Any] = {
            "color": style.colour(place),
            "edgecolor": "white",
            "linewidth": 0.5,
            "label": one.label,
        }
        axes.bar(x, values, 0.78, bottom=base, zorder=3, **look)
        above, below = above + np.maximum(values, 0), below + np.minimum(values, 0)
    category_axis(axes, periods)
    zero_line(axes)
    return legend(axes, [one.label for one in many])


def dots(axes: Axes, many: list[Series]) -> int:
    """One row a series, one dot a period, a hairline between the first and the last."""
    periods = in_order(dict.fromkeys(p for one in many for p in one.periods))
    heights = -np.arange(len(many), dtype=float)
    table = np.array([one.at(periods) for one in many])
    for height, row in zip(heights, table, strict=True):
        known = row[~np.isnan(row)]
        if len(known) > 1:
            axes.plot([known.min(), known.max()], [height, height], color=style.SOFT, linewidth=0.8, zorder=2)
    for place, period in enumerate(periods):
        look: dict[str, Any] = {
            "marker": style.MARKERS[place % len(style.MARKERS)],
            "color": style.colour(place),
        }
        axes.plot(table[:, place], heights, linestyle="none", markersize=5, label=period, zorder=3, **look)
    label_rows(axes, heights, [one.label for one in many])
    return legend(axes, periods)


def time_axis(axes: Axes, periods: list[str]) -> Floats:
    """Places of the periods on a time axis; even steps with the words as ticks if they are not dates."""
    places = [position(period) for period in periods]
    if any(place is None for place in places):
        return category_axis(axes, periods)
    step = 1.9 * max(lettering.width(period[:4], style.TINY) for period in periods)
    nbins = max(1, min(8, int(_inches(axes) / step)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=nbins, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: minus(f"{value:.0f}")))
    axes.yaxis.set_major_formatter(Ticks())
    return np.array(places, dtype=float)


def category_axis(axes: Axes, periods: list[str]) -> Floats:
    """Even steps, every so many of them named so that names do not touch."""
    room = _inches(axes) / len(periods)
    names = [lettering.wrapped(period, max(room - 0.08, 0.5), style.TINY) for period in periods]
    step = max(1, int(np.ceil((lettering.widest(names, style.TINY) + 0.08) / room)))
    axes.set_xticks(np.arange(0, len(periods), step), names[::step])
    axes.yaxis.set_major_formatter(Ticks())
    return np.arange(len(periods), dtype=float)


def label_rows(axes: Axes, heights: Floats, labels: Sequence[str]) -> None:
    """Names of horizontal rows, with the grid along the figures' axis."""
    axes.set_yticks(heights, [row_name(label) for label in labels])
    axes.set_ylim(heights[-1] - 0.6, heights[0] + 0.6)
    axes.tick_params(axis="y", labelsize=style.SMALL)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(2, min(6, int(_inches(axes) / 0.55)))))
    axes.xaxis.set_major_formatter(Ticks())


def row_name(label: str) -> str:
    """The name of a row on as many lines as it needs."""
    return lettering.wrapped(label, ROWS, style.SMALL)


def row_height(labels: Sequence[str]) -> float:
    """Inches from one row to the next, at which names of several lines do not touch."""
    lines = max((row_name(label).count("\n") + 1 for label in labels), default=1)
    return max(0.21, lettering.height(lines, style.SMALL) + 0.05)


def _inches(axes: Axes) -> float:
    """Width of the axes."""
    return axes.get_window_extent().width / axes.figure.dpi


def shade(axes: Axes, spans: Sequence[Sequence[str]], categories: Sequence[str] = ()) -> None:
    """A tint behind each span of periods, half a step beyond its ends; spans that are not drawn are left out.

    `categories` are the periods in order where the axis counts them; without it the axis is one of time,
    and half a step is half of a year, a quarter, a month or a day, as the span is written.
    """
    for first, last in spans:
        places = [
            categories.index(period) if period in categories else None if categories else position(period)
            for period in (first, last)
        ]
        low, high = places
        if low is not None and high is not None:
            half = (1.0 if categories else length(first)) / 2
            axes.axvspan(low - half, high + half, color=style.FAINT, alpha=0.6, linewidth=0, zorder=0)


def zero_line(axes: Axes) -> None:
    """A darker line at zero where values lie on both sides of it or stand on it."""
    low, high = axes.get_ylim()
    if low <= 0 <= high:
        axes.axhline(0, color=style.SOFT, linewidth=0.8, zorder=2.5)


def legend_rows(labels: Sequence[str], inches: float) -> int:
    """Lines that the names of marks take above a plot of a width; none where there is one mark."""
    return _legend(labels, inches)[2]


def legend(axes: Axes, labels: Sequence[str]) -> int:
    """Names of the marks above the plot; returns the lines that they take."""
    names, columns, lines = _legend(labels, _inches(axes))
    if names:
        handles, found = axes.get_legend_handles_labels()
        marks = dict(zip(found, handles, strict=True))
        axes.legend(
            [marks[label] for label in labels],
            names,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=style.TINY,
            handlelength=1.1,
            handleheight=0.9,
            columnspacing=1.4,
            borderpad=0.0,
            borderaxespad=0.5,
        )
    return lines


def _legend(labels: Sequence[str], inches: float) -> tuple[list[str], int, int]:
    """Names on as many lines as they need, how many stand beside one another, and lines in all."""
    if len(labels) < 2:
        return [], 0, 0
    names = [lettering.wrapped(label, inches - _HANDLE, style.TINY) for label in labels]
    each = lettering.widest(names, style.TINY) + _HANDLE + _GAP
    columns = max(1, min(len(names), int((inches + _GAP) / each)))
    rows = -(-len(names) // columns)
    return names, columns, rows * max(name.count("\n") + 1 for name in names)


class Ticks(Formatter):
    """Numbers of one axis, all with the decimals that the finest needs, commas, and a true minus."""

    def __call__(self, value: float, place: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Texts of all ticks of the axis."""
        clean = [float(f"{value:.10g}") for value in values]
        decimals = common_decimals(clean, 8)
        return _together([fixed(value, decimals) for value in clean])


def _together(texts: Sequence[str]) -> list[str]:
    """Numbers of one axis: thousands apart in all of them once one has five digits, and a true minus."""
    apart = any(abs(float(text)) >= 10_000 for text in texts if text)
    return [
        minus(f"{float(text):,.{len(text.partition('.')[2])}f}" if text and apart else text) for text in texts
    ]


def minus(text: str) -> str:
    """A number's text with a true minus sign."""
    return text.replace("-", "\u2212")
