"""A user's file as it was read: the table, what was assumed, and what looks odd in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from replication.errors import few
from replication.language.named_numbers import Named

Place = Callable[[int], str]
SHOWN = 5  # columns that one assumption names
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # letters of no width that web pages leave behind
BLANKS = INVISIBLE + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What is no part of a text or heading where it stands at its beginning or end."""


@dataclass(frozen=True, repr=False)
class Reading:
    """A table and how it was read.

    Attributes
    ----------
    table : DataFrame
        Its columns are int64, Int64, float64, bool, boolean or str.
    origin : str
        Name of the file.
    place : callable or None
        File and place of a row, as a message names them, by its number from 0.
    why : mapping of str to str
        For each column that is no number, the sentence for whoever needs one.
    assumed : tuple of str or None
        What was assumed of a user's file: separator, decimal mark, what was read as missing, which codes are
        texts.
    named : mapping of str to Named
        Columns whose numbers have names: periods, labelled codes.
    labels : mapping of str to str
        What the file says of a column in words.
    padded : mapping of str to mapping of str to int
        By column, texts with blanks around them that are read as another text of it, and in how many rows.
    other_sheets : tuple of str
        Of a workbook, the sheets that were not read.
    added : tuple of str
        Columns that the file does not have: numbers of rows, in the place of an entity or time.
    """

    table: pd.DataFrame
    origin: str
    place: Place | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] | None = None
    named: Mapping[str, Named] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    padded: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    other_sheets: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def where(self, row: int) -> str:
        """File and place of a row, counted from 0 here and from 1 there."""
        return self.place(row) if self.place is not None else f"{self.origin}, row {row + 1}"

    @property
    def line(self) -> str:
        """What was read and assumed, in one line."""
        size = f"{len(self.table):,} rows, {len(self.table.columns) - len(self.added):,} columns"
        return f"{self.origin}: " + "; ".join((size, *(self.assumed or ())))

    def __repr__(self) -> str:
        return f"{self.line}\n{self.table}"


def among(columns: Iterable[str]) -> str:
    """Names of columns in a sentence, the first few of many."""
    return few(columns, SHOWN)
