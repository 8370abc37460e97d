"""Tests of a fitted panel model: effects, cross-sectional and serial correlation, joint hypotheses.

Each takes a fit and returns rows for models.csv. Those that compare estimators fit them again on the
fit's own design, so that they can be asked of a pooled, within or random-effects model alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.covariances.pcse import residual_grid
from replication.estimate.covariances.sandwich import classical, group_sums, least_squares_only
from replication.estimate.design import Covariance, Design, Fit, Floats, LeastSquaresFit, Of, Statistics
from replication.estimate.estimates import Estimates
from replication.estimate.linear.linear import first_difference, ols
from replication.estimate.linear.random_effects import random_effects
from replication.estimate.numbers.absorb import projector, residuals, varies
from replication.estimate.numbers.algebra import least_squares, residual_ssr
from replication.estimate.numbers.distributions import NORMAL, chi2_sf, f_sf
from replication.estimate.numbers.goodness import ratio
from replication.estimate.numbers.groupings import of_design

LEVELS = ("ols", "random_effects")
"""Estimators of the regression of the outcome itself on the design's x."""


def f_effects(fit: Fit) -> Statistics:
    """F test that all effects of the model are equal, against pooled ols (Baltagi 2021, 4.2; R's pFtest).

    The effects are those of the fit, or entity effects where it has none. Classical errors.
    """
    fit = _of_levels("f_effects", fit)
    design = fit.design
    weights = design.unit_weights
    by = projector(of_design(design, fit.effects or ["entity"]), weights)
    root = np.sqrt(weights)
    x = design.x if design.has_constant else np.column_stack([np.ones(design.nobs), design.x])
    pooled, rank = residual_ssr(root * design.y, root[:, None] * x)
    y, left = residuals(by, design.y[:, None])[:, 0], residuals(by, x)
    within, slopes = residual_ssr(root * y, root[:, None] * left[:, varies(left, x)])
    df1, df2 = by.rank + slopes - rank, design.nobs - by.rank - slopes
    if df1 <= 0 or df2 <= 0:
        raise EstimationError(
            "f_effects needs two or more effects, and rows left over once they are estimated"
        )
    return _f_row("effects", ratio((pooled - within) / df1, within / df2), df1, df2)


def hausman(fit: Fit) -> Statistics:
    """Hausman (1978) test of random against entity effects, on the slopes that both estimate.

    Each covariance has its own residual variance (Stata's `hausman fe re`, R's phtest). Where their
    difference is not positive semidefinite, hausman_positive is 0, the statistic is still the quadratic
    form in the generalised inverse, as in Stata, and a negative one has no p value. hausman_df is the rank.
    """
    fit = _of_levels("hausman", fit)
    design = fit.design
    within = _refitted_within("hausman", design)
    random = fit if fit.estimator == "random_effects" else random_effects(design)
    same = [random.terms.index(term) for term in within.terms]
    variance = classical(within).matrix - classical(random).matrix[np.ix_(same, same)]
    value, rank, positive = quadratic_form(within.params - random.params[same], variance)
    p = chi2_sf(value, rank) if value >= 0 else float("nan")
    return {
        "hausman_chi2": value,
        "hausman_df": float(rank),
        "hausman_p": p,
        "hausman_positive": float(positive),
    }


def _of_levels(what: str, fit: Fit) -> LeastSquaresFit:
    """The fit, if the regression of its outcome on its design's x is its model; a test fits that again."""
    if fit.estimator not in LEVELS:
        raise EstimationError(
            f"{what} would test pooled ols of the exogenous regressors, not this {fit.estimator} model; "
            f"allowed: {', '.join(LEVELS)}"
        )
    return least_squares_only(what, fit)


def _refitted_within(what: str, design: Design) -> LeastSquaresFit:
    """The regression with entity effects, without the regressors that these absorb."""
    by = projector(of_design(design, ["entity"]), np.ones(design.nobs))
    inside = varies(residuals(by, design.x), design.x)
    if not inside.any():
        raise EstimationError(f"{what} needs a regressor that varies within entity; none does")
    terms = tuple(term for term, varying in zip(design.terms, inside, strict=True) if varying)
    return ols(replace(design, terms=terms, x=design.x[:, inside]), effects=["entity"])


def quadratic_form(values: Floats, variance: Floats) -> tuple[float, int, bool]:
    """values' V^- values with V^- the generalised inverse, the rank of V, and whether V has no
    negative eigenvalue; both judged after V is scaled to a unit diagonal."""
    scale = np.sqrt(np.abs(np.diag(variance)))
    scale = np.where(scale > 0, scale, 1.0)
    roots, vectors = np.linalg.eigh(variance / np.outer(scale, scale))
    used = np.abs(roots) > 1e-10 * np.abs(roots).max()
    part = (vectors.T @ (values / scale))[used]
    return float(part**2 @ (1.0 / roots[used])), int(used.sum()), bool((roots[used] > 0).all())


