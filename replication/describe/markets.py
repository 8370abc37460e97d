"""Prices: volatility, drawdown, and the alignment of series in event time at their peaks.

Tables and column names as in `flows`. Changes are log changes in percent, 100 log(p_t / p_(t-1)), between
neighbouring periods only: a period that the table skips makes no change across the gap.

Parameters
----------
first : str
    One of the two series.
second : str
    The other of the two series.
before : int
    Periods that are shown ahead of the peak.
after : int
    Periods that are shown past the peak.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.describe.series import (
    by_name,
    of_every_period,
    of_series,
    over,
    pick,
    summaries,
    summary,
    tidy,
    without_gaps,
)
from replication.errors import StudyError


def prices(
    table: pd.DataFrame, *, group: str = "series", period: str = "year", value: str = "value"
) -> pd.DataFrame:
    """One column a series of prices, one row a period without gaps; a StudyError if one is not above zero."""
    frame = without_gaps(table, group=group, period=period, value=value)
    if (frame <= 0).any(axis=None):
        raise StudyError(f"column {value!r} holds figures of zero or less; prices are above zero")
    return frame


of_prices = over(prices)


@of_prices
def volatility(frame: pd.DataFrame) -> pd.DataFrame:
    """Standard deviation (divisor n - 1) of the log changes of all periods given, in percent a period."""
    return summaries(frame, dict(_changes(frame).std(ddof=1)))


@of_prices
def rolling_volatility(frame: pd.DataFrame, *, window: int) -> pd.DataFrame:
    """Standard deviation (divisor n - 1) of the `window` log changes that end in each period, in percent.

    Parameters
    ----------
    window : int
        Log changes behind each standard deviation, the last one included.
    """
    if window < 2:
        raise StudyError(f"window is {window}; allowed: 2 or more changes")
    changes = _changes(frame).iloc[1:]
    if len(changes) < window:
        raise StudyError(f"window is {window}, but the table holds {len(changes)} changes")
    # each window by itself: pandas' running variance carries rounding from one window to the next
    blocks = np.lib.stride_tricks.sliding_window_view(changes.to_numpy(), window, axis=0)
    spread = blocks.std(axis=-1, ddof=1)
    return tidy(pd.DataFrame(spread, index=changes.index[window - 1 :], columns=changes.columns))


@of_series
def peak(frame: pd.DataFrame) -> pd.DataFrame:
    """Highest figure of each series, at the first period that has it."""
    rows = [(name, _peak(frame[name]), frame[name].max()) for name in frame.columns]
    return pd.DataFrame(rows, columns=["group", "period", "value"]).astype({"group": "str", "period": "str"})


@of_series
def drawdown(frame: pd.DataFrame) -> pd.DataFrame:
    """Fall from the highest figure so far, 100 (p_t / max(p_1 .. p_t) - 1), in percent; zero at a peak."""
    return tidy(100 * (frame / frame.cummax() - 1))


@of_prices
def event_time(frame: pd.DataFrame, *, before: int, after: int) -> pd.DataFrame:
    """Each series with its peak as 100 at time 0, from `before` periods earlier to `after` later.

    The period of a row is the number of periods from the series' own peak; missing beyond its ends.
    """
    return tidy(100 * _aligned(frame, before, after))


@of_prices
def event_correlation(
    frame: pd.DataFrame, *, first: str, second: str, before: int, after: int
) -> pd.DataFrame:
    """Pearson correlation of two series aligned at their peaks: of levels, and of log changes.

    Levels of two rising series correlate whatever moves them; the row of the changes is the test.
    """
    aligned = _aligned(_pair(frame, first, second), before, after)
    return summary(aligned, _correlations(aligned, aligned.apply(np.log).diff()))


@of_every_period
def correlation(frame: pd.DataFrame, *, first: str, second: str) -> pd.DataFrame:
    """Pearson correlation of two series over the periods that both have: of levels, and of differences."""
    pair = _pair(frame, first, second)
    return summary(pair.dropna(), _correlations(pair, pair.diff()))


def _pair(frame: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    if first == second:
        raise StudyError(f"first and second are both {first!r}; a correlation needs two series")
    return pd.DataFrame({name: pick(frame, name) for name in (first, second)})


def _changes(frame: pd.DataFrame) -> pd.DataFrame:
    return 100 * frame.apply(np.log).diff()


def _peak(prices: pd.Series) -> str:
    return str(prices.idxmax()) if prices.notna().any() else ""


def _aligned(frame: pd.DataFrame, before: int, after: int) -> pd.DataFrame:
    """Each series over its peak, on the periods counted from it."""
    if before < 0 or after < 0:
        raise StudyError(f"before and after are {before} and {after}; allowed: 0 or more periods")
    steps, columns = range(-before, after + 1), {}
    for name in frame.columns:
        prices = frame[name].reset_index(drop=True)
        if prices.notna().any():
            around = prices.set_axis(prices.index - int(np.nanargmax(prices.to_numpy(dtype=float))))
            columns[name] = around.reindex(steps) / prices.max()
    return pd.DataFrame(columns, index=steps)


def _correlations(levels: pd.DataFrame, changes: pd.DataFrame) -> dict[str, float]:
    return {"levels": _pearson(levels), "changes": _pearson(changes)}


def _pearson(pair: pd.DataFrame) -> float:
    known = pair.dropna().to_numpy()
    if len(known) < 2 or (np.ptp(known, axis=0) == 0).any():
        return float("nan")
    return float(np.corrcoef(known, rowvar=False)[0, 1])


MEASURES = by_name(volatility, rolling_volatility, peak, drawdown, event_time, event_correlation, correlation)
