"""Pooled least squares with disturbances that follow an autoregression of order one within entities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Design, Floats, Integers, LeastSquaresFit, Statistics
from replication.estimate.gls.autocorrelation import (
    Autocorrelations,
    Kind,
    autocorrelations,
    durbin_watson,
    neighbours,
    remove_autocorrelation,
    rho_rows,
)
from replication.estimate.labels import entity_list
from replication.estimate.linear.linear import linear_fit, refuse_weights, require_rows, require_slopes_vary
from replication.estimate.numbers.algebra import Solution, least_squares
from replication.estimate.numbers.goodness import counts, ratio, squares

TOLERANCE = 1e-10
"""Largest change of an autocorrelation at which the iteration has converged (Stata's prais stops at 1e-6)."""

STEPS = 500


@dataclass(frozen=True)
class Serial:
    """Autocorrelations in use.

    Attributes
    ----------
    rho : (N,) float array
        Within -1 and 1.
    bounded, assumed : (N,) bool arrays
        Entities whose own estimate was outside -1 and 1, and those that have none.
    """

    rho: Floats
    bounded: Booleans
    assumed: Booleans


Estimate = Callable[[Floats], Serial]
"""From residuals to the autocorrelations in use."""


def prais_winsten(
    design: Design,
    *,
    autocorrelation: Literal["common", "panel"] = "common",
    rho: Kind = "regress",
    average: Literal["T-1", "T"] = "T-1",
    iterate: bool = False,
) -> LeastSquaresFit:
    """Prais-Winsten regression (Prais and Winsten 1954; Beck and Katz 1995; Stata's xtpcse, ar1 and psar1).

    Autocorrelation is estimated from residuals of pooled least squares, entity by entity; an estimate beyond
    -1 or 1 is set to that limit. The transformed regression is the fit: with `pcse` it is xtpcse. After a gap
    in the years an entity starts anew: no autocorrelation is taken across it, and its row is weighted as a
    first one. The transformation assumes strictly exogenous regressors: no lagged outcome.

    Parameters
    ----------
    autocorrelation : "common" or "panel"
        One for all, the mean over entities, or each entity its own. Entities without two consecutive periods
        do not enter the mean; their own is taken to be zero, and they are named.
    rho : "regress", "freg", "tscorr" or "dw"
        Stata's rhotype; formulas in `autocorrelations`.
    average : "T-1" or "T"
        Weights of the mean: pairs of consecutive periods (xtpcse), or one more (R's panelAR with "t"; where
        no entity has gaps that is its number of rows, the weight of xtpcse, np1).
    iterate : bool
        Repeat, with residuals at the last coefficients, until no autocorrelation changes; false is two-step.

    Returns
    -------
    Fit
        In the transformed metric. Statistics: counts; rho, or "rho: entity" for each; rsquared and sigma of
        the transformed regression, the total about the mean of the transformed outcome (xtpcse); the
        Durbin-Watson statistic before and after.

    Raises
    ------
    EstimationError
        Weights; too few rows; collinear regressors (named); no entity in two consecutive periods.
    """
    refuse_weights(design, "prais_winsten")
    require_rows(design.nobs, len(design.terms))
    if design.has_constant:
        require_slopes_vary(design.x, design.terms, "does not vary")
    codes = np.unique(design.entity, return_inverse=True)[1]
    follows = neighbours(design)
    if not follows.any():
        raise EstimationError("no entity is observed in two consecutive periods: there is no autocorrelation")
    start = least_squares(design.y, design.x, design.terms)
    slopes = len(design.terms) - design.has_constant
    estimate = partial(_estimate, codes, follows, slopes, rho, autocorrelation, average)
    serial = estimate(start.residuals)
    steps, converged = 1, True
    if iterate:
        serial, steps, converged = _iterate(design, codes, follows, serial, estimate)
    fit = _transformed(design, codes, follows, serial)
    fit = replace(fit, warnings=(*fit.warnings, *_warnings(design, serial, autocorrelation, converged)))
    statistics = _statistics(fit, serial, autocorrelation, follows, start)
    telemetry = {"iterations": float(steps)}
    return replace(fit, statistics=statistics, telemetry=telemetry, converged=converged)


def _estimate(
    codes: Integers,
    follows: Booleans,
    slopes: int,
    kind: Kind,
    autocorrelation: str,
    average: str,
    residuals: Floats,
) -> Serial:
    return _in_use(autocorrelations(residuals, codes, follows, kind, slopes), autocorrelation, average)


def _in_use(found: Autocorrelations, autocorrelation: str, average: str) -> Serial:
    """Estimates brought within -1 and 1, averaged if there is to be one."""
    assumed = np.isnan(found.rho)
    bounded = ~assumed & (np.abs(found.rho) > 1.0)
    own = replace(found, rho=np.clip(found.rho, -1.0, 1.0))
    if autocorrelation == "panel":
        return Serial(np.where(assumed, 0.0, own.rho), bounded, assumed)
    common = own.mean((found.pairs + (average == "T")).astype(float))
    if np.isnan(common):
        raise EstimationError("the residuals are all zero: there is no autocorrelation to estimate")
    return Serial(np.full(len(own.rho), common), bounded, assumed)


def _iterate(
    design: Design, codes: Integers, follows: Booleans, serial: Serial, estimate: Estimate
) -> tuple[Serial, int, bool]:
    """Autocorrelations that the residuals at their own coefficients give again; steps; whether they did."""
    for step in range(2, STEPS + 1):
        params = _transformed(design, codes, follows, serial).params
        new = estimate(design.y - design.x @ params)
        change = np.abs(new.rho - serial.rho).max()
        serial = new
        if change <= TOLERANCE:
            return serial, step, True
    return serial, STEPS, False


def _transformed(design: Design, codes: Integers, follows: Booleans, serial: Serial) -> LeastSquaresFit:
    if design.has_constant and (serial.rho == 1.0).all():
        raise EstimationError(
            "the autocorrelation is one or more in every entity, which leaves nothing of the constant; take "
            "rho = 'tscorr', which stays below one, or first differences"
        )
    y = remove_autocorrelation(design.y, serial.rho[codes], follows)
    x = remove_autocorrelation(design.x, serial.rho[codes], follows)
    return linear_fit("prais_winsten", design, y, x, design.terms, metric="weighted")


def _statistics(
    fit: LeastSquaresFit, serial: Serial, autocorrelation: str, follows: Booleans, start: Solution
) -> Statistics:
    ssr = float(fit.residuals @ fit.residuals)
    transformed = fit.x @ fit.params + fit.residuals
    total = squares(transformed, np.ones(fit.nobs), centred=fit.design.has_constant)
    return {
        **counts(fit.entity, fit.time, fit.df_resid),
        **rho_rows(fit.design, serial.rho, common=autocorrelation == "common"),
        "rsquared": 1.0 - ratio(ssr, total),
        "sigma": float(np.sqrt(ssr / fit.df_resid)),
        "durbin_watson_before": durbin_watson(start.residuals, follows),
        "durbin_watson_after": durbin_watson(fit.residuals, follows),
    }


def _warnings(design: Design, serial: Serial, autocorrelation: str, converged: bool) -> list[str]:
    entities = np.unique(design.entity)
    said = []
    if serial.bounded.any():
        said.append(
            f"the autocorrelation of {entity_list(design, entities[serial.bounded])} was estimated beyond "
            "-1 or 1 and set to that limit (as Stata's xtpcse)"
        )
    if serial.assumed.any():
        what = "does not enter the common one" if autocorrelation == "common" else "is taken to be zero"
        said.append(
            f"the autocorrelation of {entity_list(design, entities[serial.assumed])} cannot be estimated "
            f"(no two consecutive periods, or no residuals) and {what}"
        )
    if not converged:
        said.append(f"the autocorrelation did not settle in {STEPS} steps")
    return said


ESTIMATORS = {"prais_winsten": prais_winsten}
