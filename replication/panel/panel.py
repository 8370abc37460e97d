"""A table with one row an entity and period: reading it, and averaging it over blocks of periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import DataError, one_of
from replication.language.evaluate import Rows


@dataclass(frozen=True)
class Panel:
    """A table with one row an entity and period, sorted by both.

    Attributes
    ----------
    table : DataFrame of n rows
    entity_name, time_name : str
    entity : (n,) int array
        Codes in order of the sorted names.
    time : (n,) int array
        The period; consecutive periods differ by one.
    variables : mapping of str to str
        The study's named expressions.
    """

    table: pd.DataFrame
    entity_name: str
    time_name: str
    entity: NDArray[np.int64]
    time: NDArray[np.int64]
    variables: Mapping[str, str]

    def rows(self, sample: NDArray[np.bool_] | None = None) -> Rows:
        """The rows as expressions see them."""
        return Rows(self.table, self.entity, self.time, self.variables, sample)


def read_panel(
    table: pd.DataFrame, entity: str, time: str, variables: Mapping[str, str], origin: str
) -> Panel:
    """A table as a panel.

    Raises
    ------
    DataError
        Entity or time column missing, a time that is no whole number, a row twice, an infinite value.
    """
    for role, name in (("entity", entity), ("time", time)):
        if name not in table.columns:
            raise DataError(f"{origin}: {role} {one_of('column', name, table.columns)}")
    periods = _periods(table[time], origin)
    absent = table[entity].isna()
    if absent.any():
        raise DataError(f"{origin}, row {int(np.argmax(absent)) + 1}: {entity} is missing")
    table = table.assign(**{time: periods}).sort_values([entity, time], kind="stable")
    _refuse_infinite(table, origin)
    twice = table.duplicated([entity, time])
    if twice.any():
        row = table[twice].iloc[0]
        raise DataError(f"{origin}: two rows for {entity} {row[entity]}, {time} {row[time]}; allowed: one")
    table = table.reset_index(drop=True)
    codes = pd.factorize(table[entity])[0].astype(np.int64)
    return Panel(table, entity, time, codes, table[time].to_numpy(dtype=np.int64), variables)


def average_blocks(panel: Panel, years: int) -> Panel:
    """The panel with one row a block of `years` periods: means of the values that are present.

    Blocks begin where the period is a multiple of `years`; the time column holds the first period of the
    block, and a lag is the block before. A text that changes within a block is missing.
    """
    block = panel.time // years
    groups = panel.table.assign(**{panel.time_name: block * years}).groupby(
        [panel.entity_name, panel.time_name]
    )
    columns = {
        name: groups[name].mean()
        if pd.api.types.is_numeric_dtype(panel.table[name])
        else _constant(groups[name])
        for name in panel.table.columns
        if name not in (panel.entity_name, panel.time_name)
    }
    table = pd.DataFrame(columns).reset_index()
    codes = pd.factorize(table[panel.entity_name])[0].astype(np.int64)
    time = table[panel.time_name].to_numpy(dtype=np.int64) // years
    return replace(panel, table=table, entity=codes, time=time)


def _periods(values: pd.Series, origin: str) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    bad = numbers.isna() | ~np.isfinite(numbers.astype(float)) | (numbers % 1 != 0)
    text = not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))
    if bad.any() or (text and len(values)):
        row = int(np.argmax(bad)) if bad.any() else 0
        raise DataError(
            f"{origin}, row {row + 1}: {values.name} is {values.iloc[row]!r}; allowed: whole numbers"
        )
    return numbers.astype("int64")


def _refuse_infinite(table: pd.DataFrame, origin: str) -> None:
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name]):
            infinite = np.isinf(table[name].to_numpy(dtype=float, na_value=np.nan))
            if infinite.any():
                row = int(np.argmax(infinite)) + 1
                raise DataError(
                    f"{origin}, row {row}: {name} is infinite; allowed: finite numbers or an empty field"
                )


def _constant(groups) -> pd.Series:
    first = groups.first()
    return first.where(groups.nunique() == 1)
