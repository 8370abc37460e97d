"""The section of the report that holds printed tables beside ours, graded cell by cell."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from replication.project.places import Project
from replication.project.readback import MANIFEST, read_back, read_manifest
from replication.project.strict import read_strictly
from replication.publish.files_beside import files_of_table
from replication.publish.formats import to_html
from replication.publish.graded_tables import counted, graded_tables
from replication.publish.table import Table
from replication.spec.article_entries import Article

TITLE = "Printed tables, estimated again"
LEAD = (
    "Tables that others printed, beside the same models estimated here from raw figures. Each printed number "
    "has the best grade that holds: exact (all printed digits), rounding (the last digit differs by one), "
    "value (within a tolerance that the notes name), significance (same side of zero and same star), sign "
    "(same side of zero), differs, or not computable."
)


def graded_section(project: Project) -> Markup:
    """The section as HTML; empty where no printed table was graded.

    Raises
    ------
    DataError
        Files of the grades that are missing or were changed since they were made.
    """
    folder = project.graded.name
    made = read_manifest(project.graded).files if (project.graded / MANIFEST).exists() else {}
    shown = [
        Markup(to_html(table, f"Replication {number}", f"table-{folder}-{table.id}"))
        + files_of_table(folder, table.id, made)
        for number, table in enumerate(_tables(project), 1)
    ]
    if not shown:
        return Markup("")
    head = Markup('<section id="{}">\n<h2>{}</h2>\n<p>{}</p>\n').format(project.graded.name, TITLE, LEAD)
    return head + Markup("\n".join([*shown, "</section>"]))


def grades_told(project: Project) -> Iterator[tuple[str, str]]:
    """Each printed table with how many of its cells have which grade; refusals as of `graded_section`."""
    for article, cells in _articles(project):
        for table in article.tables:
            yield f"{article.article.title}: {table.title}", counted(cells[cells["table"] == table.id])


def _tables(project: Project) -> Iterator[Table]:
    """Every graded table, as it was made."""
    for article, cells in _articles(project):
        yield from graded_tables(article, cells)


def _articles(project: Project) -> Iterator[tuple[Article, pd.DataFrame]]:
    """Every article with its graded cells."""
    folder = project.graded
    if not (folder / MANIFEST).exists():
        return
    cells = pd.read_parquet(io.BytesIO(read_back(folder, "cells.parquet")))
    for name in sorted(name for name in read_manifest(folder).files if name.endswith(".toml")):
        read_back(folder, name)
        article = read_strictly(folder / name, Article)
        yield article, cells[cells["article"] == article.article.id]
