"""A cell of a published table, found by the words that a reader has for it."""

from __future__ import annotations

from collections.abc import Iterator

from replication.errors import DataError, one_of
from replication.publish.table import Cell, Table


def cell_at(table: Table, row: str, column: str) -> Cell:
    """The cell in a row and a column.

    Parameters
    ----------
    row : str
        Its printed label; "label above / label" where the label stands more than once; a term, statistic,
        group or period of the record behind it; a printed term; or its number, from 1.
    column : str
        Its printed heading, the id of a model, or its number, from 1 after the labels.

    Raises
    ------
    DataError
        No such row or column, more than one such row, or a cell with no record behind it.
    """
    place = _row(table, row)
    found = table.rows[place][_column(table, column)]
    if not found.source:
        raise DataError(f"table {table.id}, {row!r}, {column!r}: no record is behind {found.text!r}")
    return found


def paths(table: Table) -> list[str]:
    """Every row's label with those that it stands under: "Bank stake / s.e.", within a panel too."""
    above: list[str] = []
    panel: list[str] = []
    found = []
    for place, row in enumerate(table.rows):
        if place in table.panels:
            panel, above = [row[0].text], []
        else:
            above = [*above[: row[0].level], row[0].text]
        found.append(" / ".join([*panel, *above]))
    return found


def _row(table: Table, word: str) -> int:
    named = paths(table)
    ways = (
        [place for place, path in enumerate(named) if path == word],
        [place for place, row in enumerate(table.rows) if row[0].text == word],
        _highest(table, [place for place, row in enumerate(table.rows) if word in _keys(row)]),
        [int(word) - 1] if word.isdecimal() and 0 < int(word) <= len(named) else [],
    )
    found = next((way for way in ways if way), [])
    if len(found) == 1:
        return found[0]
    if found:
        known = "; ".join(repr(named[place]) for place in found[:6])
        raise DataError(f"table {table.id}: row {word!r} stands {len(found)} times; say which: {known}")
    labels = [row[0].text for row in table.rows if row[0].level == 0]
    keys = [key for row in table.rows for key in _keys(row)]
    raise DataError(f"table {table.id}: {one_of('row', word, dict.fromkeys([*labels, *keys]))}")


def _highest(table: Table, places: list[int]) -> list[int]:
    """Of rows on one term, the one with the coefficient: its errors and p value stand deeper."""
    top = min((table.rows[place][0].level for place in places), default=0)
    return [place for place in places if table.rows[place][0].level == top]


def _keys(row: tuple[Cell, ...]) -> set[str]:
    """Words by which the records behind a row are known: terms, statistics, groups, periods."""
    return set(_words(row))


def _words(row: tuple[Cell, ...]) -> Iterator[str]:
    for cell in row:
        match cell.source:
            case ("estimates", _, _, term, _):
                yield term
            case ("models", _, _, name, of):
                yield of or name
            case ("statistics", statistic, group, period):
                yield from (statistic, group, period)
            case ("published", _, _, _, term, quantity, _):
                yield term or quantity


def _column(table: Table, word: str) -> int:
    headings = list(table.header)
    if word in headings[1:]:
        return headings.index(word, 1)
    models = {
        cell.source[1]: place for row in table.rows for place, cell in enumerate(row) if _of_model(cell)
    }
    if word in models:
        return models[word]
    if word.isdecimal() and 0 < int(word) < len(headings):
        return int(word)
    raise DataError(f"table {table.id}: {one_of('column', word, [*headings[1:], *models])}")


def _of_model(cell: Cell) -> bool:
    return bool(cell.source) and cell.source[0] in ("estimates", "models")
