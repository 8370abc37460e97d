"""Portfolios by instrument: shares, the distance between two of them, its trend, convergence with a lag.

A portfolio is a list of shares over instruments. Shares are taken within the rows of one portfolio and
period, so amounts in any currency and percents serve alike.

Parameters
----------
first : str
    One of the two portfolios, by its name in the column `portfolio`.
second : str
    The other of the two portfolios, by its name in the column `portfolio`.
at : str
    Period at which the second portfolio is held; each period has its own if it is empty.
leader : str
    Portfolio whose path is looked at, by its name.
follower : str
    Portfolio that is held against the path of the leader, by its name.
longest : int
    Longest lag that is tried, in years.
distance : str
    Half the sum of absolute differences, the Euclidean distance over the square root of two, or that of
    Hellinger.
portfolio : str
    Column of the names of the portfolios.
instrument : str
    Column of the instruments over which shares are taken.
value : str
    Column of the amounts, in any unit that all rows of one portfolio and period share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from replication.describe.series import by_name, choose, over, span, tidy, wide
from replication.errors import StudyError, one_of


def half_absolute(a: np.ndarray, b: np.ndarray) -> float:
    """Half the sum of absolute differences: the part of one portfolio to be moved to make the other."""
    return float(np.abs(a - b).sum() / 2)


def euclidean(a: np.ndarray, b: np.ndarray) -> float:
    """Euclidean distance over the square root of two, its largest value between portfolios."""
    return float(np.sqrt(((a - b) ** 2).sum() / 2))


def hellinger(a: np.ndarray, b: np.ndarray) -> float:
    """Hellinger distance, the square root of half the sum of (sqrt(a) - sqrt(b)) squared."""
    return float(np.sqrt(((np.sqrt(a) - np.sqrt(b)) ** 2).sum() / 2))


Distance = Literal["half_absolute", "euclidean", "hellinger"]
DISTANCES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "half_absolute": half_absolute,
    "euclidean": euclidean,
    "hellinger": hellinger,
}


def portfolio_shares(
    table: pd.DataFrame, *, instrument: str = "instrument", period: str = "year", value: str = "value"
) -> pd.DataFrame:
    """Percent of each instrument in the portfolio of its period, 100 value / sum of values."""
    frame = wide(table, group=instrument, period=period, value=value)
    return tidy(100 * _normalised(frame))


Portfolios = Callable[[str], pd.DataFrame]


def portfolios(
    table: pd.DataFrame,
    *,
    portfolio: str = "portfolio",
    instrument: str = "instrument",
    period: str = "year",
    value: str = "value",
) -> Portfolios:
    """The shares of a portfolio by its name: one column an instrument, one row a period that sums to one."""

    def shares(name: str) -> pd.DataFrame:
        """Of one portfolio, or a StudyError that names those there are."""
        rows = table[table[choose("column", portfolio, table.columns)] == name]
        if rows.empty:
            raise StudyError(one_of("portfolio", name, table[portfolio].unique()))
        return _normalised(wide(rows, group=instrument, period=period, value=value))

    return shares


of_portfolios = over(portfolios)


@of_portfolios
def portfolio_distance(
    shares: Portfolios, *, first: str, second: str, distance: Distance = "half_absolute", at: str = ""
) -> pd.DataFrame:
    """Distance between two portfolios in each period that both have, from 0 (equal) to 1 (nothing common).

    With `at`, the second portfolio is held at that period. Distances: half_absolute, euclidean (over the
    square root of two), hellinger.
    """
    return tidy(
        _distances(*_held(shares(first), shares(second), at), distance).to_frame(f"{first} / {second}")
    )


@of_portfolios
def distance_trend(
    shares: Portfolios, *, first: str, second: str, distance: Distance = "half_absolute", at: str = ""
) -> pd.DataFrame:
    """Least-squares slope of the distance on the year, a year; below zero is convergence.

    Missing with fewer than two periods. Two periods give their difference over the years between.
    """
    path = _distances(*_held(shares(first), shares(second), at), distance).dropna()
    slope = np.polyfit(_years(path.index), path.to_numpy(), 1)[0] if len(path) > 1 else np.nan
    return tidy(pd.DataFrame({f"{first} / {second}": [slope]}, index=[span(path.index)]))


@of_portfolios
def convergence_lag(
    shares: Portfolios, *, leader: str, follower: str, longest: int, distance: Distance = "half_absolute"
) -> pd.DataFrame:
    """The lag at which the follower is nearest to the leader's path: staggered movement down one path.

    Rows: lag (the k that minimises the mean distance, the smallest of equals), distance (that mean) and
    pairs (how many pairs of portfolios it rests on). The lag is missing when no pair exists.
    """
    ahead, behind = shares(leader), shares(follower)
    means, pairs = _lags(ahead, behind, longest, distance)
    known = np.flatnonzero(~np.isnan(means))
    best = int(known[np.argmin(means[known])]) if len(known) else None
    row = (np.nan, np.nan, 0) if best is None else (best, means[best], pairs[best])
    years = ahead.index.union(behind.index)
    return tidy(pd.DataFrame([row], columns=["lag", "distance", "pairs"], index=[span(years)]))


def _normalised(frame: pd.DataFrame) -> pd.DataFrame:
    if (frame < 0).any(axis=None):
        raise StudyError("a portfolio holds a negative amount; shares need amounts of zero or more")
    total = frame.sum(axis=1, skipna=False)
    return frame.div(total.where(total > 0), axis=0)


def _held(a: pd.DataFrame, b: pd.DataFrame, at: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two portfolios in their common periods, or the second at one period beside all of the first."""
    if set(a.columns) != set(b.columns):
        wrong = ", ".join(sorted(set(a.columns) ^ set(b.columns)))
        raise StudyError(f"the two portfolios do not hold the same instruments; only one has {wrong}")
    if not at:
        common = a.index.intersection(b.index)
        return a.loc[common], b.loc[common, a.columns]
    if at not in b.index:
        raise StudyError(one_of("period", at, b.index))
    fixed = np.tile(b.loc[at][a.columns], (len(a), 1))
    return a, pd.DataFrame(fixed, index=a.index, columns=a.columns)


def _distances(a: pd.DataFrame, b: pd.DataFrame, distance: Distance) -> pd.Series:
    measure = DISTANCES[choose("distance", distance, DISTANCES)]
    pairs = zip(a.to_numpy(), b.to_numpy(), strict=True)
    return pd.Series([measure(*pair) for pair in pairs], index=a.index, dtype="float64")


def _lags(
    ahead: pd.DataFrame, behind: pd.DataFrame, longest: int, distance: Distance
) -> tuple[np.ndarray, np.ndarray]:
    """Mean distance and number of pairs for each lag from 0 to `longest` years."""
    if longest < 0:
        raise StudyError(f"longest is {longest}; allowed: 0 or more years")
    means, pairs = np.full(longest + 1, np.nan), np.zeros(longest + 1, dtype="int64")
    years = _years(ahead.index)
    for lag in range(longest + 1):
        later = ahead.set_axis([str(year + lag) for year in years])
        path = _distances(*_held(behind, later, ""), distance).dropna()
        pairs[lag] = len(path)
        means[lag] = path.mean() if len(path) else np.nan
    return means, pairs


def _years(periods: pd.Index) -> np.ndarray:
    if not all(str(label).isdigit() for label in periods):
        raise StudyError("the trend and the lag of a distance are in years; the period must be a year")
    return np.array([int(label) for label in periods])


MEASURES = by_name(portfolio_shares, portfolio_distance, distance_trend, convergence_lag)
