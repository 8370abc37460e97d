"""Model spec and panel -> estimates, statistics and the account of what was done."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from replication.errors import EstimationError, StudyError, one_of
from replication.estimate.coefficient_table import coefficient_table, long_run_table, marginal_table
from replication.estimate.covariances.no_variance import without_rounding
from replication.estimate.covariances.sandwich import usual
from replication.estimate.design import Covariance, Design, Fit, Floats, Needs, Of, Statistics, Term
from replication.estimate.numbers.goodness import counts
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS, NEEDS
from replication.inference.delta_method import combination_table
from replication.inference.model_tests import adjusted, permuted, slopes_tests, wald_tests
from replication.inference.moves import moves_of, still
from replication.inference.referee import doubts_of, overturned, untested
from replication.language import other_programs
from replication.panel.cause import Cause
from replication.panel.doubts import strange_levels
from replication.panel.panel import Panel
from replication.panel.rows import Sample, prepare, without
from replication.records.account import ErrorAccount, ModelAccount
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.spec.options import checked_options
from replication.study.boundary import told_at, told_with
from replication.study.model_result import ModelResult, merge_unique, result_of

LARGEST = 1e70  # of a figure: the sum of fourth powers of a hundred million of them is a double still


@dataclass(frozen=True)
class PlannedError:
    """An error whose words have been checked: what the study calls it, its kind, and how it is computed."""

    label: str
    kind: str
    compute: Callable[..., Covariance]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """A model whose every word has been checked, ready to run."""

    model: ModelSpec
    estimate: Callable[..., Fit]
    options: Mapping[str, Any]
    needs: Needs
    errors: tuple[PlannedError, ...]


def plan(model: ModelSpec, place: str | None = None) -> Plan:
    """Check the words of a model against the registry, before anything is estimated.

    Parameters
    ----------
    place : str, optional
        What the model is called in messages; if it is left out, what a study file has of that id.

    Raises
    ------
    StudyError
        Unknown estimator, error, diagnostic or option; effects where the estimator takes none.
    """
    place = place or f"models.{model.id}"
    estimate = _lookup(f"{place}.estimator", model.estimator, ESTIMATORS, other_programs.ESTIMATORS)
    needs = NEEDS.get(model.estimator, Needs({}))
    options = dict(model.options)
    if "effects" in options:
        raise StudyError(f"{place}.options: effects is a key of the model itself, beside options")
    if model.effects:
        _check_absorbs(place, model, estimate)
        options["effects"] = list(model.effects)
    checked = checked_options(place, estimate, options, tuple(needs.roles))
    for name in model.diagnostics:
        _lookup(f"{place}.diagnostics", name, DIAGNOSTICS, other_programs.DIAGNOSTICS)
    errors = tuple(_planned(f"{place}.covariance", spec) for spec in model.covariance)
    return Plan(model, estimate, checked, needs, errors or (PlannedError("", "clustered", usual, {}),))


def _check_absorbs(place: str, model: ModelSpec, estimate: Callable[..., Fit]) -> None:
    """Refuse effects where the estimator absorbs none."""
    if "effects" not in inspect.signature(estimate).parameters:
        able = [
            name for name, other in ESTIMATORS.items() if "effects" in inspect.signature(other).parameters
        ]
        way = f"allowed with {', '.join(sorted(able))}; dummies(x) as a term makes a column for each level"
        if "time_dummies" in inspect.signature(estimate).parameters:
            way = "entities' it transforms away, and options = { time_dummies = true } adds those of periods"
        raise StudyError(f"{place}.effects: {model.estimator} absorbs none; {way}")


def _planned(place: str, spec: CovarianceSpec) -> PlannedError:
    compute = _lookup(place, spec.kind, COVARIANCES, other_programs.COVARIANCES)
    options = checked_options(f"{place}.{spec.kind}", compute, spec.options)
    return PlannedError(spec.label or spec.kind, spec.kind, compute, options)


def run_model(panel: Panel, ready: Plan) -> ModelResult:
    """Estimate one model with each of its errors."""
    model = ready.model
    filters = [model.where] if model.where else []
    with told_at(f"models.{model.id}"), told_with(lambda: strange_levels(panel.reading, filters)):
        sample, fit = fit_model(panel, ready)
        errors = covariances_of(fit, ready)
        refit = partial(ready.estimate, **ready.options)
        own = merge_unique(
            _counts(fit),
            fit.statistics,
            *(DIAGNOSTICS[name](fit) for name in model.diagnostics),
            permuted(sample, refit, model),
            _drops(sample),
        )
        tests = {
            label: merge_unique(
                slopes_tests(fit, error),
                wald_tests(fit, error, model),
                adjusted(fit, error, model.multiple_testing),
            )
            for label, error in errors.items()
        }
        estimates = {label: _estimates(sample, fit, error, model) for label, error in errors.items()}
        fit = replace(fit, warnings=(*fit.warnings, *doubts_of(fit, own)))
        against, short = overturned(fit, errors, estimates), untested(errors, tests)
        errors = {
            label: replace(error, warnings=(*error.warnings, *against.get(label, ()), *short.get(label, ())))
            for label, error in errors.items()
        }
    account = account_of(
        ready,
        errors,
        next(iter(estimates.values()))["of"],
        outcome=sample.design.outcome,
        warnings=fit.warnings,
        dropped=sample.drops,
        rows_in_panel=sample.rows_in_panel,
        nobs=fit.nobs,
        converged=fit.converged,
    )
    statistics, dropped = {"": own, **tests}, _dropped_rows(sample, model.id)
    return result_of(model, fit.labels, errors, estimates, statistics, fit.telemetry, dropped, account)


def fit_model(panel: Panel, ready: Plan) -> tuple[Sample, Fit]:
    """The rows of a model and its point estimates."""
    sample = sample_of(panel, ready)
    _check_magnitudes(sample.design)
    _check_outcome(sample.design, ready.model, ready.needs)
    _refuse_twice(sample.design.terms)
    fit = ready.estimate(sample.design, **ready.options)
    _refuse_twice(fit.terms)
    used = fit.statistics.get("rows_averaged", fit.statistics.get("nobs", fit.nobs))
    check_rows(used, ready.model.expected_nobs)
    return without(sample, fit.kept, Cause(fit.left_out or f"left out by {ready.model.estimator}")), fit


def sample_of(panel: Panel, ready: Plan) -> Sample:
    """The rows that a model is given, before its estimator leaves out more."""
    return prepare(panel, ready.model, _groups(ready), ready.needs)


def _refuse_twice(terms: tuple[Term, ...]) -> None:
    """Two terms of one label: one of them would be shown for the other."""
    label, count = Counter(term.label for term in terms).most_common(1)[0]
    kinds = " and ".join(sorted({term.kind for term in terms if term.label == label}))
    if count > 1 and kinds == "regressor":
        raise StudyError(f"the formula has two terms called {label!r}; leave one of them out")
    if count > 1:
        raise StudyError(
            f"two terms are called {label!r} ({kinds}); give the column another name under [variables], "
            f'such as {label}_ = "{label}"'
        )


def check_rows(used: float, expected: int | None) -> None:
    """Refuse another number of rows than the study expects the estimator to use."""
    if expected is not None and used != expected:
        raise EstimationError(f"{used:.0f} rows are used; expected_nobs says {expected}")


def _check_outcome(design: Design, model: ModelSpec, needs: Needs) -> None:
    """Refuse an outcome that a constant explains in full, but of a selection model."""
    level, size = float(design.y[0]), _largest(design.y)
    levelled = design.has_constant or bool(model.effects) or level == 0
    apart = max(float(design.y.max()) - level, level - float(design.y.min()))
    if needs.selected is None and levelled and apart <= 1e-15 * size:
        raise EstimationError(
            f"the outcome {design.outcome!r} is {level:g} in all {design.nobs} rows: no variation to explain"
        )


def _check_magnitudes(design: Design) -> None:
    """Refuse figures of which sums of fourth powers, as in a robust covariance, would overflow."""
    columns = [(design.outcome, design.y), *zip(design.terms, design.x.T, strict=True)]
    for name, values in columns:
        largest = _largest(values)
        if largest > LARGEST:
            raise EstimationError(
                f"{str(name)!r} reaches {largest:.3g}; allowed: up to {LARGEST:g}; rescale it"
            )


def _largest(values: Floats) -> float:
    """The largest magnitude, zero of none, without a copy of the values."""
    return max(float(values.max(initial=0)), -float(values.min(initial=0)))


def _lookup(
    place: str, word: str, known: Mapping[str, Callable], elsewhere: Mapping[str, str | other_programs.Keys]
) -> Callable:
    if word in known:
        return known[word]
    if said := other_programs.ours(word, elsewhere) or _kind_of(word):
        raise StudyError(f"{place}: word {word[:80]!r} is not known; here it is {said}")
    raise StudyError(f"{place}: {one_of('word', word, known)}")


def _kind_of(word: str) -> str:
    """What a word is that stands where one of another kind is needed."""
    if word in ESTIMATORS:
        return f'estimator = "{word}"'
    kind = word if word in COVARIANCES else other_programs.COVARIANCES.get(word, "")
    if kind in COVARIANCES:
        return f'covariance = [{{ kind = "{kind}" }}]'
    return f'diagnostics = ["{word}"]' if word in DIAGNOSTICS else ""


def covariances_of(fit: Fit, ready: Plan) -> dict[str, Covariance]:
    """Every error of the fit by its label; one that the study does not name is called by its kind."""
    found = [(error.label, error_of(fit, ready, error)) for error in ready.errors]
    return {label or covariance.kind: covariance for label, covariance in found}


def error_of(fit: Fit, ready: Plan, error: PlannedError) -> Covariance:
    """An error of the fit; one that estimates anew is handed the estimator."""
    anew = "refit" in inspect.signature(error.compute).parameters
    refit = (partial(ready.estimate, **ready.options),) * anew
    return without_rounding(fit, error.compute(fit, *refit, **error.options))


def _estimates(sample: Sample, fit: Fit, covariance: Covariance, model: ModelSpec) -> pd.DataFrame:
    tables = [coefficient_table(fit, covariance)]
    if model.long_run:
        together = still(sample.makeup(), model)
        tables.append(long_run_table(fit, covariance, model.long_run, together))
    if model.marginal_effects:
        moves = moves_of(sample.makeup(), sample.design)
        tables.append(marginal_table(fit, covariance, model.marginal_effects, moves))
    if model.combinations:
        tables.append(combination_table(fit, covariance, model.combinations))
    return pd.concat(tables, ignore_index=True)


def _counts(fit: Fit) -> Statistics:
    """What every model says of its size, unless its estimator says it in its own way."""
    size = {**counts(fit.entity, fit.time, fit.df_resid), "nobs": fit.nobs}
    return {name: size[name] for name in ("nobs", "entities", "periods") if name not in fit.statistics}


def _drops(sample: Sample) -> Statistics:
    drops: Statistics = {Of("dropped", str(cause)): count for cause, count in sample.drops}
    return {"rows_in_panel": sample.rows_in_panel, **drops}


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
    if isinstance(value, dict):
        return ", ".join(f"{name} ({_told(each)})" for name, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _groups(ready: Plan) -> list[str]:
    """Every column by whose levels errors are clustered or values permuted."""
    clusters = [name for error in ready.errors for name in error.options.get("cluster", [])]
    lottery, together = ready.model.randomization, ready.model.multiple_testing
    drawn = [lottery.strata, lottery.units] if lottery else []
    return [*clusters, *filter(None, drawn), *(together.cluster if together else [])]


def _dropped_rows(sample: Sample, name: str) -> pd.DataFrame:
    table = sample.dropped.copy()
    table.columns = ["entity", "time", "cause"]
    return table.assign(model=name)[["model", "entity", "time", "cause"]]


def account_of(
    ready: Plan, errors: Mapping[str, Covariance], terms: Iterable[Term], **of_rows: Any
) -> ModelAccount:
    """The account of a model; `of_rows` are the attributes that its estimation gives."""
    model = ready.model
    return ModelAccount(
        model=model.id,
        title=model.title or model.id,
        question=model.question,
        estimator=model.estimator,
        effects=", ".join(model.effects),
        errors=tuple(ErrorAccount(label, e.kind, e.convention, e.warnings) for label, e in errors.items()),
        terms=tuple(terms),
        choices=_choices(ready),
        **of_rows,
    )
