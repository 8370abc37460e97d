"""What stands behind a record: its line in full, its model with the rows used, tables and raw files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from replication.errors import DataError
from replication.language.evaluate import select
from replication.panel.panel import average_blocks, read_panel
from replication.project.escape import csv_text
from replication.project.files import sha256
from replication.project.places import Project
from replication.project.readback import Manifest, read_back, read_manifest
from replication.publish.model_notes import rows_note
from replication.publish.periods import runs
from replication.records.records import Records, read_records
from replication.records.tidy_tables import TABLES
from replication.sources import registry
from replication.sources.load import recipes_of
from replication.sources.pipeline import read_table, sources_behind
from replication.spec.entries import ModelSpec, Study
from replication.spec.read_study import reading_ids, summaries
from replication.study.panels import keys_of
from replication.study.reconcile import statistics_of


@dataclass(frozen=True)
class Results:
    """One study's results, with what they were made from."""

    project: Project
    folder: Path
    study: Study

    @cached_property
    def records(self) -> Records:
        """Estimates and model records of the study."""
        return read_records(self.folder)

    @cached_property
    def manifest(self) -> Manifest:
        """What these results were made from."""
        return read_manifest(self.folder)

    def shown(self, path: Path) -> str:
        """A path as seen from the project."""
        return path.relative_to(self.project.root).as_posix()


def record(project: Project, folder: Path, kind: str, key: Sequence[str]) -> str:
    """The line of a tidy record in a folder of results, with its numbers in full.

    Raises
    ------
    DataError
        No such record.
    """
    path = folder / f"{kind}.csv"
    names = TABLES[kind].key
    written = [csv_text(part) for part in key[: len(names)]]
    shown = path.relative_to(project.root).as_posix()
    reader = csv.DictReader(io.StringIO(read_back(folder, path.name).decode("utf-8"), newline=""))
    for row in reader:
        if [row[name] for name in names] == written:
            rest = ", ".join(f"{k} = {v}" for k, v in row.items() if v and k not in ("study", *names))
            return f"record: {shown}, line {reader.line_num}: {rest}"
    raise DataError(f"{shown}: no record of {', '.join(key)}; make it again (make all)")


def models_behind(results: Results, names: Sequence[str], error: str = "") -> Iterator[str]:
    """Each model with its rows, then the tables of all of them, each once."""
    specs = {name: next(model for model in results.study.models if model.id == name) for name in names}
    for name, spec in specs.items():
        yield from _model(results, name, spec, error)
    named = dict.fromkeys(str(spec.data or results.study.study.table) for spec in specs.values())
    for table in named:
        yield from panel_behind(results, table)


def panel_behind(results: Results, table: str) -> Iterator[str]:
    """A processed table with what is behind it, or a panel that the user brought."""
    known = f"{table}.parquet" in results.manifest.inputs
    yield from _table(results, table) if known else _brought(results)


def _model(results: Results, name: str, spec: ModelSpec, error: str) -> Iterator[str]:
    account = next(entry for entry in results.records.accounts if entry.model == name)
    yield f"model: {name} of {results.shown(results.folder / 'study.toml')}: {' '.join(spec.formula.split())}"
    yield f"  where: {spec.where or 'all rows'}"
    yield f"  estimator: {spec.estimator}; effects: {', '.join(spec.effects) or 'none'}"
    yield from (f"  error: {e.kind}: {e.convention}" for e in account.errors if error in (e.label, ""))
    yield f"rows: {rows_note(account)}"
    table = spec.data or results.study.study.table
    if f"{table}.parquet" in results.manifest.inputs:
        yield from _used(results, spec, str(table))


def _brought(results: Results) -> Iterator[str]:
    """A panel of the user's own: its checksum is all that is known of it."""
    for name, checksum in {**results.manifest.inputs, **results.manifest.brought}.items():
        yield f"panel brought by the user: {name}, sha256 {checksum}"


