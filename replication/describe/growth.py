"""Growth and size: changes, multiples of every base period, sums, totals implied by a part and its share.

Every measure takes a table with one row a figure and the names of three of its columns: `group` (the
series), `period` ("1985", "1985Q1" or "1985-01") and `value`. It returns rows group, period, value.
Printed figures are rounded; a measure that ends in `_interval`, and `implied_total` and `quotients`, say
between which figures the answer can lie: each figure stands for all that round to it. A bound that needs
a figure below zero, a divisor at zero or below, or a figure that is not known, is missing.

Parameters
----------
lag : int
    Periods back to the figure that is compared with, 1 for the one before.
end : str
    Period of the last figure; the last of the table if it is empty.
low : str
    Column of the lower bounds of the figures.
high : str
    Column of the upper bounds of the figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.describe.series import (
    by_name,
    divide,
    of_every_period,
    of_series,
    ordinal,
    over,
    per_year,
    summary,
    tidy,
    wide,
)
from replication.errors import StudyError, one_of
from replication.language.functions import Floats

BOUNDS = ("low", "point", "high")


@of_every_period
def difference(frame: pd.DataFrame, *, lag: int = 1) -> pd.DataFrame:
    """x_t - x_(t - lag), in the unit of the figures; missing where the earlier period is."""
    return tidy(frame - frame.shift(_at_least_one("lag", lag)))


@of_every_period
def percent_change(frame: pd.DataFrame, *, lag: int = 1) -> pd.DataFrame:
    """100 (x_t / x_(t - lag) - 1); missing where the earlier period is, or is zero."""
    return tidy(100 * (_over(frame, frame.shift(_at_least_one("lag", lag))) - 1))


@of_series
def annual_growth(frame: pd.DataFrame) -> pd.DataFrame:
    """Compound growth in percent a year from each known figure to the next known one of the series.

    100 ((x_t / x_s)^(1 / years from s to t) - 1); the period is "s/t". Missing unless both are above zero.
    """
    rows = [_growth(frame[name].dropna()).to_frame(name) for name in frame.columns]
    return pd.concat([tidy(row) for row in rows], ignore_index=True)


@of_series
def index_to(frame: pd.DataFrame, *, base: str) -> pd.DataFrame:
    """100 x_t / x_base for every period.

    Parameters
    ----------
    base : str
        Period that is set to 100.
    """
    return tidy(100 * _over(frame, _row(frame, "base", base)))


@of_series
def multiple(frame: pd.DataFrame, *, end: str = "") -> pd.DataFrame:
    """x_end / x_base for every earlier base, so that no base is chosen; the period is the base.

    `end` is the last period of the table unless named.
    """
    last, bases = _end_and_bases(frame, end)
    return tidy(_times(last, bases))


@of_series
def multiple_interval(frame: pd.DataFrame, *, step: float, end: str = "") -> pd.DataFrame:
    """`multiple` of one series with its bounds: low, point and high are the groups, the base the period.

    `step` is the unit of the last printed digit (0.1 for 7.8): x stands for x - step/2 to x + step/2.

    Parameters
    ----------
    step : float
        Unit of the last printed digit, 0.1 for a figure such as 7.8.
    """
    last, bases = _end_and_bases(frame, end)
    name, _ = _only(frame), _positive("step", step)
    ends = pd.Series(last[name], index=bases.index)
    return _bounded(bases.index, quotient_bounds(rounded(ends, step), rounded(bases[name], step)))


@of_series
def bases_reaching(frame: pd.DataFrame, *, times: float, end: str = "") -> pd.DataFrame:
    """How many earlier base periods make x_end at least `times` x_base; a missing base is not counted.

    Parameters
    ----------
    times : float
        The multiple that is to be reached.
    """
    last, bases = _end_and_bases(frame, end)
    return summary(bases, dict((_times(last, bases) >= times).sum()))


@of_series
def bases_known(frame: pd.DataFrame, *, end: str = "") -> pd.DataFrame:
    """How many earlier base periods have a multiple at all."""
    last, bases = _end_and_bases(frame, end)
    return summary(bases, dict(_times(last, bases).notna().sum()))


@of_series
def end_minus_start(frame: pd.DataFrame) -> pd.DataFrame:
    """Last less first known figure of each series; the period is "first/last", each series' own."""
    known = {name: frame[name].dropna() for name in frame.columns}
    rows = [
        summary(x.to_frame(), {name: x.iloc[-1] - x.iloc[0] if len(x) else np.nan})
        for name, x in known.items()
    ]
    return pd.concat(rows, ignore_index=True)


