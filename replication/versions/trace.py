"""From a published cell back to the raw files: record, model or statistic, rows of data, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from replication.errors import DataError, one_of
from replication.project.places import Project
from replication.project.readback import MANIFEST, read_manifest
from replication.publish.exhibits import build_tables
from replication.publish.table import Cell, printed
from replication.records.records import read_study_of
from replication.versions.content import result_folders
from replication.versions.locate import cell_at
from replication.versions.provenance import Results, models_behind, record, row_of_table, statistic_behind
from replication.versions.trace_beside import behind_curve, behind_printed, curve_table, printed_tables


def trace(project: Project, table: str, row: str, column: str) -> list[str]:
    """The way of one published cell, a line a fact.

    Parameters
    ----------
    table : str
        "FOLDER/TABLE": a folder of results (a study, STUDY-robustness, published) and the id of its table.
    row, column : str
        As `locate.cell_at` takes them.

    Raises
    ------
    DataError
        No such folder, table, row or column; results or data that are not there.
    """
    folders = {n: f for n, f in result_folders(project.current).items() if (f / "tables").is_dir()}
    name, _, wanted = table.partition("/")
    if name not in folders:
        raise DataError(f"{one_of('study', name, folders)}; a table is named as STUDY/TABLE")
    way = _printed if folders[name] == project.graded else _curve if _is_curve(project, name) else _study
    cell, behind = way(project, folders[name], wanted, row, column)
    return [f"cell: {table}, {row}, {column}: printed {printed(cell)}", *behind]


Thing = TypeVar("Thing")
Found = tuple[Cell, Iterator[str]]


def _is_curve(project: Project, name: str) -> bool:
    """Whether a folder holds what other reasonable choices make of a study."""
    return project.robustness(read_manifest(project.current / name).study).name == name


def _study(project: Project, folder: Path, wanted: str, row: str, column: str) -> Found:
    results = Results(project, folder, read_study_of(folder))
    tables = {made.id: made for made in build_tables(project, results.study, results.records)}
    cell = cell_at(_of(folder, wanted, tables), row, column)
    return cell, _behind(results, cell, wanted)


def _curve(project: Project, folder: Path, wanted: str, row: str, column: str) -> Found:
    places = sorted((folder / "tables").glob("*.csv"))
    path = _of(folder, wanted, {path.stem: path for path in places})
    cell = cell_at(curve_table(folder, path.stem), row, column)
    study = project.current / read_manifest(folder).study
    if not (study / MANIFEST).is_file():
        raise DataError(f"{study}: no results of this study; run it first (replicate run)")
    return cell, behind_curve(Results(project, study, read_study_of(study)), folder, cell)


def _printed(project: Project, folder: Path, wanted: str, row: str, column: str) -> Found:
    known = {table.id: (article, table) for article, table in printed_tables(folder)}
    article, table = _of(folder, wanted, known)
    cell = cell_at(table, row, column)
    study = project.current / article.article.study
    return cell, behind_printed(Results(project, study, read_study_of(study)), folder, article, cell)


def _of(folder: Path, wanted: str, known: Mapping[str, Thing]) -> Thing:
    if wanted not in known:
        raise DataError(f"study {folder.name}: {one_of('table', wanted, known)}")
    return known[wanted]


def _behind(results: Results, cell: Cell, table: str) -> Iterator[str]:
    kind, *key = cell.source
    if kind == "table":
        where = next(spec.where for spec in results.study.tables if spec.id == table)
        yield from row_of_table(results, where, *key)
        return
    yield record(results.project, results.folder, kind, key)
    if kind == "statistics":
        yield from statistic_behind(results, key[0])
    else:
        yield from models_behind(results, [key[0]], key[1])
