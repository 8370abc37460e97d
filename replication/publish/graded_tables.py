"""Printed tables beside ours: one table for each set of models, with what every print says and its grade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from replication.publish.printed_words import statistic_words
from replication.publish.table import Cell, Table
from replication.spec.article_entries import Article, Column, PrintedTable

STARS = "stars"
WORDS = {"std_error": "Standard error", "statistic": "t or z", "p_value": "p value"}
OURS = "Ours"
ROUNDED = "Ours is rounded to the last digit of the print that shows most."


@dataclass(frozen=True)
class _Line:
    """One row of a table: what it is about, and the graded cell of each print that shows it."""

    term: str
    quantity: str
    prints: tuple[dict | None, ...]
    stars: tuple[dict | None, ...]


def graded_tables(article: Article, cells: pd.DataFrame) -> list[Table]:
    """Tables of an article, those that stand for the same models beside one another.

    Parameters
    ----------
    cells : DataFrame
        Graded cells of this article: table, column, term, quantity, text, rounded, grade.
    """
    return [_beside(article, name, tables, cells) for name, tables in side_by_side(article).items()]


def side_by_side(article: Article) -> dict[str, list[PrintedTable]]:
    """Printed tables that stand for the same models, by the id of the table that shows them together."""
    groups: dict[tuple[str, ...], list[PrintedTable]] = {}
    for table in article.tables:
        models = tuple(column.model or column.id for column in table.columns)
        groups.setdefault(models, []).append(table)
    return {f"{article.article.id}_{tables[0].id}": tables for tables in groups.values()}


def counted(cells: pd.DataFrame) -> str:
    """How many cells have which grade: "40 cells: 32 exact, 2 value, 6 sign"."""
    counts = cells["grade"].value_counts(sort=False)
    told = ", ".join(f"{count} {grade}" for grade, count in counts.items())
    return f"{len(cells)} cells: {told}"


def _beside(article: Article, name: str, tables: Sequence[PrintedTable], cells: pd.DataFrame) -> Table:
    heads = [head for table in tables for head in (table.title, f"{table.title}: grade")]
    rows: list[tuple[Cell, ...]] = []
    rules: list[int] = []
    for place, column in enumerate(tables[0].columns):
        rules += [len(rows)] if rows else []
        rows.append((Cell(column.title or column.id), *([Cell("")] * (len(heads) + 1))))
        own = [table.columns[place] for table in tables]
        rows += [_row(line) for line in _lines(tables, own, cells)]
    parts = [f"{table.title}: {counted(cells[cells['table'] == table.id])}." for table in tables]
    return Table(
        id=name,
        title=f"{article.article.title}: as printed and as estimated again",
        header=("", OURS, *heads),
        rows=tuple(rows),
        rules=tuple(rules),
        notes=tuple(_notes(article, tables)),
        finding=" ".join(parts),
    )


def _notes(article: Article, tables: Sequence[PrintedTable]) -> Iterator[str]:
    head = article.article
    yield head.citation
    if head.seen:
        yield head.seen
    for table in tables:
        if table.place:
            yield f"{table.title}: {table.place}."
        if table.stars:
            levels = ", ".join(f"{mark} below {level:g}" for mark, level in table.stars.items())
            yield f"{table.title}: stars by p value: {levels}."
    yield ROUNDED
    yield f"The same value is one within {head.tolerance:g} of the printed one, relative to it."


def _lines(tables: Sequence[PrintedTable], own: Sequence[Column], cells: pd.DataFrame) -> Iterator[_Line]:
    """Rows of one model, in the order in which the prints show them."""
    prints = [
        cells[(cells["table"] == table.id) & (cells["column"] == column.id)].to_dict("records")
        for table, column in zip(tables, own, strict=True)
    ]
    found = [{(cell["term"], cell["quantity"]): cell for cell in shown} for shown in prints]
    for term, quantity in dict.fromkeys(key for shown in found for key in shown if key[1] != STARS):
        yield _Line(
            term,
            quantity,
            tuple(shown.get((term, quantity)) for shown in found),
            tuple(shown.get((term, STARS)) if quantity == "estimate" else None for shown in found),
        )


def _row(line: _Line) -> tuple[Cell, ...]:
    label = line.term if line.quantity == "estimate" else WORDS.get(line.quantity)
    level = 1 if line.quantity == "estimate" or not line.term else 2
    first = Cell(label or statistic_words(line.quantity, "", {}), level=level)
    shown = [cell for pair in zip(line.prints, line.stars, strict=True) for cell in _printed(*pair)]
    return (first, _ours(line), *shown)


def _ours(line: _Line) -> Cell:
    texts = [cell["rounded"] for cell in line.prints if cell]
    stars = next((cell["rounded"] for cell in line.stars if cell), "")
    key = next(_key(cell) for cell in line.prints if cell)
    around = ("(", ")") if line.quantity in WORDS else ("", stars)
    return Cell(max(texts, key=len), (*key, "ours"), *around)


def _printed(cell: dict | None, stars: dict | None) -> tuple[Cell, Cell]:
    """What one print shows, and its grade."""
    if cell is None:
        return Cell(""), Cell("")
    number, before, after = _parted(cell, stars)
    grade = cell["grade"]
    if stars is not None and stars["grade"] == "differs":
        grade = f"{grade}, star differs"
    return Cell(number, (*_key(cell), "printed"), before, after), Cell(grade)


def _parted(cell: dict, stars: dict | None) -> tuple[str, str, str]:
    """The number as printed, and what print sets before and behind it: brackets, stars."""
    marks = stars["text"] if stars else ""
    before, after = ("(", ")") if cell["quantity"] in WORDS else ("", marks)
    return cell["number"], before, after


def _key(cell: dict) -> tuple[str, ...]:
    return ("published", *(cell[name] for name in ("article", "table", "column", "term", "quantity")))
