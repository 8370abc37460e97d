"""A table of summary statistics of a study's panel -> tidy rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from replication.describe.summary import group_of, summary
from replication.errors import StudyError
from replication.language.evaluate import Rows, condition, evaluate_numbers, levels_of
from replication.language.nodes import show
from replication.language.syntax import parse
from replication.panel.panel import Panel
from replication.spec.entries import TableSpec
from replication.study.boundary import told_at


def summarised(panel: Panel, spec: TableSpec) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit: `period` is the measure, `group` the level and variable.

    Raises
    ------
    StudyError
        A column that is not there, or is no number; no row left after `where`.
    """
    with told_at(f"tables.{spec.id}"):
        return summary_rows(panel.rows(), spec)


def summary_rows(rows: Rows, spec: TableSpec) -> pd.DataFrame:
    """The same of any rows that expressions can be evaluated on."""
    inside = np.ones(len(rows.table), dtype=bool)
    if spec.where is not None:
        inside = condition(spec.where, rows)
        if not inside.any():
            raise StudyError(f"no row is left of {len(inside)} where {spec.where}")
    found = [
        {"group": group_of(level, name), "period": measure, "value": value}
        for level, chosen in _levels(rows, spec, inside)
        for name, values in _variables(rows, spec)
        for measure, value in summary(values[chosen]).items()
    ]
    return pd.DataFrame(found).assign(statistic=spec.id, unit="").astype({"value": float})


def _variables(rows: Rows, spec: TableSpec) -> list[tuple[str, np.ndarray]]:
    nodes = [parse(text) for text in spec.summary]
    return [(show(node), evaluate_numbers(node, rows)) for node in nodes]


def _levels(rows: Rows, spec: TableSpec, inside: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """All rows, or the rows of each level of `by` that has any."""
    if spec.by is None:
        yield "", inside
        return
    levels = levels_of(parse(spec.by), rows)
    for code, name in enumerate(levels.names):
        chosen = inside & (levels.codes == code)
        if chosen.any():
            yield name, chosen
