"""What one country or one year does to the coefficients of a model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.errors import UserError
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.covariances.cluster_robust import deletions, single_cluster
from replication.estimate.design import Covariance, Fit
from replication.panel.panel import Panel
from replication.robustness.cells import NUMBERS
from replication.robustness.specification import ALONE
from replication.spec.entries import ModelSpec
from replication.study.boundary import NUMERICAL, numerical
from replication.study.left_out import models_without
from replication.study.one_model import covariances_of, fit_model, plan

ROW = (*NUMBERS, "nobs", "problem")
"""What is told of one coefficient of one model."""


def cluster_influence(fit: Fit, covariance: Covariance, cluster: str) -> pd.DataFrame:
    """What leaving out each cluster does to each coefficient, without fitting again.

    The coefficients without a cluster are exact, effects included (`cluster_robust.cr3`). DFBETA is the
    change in units of the coefficient's error; Cook's distance is the length of the whole change in the
    metric of the covariance, over the number of coefficients (Cook 1977; for clusters, Preisser and Qaqish
    1996). Missing where a coefficient rests on a single cluster.

    Returns
    -------
    DataFrame with columns cluster (its code), term, estimate, without, dfbeta, cook

    Raises
    ------
    EstimationError
        An estimator that is not least squares, an unknown cluster, fewer than two of them.
    """
    fit, _, key = single_cluster(fit, "influence", [cluster])
    changes, alone = deletions(fit, key)
    changes = np.where(alone, np.nan, changes)
    error = np.sqrt(np.diag(covariance.matrix))
    known = np.isfinite(covariance.matrix).all()  # that of a coefficient without variance is missing
    metric = np.linalg.pinv(covariance.matrix) if known else np.full(covariance.matrix.shape, np.nan)
    cook = np.einsum("gi,ij,gj->g", changes, metric, changes) / len(fit.params)
    groups, k = changes.shape
    return pd.DataFrame(
        {
            "cluster": np.repeat(np.arange(groups), k),
            "term": list(fit.labels) * groups,
            "estimate": np.tile(fit.params, groups),
            "without": (fit.params - changes).ravel(),
            "dfbeta": (changes / error).ravel(),
            "cook": np.repeat(cook, k),
        }
    )


def estimated(panel: Panel, model: ModelSpec) -> tuple[Fit, Covariance]:
    """A model with its headline error alone."""
    ready = plan(model.model_copy(update={"covariance": model.covariance[:1], **ALONE}), "the model")
    _, fit = fit_model(panel, ready)
    return fit, next(iter(covariances_of(fit, ready).values()))


def jackknife(panel: Panel, model: ModelSpec, term: str, column: str) -> pd.DataFrame:
    """The coefficient of a term, its error and interval without each level of its rows: one fit each.

    Returns
    -------
    DataFrame with columns without, estimate, std_error, p_value, conf_low, conf_high, nobs, problem
        The first row, without nothing, is the model itself.
    """
    models = [("", model), *models_without(panel, model, column)]
    rows = [(level, *row_of(panel, left, term)) for level, left in models]
    return pd.DataFrame(rows, columns=["without", *ROW])


def row_of(panel: Panel, model: ModelSpec, term: str) -> tuple:
    """ROW of one coefficient of a model; why there is none instead of a failure."""
    nothing = [np.nan] * len(NUMBERS)
    try:
        fit, covariance = estimated(panel, model)
    except UserError as problem:
        return (*nothing, 0, str(problem))
    except NUMERICAL as problem:
        return (*nothing, 0, numerical(problem))
    row = coefficient_table(fit, covariance).iloc[fit.labels.index(term)]
    return (*(float(row[name]) for name in NUMBERS), fit.nobs, "")
