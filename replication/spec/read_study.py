"""Study file -> Study, strictly: the first thing wrong with it becomes one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from replication.errors import StudyError, one_of
from replication.language.nodes import show
from replication.language.syntax import parse, parse_formula
from replication.language.tokens import NAME
from replication.project.strict import check_ids, located, read_strictly, texts_in
from replication.spec.entries import ModelSpec, ReadingSpec, Study, TableSpec
from replication.spec.robustness_checks import check_robustness
from replication.spec.several_models import expanded

RESERVED = ("claims", "published")  # folders among the results of the studies: the ledger, printed tables


_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
RECONCILED = ("errors", "factors")


def read_study(path: Path) -> Study:
    """The study that a TOML file describes.

    Raises
    ------
    StudyError
        The file is missing, too large, not UTF-8, not TOML, has an unknown key, a value of the wrong
        kind, an expression outside the language, an id twice, or names a model or statistic it lacks.
    """
    study: Study = located(path.name, checked, read_strictly(path, Study))
    return study


def checked(study: Study) -> Study:
    """The study with each model by itself; it raises StudyError where ids, expressions or names are wrong."""
    study = expanded(study)
    _check_ids(study)
    _check_expressions(study)
    _check_references(study)
    check_robustness(study.robustness, study.models)
    return study


def labels_of(study: Study) -> dict[str, str]:
    """The study's labels, keyed by the canonical spelling of the term that each one names."""
    return {canonical(term): label for term, label in study.labels.items()}


@lru_cache(maxsize=10_000)  # a report asks for the same hundred labels some hundred times
def canonical(term: str) -> str:
    """A term in its one spelling."""
    if _DATE.fullmatch(term):
        return term  # which reads as a subtraction
    try:
        return show(parse(term))
    except StudyError:
        return term  # the name of a dummy or of an equation's parameter, which is not an expression


def _check_ids(study: Study) -> None:
    if study.study.id in RESERVED:
        taken = "the claims ledger" if study.study.id == RESERVED[0] else "the grades of printed tables"
        raise StudyError(f"study.id is {study.study.id!r}; allowed: any other name, for {taken} has this one")
    for section in ("models", "readings", "statistics", "tables", "figures"):
        check_ids(section, (entry.id for entry in getattr(study, section)))
    for model in study.models:
        twice = [name for name, count in Counter(error_labels(model)).items() if count > 1]
        if twice:
            raise StudyError(
                f"models.{model.id}.covariance: {twice[0]!r} stands twice; give each its own label"
            )


def columns_named(study: Study) -> set[str]:
    """Every word of a study's models and variables, some of which name columns."""
    texts = [*study.variables.values(), study.study.entity or "", study.study.time or ""]
    entries = [*study.models, *study.robustness, *summaries(study)]
    texts += [text for entry in entries for text in texts_in(entry.model_dump())]
    return {*texts, *(word.strip("`") for text in texts for word in NAME.findall(text))}


def summaries(study: Study) -> list[TableSpec]:
    """The tables of summary statistics of the study's panel."""
    return [entry for entry in study.tables if entry.summary]


def conditions_of(study: Study) -> list[str]:
    """The filters and variables of a study, in which columns are compared with levels."""
    return [*study.variables.values(), *(model.where for model in study.models if model.where)]


def error_labels(model: ModelSpec) -> list[str]:
    """The label of each of a model's errors: its `label`, or its kind."""
    return [spec.label or spec.kind for spec in model.covariance]


def _check_expressions(study: Study) -> None:
    for name, text in study.variables.items():
        located(f"variables.{name}", parse, text)
    for model in study.models:
        located(f"models.{model.id}.formula", parse_formula, model.formula)
        for key in ("where", "weights"):
            if getattr(model, key) is not None:
                located(f"models.{model.id}.{key}", parse, getattr(model, key))
    for entry in summaries(study):
        for text in [*entry.summary, *([entry.by] if entry.by else [])]:
            located(f"tables.{entry.id}.summary", parse, text)
    for section in ("statistics", "tables", "figures"):
        for entry in getattr(study, section):
            if entry.where is not None:
                located(f"{section}.{entry.id}.where", parse, entry.where)


def _check_references(study: Study) -> None:
    models = [name for model in study.models for name in result_ids(model)]
    readings = [name for entry in study.readings for name in reading_ids(entry)]
    reconciled = [f"{model.id}_{what}" for model in study.models if model.reconcile for what in RECONCILED]
    families = [f"{model.id}_family" for model in study.models if model.multiple_testing]
    left_out = [name for model in study.models for name in left_out_ids(model)]
    statistics = [*(entry.id for entry in study.statistics), *readings, *reconciled, *families, *left_out]
    own = [*statistics, *(entry.id for entry in summaries(study))]
    check_ids("statistics, readings, summaries and what models add to them together", own)
    for entry in study.readings:
        named = [*entry.models, *(name for bound in entry.bounds for name in (bound.within, bound.pooled))]
        _known(f"readings.{entry.id}.models", named, [model.id for model in study.models])
    for section in ("tables", "figures"):
        for entry in getattr(study, section):
            _known(f"{section}.{entry.id}.models", entry.models, models)
            _known(f"{section}.{entry.id}.statistics", entry.statistics, statistics)
    for table in study.tables:
        for panel in table.panels:
            _known(f"tables.{table.id}.panels", panel.models, models)
    _check_exhibits(study)


def _check_exhibits(study: Study) -> None:
    """What stands first in the report is there, and is a table or a figure, not both."""
    tables, figures = ([entry.id for entry in entries] for entries in (study.tables, study.figures))
    _known("study.exhibits", study.study.exhibits, [*tables, *figures])
    for name in study.study.exhibits:
        if name in tables and name in figures:
            raise StudyError(f"study.exhibits: {name!r} is a table and a figure; give one another id")


def result_ids(model: ModelSpec) -> list[str]:
    """Ids under which a model's results stand: its own for the first error, `id.label` for the others."""
    return [model.id, *(f"{model.id}.{label}" for label in error_labels(model)[1:])]


def reading_ids(reading: ReadingSpec) -> list[str]:
    """Statistics that a reading rule gives: each verdict, their counts, what could have been seen."""
    return [reading.id, f"{reading.id}_counts", f"{reading.id}_detectable"]


def left_out_ids(model: ModelSpec) -> list[str]:
    """Statistics of a model without each level of a column."""
    return [f"{model.id}_without_{column}" for column in model.leave_out.columns] if model.leave_out else []


def _known(place: str, words: Iterable[str], allowed: list[str]) -> None:
    for word in words:
        if word not in allowed:
            raise StudyError(f"{place}: {one_of('id', word, allowed)}")
