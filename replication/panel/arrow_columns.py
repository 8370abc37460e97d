"""Columns as Arrow holds them, in a file or in memory -> figures, texts, truth values and days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from replication.language.named_numbers import Clock
from replication.panel.grid import Grid

DAYS = 3653  # from 1 January 1960, where our days begin, to 1970, where Arrow's do
KINDS = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_null,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
)
TEXTS = KINDS[-3:]
READ = "allowed: a column of numbers, texts, truth values or dates"
PERIODS = "pandas.period"  # an extension of whole numbers that count from 1970 in a unit of its own
UNITS: Mapping[str, tuple[Clock | None, int]] = {
    "A-DEC": (None, 1970),
    "Y-DEC": (None, 1970),
    "Q-DEC": (Clock("quarter"), 40),
    "M": (Clock("month"), 120),
    "D": (Clock("day"), DAYS),
}
"""By the unit of a pandas period: what its numbers are called here, and the number of the first of 1970."""

# pandas tells Arrow of its type once it has made a column of it; until then those of a file are bare numbers
pa.Table.from_pandas(pd.DataFrame({"": pd.PeriodIndex([], freq="D")}))


def grid_of(table: pa.Table, fields: Sequence[pa.Field]) -> Grid:
    """The columns of a table that can be read; of `fields`, all that there were, why the others cannot.

    Raises
    ------
    pa.ArrowException
        A table that is not what it says: places beyond a dictionary, bytes that are no letters.
    """
    table.validate(full=True)
    names = table.column_names
    found = {name: _column(table.column(place)) for place, name in enumerate(names)}
    columns = {name: values for name, values in found.items() if values is not None}
    clocks = {name: _clock(table.schema.field(name).type) for name in columns}
    return Grid(
        headings=tuple(columns),
        columns=tuple(columns.values()),
        spelled=False,
        left={field.name: _left(field, field.name in names) for field in fields if field.name not in columns},
        named={name: clock for name, clock in clocks.items() if clock is not None},
    )


def readable(kind: pa.DataType) -> bool:
    """Whether a column of this type is of figures, texts, truth values or dates."""
    return is_one_of(KINDS, kind)


def _left(field: pa.Field, plain: bool) -> str:
    what = "times of day" if plain else str(field.type)
    return f"{field.name} holds {what}; {READ}"


def _clock(kind: pa.DataType) -> Clock | None:
    """What the numbers of a column of periods or dates are called."""
    if _is_period(kind):
        return UNITS[kind.freq][0]
    return Clock("day") if pa.types.is_temporal(kind) else None


def _is_period(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.BaseExtensionType) and kind.extension_name == PERIODS


def is_one_of(kinds: tuple[Callable[[pa.DataType], bool], ...], kind: pa.DataType) -> bool:
    """Whether a column is of one of these kinds, or a dictionary or extension of one."""
    if pa.types.is_dictionary(kind):
        return is_one_of(kinds, kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return (not _is_period(kind) or kind.freq in UNITS) and is_one_of(kinds, kind.storage_type)
    return any(test(kind) for test in kinds)


def _column(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column as whole numbers, floating point, truth values, or a dictionary of texts; None for times."""
    kind = values.type
    if _is_period(kind):
        return pc.add(pc.cast(values, pa.int64()), UNITS[kind.freq][1])
    if isinstance(kind, pa.BaseExtensionType):
        return _column(pc.cast(values, kind.storage_type))
    if pa.types.is_dictionary(kind):
        return values if pa.types.is_string(kind.value_type) else _column(_decoded(values))
    if is_one_of(TEXTS, kind):
        return pc.cast(values, pa.string())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _days(values)
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale <= 0):
        return _whole(values)
    if pa.types.is_decimal(kind):  # by way of its digits, so that the nearest number is taken
        return pc.cast(pc.cast(values, pa.string()), pa.float64())
    return values if pa.types.is_boolean(kind) else pc.cast(values, pa.float64())


def in_one_piece(values: pa.ChunkedArray) -> pa.Array:
    """A column whose rows stand side by side, copied only where they do not yet."""
    return values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()


def _decoded(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values that a dictionary stands for, each in its row."""
    kind = values.type.value_type
    kind = pa.string() if is_one_of(TEXTS, kind) else kind  # Arrow takes from no view of texts
    return pa.chunked_array(
        [chunk.dictionary.cast(kind).take(chunk.indices) for chunk in values.chunks], kind
    )


def _whole(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers, or texts where 64 bits do not hold them."""
    try:
        return pc.cast(values, pa.int64())
    except pa.ArrowInvalid:
        return pc.cast(values, pa.string())


def _days(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Days from 1 January 1960; None where a time of day is held, or a zone that is not known."""
    try:
        local = pc.local_timestamp(values) if getattr(values.type, "tz", None) else values
        return pc.add(pc.cast(pc.cast(local, pa.date32()), pa.int32()).cast(pa.int64()), DAYS)
    except pa.ArrowInvalid:
        return None
