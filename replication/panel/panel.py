"""A table with one row an entity and period: reading it, and averaging it over blocks of periods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.typing import SeriesGroupBy

from replication.errors import DataError, one_of
from replication.estimate.numbers.groupings import coded
from replication.language.evaluate import Rows
from replication.language.named_numbers import Named
from replication.panel.reading import Reading
from replication.panel.times import periods_of

Codes = NDArray[np.int64]

LEAST = 3  # columns of a panel: entity, time and a figure
MERGED = 0.3  # share of empty fields from which a column looks like one of merged cells
LONG = "make it long (Stata: reshape long; R: tidyr::pivot_longer; Python: pandas.melt)"
PARTS_OF_YEAR = {"quarter": ("Q", 4), "qtr": ("Q", 4), "month": ("M", 12), "week": ("W", 52)}
YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?: \[YR\d{4}\])?")


@dataclass(frozen=True)
class Panel:
    """A table with one row an entity and period, sorted by both; or a cross-section, whose rows have no time.

    Attributes
    ----------
    table : DataFrame of n rows
    entity_name, time_name : str
        Columns; without a time, that of the number of each row among those of its entity.
    entity : (n,) int array
        Codes in order of the sorted names.
    time : (n,) int array
        The period; consecutive periods differ by one.
    variables : mapping of str to str
        The study's named expressions.
    reading : Reading
        How the table was read.
    timed : bool
        Whether a column tells the time: if none does, nothing may rest on the order of rows.
    """

    table: pd.DataFrame
    entity_name: str
    time_name: str
    entity: Codes
    time: Codes
    variables: Mapping[str, str]
    reading: Reading
    timed: bool = True

    def rows(self, sample: NDArray[np.bool_] | None = None) -> Rows:
        """The rows as expressions see them."""
        why, named = self.reading.why, self.reading.named
        clock = named.get(self.time_name)
        time = self.time if self.timed else None
        return Rows(self.table, self.entity, time, self.variables, sample, why, named, clock)

    def keys(self) -> pd.DataFrame:
        """Entity and time of each row, a period by its name."""
        keys = self.table[[self.entity_name, self.time_name]]
        clock = self.reading.named.get(self.time_name)
        if clock is None:
            return keys
        codes, periods = pd.factorize(keys[self.time_name])
        names = np.array([clock.name(period) for period in periods.tolist()], dtype=object)
        return keys.assign(**{self.time_name: pd.Series(names[codes], dtype="str")})


def read_panel(
    table: pd.DataFrame, entity: str, time: str, variables: Mapping[str, str], origin: str
) -> Panel:
    """A table of any origin as a panel; it raises what `panel_of` raises."""
    return panel_of(Reading(table, origin), entity, time, variables)


def panel_of(read: Reading, entity: str | None, time: str | None, variables: Mapping[str, str]) -> Panel:
    """A user's table as a panel; without a time it is a cross-section, without an entity each row is one.

    Raises
    ------
    DataError
        Entity or time column missing, a time that is no period, a row twice, an infinite value.
    """
    named = {role: name for role, name in (("entity", entity), ("time", time)) if name is not None}
    for role, name in named.items():
        if name not in read.table.columns:
            raise DataError(_unknown(read, role, name))
    for name in named.values():
        refuse_empty(read, name)
    _refuse_infinite(read)
    timed = time is not None
    if entity is None:
        read, entity = _with_rows_as_entities(read)
    read = _with_named_entities(read, entity)
    if time is None:
        read, time = _with_numbered_rows(read, entity)
    else:
        read = _with_periods(read, time)
    table, codes = _sorted(read.table, entity, time)
    periods = table[time].to_numpy(dtype=np.int64)
    _refuse_twice(read, table, (entity, codes), (time, periods))
    return Panel(table.reset_index(drop=True), entity, time, codes, periods, variables, read, timed)


def _sorted(table: pd.DataFrame, entity: str, time: str) -> tuple[pd.DataFrame, Codes]:
    """The rows by entity and time, each with its place in the file, and the codes of their entities.

    A table in that order is not copied.
    """
    names, periods = table[entity], table[time].to_numpy(dtype=np.int64)
    if names.is_monotonic_increasing:
        codes = _codes(names)
        if ((codes[1:] > codes[:-1]) | (periods[1:] >= periods[:-1])).all():
            return table, codes
    table = table.sort_values([entity, time], kind="stable")
    return table, _codes(table[entity])


def _codes(names: pd.Series) -> Codes:
    """Codes of entities in order of first appearance."""
    if names.dtype == np.int64:
        return coded(names.to_numpy())
    return pd.factorize(names)[0].astype(np.int64, copy=False)


def _with_rows_as_entities(read: Reading) -> tuple[Reading, str]:
    """Each row an entity of its own, by its number in the table, and the name of that column."""
    name = _free(read.table, "row")
    numbers = np.arange(1, len(read.table) + 1)
    note = "each row stands alone: no entity and no time is named"
    return _told(_with(read, name, numbers), note), name


def _with(read: Reading, name: str, numbers: NDArray[Any]) -> Reading:
    """The table with a column that the file does not have."""
    return replace(read, table=read.table.assign(**{name: numbers}), added=(*read.added, name))


def _with_numbered_rows(read: Reading, entity: str) -> tuple[Reading, str]:
    """In the place of a time the number of each row within its entity, and the name of that column."""
    name = _free(read.table, "number")
    numbers = read.table.groupby(entity).cumcount().to_numpy() + 1
    note = f"no time is named: rows of one {entity} have no order" if (numbers > 1).any() else ""
    return _told(_with(read, name, numbers), note), name


def _free(table: pd.DataFrame, name: str) -> str:
    """A name that no column has."""
    while name in table.columns:
        name += "_"
    return name


def _told(read: Reading, note: str) -> Reading:
    """The reading with a note, of a user's file."""
    return replace(read, assumed=(*read.assumed, note)) if note and read.assumed is not None else read


