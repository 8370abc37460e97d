"""Every model of a study on a folder of parquet files that no memory holds: read batch after batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from replication.errors import StudyError
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.design import Covariance, Of, Statistics
from replication.inference.model_tests import slopes_tests, wald_tests
from replication.language.nodes import Name, show
from replication.panel import partitioned_fit
from replication.panel.model_batches import model_batches
from replication.panel.partitioned_fit import PartitionedFit, fit_partitions
from replication.panel.read_folder import BY_PARTITION, too_large
from replication.panel.shards import Shards
from replication.project.places import Project
from replication.records.records import COLUMNS
from replication.spec.entries import FileKeys, ModelSpec, Study
from replication.spec.read_study import summaries
from replication.study.boundary import told_at
from replication.study.model_result import ModelResult, merge_unique, result_of
from replication.study.one_model import Plan, PlannedError, account_of, check_rows
from replication.study.panels import Told, keys_of

ERRORS = {
    "classical": partitioned_fit.classical,
    "hc0": partitioned_fit.hc0,
    "hc1": partitioned_fit.hc1,
}
SERVED = {
    "id", "title", "question", "note", "formula", "where", "estimator", "effects", "intercept", "covariance",
    "expected_nobs", "entity", "tests",
}  # fmt: skip
"""Keys of a model that can be heeded without the rows being there together."""


def require_served(study: Study, plans: Sequence[Plan], shards: Shards) -> None:
    """Raise StudyError for the first thing that a study asks for and only a table in memory can give."""
    said = sorted(study.study.model_fields_set & FileKeys.model_fields.keys())
    asked = [f"study.{said[0]}"] if said else []
    asked += ["a table of summary statistics"] if summaries(study) else []
    for wish in (
        *asked,
        *(f"models.{ready.model.id}: {wish}" for ready in plans for wish in _unserved(ready)),
    ):
        raise StudyError(f"{wish}: needs the rows in memory, and {too_large(shards)}; {BY_PARTITION}")


def _unserved(ready: Plan) -> Iterator[str]:
    model = ready.model
    for key, field in ModelSpec.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if key not in SERVED and getattr(model, key) != default:
            yield key
    if model.estimator != "ols":
        yield f"estimator {model.estimator}"
    if not 1 <= len(model.effects) <= 2:
        yield f"{len(model.effects) or 'no'} effects"
    for error in ready.errors:
        if _clusters(error) is None:
            yield f"errors {error.kind} as they are asked for"


def _clusters(error: PlannedError) -> list[str] | None:
    """Levels by which the scores of an error are summed; None where sums do not give it."""
    if error.kind in ERRORS and not error.options:
        return []
    names = error.options.get("cluster", ["entity"])
    served = error.kind == "clustered" and set(error.options) <= {"cluster"} and len(names) == 1
    return list(names) if served else None


def run_model_by_partition(project: Project, study: Study, shards: Shards, ready: Plan) -> ModelResult:
    """Estimate one model with each of its errors."""
    model = ready.model
    clusters = tuple(dict.fromkeys(name for error in ready.errors for name in _clusters(error) or ()))
    with told_at(f"models.{model.id}"):
        keys = keys_of(project, study, model.entity)
        fit = fit_partitions(model_batches(shards, model, keys, study.variables, clusters), clusters)
        check_rows(fit.nobs, model.expected_nobs)
        errors = {error.label or error.kind: _error(fit, error) for error in ready.errors}
        tests = {
            label: merge_unique(slopes_tests(fit, error), wald_tests(fit, error, model))
            for label, error in errors.items()
        }
    account = account_of(
        ready,
        errors,
        fit.terms,
        outcome=fit.outcome,
        warnings=(),
        dropped=fit.drops,
        rows_in_panel=shards.rows,
        nobs=fit.nobs,
    )
    estimates = {label: coefficient_table(fit, error) for label, error in errors.items()}
    statistics = {"": _statistics(fit, shards), **tests}
    none = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS["dropped_rows"][1:]})
    return result_of(model, fit.labels, errors, estimates, statistics, {}, none, account)


def _error(fit: PartitionedFit, error: PlannedError) -> Covariance:
    if error.kind in ERRORS:
        return ERRORS[error.kind](fit)
    return partitioned_fit.clustered(fit, *error.options.get("cluster", ["entity"]))


def _statistics(fit: PartitionedFit, shards: Shards) -> Statistics:
    drops: Statistics = {Of("dropped", str(cause)): count for cause, count in fit.drops}
    return {**fit.statistics, "rows_in_panel": shards.rows, **drops}


def told_by_partition(shards: Shards) -> Told:
    """What is to be told of a folder that was read batch after batch."""
    line = f"{shards.folder.name}: {shards.said}; read by partition: rows left out are counted, not listed"
    return Told(lines=(line,), columns=tuple(show(Name(name)) for name in shards.kinds))
