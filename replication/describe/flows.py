"""Flows and stocks of money: levels, shares, ratios, exceedances of a threshold, sums over a year.

Every measure takes a table with one row a figure and the names of three of its columns: `group` (the
series), `period` ("1985", "1985Q1" or "1985-01") and `value`. It returns rows group, period, value.

Parameters
----------
threshold : float
    Bound that a period must lie strictly beyond, in the unit of the figures.
side : str
    Whether periods above the threshold count, or those below it.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from replication.describe.series import (
    by_name,
    choose,
    divide,
    of_every_period,
    of_series,
    per_year,
    pick,
    summaries,
    summary,
    tidy,
)
from replication.errors import StudyError

Side = Literal["above", "below"]


@of_series
def levels(frame: pd.DataFrame, *, only: list[str] | None = None, scale: float = 1.0) -> pd.DataFrame:
    """The figures themselves times `scale` (0.001 for thousands, -1 to turn purchases into sales).

    `only` names the series wanted, in the order to show them; all of them without it.

    Parameters
    ----------
    only : list of str
        Series that are shown, in this order; all of them if it is left out.
    scale : float
        Factor by which every figure is multiplied, such as 0.001 for thousands.
    """
    wanted = {name: pick(frame, name) for name in only} if only else frame
    return tidy(scale * pd.DataFrame(wanted))


@of_series
def share(frame: pd.DataFrame, *, part: str, whole: str = "") -> pd.DataFrame:
    """Percent of `part` in `whole`, 100 part / whole; without `whole`, in the sum of all series.

    A period in which a series of the sum is missing has no share.

    Parameters
    ----------
    part : str
        Series whose share is taken.
    whole : str
        Series that is the whole; if it is empty, the sum of all series.
    """
    total = pick(frame, whole) if whole else frame.sum(axis=1, skipna=False)
    return tidy((100 * divide(pick(frame, part), total)).to_frame(part))


@of_series
def ratio(frame: pd.DataFrame, *, numerator: str, denominator: str) -> pd.DataFrame:
    """One series over another, numerator / denominator, in each period.

    Parameters
    ----------
    numerator : str
        Series that stands above the line.
    denominator : str
        Series that stands below the line.
    """
    quotient = divide(pick(frame, numerator), pick(frame, denominator))
    return tidy(quotient.to_frame(f"{numerator} / {denominator}"))


@of_series
def end_over_start(frame: pd.DataFrame) -> pd.DataFrame:
    """Last over first figure of each series; the period is "first/last", each series' own."""
    known = {name: frame[name].dropna().to_numpy() for name in frame.columns}
    return summaries(
        frame, {name: x[-1] / x[0] if len(x) and x[0] != 0 else np.nan for name, x in known.items()}
    )


@of_every_period
def exceedances(frame: pd.DataFrame, *, threshold: float, side: Side = "above") -> pd.DataFrame:
    """How many periods lie strictly above (or, `side` "below", strictly below) the threshold."""
    return summaries(frame, dict(_beyond(frame, threshold, side).sum()))


@of_every_period
def exceedance_rate(frame: pd.DataFrame, *, threshold: float, side: Side = "above") -> pd.DataFrame:
    """Percent of the periods with a figure that lie strictly beyond the threshold."""
    known = frame.notna().sum()
    return summaries(frame, dict(100 * divide(_beyond(frame, threshold, side).sum(), known)))


@of_every_period
def longest_run(frame: pd.DataFrame, *, threshold: float, side: Side = "above") -> pd.DataFrame:
    """Most periods in a row strictly beyond the threshold; a missing period ends a run."""
    beyond = _beyond(frame, threshold, side)
    longest: dict[str, float] = {
        str(name): max((length for _, length in _runs(beyond[name])), default=0) for name in beyond
    }
    return summaries(frame, longest)


@of_every_period
def runs(frame: pd.DataFrame, *, threshold: float, side: Side = "above") -> pd.DataFrame:
    """Every run of periods strictly beyond the threshold: its first period, and its length as the value."""
    beyond = _beyond(frame, threshold, side)
    rows = [(name, start, float(length)) for name in beyond for start, length in _runs(beyond[name])]
    return pd.DataFrame(rows, columns=["group", "period", "value"]).astype(
        {"group": "str", "period": "str", "value": "float64"}
    )


@of_every_period
def trailing_sum(frame: pd.DataFrame, *, window: int = 12) -> pd.DataFrame:
    """Sum of the `window` periods that end in each period; missing until all of them are known.

    Parameters
    ----------
    window : int
        How many periods are added up, the last of them included.
    """
    if window < 1:
        raise StudyError(f"window is {window}; allowed: 1 or more")
    return tidy(_trailing(frame, window))


@of_series
def annualised(frame: pd.DataFrame) -> pd.DataFrame:
    """Each figure times the number of its periods in a year: 12 for months, 4 for quarters."""
    return tidy(frame * per_year(frame.index))


@of_every_period
def scale_readings(frame: pd.DataFrame, *, claimed: float, series: str) -> pd.DataFrame:
    """A claimed size over the largest absolute figure of `series`, read in three ways.

    The readings are the figure of one period, the sum of the year that ends in it, and the figure
    annualised. The reading whose quotient is nearest to one is the scale on which the claim and the
    series are of one size; a quotient far above one says that no such flow stands in the series.

    Parameters
    ----------
    claimed : float
        The size that the text claims, in the unit of the figures.
    series : str
        Series that the claim is held against.
    """
    one, count = pick(frame, series).to_frame(), per_year(frame.index)
    readings = {"one period": one, "sum of a year": _trailing(one, count), "annualised": one * count}
    largest = {name: float(reading[series].abs().max()) for name, reading in readings.items()}
    return summary(
        one.dropna(), {name: abs(claimed) / size if size else np.nan for name, size in largest.items()}
    )


def _trailing(frame: pd.DataFrame, window: int) -> pd.DataFrame:
    # summed window by window: a running sum would carry rounding from one period to the next
    return sum((frame.shift(step) for step in range(1, min(window, len(frame) + 1))), frame)


def _beyond(frame: pd.DataFrame, threshold: float, side: Side) -> pd.DataFrame:
    return frame > threshold if choose("side", side, get_args(Side)) == "above" else frame < threshold


def _runs(beyond: pd.Series) -> list[tuple[str, int]]:
    """First period and length of each unbroken run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], beyond.to_numpy(), [False]))))
    return [(str(beyond.index[a]), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


MEASURES = by_name(
    levels,
    share,
    ratio,
    end_over_start,
    exceedances,
    exceedance_rate,
    longest_run,
    runs,
    trailing_sum,
    annualised,
    scale_readings,
)
