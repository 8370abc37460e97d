"""Result folders of all studies -> the report page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, Field

from replication import __version__
from replication.errors import DataError
from replication.project.files import sha256, write_json
from replication.project.fingerprint import (
    cleaning_behind,
    code_behind,
    packages,
    require_this_program,
    settings_behind,
)
from replication.project.lock import held
from replication.project.places import Project
from replication.project.readback import MANIFEST, read_back, read_manifest
from replication.project.strict import entry, read_toml, validated
from replication.publish.exhibits import build_tables
from replication.publish.origins import source_line
from replication.publish.prose import Narrator, prose_of, told, with_curves
from replication.records.records import COLUMNS, read_records, read_study_of, tables_read
from replication.report.contradicted import Claims, claims_told
from replication.report.graded_section import graded_section, grades_told
from replication.report.opinions import second_opinions
from replication.report.report_page import About, write_report
from replication.report.rests_on import Standing, manifests
from replication.report.study_results import Drawing, Source, StudyResults
from replication.report.typed_numbers import check_typed
from replication.sources import registry
from replication.sources.load import recipes_of
from replication.sources.pipeline import sources_behind
from replication.sources.recipe import Recipe
from replication.spec.entries import Study
from replication.spec.settings import settings_of

OPINIONS = "crosscheck.csv"
LEDGER_PAGE = "claims/ledger.html"


def make_report(project: Project, standing: Standing | None = None) -> Path:
    """Write the report of every study that has results, in the order of their places; returns its path.

    Parameters
    ----------
    standing : Standing, optional
        How the results compare with the newest frozen version, for the first page.

    Raises
    ------
    DataError
        No study has results yet, or a folder of results cannot be read, or is another program's.
    StudyError
        A number that is typed in a study's prose, or a reference that names no record.
    """
    if not project.current.is_dir():
        raise DataError(f"{project.current}: no results yet; run a study first (make run)")
    with held(project.current):
        return _make_report(project, standing or Standing())


def _make_report(project: Project, standing: Standing) -> Path:
    folders = sorted(path.parent for path in project.current.glob(f"[!.]*/{MANIFEST}"))
    folders = [folder for folder in folders if read_manifest(folder).study == folder.name]
    if not folders:
        raise DataError(f"{project.current}: no results yet; run a study first (make run)")
    for name in manifests(project):
        require_this_program(project.results / name)
    sources = registry.load(project)
    studies = [_gather(project, folder, sources) for folder in folders]
    studies.sort(key=lambda results: (results.study.study.place, results.study.study.id))
    facts = tuple(_facts(studies, sources, standing))
    about = About(settings_of(project).title, facts, tuple(grades_told(project)))
    write_report(studies, project.report, about, _claims(project), graded_section(project))
    _write_record(project, standing)
    return project.report


def _facts(
    studies: Sequence[StudyResults], sources: Mapping[str, registry.Source], standing: Standing
) -> Iterator[tuple[str, str]]:
    """What the first page says of the whole."""
    yield "Made by", f"replication {__version__}"
    years = [year for source in sources.values() for year in re.findall(r"\b(?:19|20)\d\d\b", source.vintage)]
    newest = f", the newest of {max(years)}" if years else ""
    yield "Data", f"{len(sources)} files of published figures{newest}"
    yield "Check", standing.said
    opinions = [results.opinions for results in studies if results.opinions is not None]
    models = sum(len(results.found.accounts) for results in studies)
    if models:
        yield "Second opinion", second_opinions(opinions, models)


def _write_record(project: Project, standing: Standing) -> None:
    """What the page was made from, so that `replicate why` can tell what changed."""
    about = {
        "folders": {**manifests(project), **standing.against},
        "raw": {project.registry.name: sha256(project.registry)},
        "settings": settings_behind(project),
        "code": {**cleaning_behind(project), **code_behind(__name__)},
        "packages": packages(),
        "files": {project.report.name: sha256(project.report)},
    }
    write_json(project.report_record, about)


def _gather(project: Project, folder: Path, sources: Mapping[str, registry.Source]) -> StudyResults:
    study = read_study_of(folder)
    check_typed(study)
    found = read_records(folder)
    curves = _curves(project.robustness(study.study.id), study)
    narrator = Narrator(study, with_curves(found, curves))
    shown = told(study, found, curves)
    return StudyResults(
        study=shown,
        prose={key: narrator.pieces(text, f"study.{key}") for key, text in prose_of(study.study)},
        found=found,
        tables=tuple(build_tables(project, study, found)),
        figures=tuple(
            Drawing(spec, _svg(folder, spec.id), source_line(project, study, spec)) for spec in shown.figures
        ),
        sources=tuple(_source(sources[path]) for path in _paths(study, recipes_of(project))),
        opinions=_opinions(project.crosscheck / study.study.id),
        robustness=_robustness(project.robustness(study.study.id)),
        curves=_anchors(project.robustness(study.study.id).name, study),
        files=frozenset(read_manifest(folder).files),
    )


def _anchors(folder: str, study: Study) -> dict[str, str]:
    """Where the page shows each table of a study's other reasonable choices."""
    return {name: f"table-{folder}-{name}" for spec in study.robustness for name in spec.tables}


def _opinions(folder: Path) -> pd.DataFrame | None:
    """What other programs say of a study's models, if they were asked."""
    if not (folder / MANIFEST).exists():
        return None
    return pd.read_csv(io.BytesIO(read_back(folder, OPINIONS)))


def _robustness(folder: Path) -> str:
    """What was written for the page on a study's other reasonable choices, if there are any."""
    return read_back(folder, "section.html").decode("utf-8") if (folder / MANIFEST).exists() else ""


def _curves(folder: Path, study: Study) -> pd.DataFrame:
    """Numbers of a study's other reasonable choices; none where they were not made.

    Raises
    ------
    DataError
        They were not made, and the study's prose quotes them.
    """
    if not (folder / MANIFEST).exists():
        texts = [text for _, text in prose_of(study.study)]
        for name in _anchors(folder.name, study):
            if any(f"{{{name}[" in text for text in texts):
                raise DataError(f"{folder}: not made yet, and the study's text quotes {name}; run make all")
        return pd.DataFrame(columns=COLUMNS["statistics"])
    return pd.read_parquet(io.BytesIO(read_back(folder, "statistics.parquet")))


def _claims(project: Project) -> Claims | None:
    """What the ledger found, if it was made."""
    if not (project.ledger / MANIFEST).exists():
        return None
    counts, ledger = (
        pd.read_parquet(io.BytesIO(read_back(project.ledger, f"{name}.parquet")))
        for name in ("counts", "ledger")
    )
    texts = [_text(path) for path in project.claims_files]
    return claims_told(counts, ledger, {text.id: _text_name(text) for text in texts}, LEDGER_PAGE)


class _Text(BaseModel):
    """What is read of a claims file here: its text, by which claims are named."""

    id: str
    author: str = Field(pattern=r"\S")
    year: int | None = None


def _text(path: Path) -> _Text:
    return validated(entry(read_toml(path), "text") or {}, _Text, path.name)


def _text_name(text: _Text) -> str:
    """A text by its author's last name and its year, or that it states none."""
    family, comma, _ = text.author.partition(",")
    return f"{family if comma else family.split()[-1]} {text.year or 'n.d.'}"


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
