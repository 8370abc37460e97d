"""Models through statsmodels: least squares, binary, ordered and fractional outcomes, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.optimize import root
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from replication.crosscheck.dummies import codes, used_rows, written_out
from replication.crosscheck.opinion import ITERATIVE, LINEAR, Floats, Opinion, Source
from replication.estimate.covariances.sandwich import classical, clustered, hc0, hc1, hc2, hc3
from replication.estimate.design import Covariance, Design, Fit
from replication.spec.entries import ModelSpec

EXACT = Source("statsmodels", LINEAR)
CLIMBED = Source("statsmodels", ITERATIVE)
SEARCH: dict[str, Any] = {"disp": 0, "maxiter": 200, "method": "newton", "tol": 1e-14}
# Each step doubles the right digits: a last step of 1e-10 leaves an error of 1e-20.
STEPS: dict[str, Any] = {"maxiter": 100, "tol": 1e-10, "tol_criterion": "params"}
LONGEST_GROUP = 30
SATURATED = "rows with leverage one, left out"
ROBUST = {"hc0": hc0, "hc1": hc1, "hc2": hc2, "hc3": hc3}


def least_squares(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, classical, robust and clustered errors, R2 and log likelihood of `ols`."""
    x = written_out(fit, tuple(model.effects))
    if x is None:
        return
    design = used_rows(fit)
    weights = None if design.weights is None else design.weights / design.weights.mean()
    program = sm.OLS(design.y, x) if weights is None else sm.WLS(design.y, x, weights=weights)
    found = program.fit()
    k = len(fit.terms)
    yield from EXACT.coefficients(fit.labels, fit.params, found.params[:k], found.bse[:k])
    yield from EXACT.errors("classical", fit, classical(fit).matrix, _block(found.cov_params(), k))
    for name, error in ROBUST.items():
        ours = error(fit)
        if SATURATED in ours.factors:  # statsmodels divides zero by zero there
            continue
        theirs = found.get_robustcov_results(name.upper()).cov_params()
        yield from EXACT.errors(name, fit, ours.matrix, _block(theirs, k))
    yield from _clustered(
        EXACT, fit, lambda groups: found.get_robustcov_results("cluster", groups=groups).cov_params()
    )
    name = "rsquared_lsdv" if model.effects else "rsquared"
    if name in fit.statistics and (fit.design.has_constant or model.effects):
        yield EXACT.share("R2", fit.statistics[name], _rsquared(found, design))
    if weights is None:
        yield EXACT.statistic("log likelihood", fit.statistics["loglikelihood"], found.llf)


def _rsquared(found: Any, design: Design) -> float:
    """One less SSR over the sum of squares about the mean, whatever columns make up the constant."""
    weights = np.ones(design.nobs) if design.weights is None else design.weights / design.weights.mean()
    about = design.y - np.average(design.y, weights=weights)
    return 1.0 - float(found.ssr / (weights @ about**2))


