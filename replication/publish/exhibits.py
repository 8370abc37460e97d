"""Records of a study -> the tables and figures that its file asks for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from replication.errors import StudyError, UserError
from replication.language.evaluate import select
from replication.project.files import write_text
from replication.project.places import Project
from replication.publish.figures import write_figure
from replication.publish.formats import html_document, latex_document, to_csv, to_latex, to_markdown
from replication.publish.model_tables import model_table
from replication.publish.printed_words import in_words
from replication.publish.statistics_tables import data_table, statistics_table
from replication.publish.table import Table
from replication.records.records import Records
from replication.sources.pipeline import read_table
from replication.spec.entries import FigureSpec, Study, TableSpec
from replication.spec.read_study import error_labels, labels_of, reading_ids, result_ids

WRITERS = {"csv": to_csv, "tex": to_latex, "html": html_document, "md": to_markdown}


def build_tables(project: Project, study: Study, found: Records) -> list[Table]:
    """Every table of the study; one of all models if it names none.

    Raises
    ------
    StudyError
        A table that asks for nothing, or for a column, term or statistic that is not there.
    """
    specs = study.tables
    if not specs and study.models:
        specs = [TableSpec(id="models", title=study.study.title, models=[model.id for model in study.models])]
    return [_located(f"tables.{spec.id}", _build, project, study, found, spec) for spec in specs]


def write_tables(tables: list[Table], folder: Path) -> None:
    """Write each table in every format, and one LaTeX document that holds them all."""
    for table in tables:
        for ending, write in WRITERS.items():
            write_text(folder / "tables" / f"{table.id}.{ending}", write(table))
    if tables:
        write_text(folder / "tables.tex", latex_document(tables))


def draw_figures(project: Project, study: Study, found: Records, folder: Path) -> None:
    """Write every figure of the study as SVG and PNG."""
    for spec in study.figures:
        folder.mkdir(parents=True, exist_ok=True)
        _located(f"figures.{spec.id}", _draw, project, study, found, spec, folder)


def _build(project: Project, study: Study, found: Records, spec: TableSpec) -> Table:
    if spec.models:
        return model_table(spec, found.estimates, found.models, found.accounts, labels_of(study))
    if spec.statistics:
        return statistics_table(spec, found.statistics, study.statistics, _labels(study, spec.statistics))
    if spec.table:
        return data_table(spec, select(read_table(project, spec.table), spec.where), labels_of(study))
    raise StudyError("asks for nothing; allowed: models, statistics or table")


def _draw(project: Project, study: Study, found: Records, spec: FigureSpec, folder: Path) -> None:
    if spec.kind == "network":
        ties, actors = (_named(project, spec, key) for key in ("table", "actors"))
        write_figure(spec, select(ties, spec.where), folder, labels_of(study), actors)
    elif spec.kind == "coefficients":
        write_figure(spec, found.estimates, folder, labels_of(study))
    else:
        write_figure(spec, found.statistics, folder, _labels(study, spec.statistics))


def _named(project: Project, spec: FigureSpec, key: str) -> pd.DataFrame:
    """The processed table that a network names under a key."""
    name = getattr(spec, key)
    if name is None:
        raise StudyError(f"a network is drawn from two tables; {key} names none")
    return read_table(project, name)


def _labels(study: Study, statistics: list[str]) -> dict[str, str]:
    """Printed words of statistics; of models and their errors too where reading rules are shown."""
    titles = {entry.id: entry.title for entry in study.statistics}
    rules = {name: entry.title for entry in study.readings for name in reading_ids(entry)}
    models = {
        name: f"{model.title or model.id}, {in_words(label)}" if label else model.title or model.id
        for model in study.models
        for name, label in zip(result_ids(model), error_labels(model) or [""], strict=True)
    }
    read = models if any(name in rules for name in statistics) else {}
    return {**titles, **rules, **read, **labels_of(study)}


def _located(place: str, make, *arguments):
    try:
        return make(*arguments)
    except UserError as problem:
        raise type(problem)(f"{place}: {problem}") from None
