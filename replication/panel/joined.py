"""Columns that a study makes of several of a file: donor and recipient a pair, year and quarter a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from replication.errors import DataError, one_of
from replication.panel.reading import Reading, among
from replication.spec.entry import PART


def with_joined(read: Reading, patterns: Mapping[str, str]) -> Reading:
    """The table with a column of texts for each pattern, in which {column} is what stands in that column.

    A row in which one of the parts is missing has none.

    Raises
    ------
    DataError
        A column that there is not, or that holds decimals; a name that the file has; a pattern that spells
        different parts alike.
    """
    for name, pattern in patterns.items():
        read = _joined(read, name, pattern)
    return read


def _joined(read: Reading, name: str, pattern: str) -> Reading:
    place, parts = f"{read.origin}: study.joined.{name}", list(dict.fromkeys(PART.findall(pattern)))
    if name in read.table.columns:
        raise DataError(f"{place}: the file has a column of this name already")
    for part in parts:
        if part not in read.table.columns:
            raise DataError(f"{place}: {one_of('column', part, read.table.columns)}")
        if pd.api.types.is_float_dtype(read.table[part]):
            raise DataError(f"{place}: {part} holds decimals; allowed: columns of texts or whole numbers")
    texts = _spelled(read, pattern)
    each = read.table[parts].assign(**{name: texts}).dropna().drop_duplicates()
    if each.duplicated(name).any():
        alike = each.loc[each.duplicated(name), name].iloc[0]
        raise DataError(f"{place}: {alike[:80]!r} is spelled by different parts; part them by another sign")
    return replace(
        read,
        table=read.table.assign(**{name: texts}),
        why={**read.why, name: f"{name} is a text, because [study] makes it of {among(parts)}"},
        assumed=None if read.assumed is None else (*read.assumed, f"{name} made of {among(parts)}"),
        added=(*read.added, name),
    )


def _spelled(read: Reading, pattern: str) -> pd.Series:
    """The text of each row, missing where a part is."""
    before, *rest = PART.split(pattern)
    texts = pd.Series(before, index=read.table.index, dtype="str")
    for part, behind in zip(rest[::2], rest[1::2], strict=True):
        texts = texts + _as_texts(read, part) + behind
    return texts


def _as_texts(read: Reading, name: str) -> pd.Series:
    values = read.table[name]
    texts = values.map(read.named[name].name, na_action="ignore") if name in read.named else values
    return texts.astype("str").where(values.notna())
