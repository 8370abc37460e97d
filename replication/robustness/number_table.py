"""Numbers of a robustness check -> the tidy records of them, and the table in which they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from replication.publish.table import Cell, Table
from replication.records.records import COLUMNS

Print = Callable[[float], str]
MISSING_NOTE = "A dash marks a figure that cannot be computed."


@dataclass(frozen=True)
class Recorded:
    """A table, and the records that its figures are rounded from.

    Attributes
    ----------
    table : Table
    records : DataFrame
        Columns statistic (the table's id), group (row), period (column), value, unit.
    """

    table: Table
    records: pd.DataFrame


@dataclass(frozen=True)
class Column:
    """A column of n figures: its heading, its unit, and how a figure is printed, the same way or by row."""

    title: str
    unit: str
    text: Print | Mapping[str, Print]
    values: pd.Series

    def printed(self, rows: Sequence[str]) -> Iterator[tuple[str, float, str]]:
        """Row, figure and its text."""
        for row, value in zip(rows, self.values.astype(float), strict=True):
            write = self.text if callable(self.text) else self.text[row]
            yield row, value, write(value)


def recorded(
    name: str, title: str, heads: Mapping[str, pd.Series], columns: Sequence[Column], *notes: str
) -> Recorded:
    """A table with words at the left and figures beside them; the words of a row, joined, name its records.

    Parameters
    ----------
    heads : mapping of heading to n texts
    """
    words = list(zip(*(head.astype(str) for head in heads.values()), strict=True))
    rows = [": ".join(dict.fromkeys(filter(None, row))) for row in words]
    records = pd.DataFrame(
        [
            (name, row, each.title, value, each.unit)
            for each in columns
            for row, value, _ in each.printed(rows)
        ],
        columns=COLUMNS["statistics"][1:],
    )
    figures = [
        [Cell(text, ("statistics", name, row, each.title)) for row, _, text in each.printed(rows)]
        for each in columns
    ]
    lines = [
        (*map(Cell, left), *right) for left, right in zip(words, zip(*figures, strict=True), strict=True)
    ]
    header = (*heads, *(each.title for each in columns))
    lacking = [MISSING_NOTE] if records["value"].isna().any() else []
    table = Table(name, title, header, tuple(lines), notes=(*filter(None, notes), *lacking))
    return Recorded(table, records)


def told(name: str, title: str, frame: pd.DataFrame, header: Iterable[str]) -> Recorded:
    """A table of words alone."""
    rows = tuple(tuple(map(Cell, row)) for row in frame.astype(str).itertuples(index=False, name=None))
    nothing = pd.DataFrame(columns=COLUMNS["statistics"][1:])
    return Recorded(Table(name, title, tuple(header), rows), nothing)
