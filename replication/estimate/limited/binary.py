"""Probit and logit, for outcomes that are 0 or 1 and (as quasi-likelihoods) for shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.special import expit, xlogy

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, LikelihoodFit, MeanOf, Statistics
from replication.estimate.limited.mean_outcome import logistic_mean, normal_mean
from replication.estimate.limited.offset import offset_of, shifted
from replication.estimate.limited.perfect_prediction import is_flat, refuse_perfect_prediction
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.likelihood import against_null, fit_from_optimum
from replication.estimate.numbers.normal import log_cdf
from replication.estimate.numbers.optimize import Likelihood, Optimum, maximise

Information = Literal["observed", "expected"]
LogCdf = Callable[[Floats], tuple[Floats, Floats, Floats]]


def probit(design: Design, *, information: Information = "observed") -> LikelihoodFit:
    """Maximum likelihood of P(y = 1) = Phi(x'b).

    Raises EstimationError if y is not 0/1, does not vary, or is predicted perfectly.

    Parameters
    ----------
    information : "observed" or "expected"
        Whose inverse is the classical covariance and the bread of others: of these outcomes (Stata's
        `probit`, statsmodels' Probit), or its mean over outcomes (R's `glm`, statsmodels' GLM).
    """
    require_binary(design.outcome, design.y)
    return fit_index(design, "probit", log_cdf, normal_mean, information=information)


def logit(design: Design) -> LikelihoodFit:
    """Maximum likelihood of P(y = 1) = 1 / (1 + exp(-x'b)); bread is the inverse of the information.

    Raises EstimationError if y is not 0/1, does not vary, or is predicted perfectly.
    """
    require_binary(design.outcome, design.y)
    return fit_index(design, "logit", log_logistic, logistic_mean)


def log_logistic(a: Floats) -> tuple[Floats, Floats, Floats]:
    """Logarithm of the logistic distribution function with its first and second derivative."""
    return -np.logaddexp(0.0, -a), expit(-a), -expit(a) * expit(-a)


def require_binary(outcome: str, y: Floats) -> None:
    """Raise EstimationError, with the values found, unless y is made of both 0 and 1."""
    values = np.unique(y)
    strange = values[(values != 0) & (values != 1)]
    if strange.size:
        shown = ", ".join(f"{value:g}" for value in strange[:5]) + (", …" if strange.size > 5 else "")
        raise EstimationError(f"{outcome!r} must be 0 or 1, found {shown}")
    if values.size < 2:
        raise EstimationError(f"{outcome!r} is {values[0]:g} in all {len(y)} rows: no variation to explain")


def fit_index(
    design: Design,
    estimator: str,
    link: LogCdf,
    mean: MeanOf,
    *,
    quasi: bool = False,
    information: Information = "observed",
) -> LikelihoodFit:
    """Maximise sum w [y log F(x'b) + (1 - y) log F(-x'b)] for a symmetric F (Papke and Wooldridge 1996).

    An offset, if the design has one, is added to x'b.
    """
    weights, offset = design.unit_weights, offset_of(design)
    basis = orthogonal(design.x, design.terms)
    optimum = _search(design.y, basis.q, weights, offset, link)
    if is_flat(optimum, len(design.terms)):
        side = np.where(design.y == 1, 1.0, np.where(design.y == 0, -1.0, 0.0))
        refuse_perfect_prediction(design.outcome, side, design.x, design.terms)
    if information == "expected":
        hessian = _expected(basis.q, basis.q @ optimum.params + offset, weights, link)
        optimum = replace(optimum, likelihood=replace(optimum.likelihood, hessian=hessian))
    return fit_from_optimum(
        design,
        estimator,
        design.terms,
        basis.back @ optimum.params,
        basis.back,
        optimum,
        _statistics(design, optimum, weights, offset, link),
        basis.warnings,
        means={"outcome": shifted(mean, offset)},
        quasi=quasi,
    )


def _search(y: Floats, x: Floats, weights: Floats, offset: Floats, link: LogCdf) -> Optimum:
    """From zero, and from the linear projection of 2(2y - 1): the likelihood is concave, both must agree."""

    def objective(b: Floats) -> Likelihood:
        """Likelihood of outcomes between 0 and 1 at coefficients b."""
        index = x @ b + offset
        up, up1, up2 = link(index)
        down, down1, down2 = link(-index)
        slope = weights * (y * up1 - (1 - y) * down1)
        curvature = weights * (y * up2 + (1 - y) * down2)
        rows = weights * (np.where(y > 0, y * up, 0.0) + np.where(y < 1, (1 - y) * down, 0.0))
        return Likelihood(rows, x * slope[:, None], x.T @ (x * curvature[:, None]))

    projected = np.asarray(np.linalg.lstsq(x, 4 * y - 2, rcond=None)[0], dtype=float)
    return maximise(objective, np.zeros(x.shape[1]), second_start=projected)


def _expected(x: Floats, index: Floats, weights: Floats, link: LogCdf) -> Floats:
    """(k, k) mean of the Hessian over outcomes: -x'x f^2 / (F (1 - F))."""
    _, up, _ = link(index)
    _, down, _ = link(-index)
    return -(x.T @ (x * (weights * up * down)[:, None]))


def _statistics(
    design: Design, optimum: Optimum, weights: Floats, offset: Floats, link: LogCdf
) -> Statistics:
    """Fit against a constant alone (without an offset, that is the mean), where there is a constant."""
    if not design.has_constant:
        return {}
    mean = np.average(design.y, weights=weights)
    null = float(weights @ (xlogy(design.y, mean) + xlogy(1 - design.y, 1 - mean)))
    if offset.any():
        null = _search(design.y, np.ones((design.nobs, 1)), weights, offset, link).likelihood.value
    return against_null(optimum.likelihood.value, null, len(design.terms) - 1)


ESTIMATORS = {"probit": probit, "logit": logit}