def breusch_pagan(fit: Fit) -> Statistics:
    """Lagrange multiplier test for random entity effects on pooled residuals, chi2(1).

    Breusch and Pagan (1980), for unbalanced panels Baltagi and Li (1990): with A = 1 - sum_i (sum_t e_it)^2
    / sum e^2 and n rows, LM = n^2 A^2 / (2 (sum T_i^2 - n)). Stata's xttest0 halves the p value given here.
    """
    fit = _of_levels("breusch_pagan", fit)
    if fit.design.weights is not None:
        raise EstimationError("breusch_pagan takes no weights")
    e = ols(fit.design).residuals
    codes = np.unique(fit.design.entity, return_inverse=True)[1]
    size = np.bincount(codes)
    spread = float(size @ size) - len(e)
    if spread == 0:
        raise EstimationError("breusch_pagan needs an entity with two rows or more")
    a = 1.0 - ratio(float((np.bincount(codes, e) ** 2).sum()), float(e @ e))
    lm = len(e) ** 2 * a**2 / (2.0 * spread)
    return {"breusch_pagan_lm": lm, "breusch_pagan_df": 1.0, "breusch_pagan_p": chi2_sf(lm, 1)}


def pesaran_cd(fit: Fit) -> Statistics:
    """Pesaran (2004, equation 31) test of cross-sectional dependence on the residuals of the fit.

    Correlations are over the periods that two entities share, about their means there (R's pcdtest);
    pairs that share fewer than two periods, or that do not vary there, are left out. Normal, two-sided.
    """
    fit = least_squares_only("pesaran_cd", fit)
    residuals, present = residual_grid(fit)
    common = present.T @ present
    sums = residuals.T @ present
    cross = residuals.T @ residuals - np.divide(
        sums * sums.T, common, out=np.zeros_like(sums), where=common > 0
    )
    own = (residuals**2).T @ present - np.divide(sums**2, common, out=np.zeros_like(sums), where=common > 0)
    upper = np.triu(np.ones_like(common, dtype=bool), 1)
    pairs = upper & (common >= 2) & (own > 0) & (own.T > 0)
    if not pairs.any():
        raise EstimationError("pesaran_cd needs two entities with two or more periods in common")
    correlation = cross[pairs] / np.sqrt(own[pairs] * own.T[pairs])
    cd = float((np.sqrt(common[pairs]) * correlation).sum() / np.sqrt(pairs.sum()))
    return {"pesaran_cd": cd, "pesaran_cd_p": float(2 * NORMAL.sf(abs(cd)))}


def wooldridge_ar(fit: Fit) -> Statistics:
    """Wooldridge (2010, 10.5.4) test for serial correlation in the residuals of a within model.

    The residuals are regressed on a constant and on those of the row before in the same entity; under no
    serial correlation the slope is -1/(T-1), T the number of periods. Errors clustered by entity without
    small-sample factor (R's pwartest). A fit without entity effects is fitted again with them, without the
    regressors that they absorb.
    """
    fit = least_squares_only("wooldridge_ar", fit)
    if "entity" not in fit.effects:
        fit = _refitted_within("wooldridge_ar", _of_levels("wooldridge_ar", fit).design)
    if np.unique(fit.entity, return_counts=True)[1].max() < 3:
        raise EstimationError(
            "wooldridge_ar needs an entity with three rows or more: with two and entity effects the slope is "
            "-1 by construction"
        )
    later = np.flatnonzero(np.diff(fit.entity) == 0) + 1
    x = np.column_stack([np.ones(len(later)), fit.residuals[later - 1]])
    solution = least_squares(fit.residuals[later], x, ("const", "lagged residual"))
    key = np.unique(fit.entity[later], return_inverse=True)[1]
    sums = group_sums(key, x * solution.residuals[:, None])
    variance = (solution.bread @ (sums.T @ sums) @ solution.bread)[1, 1]
    slope = -1.0 / (len(np.unique(fit.time)) - 1)
    f = ratio((solution.params[1] - slope) ** 2, variance)
    return _f_row("wooldridge_ar", f, 1, len(later) - 2)


def wooldridge_differences(fit: Fit) -> Statistics:
    """Wooldridge's test for serial correlation on first differences (Drukker 2003; Stata's xtserial).

    The residuals of the differenced model, without a constant, are regressed on those of the period before;
    without serial correlation in levels the slope is -1/2. Errors clustered by entity, times G/(G-1); F(1,
    G-1). A gap in the years gives no difference and no pair.
    """
    design = _of_levels("wooldridge_differences", fit).design
    if set(fit.absorbed_by) - {"entity"}:
        raise EstimationError(
            "wooldridge_differences takes no effects but entity: others stay in differences"
        )
    changes = first_difference(design, constant=False)
    later = np.flatnonzero((np.diff(changes.entity) == 0) & (np.diff(changes.time) == 1)) + 1
    key = np.unique(changes.entity[later], return_inverse=True)[1]
    groups = int(key.max(initial=-1)) + 1
    if groups < 2:
        raise EstimationError("wooldridge_differences needs two entities with three periods in a row")
    now, before = changes.residuals[later], changes.residuals[later - 1]
    slope = ratio(float(before @ now), float(before @ before))
    sums = np.bincount(key, before * (now - slope * before))
    variance = float(sums @ sums) / float(before @ before) ** 2 * groups / (groups - 1)
    return _f_row("wooldridge_differences", ratio((slope + 0.5) ** 2, variance), 1, groups - 1)


