"""Which columns of a user's table tell entity and time, and what is odd about its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from replication.errors import DataError
from replication.language.named_numbers import Clock
from replication.panel.panel import Panel, panel_of
from replication.panel.reading import Reading, among
from replication.panel.times import periods_of

TIMES = re.compile(r"year|yr|jahr|ann[ée]e|a[nñ]o|time|period|date|quarter|month|week|wave|t", re.I)
ENTITIES = re.compile(r"iso3?c?|ccode|country|land|state|region|firm|bank|id|entity|unit|name|code", re.I)
SPAN = (1500, 2100)  # of whole numbers that look like years


@dataclass(frozen=True)
class Keys:
    """Entity and time of a table, and how they were found.

    Attributes
    ----------
    entity, time : str
    why : str
        One sentence.
    """

    entity: str
    time: str
    why: str


def guessed(read: Reading) -> Keys:
    """The first pair of columns that tells every row apart, likely names first.

    Raises
    ------
    DataError
        No pair does.
    """
    tried: list[str] = []
    for time in _times(read):
        for entity in _entities(read, time):
            tried.append(f"{entity} and {time}")
            keys = read.table[[entity, time]]
            if not keys.isna().any(axis=None) and not keys.duplicated().any():
                return Keys(entity, time, f"{entity} and {time} tell every row apart")
    why = f"tried {among(tried)}" if tried else "no column holds periods"
    raise DataError(
        f"{read.origin}: no two columns tell every row apart by entity and time ({why}); name them with "
        "--entity and --time, and make the table one row an entity and period"
    )


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


def guessed_panel(read: Reading, entity: str | None, time: str | None) -> tuple[Panel, str]:
    """The panel by the keys that are named, or else guessed; and how they were found."""
    if entity is not None and time is not None:
        return panel_of(read, entity, time, {}), "as named"
    keys = guessed(read)
    return panel_of(read, entity or keys.entity, time or keys.time, {}), keys.why
