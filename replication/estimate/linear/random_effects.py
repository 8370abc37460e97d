"""Random effects by feasible generalised least squares (Swamy and Arora 1972)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, Integers, LeastSquaresFit, Statistics
from replication.estimate.linear.linear import linear_fit, refuse_weights, require_rows, with_statistics
from replication.estimate.numbers.absorb import projector, residuals, varies
from replication.estimate.numbers.algebra import column_space, residual_ssr
from replication.estimate.numbers.goodness import NOTHING, means_by, panel_rsquared, squares
from replication.estimate.numbers.groupings import of_design


def random_effects(
    design: Design, *, components: Literal["harmonic", "exact"] = "harmonic"
) -> LeastSquaresFit:
    """Random entity effects, variances by Swamy and Arora.

    Parameters
    ----------
    components : "harmonic" or "exact"
        How the variance of the effects is computed where entities have different numbers of rows:
        from the regression of unweighted entity means with the harmonic mean of the numbers of rows
        (Stata's `xtreg, re`), or exactly unbiased (Baltagi and Chang 1994; Stata's `xtreg, re sa`, R's plm).
        The two are the same on a balanced panel.

    Returns
    -------
    Fit
        In the metric y_it - theta_i * mean_i. Statistics: sigma_e, sigma_u, rho, theta_min, theta_median
        and theta_max over entities; R squared within, between and overall as in Stata; rsquared and sigma
        of the transformed regression.

    Raises
    ------
    EstimationError
        Weights; too few rows or entities to estimate the two variances; collinear regressors (named).
    """
    refuse_weights(design, "random_effects")
    require_rows(design.nobs, len(design.terms))
    codes = np.unique(design.entity, return_inverse=True)[1]
    size = np.bincount(codes)
    variance_e = _variance_within(design)
    variance_u = _variance_between(design, codes, size, variance_e, components)
    theta = 1.0 - np.sqrt(variance_e / (size * max(variance_u, 0.0) + variance_e))
    y = design.y - (theta * means_by(codes, design.y))[codes]
    x = design.x - (theta[:, None] * means_by(codes, design.x))[codes]
    fit = linear_fit("random_effects", design, y, x, design.terms, law="normal", metric="weighted")
    fit = _described(fit, y, x)
    statistics = {**fit.statistics, **_components(variance_e, max(variance_u, 0.0), theta)}
    return replace(fit, statistics=statistics, warnings=fit.warnings + _pooled(variance_u))


def _pooled(variance_u: float) -> tuple[str, ...]:
    if variance_u > 0:
        return ()
    return ("the variance of the entity effects is estimated as zero: the estimates are those of pooled ols",)


def _variance_within(design: Design) -> float:
    """SSR of the within regression by its degrees of freedom; absorbed regressors do not count."""
    by = projector(of_design(design, ["entity"]), np.ones(design.nobs))
    left = residuals(by, np.column_stack([design.y, design.x]))
    ssr, rank = residual_ssr(left[:, 0], left[:, 1:][:, varies(left[:, 1:], design.x)])
    df = design.nobs - by.rank - rank
    if df <= 0 or np.sqrt(ssr) <= NOTHING * np.linalg.norm(design.y):
        raise EstimationError(
            f"{design.nobs} rows of {by.rank} entities leave no variation within entities: "
            "random_effects cannot estimate its two variances"
        )
    return ssr / df


def _variance_between(
    design: Design, codes: Integers, size: Integers, variance_e: float, components: str
) -> float:
    """Variance of the entity effects, negative where there is less between entities than within."""
    y, x = means_by(codes, design.y), means_by(codes, design.x)
    root = np.sqrt(size) if components == "exact" else np.ones(len(size))
    ssr, rank = residual_ssr(y * root, x * root[:, None])
    df = len(size) - rank
    if df <= 0:
        raise EstimationError(
            f"{len(size)} entities are too few for random_effects with {rank} parameters between entities"
        )
    if components == "harmonic":
        return ssr / df - variance_e * float(np.mean(1.0 / size))
    basis = column_space(x * root[:, None])
    return (ssr - df * variance_e) / (design.nobs - float(size @ (basis**2).sum(axis=1)))


def _described(fit: LeastSquaresFit, y: Floats, x: Floats) -> LeastSquaresFit:
    """The fit with its statistics; the sum of squares to be explained is that left by the constant alone."""
    has_constant = fit.design.has_constant
    total, _ = (
        residual_ssr(y, x[:, :has_constant])
        if has_constant
        else (squares(y, np.ones(len(y)), centred=False), 0)
    )
    fit = with_statistics(fit, total, has_constant)
    q = len(fit.terms) - has_constant
    if q == 0:
        return fit
    kinds = panel_rsquared(fit.design, fit.terms, fit.params)
    return replace(fit, statistics={**fit.statistics, **kinds})


def _components(variance_e: float, variance_u: float, theta: Floats) -> Statistics:
    return {
        "sigma_e": float(np.sqrt(variance_e)),
        "sigma_u": float(np.sqrt(variance_u)),
        "rho": variance_u / (variance_u + variance_e),
        "theta_min": float(theta.min()),
        "theta_median": float(np.median(theta)),
        "theta_max": float(theta.max()),
    }


ESTIMATORS = {"random_effects": random_effects}
