"""Estimates and a covariance -> one row a coefficient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from replication.errors import EstimationError, one_of
from replication.estimate.design import Booleans, Covariance, Fit, Floats, Term
from replication.estimate.estimates import Estimates
from replication.estimate.margins import Move, average_marginal_effects
from replication.estimate.numbers.distributions import Reference

LEVEL = 0.95


def coefficient_table(fit: Estimates, covariance: Covariance) -> pd.DataFrame:
    """Estimate, standard error, test of zero and 95 percent interval of each coefficient.

    Returns
    -------
    DataFrame with columns of (the Term), kind, term, estimate, std_error, statistic, p_value, conf_low,
    conf_high
        The statistic is referred to Student's t with `covariance.df` degrees of freedom, or to the normal
        where that is None; p values and intervals are the covariance's own where it has them (bootstrap). A
        negative variance gives a missing error, never a number.
    """
    table = tested_rows(fit.terms, fit.params, np.diag(covariance.matrix), covariance.df)
    if covariance.p_values is not None:
        table["p_value"] = covariance.p_values
    if covariance.intervals is not None:
        table[["conf_low", "conf_high"]] = covariance.intervals
    return table


def long_run_table(
    fit: Fit,
    covariance: Covariance,
    lags: Sequence[str],
    together: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> pd.DataFrame:
    """Effects in the long run, b / (1 - r), where r is the sum of the coefficients of the outcome's `lags`.

    `together` holds regressors that are one where nothing changes (x and its lags), under what that is
    called; b is their sum (Greene 2012, Econometric Analysis, section 20.3). One in no entry is one of its
    own; those of the entry without a name have no effect in the long run. Errors are those of the delta
    method: the gradient is 1 / (1 - r) in b and b / (1 - r)^2 in each lag's coefficient (Greene 2012, section
    4.5.4). Columns as in `coefficient_table`.

    Raises
    ------
    EstimationError
        A lag is not among the terms, or the lags sum to one or more in size, so that there is no long run.
    """
    for lag in lags:
        if lag not in fit.labels:
            raise EstimationError(f"long_run: {one_of('term', lag, fit.labels)}")
    lagged = np.array([label in lags for label in fit.labels])
    inertia = fit.params[lagged].sum()
    if abs(inertia) >= 1:
        raise EstimationError(f"long_run: the lags of the outcome sum to {inertia:.4g}; allowed: -1 to 1")
    sums = _sums(fit, lagged, together)
    weights = np.array(list(sums.values())).reshape(len(sums), len(fit.params))
    effects = weights @ fit.params / (1 - inertia)
    jacobian = weights / (1 - inertia) + np.outer(effects, lagged) / (1 - inertia)
    variance = np.einsum("ij,jk,ik->i", jacobian, covariance.matrix, jacobian)
    return tested_rows(list(sums), effects, variance, df_of(covariance, jacobian))


def df_of(covariance: Covariance, combinations: Floats) -> float | Floats | None:
    """Degrees of freedom of each of (m, k) combinations of the parameters; None for the normal."""
    if covariance.joint_df is None:
        return covariance.df
    return np.array([covariance.joint_df(row[None]) for row in combinations])


def _sums(fit: Fit, lagged: Booleans, together: Mapping[str, Sequence[str]]) -> dict[Term, Floats]:
    """For each effect in the long run, which coefficients are summed (k,)."""
    name_of = {label: name for name, labels in together.items() for label in labels}
    found: dict[Term, Floats] = {}
    for j, term in enumerate(fit.terms):
        name = name_of.get(term.label, term.name) if term.kind == "regressor" else term.name
        if term.kind != "constant" and not lagged[j] and name:
            effect = replace(term, name=name, kind="long_run")
            found.setdefault(effect, np.zeros(len(fit.params)))[j] = 1.0
    return found


def marginal_table(
    fit: Fit, covariance: Covariance, on: Literal["outcome", "latent"], moves: Iterable[Move] | None = None
) -> pd.DataFrame:
    """Average marginal effects with errors of the delta method; columns as in `coefficient_table`."""
    effects = average_marginal_effects(fit, covariance.matrix, on=on, moves=moves)
    terms = [replace(term, kind="marginal_effect") for term in effects.terms]
    df = None if isinstance(covariance.df, np.ndarray) else covariance.df
    return tested_rows(terms, effects.effects, np.diag(effects.covariance), df)


def tested_rows(
    terms: Sequence[Term], estimates: Floats, variance: Floats, df: float | Floats | None
) -> pd.DataFrame:
    """One row a number with its test of zero and interval; columns as in `coefficient_table`."""
    error = np.sqrt(np.where(variance > 0, variance, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimates / error
    law = Reference(df)
    half_width = law.ppf((1 + LEVEL) / 2) * error
    return pd.DataFrame(
        {
            "of": list(terms),
            "kind": [term.kind for term in terms],
            "term": [term.label for term in terms],
            "estimate": estimates,
            "std_error": error,
            "statistic": statistic,
            "p_value": 2 * law.sf(np.abs(statistic)),
            "conf_low": estimates - half_width,
            "conf_high": estimates + half_width,
        }
    )