def _with_named_entities(read: Reading, entity: str) -> Reading:
    """The entities by their names, where the file has codes for them."""
    if entity not in read.named:
        return read
    names = read.table[entity].map(read.named[entity].name).astype("str")
    return replace(read, table=read.table.assign(**{entity: names}), named=_but(read.named, entity))


def _with_periods(read: Reading, time: str) -> Reading:
    """The time as whole numbers, and what they are called."""
    found = periods_of(read, time)
    clocks = {} if found.clock is None else {time: found.clock}
    named = {**_but(read.named, time), **clocks}
    return _told(
        replace(read, table=read.table.assign(**{time: found.numbers}), named=named),
        f"{time} read as {found.what}" if found.what else "",
    )


def _but(names: Mapping[str, Named], left: str) -> dict[str, Named]:
    return {name: named for name, named in names.items() if name != left}


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


def _unknown(read: Reading, role: str, name: str) -> str:
    """The sentence for a column that the file lacks, and what may be wrong with the file."""
    if name in read.why:
        return f"{read.origin}: {role} column {read.why[name]}"
    wide = a_column_a_year(read.table.columns)
    found = f"{read.origin}: {role} {one_of('column', name, read.table.columns)}"
    if wide:
        return f"{found}; the file looks wide ({wide}): {LONG}, one row an entity and period"
    if read.assumed is not None and len(read.table.columns) < LEAST:
        lower = "; if the headings stand lower, write header = 2 (or another) under [study]"
        return f"{found}{lower}{_other_sheet(read)}"
    if role == "entity" and " (did you mean" not in found and _is_wide(read):
        return f"{found}; if the entities are columns, make the file long: one row an entity and period"
    return found


def _other_sheet(read: Reading) -> str:
    """For a workbook of several sheets: how another is named."""
    return '; if they stand on another sheet, write sheet = "..."' if read.other_sheets else ""


def _is_wide(read: Reading) -> bool:
    """Whether no column but one, of periods, is anything but numbers: no entity can be told."""
    kinds = [pd.api.types.is_numeric_dtype(values) for _, values in read.table.items()]
    return sum(kinds) >= len(kinds) - 1 >= LEAST