def poisson(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors and log likelihood of `ppml` on the rows that it kept."""
    x = written_out(fit, tuple(model.effects))
    if x is not None:
        yield from _glm(fit, x, sm.families.Poisson())


def fractional(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients and errors of a fractional logit or probit."""
    link = sm.families.links.Logit() if model.estimator == "fractional_logit" else sm.families.links.Probit()
    yield from _glm(fit, used_rows(fit).x, sm.families.Binomial(link=link), likelihood=False)


def _glm(fit: Fit, x: Floats, family: Any, *, likelihood: bool = True) -> Iterator[Opinion]:
    design, k = used_rows(fit), len(fit.terms)
    program = sm.GLM(design.y, x, family=family, freq_weights=_weights(design), **_shift(design))
    found = program.fit(**STEPS)
    yield from CLIMBED.coefficients(fit.labels, fit.params, found.params[:k], found.bse[:k])
    raw = _again(program, found, "HC0")
    yield from CLIMBED.errors("hc0", fit, hc0(fit).matrix, _block(raw, k))
    yield from _clustered(
        CLIMBED,
        fit,
        lambda groups: _again(program, found, "cluster", groups=groups, use_correction=False),
        plain=True,
    )
    if likelihood:
        yield CLIMBED.statistic("log likelihood", fit.statistics["loglikelihood"], found.llf)


def _again(program: Any, found: Any, kind: str, **options: Any) -> Floats:
    """The covariance of another kind at the same estimate."""
    words = {"cov_type": kind, "cov_kwds": options or None}
    return program.fit(start_params=found.params, maxiter=2, **words).cov_params()


def binary(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors and log likelihood of a logit or probit."""
    design = used_rows(fit)
    if design.weights is not None:
        return
    if model.options.get("information") == "expected":
        family = sm.families.Binomial(link=sm.families.links.Probit())
        yield from _likelihood(fit, sm.GLM(design.y, design.x, family=family, **_shift(design)).fit(**STEPS))
        return
    kinds = {"logit": sm.Logit, "probit": sm.Probit}
    found = kinds[model.estimator](design.y, design.x, **_shift(design)).fit(**SEARCH)
    yield from _likelihood(fit, found)


def negative_binomial(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, classical errors and log likelihood of the NB2; its dispersion is ours as a logarithm."""
    design = used_rows(fit)
    if design.weights is not None:
        return
    start = np.append(np.zeros(design.x.shape[1]), 0.5)
    start[0] = np.log(design.y.mean())
    found = sm.NegativeBinomial(design.y, design.x, **_shift(design)).fit(
        start_params=start, disp=0, maxiter=500, method="bfgs", gtol=1e-9
    )
    k = len(fit.terms) - 1
    yield from CLIMBED.coefficients(fit.labels[:k], fit.params[:k], found.params[:k], found.bse[:k])
    yield CLIMBED.statistic("log likelihood", fit.statistics["loglikelihood"], found.llf)


def conditional(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients and log likelihood of a conditional logit, where statsmodels' score is zero.

    Its sums call themselves row by row: long groups would take it too deep, and long.
    """
    design = used_rows(fit)
    groups = codes(design, fit.one_draw)
    if np.bincount(groups).max() > LONGEST_GROUP:
        return
    x = design.x[:, design.has_constant :]
    scale = x.std(axis=0)
    program = ConditionalLogit(design.y, x / scale, groups=groups)
    found = root(program.score, np.zeros(x.shape[1]), tol=1e-13)
    errors = np.sqrt(np.diag(fit.bread))
    yield from CLIMBED.coefficients(fit.labels, fit.params, found.x / scale, errors)
    yield CLIMBED.statistic("log likelihood", fit.statistics["loglikelihood"], program.loglike(found.x))


DISTRIBUTIONS = {"ordered_logit": "logit", "ordered_probit": "probit"}


def ordered(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, thresholds and log likelihood of an ordered logit or probit, searched in unit columns."""
    design = used_rows(fit)
    if design.weights is not None:
        return
    x = design.x[:, design.has_constant :]
    centre, scale = x.mean(axis=0), x.std(axis=0)
    levels = np.unique(design.y, return_inverse=True)[1]
    program = OrderedModel(levels, (x - centre) / scale, distr=DISTRIBUTIONS[model.estimator])
    found = program.fit(method="bfgs", disp=0, maxiter=1000, gtol=1e-9)
    slopes = found.params[: x.shape[1]] / scale
    theirs = np.append(slopes, program.transform_threshold_params(found.params)[1:-1] + slopes @ centre)
    yield from CLIMBED.coefficients(fit.labels, fit.params, theirs, np.sqrt(np.diag(fit.bread)))
    yield CLIMBED.statistic("log likelihood", fit.statistics["loglikelihood"], found.llf)


def two_part(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """The probit of a positive outcome and least squares of its logarithm, one after the other."""
    design = used_rows(fit)
    if design.weights is not None or "selection" in design.extra:
        return
    positive = design.y > 0
    k = design.x.shape[1]
    amount = sm.OLS(np.log(design.y[positive]), design.x[positive]).fit()
    chosen = sm.Probit(positive.astype(float), design.x).fit(**SEARCH)
    yield from EXACT.coefficients(fit.labels[:k], fit.params[:k], amount.params, amount.bse)
    second = slice(k, 2 * k)
    yield from CLIMBED.coefficients(fit.labels[second], fit.params[second], chosen.params, chosen.bse)
    yield CLIMBED.statistic("log likelihood", fit.statistics["loglikelihood"], amount.llf + chosen.llf)


def _likelihood(fit: Fit, found: Any) -> Iterator[Opinion]:
    yield from CLIMBED.coefficients(fit.labels, fit.params, found.params, found.bse)
    yield from CLIMBED.errors("classical", fit, classical(fit).matrix, found.cov_params())
    yield CLIMBED.statistic("log likelihood", fit.statistics["loglikelihood"], found.llf)


def _clustered(
    source: Source, fit: Fit, theirs: Callable[[NDArray[np.int64]], Floats], *, plain: bool = False
) -> Iterator[Opinion]:
    """Errors clustered by entity: with statsmodels' own factors, or `plain`, without any."""
    groups = codes(used_rows(fit), "entity")
    if groups.max() < 2:
        return
    factors: dict[str, Any] = {"groups_factor": False, "parameters_factor": False} if plain else {}
    ours: Covariance = clustered(fit, cluster=["entity"], absorbed="all", **factors)
    yield from source.errors("clustered", fit, ours.matrix, _block(theirs(groups), len(fit.terms)))


def _shift(design: Design) -> dict[str, Floats]:
    """Offset or exposure, in the words of statsmodels, which are ours."""
    return {name: design.extra[name] for name in ("offset", "exposure") if name in design.extra}


def _block(covariance: Floats, k: int) -> Floats:
    return np.asarray(covariance)[:k, :k]


def _weights(design: Design) -> Floats | None:
    return None if design.weights is None else design.weights / design.weights.mean()


MODELS: dict[str, Callable[[Fit, ModelSpec], Iterator[Opinion]]] = {
    "ols": least_squares,
    "ppml": poisson,
    "fractional_logit": fractional,
    "fractional_probit": fractional,
    "logit": binary,
    "probit": binary,
    "negative_binomial": negative_binomial,
    "conditional_logit": conditional,
    "ordered_logit": ordered,
    "ordered_probit": ordered,
    "two_part": two_part,
}
