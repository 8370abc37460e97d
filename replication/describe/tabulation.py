"""What a panel holds: totals, means and spread, correlations, and who is in a sample for want of what.

Columns may be any expression of the study language, lags included where `entity` and `time` are named.

Parameters
----------
columns : list of str
    What is described: columns, or expressions of the study language.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.typing import SeriesGroupBy

from replication.describe.series import by_name, choose, over, tidy
from replication.errors import StudyError, one_of
from replication.language.evaluate import Rows, condition, evaluate_numbers
from replication.language.functions import Floats
from replication.language.syntax import parse


def panel_rows(table: pd.DataFrame, entity: str, time: str) -> Rows:
    """The table as expressions see it, a panel if `entity` and `time` are named."""
    for name in (entity, time):
        if name and name not in table.columns:
            raise StudyError(one_of("column", name, table.columns))
    if not entity or not time:
        return Rows(table)
    return Rows(table, pd.factorize(table[entity])[0].astype(np.int64), table[time].to_numpy(dtype=np.int64))


def columns_of(rows: Rows, columns: list[str], where: str = "") -> Floats:
    """(n, k) values of expressions on the rows for which `where` is true, NaN where missing or undefined."""
    values = np.column_stack([evaluate_numbers(parse(text), rows) for text in columns])
    inside = condition(where, rows) if where else np.ones(len(values), dtype=bool)
    return np.where(np.isfinite(values), values, np.nan)[inside]


def grouped(
    table: pd.DataFrame, *, group: str = "series", period: str = "year", value: str = "value"
) -> SeriesGroupBy:
    """The figures by series and period, of which several rows may have the same."""
    for name in (group, period, value):
        choose("column", name, table.columns)
    keys = [table[group].astype("str").rename("group"), table[period].astype("str").rename("period")]
    return table[value].astype(float).groupby(keys)


@over(grouped)
def totals(figures: SeriesGroupBy) -> pd.DataFrame:
    """Sum of the known figures of each group and period, over all rows that share them; missing if none."""
    return figures.sum(min_count=1).rename("value").reset_index()


@over(grouped)
def counts(figures: SeriesGroupBy) -> pd.DataFrame:
    """How many known figures each group has in each period: those that `totals` adds up."""
    return figures.count().astype(float).rename("value").reset_index()


def summary_statistics(
    table: pd.DataFrame, *, columns: list[str], where: str = "", entity: str = "", time: str = ""
) -> pd.DataFrame:
    """Rows, mean, standard deviation (divisor n - 1), least, median and largest known value of columns."""
    values = columns_of(panel_rows(table, entity, time), columns, where)
    frame = pd.DataFrame(values, columns=columns)
    found = {
        "rows": frame.count(),
        "mean": frame.mean(),
        "standard deviation": frame.std(ddof=1),
        "least": frame.min(),
        "median": frame.median(),
        "largest": frame.max(),
    }
    return tidy(pd.DataFrame(found).T)


def correlations(
    table: pd.DataFrame, *, columns: list[str], where: str = "", entity: str = "", time: str = ""
) -> pd.DataFrame:
    """Pearson correlations between columns over the rows that know all of them; below the diagonal once."""
    values = columns_of(panel_rows(table, entity, time), columns, where)
    known = values[~np.isnan(values).any(axis=1)]
    if len(known) < 2 or (np.ptp(known, axis=0) == 0).any():
        raise StudyError(f"{len(known)} rows know all columns, or one of them never moves")
    matrix = np.asarray(np.corrcoef(known, rowvar=False))
    matrix[np.triu_indices(len(columns), 1)] = np.nan
    return tidy(pd.DataFrame(matrix, index=columns, columns=columns).T).dropna(ignore_index=True)


def coverage(
    table: pd.DataFrame, *, columns: list[str], entity: str, time: str, where: str = ""
) -> pd.DataFrame:
    """Who is in a sample, in which periods, and who is out for want of what.

    For each entity: how many rows know every column, the first and the last of them, and for each column how
    many rows it is the first to be missing in, in the order of `columns`; a column that is never the first
    to be missing is left out.
    """
    rows = panel_rows(table, entity, time)
    inside = condition(where, rows) if where else np.ones(len(table), dtype=bool)
    missing = np.isnan(columns_of(rows, columns))
    first = np.where(missing.any(axis=1), missing.argmax(axis=1), -1)
    found = {}
    for name, mine in table[inside].groupby(entity, sort=False).groups.items():
        causes, periods = first[mine], table.loc[mine, time].to_numpy()
        used = periods[causes == -1]
        ends = [used.min(), used.max()] if len(used) else [np.nan, np.nan]
        wanting = np.bincount(causes[causes >= 0], minlength=len(columns))
        found[str(name)] = [len(used), *ends, *wanting]
    frame = pd.DataFrame(found, index=["rows used", "first", "last", *columns])
    wanted = (frame.index.isin(["rows used", "first", "last"])) | (frame > 0).any(axis=1)
    return tidy(frame[wanted])


MEASURES = by_name(totals, counts, summary_statistics, correlations, coverage)