def a_column_a_year(columns: Iterable[str]) -> str:
    """Columns whose names differ in a year alone, as an example; empty if there are none."""
    stems: dict[str, list[str]] = {}
    for name in map(str, columns):
        stem = YEAR.sub("", name, count=1)
        if stem != name:
            stems.setdefault(stem, []).append(name)
    most = max(stems.values(), key=len, default=[])
    return f"{most[0]}, {most[1]}, ..." if len(most) > 2 else ""


def refuse_empty(read: Reading, name: str) -> None:
    """Refuse a row that does not say which entity or period it is of, such as a note below the table."""
    absent = read.table[name].isna().to_numpy()
    if absent.any():
        row = int(np.argmax(absent))
        there = read.table.iloc[row].dropna()
        note = (
            f"; the row holds only {str(there.iloc[0])[:80]!r}: if it is a note, take it out of the file"
            if len(there) == 1
            else ""
        )
        if len(there) > 1 and absent.mean() > MERGED:
            note = "; merged cells hold it in their first row alone: write it in each"
        raise DataError(f"{read.where(row)}: {name} is empty; allowed: a value in every row{note}")


def _refuse_infinite(read: Reading) -> None:
    for name, values in read.table.items():
        if pd.api.types.is_float_dtype(values):
            infinite = np.isinf(values.to_numpy(dtype=float, na_value=np.nan))
            if infinite.any():
                where = f"{read.where(int(np.argmax(infinite)))}"
                raise DataError(f"{where}: {name} is infinite; allowed: finite numbers or an empty field")


def _refuse_twice(
    read: Reading, table: pd.DataFrame, entities: tuple[str, Codes], times: tuple[str, Codes]
) -> None:
    """Refuse two rows of one entity and period, which stand side by side in a table that is sorted."""
    (entity, codes), (time, periods) = entities, times
    twice = (codes[1:] == codes[:-1]) & (periods[1:] == periods[:-1])
    if twice.any():
        second = int(np.argmax(twice)) + 1
        row, places = table.iloc[second], [read.where(int(table.index[at])) for at in (second - 1, second)]
        period = read.named[time].name(row[time]) if time in read.named else row[time]
        which = f"two rows for {entity} {row[entity]}, {time} {period} ({' and '.join(places)}); allowed: one"
        raise DataError(f"{read.origin}: {which}{_third_key(table, entity, time, read.assumed is not None)}")


def _third_key(table: pd.DataFrame, entity: str, time: str, own: bool) -> str:
    """A column that tells the rows of one entity and period apart, and how a key is made of it, of one's own
    file by the study."""
    others = [name for name, values in table.items() if not pd.api.types.is_float_dtype(values)]
    for name in others:
        if name not in (entity, time) and not table.duplicated([entity, time, name]).any():
            told = f"; {name} tells them apart: "
            if not own:
                return f"{told}make one column of it and {entity} or {time}"
            key, old, pattern = key_of(table, str(name), entity, time)
            return f'{told}write joined = {{ {key} = "{pattern}" }} and {old} = "{key}" under [study]'
    return "; leave one out"


def key_of(table: pd.DataFrame, third: str, entity: str, time: str) -> tuple[str, str, str]:
    """A key made of a third column: its name, whether it is of the entity or the time, and its pattern.

    Whole numbers called quarter or month are parts of the time; all else is a part of the entity.
    """
    letter, parts = PARTS_OF_YEAR.get(third.lower(), ("", 0))
    if letter and pd.api.types.is_integer_dtype(table[third]) and table[third].between(1, parts).all():
        return _free(table, "period"), "time", f"{{{time}}}{letter}{{{third}}}"
    return _free(table, "pair"), "entity", f"{{{entity}}} - {{{third}}}"


def _constant(groups: SeriesGroupBy[Any, Any]) -> pd.Series:
    first = groups.first()
    found: pd.Series = first.where(groups.nunique() == 1)
    return found
