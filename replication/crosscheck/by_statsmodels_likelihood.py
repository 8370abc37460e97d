"""Likelihoods through statsmodels: binary, ordered and fractional outcomes, counts, amounts in two parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy.linalg import block_diag
from scipy.optimize import root
from statsmodels.base.covtype import get_robustcov_results
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.sandwich_covariance import S_crosssection
from statsmodels.tools.numdiff import approx_fprime, approx_hess3

from replication.crosscheck.asked_errors import PLAIN, clustered_ways, over_time
from replication.crosscheck.coordinates import coordinates, in_coordinates
from replication.crosscheck.dummies import codes, regressors, used_rows, written_out
from replication.crosscheck.opinion import ITERATIVE, LIKELIHOOD, LINEAR, Opinion, Source, Witness
from replication.estimate.covariances.sandwich import classical, hc0
from replication.estimate.design import Design, Fit, Floats
from replication.spec.entries import ModelSpec

EXACT = Source("statsmodels", LINEAR)
CLIMBED = Source("statsmodels", ITERATIVE)
SEARCH: dict[str, Any] = {"disp": 0, "maxiter": 200, "method": "newton", "tol": 1e-14}
# Each step doubles the right digits: a last step of 1e-10 leaves an error of 1e-20.
STEPS: dict[str, Any] = {"maxiter": 100, "tol": 1e-10, "tol_criterion": "params", "wls_method": "qr"}
LONGEST_GROUP = 30
# Where regressors have a variance of one: what two such steps leave is of the order of 1e-10.
DIFFERENCE = 5e-3
LINKS = {
    "logit": sm.families.links.Logit,
    "probit": sm.families.links.Probit,
    "fractional_logit": sm.families.links.Logit,
    "fractional_probit": sm.families.links.Probit,
}
Their = Callable[..., Floats]


def poisson(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors, log likelihood and deviance of `ppml` on the rows that it kept."""
    given = in_coordinates(fit, absorbed=bool(model.effects))
    x = written_out(fit, tuple(model.effects), given.x)
    if x is None:
        return
    found = _glm(fit, x, sm.families.Poisson())
    witness = Witness(CLIMBED, fit, given.back)
    yield from _plain(witness, found)
    yield from _loglikelihood(fit, found.llf)
    yield CLIMBED.statistic("deviance", fit.statistics["deviance"], found.deviance)
    yield from _sandwiches(witness, model, _at(found))


