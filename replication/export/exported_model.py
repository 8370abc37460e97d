"""A model as another program needs it: columns by name, every option with its value, expected numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from replication.estimate.covariances.over_time import bartlett_lags
from replication.estimate.covariances.sandwich import REPAIRED, SATURATED
from replication.estimate.design import Fit, Integers
from replication.estimate.labels import entity_name
from replication.estimate.numbers.groupings import is_nested
from replication.estimate.words import COVARIANCES
from replication.export.identifiers import identifier
from replication.export.panel_file import PanelFile
from replication.panel.panel import Panel
from replication.study.one_model import Plan, PlannedError, error_of, fit_model, sample_of

HISTORY = ("first_difference", "difference_gmm", "system_gmm")
"""Estimators that need rows besides those of their equations: the ones before them."""

# Multiplied into the variance; others in `Covariance.factors` tell what was done.
MULTIPLIES = ("G/(G-1)", "(G-1)/G", "(n-1)/(n-k)", "n/(n-k)", "T/(T-1)")


@dataclass(frozen=True)
class ExportedError:
    """One error of a model.

    Attributes
    ----------
    label, kind : str
        What the study calls it, and its word.
    options : mapping
        Every option with its value; `lags` is the number that was used, `cluster` names columns of the file;
        `repaired` and `saturated`: whether eigenvalues were set to zero, and rows of leverage one left out.
    factors : mapping of str to float
        What multiplies the variance, by name.
    errors : (k,) tuple of float
    inside : tuple of str
        Effects of which each lies in one cluster, as columns of the file.
    """

    label: str
    kind: str
    options: Mapping[str, Any]
    factors: Mapping[str, float]
    errors: tuple[float, ...]
    inside: tuple[str, ...]


@dataclass(frozen=True)
class ExportedModel:
    """One model.

    Attributes
    ----------
    id, title, formula, estimator : str
    options : mapping
        Every option of the estimator with its value.
    file, flag, outcome : str
        The file, and its columns: one on the model's rows, and the outcome.
    regressors : tuple of str
        Columns of the design but for the constant.
    constant : bool
    effects, roles : columns absorbed, and the columns of each further role ("instruments", ...)
    weights : str or None
    names, labels : (k,) tuples of str
        The parameters by identifiers and by our words. An identifier is the column that the parameter belongs
        to ("const" for the constant) behind the equation, if there are several (of an entity: its number in
        the file); or the parameter's own name.
    params : (k,) tuple of float
    errors : tuple of ExportedError
    nobs : int
    balanced : bool
        Whether every entity has every period.
    consecutive : bool
        Whether some entity is observed in every period between the first and the last.
    """

    id: str
    title: str
    formula: str
    estimator: str
    options: Mapping[str, Any]
    file: str
    flag: str
    outcome: str
    regressors: tuple[str, ...]
    constant: bool
    effects: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    weights: str | None
    names: tuple[str, ...]
    labels: tuple[str, ...]
    params: tuple[float, ...]
    errors: tuple[ExportedError, ...]
    nobs: int
    balanced: bool
    consecutive: bool


def exported(panel: Panel, ready: Plan, file: PanelFile) -> ExportedModel:
    """Estimate a model and put what it uses into the file.

    Raises
    ------
    UserError
        As a run of the model.
    """
    _, fit = fit_model(panel, ready)
    sample, model = sample_of(panel, ready), ready.model
    design = sample.design
    places = file.places(sample.keys)
    own_rows = fit.kept is None or model.estimator in HISTORY
    flag = file.flag(model.id, places if own_rows else places[fit.kept])
    columns = {
        term.label: file.column(term.label, places, values)
        for term, values in zip(design.slopes, design.x.T[design.has_constant :], strict=True)
    }
    roles = {
        role: tuple(
            file.column(term.label, places, values)
            for term, values in zip(terms, design.extra[role].reshape(design.nobs, -1).T, strict=True)
        )
        for role, terms in design.extra_terms.items()
    }
    for role, terms in design.extra_terms.items():
        columns |= {term.label: name for term, name in zip(terms, roles[role], strict=True)}
    first = dict(zip(design.entity.tolist(), places.tolist(), strict=True))
    numbers = {entity_name(design, code): file.entity(place) for code, place in first.items()}
    keys = {"entity": "entity", "time": "time", panel.entity_name: "entity"}
    keys |= {panel.time_name: "time"} if model.average_over is None else {}
    groups = {
        name: keys.get(name) or file.column(name, places, codes.astype(float))
        for name, codes in design.groups.items()
    }
    outcome = file.column(design.outcome, places, design.y)
    lagged = {f"lag({design.outcome}, 1)": f"lag_{outcome}_1"}  # made by a dynamic estimator itself
    return ExportedModel(
        id=model.id,
        title=model.title or model.question,
        formula=model.formula,
        estimator=model.estimator,
        options={**_options(ready.estimate, ready.options), "effects": None, **_mean_effect(fit)},
        file=file.name,
        flag=flag,
        outcome=outcome,
        regressors=tuple(columns[term.label] for term in design.slopes),
        constant=design.has_constant,
        effects=tuple(groups[name] for name in model.effects),
        roles=roles,
        weights=None if design.weights is None else file.column(model.weights or "", places, design.weights),
        names=_names(fit, {**lagged, **columns}, numbers),
        labels=fit.labels,
        params=tuple(fit.params.tolist()),
        errors=tuple(_error(fit, ready, error, groups) for error in ready.errors),
        nobs=fit.nobs,
        balanced=_balanced(fit),
        consecutive=_consecutive(design.time) and _consecutive(fit.time),
    )


def _names(fit: Fit, columns: Mapping[str, str], numbers: Mapping[str, int]) -> tuple[str, ...]:
    """The parameters by identifiers of the file; `numbers` are those of the entities."""
    own = {"const": "const", **columns}
    found: list[str] = []
    for term in fit.terms:
        name = own.get(term.label) or own.get(replace(term, equation="").label)
        equation = str(numbers.get(term.equation, term.equation))
        name = name or identifier(term.name, ())
        found.append(f"{equation}_{name}" if equation else name)
    return tuple(found)


def _balanced(fit: Fit) -> bool:
    periods = np.unique(fit.entity, return_counts=True)[1]
    return bool((periods == len(np.unique(fit.time))).all())


def _consecutive(time: Integers) -> bool:
    return bool((np.diff(np.unique(time)) == 1).all())


def _mean_effect(fit: Fit) -> dict[str, bool]:
    """The mean of the effects is reported: where it is asked for, and where there is nothing else."""
    return {"mean_effect": True} if fit.mean_effect else {}


def _error(fit: Fit, ready: Plan, error: PlannedError, groups: Mapping[str, str]) -> ExportedError:
    found = error_of(fit, ready, error)
    options = _options(COVARIANCES[found.kind], error.options)  # also where the study names no error
    if "cluster" in options:
        options["cluster"] = [groups[name] for name in options["cluster"] or ["entity"]]
    if "lags" in options:
        options["lags"] = bartlett_lags(options["lags"], len(np.unique(fit.time)))
    roots = np.sqrt(np.clip(np.diag(found.matrix), 0, None))
    factors = {name: float(found.factors[name]) for name in MULTIPLIES if name in found.factors}
    happened = {"repaired": REPAIRED in found.factors, "saturated": SATURATED in found.factors}
    return ExportedError(
        error.label or found.kind,
        found.kind,
        {**options, **happened},
        factors,
        tuple(roots.tolist()),
        _inside(fit, ready.model.effects, error.options.get("cluster") or ["entity"], groups),
    )


def _inside(
    fit: Fit, effects: Iterable[str], keys: Iterable[str], groups: Mapping[str, str]
) -> tuple[str, ...]:
    """The effects each of whose levels is in one cluster of some key."""
    clusters = [fit.groups[key] for key in keys if key in fit.groups]
    return tuple(
        groups[name] for name in effects if any(is_nested(fit.groups[name], each) for each in clusters)
    )


def _options(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every keyword option with the value that it has."""
    parameters = inspect.signature(function).parameters.values()
    known = {item.name: item.default for item in parameters if item.kind is inspect.Parameter.KEYWORD_ONLY}
    return {**known, **given}
