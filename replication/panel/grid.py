"""A file's headings, its columns as Arrow holds them, and where each row stands; kinds come later."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from replication.errors import DataError
from replication.language.named_numbers import Named
from replication.panel.reading import BLANKS, among

BROKEN = re.compile(r"[ \xa0]*[\r\n\t]\s*")  # a heading over several lines of a cell

FIGURE, WORD = re.compile(r"[+-]?[.,]?\d"), re.compile(r"[^\W\d_]|[%$€£¥]")
NEAR = 20  # rows by which it is seen whether a column is of figures


@dataclass(frozen=True)
class Grid:
    """Headings and columns.

    Attributes
    ----------
    headings : tuple of str
    columns : tuple of Arrow arrays
        As many as headings, of n rows each; texts as such, or as a dictionary and its places.
    spelled : bool
        Whether every column is of texts whose kind is still to be found (CSV, Excel), rather than of a kind
        that the file knows (Stata, parquet).
    lines : (n,) int array or None
        Where each row stands in the file, if rows and lines differ.
    unit : str
        What is counted there, such as "line".
    commas : bool
        Whether commas part the fields, so that a comma within one is quoted.
    left : mapping of str to str
        Columns that cannot be read, and why.
    named : mapping of str to Named
        By heading, the names of numbers that have them.
    labels : mapping of str to str
        By heading, what the file says of a column in words.
    notes : tuple of str
        What was assumed in reading.
    other_sheets : tuple of str
        Of a workbook, the sheets that were not read.
    """

    headings: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    spelled: bool
    lines: NDArray[np.int64] | None = None
    unit: str = "line"
    commas: bool = False
    left: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Named] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """Line and row, as a message names them; rows are counted from 0 here, from 1 there."""
        line = "" if self.lines is None else f"{self.unit} {self.lines[row]}, "
        units = " (if it holds units, take it out of the file)" if row == 0 and _may_be_units(self) else ""
        return f"{line}row {row + 1}{units}"


def _may_be_units(grid: Grid) -> bool:
    """Whether the first row holds no figure, and words where figures stand below."""
    if not grid.spelled:
        return False
    columns = [[str(each or "").strip(BLANKS) for each in c[:NEAR].to_pylist()] for c in grid.columns]
    if any(FIGURE.match(column[0]) for column in columns):
        return False
    below = [[text for text in column[1:] if text] for column in columns if WORD.search(column[0])]
    return any(texts and all(map(FIGURE.match, texts)) for texts in below)


def refuse_twice(headings: Iterable[str], origin: str) -> None:
    """Raise DataError for a heading that stands more than once."""
    for name, count in Counter(headings).items():
        if count > 1:
            raise DataError(f"{origin}: the column {name!r} stands {count} times; allowed: once")


def tidied(grid: Grid) -> Grid:
    """Headings without blanks around them or line breaks within, only columns with one, no empty rows."""
    grid = _with_headings(grid)
    return _without_empty_rows(grid) if grid.spelled else grid


def _with_headings(grid: Grid) -> Grid:
    headings = [BROKEN.sub(" ", heading.strip(BLANKS)) for heading in grid.headings]
    unnamed = [place for place, heading in enumerate(headings) if not heading]
    filled = [place + 1 for place in unnamed if not _blank(grid.columns[place]).all()]
    kept = [place for place, heading in enumerate(headings) if heading]
    return replace(
        grid,
        headings=tuple(headings[place] for place in kept),
        columns=tuple(grid.columns[place] for place in kept),
        notes=(*grid.notes, left_out(filled)) if filled else grid.notes,
    )


def left_out(columns: Sequence[int]) -> str:
    """The note about columns, counted from 1, that hold something and have no heading."""
    return f"columns without a heading left out: {among(map(str, columns))}"


def _without_empty_rows(grid: Grid) -> Grid:
    if not grid.columns or grid.lines is None:
        return grid
    empty = np.ones(len(grid.columns[0]), dtype=bool)
    for column in grid.columns:
        if not empty.any():
            return grid
        empty &= _blank(column)
    kept = pa.array(np.flatnonzero(~empty))
    return replace(
        grid,
        columns=tuple(column.take(kept) for column in grid.columns),
        lines=grid.lines[~empty],
        notes=(*grid.notes, f"empty rows left out: {empty.sum()}"),
    )


def _blank(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Rows in which nothing stands."""
    if pa.types.is_dictionary(column.type):
        coded = column.combine_chunks()
        return np.asarray(_blank(pa.chunked_array([coded.dictionary]))[coded.indices], dtype=bool)
    if not pa.types.is_string(column.type):
        return np.asarray(column.is_null(), dtype=bool)
    return np.asarray(pc.equal(pc.utf8_trim(column, BLANKS), ""), dtype=bool)


def lines_of(columns: Sequence[pa.ChunkedArray], first: int) -> NDArray[np.int64]:
    """The line of each row, where the first stands on line `first` and a field may go over several."""
    breaks = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        breaks += pc.count_substring(column, "\n").to_numpy()
    return first + np.arange(len(breaks)) + np.cumsum(breaks) - breaks
