"""Summary statistics of variables as a table: a row a variable, a column a measure, a block a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from replication.describe.summary import COUNT, SUMMARY, level_of
from replication.language.nodes import show
from replication.language.syntax import parse
from replication.publish import rounding
from replication.publish.model_notes import sentence
from replication.publish.table import Cell, Table
from replication.spec.entries import TableSpec

QUARTILES = "Quartiles lie between the two nearest values in proportion (R's type 7)."
DIGITS = 3  # of the standard deviation, which set the decimals of its row


def summary_table(spec: TableSpec, statistics: pd.DataFrame, labels: Mapping[str, str]) -> Table:
    """The table that `spec.summary` asks for, from the records that its statistic has."""
    records = statistics[statistics["statistic"] == spec.id]
    values = dict(
        zip(records[["group", "period"]].itertuples(index=False, name=None), records["value"], strict=True)
    )
    names = [show(parse(text)) for text in spec.summary]
    groups = list(dict.fromkeys(records["group"]))
    rows: list[tuple[Cell, ...]] = []
    rules: list[int] = []
    for place, group in enumerate(groups):
        name = names[place % len(names)]
        if spec.by is not None and place % len(names) == 0:
            rules += [len(rows)] if rows else []
            level = level_of(group, name)
            rows.append((Cell(labels.get(level) or level), *(Cell("") for _ in SUMMARY)))
        stub = Cell(labels.get(name) or name, level=int(spec.by is not None))
        rows.append((stub, *_cells(spec, group, {m: values[group, m] for m in SUMMARY})))
    notes = (QUARTILES, *([sentence(spec.note)] if spec.note else []))
    return Table(spec.id, spec.title, ("", *SUMMARY), tuple(rows), tuple(rules), notes)


def _cells(spec: TableSpec, group: str, found: Mapping[str, float]) -> Sequence[Cell]:
    """One row, all but the count to the decimals that the spread of the variable calls for."""
    spread = found["Std. dev."] if found["Std. dev."] > 0 else found["Mean"]
    decimals = (
        spec.decimals if spec.decimals is not None else rounding.places(float(np.nan_to_num(spread)), DIGITS)
    )
    return [
        Cell(rounding.fixed(value, 0 if name == COUNT else decimals), ("statistics", spec.id, group, name))
        for name, value in found.items()
    ]
