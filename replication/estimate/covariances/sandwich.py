"""Covariances of the parameters: classical, heteroskedasticity-robust and clustered.

The sandwiches (hc0, hc1, clustered, and those of `over_time`) need no more of a fit than its bread and
scores, and so serve every estimator. Errors of least squares are referred to Student's t; those of
likelihoods and of random effects to the normal.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.covariances.notes import classical_note, cluster_note, hc0_note, hc1_note, whose
from replication.estimate.covariances.small_sample import counted_parameters, group_factors
from replication.estimate.design import Covariance, Fit, Floats, Integers, LeastSquaresFit, LikelihoodFit
from replication.estimate.numbers.absorb import Projector, counted, leverage, projector
from replication.estimate.numbers.algebra import column_space
from replication.estimate.numbers.groupings import grouped, is_coded, is_nested

ZERO: Floats = np.zeros(())
REPAIRED = "negative eigenvalues set to zero"  # a factor of a covariance: how many
SATURATED = "rows with leverage one, left out"  # a factor of HC2 and HC3: how many
FEW = 10  # clusters; Cameron and Miller (2015, Journal of Human Resources 50(2)) call 20 to 50 few


def reference_df(fit: Fit, df: float) -> float | None:
    """Degrees of freedom of the t distribution, or None where the estimator is referred to the normal."""
    return float(df) if fit.law == "t" else None


def least_squares_only(what: str, fit: Fit) -> LeastSquaresFit:
    """The fit, if it is of least squares; EstimationError saying that `what` is for no other."""
    if not isinstance(fit, LeastSquaresFit):
        raise EstimationError(f"{what} needs a least-squares estimator; found {fit.estimator}")
    return fit


def refuse_averages(kind: str, fit: Fit) -> None:
    """Raise EstimationError where rows are estimates that were averaged: no factor or cluster is theirs."""
    if fit.averaged:
        raise EstimationError(
            f"{kind}: {fit.estimator} averages the estimates of {fit.nobs} periods; allowed: own (its "
            "Newey-West errors: options.lags), hc0, pairs_bootstrap"
        )


def refuse_rows(kind: str, fit: Fit) -> None:
    """Raise EstimationError where rows are parts of one draw: their scores are summed within it."""
    if fit.one_draw:
        first = "classical" if fit.own is None else "own"
        raise EstimationError(
            f"{kind}: the rows of one {fit.one_draw} are one draw of {fit.estimator}; allowed: {first}, or "
            f"clustered by {fit.one_draw} or by what contains it"
        )


def classical(fit: Fit, *, divisor: Literal["n-k", "n"] = "n-k") -> Covariance:
    """Residual variance times (X'X)^-1; the inverse of the information for a likelihood.

    Parameters
    ----------
    divisor : "n-k" or "n"
        What SSR is divided by; k counts absorbed effects. "n" is the maximum likelihood variance and is
        referred to the normal.

    Raises
    ------
    EstimationError
        An estimator that is neither, or that has a covariance of its own.
    """
    if isinstance(fit, LikelihoodFit):
        return Covariance("classical", fit.bread, None, {}, "inverse of the information (maximum likelihood)")
    if fit.own is not None:
        raise EstimationError(f'{fit.estimator} has no classical errors; take kind = "own"')
    fit = least_squares_only("classical", fit)
    rows = fit.df_resid if divisor == "n-k" else fit.nobs
    variance = float(fit.residuals @ fit.residuals) / rows
    df = reference_df(fit, fit.df_resid) if divisor == "n-k" else None
    note = classical_note(fit, divisor, rows)
    return Covariance("classical", variance * fit.bread, df, {f"1/({divisor})": 1.0 / rows}, note)


def own(fit: Fit) -> Covariance:
    """The covariance that the estimator derives itself: of GMM, of two steps, of a bootstrap.

    Raises
    ------
    EstimationError
        The estimator has none.
    """
    if fit.own is None:
        raise EstimationError(f"{fit.estimator} has no covariance of its own; allowed: any other kind")
    return fit.own


def usual(fit: Fit) -> Covariance:
    """What a model gets whose study file names no error: the estimator's own, clustered by entity, or, where
    no entity has two rows, robust to heteroskedasticity."""
    if fit.own is not None:
        return fit.own
    alone = len(np.unique(fit.design.entity)) == fit.design.nobs
    return hc1(fit) if alone else clustered(fit)


def hc0(fit: Fit) -> Covariance:
    """White (1980): squared scores, no small-sample factor."""
    return _white(fit, "hc0", fit.scores, {}, hc0_note(fit))


def hc1(fit: Fit) -> Covariance:
    """HC0 times n/(n-k), k counting absorbed effects."""
    refuse_averages("hc1", fit)
    if fit.df_resid <= 0:
        raise EstimationError(f"hc1: {fit.nobs} rows leave no degree of freedom for its factor n/(n-k)")
    factor = fit.nobs / fit.df_resid
    return _white(fit, "hc1", fit.scores * np.sqrt(factor), {"n/(n-k)": factor}, hc1_note(fit, factor))


def hc2(fit: Fit) -> Covariance:
    """Each squared score divided by 1 - h (MacKinnon and White 1985), h counting absorbed effects."""
    return _leveraged(fit, "hc2", 0.5, f"1 - h{whose(fit, 'Stata vce(hc2)')}")


def hc3(fit: Fit) -> Covariance:
    """Each squared score divided by (1 - h)^2 (MacKinnon and White 1985), h counting absorbed effects."""
    return _leveraged(fit, "hc3", 1.0, f"(1 - h)^2{whose(fit, 'Stata vce(hc3), R sandwich')}")


def _leveraged(fit: Fit, kind: str, power: float, divisor: str) -> Covariance:
    left = 1.0 - row_leverage(least_squares_only(kind, fit))
    saturated = left < 1e-10
    scale = np.where(saturated, 0.0, np.where(saturated, 1.0, left) ** -power)
    factors = {SATURATED: float(saturated.sum())} if saturated.any() else {}
    note = f"robust to heteroskedasticity, {kind.upper()}: squared residuals divided by {divisor}"
    return _white(fit, kind, fit.scores * scale[:, None], factors, note)


def _white(fit: Fit, kind: str, scores: Floats, factors: dict[str, float], note: str) -> Covariance:
    refuse_rows(kind, fit)
    influence = scores @ fit.bread
    matrix = influence.T @ influence
    return Covariance(kind, matrix, reference_df(fit, fit.df_resid), factors, note)


def row_leverage(fit: LeastSquaresFit) -> Floats:
    """(n,) diagonal of the hat matrix, absorbed effects included, in the metric of `fit.x`."""
    own: Floats = (column_space(beside_effects(fit)) ** 2).sum(axis=1)
    return own + leverage(effects_of(fit)) if fit.effects else own


def beside_effects(fit: LeastSquaresFit) -> Floats:
    """(n, k) columns of `fit.x` without what the dummies of its effects span: a constant beside them."""
    if not (fit.effects and fit.mean_effect):
        return fit.x
    ones, rest = fit.x[:, :1], fit.x[:, 1:]
    return rest - ones @ (ones.T @ rest) / float(ones[:, 0] @ ones[:, 0])


def effects_of(fit: LeastSquaresFit) -> Projector:
    """The projection on the dummies of the effects that were taken out of `fit.x`."""
    groups = grouped({name: fit.groups[name] for name in fit.effects})
    weights = np.ones(fit.nobs) if fit.design.weights is None else fit.design.weights
    return projector(groups, weights)


def clustered(
    fit: Fit,
    *,
    cluster: list[str] | None = None,
    groups: Literal["min", "each"] = "min",
    groups_factor: bool = True,
    parameters_factor: bool = True,
    absorbed: Literal["nested", "all", "none"] = "nested",
) -> Covariance:
    """Clustered by one or two keys (Liang and Zeger 1986; Cameron, Gelbach and Miller 2011).

    V = c1 V1 + c2 V2 - c12 V12, V12 clustered by the pairs. Where that is not positive semidefinite, its
    negative eigenvalues are set to zero (Cameron, Gelbach and Miller 2011, section 2.3), and that is said.

    Parameters
    ----------
    cluster : list of one or two names; default ["entity"]
    groups : "min" or "each"
        In two-way clustering, G of the smaller key for all three parts (Stata's ivreg2 and reghdfe, R's
        fixest), or each part its own G (Cameron, Gelbach and Miller 2011; statsmodels; R's sandwich).
    groups_factor : bool
        Multiply by G/(G-1).
    parameters_factor : bool
        Multiply by (n-1)/(n-k).
    absorbed : "nested", "all" or "none"
        Which absorbed effects k counts: all but those nested in a cluster, the constant always counted
        (reghdfe, fixest, Stata's xtreg, fe); all of them (areg, dummies); none (R's plm).

    Raises
    ------
    EstimationError
        More than two names, an unknown one, or a key with fewer than two clusters.
    """
    refuse_averages("clustered", fit)
    names = ["entity"] if cluster is None else cluster
    keys = [cluster_key(fit, name) for name in _cluster_names(names)]
    parts = [*keys, pairs(*keys)] if len(keys) == 2 else keys
    sizes = [int(key.max()) + 1 for key in parts]
    smallest = min(sizes[: len(keys)])
    corrections = group_factors(sizes, groups, groups_factor)
    signs = (1.0, 1.0, -1.0)
    weighed = zip(signs, corrections, parts, strict=False)
    matrix = sum((sign * correction * _cluster_part(fit, key) for sign, correction, key in weighed), ZERO)
    factors: dict[str, float] = {}
    if groups_factor:
        factors = _named_factors(names, corrections, groups)
    if parameters_factor:
        effects = grouped({name: fit.groups[name] for name in fit.absorbed_by})
        apart = counted(effects, [fit.groups[name] for name in names])
        one = int(fit.mean_effect)  # it is among the absorbed, whether it is shown or not
        k = counted_parameters(len(fit.params) - one, fit.absorbed + one, apart, absorbed)
        factors["(n-1)/(n-k)"] = (fit.nobs - 1) / (fit.nobs - k)
        matrix = matrix * factors["(n-1)/(n-k)"]
    if len(keys) == 2:
        matrix, fixed = _semidefinite(matrix)
        factors |= {REPAIRED: float(fixed)} if fixed else {}
    note = cluster_note(fit, names, sizes[: len(keys)], factors, groups, absorbed if fit.absorbed else "")
    return Covariance(
        "clustered", matrix, reference_df(fit, smallest - 1), factors, note, warnings=few_clusters(smallest)
    )


def few_clusters(clusters: int) -> tuple[str, ...]:
    """The warning where there are fewer than FEW."""
    if clusters >= FEW:
        return ()
    return (f"{clusters} clusters are few: clustered errors are too small with them; see wild_bootstrap",)


def _cluster_names(names: list[str]) -> list[str]:
    if not 1 <= len(names) <= 2 or len(set(names)) < len(names):
        raise EstimationError(f"cluster is {names}; allowed: one name, or two different names")
    return names


def cluster_key(fit: Fit, name: str) -> Integers:
    """Codes 0 .. G-1 of a cluster variable on the rows of the fit."""
    if name not in fit.groups:
        raise EstimationError(one_of("cluster", name, fit.groups))
    codes = fit.groups[name]
    key = codes if is_coded(codes) else np.unique(codes, return_inverse=True)[1]
    if key.max() < 1:
        raise EstimationError(f"cluster {name!r} has fewer than two clusters")
    if fit.one_draw and not is_nested(fit.groups[fit.one_draw], key):
        refuse_rows(f"clustered by {name}", fit)
    return key


def pairs(first: Integers, second: Integers) -> Integers:
    """Codes 0 .. G-1 of the pairs of two keys that occur."""
    found: Integers = np.unique(first * (int(second.max()) + 1) + second, return_inverse=True)[1]
    return found


def _cluster_part(fit: Fit, key: Integers) -> Floats:
    """Bread times the cross products of the scores summed within clusters, times bread.

    The sums meet the bread before they are squared: with regressors that are nearly collinear the product of
    three matrices would lose half of the digits.
    """
    influence = group_sums(key, fit.scores) @ fit.bread
    return influence.T @ influence


def group_sums(key: Integers, values: Floats) -> Floats:
    """(G, k) sums of the rows of `values` in each level of key 0 .. G-1."""
    return np.column_stack([np.bincount(key, column) for column in values.T])


def _named_factors(names: list[str], corrections: list[float], groups: str) -> dict[str, float]:
    if groups == "min" or len(names) == 1:
        return {"G/(G-1)": corrections[0]}
    labels = [*names, " and ".join(names)]
    return {f"G/(G-1) of {label}": c for label, c in zip(labels, corrections, strict=True)}


def _semidefinite(matrix: Floats) -> tuple[Floats, int]:
    """The matrix with its negative eigenvalues set to zero, and how many there were.

    They are those of the matrix as it stands, as in the paper and in R's fixest: a repaired covariance,
    unlike any other here, depends on the units of the regressors.
    """
    values, vectors = np.linalg.eigh(matrix)
    negative = values < -1e-12 * np.abs(values).max()
    if not negative.any():
        return matrix, 0
    return (vectors * np.maximum(values, 0.0)) @ vectors.T, int(negative.sum())


COVARIANCES = {
    "own": own,
    "classical": classical,
    "hc0": hc0,
    "hc1": hc1,
    "hc2": hc2,
    "hc3": hc3,
    "clustered": clustered,
}