def fractional(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients and errors of a fractional logit or probit."""
    given = in_coordinates(fit)
    found = _glm(fit, given.x, sm.families.Binomial(link=LINKS[model.estimator]()))
    witness = Witness(CLIMBED, fit, given.back)
    yield from witness.coefficients(found.params, found.cov_params())
    yield from _sandwiches(witness, model, _at(found))


def binary(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors and log likelihood of a logit or probit."""
    design, given = used_rows(fit), in_coordinates(fit)
    expected = model.options.get("information") == "expected"
    if expected or design.weights is not None:
        found = _glm(fit, given.x, sm.families.Binomial(link=LINKS[model.estimator]()))
    else:
        kinds = {"logit": sm.Logit, "probit": sm.Probit}
        found = kinds[model.estimator](design.y, given.x, **_shift(design)).fit(**SEARCH)
    witness = Witness(CLIMBED, fit, given.back)
    if expected or design.weights is None:  # the classical errors of its GLM are by the expected information
        yield from _plain(witness, found)
    else:
        yield from witness.coefficients(found.params, found.cov_params())
    yield from _loglikelihood(fit, found.llf)
    if not expected:  # and its sandwiches by the observed one
        yield from _sandwiches(witness, model, _at(found))


def _glm(fit: Fit, x: Floats, family: Any) -> Any:
    """Analytic weights are what it calls `var_weights`: of the others a sandwich counts each row often."""
    design = used_rows(fit)
    weights = None if design.weights is None else design.weights / design.weights.mean()
    return sm.GLM(design.y, x, family=family, var_weights=weights, **_shift(design)).fit(**STEPS)


def negative_binomial(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors and log likelihood of the NB2; its dispersion is ours as a logarithm."""
    design, given = used_rows(fit), in_coordinates(fit)
    if design.weights is not None or len(fit.terms) == given.x.shape[1]:  # its dispersion may end at zero
        return
    start = np.append(np.zeros(given.x.shape[1]), 0.5)
    start[0] = np.log(design.y.mean())
    found = sm.NegativeBinomial(design.y, given.x, **_shift(design)).fit(
        start_params=start, disp=0, maxiter=500, method="bfgs", gtol=1e-9
    )
    alpha = found.params[-1]
    witness = Witness(CLIMBED, fit, block_diag(given.back, 1 / alpha))
    in_logs = np.append(found.params[:-1], alpha * np.log(alpha))
    yield from witness.coefficients(in_logs, found.cov_params())
    yield from witness.errors("classical", classical(fit).matrix, found.cov_params())
    yield from _loglikelihood(fit, found.llf)
    yield from _sandwiches(witness, model, _at(found))


def conditional(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors and log likelihood of a conditional logit, where its score is zero.

    The sums of statsmodels call themselves row by row: long groups would take it too deep, and long. It has
    no second derivatives of its own: they are differences of its score, taken by it.
    """
    design = used_rows(fit)
    groups = codes(design, fit.one_draw)
    if np.bincount(groups).max() > LONGEST_GROUP:
        return
    given = coordinates(regressors(fit), constant=False, absorbed=True)
    program = ConditionalLogit(design.y, given.x, groups=groups)
    found = root(program.score, np.zeros(given.x.shape[1]), tol=1e-13).x
    bread = -np.linalg.inv(approx_fprime(found, program.score, centered=True))
    witness = Witness(CLIMBED, fit, given.back)
    yield from witness.coefficients(found, bread)
    yield from witness.errors("classical", classical(fit).matrix, bread)
    yield from _loglikelihood(fit, program.loglike(found))
    first = np.unique(groups, return_index=True)[1]  # all rows of a group are in one cluster
    scores = np.array([program.score_grp(group, found) for group in range(len(first))]) @ bread
    for each in clustered_ways(fit, model, **PLAIN):
        if len(each.by) == 1:
            theirs = S_crosssection(scores, each.groups[first])
            yield from witness.errors("clustered", each.ours.matrix, theirs, each.by)


DISTRIBUTIONS = {"ordered_logit": "logit", "ordered_probit": "probit"}


def ordered(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, thresholds, errors and log likelihood of an ordered logit or probit.

    The derivatives of statsmodels are differences with steps that suit one unit or another: here they are
    taken of its likelihood with known steps.
    """
    design = used_rows(fit)
    if design.weights is not None:
        return
    x = regressors(fit)
    given = coordinates(x, constant=False, absorbed=True)
    k, levels = x.shape[1], np.unique(design.y, return_inverse=True)[1]
    program = OrderedModel(levels, given.x, distr=DISTRIBUTIONS[model.estimator])
    found = program.fit(method="bfgs", disp=0, maxiter=1000, gtol=1e-9)

    def reported(params: Floats) -> Floats:
        """Slopes and thresholds, these moved by the means that the regressors were taken about."""
        slopes = given.back @ params[:k]
        thresholds = program.transform_threshold_params(params)[1:-1] + slopes @ x.mean(axis=0)
        return np.append(slopes, thresholds)

    jacobian = approx_fprime(found.params, reported, centered=True)
    bread = jacobian @ -np.linalg.inv(_hessian(program.loglike, found.params))
    scores = approx_fprime(found.params, program.loglikeobs, centered=True) @ bread.T
    witness = Witness(CLIMBED, fit, np.eye(len(fit.terms)))
    yield from witness.coefficients(reported(found.params), bread @ jacobian.T)
    yield from witness.errors("classical", classical(fit).matrix, bread @ jacobian.T)
    yield from _loglikelihood(fit, found.llf)
    yield from witness.errors("hc0", hc0(fit).matrix, scores.T @ scores)
    for each in clustered_ways(fit, model, **PLAIN):
        if len(each.by) == 1:
            theirs = S_crosssection(scores, each.groups)
            yield from witness.errors("clustered", each.ours.matrix, theirs, each.by)


def _hessian(of: Callable[[Floats], float], at: Floats) -> Floats:
    """Second derivatives by differences, extrapolated from two steps (Richardson 1911)."""
    steps = (np.full(len(at), step) for step in (DIFFERENCE, DIFFERENCE / 2))
    wide, narrow = (np.asarray(approx_hess3(at, of, epsilon=step)) for step in steps)
    return (4 * narrow - wide) / 3


def two_part(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """The probit of a positive outcome and least squares of its logarithm, one after the other."""
    design = used_rows(fit)
    if design.weights is not None or "selection" in design.extra:
        return
    positive, k = design.y > 0, design.x.shape[1]
    given = coordinates(design.x, constant=design.has_constant)
    some = coordinates(design.x[positive], constant=design.has_constant)
    amount = sm.OLS(np.log(design.y[positive]), some.x).fit()
    chosen = sm.Probit(positive.astype(float), given.x).fit(**SEARCH)
    first = Witness(EXACT, fit, some.back, slice(0, k))
    second = Witness(CLIMBED, fit, given.back, slice(k, 2 * k))
    likely = amount.cov_params() * amount.df_resid / amount.nobs  # maximum likelihood divides by all rows
    yield from first.coefficients(amount.params, likely)
    yield from first.errors("classical", classical(fit).matrix, likely)
    yield from _plain(second, chosen)
    yield from _loglikelihood(fit, amount.llf + chosen.llf)
    for witness, found, rows in ((first, amount, positive), (second, chosen, slice(None))):
        their = _at(found)
        yield from witness.errors("hc0", hc0(fit).matrix, their("HC0"))
        for each in clustered_ways(fit, model, **PLAIN):
            theirs = their("cluster", groups=each.groups[rows], use_correction=False)
            yield from witness.errors("clustered", each.ours.matrix, theirs, each.by)


def _plain(witness: Witness, found: Any) -> Iterator[Opinion]:
    """Coefficients and classical errors."""
    yield from witness.coefficients(found.params, found.cov_params())
    yield from witness.errors("classical", classical(witness.fit).matrix, found.cov_params())


def _loglikelihood(fit: Fit, theirs: float) -> Iterator[Opinion]:
    yield CLIMBED.statistic(LIKELIHOOD, fit.statistics["loglikelihood"], theirs)


def _at(found: Any) -> Their:
    """The covariance of another kind at the same estimate, which it then holds."""

    def their(kind: str, **options: Any) -> Floats:
        """(k, k) covariance of this kind."""
        results = getattr(found, "_results", found)
        get_robustcov_results(results, cov_type=kind, use_self=True, use_t=False, **options)
        return np.asarray(results.cov_params())

    return their


def _sandwiches(witness: Witness, model: ModelSpec, their: Their) -> Iterator[Opinion]:
    """Errors of White, by clusters and over time, none of them with a small-sample factor."""
    yield from witness.errors("hc0", hc0(witness.fit).matrix, their("HC0"))
    for each in clustered_ways(witness.fit, model, **PLAIN):
        theirs = their("cluster", groups=each.groups, use_correction=False)
        yield from witness.errors("clustered", each.ours.matrix, theirs, each.by)
    yield from kernels(witness, model, their)


def kernels(witness: Witness, model: ModelSpec, their: Their) -> Iterator[Opinion]:
    """Newey and West's by rows of an entity, Driscoll and Kraay's by periods, both without a factor."""
    fit = witness.fit
    kernel = over_time(fit, model, "newey_west", lagged="rows", correction="none")
    if (
        kernel and np.unique(fit.entity, return_counts=True)[1].max() > kernel.lags
    ):  # it stops at shorter ones
        theirs = their("hac-panel", groups=fit.entity, maxlags=kernel.lags, use_correction=False)
        yield from witness.errors("newey_west", kernel.ours.matrix, theirs)
    if kernel := over_time(fit, model, "driscoll_kraay", correction="none"):
        theirs = their("hac-groupsum", time=kernel.periods, maxlags=kernel.lags, use_correction=False)
        yield from witness.errors("driscoll_kraay", kernel.ours.matrix, theirs)


def _shift(design: Design) -> dict[str, Floats]:
    """Offset or exposure, in the words of statsmodels, which are ours."""
    return {name: design.extra[name] for name in ("offset", "exposure") if name in design.extra}
