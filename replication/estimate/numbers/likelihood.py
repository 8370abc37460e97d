"""From the maximum of a log-likelihood to a Fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.linalg import pinvh

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, LikelihoodFit, MeanOf, Statistics, Term
from replication.estimate.numbers.distributions import chi2_sf
from replication.estimate.numbers.goodness import information_criteria
from replication.estimate.numbers.optimize import Optimum

EXACT = 1e-6
"""Ratio of sigma to the standard deviation of the outcomes seen below which the fit counts as exact."""


def information_inverse(hessian: Floats) -> Floats:
    """(k, k) inverse of the negative Hessian, through a unit diagonal so that units do not matter."""
    if not np.isfinite(hessian).all():
        raise EstimationError(
            "the log-likelihood has no finite curvature where it is largest; rescale the variables"
        )
    curvature = np.abs(np.diag(hessian))
    scale = 1 / np.sqrt(np.where(curvature > 0, curvature, 1.0))
    return pinvh(-hessian * np.outer(scale, scale)) * np.outer(scale, scale)


def refuse_exact_fit(name: str, sigma: float, y: Floats) -> None:
    """Raise EstimationError if sigma is nothing beside the spread of the outcomes y that are seen."""
    if sigma < EXACT * y.std():
        raise EstimationError(
            f"the {len(y)} values of {name!r} that are seen are fitted exactly: sigma has no estimate"
        )


def fit_from_optimum(
    design: Design,
    estimator: str,
    terms: tuple[Term, ...],
    params: Floats,
    jacobian: Floats,
    optimum: Optimum,
    statistics: Statistics,
    warnings: tuple[str, ...] = (),
    *,
    means: Mapping[str, MeanOf] | None = None,
    quasi: bool = False,
) -> LikelihoodFit:
    """The fit in the parameters that are reported.

    It has information criteria unless it is `quasi` or weighted: then it maximises no likelihood of the data.
    `jacobian` (k, k) is the derivative of the reported parameters `params` in those of the search; as the
    gradient is zero at the maximum, bread and scores carry over by it exactly.
    """
    likelihood, value = optimum.likelihood, optimum.likelihood.value
    known = not quasi and design.weights is None
    criteria = information_criteria(value, len(params), design.nobs) if known else {}
    return LikelihoodFit(
        estimator=estimator,
        terms=terms,
        params=params,
        bread=jacobian @ information_inverse(likelihood.hessian) @ jacobian.T,
        scores=np.asarray(np.linalg.solve(jacobian.T, likelihood.scores.T).T, dtype=float),
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="normal",
        statistics={**statistics, "loglikelihood": value, **criteria},
        telemetry=optimum.telemetry,
        warnings=(*warnings, *optimum.warnings),
        converged=optimum.converged,
        means=means or {},
    )


def against_null(loglikelihood: float, null: float, restrictions: int) -> Statistics:
    """McFadden's (1974) pseudo R2 and the likelihood ratio against a constant alone."""
    return {
        "loglikelihood_null": null,
        "rsquared_pseudo": 1 - loglikelihood / null,
        "lr_statistic": 2 * (loglikelihood - null),
        "lr_df": float(restrictions),
        "lr_p": chi2_sf(2 * (loglikelihood - null), restrictions),
    }
