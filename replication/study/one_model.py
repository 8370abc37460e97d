"""Model spec and panel -> estimates, statistics and the account of what was done."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from replication.errors import NUMERICAL, EstimationError, StudyError, UserError, numerical, one_of
from replication.estimate.coefficient_table import coefficient_table, long_run_table, marginal_table
from replication.estimate.covariances.sandwich import usual
from replication.estimate.design import Covariance, Design, Fit, Needs
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS, NEEDS
from replication.inference.model_tests import adjusted, permuted, wald_tests
from replication.inference.power import minimum_detectable_effect
from replication.panel.panel import Panel
from replication.panel.rows import Sample, prepare, without
from replication.records.account import ModelAccount
from replication.spec.entries import ModelSpec
from replication.spec.options import checked_options
from replication.spec.read_study import result_ids


@dataclass(frozen=True)
class ModelResult:
    """What one model gives.

    Attributes
    ----------
    estimates : DataFrame
        One row a coefficient and error: model, term, estimate, std_error, statistic, p_value, conf_low,
        conf_high.
    detectable : DataFrame
        One row a coefficient and error: model, term, value, the minimum detectable effect.
    statistics : DataFrame
        One row a statistic: model, name, value.
    dropped : DataFrame
        One row a panel row not used: model, entity, time, cause.
    accounts : tuple of ModelAccount
        One for each error.
    """

    estimates: pd.DataFrame
    detectable: pd.DataFrame
    statistics: pd.DataFrame
    dropped: pd.DataFrame
    accounts: tuple[ModelAccount, ...]


@dataclass(frozen=True)
class Plan:
    """A model whose every word has been checked, ready to run."""

    model: ModelSpec
    estimate: Callable[..., Fit]
    options: Mapping[str, Any]
    needs: Needs
    errors: tuple[tuple[str, Callable[..., Covariance], Mapping[str, Any]], ...]


def plan(model: ModelSpec) -> Plan:
    """Check the words of a model against the registry, before anything is estimated.

    Raises
    ------
    StudyError
        Unknown estimator, error, diagnostic or option; effects where the estimator takes none.
    """
    place = f"models.{model.id}"
    estimate = _lookup(f"{place}.estimator", model.estimator, ESTIMATORS)
    needs = NEEDS.get(model.estimator, Needs({}))
    options = dict(model.options)
    if "effects" in options:
        raise StudyError(f"{place}.options: effects is a key of the model itself, beside options")
    if model.effects:
        options["effects"] = list(model.effects)
    checked = checked_options(f"{place}", estimate, options, tuple(needs.roles))
    for name in model.diagnostics:
        _lookup(f"{place}.diagnostics", name, DIAGNOSTICS)
    errors = [] if model.covariance else [(model.id, usual, {})]
    for name, spec in zip(result_ids(model), model.covariance, strict=False):
        function = _lookup(f"{place}.covariance", spec.kind, COVARIANCES)
        errors.append(
            (name, function, checked_options(f"{place}.covariance.{spec.kind}", function, spec.options))
        )
    return Plan(model, estimate, checked, needs, tuple(errors))


def run_model(panel: Panel, ready: Plan) -> ModelResult:
    """Estimate one model with each of its errors."""
    model = ready.model
    try:
        sample, fit = fit_model(panel, ready)
        covariances = [(name, _covariance(fit, ready, *error)) for name, *error in ready.errors]
        diagnostics = _diagnostics(fit, model)
        diagnostics |= permuted(sample.design, partial(ready.estimate, **ready.options), model.randomization)
        estimates = [
            _estimates(fit, covariance, model).assign(model=name) for name, covariance in covariances
        ]
        tests = {
            name: wald_tests(fit, covariance, model) | adjusted(fit, covariance, model.multiple_testing)
            for name, covariance in covariances
        }
    except UserError as problem:
        raise type(problem)(f"models.{model.id}: {problem}") from None
    except NUMERICAL as problem:
        raise EstimationError(f"models.{model.id}: {numerical(problem)}") from problem
    statistics = [
        _statistic_rows(
            name, {**_counts(fit), **fit.statistics, **diagnostics, **tests[name], **_drop_counts(sample)}
        )
        for name, _ in covariances
    ]
    return ModelResult(
        estimates=pd.concat(estimates, ignore_index=True),
        detectable=pd.concat([_detectable(fit, *named) for named in covariances], ignore_index=True),
        statistics=pd.concat(statistics, ignore_index=True),
        dropped=_dropped_rows(sample, model.id),
        accounts=tuple(_account(name, ready, fit, covariance, sample) for name, covariance in covariances),
    )


def fit_model(panel: Panel, ready: Plan) -> tuple[Sample, Fit]:
    """The rows of a model and its point estimates."""
    sample = prepare(panel, ready.model, _groups(ready), ready.needs)
    _check_terms(ready, sample.design)
    fit = ready.estimate(sample.design, **ready.options)
    return without(sample, fit.kept, f"left out by {ready.model.estimator}"), fit


def _check_terms(ready: Plan, design: Design) -> None:
    """The outcome explains itself, and dynamic estimators lag it themselves."""
    if design.outcome in design.terms:
        raise EstimationError(f"the outcome {design.outcome} stands among the regressors")
    own = [term for term in design.terms if term.startswith(f"lag({design.outcome},")]
    if ready.needs.keeps_history and own:
        raise EstimationError(
            f"{ready.model.estimator} adds the lags of the outcome itself (options.lags); leave {own[0]} out"
        )


def _lookup(place: str, word: str, known: Mapping[str, Callable]) -> Callable:
    if word not in known:
        raise StudyError(f"{place}: {one_of('word', word, known)}")
    return known[word]


def _covariance(
    fit: Fit, ready: Plan, function: Callable[..., Covariance], options: Mapping[str, Any]
) -> Covariance:
    """An error of the fit; one that estimates anew is handed the estimator."""
    if "refit" in inspect.signature(function).parameters:
        return function(fit, partial(ready.estimate, **ready.options), **options)
    return function(fit, **options)


def _estimates(fit: Fit, covariance: Covariance, model: ModelSpec) -> pd.DataFrame:
    tables = [coefficient_table(fit, covariance)]
    if model.long_run:
        tables.append(long_run_table(fit, covariance, model.long_run))
    if model.marginal_effects:
        tables.append(marginal_table(fit, covariance, model.marginal_effects))
    return pd.concat(tables, ignore_index=True)


def _detectable(fit: Fit, name: str, covariance: Covariance) -> pd.DataFrame:
    errors = np.sqrt(np.clip(np.diag(covariance.matrix), 0, None))
    effects = minimum_detectable_effect(errors, df=covariance.df)
    return pd.DataFrame({"model": name, "term": fit.terms, "value": effects})


def _counts(fit: Fit) -> dict[str, float]:
    """What every model says of its size, unless its estimator says it in its own way."""
    return {"nobs": fit.nobs, "entities": len(np.unique(fit.entity)), "periods": len(np.unique(fit.time))}


def _choices(ready: Plan) -> str:
    """Every option of the estimator with its value, the weights and the averaging, as a note prints them."""
    model = ready.model
    parameters = inspect.signature(ready.estimate).parameters.values()
    values = {item.name: item.default for item in parameters if item.kind is inspect.Parameter.KEYWORD_ONLY}
    values |= {
        **ready.options,
        **{name: model.options[name] for name in ready.needs.roles if name in model.options},
    }
    values.pop("effects", None)
    if model.weights is not None:
        values["weights"] = model.weights
    if model.average_over is not None:
        values["means over years"] = model.average_over
    return "; ".join(f"{name} = {_told(value)}" for name, value in values.items() if value is not None)


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _groups(ready: Plan) -> list[str]:
    """Every column whose levels are absorbed, clustered by, or permuted within."""
    clusters = [name for _, _, options in ready.errors for name in options.get("cluster", [])]
    lottery, together = ready.model.randomization, ready.model.multiple_testing
    drawn = [lottery.strata, lottery.units] if lottery else []
    return [*ready.model.effects, *clusters, *filter(None, drawn), *(together.cluster if together else [])]


def _diagnostics(fit: Fit, model: ModelSpec) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in model.diagnostics:
        found |= DIAGNOSTICS[name](fit)
    return found


def _drop_counts(sample: Sample) -> dict[str, float]:
    return {"rows_in_panel": sample.rows_in_panel, **{f"dropped: {cause}": n for cause, n in sample.drops}}


def _statistic_rows(name: str, values: Mapping[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"model": name, "name": list(values), "value": [float(v) for v in values.values()]})


def _dropped_rows(sample: Sample, name: str) -> pd.DataFrame:
    table = sample.dropped.copy()
    table.columns = ["entity", "time", "cause"]
    return table.assign(model=name)[["model", "entity", "time", "cause"]]


def _account(name: str, ready: Plan, fit: Fit, covariance: Covariance, sample: Sample) -> ModelAccount:
    model = ready.model
    return ModelAccount(
        model=name,
        title=model.title or model.id,
        question=model.question,
        estimator=model.estimator,
        outcome=sample.design.outcome,
        effects=", ".join(model.effects),
        errors=covariance.kind,
        convention=covariance.convention,
        choices=_choices(ready),
        warnings=(*(fit.warnings if name == model.id else ()), *covariance.warnings),
        dropped=sample.drops,
        rows_in_panel=sample.rows_in_panel,
        nobs=fit.nobs,
        converged=fit.converged,
    )
