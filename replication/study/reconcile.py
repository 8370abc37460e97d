"""Why a standard error differs from another program's: one model under every convention, side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from replication.errors import StudyError, one_of
from replication.estimate.covariances.conventions import Convention, conventions_of, known_for
from replication.estimate.design import Covariance, Fit
from replication.panel.panel import Panel
from replication.project.places import Project
from replication.publish.rounding import fixed
from replication.spec.entries import ModelSpec
from replication.spec.read_study import read_study
from replication.study.boundary import told_at, told_in
from replication.study.one_model import Plan, fit_model, plan
from replication.study.panels import data_of, panels_of

Reconciled = tuple[str, Convention, Covariance]  # the kind of the error, whose it is, the error


def statistics_of(model: str) -> tuple[str, str]:
    """Names of the statistics that hold the errors of a model, and their small-sample factors."""
    return f"{model}_errors", f"{model}_factors"


def reconcile(project: Project, path: Path, model: str, data: Path | None = None) -> str:
    """The errors of one model of a study under every known convention, each factor and its origin, as text.

    Raises
    ------
    StudyError
        No such model, or none of its errors has conventions.
    """
    study = read_study(path)
    found = {entry.id: entry for entry in study.models}
    if model not in found:
        raise StudyError(f"{path.name}: {one_of('model', model, found)}")
    spec = found[model]
    with told_in(path):
        panel = panels_of(project, study, data_of(project, study, path, data))[spec.data, spec.entity]
        ready = plan(spec)
        with told_at(f"models.{model}"):
            _, fit = fit_model(panel, ready)
            return _as_text(_every(fit, ready), fit, spec)


def reconciled(panel: Panel, ready: Plan) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit: an error for each convention and term, and each factor."""
    _, fit = fit_model(panel, ready)
    errors, factors = statistics_of(ready.model.id)
    rows: list[tuple[str, str, str, float, str]] = []
    for kind, convention, covariance in _every(fit, ready):
        name = f"{kind}: {convention.program}"
        for term, error in zip(fit.labels, np.sqrt(np.diag(covariance.matrix)), strict=True):
            rows.append((errors, name, term, float(error), "units of the outcome"))
        for factor, value in covariance.factors.items():
            rows.append((factors, name, factor, float(value), "multiplies the variance"))
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])


def _every(fit: Fit, ready: Plan) -> list[Reconciled]:
    """The model's errors under every convention that is known for one of their kinds."""
    return [(kind, *found) for kind, options in _kinds(ready) for found in known_for(fit, kind, options)]


def _kinds(ready: Plan) -> list[tuple[str, dict]]:
    """The families of errors that the model has, each once, by the first kind of it that the model names."""
    families: list[tuple[Convention, ...]] = []
    kinds = []
    for error in ready.errors:
        family = conventions_of(error.kind)
        if family not in families:
            families.append(family)
            kinds.append((error.kind, dict(error.options)))
    return kinds


def _as_text(found: list[Reconciled], fit: Fit, model: ModelSpec) -> str:
    lines = [f"{model.id}: {model.title or model.formula}"]
    if not found:
        lines.append("no other program has been run on a model of this kind with these errors")
    for kind, convention, covariance in found:
        factors = ", ".join(f"{name} = {value:.6g}" for name, value in covariance.factors.items())
        lines += ["", f"{kind}: {convention.program}"]
        lines.append(f"    {convention.origin}; {factors or 'no small-sample factor'}")
        errors = np.sqrt(np.diag(covariance.matrix)).tolist()
        lines += [f"    {fixed(e, 6):>16}  {label}" for e, label in zip(errors, fit.labels, strict=True)]
    return "\n".join(lines)
