"""What a model gives, as tables in which each row says which model and error it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from replication.estimate.design import Covariance, Of, Statistics
from replication.inference.power import error_of_interval, minimum_detectable_effect
from replication.records.account import ModelAccount
from replication.records.covariance_pairs import pairs_of
from replication.records.model_statistics import STATISTICS
from replication.spec.entries import ModelSpec


@dataclass(frozen=True)
class ModelResult:
    """What one model gives.

    Attributes
    ----------
    estimates : DataFrame
        One row a coefficient and error: model, error, kind, term, estimate, std_error, statistic, p_value,
        conf_low, conf_high.
    covariances : DataFrame
        One row a pair of coefficients and error: model, error, term, with, value.
    detectable : DataFrame
        One row a coefficient and error: model, error, term, value, the minimum detectable effect.
    statistics : DataFrame
        One row a statistic: model, error (empty if it is the same for all), name, of, value.
    telemetry : DataFrame
        How the search went: model, name, value.
    dropped : DataFrame
        One row a panel row not used: model, entity, time, cause.
    account : ModelAccount
    """

    estimates: pd.DataFrame
    covariances: pd.DataFrame
    detectable: pd.DataFrame
    statistics: pd.DataFrame
    telemetry: pd.DataFrame
    dropped: pd.DataFrame
    account: ModelAccount


def result_of(
    model: ModelSpec,
    labels: Sequence[str],
    errors: Mapping[str, Covariance],
    estimates: Mapping[str, pd.DataFrame],
    statistics: Mapping[str, Statistics],
    telemetry: Mapping[str, float],
    dropped: pd.DataFrame,
    account: ModelAccount,
) -> ModelResult:
    """Everything that a model gave as tables.

    Parameters
    ----------
    labels : sequence of str
        Of the k parameters.
    errors, estimates : mapping of the label of an error to its covariance, and to its table of coefficients
    statistics : mapping of str to Statistics
        Under the label of an error what holds with it alone, under an empty one what holds with any.
    dropped : DataFrame
        Rows left out.
    """
    return ModelResult(
        estimates=_by_error(model, estimates),
        covariances=_by_error(model, {name: pairs_of(labels, e.matrix) for name, e in errors.items()}),
        detectable=_by_error(model, {name: _detectable(labels, error) for name, error in errors.items()}),
        statistics=_by_error(model, {name: statistic_rows(each) for name, each in statistics.items()}),
        telemetry=statistic_rows(dict(telemetry.items())).drop(columns="of").assign(model=model.id),
        dropped=dropped,
        account=account,
    )


def merge_unique(*parts: Statistics) -> Statistics:
    """All statistics together; one that two parts give would hide another, and is a fault of the program."""
    merged: dict[str | Of, float] = {}
    for part in parts:
        for name, value in part.items():
            if name in merged:
                raise RuntimeError(f"two statistics are called {name}")
            merged[name] = value
    return merged


def _detectable(labels: Sequence[str], covariance: Covariance) -> pd.DataFrame:
    """Rows term, value: the minimum detectable effect by an error."""
    errors = np.sqrt(np.clip(np.diag(covariance.matrix), 0, None))
    if covariance.intervals is not None:
        low, high = covariance.intervals.T
        errors = error_of_interval(low, high, covariance.df)
    effects = minimum_detectable_effect(errors, df=covariance.df)
    return pd.DataFrame({"term": labels, "value": effects})


def _by_error(model: ModelSpec, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Frames of one model, one an error, as one."""
    return pd.concat(
        [frame.assign(model=model.id, error=error) for error, frame in frames.items()], ignore_index=True
    )


def statistic_rows(values: Statistics) -> pd.DataFrame:
    """Rows name, of, value; each must be declared."""
    keys = [key if isinstance(key, Of) else Of(key, "") for key in values]
    undeclared = [key.name for key in keys if key.name not in STATISTICS]
    if undeclared:
        raise RuntimeError(f"the statistic {undeclared[0]} is not declared in records/model_statistics.py")
    columns = {"name": [key.name for key in keys], "of": [key.of for key in keys]}
    return pd.DataFrame({**columns, "value": [float(value) for value in values.values()]}).astype(
        {"name": "str", "of": "str", "value": float}
    )
