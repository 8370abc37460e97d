"""Result folders of all studies -> the report page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from replication.errors import DataError
from replication.project.files import sha256, write_json
from replication.project.fingerprint import cleaning_behind, code_behind, packages, settings_behind
from replication.project.lock import held
from replication.project.places import Project
from replication.project.readback import MANIFEST, read_back, read_manifest
from replication.publish.exhibits import build_tables
from replication.publish.prose import told
from replication.records.records import read_records, read_study_of, tables_read
from replication.report.report_page import write_report
from replication.report.study_results import Drawing, Source, StudyResults
from replication.report.typed_numbers import check_typed
from replication.sources import registry
from replication.sources.load import recipes_of
from replication.sources.pipeline import sources_behind
from replication.sources.recipe import Recipe
from replication.spec.entries import Study
from replication.spec.settings import settings_of


def make_report(project: Project) -> Path:
    """Write the report of every study that has results, in the order of their places; returns its path.

    Raises
    ------
    DataError
        No study has results yet, or a folder of results cannot be read.
    StudyError
        A number that is typed in a study's prose, or a reference that names no record.
    """
    if not project.current.is_dir():
        raise DataError(f"{project.current}: no results yet; run a study first (make run)")
    with held(project.current):
        return _make_report(project)


def _make_report(project: Project) -> Path:
    folders = sorted(path.parent for path in project.current.glob(f"[!.]*/{MANIFEST}"))
    folders = [folder for folder in folders if read_manifest(folder).study == folder.name]
    if not folders:
        raise DataError(f"{project.current}: no results yet; run a study first (make run)")
    sources = registry.load(project)
    studies = [_gather(project, folder, sources) for folder in folders]
    studies.sort(key=lambda results: (results.study.study.place, results.study.study.id))
    write_report(studies, project.report, settings_of(project).title, _verdicts(project))
    _write_record(project)
    return project.report


def _write_record(project: Project) -> None:
    """What the page was made from, so that `replicate why` can tell what changed."""
    made = sorted(project.current.glob(f"*/{MANIFEST}"))
    about = {
        "folders": {path.parent.name: sha256(path) for path in made},
        "raw": {project.registry.name: sha256(project.registry)},
        "settings": settings_behind(project),
        "code": {**cleaning_behind(project), **code_behind(__name__)},
        "packages": packages(),
        "files": {project.report.name: sha256(project.report)},
    }
    write_json(project.report_record, about)


def _gather(project: Project, folder: Path, sources: dict[str, registry.Source]) -> StudyResults:
    study = read_study_of(folder)
    check_typed(study)
    found = read_records(folder)
    return StudyResults(
        study=told(study, found),
        estimates=found.estimates,
        models=found.models,
        statistics=found.statistics,
        dropped=found.dropped_rows,
        accounts=found.accounts,
        tables=tuple(build_tables(project, study, found)),
        figures=tuple(Drawing(spec, _svg(folder, spec.id)) for spec in study.figures),
        sources=tuple(_source(sources[path]) for path in _paths(study, recipes_of(project))),
    )


def _verdicts(project: Project) -> pd.DataFrame | None:
    """Claims by text and verdict, if the ledger was made."""
    if not (project.ledger / MANIFEST).exists():
        return None
    return pd.read_parquet(io.BytesIO(read_back(project.ledger, "counts.parquet")))


def _paths(study: Study, recipes: Sequence[Recipe]) -> list[str]:
    """Raw files behind the tables that a study reads."""
    return list(dict.fromkeys(path for name in tables_read(study) for path in sources_behind(name, recipes)))


def _svg(folder: Path, name: str) -> str:
    return read_back(folder, f"figures/{name}.svg").decode("utf-8")


def _source(source: registry.Source) -> Source:
    return Source(
        id=source.path,
        title=source.title,
        publisher=source.publisher,
        vintage=source.vintage,
        licence=source.licence,
        citation=source.citation,
    )
