"""Feasible generalised least squares of pooled panels (Parks 1967; Kmenta 1986, 12.2), as Stata's xtgls.

Disturbances may differ in variance between entities, be correlated across them within a period, and follow an
autoregression of order one within them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import (
    Booleans,
    Covariance,
    Design,
    Floats,
    Integers,
    LeastSquaresFit,
    Statistics,
)
from replication.estimate.gls.autocorrelation import (
    AdjustedKind,
    Autocorrelations,
    autocorrelations,
    neighbours,
    remove_autocorrelation,
    rho_rows,
)
from replication.estimate.gls.contemporaneous import across, inverse_root, require_residuals
from replication.estimate.labels import entity_list
from replication.estimate.linear.linear import refuse_weights, require_rows, require_slopes_vary
from replication.estimate.numbers.algebra import Solution, least_squares
from replication.estimate.numbers.goodness import counts, information_criteria

Panels = Literal["iid", "heteroskedastic", "correlated"]

TOLERANCE = 1e-8
"""Change of a coefficient, in standard errors, at which the iteration has converged."""

STEPS = 10_000

WORDS = {
    "iid": "one variance",
    "heteroskedastic": "one variance an entity",
    "correlated": "variances by entity and covariances across entities",
}


@dataclass(frozen=True)
class Serial:
    """The data after autocorrelation has been removed.

    Attributes
    ----------
    design : Design
        The rows that are left, y and x transformed.
    kept : (n0,) bool array
        Which rows of the given design they are.
    statistics : Statistics
    warnings : tuple of str
    """

    design: Design
    kept: Booleans
    statistics: Statistics = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variances:
    """Estimated covariance of the disturbances of one period.

    Attributes
    ----------
    whiten : function of (n,) or (n, m) to the same
        W, with W'W the inverse of the covariance of all rows.
    weigh : function of (n,) or (n, m) to the same
        W'.
    """

    whiten: Callable[[Floats], Floats]
    weigh: Callable[[Floats], Floats]


def fgls(
    design: Design,
    *,
    panels: Panels = "heteroskedastic",
    autocorrelation: Literal["none", "common", "panel"] = "none",
    rho: AdjustedKind = "regress",
    iterate: bool = False,
    divisor: Literal["n", "n-k"] = "n",
) -> LeastSquaresFit:
    """Generalised least squares with an estimated covariance of the disturbances (Stata's xtgls).

    Least squares give the autocorrelations; least squares on the transformed rows give the variances, each
    sum of squares or products divided by its number of periods; these give the weights. Beck and Katz (1995)
    show that the errors of "correlated" are far too small unless periods are many times the entities.

    Parameters
    ----------
    panels : "iid", "heteroskedastic" or "correlated"
        Variances: one; one an entity; and covariances across entities, which needs a balanced panel with at
        least as many periods as entities.
    autocorrelation : "none", "common" or "panel"
        Common is the mean over entities, weighted by their rows. Entities of one row are left out. An entity
        whose own is beyond -1 or 1 loses its first row (xtgls). After a gap an entity starts anew; xtgls
        refuses gaps, or with `force` ignores them.
    rho : "regress", "freg", "tscorr", "dw", "theil" or "nagar"
        Stata's rhotype; formulas in `autocorrelations`.
    iterate : bool
        Estimate variances and coefficients in turn until they settle (igls): maximum likelihood where there
        is no autocorrelation. The autocorrelation is estimated once (xtgls).
    divisor : "n" or "n-k"
        The covariance as it is, or times n/(n-k) (nmk).

    Returns
    -------
    Fit
        Rows weighted by the root of the inverse covariance. Scores are x of the full weight times the
        unweighted residual, so that a sandwich allows what the weights do not. Statistics: counts, rho,
        where the estimate is maximum likelihood, loglikelihood, aic and bic.

    Raises
    ------
    EstimationError
        Weights; too few rows; collinear regressors (named); an unbalanced panel, or fewer periods than
        entities, where panels are correlated; an autocorrelation that cannot be estimated (entity named).
    """
    refuse_weights(design, "fgls")
    if design.has_constant:
        require_slopes_vary(design.x, design.terms, "does not vary")
    serial = _serial(design, autocorrelation, rho)
    if panels == "correlated":
        _require_balance(serial)
    require_rows(serial.design.nobs, len(design.terms))
    solution, variances, steps, converged = _solve(serial.design, panels, iterate)
    fit = _fit(design, serial, solution, variances, converged)
    factor = fit.nobs / fit.df_resid if divisor == "n-k" else 1.0
    convention = _convention(panels, autocorrelation, iterate, divisor)
    fit = replace(fit, own=Covariance("own", factor * fit.bread, None, {}, convention))
    likelihood = autocorrelation == "none" and (iterate or panels == "iid")
    rows = _statistics(fit, serial, panels, likelihood)
    return replace(fit, statistics=rows, telemetry={"iterations": float(steps)})


def _serial(design: Design, autocorrelation: str, kind: AdjustedKind) -> Serial:
    """Rows without autocorrelation: all of them, or Prais and Winsten's."""
    if autocorrelation == "none":
        return Serial(design, np.ones(design.nobs, dtype=bool))
    rows = np.bincount(design.entity)[design.entity]
    several = rows > 1
    used = design.rows(several)
    codes = np.unique(used.entity, return_inverse=True)[1]
    follows = neighbours(used)
    if not follows.any():
        raise EstimationError("no entity is observed in two consecutive periods: there is no autocorrelation")
    require_rows(used.nobs, len(used.terms))
    start = least_squares(used.y, used.x, used.terms)
    require_residuals(start.residuals, used.y)
    slopes = len(used.terms) - used.has_constant
    found = autocorrelations(start.residuals, codes, follows, kind, slopes)
    rho = _rho(used, found, autocorrelation)
    y = remove_autocorrelation(used.y, rho[codes], follows)
    x = remove_autocorrelation(used.x, rho[codes], follows)
    finite = np.isfinite(y)
    kept = several.copy()
    kept[several] = finite
    left = replace(used, y=y, x=x).rows(finite)
    said = _serial_warnings(design, several, used, finite, follows)
    return Serial(left, kept, rho_rows(used, rho, common=autocorrelation == "common"), said)


def _rho(design: Design, found: Autocorrelations, autocorrelation: str) -> Floats:
    """(N,) autocorrelation of each entity."""
    unknown = np.isnan(found.rho)
    if autocorrelation == "common":
        return np.full(len(found.rho), found.mean(found.rows.astype(float)))
    if unknown.any():
        who = entity_list(design, np.unique(design.entity)[unknown])
        raise EstimationError(
            f"the autocorrelation of {who} cannot be estimated (no consecutive periods, or no residuals); "
            "leave them out or take autocorrelation = 'common'"
        )
    return found.rho


def _serial_warnings(
    design: Design,
    several: Booleans,
    used: Design,
    finite: Booleans,
    follows: Booleans,
) -> tuple[str, ...]:
    said = []
    if not several.all():
        said.append(
            f"{int((~several).sum())} entities with a single row are left out: "
            f"{entity_list(design, design.entity[~several])}"
        )
    if not finite.all():
        who = entity_list(used, np.unique(used.entity[~finite]))
        said.append(
            f"the autocorrelation of {who} is beyond -1 or 1: {int((~finite).sum())} first rows have no "
            "transform and are left out (as Stata's xtgls)"
        )
    gaps = int((~follows).sum()) - len(np.unique(used.entity))
    if gaps:
        said.append(
            f"{gaps} gaps in the years: the autoregression starts anew after each (xtgls refuses gaps)"
        )
    return tuple(said)


def _require_balance(serial: Serial) -> None:
    design = serial.design
    periods, entities = len(np.unique(design.time)), len(np.unique(design.entity))
    if design.nobs != periods * entities:
        why = f" ({'; '.join(serial.warnings)})" if serial.warnings else ""
        raise EstimationError(
            f"panels = 'correlated' needs every entity in every period: {entities} entities and {periods} "
            f"periods make {periods * entities} rows, found {design.nobs}{why}; take 'heteroskedastic', or "
            "least squares with panel-corrected errors"
        )
    if periods < entities:
        raise EstimationError(
            f"panels = 'correlated' needs at least as many periods as entities; found {periods} periods, "
            f"{entities} entities"
        )


def _solve(design: Design, panels: Panels, iterate: bool) -> tuple[Solution, Variances, int, bool]:
    """Weighted solution, its weights, steps, and whether it settled."""
    solution = least_squares(design.y, design.x, design.terms)
    require_residuals(solution.residuals, design.y)
    for step in range(1, STEPS + 1):
        old = solution.params
        variances = _variances(design, panels, design.y - design.x @ old)
        y, x = variances.whiten(design.y), variances.whiten(design.x)
        solution = least_squares(y, x, design.terms)
        moved = np.abs(solution.params - old) / np.sqrt(np.diag(solution.bread))
        if not iterate or moved.max() <= TOLERANCE:
            return solution, variances, step, True
    return solution, variances, STEPS, False


def _variances(design: Design, panels: Panels, residuals: Floats) -> Variances:
    codes = np.unique(design.entity, return_inverse=True)[1]
    if panels == "correlated":
        grid = residuals.reshape(codes.max() + 1, -1)
        root = inverse_root(grid @ grid.T / grid.shape[1], grid.shape[1])
        return Variances(lambda v: across(root, v), lambda v: across(root.T, v))
    sizes = _squares(panels, codes, residuals)
    if (sizes == 0).any():
        raise EstimationError(
            "an entity's residuals are all zero: its weight would be infinite; leave it out"
        )

    def scale(values: Floats) -> Floats:
        """Rows divided by the root of their variance."""
        return (values.T / np.sqrt(sizes)).T

    return Variances(scale, scale)


def _squares(panels: Panels, codes: Integers, residuals: Floats) -> Floats:
    """(n,) variance of each row: the mean square of all rows or of its entity's."""
    if panels == "iid":
        return np.full(len(residuals), residuals @ residuals / len(residuals))
    return (np.bincount(codes, residuals**2) / np.bincount(codes))[codes]


def _fit(
    design: Design, serial: Serial, solution: Solution, variances: Variances, converged: bool
) -> LeastSquaresFit:
    unsettled = () if converged else (f"the weights did not settle in {STEPS} steps",)
    used = serial.design
    x = variances.whiten(used.x)
    unweighted = used.y - used.x @ solution.params
    return LeastSquaresFit(
        estimator="fgls",
        terms=design.terms,
        params=solution.params,
        bread=solution.bread,
        scores=variances.weigh(x) * unweighted[:, None],
        x=x,
        residuals=solution.residuals,
        entity=used.entity,
        time=used.time,
        clusters=used.clusters,
        design=design,
        law="normal",
        metric="weighted",
        kept=None if serial.kept.all() else serial.kept,
        warnings=(*solution.warnings, *serial.warnings, *unsettled),
        converged=converged,
    )


def _convention(panels: str, autocorrelation: str, iterate: bool, divisor: str) -> str:
    serial = {"none": "no autocorrelation", "common": "common AR(1)", "panel": "AR(1) by entity"}
    factor = ", times n/(n-k) (nmk)" if divisor == "n-k" else ""
    steps = "iterated" if iterate else "two-step"
    return (
        f"generalised least squares, {WORDS[panels]}, {serial[autocorrelation]}, {steps}: inverse of "
        f"X'V^-1 X{factor} (Stata xtgls)"
    )


def _statistics(fit: LeastSquaresFit, serial: Serial, panels: Panels, likelihood: bool) -> Statistics:
    """Rows for models.csv; `likelihood` says whether the estimate is maximum likelihood."""
    residuals = serial.design.y - serial.design.x @ fit.params
    return {
        **counts(fit.entity, fit.time, fit.df_resid),
        **serial.statistics,
        **(_likelihood(serial.design, panels, residuals) if likelihood else {}),
    }


def _likelihood(design: Design, panels: Panels, residuals: Floats) -> Statistics:
    """Normal log-likelihood at the covariance that these residuals give, and its criteria."""
    codes = np.unique(design.entity, return_inverse=True)[1]
    entities = int(codes.max()) + 1
    if panels == "correlated":
        grid = residuals.reshape(entities, -1)
        periods = grid.shape[1]
        logs = periods * np.linalg.slogdet(grid @ grid.T / periods)[1]
    else:
        logs = np.log(_squares(panels, codes, residuals)).sum()
    value = float(-0.5 * (design.nobs * (np.log(2 * np.pi) + 1.0) + logs))
    variances = {"iid": 1, "heteroskedastic": entities, "correlated": entities * (entities + 1) // 2}[panels]
    parameters = len(design.terms) + variances
    return {"loglikelihood": value, **information_criteria(value, parameters, design.nobs)}


ESTIMATORS = {"fgls": fgls}
