"""A sheet of an Excel workbook -> headings and texts: its cells as a file of text would spell them."""

from __future__ import annotations

import zipfile
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import ParseError

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from replication.errors import DataError, one_of
from replication.panel.grid import Grid, left_out
from replication.panel.limits import CELL, check_size
from replication.panel.workbook import Workbook, cells_of, open_workbook
from replication.spec.entries import FileKeys

Integers = NDArray[np.int64]
GROWTH = 60  # times its packed size that a workbook may be unpacked; sheets are packed ten to one
DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, IndexError, ValueError, EOFError,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """The cells of a sheet that hold something.

    Attributes
    ----------
    rows, columns : (n,) int arrays
        Where each stands, from 1, row by row.
    texts : (n,) int array
        Which of `words` each holds.
    words : tuple of str
    """

    rows: Integers
    columns: Integers
    texts: Integers
    words: tuple[str, ...]


def read_excel(path: Path, keys: FileKeys) -> Grid:
    """The headings and cells of one sheet.

    Raises
    ------
    DataError
        No such sheet, a sheet without rows, a file that is no workbook, more than is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(sum(entry.file_size for entry in archive.infolist()), path, GROWTH)
            book = open_workbook(archive)
            name = _sheet(book, keys, path)
            with archive.open(book.sheets[name]) as stream:
                cells = _gathered(cells_of(stream, book))
    except DAMAGED:
        reason = "is it damaged, locked by a password, or an old .xls?"
        raise DataError(f"{path.name}: not readable as a workbook; {reason}") from None
    others = tuple(sheet for sheet in book.sheets if sheet != name)
    if not len(cells.rows):
        way = f'; write sheet = "{others[0]}" under [study] for another' if others else ""
        raise DataError(f"{path.name}: the sheet {name!r} has no rows{way}")
    notes = (f"sheet {name!r} of {len(book.sheets)}",) if others else ()
    return replace(_grid(cells, keys, path, notes), other_sheets=others)


def _sheet(book: Workbook, keys: FileKeys, path: Path) -> str:
    if keys.sheet is not None and keys.sheet not in book.sheets:
        raise DataError(f"{path.name}: study.sheet: {one_of('sheet', keys.sheet, book.sheets)}")
    if not book.sheets:
        raise DataError(f"{path.name}: the workbook has no sheet of cells")
    return keys.sheet or next(iter(book.sheets))


def _gathered(cells: Iterable[tuple[int, int, str]]) -> Cells:
    rows, columns, texts = array("q"), array("q"), array("q")
    words: dict[str, int] = {}
    for row, column, text in cells:
        rows.append(row)
        columns.append(column)
        texts.append(words.setdefault(text, len(words)))
    return Cells(np.array(rows), np.array(columns), np.array(texts), tuple(words))


def _grid(cells: Cells, keys: FileKeys, path: Path, notes: tuple[str, ...]) -> Grid:
    """Columns that have a heading, of the rows below it that hold something."""
    top = int(cells.rows[0]) if keys.header is None else keys.header
    heads = cells.rows == top
    headings = {int(c): cells.words[t] for c, t in zip(cells.columns[heads], cells.texts[heads], strict=True)}
    if not headings:
        raise DataError(
            f"{path.name}: row {top} of the sheet is empty; allowed: the row of the headings as header"
        )
    below = cells.rows > top
    lines, rows = np.unique(cells.rows[below], return_inverse=True)
    check_size(len(lines) * len(headings) * CELL, path)
    columns, texts = cells.columns[below], cells.texts[below]
    order = np.argsort(columns, kind="stable")
    begin = np.searchsorted(columns[order], list(headings))
    end = np.searchsorted(columns[order], list(headings), side="right")
    outside = sorted(set(columns.tolist()) - set(headings))
    return Grid(
        headings=tuple(headings.values()),
        columns=tuple(
            _column(rows[order[a:b]], texts[order[a:b]], len(lines), cells.words)
            for a, b in zip(begin, end, strict=True)
        ),
        spelled=True,
        lines=lines,
        unit="sheet row",
        notes=(*notes, *([left_out(outside)] if outside else [])),
    )


def _column(rows: Integers, texts: Integers, size: int, words: tuple[str, ...]) -> pa.ChunkedArray:
    """One column, empty where no cell of it holds anything."""
    used, codes = np.unique(texts, return_inverse=True)
    places = np.full(size, len(used), dtype=np.int32)
    places[rows] = codes
    texts = pa.array([*(words[text] for text in used), ""], pa.string())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array(places), texts)])
