"""Records of a study -> the tables and figures that its file asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from replication.errors import StudyError
from replication.language.evaluate import select
from replication.project.files import write_bytes, write_text
from replication.project.places import Project
from replication.project.strict import located
from replication.publish.formats import html_document, to_csv, to_markdown
from replication.publish.latex import latex_document, to_latex
from replication.publish.model_notes import error_words
from replication.publish.model_tables import model_table
from replication.publish.origins import source_line
from replication.publish.printed_words import term_words
from replication.publish.prose import told
from replication.publish.statistics_tables import data_table, statistics_table
from replication.publish.summary_table import summary_table
from replication.publish.table import Table
from replication.publish.typst import to_typst
from replication.records.records import Records
from replication.sources.pipeline import read_table
from replication.spec.entries import FigureSpec, Study, TableSpec
from replication.spec.read_study import labels_of, left_out_ids, reading_ids

WRITERS = {"csv": to_csv, "tex": to_latex, "html": html_document, "md": to_markdown, "typ": to_typst}


def build_tables(project: Project, study: Study, found: Records) -> list[Table]:
    """Every table of the study; one of all models if it names none.

    Raises
    ------
    StudyError
        A table that asks for nothing, or for a column, term or statistic that is not there; prose that
        refers to no record.
    """
    study = told(study, found)
    specs = study.tables
    if not specs and study.models:
        specs = [TableSpec(id="models", title=study.study.title, models=[model.id for model in study.models])]
    return [located(f"tables.{spec.id}", _build, project, study, found, spec) for spec in specs]


def write_tables(tables: list[Table], folder: Path) -> None:
    """Write each table in every format, and a LaTeX and a Word document that hold them all."""
    for table in tables:
        for ending, write in WRITERS.items():
            write_text(folder / "tables" / f"{table.id}.{ending}", write(table))
    if tables:
        from replication.publish.word import word_document  # its library takes long to load, and memory

        write_text(folder / "tables.tex", latex_document(tables))
        write_bytes(folder / "tables.docx", word_document(tables))


def draw_figures(project: Project, study: Study, found: Records, folder: Path) -> None:
    """Write every figure of the study as SVG, PNG and PDF."""
    for spec in told(study, found).figures:
        folder.mkdir(parents=True, exist_ok=True)
        located(f"figures.{spec.id}", _draw, project, study, found, spec, folder)


def _build(project: Project, study: Study, found: Records, spec: TableSpec) -> Table:
    return replace(_made(project, study, found, spec), finding=spec.finding)


def _made(project: Project, study: Study, found: Records, spec: TableSpec) -> Table:
    if spec.models or spec.panels:
        return model_table(spec, found.estimates, found.models, found.accounts, labels_of(study))
    if spec.statistics:
        return statistics_table(
            spec, found.statistics, study.statistics, _labels(study, found, spec.statistics)
        )
    if spec.summary:
        return summary_table(spec, found.statistics, labels_of(study))
    if spec.table:
        return data_table(spec, select(read_table(project, spec.table), spec.where), labels_of(study))
    raise StudyError("asks for nothing; allowed: models, panels, statistics, summary or table")


def _draw(project: Project, study: Study, found: Records, spec: FigureSpec, folder: Path) -> None:
    # Loading what draws takes a third of a second, which a study without figures need not wait for.
    from replication.publish.figures import write_figure

    source = source_line(project, study, spec)
    if spec.kind == "network":
        ties, actors = (_named(project, spec, key) for key in ("table", "actors"))
        write_figure(spec, select(ties, spec.where), folder, labels_of(study), actors, source)
    elif spec.kind == "coefficients":
        estimates, words = _estimates(found, labels_of(study))
        write_figure(spec, estimates, folder, words, source=source)
    else:
        write_figure(spec, found.statistics, folder, _labels(study, found, spec.statistics), source=source)


def _named(project: Project, spec: FigureSpec, key: str) -> pd.DataFrame:
    """The processed table that a network names under a key."""
    name = getattr(spec, key)
    if name is None:
        raise StudyError(f"a network is drawn from two tables; {key} names none")
    return read_table(project, name)


def _estimates(found: Records, labels: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Estimates with the id of each result beside them, and the printed words of results and terms."""
    ids = {(a.model, error.label): name for a in found.accounts for name, error in a.results.items()}
    results = [ids[key] for key in found.estimates[["model", "error"]].itertuples(index=False, name=None)]
    titles = {account.model: account.title for account in found.accounts}
    terms = {term.label: term_words(term, labels) for a in found.accounts for term in a.terms}
    return found.estimates.assign(result=results), {**terms, **_result_words(found), **titles, **labels}


def _result_words(found: Records) -> dict[str, str]:
    """Each result by the title of its model and by its error."""
    return {
        name: f"{account.title}, {error_words(error)}"
        for account in found.accounts
        for name, error in account.results.items()
    }


def _labels(study: Study, found: Records, statistics: list[str]) -> dict[str, str]:
    """Printed words of statistics; of models where rules are shown, of terms where coefficients are."""
    labels = labels_of(study)
    titles = {entry.id: entry.title for entry in study.statistics}
    rules = {name: entry.title for entry in study.readings for name in reading_ids(entry)}
    models = {account.model: account.title for account in found.accounts}
    added = {f"{name}_family": title for name, title in models.items()}
    added |= {name: models[model.id] for model in study.models for name in left_out_ids(model)}
    read = models if any(name in rules for name in statistics) else {}
    told = any(name in added for name in statistics)
    terms = {term.label: term_words(term, labels) for a in found.accounts for term in a.terms if told}
    return {**terms, **titles, **rules, **added, **read, **labels}
