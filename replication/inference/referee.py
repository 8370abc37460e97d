"""What a referee would say of a model: weak or many instruments, tests that are undefined or overturned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from replication.estimate.design import Covariance, Fit, Of, Statistics
from replication.estimate.numbers.distributions import Reference

WEAK = 10.0
"""First-stage F below which two-stage least squares is not to be trusted (Staiger and Stock 1997)."""

CROWDED = 0.1
"""Instruments for each row above which 2SLS is biased towards ols in any sample (Bekker 1994)."""

SIZE = 0.05


def doubts_of(fit: Fit, statistics: Statistics) -> Iterator[str]:
    """Sentences on a model, whatever its errors."""
    yield from _weak(statistics)
    yield from _many(fit, statistics)
    if statistics.get("hausman_positive") == 0:
        yield (
            "hausman: the difference of the two covariances is not positive semidefinite, so that the "
            "statistic is no chi2; a negative one has no p value"
        )
    if np.isnan(statistics.get("hansen", 0.0)):
        yield "hansen: too few clusters for so many moments; there is no such test"
    for order in (1, 2):
        if np.isnan(statistics.get(f"ar{order}", 0.0)):
            yield f"AR({order}) is undefined: too few entities have differences {order} periods apart"


def _weak(statistics: Statistics) -> Iterator[str]:
    """The effective F of one endogenous regressor, or the rank statistic of several."""
    words = {"effective_f": "effective F", "kleibergen_paap_f": "Kleibergen-Paap F"}
    name = next((name for name in words if np.isfinite(statistics.get(name, np.nan))), None)
    if name is not None and statistics[name] < WEAK:
        more = "; read the Anderson-Rubin set" if "anderson_rubin_f" in statistics else ""
        yield f"the instruments are weak: {words[name]} = {statistics[name]:.3g}, below {WEAK:g}{more}"


def _many(fit: Fit, statistics: Statistics) -> Iterator[str]:
    """Instruments by the number of rows; dynamic estimators count theirs by entities themselves."""
    excluded = fit.design.extra.get("instruments")
    count = 0 if excluded is None else excluded.reshape(fit.design.nobs, -1).shape[1]
    if count > 1 and count > CROWDED * fit.nobs:
        yield (
            f"{count} excluded instruments for {fit.nobs} rows are many: estimates lean towards ols; leave "
            "some out, or take liml"
        )


def overturned(
    fit: Fit, covariances: Mapping[str, Covariance], tables: Mapping[str, pd.DataFrame]
) -> dict[str, tuple[str, ...]]:
    """For each wild bootstrap, by its label: the coefficients on which it and an error above it disagree.

    They disagree where one rejects at 5 percent and the other does not. Where it is the first error, it is
    compared with the clustered errors that it is drawn around.
    """
    found: dict[str, tuple[str, ...]] = {}
    above: dict[str, pd.Series] = {}
    for label, covariance in covariances.items():
        table = tables[label]
        p = table[table["kind"] == "regressor"].set_index("term")["p_value"]
        if covariance.kind == "wild_bootstrap":
            others = above or {"clustered": _analytic(fit, covariance).loc[p.index]}
            found[label] = tuple(_disagreements(p, others))
        above[label] = p
    return found


def untested(
    covariances: Mapping[str, Covariance], tests: Mapping[str, Statistics]
) -> dict[str, tuple[str, ...]]:
    """For each error whose degrees of freedom are estimated, by its label: joint tests for which they are too
    few."""
    return {
        label: tuple(_undefined(tests[label]))
        for label, covariance in covariances.items()
        if covariance.joint_df is not None
    }


def _undefined(tests: Statistics) -> Iterator[str]:
    for key, value in tests.items():
        name, of = (key.name, key.of) if isinstance(key, Of) else (key, "")
        if name in ("slopes_f", "test_f") and np.isnan(value):
            what = f"the test {of!r}" if name == "test_f" else "the joint test of all slopes"
            yield f"{what} is undefined: too few clusters for so many terms"


def _analytic(fit: Fit, covariance: Covariance) -> pd.Series:
    """P values by the matrix and degrees of freedom of a covariance, by term."""
    error = np.sqrt(np.where(np.diag(covariance.matrix) > 0, np.diag(covariance.matrix), np.nan))
    law = Reference(covariance.df)
    return pd.Series(2 * law.sf(np.abs(fit.params / error)), index=list(fit.labels))


def _disagreements(p: pd.Series, above: Mapping[str, pd.Series]) -> Iterator[str]:
    for label, others in above.items():
        for term, ours, theirs in zip(p.index.astype(str), p, others.loc[p.index], strict=True):
            if np.isfinite([ours, theirs]).all() and (ours < SIZE) != (theirs < SIZE):
                yield (
                    f"{term!r}: p = {theirs:.3f} by {label} errors is {ours:.3f} by the wild bootstrap, "
                    "which overturns it at 5 percent"
                )
