"""A text with everything that was computed about it, and several of them together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from replication.claims.checks import Checked, SameFact, run_check, statements
from replication.claims.claim_entries import Cells, Claim, Ledger, Stated
from replication.claims.judge import Outcome, evaluate_claim
from replication.claims.recorded import (
    ROW_UNIT,
    STATED,
    Recorded,
    TableId,
    figures_in,
    read_tables,
    stated_figures,
    tables_named,
)
from replication.claims.units import known_unit
from replication.errors import StudyError, one_of
from replication.project.places import Project
from replication.project.strict import check_ids, located

NOT_A_LETTER = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True)
class Text:
    """One text with everything that was computed about it; its ledger holds the cells of its tables as
    claims.
    """

    ledger: Ledger
    outcomes: tuple[Outcome, ...]
    checks: tuple[Checked, ...]
    tables: Mapping[TableId, Recorded]


@dataclass(frozen=True)
class Book:
    """All texts, and the facts that several of their claims state."""

    texts: tuple[Text, ...]
    same: tuple[SameFact, ...]


def evaluate_text(ledger: Ledger, project: Project, data: Path | None = None) -> Text:
    """Every claim and every check of one text, computed from the author's tables and the project's."""
    return evaluate_on(ledger, read_tables(tables_named(ledger), project, data))


def evaluate_on(ledger: Ledger, tables: Mapping[TableId, Recorded]) -> Text:
    """Every claim and every check of one text, computed from tables that hold all that it names."""
    ledger = with_cells(ledger, tables)
    tables = {name: tables[name] for name in tables_named(ledger)} | {STATED: stated_figures(ledger.claims)}
    outcomes = tuple(evaluate_claim(claim, tables) for claim in ledger.claims)
    stated = statements(ledger)
    checks = [located(f"checks.{check.id}", run_check, check, stated, tables) for check in ledger.checks]
    return Text(ledger, outcomes, tuple(result for results in checks for result in results), tables)


def with_cells(ledger: Ledger, tables: Mapping[TableId, Recorded]) -> Ledger:
    """The ledger with a claim for every cell of its printed tables.

    Raises
    ------
    StudyError
        A table without the columns named, two rows of one name, or an id that a claim has already.
    """
    cells = [
        claim
        for entry in ledger.cells
        for claim in located(f"cells.{entry.id}", list, _claims_of(entry, tables[TableId(entry.table)]))
    ]
    claims = [*ledger.claims, *cells]
    check_ids("claims and cells", (claim.id for claim in claims))
    return ledger.model_copy(update={"claims": claims})


def _claims_of(entry: Cells, recorded: Recorded) -> Iterator[Claim]:
    places = recorded.places(entry.where)
    rows = recorded.rows.iloc[places]
    for name in (entry.over, entry.take):
        if name not in rows:
            raise StudyError(f"table {entry.table}: {one_of('column', name, rows.columns)}")
    if not len(rows):
        raise StudyError(f"no row of {entry.table} fits {entry.where}")
    _check_unit(entry, recorded)
    values = figures_in(rows[entry.take], TableId(entry.table), [recorded.names[place] for place in places])
    for label, value in zip(rows[entry.over].astype(str), values, strict=True):
        if not np.isnan(value):
            yield _cell(entry, label, float(value))


def _check_unit(entry: Cells, recorded: Recorded) -> None:
    """Refuse a unit that is not the one which the table itself says of the column."""
    words = recorded.units.get(entry.take, ROW_UNIT)
    said, wanted = known_unit(words), known_unit(entry.unit)
    if words != ROW_UNIT and said is not None and wanted is not None and said != wanted:
        raise StudyError(f"unit is {entry.unit!r}; table {entry.table} has {words!r}")


def _cell(entry: Cells, label: str, value: float) -> Claim:
    return Claim(
        id=f"{entry.id}_{NOT_A_LETTER.sub('_', label).strip('_')}",
        place=f"{entry.place}, {label}",
        claim=f"{entry.claim}, {label}",
        kind=entry.kind,
        stated=Stated(value=value, unit=entry.unit, decimals=entry.decimals),
        missing=entry.missing,
        exhibit=entry.exhibit,
    )
