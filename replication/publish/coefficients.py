"""Coefficients with their intervals: one row a term, one mark a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from replication.publish import style
from replication.publish.charts import label_rows, legend


def coefficients(axes: Axes, records: pd.DataFrame, row: str, mark: str, words: Mapping[str, str]) -> int:
    """Point and 95 percent interval of every record; returns the rows of names above the plot.

    Parameters
    ----------
    records : columns result, term, estimate, conf_low, conf_high
    row, mark : "term" and "result", or the other way round: what makes a row, what makes a colour
    words : printed words of terms and models
    """
    rows, marks = (list(dict.fromkeys(records[name])) for name in (row, mark))
    for place, name in enumerate(marks):
        mine = records[records[mark] == name]
        offset = 0.5 * (place - (len(marks) - 1) / 2) / max(len(marks), 2) * 1.4
        heights = np.array([-rows.index(key) - offset for key in mine[row]])
        _points(axes, mine, heights, place, words.get(name, name))
    label_rows(axes, -np.arange(len(rows), dtype=float), [words.get(key, key) for key in rows])
    axes.axvline(0, color=style.SOFT, linewidth=0.8, zorder=2)
    return legend(axes, [words.get(key, key) for key in marks])


def _points(axes: Axes, records: pd.DataFrame, heights: np.ndarray, place: int, label: str) -> None:
    colour = style.colour(place)
    bounds = records[["conf_low", "conf_high"]].to_numpy(dtype=float)
    axes.hlines(heights, bounds[:, 0], bounds[:, 1], color=colour, linewidth=1.3, zorder=3)
    look: dict[str, Any] = {
        "marker": style.MARKERS[place % len(style.MARKERS)],
        "markersize": 4.8,
        "linestyle": "none",
    }
    points = records["estimate"].to_numpy(dtype=float)
    axes.plot(
        points,
        heights,
        color=colour,
        markeredgecolor="white",
        markeredgewidth=0.5,
        label=label,
        zorder=4,
        **look,
    )
