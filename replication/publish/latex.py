"""A Table in LaTeX: booktabs rules, points aligned, broken into panels where it is wider than the page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from replication.project import escape
from replication.publish.table import Cell, Line, Table, is_figure, printed

_LINE = 453.0  # points between one-inch margins on letter paper; A4 has as many
_GAP = 12.0  # points between two columns
_LETTER, _DIGIT = 4.2, 4.65  # points of a character of footnotesize in text and in figures
_PAGE = 54  # lines of footnotesize on a page under a caption
_TEXT = (34, 24, 16)  # characters after which words in a column break, the first that fits the page
_HEADING = 15  # characters after which a heading breaks
# Packages, each with what a table writes that needs it.
PACKAGES = {
    "{booktabs}": r"\\toprule",
    "{array}": r"\\arraybackslash",
    "{longtable}": r"\\begin\{longtable\}",
    "[T1]{fontenc}": r"\\textquotedbl\{\}|[^\x00-\x7f]",
    "{textcomp}": r"\\texteuro\{\}|\\textdegree\{\}|\\textasciigrave\{\}",
}
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
    body = "\\clearpage\n".join(map(_body, tables))
    return f"{PREAMBLE}\\begin{{document}}\n{body}\\end{{document}}\n"


def to_latex(table: Table) -> str:
    r"""The table for \input, after a line of comment that says which packages its document loads."""
    body = _body(table)
    needed = "".join(rf"\usepackage{name}" for name, mark in PACKAGES.items() if re.search(mark, body))
    return f"% needs {needed}\n{body}"


def _body(table: Table) -> str:
    text = _text_width(table)
    panels = _panels(table, text)
    if _height(table, text, len(panels)) > _PAGE:
        return _long(table, panels, text)
    body = "\n\\par\\medskip\n".join(_tabular(table, columns, text) for columns in panels)
    return (
        f"\\begin{{table}}[htbp]\n\\centering\\footnotesize\n{_caption(table)}\\par\\smallskip\n"
        f"{body}\n{_notes(table)}\\end{{table}}\n"
    )


def _caption(table: Table) -> str:
    return rf"\caption{{{escape.latex(table.title)}}}\label{{tab:{table.id}}}"


def _notes(table: Table) -> str:
    said = _said(table)
    if not said:
        return ""
    text = escape.latex(" ".join(said))
    return (
        "\\par\\smallskip\\noindent\n\\begin{minipage}{\\linewidth}\\footnotesize\n"
        f"\\textit{{Notes.}} {text}\n\\end{{minipage}}\n"
    )


def _said(table: Table) -> list[str]:
    """All that stands under the table, its finding first."""
    return [*filter(None, [table.finding]), *table.notes, *table.account]


def _panels(table: Table, text: int) -> list[list[int]]:
    """Columns in groups that fit on a line, each group led by the row labels."""
    widths = [_width(table, column, text) for column in range(len(table.header))]
    panels: list[list[int]] = [[0]]
    for column in range(1, len(widths)):
        taken = sum(widths[c] for c in panels[-1])
        if len(panels[-1]) > 1 and taken + widths[column] - _GAP > _LINE:
            panels.append([0])
        panels[-1].append(column)
    return panels


def _text_width(table: Table) -> int:
    """The widest setting of words at which the table fits the page whole, or the widest of all."""
    return next((text for text in _TEXT if len(_panels(table, text)) == 1), _TEXT[0])


def _width(table: Table, column: int, text: int) -> float:
    """Points that a column takes, with the space beside it."""
    numeric = table.numeric(column)
    longest = max(len(line) for line in _lines(table.header[column])) * _LETTER
    for line in filter(lambda line: not table.heads(line), table.lines):
        cells = table.cells(line, column)
        shown = " ".join(map(printed, cells))
        if numeric and any(is_figure(cell.text) for cell in cells):
            longest = max(longest, (len(shown) + sum(table.padding(cells[-1], column))) * _DIGIT)
        else:
            words = max(map(len, _lines(shown))) if numeric else len(shown) + 2 * cells[0].level
            longest = max(longest, words * _LETTER)
    if not numeric:
        longest = min(longest, _setting(table, column, text) * _LETTER)
    return longest + _GAP


def _setting(table: Table, column: int, text: int) -> int:
    """Characters on a line of a column of words: as asked, or as its longest word needs."""
    words = (word for line in table.lines for word in (table.cells(line, column)[0].text or " ").split())
    return max(text, max(map(len, words), default=0))


def _height(table: Table, text: int, panels: int) -> int:
    """Lines that all panels and the notes take."""
    columns = range(len(table.header))
    rows = sum(
        max(_depth(table.cells(line, column)[0], table.numeric(column), text) for column in columns)
        for line in table.lines
    )
    return panels * (rows + len(table.rules) + 2) + sum(map(len, _said(table))) // 110


def _depth(cell: Cell, numeric: bool, text: int) -> int:
    """Lines that a cell takes."""
    return len(_lines(cell.text)) if numeric else max(1, -(-len(cell.text) // text))


def _tabular(table: Table, columns: list[int], text: int) -> str:
    head, rows = _head(table, columns), _rows(table, columns)
    return (
        f"\\begin{{tabular}}{{{_alignment(table, columns, text)}}}\n\\toprule\n{head}\\midrule\n"
        f"{rows}\\bottomrule\n\\end{{tabular}}"
    )


def _long(table: Table, panels: list[list[int]], text: int) -> str:
    """The table over several pages, its heading on each."""
    parts = []
    for place, columns in enumerate(panels):
        caption = _caption(table) if place == 0 else rf"\caption[]{{{escape.latex(table.title)} (continued)}}"
        again = "\\addtocounter{table}{-1}\n" if place else ""
        head = f"\\toprule\n{_head(table, columns)}\\midrule\n"
        parts.append(
            f"{again}\\begin{{longtable}}{{{_alignment(table, columns, text)}}}\n{caption}\\\\\n"
            f"{head}\\endfirsthead\n{head}\\endhead\n\\bottomrule\n\\endfoot\n"
            f"{_rows(table, columns)}\\end{{longtable}}\n"
        )
    return f"{{\\footnotesize\n{''.join(parts)}{_notes(table)}}}\n"


def _alignment(table: Table, columns: list[int], text: int) -> str:
    return f"@{{}}{''.join(_column_type(table, column, text) for column in columns)}@{{}}"


def _column_type(table: Table, column: int, text: int) -> str:
    if table.numeric(column):
        return "r"
    setting = _setting(table, column, text)
    words = (row[column].text for place, row in enumerate(table.rows) if place not in table.headings)
    widest = max(map(len, words), default=0)
    return rf">{{\raggedright\arraybackslash}}p{{{setting * _LETTER:.0f}pt}}" if widest > setting else "l"


def _head(table: Table, columns: list[int]) -> str:
    cells = (_stack(table.header[column], table.numeric(column)) for column in columns)
    return f"{' & '.join(cells)} \\\\\n"


def _lines(label: str) -> list[str]:
    return textwrap.wrap(escape.one_line(label), _HEADING, break_long_words=False) or [""]


def _stack(label: str, numeric: bool) -> str:
    """Words over a column or among figures, on as many short lines as they need."""
    lines = r"\\".join(escape.latex(line) for line in _lines(label))
    return rf"\shortstack[{'r' if numeric else 'l'}]{{{lines}}}" if r"\\" in lines else lines


def _rows(table: Table, columns: list[int]) -> str:
    lines = []
    before: Line | None = None
    for line in table.lines:
        if _says_nothing_here(table, line, columns):
            continue
        lines.append(f"{_space(table, before, line)}{_line(table, line, columns)}\\\\\n")
        before = line
    return "".join(lines)


def _line(table: Table, line: Line, columns: list[int]) -> str:
    """A line's cells; a heading's words across all of them, where they ask for no width of a column."""
    if table.heads(line):
        words = escape.latex(line.label.text)
        return rf"\multicolumn{{{len(columns)}}}{{@{{}}l}}{{\textit{{{words}}}}}"
    return " & ".join(_cell(table, line, column) for column in columns) + " "


def _says_nothing_here(table: Table, line: Line, columns: list[int]) -> bool:
    """Whether a line of a model's figures has them in another panel only."""
    row = table.rows[line.rows[0]]
    of_model = any(cell.source[:1] in (("models",), ("estimates",)) for cell in row)
    return of_model and not any(row[column].text for column in columns[1:])


def _space(table: Table, before: Line | None, line: Line) -> str:
    """A rule where the table asks for one; a little air after a group of rows under one label."""
    if line.rows[0] in table.rules:
        return "\\midrule\n"
    ends = before and (before.label.level > line.label.level or table.heads(line))
    return "\\addlinespace\n" if ends else ""


def _cell(table: Table, line: Line, column: int) -> str:
    cells = table.cells(line, column)
    first, last = cells[0], cells[-1]
    if not any(cell.source and is_figure(cell.text) for cell in cells):
        numeric = table.numeric(column) and first.text
        text = _stack(first.text, True) if numeric else escape.latex(printed(first))
        return r"\quad " * first.level + text
    text = " ".join(_figure(printed(cell)) for cell in cells)
    point, digits = table.padding(last, column)
    padding = "." * point + "0" * digits
    return rf"{text}\phantom{{{padding}}}" if padding else text


def _figure(shown: str) -> str:
    """A number with a true minus and its power of ten."""
    text = escape.latex(shown).replace("-", "$-$")
    return _EXPONENT.sub(r"$\\times10^{\1}$", text.replace("e$-$", "e-"))
