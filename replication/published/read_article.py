"""Printed tables as files: a TOML file that says what each column is, and the cells as CSV beside it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from replication.errors import StudyError, one_of
from replication.project.strict import MAX_BYTES, check_ids, located, plain_content, read_strictly
from replication.spec.article_entries import Article, PrintedTable
from replication.spec.entry import Entry

HEADINGS = ("table", "column", "term", "estimate", "error")
REASON = "missing"  # a heading that may be left out


@dataclass(frozen=True)
class Row:
    """One row of the cells: texts as printed, "" where nothing is printed.

    Attributes
    ----------
    table, column, term : str
    estimate, error : str
    missing : str
        Why we have no such number.
    """

    table: str
    column: str
    term: str
    estimate: str
    error: str
    missing: str = ""


def cells_file(path: Path) -> Path:
    """The cells that belong to a file of printed tables."""
    return path.with_suffix(".csv")


def read_article(path: Path) -> tuple[Article, list[Row]]:
    """The printed tables of one article and their cells.

    Raises
    ------
    StudyError
        Anything wrong with one of the two files, told with its place and with what is allowed.
    """
    article = read_strictly(path, Article)
    located(path.name, _check_article, article)
    cells = cells_file(path)
    rows = _read_cells(cells)
    located(cells.name, _check_rows, article, rows)
    return article, rows


def _check_article(article: Article) -> None:
    located("article", _refuse_empty, article.article)
    check_ids("tables", (table.id for table in article.tables))
    for table in article.tables:
        located(f"tables.{table.id}", _check_table, table)


def _check_table(table: PrintedTable) -> None:
    _refuse_empty(table)
    check_ids("columns", (column.id for column in table.columns))
    for column in table.columns:
        if bool(column.model) == bool(column.missing):
            raise StudyError(
                f"columns.{column.id}: names a model and why there is none, or neither; allowed: one"
            )
    if len(set(table.stars.values())) < len(table.stars):
        raise StudyError("stars: two marks for one level; allowed: a level of its own for each")


def _refuse_empty(entry: Entry) -> None:
    for name in sorted(entry.model_fields_set):
        value = getattr(entry, name)
        if isinstance(value, str) and not value.strip():
            raise StudyError(f"{name} is empty; write it, or leave the key out")


def _read_cells(path: Path) -> list[Row]:
    content = plain_content(path, MAX_BYTES, StudyError, path.name)
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as problem:
        raise StudyError(
            f"{path.name}: byte {problem.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except csv.Error as problem:
        raise StudyError(f"{path.name}: not CSV: {problem}") from None
    headings = tuple(lines[0]) if lines else ()
    if headings not in (HEADINGS, (*HEADINGS, REASON)):
        raise StudyError(
            f"{path.name}: headings are {', '.join(headings)[:80] or 'missing'}; "
            f"allowed: {', '.join(HEADINGS)}, and {REASON} behind them or not"
        )
    return [_row(path.name, place, line, len(headings)) for place, line in enumerate(lines[1:], 2) if line]


def _row(name: str, place: int, line: list[str], width: int) -> Row:
    if len(line) != width:
        raise StudyError(f"{name}: row {place} has {len(line)} cells; allowed: {width}, one a heading")
    return Row(*(cell.strip() for cell in line))


def _check_rows(article: Article, rows: list[Row]) -> None:
    """Every row belongs to a column that the file declares, once, and prints something."""
    columns = {table.id: [column.id for column in table.columns] for table in article.tables}
    for row in rows:
        if row.table not in columns:
            raise StudyError(one_of("table", row.table, columns))
        if row.column not in columns[row.table]:
            raise StudyError(f"table {row.table}: {one_of('column', row.column, columns[row.table])}")
        if not row.term or not (row.estimate or row.error):
            raise StudyError(
                f"table {row.table}, column {row.column}: {_lack(row)}; leave the row out or fill it"
            )
    twice = [key for key, n in Counter((row.table, row.column, row.term) for row in rows).items() if n > 1]
    if twice:
        raise StudyError(f"table {', column '.join(twice[0][:2])}: the term {twice[0][2]!r} stands twice")


def _lack(row: Row) -> str:
    return f"nothing is printed for {row.term!r}" if row.term else "a row without a term"
