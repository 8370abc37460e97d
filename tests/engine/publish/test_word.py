"""A Word document holds what the table prints, in the same bytes every time."""

from __future__ import annotations

import io
import time
from zipfile import ZipFile

import pytest
from docx import Document

from replication.publish.table import Cell, Table
from replication.publish.word import DATE, word_document

KEY = ("estimates", "m", "hc1", "x", "estimate")
TABLE = Table(
    id="t",
    title="Aid & <trade>",
    header=("", "Pooled", "Within"),
    rows=(
        (Cell("x\u0007"), Cell("-1.25", KEY), Cell("0.5", KEY)),
        (Cell("Years", level=1), Cell("12345", KEY), Cell("", KEY)),
        (Cell("Effects"), Cell("none"), Cell("entity")),
    ),
    rules=(2,),
    notes=("A note.",),
    account=("An account.",),
    finding="It rises.",
)


def read(content: bytes):
    return Document(io.BytesIO(content))


def test_cells_title_and_notes_are_those_of_the_table():
    document = read(word_document([TABLE]))
    rows = [[cell.text.strip("\u2007\u2008") for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [
        ["", "Pooled", "Within"],
        ["x ", "\u22121.25", "0.5"],
        ["\u2003Years", "12,345", "\u2013"],
        ["Effects", "none", "entity"],
    ]
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said == ["Aid & <trade>", "It rises.", "Notes. A note. An account."]


def test_the_bytes_depend_on_the_table_alone(monkeypatch):
    first = word_document([TABLE, TABLE])
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    assert word_document([TABLE, TABLE]) == first
    with ZipFile(io.BytesIO(first)) as file:
        assert {entry.date_time for entry in file.infolist()} == {DATE}
        assert file.testzip() is None


@pytest.mark.parametrize(("columns", "turned"), [(6, False), (9, True)])
def test_a_wide_table_turns_the_page(columns, turned):
    wide = Table("w", "W", ("",) * columns, ((Cell(""),) * columns,))
    page = read(word_document([wide])).sections[0]
    assert (page.page_width > page.page_height) == turned
