"""Which columns of a user's table tell entity and time, and what is odd about its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from replication.errors import DataError
from replication.language.named_numbers import Clock
from replication.panel.joined import with_joined
from replication.panel.panel import (
    LEAST,
    LONG,
    PARTS_OF_YEAR,
    Panel,
    a_column_a_year,
    key_of,
    panel_of,
    refuse_empty,
)
from replication.panel.reading import Reading, among
from replication.panel.times import periods_of

TIMES = re.compile(r"year|yr|jahr|ann[ée]e|a[nñ]o|time|period|date|quarter|month|week|wave|t", re.I)
ENTITIES = re.compile(
    r"iso3?c?|ccode|country|land|state|region|firm|bank|id|entity|unit|name|code"
    r"|donor|recipient|importer|exporter|reporter|partner|origin|destination|sender|target",
    re.I,
)
LIKELY = 6  # columns of which two may be a pair: their pairs are tried
SPAN = (1500, 2100)  # of whole numbers that look like years


@dataclass(frozen=True)
class Keys:
    """Entity and time of a table, and how they were found.

    Attributes
    ----------
    entity, time : str
    why : str
        One sentence.
    joined : mapping of str to str
        The pattern of the one that is made of two columns, if one is.
    """

    entity: str
    time: str
    why: str
    joined: Mapping[str, str] = field(default_factory=dict)


def guessed(read: Reading) -> Keys:
    """The first pair of columns that tells every row apart, likely names first, or the first three.

    Raises
    ------
    DataError
        None do.
    """
    tried: list[str] = []
    for time in _times(read):
        for entity in _entities(read, time):
            tried.append(f"{entity} and {time}")
            if _tell_apart(read, entity, time):
                return Keys(entity, time, f"{tried[-1]} tell every row apart")
    for time in _times(read):
        for entity, third in combinations(_entities(read, time)[:LIKELY], 2):
            if _tell_apart(read, entity, third, time):
                return _joined_keys(read, entity, third, time)
    why = f"tried {among(tried)}" if tried else _no_time(read)
    raise DataError(
        f"{read.origin}: no two columns tell every row apart by entity and time ({why}); name them with "
        f"--entity and --time, and make the table one row an entity and period{_other_tables(read)}"
    )


def _tell_apart(read: Reading, *names: str) -> bool:
    keys = read.table[list(names)]
    return not keys.isna().any(axis=None) and not keys.duplicated().any()


def _joined_keys(read: Reading, entity: str, third: str, time: str) -> Keys:
    """Keys of which one is made of two columns."""
    if entity.lower() in PARTS_OF_YEAR:
        entity, third = third, entity
    name, role, pattern = key_of(read.table, third, entity, time)
    keys = {"entity": entity, "time": time, role: name}
    return Keys(**keys, why=f"{entity}, {third} and {time} tell every row apart", joined={name: pattern})


def _no_time(read: Reading) -> str:
    """That no column holds periods, and why one that is called so does not."""
    for name in read.table.columns:
        if TIMES.fullmatch(name):
            try:
                refuse_empty(read, name)
                periods_of(read, name)
            except DataError as problem:
                return f"no column holds periods: {str(problem).removeprefix(f'{read.origin}, ')}"
    return "no column holds periods"


def _other_tables(read: Reading) -> str:
    """How a table is brought that is no panel as it stands: wide, under a title, or a cross-section."""
    if wide := a_column_a_year(read.table.columns):
        return f"; the file looks wide ({wide}): {LONG}"
    if len(read.table.columns) < LEAST:
        return "; if the headings stand lower, write --header LINE, if on another sheet, --sheet NAME"
    return "; where rows have no time, as in a survey or of one year, write --no-time"


def _times(read: Reading) -> list[str]:
    """Columns that can be read as periods: those called so first, then calendars and numbers like years."""
    found = [name for name in read.table.columns if _is_time(read, name)]
    return sorted(found, key=lambda name: not TIMES.fullmatch(name))


def _is_time(read: Reading, name: str) -> bool:
    values = read.table[name]
    if values.isna().any() or pd.api.types.is_bool_dtype(values):
        return False
    if isinstance(read.named.get(name), Clock):
        return True
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=float)
        return bool(
            TIMES.fullmatch(name)
            or (np.all(numbers % 1 == 0) and np.all((numbers >= SPAN[0]) & (numbers <= SPAN[1])))
        )
    try:
        return periods_of(read, name).clock is not None
    except DataError:
        return False


def _entities(read: Reading, time: str) -> list[str]:
    """Other columns, texts and labelled codes first, then those called so; figures with decimals never."""
    columns = [name for name in read.table.columns if name != time]
    kept = [name for name in columns if not pd.api.types.is_float_dtype(read.table[name])]
    number = {
        name: pd.api.types.is_numeric_dtype(read.table[name]) and name not in read.named for name in kept
    }
    return sorted(kept, key=lambda name: (number[name], not ENTITIES.fullmatch(name)))


def structure(panel: Panel) -> Iterator[str]:
    """Sentences on a panel: its size, whether it is balanced, gaps, what is missing and what never varies."""
    read, keys = panel.reading, panel.keys()
    entities, periods = panel.entity, panel.time
    count = np.bincount(entities)
    names = keys[panel.time_name].astype(str)
    first, last = names[periods == periods.min()].iloc[0], names[periods == periods.max()].iloc[0]
    span = f"{panel.time_name} from {first} to {last}"
    yield f"{len(keys):,} rows: {len(count):,} of {panel.entity_name}, {span}"
    yield (
        f"balanced: {count[0]} periods each"
        if count.min() == count.max() == len(np.unique(periods))
        else f"unbalanced: {count.min()} to {count.max()} periods, {np.median(count):g} at the median"
    )
    gaps = (np.diff(periods) > 1) & (np.diff(entities) == 0)
    if gaps.any():
        holed = dict.fromkeys(keys[panel.entity_name].astype(str)[np.flatnonzero(gaps)])
        yield f"gaps in {panel.time_name}, which no lag crosses: {among(holed)}"
    others = read.table.columns.drop([panel.entity_name, panel.time_name])
    absent = {name: int(panel.table[name].isna().sum()) for name in others}
    if any(absent.values()):
        yield f"missing: {among(f'{name} in {rows:,} rows' for name, rows in absent.items() if rows)}"
    constant = [name for name in others if panel.table[name].nunique() <= 1]
    if constant:
        yield f"the same in every row: {among(constant)}"


@dataclass(frozen=True)
class Guessed:
    """A table as a panel, by keys that were named or guessed.

    Attributes
    ----------
    read : Reading
        The table, with the column that was made of two, if one was.
    panel : Panel
    why : str
        How the keys were found.
    joined : mapping of str to str
        The pattern of that column.
    """

    read: Reading
    panel: Panel
    why: str
    joined: Mapping[str, str] = field(default_factory=dict)


def guessed_panel(read: Reading, entity: str | None, time: str | None, timed: bool = True) -> Guessed:
    """The panel by the keys that are named, or else guessed; a cross-section where there is no time."""
    if not timed:
        return Guessed(read, panel_of(read, entity, None, {}), "a cross-section, as asked")
    if entity is not None and time is not None:
        return Guessed(read, panel_of(read, entity, time, {}), "as named")
    keys = guessed(read)
    read = with_joined(read, keys.joined)
    return Guessed(read, panel_of(read, entity or keys.entity, time or keys.time, {}), keys.why, keys.joined)