def _used(results: Results, spec: ModelSpec, name: str) -> Iterator[str]:
    """Entities with their periods in the sample: rows of the panel that no cause took out."""
    entity, time = keys_of(results.project, results.study, spec.entity)
    panel = read_panel(read_table(results.project, name), entity, time, results.study.variables, name)
    if spec.average_over is not None:
        panel = average_blocks(panel, spec.average_over)
    keys = pd.MultiIndex.from_frame(panel.table[[entity, time]].astype("str"))
    left_out = results.records.dropped_rows
    left_out = left_out[left_out["model"] == spec.id][["entity", "time"]].astype("str")
    used = panel.table[~keys.isin(pd.MultiIndex.from_frame(left_out))]
    entities = used.groupby(entity, sort=True)[time]
    periods = used[time].nunique()
    yield (
        f"  {len(used)} rows in the sample: {entities.ngroups} entities, {periods} periods; every other row "
        f"with its cause in {results.shown(results.folder / 'dropped_rows.csv')}"
    )
    yield "  " + "; ".join(f"{code} {runs(sorted(times))}" for code, times in entities)


def statistic_behind(results: Results, name: str) -> Iterator[str]:
    """What a statistic of a study is computed from: its measure and table, the panel, or the models."""
    spec = next((entry for entry in results.study.statistics if entry.id == name), None)
    summary = next((entry for entry in summaries(results.study) if entry.id == name), None)
    if summary is not None:
        yield f"statistic: {name}: summary statistics of the panel, where: {summary.where or 'all rows'}"
        yield from panel_behind(results, str(results.study.study.table))
        return
    if spec is None:
        yield from _models_behind_statistic(results, name)
        return
    options = "".join(f", {key} = {value}" for key, value in spec.with_.items())
    yield f"statistic: {name}: {spec.measure}{options}"
    yield f"  where: {spec.where or 'all rows'}"
    rows = read_table(results.project, spec.table)
    yield f"rows: {len(select(rows, spec.where))} of {len(rows)} rows of the table"
    yield from _table(results, spec.table)


def _models_behind_statistic(results: Results, name: str) -> Iterator[str]:
    """A statistic that is read off estimates: the models that it is read off."""
    rules = [rule for rule in results.study.readings if name in reading_ids(rule)]
    reconciled = [model.id for model in results.study.models if name in statistics_of(model.id)]
    models = rules[0].models if rules else reconciled
    what = f"reading rule {rules[0].id}" if rules else "errors under other conventions"
    yield f"statistic: {name}: {what}, from the models {', '.join(models)}"
    yield from models_behind(results, models)


def row_of_table(results: Results, where: str | None, name: str, row: str, column: str) -> Iterator[str]:
    """A figure that is printed as it stands in a processed table."""
    rows = select(read_table(results.project, name), where)
    values = ", ".join(f"{key} = {value}" for key, value in rows.iloc[int(row)].items() if pd.notna(value))
    among = f" of those where {where}" if where else ""
    yield f"record: data/processed/{name}.parquet, row {int(row) + 1}{among}, column {column}: {values}"
    yield from _table(results, name)


def _table(results: Results, name: str) -> Iterator[str]:
    """The processed table and the raw files behind it, each with its checksum and citation."""
    path = results.project.processed / f"{name}.parquet"
    used = results.manifest.inputs.get(path.name, "")
    now = "as used" if sha256(path) == used else f"CHANGED since: sha256 {used} was used"
    yield f"table: {results.shown(path)}, sha256 {sha256(path)} ({now})"
    sources = registry.load(results.project)
    for raw in dict.fromkeys(sources_behind(name, recipes_of(results.project))):
        source = sources[raw]
        found = sha256(results.project.raw / raw)
        state = "as registered" if found == source.sha256 else "NOT as registered"
        yield f"raw: data/raw/{raw}, sha256 {found} ({state})"
        yield f"  {source.citation}"
        yield f"  read from {source.read_from}; vintage {source.vintage}; licence {source.licence}"
