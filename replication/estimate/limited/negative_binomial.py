"""Negative binomial regression with variance mu + alpha mu^2 (NB2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import betaln, digamma, gammaln, polygamma

from replication.estimate.design import Design, Floats, LikelihoodFit, Statistics, parameters
from replication.estimate.limited.offset import level_of, offset_of
from replication.estimate.limited.poisson import ppml
from replication.estimate.numbers.basis import Basis, orthogonal
from replication.estimate.numbers.likelihood import fit_from_optimum
from replication.estimate.numbers.optimize import Likelihood, Optimum, maximise


def negative_binomial(design: Design) -> LikelihoodFit:
    """Maximum likelihood of counts with E(y) = mu = exp(x'b) and variance mu + alpha mu^2.

    Cameron and Trivedi (2013), section 3.3.1, NB2; Stata's `nbreg, dispersion(mean)`. The last term is
    "lnalpha"; bread is the inverse of the observed information of all parameters. Searched from the
    Poisson estimates and from a constant alone. Where the likelihood falls as alpha leaves zero there is no
    overdispersion: then the Poisson estimates are the maximum, lnalpha is not reported, and a warning says
    so. Separated rows are left out as in `ppml`.

    Returns
    -------
    Fit
        Statistics: those of `ppml` but for its deviance; alpha; lr_overdispersion, twice the gain over
        Poisson (Stata's chibar2(01), half of whose distribution is at zero); loglikelihood_null is that of
        a constant, the offset and alpha.

    Raises
    ------
    EstimationError
        As `ppml`.
    """
    start = ppml(design)
    used = design if start.kept is None else design.rows(start.kept)
    columns = [used.terms.index(term) for term in start.terms]
    used = replace(used, terms=start.terms, x=used.x[:, columns])
    weights, offset = used.unit_weights, offset_of(used)
    mean = np.exp(used.x @ start.params + offset)
    if _slope_at_zero(used.y, mean, weights) <= 0:
        return _poisson_limit(start)
    basis = orthogonal(used.x, used.terms)
    poisson = np.asarray(np.linalg.solve(basis.back, start.params), dtype=float)
    optimum = _search(used.y, basis, weights, offset, poisson)
    alpha = float(np.exp(optimum.params[-1]))
    jacobian = np.block([[basis.back, np.zeros((len(start.terms), 1))], [np.zeros(len(start.terms)), 1.0]])
    gain = 2 * (optimum.likelihood.value - start.statistics["loglikelihood"])
    fit = fit_from_optimum(
        used,
        "negative_binomial",
        (*used.terms, *parameters("lnalpha")),
        jacobian @ optimum.params,
        jacobian,
        optimum,
        _counts(start) | _null(used, weights, offset, optimum) | {"alpha": alpha, "lr_overdispersion": gain},
        start.warnings,
    )
    return replace(fit, design=design, kept=start.kept)


def _slope_at_zero(y: Floats, mean: Floats, weights: Floats) -> float:
    """Derivative of the log-likelihood in alpha at zero (Cameron and Trivedi 2013, equation 3.38)."""
    return float(weights @ ((y - mean) ** 2 - y)) / 2


def _poisson_limit(start: LikelihoodFit) -> LikelihoodFit:
    sentence = (
        "No overdispersion: the likelihood is highest at alpha = 0, where the model is Poisson; "
        "lnalpha is minus infinity and not reported."
    )
    statistics = {**start.statistics, "alpha": 0.0, "lr_overdispersion": 0.0}
    return replace(
        start, estimator="negative_binomial", statistics=statistics, warnings=(*start.warnings, sentence)
    )


def _counts(start: LikelihoodFit) -> Statistics:
    found: Statistics = {"df_resid": start.df_resid - 1.0}
    for name in ("nobs", "entities", "periods", "separated_rows"):
        found[name] = start.statistics[name]
    return found


def _search(y: Floats, basis: Basis, weights: Floats, offset: Floats, poisson: Floats) -> Optimum:
    """From the Poisson estimates with alpha by moments, and from a constant alone with alpha one."""
    mean = np.exp(basis.q @ poisson + offset)
    excess = float(weights @ ((y - mean) ** 2 - mean)) / float(weights @ mean**2)
    first = np.append(poisson, np.log(max(excess, 1e-2)))
    level = np.full(len(y), level_of(y, weights, offset))
    second = np.append(basis.q.T @ level / len(y), 0.0)
    return maximise(lambda theta: _likelihood(theta, y, basis.q, weights, offset), first, second_start=second)


def _likelihood(theta: Floats, y: Floats, x: Floats, weights: Floats, offset: Floats) -> Likelihood:
    """Log-likelihood in (b, ln alpha), written in r = 1 / alpha, with all derivatives."""
    with np.errstate(over="ignore", invalid="ignore"):
        index, r = x @ theta[:-1] + offset, np.exp(-theta[-1])
        mean = np.exp(index)
        both, gap = r + mean, y - mean
        rows = _log_rising(y, r) - gammaln(y + 1) + y * index - (y + r) * np.log1p(mean / r)
        slope_index = gap * r / both
        slope_r = digamma(y + r) - digamma(r) - np.log1p(mean / r) - gap / both
        bend_index = -mean * r * (r + y) / both**2
        bend_r = polygamma(1, y + r) - polygamma(1, r) + mean / (r * both) + gap / both**2
        bend_cross = -r * mean * gap / both**2
        scores = np.column_stack([x * slope_index[:, None], -r * slope_r]) * weights[:, None]
        corner = weights @ (r * slope_r + r**2 * bend_r)
        cross = x.T @ (weights * bend_cross)
        hessian = np.block([[x.T @ (x * (weights * bend_index)[:, None]), cross[:, None]], [cross, corner]])
    return Likelihood(weights * rows, scores, hessian)


def _log_rising(y: Floats, r: float) -> Floats:
    """log of Gamma(y + r) / (Gamma(r) r^y) without the cancellation that a large r brings."""
    some = np.where(y > 0, y, 1.0)
    return np.where(y > 0, gammaln(some) - betaln(some, r) - some * np.log(r), 0.0)


def _null(used: Design, weights: Floats, offset: Floats, optimum: Optimum) -> Statistics:
    """Against a constant alone, where there is one; with its own alpha."""
    if not used.has_constant:
        return {}
    ones = np.ones((used.nobs, 1))
    level = np.array([level_of(used.y, weights, offset)])
    constant = _search(used.y, Basis(ones, np.eye(1), ()), weights, offset, level)
    null = constant.likelihood.value
    return {"loglikelihood_null": null, "rsquared_pseudo": 1 - optimum.likelihood.value / null}


ESTIMATORS = {"negative_binomial": negative_binomial}