def breusch_godfrey(fit: Fit) -> Statistics:
    """Breusch-Godfrey test for first-order serial correlation on the transformed data of the model, chi2(1).

    n times the uncentred R squared of the residuals on the regressors and the residual of the row before,
    zero before the first row. As in R's pbgtest, the lag runs over the stacked rows, across entities.
    """
    fit = least_squares_only("breusch_godfrey", fit)
    if fit.metric == "fitted":
        raise EstimationError(
            f"breusch_godfrey is for regressions without instruments; found {fit.estimator}"
        )
    if np.ptp(fit.time) == 0:
        raise EstimationError(f"breusch_godfrey needs two periods or more; {fit.estimator} has one")
    e = fit.residuals
    lagged = np.concatenate([[0.0], e[:-1]])
    left, _ = residual_ssr(e, np.column_stack([fit.x, lagged]))
    chi2 = fit.nobs * (1.0 - ratio(left, float(e @ e)))
    return {
        "breusch_godfrey_chi2": chi2,
        "breusch_godfrey_df": 1.0,
        "breusch_godfrey_p": chi2_sf(chi2, 1),
    }


def vif(fit: Fit) -> Statistics:
    """Variance inflation factor of each regressor but the constant, in the metric of the estimator.

    1 / (1 - R squared) of the regressor on the others: its sum of squares (about its mean if the fit has a
    constant) times its entry of (X'X)^-1. As in statsmodels where there is a constant.
    """
    fit = least_squares_only("vif", fit)
    constant = fit.x[:, : fit.terms[0].kind == "constant"]
    found: Statistics = {}
    for j, term in enumerate(fit.terms):
        if term.kind != "constant":
            total, _ = residual_ssr(fit.x[:, j], constant)
            found[Of("vif", term.label)] = total * float(fit.bread[j, j])
    return found


def wald(fit: Estimates, covariance: Covariance, terms: Sequence[str]) -> Statistics:
    """Joint test that the coefficients of `terms` are zero.

    F with `covariance.df` degrees of freedom, chi2 where that is None. df (df1) is the rank of the covariance
    of the terms, which few clusters can make lower than their number; constraints beyond it are dropped, as
    Stata does. Where degrees of freedom differ by term, Hotelling's T2 with d of them for q terms: F is
    W (d - q + 1) / (d q), with q and d - q + 1 (Pustejovsky and Tipton 2018, eq. 16; R clubSandwich's "HTZ").
    All of it is NaN where a term has no variance, or where d is too small.
    """
    for name in terms:
        if name not in fit.labels:
            raise EstimationError(one_of("term", name, fit.labels))
    rows = [fit.labels.index(name) for name in dict.fromkeys(terms)]
    variance = covariance.matrix[np.ix_(rows, rows)]
    known = bool(np.isfinite(variance).all())
    value, rank, _ = quadratic_form(fit.params[rows], variance) if known else (np.nan, np.nan, False)
    if covariance.df is None:
        p = chi2_sf(value, rank)
        return {"test_chi2": value, "test_chi2_df": float(rank), "test_chi2_p": p}
    f = value / rank
    if covariance.joint_df is None:
        df = float(covariance.df)
    else:
        estimated = covariance.joint_df(np.eye(len(fit.terms))[rows])
        if not len(rows) == rank < estimated + 1:
            return dict.fromkeys(("test_f", "test_f_df1", "test_f_df2", "test_f_p"), float("nan"))
        df = estimated - rank + 1
        f *= df / estimated
    return {"test_f": f, "test_f_df1": float(rank), "test_f_df2": df, "test_f_p": f_sf(f, rank, df)}


def _f_row(name: str, f: float, df1: float, df2: float) -> Statistics:
    return {
        f"{name}_f": f,
        f"{name}_df1": float(df1),
        f"{name}_df2": float(df2),
        f"{name}_p": f_sf(f, df1, df2),
    }


DIAGNOSTICS: dict[str, Callable[[Fit], Statistics]] = {
    "f_effects": f_effects,
    "hausman": hausman,
    "breusch_pagan": breusch_pagan,
    "pesaran_cd": pesaran_cd,
    "wooldridge_ar": wooldridge_ar,
    "wooldridge_differences": wooldridge_differences,
    "breusch_godfrey": breusch_godfrey,
    "vif": vif,
}
