"""A table to be published, before it is written in any format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from replication.publish.rounding import grouped

DASH = "\u2013"  # printed for a record that is missing


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
    wrap : str
        Two characters that print formats set around the number, "()" or "[]". A CSV leaves them out,
        because spreadsheets read (1.2) as minus 1.2.
    level : int
        Depth of a row label under the label above it.
    """

    text: str
    source: tuple[str, ...] = ()
    wrap: str = ""
    level: int = 0


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
        Sentences under the table.
    """

    id: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rules: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def numeric(self, column: int) -> bool:
        """Whether the column holds figures, so that they are set with their points under one another."""
        return self._figures[column]

    @cached_property
    def _figures(self) -> tuple[bool, ...]:
        columns = range(len(self.header))
        return tuple(any(row[c].source and is_figure(row[c].text) for row in self.rows) for c in columns)

    @cached_property
    def _decimals(self) -> tuple[int, ...]:
        """Most digits after the point in each column; -1 where no figure has a point."""
        columns = range(len(self.header))
        return tuple(max((_after_point(row[c]) for row in self.rows), default=-1) for c in columns)

    def padding(self, cell: Cell, column: int) -> tuple[bool, int]:
        """What a figure lacks on its right so that points align: a point or not, and how many digits."""
        most, own = self._decimals[column], _after_point(cell)
        if most < 0 or not is_figure(cell.text) or "e" in cell.text:
            return False, 0
        return own < 0, most - max(own, 0)


def printed(cell: Cell) -> str:
    """The cell as a reader sees it: thousands apart, wrapped, a dash for a missing record."""
    if not cell.source:
        return cell.text
    return cell.wrap[:1] + grouped(cell.text) + cell.wrap[1:] if cell.text else DASH


def is_figure(text: str) -> bool:
    """Whether a cell's text is a number (or the bound of a p value) rather than words."""
    try:
        float(text.removeprefix("<"))
    except ValueError:
        return False
    return True


def _after_point(cell: Cell) -> int:
    plain = cell.source and is_figure(cell.text) and "e" not in cell.text
    return len(cell.text.partition(".")[2]) if plain and "." in cell.text else -1
