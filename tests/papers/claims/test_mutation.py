"""A verdict moves with the figures that it names and with no other, for every claim of every text.

To change one figure at a time and evaluate every claim of its text again would take minutes. The same is
shown at once: a claim is evaluated with every figure that it does not name changed, each by up to a tenth and
each by another factor, so that no two changes cancel; if any of them counted, the result would move.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replication.claims.claim_entries import Ledger
from replication.claims.judge import Outcome, evaluate_claim
from replication.claims.read_ledger import read_ledger
from replication.claims.recorded import (
    EVERY_ROW,
    STATED,
    Cell,
    Recorded,
    read_tables,
    stated_figures,
    tables_named,
)
from replication.errors import StudyError
from replication.language.syntax import Call, Node, parse
from replication.project.places import Project
from tests.support.claims_files import ROOT, cleaned

FILES = [*sorted((ROOT / "claims").glob("*.toml")), ROOT / "claims/example/claims.toml"]
SMOOTH = ("+", "-", "*", "/", "^")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return cleaned(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def text(request, project) -> tuple[Ledger, dict[str, Recorded]]:
    ledger = read_ledger(request.param)
    own = request.param.parent if request.param.parent.name == "example" else None
    tables = read_tables(tables_named(ledger), project, own)
    return ledger, {**tables, STATED: stated_figures(ledger)}


Factors = dict[str, np.ndarray]


def changed(recorded: Recorded, factors: Factors) -> Recorded:
    """The table with each figure times its factor; texts that are numbers or dates too."""
    columns = {}
    for name, factor in factors.items():
        values = recorded.rows[name]
        if pd.api.types.is_numeric_dtype(values):
            columns[name] = values.to_numpy("float64", na_value=np.nan) * factor
        else:
            columns[name] = [_scaled(value, f) for value, f in zip(values, factor, strict=True)]
    return Recorded(recorded.rows.assign(**columns), recorded.key)


def _scaled(text: object, factor: float) -> object:
    """A text that holds a number, or the year of a date, moved."""
    if pd.isna(text) or factor == 1:
        return text
    plain = str(text).replace(",", "")
    if plain[:4].isdigit() and plain[4:5] in ("", "-"):
        return f"{max(1, int(plain[:4]) + (1 if factor > 1 else -1)):04d}{plain[4:]}"
    try:
        return f"{float(plain) * factor:.6f}"
    except ValueError:
        return text


def others(recorded: Recorded, table: str, cells: tuple[Cell, ...], seed: int) -> Factors:
    """Factors for a table: 1 for what the cells name, between 0.9 and 1.1 for all other figures."""
    random = np.random.default_rng(seed)
    factors = {name: 1 + random.uniform(-0.1, 0.1, len(recorded.rows)) for name in figures_of(recorded)}
    for cell in cells:
        if cell.table == table and cell.column in factors:
            place = slice(None) if cell.row == EVERY_ROW else recorded.names.index(cell.row)
            factors[cell.column][place] = 1.0
    return factors


def one(recorded: Recorded, cell: Cell) -> Factors:
    """Factors that change one figure by a tenth; a lower end downward, so that it stays below its figure."""
    value = _value(recorded, cell)
    below = cell.column == "low" and not isinstance(value, str) and value > 0
    factor = np.ones(len(recorded.rows))
    factor[recorded.names.index(cell.row)] = 0.9 if below else 1.1
    return {cell.column: factor}


def figures_of(recorded: Recorded) -> list[str]:
    return [name for name in recorded.rows.columns if name not in recorded.key and _is_figure(recorded, name)]


def _is_figure(recorded: Recorded, name: str) -> bool:
    values = recorded.rows[name]
    if pd.api.types.is_bool_dtype(values):
        return False
    return pd.api.types.is_numeric_dtype(values) or name in ("figure", "start", "end", "date")


def test_no_verdict_moves_with_figures_that_it_does_not_rest_on(text) -> None:
    ledger, tables = text
    for seed, claim in enumerate(ledger.claims):
        before = evaluate_claim(claim, tables)
        read = {spec.table or STATED for r in claim.readings for spec in r.inputs.values()}
        moved = {n: changed(tables[n], others(tables[n], n, before.cells, seed)) for n in read}
        after = evaluate_claim(claim, {**tables, **moved})
        assert (after.verdict, after.results) == (before.verdict, before.results), claim.id


def test_every_figure_that_a_verdict_rests_on_moves_what_is_computed(text) -> None:
    ledger, tables = text
    for claim in ledger.claims:
        before = evaluate_claim(claim, tables)
        if not all(_is_smooth(parse(r.compute)) and _is_plain(r) for r in claim.readings):
            continue
        for cell in {cell for cell in before.cells if cell.column and cell.row != EVERY_ROW}:
            recorded = tables[cell.table]
            if cell.column in figures_of(recorded) and not _is_nothing(_value(recorded, cell)):
                moved = {**tables, cell.table: changed(recorded, one(recorded, cell))}
                assert _moves(before, claim, moved), (claim.id, cell)


def _is_smooth(node: Node) -> bool:
    return not isinstance(node, Call) or (node.function in SMOOTH and all(map(_is_smooth, node.arguments)))


def _is_plain(reading) -> bool:
    """Whether every row that is taken counts, and a bound does not stand for the figure."""
    return all(spec.by in ("only", "sum", "mean", "first", "last") for spec in reading.inputs.values())


def _value(recorded: Recorded, cell: Cell) -> object:
    return recorded.rows[cell.column].iloc[recorded.names.index(cell.row)]


def _is_nothing(value: object) -> bool:
    """A figure that is missing, open or zero, of which a tenth is nothing."""
    return pd.isna(value) or (not isinstance(value, str) and (value == 0 or np.isinf(value)))


def _moves(before: Outcome, claim, tables) -> bool:
    try:
        after = evaluate_claim(claim, tables)
    except StudyError:
        return True  # what it rests on is no longer there
    return [r.computed for r in after.results] != [r.computed for r in before.results]
