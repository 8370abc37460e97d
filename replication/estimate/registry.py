"""The words of a study file that name estimators, errors and diagnostics, and what each of them needs."""

from __future__ import annotations

from collections.abc import Callable

from replication.estimate import (
    covariance,
    diagnostics,
    linear,
    pcse,
    random_effects,
)
from replication.estimate.result import Covariance, Fit
from replication.sample import Needs

ESTIMATORS: dict[str, Callable[..., Fit]] = {**linear.ESTIMATORS, **random_effects.ESTIMATORS}
COVARIANCES: dict[str, Callable[..., Covariance]] = {**covariance.COVARIANCES, **pcse.COVARIANCES}
DIAGNOSTICS: dict[str, Callable[..., dict[str, float]]] = {**diagnostics.DIAGNOSTICS}
NEEDS: dict[str, Needs] = {}
