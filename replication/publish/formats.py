"""A Table as CSV, Markdown, HTML or LaTeX. The same cells in each; only the setting differs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from importlib import resources

from replication.project import escape
from replication.publish.latex import latex_document, to_latex
from replication.publish.table import Cell, Table, is_figure, printed

__all__ = ["html_document", "latex_document", "stylesheet", "to_csv", "to_html", "to_latex", "to_markdown"]

Origin = Callable[[Cell], str]

_FIGURE_SPACE, _POINT_SPACE = "\u2007", "\u2008"  # as wide as a digit and as a point
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
    """Title, a pipe table, notes."""
    columns = range(len(table.header))
    header = _pipes(escape.markdown(label) for label in table.header)
    ruler = _pipes("---:" if table.numeric(column) else "---" for column in columns)
    rows = [
        _pipes("&emsp;" * cell.level + escape.markdown(printed(cell)) for cell in row) for row in table.rows
    ]
    notes = [f"*Notes.* {escape.markdown(' '.join(table.notes))}"] if table.notes else []
    parts = [f"**{escape.markdown(table.title)}**", "\n".join([header, ruler, *rows]), *notes]
    return "\n\n".join(parts) + "\n"


def _pipes(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def to_html(table: Table, label: str = "", anchor: str = "", origin: Origin | None = None) -> str:
    """The table as an HTML figure that the stylesheet sets with three rules and aligned points.

    Parameters
    ----------
    label : "Table 3", set before the title
    anchor : id of the element; the table's own id if empty
    origin : the anchor at which a cell's record is accounted for; no links if None
    """
    number = f'<span class="number">{escape.html_text(label)}.</span> ' if label else ""
    caption = f"<figcaption>{number}{escape.html_text(table.title)}</figcaption>"
    columns = range(len(table.header))
    head = "".join(_heading(table, column) for column in columns)
    body = "\n".join(_html_row(table, place, row, origin) for place, row in enumerate(table.rows))
    notes = escape.html_text(" ".join(table.notes))
    notes = f'\n<p class="notes"><i>Notes.</i> {notes}</p>' if notes else ""
    kind = "table many" if len(columns) > _MANY else "table"
    return (
        f'<figure class="{kind}" id="{escape.html_text(anchor or table.id)}">\n{caption}\n'
        f'<div class="wide" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>{notes}\n</figure>\n"
    )


def _heading(table: Table, column: int) -> str:
    kind = ' class="figure"' if table.numeric(column) else ""
    return f'<th scope="col"{kind}>{escape.html_text(table.header[column])}</th>'


def _html_row(table: Table, place: int, row: tuple[Cell, ...], origin: Origin | None) -> str:
    cells = "".join(_html_cell(table, column, cell, origin) for column, cell in enumerate(row))
    return f'<tr class="rule">{cells}</tr>' if place in table.rules else f"<tr>{cells}</tr>"


def _html_cell(table: Table, column: int, cell: Cell, origin: Origin | None) -> str:
    if column == 0 and not table.numeric(0):
        return f'<th scope="row" class="level{cell.level}">{escape.html_text(cell.text)}</th>'
    words = cell.text and not is_figure(cell.text)
    kind = f' class="figure{" words" * bool(words)}"' if table.numeric(column) else ""
    shown = _html_figure(table, column, cell)
    if origin is None or not (cell.source and cell.text):
        return f"<td{kind}>{shown}</td>"
    record = escape.html_text(", ".join(part for part in cell.source if part))
    place = escape.html_text(origin(cell))
    return f'<td{kind}><a class="from" href="#{place}" title="{record}">{shown}</a></td>'


def _html_figure(table: Table, column: int, cell: Cell) -> str:
    """A figure with a true minus, padded to the column's decimals, its closing bracket hung outside."""
    if not (cell.source and is_figure(cell.text)):
        return escape.html_text(printed(cell))
    shown = _EXPONENT.sub(lambda power: "×10" + power[1].translate(_SUPERSCRIPT), printed(cell))
    text = escape.html_text(shown.replace("-", "\u2212"))
    if cell.wrap:
        text = f'{text[:-1]}<span class="hung">{text[-1]}</span>'
    point, digits = table.padding(cell, column)
    return text + _POINT_SPACE * point + _FIGURE_SPACE * digits


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
