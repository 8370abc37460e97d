"""What a study will estimate, on which rows, in words; nothing is estimated and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from replication.language.nodes import show
from replication.language.syntax import parse_formula
from replication.panel.panel import Panel
from replication.project.places import Project
from replication.publish.printed_words import in_words
from replication.spec.entries import ModelSpec, Study
from replication.spec.read_study import read_study, summaries
from replication.study.boundary import told_at, told_in
from replication.study.one_model import Plan, plan, sample_of
from replication.study.panels import data_of, panels_of, told
from replication.study.statistics import plan_statistic

USUAL = "the estimator's own where it has such, else clustered by entity, or HC1 where no entity has two rows"


def explain(project: Project, path: Path, data: Path | None = None) -> list[str]:
    """Lines on every model of a study file, and on what its tables and figures are made from.

    Raises
    ------
    UserError
        What a run would refuse before it estimates anything.
    """
    study = read_study(path)
    with told_in(path):
        return [*_study(study), *_models(project, study, data_of(project, study, path, data))]


def _study(study: Study) -> Iterator[str]:
    for spec in study.statistics:
        plan_statistic(spec)
    counts = {
        "model": len(study.models),
        "statistic": len(study.statistics),
        "table": len(study.tables) or int(bool(study.models)),
        "figure": len(study.figures),
    }
    yield f"{study.study.id}: {study.study.title}"
    yield ", ".join(f"{count} {what}{'s' * (count != 1)}" for what, count in counts.items())


def _models(project: Project, study: Study, data: Path | None) -> Iterator[str]:
    plans = [plan(model) for model in study.models]
    if not plans and not summaries(study):
        return
    panels = panels_of(project, study, data)
    yield from told(study, panels.values()).lines
    for ready in plans:
        yield ""
        yield from _model(panels[ready.model.data, ready.model.entity], ready)


def _model(panel: Panel, ready: Plan) -> Iterator[str]:
    model = ready.model
    formula = parse_formula(model.formula)
    terms = ", ".join(show(term) for term in formula.terms) or "a constant alone"
    yield f"{model.id}: {model.title}" if model.title else model.id
    yield f"  {in_words(model.estimator)} of {show(formula.outcome)} on {terms}"
    yield from (f"  {line}" for line in _choices(model, ready))
    with told_at(f"models.{model.id}"):
        sample = sample_of(panel, ready)
    drops = "; ".join(f"{count} {cause}" for cause, count in sample.drops) or "none left out"
    yield f"  rows: {sample.design.nobs} of {sample.rows_in_panel} ({drops})"


def _choices(model: ModelSpec, ready: Plan) -> Iterator[str]:
    """What is absorbed, weighted, asked of the errors, and with which options."""
    if model.where is not None:
        yield f"for the rows where {model.where}"
    if model.average_over is not None:
        yield f"every variable its mean over blocks of {model.average_over} periods"
    if model.effects:
        yield f"effects of {' and of '.join(model.effects)} absorbed"
    if model.weights is not None:
        yield f"weighted by {model.weights}"
    for name, value in {**model.options}.items():
        yield f"{name} = {value}"
    if not model.covariance:
        yield f"errors: none is named: {USUAL}"
        return
    errors = [
        in_words(error.kind)
        + "".join(
            f", {name} {' and '.join(map(str, v)) if isinstance(v, list) else v}"
            for name, v in error.options.items()
        )
        for error in ready.errors
    ]
    yield f"errors: {'; '.join(errors)}" + (" (the first is the headline one)" if len(errors) > 1 else "")
