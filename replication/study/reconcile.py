"""Why a standard error differs from another program's: one model under every convention, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from replication.errors import StudyError, one_of
from replication.estimate.covariances.conventions import Convention, conventions_of, known_for
from replication.estimate.design import Fit
from replication.panel.panel import Panel
from replication.project.places import Project
from replication.publish.rounding import fixed
from replication.spec.entries import ModelSpec
from replication.spec.read_study import read_study
from replication.study.one_model import Plan, fit_model, plan
from replication.study.panels import data_of, panels_of

ERRORS, FACTORS = "{}_errors", "{}_factors"


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
    panel = panels_of(project, study, data_of(project, study, path, data))[spec.data, spec.entity]
    return _as_text(reconciled(panel, plan(spec)), spec)


def reconciled(panel: Panel, ready: Plan) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit: an error for each convention and term, and each factor."""
    _, fit = fit_model(panel, ready)
    rows = [row for kind, options in _kinds(ready) for row in _rows(fit, ready.model, kind, options)]
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])


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


def _rows(fit: Fit, model: ModelSpec, kind: str, options: dict) -> Iterator[tuple[str, str, str, float, str]]:
    for convention, covariance in known_for(fit, kind, options):
        name = f"{kind}: {convention.program}"
        for term, error in zip(fit.labels, np.sqrt(np.diag(covariance.matrix)), strict=True):
            yield ERRORS.format(model.id), name, term, float(error), "units of the outcome"
        for factor, value in covariance.factors.items():
            yield FACTORS.format(model.id), name, factor, float(value), "multiplies the variance"


def _as_text(rows: pd.DataFrame, model: ModelSpec) -> str:
    errors = rows[rows["statistic"] == ERRORS.format(model.id)]
    factors = rows[rows["statistic"] == FACTORS.format(model.id)]
    lines = [f"{model.id}: {model.title or model.formula}"]
    if errors.empty:
        lines.append("no other program has been run on a model of this kind with these errors")
    for group, mine in errors.groupby("group", sort=False):
        told = factors[factors["group"] == group]
        named = ", ".join(f"{row.period} = {row.value:.6g}" for row in told.itertuples())
        kind, program = str(group).split(": ", 1)
        lines += ["", str(group), f"    {_origin(kind, program)}; {named or 'no small-sample factor'}"]
        lines += [
            f"    {fixed(float(value), 6):>16}  {term}"
            for value, term in mine[["value", "period"]].to_numpy()
        ]
    return "\n".join(lines)


def _origin(kind: str, program: str) -> str:
    """How it is known what the program gives."""
    return next(entry.origin for entry in conventions_of(kind) if entry.program == program)
