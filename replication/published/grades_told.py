"""What a command prints of graded tables: every cell of them, or counts alone."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from replication.publish.graded_tables import counted
from replication.spec.article_entries import Article


def told(found: Iterable[tuple[Article, pd.DataFrame]]) -> list[str]:
    """One line an article and table: how many cells have which grade."""
    return [
        f"{article.article.id}: {table.title}: {counted(cells[cells['table'] == table.id])}"
        for article, cells in found
        for table in article.tables
    ]


def cell_by_cell(article: Article, cells: pd.DataFrame) -> list[str]:
    """A line for each printed cell, in columns, then the counts."""
    heading = ("table", "column", "term", "quantity", "printed", "ours", "grade", "reason")
    shown = cells[["table", "column", "term", "quantity", "text", "rounded", "grade", "reason"]]
    rows = [heading, *shown.itertuples(index=False, name=None)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heading))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return [*lines, *told([(article, cells)])]
