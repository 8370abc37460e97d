"""A table to be published, before it is written in any format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text : str
        What is printed, unescaped: a rounded number with a point, a label, or "".
    source : tuple of str
        Key of the tidy record that the text is rounded from: ("estimates", model, term, "estimate"),
        ("models", model, name) or ("statistics", statistic, group, period); empty for a label.
    """

    text: str
    source: tuple[str, ...] = ()


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
