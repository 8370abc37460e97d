"""A verdict moves with the figures that it names and with no other, for every claim of every text.

To change one figure at a time and evaluate every claim of its text again would take minutes. That no other
figure counts is shown at once: a claim is evaluated with every figure that it does not name changed, each by
up to a tenth and each by another factor, so that no two changes cancel; if any counted, the result would
move. That every figure named does count is shown one by one: by a tenth where the computation is smooth, and
else, in comparisons, extremes and counts, by as much as it takes to move one side of a comparison: a figure
far up or far down, a date by centuries, counted rows taken away or repeated, or every row counted where none
was.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pytest

from replication.claims.book import with_cells
from replication.claims.claim_entries import Claim, Input, Ledger, Reading
from replication.claims.inputs import figure
from replication.claims.judge import Outcome, evaluate_claim, interval
from replication.claims.read_ledger import read_ledger
from replication.claims.recorded import (
    EVERY_ROW,
    STATED,
    Cell,
    Recorded,
    TableId,
    read_tables,
    source_of,
    stated_figures,
    tables_named,
)
from replication.errors import StudyError
from replication.language.nodes import Call, Node, names_in
from replication.language.syntax import COMPARISONS, parse
from tests.support.claims_files import ROOT

FILES = [*sorted((ROOT / "claims").glob("*.toml")), ROOT / "claims/example/claims.toml"]
SMOOTH = ("+", "-", "*", "/", "^")
FAR = (-1e9, 1e9)
CENTURIES = (-700, 700)
MANY = 3  # cells of one input that are moved far: the first, the middle, the last

Tables = dict[TableId, Recorded]


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def text(request, project) -> tuple[Ledger, Tables]:
    ledger = read_ledger(request.param)
    own = request.param.parent if request.param.parent.name == "example" else None
    tables = read_tables(tables_named(ledger), project, own)
    ledger = with_cells(ledger, tables)
    return ledger, {**tables, STATED: stated_figures(ledger.claims)}


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
    return with_columns(recorded, columns)


def with_columns(recorded: Recorded, columns: dict) -> Recorded:
    """The table with other columns; what filters of columns that stay have found is not sought anew."""
    made = Recorded(recorded.rows.assign(**columns), recorded.key, recorded.units)
    found = {
        where: rows for where, rows in recorded._known.items() if columns.keys().isdisjoint(read_in(where))
    }
    made._known.update(found)
    return made


@functools.cache
def read_in(where: str) -> frozenset[str]:
    return frozenset(names_in(parse(where)))


def _scaled(text: object, factor: float) -> object:
    """A text that holds a number, or the year of a date, moved."""
    if pd.isna(text) or factor == 1:
        return text
    return _moved(text, 1 if factor > 1 else -1, factor)


def _moved(text: object, years: int, factor: float) -> object:
    plain = str(text).replace(",", "")
    if plain[:4].isdigit() and plain[4:5] in ("", "-"):
        return f"{min(9998, max(1, int(plain[:4]) + years)):04d}{plain[4:]}"
    try:
        return f"{float(plain) * factor:.6f}"
    except ValueError:
        return text


def others(recorded: Recorded, table: TableId, cells: tuple[Cell, ...], seed: int) -> Factors:
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
        read = {source_of(spec) for r in claim.readings for spec in r.inputs.values()}
        moved = {n: changed(tables[n], others(tables[n], n, before.cells, seed)) for n in read}
        after = evaluate_claim(claim, {**tables, **moved})
        assert (after.verdict, after.results) == (before.verdict, before.results), claim.id


def test_every_figure_of_a_smooth_computation_moves_what_is_computed_by_itself(text) -> None:
    ledger, tables = text
    for claim in ledger.claims:
        before = evaluate_claim(claim, tables)
        if not all(_is_smooth(parse(r.compute)) and _is_plain(r) for r in claim.readings):
            continue
        for cell in {cell for cell in before.cells if cell.column and cell.row != EVERY_ROW}:
            recorded = tables[cell.table]
            if cell.table == STATED and cell.column != "value":
                continue  # the end of a wording may lie within what another leaves open
            if cell.column in figures_of(recorded) and not _is_nothing(_value(recorded, cell)):
                moved = {**tables, cell.table: changed(recorded, one(recorded, cell))}
                assert _moves(before, claim, moved), (claim.id, cell)


def test_every_input_of_every_claim_is_noticed_comparisons_and_counts_too(text) -> None:
    ledger, tables = text
    tried = set()
    for claim in ledger.claims:
        for reading in claim.readings:
            before = _parts(reading, tables)
            for name, spec in reading.inputs.items():
                tried.add(claim.id)
                for mutants in _far(spec, tables):
                    noticed = (_parts(reading, {**tables, **mutant}) != before for mutant in mutants)
                    assert any(noticed), (claim.id, name)
    assert tried == {claim.id for claim in ledger.claims if claim.readings}


def _parts(reading: Reading, tables: Tables) -> object:
    """What a reading computes; of a yes or no, by how much the sides of every comparison in it differ."""
    try:
        figures = {name: figure(spec, tables) for name, spec in reading.inputs.items()}
        node = parse(reading.compute)
        return [interval(part, figures) for part in [*_differences(node), node]]
    except StudyError as problem:
        return str(problem)  # what it rests on is no longer there


def _differences(node: Node) -> list[Node]:
    if not isinstance(node, Call):
        return []
    inside = [part for argument in node.arguments for part in _differences(argument)]
    if node.function in COMPARISONS and not inside:
        return [Call("-", node.arguments)]
    return inside


def _far(spec: Input, tables: Tables) -> Iterator[Iterable[Tables]]:
    """For every figure of an input that is tried, the tables in which it is moved far, either way."""
    source = source_of(spec)
    recorded = tables[source]
    where = f'id == "{spec.claim}"' if spec.claim else spec.where
    places = recorded.places(where)
    if spec.by == "count" and not len(places):
        yield [{source: Recorded(recorded.rows.assign(**_fitting(spec)), recorded.key, recorded.units)}]
        return
    if spec.by == "count":
        yield [{source: _without(recorded, places)}, {source: _repeated(recorded, places)}]
        return
    if spec.by in ("first", "last"):
        places = places[:1] if spec.by == "first" else places[-1:]
    for place in sorted({places[0], places[len(places) // 2], places[-1]})[:MANY]:
        yield ({source: moved} for moved in _either_way(recorded, spec, place))


def _fitting(spec: Input) -> dict[str, str]:
    """Columns with which every row of a table fits a filter of equalities."""
    return dict(re.findall(r"(\w+) == '([^']*)'", spec.where))


def _without(recorded: Recorded, places: np.ndarray) -> Recorded:
    return Recorded(recorded.rows.drop(index=recorded.rows.index[places]), recorded.key, recorded.units)


def _repeated(recorded: Recorded, places: np.ndarray) -> Recorded:
    again = pd.concat([recorded.rows, *[recorded.rows.iloc[places]] * 50], ignore_index=True)
    return Recorded(again, recorded.key, recorded.units)


def _either_way(recorded: Recorded, spec: Input, place: int) -> Iterator[Recorded]:
    """One after the other: most claims notice the first."""
    for way in range(len(FAR)):
        yield _displaced(recorded, spec, place, way)


def _displaced(recorded: Recorded, spec: Input, place: int, way: int) -> Recorded:
    """The table with the figure of one row, and its ends, moved far."""
    columns = {}
    for name in {spec.take, spec.low, spec.high, *(("value", "low", "high") if spec.claim else ())} - {None}:
        values = recorded.rows[name].astype(object).copy()
        value = values.iloc[place]
        if isinstance(value, str) or spec.date:
            moved = value if pd.isna(value) else _moved(value, CENTURIES[way], 1e9 if way else 1e-9)
        else:
            moved = value if pd.isna(value) else float(value) + FAR[way]
        values.iloc[place] = moved
        is_number = pd.api.types.is_numeric_dtype(recorded.rows[name]) and not spec.date
        columns[name] = pd.array(values, dtype="Float64") if is_number else values
    return with_columns(recorded, columns)


def _is_smooth(node: Node) -> bool:
    return not isinstance(node, Call) or (node.function in SMOOTH and all(map(_is_smooth, node.arguments)))


def _is_plain(reading: Reading) -> bool:
    """Whether every row that is taken counts, and a bound does not stand for the figure."""
    plain = ("only", "sum", "mean", "first", "last")
    return all(spec.by in plain and not spec.bound for spec in reading.inputs.values())


def _value(recorded: Recorded, cell: Cell) -> object:
    return recorded.rows[cell.column].iloc[recorded.names.index(cell.row)]


def _is_nothing(value: object) -> bool:
    """A figure that is missing, open or zero, of which a tenth is nothing."""
    return pd.isna(value) or (not isinstance(value, str) and (value == 0 or np.isinf(value)))


def _moves(before: Outcome, claim: Claim, tables: Tables) -> bool:
    try:
        after = evaluate_claim(claim, tables)
    except StudyError:
        return True  # what it rests on is no longer there
    return [r.computed for r in after.results] != [r.computed for r in before.results]
