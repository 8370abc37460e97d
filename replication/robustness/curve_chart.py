"""The curve as a figure: estimates in order with their intervals, and which choices stand behind them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from replication.estimate.design import Floats, Integers
from replication.publish import charts, lettering, style
from replication.publish.figures import write_drawn
from replication.robustness.curve import Curve
from replication.robustness.curve_tables import worded
from replication.robustness.factors import Factor, factors

LONGEST = 60  # letters of a row's name with its choice
CURVE, ROW, HEAD = 2.2, 0.155, 0.2  # inches: the curve, a row of the panel of choices, room above
DRAWN = 500
"""Specifications drawn, evenly along the curve: more than a page has points."""

STRIPS = 60
"""Columns of the panel of choices: each shows a share of so many neighbouring specifications."""


def write_curve(found: Curve, labels: Mapping[str, str], folder: Path) -> None:
    """Draw a curve as SVG, PNG and PDF."""
    with style.journal():
        write_drawn(_drawn(found, labels), found.spec.id, folder)


def _drawn(found: Curve, labels: Mapping[str, str]) -> Figure:
    order = np.argsort(found.estimates.column("estimate"), kind="stable")
    names, shares = _panel(found, labels, order)
    left = 0.15 + lettering.widest(names, style.TINY)
    height = HEAD + CURVE + 0.35 + ROW * len(names)
    figure = style.blank(style.WIDTH, height)
    wide = (style.WIDTH - left - 0.12) / style.WIDTH
    above = figure.add_axes(
        (left / style.WIDTH, (height - HEAD - CURVE) / height, wide, CURVE / height),
    )
    below = figure.add_axes((left / style.WIDTH, 0.05 / height, wide, ROW * len(names) / height))
    _curve(above, found, order)
    _mark(above, int(np.flatnonzero(order == 0)[0]), found)
    _strips(below, names, shares)
    return figure


def _curve(axes: Axes, found: Curve, order: Integers) -> None:
    x = np.unique(np.linspace(0, len(order) - 1, DRAWN).round().astype(int))
    estimate, low, high = (
        found.estimates.column(name)[order[x]] for name in ("estimate", "conf_low", "conf_high")
    )
    axes.fill_between(x, low, high, color=style.BANDS[0], linewidth=0, zorder=1)
    axes.plot(x, estimate, color=style.colour(0), linewidth=1.2, zorder=3)
    axes.axhline(0, color=style.SOFT, linewidth=0.8, zorder=2)
    axes.set_xlim(-0.5, len(order) - 0.5)
    axes.yaxis.set_major_formatter(charts.Ticks())
    axes.xaxis.set_major_formatter(charts.Ticks())
    axes.annotate(
        f"coefficient and 95 percent interval of {len(order):,} specifications, in order",
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 5),
        textcoords="offset points",
        color=style.SOFT,
        fontsize=style.TINY,
    )


def _mark(axes: Axes, place: int, found: Curve) -> None:
    """The specification that is reported."""
    height = found.reported("estimate")
    axes.plot([place], [height], marker="o", markersize=5, color=style.RED, zorder=4)
    side, shift = ("right", -6) if place > len(found) / 2 else ("left", 6)
    axes.annotate(
        "reported",
        (place, height),
        xytext=(shift, 5),
        textcoords="offset points",
        ha=side,
        color=style.RED,
        fontsize=style.TINY,
    )


def _panel(found: Curve, labels: Mapping[str, str], order: Integers) -> tuple[list[str], Floats]:
    """Names of the alternatives, and how many of each strip of neighbours have each, as a share."""
    strip = np.empty(len(order), dtype=np.int64)
    strip[order] = np.arange(len(order)) * min(STRIPS, len(order)) // len(order)
    size, numbers = np.bincount(strip), found.estimates.column("number")
    names, shares = [], []
    for factor in factors(found.universe):
        codes = factor.codes(numbers)
        for code in np.unique(codes) if factor.control is None else [1]:
            names.append(_name(labels, factor, int(code)))
            shares.append(np.bincount(strip, codes == code) / size)
    return names, np.array(shares)


def _name(labels: Mapping[str, str], factor: Factor, code: int) -> str:
    """A control that is in, or an alternative, with its choice before it where there is room."""
    choice, word = worded(labels, factor.name), worded(labels, *factor.labels[code])
    both = choice if factor.control is not None else f"{choice}: {word}"
    return both if len(both) <= LONGEST else word


def _strips(axes: Axes, names: list[str], shares: Floats) -> None:
    rows, strips = shares.shape
    shade = LinearSegmentedColormap.from_list("share", ["#ffffff", style.colour(0)])
    edges = np.arange(strips + 1) - 0.5
    for row, share in enumerate(shares):
        ends = np.array([rows - row - 0.9, rows - row - 0.1])
        axes.pcolormesh(edges, ends, share[None], cmap=shade, vmin=0, vmax=1, linewidth=0)
    axes.set_xlim(-0.5, strips - 0.5)
    axes.set_ylim(0, rows)
    axes.set_yticks(rows - 0.5 - np.arange(rows), names)
    axes.tick_params(axis="y", labelsize=style.TINY)
    axes.set_xticks([])
    axes.grid(False)
