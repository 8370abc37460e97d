"""A table to be published, before it is written in any format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from replication.publish.rounding import grouped

DASH = "\u2013"  # printed for a record that is missing
MINUS, INDENT = "\u2212", "\u2003"
FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"  # as wide as a digit and as a point


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text : str
        What is printed, unescaped: a rounded number with a point, a label, or "".
    source : tuple of str
        Key of the tidy record that the text is rounded from: ("estimates", model, error,
        term, column), ("models", model, error, name, of), ("statistics", statistic, group, period) or
        ("table", name, row number, column); empty for a label.
    before, after : str
        What print formats set around the number: brackets, the comma of an interval. A CSV leaves them out,
        because spreadsheets read (1.2) as minus 1.2.
    level : int
        Depth of a row label under the label above it.
    """

    text: str
    source: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    level: int = 0


@dataclass(frozen=True)
class Line:
    """One printed line: rows that are set beside one another, and what stands before them.

    Attributes
    ----------
    label : Cell
    rows : tuple of int
        Indexes of the rows of the table.
    """

    label: Cell
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells with a heading and notes.

    Attributes
    ----------
    id : str
        File name without ending.
    title : str
    header : tuple of str
        One label a column, the first for the row labels.
    rows : tuple of tuple of Cell
    rules : tuple of int
        Indexes of the rows that a thin line stands above.
    notes : tuple of str
        What a reader of the table must know; sentences.
    account : tuple of str
        How its numbers were made: conventions, rows used and left out, options; sentences.
    headings : tuple of int
        Indexes of the rows that have a label alone, the heading of the rows under it.
    panels : tuple of int
        Those of them that head a block of models.
    finding : str
        The sentence that answers what the table asks.
    joined : tuple of Line
        Rows that print formats set on one line, in order; a CSV has them apart. None: each row is a line.
    """

    id: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rules: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    finding: str = ""
    joined: tuple[Line, ...] = ()
    headings: tuple[int, ...] = ()
    panels: tuple[int, ...] = ()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every printed line, in order."""
        together = {line.rows[0]: line for line in self.joined}
        behind = {row for line in self.joined for row in line.rows[1:]}
        return tuple(
            together.get(place, Line(row[0], (place,)))
            for place, row in enumerate(self.rows)
            if place not in behind
        )

    def cells(self, line: Line, column: int) -> tuple[Cell, ...]:
        """What a line shows in a column; a single empty cell if nothing, or if every record is missing."""
        if column == 0:
            return (line.label,)
        cells = tuple(self.rows[row][column] for row in line.rows)
        shown = tuple(cell for cell in cells if cell.source or cell.text)
        return shown if any(cell.text for cell in shown) else shown[:1] or cells[:1]

    def heads(self, line: Line) -> bool:
        """Whether a line is the heading of those under it, and has no cells of its own."""
        return line.rows[0] in self.headings

    def numeric(self, column: int) -> bool:
        """Whether the column holds figures, so that they are set with their points under one another."""
        return self._figures[column]

    @cached_property
    def _figures(self) -> tuple[bool, ...]:
        columns = range(len(self.header))
        return tuple(any(row[c].source and is_figure(row[c].text) for row in self.rows) for c in columns)

    @cached_property
    def _decimals(self) -> tuple[int, ...]:
        """Most digits after the point at the end of a line in each column; -1 where none has a point."""
        columns = range(len(self.header))
        ends = [[self.cells(line, c)[-1] for line in self.lines] for c in columns]
        return tuple(max((_after_point(cell) for cell in cells), default=-1) for cells in ends)

    def padding(self, cell: Cell, column: int) -> tuple[bool, int]:
        """What the last figure of a line lacks so that points align: a point or not, and how many digits."""
        most, own = self._decimals[column], _after_point(cell)
        if most < 0 or not is_figure(cell.text) or "e" in cell.text or cell.after:
            return False, 0
        return own < 0, most - max(own, 0)


def printed(cell: Cell) -> str:
    """The cell as a reader sees it: thousands apart, in its brackets, a dash for a missing record."""
    if not cell.source:
        return cell.text
    return cell.before + grouped(cell.text) + cell.after if cell.text else DASH


def aligned(table: Table, line: Line, column: int) -> str:
    """What a line shows in a column, with true minuses, padded so that points stand under one another."""
    cells = table.cells(line, column)
    shown = " ".join(
        printed(cell).replace("-", MINUS) if cell.source and is_figure(cell.text) else printed(cell)
        for cell in cells
    )
    if not table.numeric(column):
        return INDENT * cells[0].level + shown
    point, digits = table.padding(cells[-1], column)
    return shown + POINT_SPACE * point + FIGURE_SPACE * digits


def is_figure(text: str) -> bool:
    """Whether a cell's text is a number (or the bound of a p value) rather than words."""
    try:
        float(text.removeprefix("<"))
    except ValueError:
        return False
    return True


def _after_point(cell: Cell) -> int:
    plain = cell.source and is_figure(cell.text) and "e" not in cell.text and not cell.after
    return len(cell.text.partition(".")[2]) if plain and "." in cell.text else -1
