"""Random effects by feasible generalised least squares (Baltagi 2021, 2.3 and 9.2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from replication.estimate.design import Design, Floats, LeastSquaresFit, Statistics
from replication.estimate.linear.linear import linear_fit, refuse_weights, require_rows, with_statistics
from replication.estimate.linear.variance_components import Method, panel_of_entities, variance_components
from replication.estimate.numbers.algebra import residual_ssr
from replication.estimate.numbers.goodness import means_by, panel_rsquared, squares


def random_effects(design: Design, *, components: Method = "harmonic") -> LeastSquaresFit:
    """Random entity effects by generalised least squares, their variance estimated first.

    Parameters
    ----------
    components : "harmonic", "exact", "wallace_hussain", "amemiya" or "nerlove"
        How the two variances are estimated: Swamy and Arora's (1972) way with unweighted entity means and the
        harmonic mean of their numbers of rows (Stata's `xtreg, re`), or exactly unbiased (Stata's `xtreg, re
        sa`; R's plm, "swar"); or as Wallace and Hussain (1969), Amemiya (1971) or Nerlove (1971; balanced
        panels alone) did (plm's "walhus", "amemiya", "nerlove"). The first two are the same on a balanced
        panel. On an unbalanced one Wallace and Hussain's and Amemiya's are the unbiased ones of Baltagi and
        Chang (1994), as in plm.

    Returns
    -------
    Fit
        In the metric y_it - theta_i * mean_i. Statistics: sigma_e, sigma_u, rho, theta_min, theta_median
        and theta_max over entities; R squared within, between and overall as in Stata; rsquared and sigma
        of the transformed regression.

    Raises
    ------
    EstimationError
        Weights; too few rows or entities to estimate the two variances; collinear regressors (named);
        components that are not defined on an unbalanced panel.
    """
    refuse_weights(design, "random_effects")
    require_rows(design.nobs, len(design.terms))
    panel = panel_of_entities(design)
    variance_e, variance_u = variance_components(panel, components)
    theta = 1.0 - np.sqrt(variance_e / (panel.size * max(variance_u, 0.0) + variance_e))
    y = design.y - (theta * means_by(panel.codes, design.y))[panel.codes]
    x = design.x - (theta[:, None] * means_by(panel.codes, design.x))[panel.codes]
    fit = linear_fit("random_effects", design, y, x, design.terms, law="normal", metric="weighted")
    fit = _described(fit, y, x)
    statistics = {**fit.statistics, **_components(variance_e, max(variance_u, 0.0), theta)}
    return replace(fit, statistics=statistics, warnings=fit.warnings + _pooled(variance_u))


def _pooled(variance_u: float) -> tuple[str, ...]:
    if variance_u > 0:
        return ()
    return ("the variance of the entity effects is estimated as zero: the estimates are those of pooled ols",)


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
