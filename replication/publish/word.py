"""Tables as a Word document: three rules, figures with their points under one another, notes beneath.

The bytes depend on the tables alone: a .docx is a zip file, and its entries bear one fixed date and are not
compressed, because two compressors pack the same text differently.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from replication.project.escape import visible
from replication.publish.table import Line, Table, aligned

DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold
THICK, THIN = 8, 4  # eighths of a point
SMALL = Pt(9)
UNUSED = ("stylesWithEffects", "thumbnail")  # parts of the template, by the last word of their relation
LANDSCAPE = 7  # columns from which the page is turned


def word_document(tables: Iterable[Table]) -> bytes:
    """A document that holds every table, each with its title above and its notes beneath."""
    document = _plain_document()
    shown = list(tables)
    if any(len(table.header) > LANDSCAPE for table in shown):
        page = document.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = page.page_height, page.page_width
    for table in shown:
        _add(document, table)
    return _fixed(document)


def _plain_document() -> WordDocument:
    """python-docx's own template in small letters and close lines, without its picture and the 160 styles of
    which no table here uses one."""
    document = Document()
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, each in relations.items() if each.reltype.rpartition("/")[2] in UNUSED]:
            del relations[key]
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:default")) is None:
            styles.remove(style)
    usual = document.styles["Normal"]
    usual.font.size, usual.paragraph_format.space_after = SMALL, Pt(0)
    return document


def _add(document: WordDocument, table: Table) -> None:
    _write(document.add_paragraph(), table.title, bold=True)
    if table.finding:
        _write(document.add_paragraph(), table.finding)
    grid = document.add_table(rows=1 + len(table.lines), cols=len(table.header))
    first, *others = grid.rows
    _mark(first, "w:tblHeader")  # stands again at the head of every page
    for column, cell in enumerate(first.cells):
        _fill(cell, table.header[column], right=table.numeric(column))
        _rule(cell, "top", THICK)
        _rule(cell, "bottom", THIN)
    for line, row in zip(table.lines, others, strict=True):
        _fill_line(row, table, line)
        _mark(row, "w:cantSplit")
    for cell in grid.rows[-1].cells:
        _rule(cell, "bottom", THICK)
    said = [*table.notes, *table.account]
    if said:
        _write(document.add_paragraph(), f"Notes. {' '.join(said)}")


def _fill_line(row: _Row, table: Table, line: Line) -> None:
    """A line's cells; a heading's words across all of them."""
    for cell in row.cells:
        if line.rows[0] in table.rules:
            _rule(cell, "top", THIN)
    if table.heads(line):
        whole = row.cells[0].merge(row.cells[-1])
        _write(whole.paragraphs[0], line.label.text, italic=True)
    else:
        for column, cell in enumerate(row.cells):
            _fill(cell, aligned(table, line, column), right=table.numeric(column))


def _mark(row: _Row, property_of_rows: str) -> None:
    """A property of a row that python-docx has no word for."""
    row._tr.get_or_add_trPr().append(OxmlElement(property_of_rows))


def _fill(cell: _Cell, text: str, *, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write(paragraph, text)


def _write(paragraph: Paragraph, text: str, *, bold: bool = False, italic: bool = False) -> None:
    """Text; what XML cannot hold becomes a blank."""
    run = paragraph.add_run(visible(text))
    run.bold, run.italic = bold or None, italic or None


def _rule(cell: _Cell, side: str, eighths: int) -> None:
    """A line along one side of a cell; python-docx has no borders of its own."""
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)


def _fixed(document: WordDocument) -> bytes:
    """The document with one date on every entry, none of them compressed."""
    written, fixed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with ZipFile(written) as old, ZipFile(fixed, "w", ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, DATE), old.read(name))
    return fixed.getvalue()
