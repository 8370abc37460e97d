"""A Table in LaTeX: booktabs rules, points aligned, broken into panels where it is wider than the page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from replication.publish import escape
from replication.publish.table import Cell, Table, is_figure, printed

_LINE = 98  # characters of a line of footnotesize between one-inch margins
_GAP = 3  # characters that the space between two columns takes
_PAGE = 46  # rows that fit on a page with caption and notes
_TEXT = 34  # characters of the widest text column; longer text runs over several lines
_HEADING = 15  # characters after which a heading breaks
_EXPONENT = re.compile(r"e(-?\d+)")

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage{textcomp}
\usepackage[margin=1in]{geometry}
\usepackage{array}
\usepackage{booktabs}
\usepackage{longtable}
\setlength{\LTcapwidth}{\linewidth}
"""


def latex_document(tables: Iterable[Table]) -> str:
    """A document that compiles with pdflatex and holds every table."""
    body = "\\clearpage\n".join(map(to_latex, tables))
    return f"{PREAMBLE}\\begin{{document}}\n{body}\\end{{document}}\n"


def to_latex(table: Table) -> str:
    r"""The table for \input; needs booktabs, array and, for one longer than a page, longtable."""
    panels = _panels(table)
    if len(table.rows) * len(panels) > _PAGE:
        return _long(table, panels)
    body = "\n\\par\\medskip\n".join(_tabular(table, columns) for columns in panels)
    return (
        f"\\begin{{table}}[htbp]\n\\centering\\footnotesize\n{_caption(table)}\n"
        f"{body}\n{_notes(table)}\\end{{table}}\n"
    )


def _caption(table: Table) -> str:
    return rf"\caption{{{escape.latex(table.title)}}}\label{{tab:{table.id}}}"


def _notes(table: Table) -> str:
    if not table.notes:
        return ""
    text = escape.latex(" ".join(table.notes))
    return (
        "\\par\\smallskip\n\\begin{minipage}{\\linewidth}\\footnotesize\n"
        f"\\textit{{Notes.}} {text}\n\\end{{minipage}}\n"
    )


def _panels(table: Table) -> list[list[int]]:
    """Columns in groups that fit on a line, each group led by the row labels."""
    widths = [_width(table, column) for column in range(len(table.header))]
    panels: list[list[int]] = [[0]]
    for column in range(1, len(widths)):
        taken = sum(widths[c] for c in panels[-1])
        if len(panels[-1]) > 1 and taken + widths[column] > _LINE:
            panels.append([0])
        panels[-1].append(column)
    return panels


def _width(table: Table, column: int) -> int:
    heading = max((len(line) for line in _lines(table.header[column])), default=0)
    widest = max(
        (len(printed(row[column])) + sum(table.padding(row[column], column)) for row in table.rows), default=0
    )
    return max(heading, widest if table.numeric(column) else min(widest, _TEXT)) + _GAP


def _tabular(table: Table, columns: list[int]) -> str:
    head, rows = _head(table, columns), _rows(table, columns)
    return (
        f"\\begin{{tabular}}{{{_alignment(table, columns)}}}\n\\toprule\n{head}\\midrule\n"
        f"{rows}\\bottomrule\n\\end{{tabular}}"
    )


def _long(table: Table, panels: list[list[int]]) -> str:
    """The table over several pages, its heading on each."""
    parts = []
    for place, columns in enumerate(panels):
        caption = _caption(table) if place == 0 else rf"\caption[]{{{escape.latex(table.title)} (continued)}}"
        again = "\\addtocounter{table}{-1}\n" if place else ""
        head = f"\\toprule\n{_head(table, columns)}\\midrule\n"
        parts.append(
            f"{again}\\begin{{longtable}}{{{_alignment(table, columns)}}}\n{caption}\\\\\n"
            f"{head}\\endfirsthead\n{head}\\endhead\n\\bottomrule\n\\endfoot\n"
            f"{_rows(table, columns)}\\end{{longtable}}\n"
        )
    return f"{{\\footnotesize\n{''.join(parts)}{_notes(table)}}}\n"


def _alignment(table: Table, columns: list[int]) -> str:
    return "".join(_column_type(table, column) for column in columns)


def _column_type(table: Table, column: int) -> str:
    if table.numeric(column):
        return "r"
    widest = max((len(row[column].text) for row in table.rows), default=0)
    return rf">{{\raggedright\arraybackslash}}p{{{_TEXT * 0.46:.2f}em}}" if widest > _TEXT else "l"


def _head(table: Table, columns: list[int]) -> str:
    cells = (_heading(table.header[column], table.numeric(column)) for column in columns)
    return f"{' & '.join(cells)} \\\\\n"


def _lines(label: str) -> list[str]:
    return textwrap.wrap(escape.one_line(label), _HEADING, break_long_words=False) or [""]


def _heading(label: str, numeric: bool) -> str:
    lines = r"\\".join(escape.latex(line) for line in _lines(label))
    return rf"\shortstack[{'r' if numeric else 'l'}]{{{lines}}}" if r"\\" in lines else lines


def _rows(table: Table, columns: list[int]) -> str:
    lines = []
    for place, row in enumerate(table.rows):
        cells = " & ".join(_cell(table, column, row[column]) for column in columns)
        lines.append(f"{_space(table, place)}{cells} \\\\\n")
    return "".join(lines)


def _space(table: Table, place: int) -> str:
    """A rule where the table asks for one; a little air after a group of rows under one label."""
    if place in table.rules:
        return "\\midrule\n"
    ends = place > 0 and table.rows[place - 1][0].level > table.rows[place][0].level
    return "\\addlinespace\n" if ends else ""


def _cell(table: Table, column: int, cell: Cell) -> str:
    if not (cell.source and is_figure(cell.text)):
        return r"\quad " * cell.level + escape.latex(printed(cell))
    text = _figure(printed(cell))
    if cell.wrap:
        text = rf"{text[: -len(_figure(cell.wrap[1]))]}\rlap{{{_figure(cell.wrap[1])}}}"
    point, digits = table.padding(cell, column)
    padding = "." * point + "0" * digits
    return rf"{text}\phantom{{{padding}}}" if padding else text


def _figure(shown: str) -> str:
    """A number with a true minus and its power of ten."""
    text = escape.latex(shown).replace("-", "$-$")
    return _EXPONENT.sub(r"$\\times10^{\1}$", text.replace("e$-$", "e-"))
