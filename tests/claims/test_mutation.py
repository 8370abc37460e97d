"""A verdict moves with the figures that it names and with no other, for every claim of every text.

To change one figure at a time and evaluate every claim of its text again would take minutes. The same is
shown at once: a claim is evaluated with every figure that it does not name changed, each by up to a tenth and
each by another factor, so that no two changes cancel; if any of them counted, the result would move.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.claims.evaluate import Outcome, evaluate_claim
from replication.claims.figures import EVERY_ROW, STATED, Cell, Recorded, recorded_tables
from replication.claims.model import Ledger
from replication.claims.read import read_ledger
from replication.clean.pipeline import clean_all
from replication.errors import StudyError
from replication.expressions.syntax import Call, Node, parse
from replication.project import Project

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "claims").glob("*.toml")), ROOT / "claims/example/claims.toml"]
SMOOTH = ("+", "-", "*", "/", "^")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    root = tmp_path_factory.mktemp("project")
    (root / "data").mkdir()
    (root / "data/raw").symlink_to(ROOT / "data/raw")
    clean_all(Project(root))
    return Project(root)


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def text(request, project) -> tuple[Ledger, dict[str, Recorded]]:
    ledger = read_ledger(request.param)
    own = request.param.parent if request.param.parent.name == "example" else None
    return ledger, recorded_tables(ledger, project, own)


def changed(recorded: Recorded, factors: pd.DataFrame) -> Recorded:
    """The table with each figure times its factor, by name of row and column; texts that are numbers too."""
    rows = recorded.rows.copy()
    for name in factors.columns:
        values = rows[name]
        if not pd.api.types.is_numeric_dtype(values):
            rows[name] = [_scaled(v, f) for v, f in zip(values, factors[name], strict=True)]
        else:
            rows[name] = values.astype("Float64").astype("float64") * factors[name].to_numpy()
    return Recorded(rows, recorded.key)


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


def others(recorded: Recorded, table: str, cells: tuple[Cell, ...], seed: int) -> pd.DataFrame:
    """Factors for a table: 1 for what the cells name, between 0.9 and 1.1 for all other figures."""
    names = recorded.names
    figures = [
        name for name in recorded.rows.columns if name not in recorded.key and _is_figure(recorded, name)
    ]
    random = np.random.default_rng(seed)
    factors = pd.DataFrame(1 + random.uniform(-0.1, 0.1, (len(names), len(figures))), names, figures)
    for cell in cells:
        if cell.table == table and cell.column in figures:
            factors.loc[cell.row if cell.row != EVERY_ROW else names, cell.column] = 1.0
    return factors


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
            factors = others(tables[cell.table], cell.table, (), 0) * 0 + 1
            if cell.column not in factors.columns or _is_nothing(tables[cell.table], cell):
                continue
            factors.loc[cell.row, cell.column] = 1.1
            assert _moves(before, claim, {**tables, cell.table: changed(tables[cell.table], factors)}), (
                claim.id,
                cell,
            )


def _is_smooth(node: Node) -> bool:
    return not isinstance(node, Call) or (node.function in SMOOTH and all(map(_is_smooth, node.arguments)))


def _is_plain(reading) -> bool:
    """Whether every row that is taken counts, and a bound does not stand for the figure."""
    return all(spec.by in ("only", "sum", "mean", "first", "last") for spec in reading.inputs.values())


def _is_nothing(recorded: Recorded, cell: Cell) -> bool:
    """A figure that is missing, open or zero, of which a tenth is nothing."""
    names = recorded.names
    value = recorded.rows[cell.column].iloc[names.index(cell.row)]
    return pd.isna(value) or (isinstance(value, (int, float)) and (value == 0 or np.isinf(value)))


def _moves(before: Outcome, claim, tables) -> bool:
    try:
        after = evaluate_claim(claim, tables)
    except StudyError:
        return True  # what it rests on is no longer there
    return [r.computed for r in after.results] != [r.computed for r in before.results]
