"""What stands behind cells beside the studies: curves of other choices, printed tables that were graded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from replication.errors import DataError
from replication.project.files import checksum
from replication.project.fingerprint import require_this_program
from replication.project.places import Project
from replication.project.readback import AGAIN, read_back, read_manifest
from replication.project.strict import read_strictly
from replication.publish.graded_tables import STARS, graded_tables
from replication.publish.record_index import QUANTITIES
from replication.publish.table import Cell, Table
from replication.records.tidy_tables import CELLS
from replication.spec.article_entries import Article
from replication.versions.provenance import Results, models_behind, record


def curve_table(folder: Path, name: str) -> Table:
    """A table of a robustness check as it was written, each figure with its record."""
    require_this_program(folder)
    lines = list(csv.reader(io.StringIO(read_back(folder, f"tables/{name}.csv").decode("utf-8"), newline="")))
    records = pd.read_parquet(io.BytesIO(read_back(folder, "statistics.parquet")))
    own = records[records["statistic"] == name]
    header, figures = lines[0], set(own["period"])
    rows = tuple(_curve_row(name, header, line, figures) for line in lines[1:])
    return Table(name, name, tuple(header), rows)


def _curve_row(name: str, header: list[str], line: list[str], figures: set[str]) -> tuple[Cell, ...]:
    """A row: words at the left, which together name its records, and figures under the headings of these."""
    words = [text for head, text in zip(header, line, strict=True) if head not in figures]
    row = ": ".join(dict.fromkeys(filter(None, words)))
    return tuple(
        Cell(text, ("statistics", name, row, head) if head in figures else ())
        for head, text in zip(header, line, strict=True)
    )


def behind_curve(results: Results, folder: Path, cell: Cell) -> Iterator[str]:
    """The record of a figure, the check that it is of, and the model around which choices were made."""
    yield record(results.project, folder, "statistics", cell.source[1:])
    spec = next(spec for spec in results.study.robustness if cell.source[1] in spec.tables)
    yield f"robustness: {spec.id} of {results.shown(results.folder / 'study.toml')}: {spec.term}"
    yield from (f"  choice {choice.id}: {choice.reason}" for choice in spec.choices)
    yield from models_behind(results, [spec.model])


def printed_tables(folder: Path) -> Iterator[tuple[Article, Table]]:
    """Every graded table, as it was made, with its article."""
    require_this_program(folder)
    cells = pd.read_parquet(io.BytesIO(read_back(folder, "cells.parquet")))
    for name in sorted(name for name in read_manifest(folder).files if name.endswith(".toml")):
        read_back(folder, name)
        article = read_strictly(folder / name, Article)
        tables = graded_tables(article, cells[cells["article"] == article.article.id])
        yield from ((article, table) for table in tables)


def behind_printed(results: Results, folder: Path, article: Article, cell: Cell) -> Iterator[str]:
    """The graded cell, where it is printed, our record, and what is behind that."""
    key = cell.source[1:6]
    yield record(results.project, folder, "cells", key)
    yield from _print(results, folder, article, key)
    cells = pd.read_parquet(io.BytesIO(read_back(folder, "cells.parquet")))
    graded = cells[(cells[list(CELLS.key)] == key).all(axis=1)].iloc[0]
    if graded["model"]:
        yield record(results.project, results.folder, *_ours(results, article, graded))
        yield from models_behind(results, [graded["model"]], graded["error"])


def _print(results: Results, folder: Path, article: Article, key: tuple[str, ...]) -> Iterator[str]:
    """The file of the cells and the print that they were read from."""
    _, table, column, term, quantity = key
    entry, head = _declared(results.project, article), article.article
    path = entry.with_suffix(".csv") if term else entry
    used = read_manifest(folder).published.get(path.name, "")
    state = "as graded" if checksum(path) == used else f"CHANGED since: sha256 {used} was graded"
    what = term or quantity
    yield f"print: {results.shown(path)}, sha256 {checksum(path)} ({state})"
    yield f"  {what} in column {column} of table {table}"
    yield f"  {head.citation}"
    if head.seen:
        yield f"  {' '.join(head.seen.split())}"


def _declared(project: Project, article: Article) -> Path:
    """The file of printed tables that declares an article."""
    for path in project.published_files:
        if read_strictly(path, Article).article.id == article.article.id:
            return path
    raise DataError(f"{project.published}: no file declares {article.article.id!r} any more; {AGAIN}")


def _ours(results: Results, article: Article, graded: pd.Series[str]) -> tuple[str, list[str]]:
    """Kind and key of the record that a printed cell was graded against."""
    model, error, quantity = (graded[name] for name in ("model", "error", "quantity"))
    if quantity in (*QUANTITIES, STARS):
        return "estimates", [model, error, article.terms.get(graded["term"], graded["term"])]
    known = results.records.models
    mine = known[(known["model"] == model) & (known["name"] == quantity) & known["error"].isin(["", error])]
    return "models", [model, mine["error"].iloc[0], quantity, ""]
