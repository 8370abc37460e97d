"""A Table as CSV, Markdown or HTML: the same cells as in LaTeX (`latex.py`); only the setting differs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from importlib import resources

from replication.project import escape
from replication.publish.table import FIGURE_SPACE, POINT_SPACE, Cell, Line, Table, is_figure, printed

Origin = Callable[[Cell], str]

_MANY = 10  # columns after which a printed page is turned
_EXPONENT = re.compile(r"e(-?\d+)")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def to_csv(table: Table) -> str:
    """Header and rows; numbers bare, text safe to open in a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([escape.csv_text(label) for label in table.header])
    writer.writerows([escape.csv_text(cell.text) for cell in row] for row in table.rows)
    return stream.getvalue()


def to_markdown(table: Table) -> str:
    """Title, finding, a pipe table, notes."""
    columns = range(len(table.header))
    header = _pipes(escape.markdown(label) for label in table.header)
    ruler = _pipes("---:" if table.numeric(column) else "---" for column in columns)
    rows = [_pipes(_markdown_cell(table, line, column) for column in columns) for line in table.lines]
    finding = [escape.markdown(table.finding)] if table.finding else []
    said = [*table.notes, *table.account]
    notes = [f"*Notes.* {escape.markdown(' '.join(said))}"] if said else []
    parts = [f"**{escape.markdown(table.title)}**", *finding, "\n".join([header, ruler, *rows]), *notes]
    return "\n\n".join(parts) + "\n"


def _markdown_cell(table: Table, line: Line, column: int) -> str:
    cells = table.cells(line, column)
    if column == 0 and table.heads(line):
        return f"**{escape.markdown(line.label.text)}**"
    return "&emsp;" * cells[0].level + " ".join(escape.markdown(printed(cell)) for cell in cells)


def _pipes(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def to_html(table: Table, label: str = "", anchor: str = "", origin: Origin | None = None) -> str:
    """The table as an HTML figure that the stylesheet sets with three rules and aligned points.

    Its figures take one stop of the Tab key together: the table is entered, and arrow keys go on from there.

    Parameters
    ----------
    label : "Table 3", set before the title
    anchor : id of the element; the table's own id if empty
    origin : the anchor at which a cell's record is accounted for; no links if None
    """
    name = escape.html_text(anchor or table.id)
    number = f'<span class="label">{escape.html_text(label)}.</span> ' if label else ""
    caption = f'<figcaption id="{name}-title">{number}{escape.html_text(table.title)}</figcaption>'
    finding = f'\n<p class="answer">{escape.html_text(table.finding)}</p>' if table.finding else ""
    columns = range(len(table.header))
    head = "".join(_heading(table, column) for column in columns)
    body = "\n".join(_html_line(table, line, origin) for line in table.lines)
    kind = "table many" if len(columns) > _MANY else "table"
    return (
        f'<figure class="{kind}" id="{name}">\n{caption}{finding}\n'
        f'<div class="wide" tabindex="0" role="group" aria-labelledby="{name}-title"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>{_said(table)}\n</figure>\n"
    )


def _said(table: Table) -> str:
    """Notes, and folded beneath them how the numbers were made."""
    notes = escape.html_text(" ".join(table.notes))
    notes = f'\n<p class="notes"><i>Notes.</i> {notes}</p>' if notes else ""
    items = "".join(f"<li>{escape.html_text(each)}</li>" for each in table.account)
    folded = '\n<details class="account"><summary>Errors, rows and options</summary><ul>'
    return notes + (f"{folded}{items}</ul></details>" if items else "")


def _heading(table: Table, column: int) -> str:
    kind = ' class="figure"' if table.numeric(column) else ""
    text = escape.html_text(table.header[column])
    return f'<th scope="col"{kind}>{text}</th>' if text else f"<td{kind}></td>"


def _html_line(table: Table, line: Line, origin: Origin | None) -> str:
    cells = "".join(_html_cell(table, line, column, origin) for column in range(len(table.header)))
    return f'<tr class="rule">{cells}</tr>' if line.rows[0] in table.rules else f"<tr>{cells}</tr>"


def _html_cell(table: Table, line: Line, column: int, origin: Origin | None) -> str:
    cells = table.cells(line, column)
    if column == 0 and not table.numeric(0):
        kind = "heading" if table.heads(line) else f"level{cells[0].level}"
        return f'<th scope="row" class="{kind}">{escape.html_text(cells[0].text)}</th>'
    words = any(cell.text and not is_figure(cell.text) for cell in cells)
    kind = f' class="figure{" words" * words}"' if table.numeric(column) else ""
    point, digits = table.padding(cells[-1], column)
    shown = " ".join(_linked(cell, origin) for cell in cells)
    return f"<td{kind}>{shown}{POINT_SPACE * point}{FIGURE_SPACE * digits}</td>"


def _linked(cell: Cell, origin: Origin | None) -> str:
    """A figure that leads to where its record is accounted for."""
    shown = _html_figure(cell)
    if origin is None or not (cell.source and cell.text):
        return shown
    record = escape.html_text(", ".join(part for part in cell.source if part))
    place = escape.html_text(origin(cell))
    return f'<a class="from" tabindex="-1" href="#{place}" title="{record}">{shown}</a>'


def _html_figure(cell: Cell) -> str:
    """A figure with a true minus, and its power of ten as one."""
    if not (cell.source and is_figure(cell.text)):
        return escape.html_text(printed(cell))
    shown = _EXPONENT.sub(lambda power: "×10" + power[1].translate(_SUPERSCRIPT), printed(cell))
    return escape.html_text(shown.replace("-", "\u2212"))


def stylesheet() -> str:
    """The one stylesheet of tables and report."""
    return resources.files("replication.publish").joinpath("templates/style.css").read_text("utf-8")


def html_document(table: Table) -> str:
    """A page of its own for one table."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape.html_text(table.title)}</title>\n<style>\n{stylesheet()}</style>\n</head>\n"
        f'<body class="single">\n{to_html(table)}</body>\n</html>\n'
    )
