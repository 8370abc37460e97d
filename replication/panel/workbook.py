"""The XML inside an Excel workbook: its sheets, its texts, which formats are dates, and the cells of a sheet.

A sheet is read cell by cell as its XML comes, because two cells may span 17 billion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from posixpath import join, normpath
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
EXACT = 2**53
PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


@dataclass(frozen=True)
class Workbook:
    """What a workbook says outside its sheets.

    Attributes
    ----------
    sheets : mapping of str to str
        The part in which each sheet stands, by its name.
    texts : tuple of str
        Texts that cells share.
    dates : tuple of bool
        Whether each style shows a number as a date.
    epoch : datetime
        The day from which dates are counted.
    """

    sheets: Mapping[str, str]
    texts: tuple[str, ...]
    dates: tuple[bool, ...]
    epoch: datetime


def open_workbook(archive: ZipFile) -> Workbook:
    """The parts of a workbook; KeyError where it lacks one that it needs."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    parts = _relations(archive)
    sheets = {
        sheet.get("name", ""): parts[_attribute(sheet, "id")]
        for sheet in _all(book, "sheet")
        if "worksheets/" in parts.get(_attribute(sheet, "id"), "")
    }
    old = any(about.get("date1904") in ("1", "true") for about in _all(book, "workbookPr"))
    names = set(archive.namelist())
    return Workbook(
        sheets=sheets,
        texts=_texts(archive) if "xl/sharedStrings.xml" in names else (),
        dates=_dates(archive) if "xl/styles.xml" in names else (),
        epoch=CALENDAR_MAC_1904 if old else CALENDAR_WINDOWS_1900,
    )


def cells_of(stream: IO[bytes], book: Workbook) -> Iterator[tuple[int, int, str]]:
    """Row and column, from 1, of each cell that holds something, and what it holds, as a text.

    Raises
    ------
    ValueError
        A cell outside the largest sheet there is, or whose content is not what its type says.
    """
    row = column = 0
    rows = None
    for event, node in ElementTree.iterparse(stream, events=("start", "end")):
        match event, _name(node):
            case "start", "sheetData":
                rows = node
            case "start", "row":
                row, column = int(node.get("r", row + 1)), 0
            case "end", "c":
                row, column = _place(node, row, column)
                text = _content(node, book)
                node.clear()
                if text.strip():
                    yield row, column, text
            case "end", "row" if rows is not None:
                rows.clear()  # what has been read takes no memory


def _place(cell: Element, row: int, column: int) -> tuple[int, int]:
    """Where a cell stands: where it says, or beside the one before."""
    column += 1
    if (written := cell.get("r")) is not None:
        found = PLACE.fullmatch(written)
        if found is None:
            raise ValueError(written)
        column, row = column_index_from_string(found[1]), int(found[2])
    if row > LAST_ROW or column > LAST_COLUMN:
        raise ValueError(f"{row}, {column}")
    return row, column


def _content(cell: Element, book: Workbook) -> str:
    """What a cell holds as a file of text would spell it; a formula without a value as the formula."""
    value, formula, kind = _child(cell, "v"), _child(cell, "f"), cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in _all(cell, "t"))
    if value is None or not value.text:
        return "" if formula is None else f"={formula.text or ''}"
    match kind:
        case "s":
            return book.texts[int(value.text)]
        case "b":
            return "TRUE" if value.text.strip() == "1" else "FALSE"
        case "n":
            style = int(cell.get("s", 0))
            return _number(value.text.strip(), style < len(book.dates) and book.dates[style], book.epoch)
    return value.text  # a text that a formula gives, an error such as #DIV/0!, an ISO date


def _number(text: str, date: bool, epoch: datetime) -> str:
    if text.isdecimal() and not date:
        return text.lstrip("0") or "0"
    number = float(text)
    if date:
        return str(from_excel(number, epoch)).removesuffix(" 00:00:00")
    return str(int(number)) if number % 1 == 0 and abs(number) <= EXACT else repr(number)


def _relations(archive: ZipFile) -> dict[str, str]:
    """The part that each relation of the workbook leads to."""
    tree = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    return {
        relation.get("Id", ""): normpath(join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in _all(tree, "Relationship")
    }


def _texts(archive: ZipFile) -> tuple[str, ...]:
    """Texts that cells share, without how they are spoken."""
    with archive.open("xl/sharedStrings.xml") as stream:
        texts = []
        for _, node in ElementTree.iterparse(stream):
            if _name(node) == "rPh":
                node.clear()
            elif _name(node) == "si":
                texts.append("".join(part.text or "" for part in _all(node, "t")))
                node.clear()
    return tuple(texts)


def _dates(archive: ZipFile) -> tuple[bool, ...]:
    """Whether each cell style is that of a date."""
    tree = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = {int(entry.get("numFmtId", 0)): entry.get("formatCode", "") for entry in _all(tree, "numFmt")}
    styles = next(_all(tree, "cellXfs"), None)
    codes = [] if styles is None else [int(style.get("numFmtId", 0)) for style in styles]
    return tuple(bool(is_date_format(own.get(code, BUILTIN_FORMATS.get(code)))) for code in codes)


def _all(node: Element, name: str) -> Iterator[Element]:
    return (inner for inner in node.iter() if _name(inner) == name)


def _child(node: Element, name: str) -> Element | None:
    return next((inner for inner in node if _name(inner) == name), None)


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2]


def _attribute(node: Element, name: str) -> str:
    """An attribute whatever its namespace: strict workbooks have another."""
    return next((value for key, value in node.items() if key.rpartition("}")[2] == name and "}" in key), "")
