"""The errors that a model is compared in: ours under conventions of other programs, and what these need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.conventions import Convention, apply
from replication.estimate.covariances.over_time import bartlett_lags, driscoll_kraay, newey_west
from replication.estimate.covariances.sandwich import REPAIRED, clustered
from replication.estimate.design import Covariance, Fit, Integers
from replication.spec.entries import ModelSpec

Keys = tuple[str, ...]
PLAIN: dict[str, Any] = {"groups_factor": False, "parameters_factor": False}
KERNELS: Mapping[str, Callable[..., Covariance]] = {
    "driscoll_kraay": driscoll_kraay,
    "newey_west": newey_west,
}


@dataclass(frozen=True)
class Clustered:
    """Our clustered covariance, and the clusters of each row.

    Attributes
    ----------
    by : tuple of one or two str
    ours : Covariance
    groups : (n,) or (n, 2) int array
    """

    by: Keys
    ours: Covariance
    groups: Integers


def keys_of(fit: Fit, model: ModelSpec) -> tuple[Keys, ...]:
    """The keys that a model's errors are clustered by, where it names none the entity, and entity and time.

    Left out are those that its estimator refuses, or that have fewer than two clusters.
    """
    errors = [e for e in model.covariance if e.kind == "clustered" or "cluster" in e.options]
    named = [tuple(error.options.get("cluster", ["entity"])) for error in errors]
    two_ways = [("entity", "time")] if len(np.unique(fit.time)) > 1 else []
    return tuple(by for by in dict.fromkeys(named or [("entity",), *two_ways]) if _can_be_had(fit, by))


def _can_be_had(fit: Fit, by: Keys) -> bool:
    try:
        clustered(fit, cluster=list(by))
    except EstimationError:
        return False
    return True


def clustered_ways(
    fit: Fit, model: ModelSpec, convention: Convention | None = None, **options: Any
) -> Iterator[Clustered]:
    """Our clustered errors by each of the keys, under a convention or with these options.

    Left out is two-way clustering whose negative eigenvalues we set to zero: the programs leave them.
    """
    entry = convention or Convention("", "clustered", options)
    for by in keys_of(fit, model):
        ours = apply(replace(entry, options={**entry.options, "cluster": list(by)}), fit)
        if REPAIRED not in ours.factors:
            codes = [np.unique(fit.groups[name], return_inverse=True)[1] for name in by]
            yield Clustered(by, ours, codes[0] if len(by) == 1 else np.column_stack(codes))


def lags_of(fit: Fit, model: ModelSpec, kind: str) -> int:
    """The lags that the model asks for in its error of this kind, or those of the usual rule."""
    asked = [error.options.get("lags") for error in model.covariance if error.kind == kind]
    return bartlett_lags(next(iter(asked), None), len(np.unique(fit.time)))


@dataclass(frozen=True)
class OverTime:
    """Our covariance by a Bartlett kernel, its lags, and the periods of the rows (n,), 0 .. T-1 in order."""

    ours: Covariance
    lags: int
    periods: Integers


def over_time(fit: Fit, model: ModelSpec, kind: str, **options: Any) -> OverTime | None:
    """Our error by a Bartlett kernel; None where it cannot be had, or no two periods are so far apart."""
    lags = lags_of(fit, model, kind)
    if len(np.unique(fit.time)) <= max(lags, 1):  # as of a cross-section: statsmodels stops there
        return None
    try:
        ours = KERNELS[kind](fit, lags=lags, **options)
    except EstimationError:
        return None
    return OverTime(ours, lags, np.unique(fit.time, return_inverse=True)[1])
