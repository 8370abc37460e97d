"""A table that a user brings, described: summary statistics, correlations, and what kind of panel it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from replication.describe.summary import correlations
from replication.errors import DataError
from replication.language.evaluate import Rows, evaluate_numbers
from replication.language.nodes import Name, show
from replication.language.syntax import parse
from replication.panel.guess import guessed_panel, structure
from replication.panel.reading import Reading
from replication.project.escape import html_text
from replication.project.strict import located, validated
from replication.publish.formats import to_html
from replication.publish.screen import plain_text
from replication.publish.summary_table import summary_table
from replication.publish.table import Table
from replication.spec.entries import TableSpec
from replication.study.shown import Shown
from replication.study.summaries import summary_rows

ID = "summary"


@dataclass(frozen=True, repr=False)
class Description(Shown):
    """Summary statistics of a table.

    Attributes
    ----------
    records : DataFrame
        One row a level, variable and measure: statistic, group, period (the measure), value, unit.
    correlations : DataFrame
        Of the variables, over the rows where both are there.
    structure : tuple of str
        What kind of panel it is; one sentence each.
    spec : TableSpec
    labels : dict of str to str
        Printed words of variables.
    """

    records: pd.DataFrame
    correlations: pd.DataFrame
    structure: tuple[str, ...]
    spec: TableSpec
    labels: dict[str, str]

    @property
    def table(self) -> pd.DataFrame:
        """One row a variable (and level of `by`), one column a measure."""
        wide = self.records.pivot(index="group", columns="period", values="value")
        order = [list(dict.fromkeys(self.records[name])) for name in ("group", "period")]
        return wide.loc[order[0], order[1]].rename_axis(index=None, columns=None)

    def published(self, **keys: Any) -> Table:
        """The summary statistics as one table."""
        spec = validated({**self.spec.model_dump(), **keys}, TableSpec, "table")
        return summary_table(spec, self.records, self.labels)

    def summary(self) -> str:
        """Structure, summary statistics and correlations for a screen."""
        parts = ["\n".join(self.structure), plain_text(self.published())]
        if len(self.correlations) > 1:
            parts.append(f"Correlations\n{self.correlations.round(3).to_string(na_rep='-')}")
        return "\n\n".join(filter(None, parts))

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{html_text(line)}</p>" for line in self.structure)
        return f"{sentences}{to_html(self.published())}"


def description(
    read: Reading,
    variables: Sequence[str] = (),
    by: str | None = None,
    where: str | None = None,
    entity: str | None = None,
    time: str | None = None,
    timed: bool = True,
) -> Description:
    """Describe a table: `variables` are expressions, or else every column of numbers.

    Where it is not `timed`, no column is taken for a time.

    Raises
    ------
    UserError
        An expression that the table cannot give, no numbers, keys that do not tell its rows apart.
    """
    rows, told = _rows(read, entity, time, timed)
    content = {"id": ID, "title": f"Summary statistics of {read.origin}", "by": by, "where": where}
    names = list(variables) or _numbers(read, rows)
    spec = validated({**content, "summary": names}, TableSpec, "describe")
    records = located("describe", summary_rows, rows, spec)
    nodes = [parse(text) for text in names]
    matrix = correlations([evaluate_numbers(node, rows) for node in nodes])
    labels = [show(node) for node in nodes]
    words = {show(Name(name)): label for name, label in read.labels.items()}
    return Description(records, pd.DataFrame(matrix, labels, labels), told, spec, words)


def _rows(read: Reading, entity: str | None, time: str | None, timed: bool) -> tuple[Rows, tuple[str, ...]]:
    """The rows as a panel, if they are one; a table that is none has no lags and no structure."""
    alone = Rows(read.table, why=read.why, named=read.named), (read.line, "no panel: rows stand alone")
    if not timed:
        return alone
    try:
        found = guessed_panel(read, entity, time)
    except DataError:
        if entity is not None or time is not None:
            raise
        return alone
    panel = found.panel
    return panel.rows(), (panel.reading.line, f"panel: {found.why}", *structure(panel))


def _numbers(read: Reading, rows: Rows) -> list[str]:
    """Every column of numbers but the keys of the panel and codes with labels."""
    keys = set(rows.named) | ({rows_time} if (rows_time := _time_of(rows)) else set())
    names = [
        name
        for name, values in read.table.items()
        if pd.api.types.is_numeric_dtype(values) and name not in keys
    ]
    if not names:
        raise DataError(f"{read.origin}: has no column of numbers to describe")
    return [show(Name(str(name))) for name in names]


def _time_of(rows: Rows) -> str | None:
    """The column of periods, if there is one."""
    if rows.time is None:
        return None
    same = (
        str(name)
        for name, values in rows.table.items()
        if pd.api.types.is_integer_dtype(values) and not values.isna().any() and (values == rows.time).all()
    )
    return next(same, None)