def bounded(
    table: pd.DataFrame,
    *,
    low: str = "low",
    high: str = "high",
    group: str = "series",
    period: str = "year",
    value: str = "value",
) -> dict[str, pd.DataFrame]:
    """`wide` of the figures, the group "point", and of the columns of their bounds, low and high."""
    names = {"low": low, "point": value, "high": high}
    return {bound: wide(table, group=group, period=period, value=column) for bound, column in names.items()}


@over(bounded)
def end_over_start_interval(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Last over first figure of each series with the bounds that columns `low` and `high` give to both.

    The periods are low, point and high; low = low_last / high_first, high = high_last / low_first.
    """
    rows = []
    for name in frames["point"].columns:
        known = frames["point"][name].dropna().index
        if len(known):
            last, first = (np.array([frames[b].loc[known[end], name] for b in BOUNDS]) for end in (-1, 0))
            rows.append(_between(name, last, first))
    return pd.concat(rows, ignore_index=True) if rows else tidy(pd.DataFrame())


def quotients(
    table: pd.DataFrame,
    *,
    pairs: dict[str, str],
    scale: float = 1.0,
    key: str = "id",
    value: str = "value",
    low: str = "low",
    high: str = "high",
) -> pd.DataFrame:
    """Named quotients of single figures, `scale` times one over the other, with bounds.

    The groups are the labels, the periods low, point and high; low = scale low_above / high_below.

    Parameters
    ----------
    pairs : dict
        Label of the quotient to "numerator / denominator", two entries of the column `key`.
    scale : float
        Factor of every quotient: 100 for percent, or for a total from a part and its share in percent.
    key : str
        Column of the names of the entries, each once.
    """
    for name in (key, value, low, high):
        if name not in table.columns:
            raise StudyError(one_of("column", name, table.columns))
    rows = table.set_index(key)[[low, value, high]].set_axis(BOUNDS, axis=1)
    if not rows.index.is_unique:
        raise StudyError(
            f"column {key!r} has {rows.index[rows.index.duplicated()][0]!r} twice; a key is unique"
        )
    made = [_pair(rows, label, text, scale) for label, text in pairs.items()]
    return pd.concat(made, ignore_index=True) if made else tidy(pd.DataFrame())


@over(bounded)
def sum_interval(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Sum of all series in each period, between the sums of the columns `low` and `high`.

    Missing where one of them is; the groups are the bounds.
    """
    return tidy(pd.DataFrame({bound: frame.sum(axis=1, skipna=False) for bound, frame in frames.items()}))


@of_every_period
def sum_over(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum of each series over all periods, the period "first/last"; missing where one of them is."""
    return summary(frame, dict(frame.sum(skipna=False)))


def implied_total(
    table: pd.DataFrame,
    *,
    part: str,
    share: str,
    part_step: float,
    share_step: float,
    group: str = "series",
    period: str = "year",
) -> pd.DataFrame:
    """The total of which `part` is `share` percent: 100 part / share, with its bounds, for one series.

    With a printed to a step and s to its own, the total lies between 100 (a - h) / (s + k) and
    100 (a + h) / (s - k), h and k half the steps. Low, point and high are the groups.

    Parameters
    ----------
    part : str
        Column of the figures of the part.
    share : str
        Column of the part's share in the total, in percent.
    part_step : float
        Unit of the last printed digit of the part, in the unit of its figures.
    share_step : float
        Unit of the last printed digit of the share, in percent.
    """
    above = wide(table, group=group, period=period, value=part)
    name = _only(above)
    below = wide(table, group=group, period=period, value=share)[name]
    figures = rounded(above[name], _positive("part_step", part_step))
    return _bounded(
        above.index, 100 * quotient_bounds(figures, rounded(below, _positive("share_step", share_step)))
    )


def quotient_bounds(above: Floats, below: Floats) -> Floats:
    """Low, point and high of a quotient, shape (3, n), from those of its two figures, each (3, n).

    low = low_above / high_below, high = high_above / low_below; exact for figures above zero, else missing.
    """
    divisor = below[::-1]
    known = (above >= 0) & (divisor > 0)
    return np.divide(above, divisor, out=np.full(above.shape, np.nan), where=known)


def rounded(figures: pd.Series, step: float) -> Floats:
    """Low, point and high, shape (3, n), of figures that are printed to a step: x - step/2, x, x + step/2."""
    x = figures.to_numpy(dtype="float64")
    return np.array([x - step / 2, x, x + step / 2])


def _bounded(periods: pd.Index, bounds: Floats) -> pd.DataFrame:
    return tidy(pd.DataFrame(bounds.T, index=periods, columns=list(BOUNDS)))


def _pair(rows: pd.DataFrame, label: str, text: str, scale: float) -> pd.DataFrame:
    names = [name.strip() for name in text.split("/")]
    if len(names) != 2:
        raise StudyError(f"pairs: {label} is {text!r}; allowed: 'numerator / denominator'")
    for name in names:
        if name not in rows.index:
            raise StudyError(f"pairs: {label}: {one_of('entry', name, rows.index)}")
    above, below = (rows.loc[name].to_numpy(dtype="float64", na_value=np.nan) for name in names)
    return _between(label, scale * above, below)


def _between(label: str, above: Floats, below: Floats) -> pd.DataFrame:
    """Rows low, point, high of one quotient."""
    return tidy(
        pd.DataFrame({label: quotient_bounds(above[:, None], below[:, None])[:, 0]}, index=list(BOUNDS))
    )


def _growth(known: pd.Series) -> pd.Series:
    places = known.index
    years = np.diff([ordinal(label) for label in places]) / per_year(places) if len(places) else np.array([])
    ratio = divide(known.where(known > 0), known.where(known > 0).shift()).to_numpy()[1:]
    labels = [f"{a}/{b}" for a, b in zip(places[:-1], places[1:], strict=True)]
    return pd.Series(100 * (ratio ** (1 / years) - 1), index=labels, dtype="float64")


def _over(frame: pd.DataFrame, below: pd.DataFrame | pd.Series) -> pd.DataFrame:
    return frame / below.replace(0, np.nan)


def _times(last: pd.Series, bases: pd.DataFrame) -> pd.DataFrame:
    """The last row over every row; missing, not infinite, where a base is zero."""
    return bases.where(bases != 0).rtruediv(last, axis="columns")


def _row(frame: pd.DataFrame, what: str, name: str) -> pd.Series:
    if name not in frame.index:
        raise StudyError(one_of(what, name, frame.index))
    return frame.T[name]


def _end_and_bases(frame: pd.DataFrame, end: str) -> tuple[pd.Series, pd.DataFrame]:
    if frame.empty:
        raise StudyError("no figures are left for a multiple; look at 'where'")
    last = end or str(frame.index[-1])
    return _row(frame, "end", last), frame[frame.index < last]


def _only(frame: pd.DataFrame) -> str:
    if frame.shape[1] != 1:
        raise StudyError(
            f"an interval is for one series, found {frame.shape[1]}; narrow the rows with 'where'"
        )
    return str(frame.columns[0])


def _positive(what: str, number: float) -> float:
    if not number > 0 or not np.isfinite(number):
        raise StudyError(f"{what} is {number:g}; allowed: a number above 0")
    return number


def _at_least_one(what: str, number: int) -> int:
    if number < 1:
        raise StudyError(f"{what} is {number}; allowed: 1 or more")
    return number


MEASURES = by_name(
    difference,
    percent_change,
    annual_growth,
    index_to,
    multiple,
    multiple_interval,
    bases_reaching,
    bases_known,
    end_minus_start,
    end_over_start_interval,
    quotients,
    sum_interval,
    sum_over,
    implied_total,
)
