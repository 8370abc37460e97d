"""Least squares with entity dummies for dynamic panels of small N and T, corrected for its bias.

Kiviet (1995), Bun and Kiviet (2003) for balanced panels, Bruno (2005, Economics Letters 87: 361-366) for
unbalanced ones; conventions are those of Bruno's program xtlsdvc (Stata Journal 5, 2005), whose source fixes
them. The bias depends on unknown parameters, which a consistent estimator supplies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.design import Booleans, Covariance, Design, Fit, Floats, Term
from replication.estimate.dynamic.dynamic import difference_gmm, system_gmm
from replication.estimate.dynamic.gmm_instruments import independent, lagged, spread

Initial = Literal["anderson_hsiao", "arellano_bond", "blundell_bond"]


@dataclass(frozen=True)
class Within:
    """Rows of the dynamic model on the grid.

    Attributes
    ----------
    y : (N, T) float array
    x : (N, T, k) float array
        The outcome's first lag, then the regressors; zero in cells that are not selected.
    selected : (N, T) bool array
        Cells with the outcome, its lag and every regressor.
    """

    y: Floats
    x: Floats
    selected: Booleans

    @property
    def centering(self) -> Floats:
        """(N, T, T) within operators M_i, zero in rows and columns that are not selected (Bruno 2005)."""
        mask = self.selected.astype(float)
        count = np.maximum(mask.sum(axis=1), 1.0)
        diagonal = mask[:, :, None] * np.eye(mask.shape[1])
        found: Floats = diagonal - mask[:, :, None] * mask[:, None, :] / count[:, None, None]
        return found


@dataclass(frozen=True)
class Corrected:
    """Estimates with and without the correction.

    Attributes
    ----------
    params, uncorrected : (k,) float arrays
    bread : (k, k) float array
        Inverse of the within cross products.
    variance : float
        Error variance from the initial estimator's residuals.
    initial : float
        The initial estimator's coefficient of the lag.
    """

    params: Floats
    uncorrected: Floats
    bread: Floats
    variance: float
    initial: float


def lsdvc(
    design: Design,
    *,
    initial: Initial = "arellano_bond",
    order: int = 3,
    replications: int = 200,
    seed: int = 12345,
) -> Fit:
    """Bias-corrected LSDV for y on its first lag and strictly exogenous regressors.

    Parameters
    ----------
    initial : "anderson_hsiao", "arellano_bond" or "blundell_bond"
        Consistent estimator at which the bias is evaluated, all in one step: Anderson and Hsiao (1981, the
        second lag in levels as instrument), Arellano and Bond (1991), Blundell and Bond (1998, without a
        constant).
    order : 1, 2 or 3
        The bias up to O(1/T), O(1/NT) or O(1/NT^2); xtlsdvc leaves it at 1 unless told. At 3 it differs from
        xtlsdvc's, which depends on the unit of the outcome (see `bias_approximation`).
    replications : int
        Draws of the parametric bootstrap of the covariance, with normal errors: the outcome is built up from
        its observed start; every gap in an entity is a new start (xtlsdvc stops at the first gap).
    seed : int
        What the draws begin from: the same seed, the same draws.

    Raises
    ------
    EstimationError
        An option out of range; what `difference_gmm` raises of the rows.
    """
    _check(design, initial, order, replications)
    terms = design.slopes
    model = replace(design, terms=terms, x=design.x[:, design.has_constant :])
    rows = _rows(model)
    _check_variation(rows, terms)
    fitted = _correct(model, rows, initial, order)
    draws = _bootstrap(model, rows, fitted, initial, order, replications, np.random.default_rng(seed))
    return _fit(design, model, rows, fitted, np.cov(draws, rowvar=False, ddof=1), replications, seed)


ESTIMATORS = {"lsdvc": lsdvc}


def _check(design: Design, initial: str, order: int, replications: int) -> None:
    if design.weights is not None:
        raise EstimationError("lsdvc takes no weights")
    known = ("anderson_hsiao", "arellano_bond", "blundell_bond")
    if initial not in known:
        raise EstimationError(one_of("lsdvc: initial", initial, known))
    if order not in (1, 2, 3):
        raise EstimationError(f"lsdvc: order = {order}, must be 1, 2 or 3")
    if replications < 2:
        raise EstimationError(f"lsdvc: replications = {replications}, must be 2 or more")


def _check_variation(rows: Within, terms: tuple[Term, ...]) -> None:
    centered = np.einsum("nst,ntk->nsk", rows.centering, rows.x).reshape(-1, rows.x.shape[2])
    keep = independent(centered, np.linalg.norm(rows.x, axis=(0, 1)))
    if not keep.all():
        name = ("the lag of the outcome", *terms)[int(np.argmin(keep))]
        raise EstimationError(
            f"lsdvc: '{name}' has no variation of its own within entities (constant over time, or a "
            "combination of the terms before it)"
        )


def _rows(model: Design) -> Within:
    grid = spread(model)
    x = np.concatenate([lagged(grid.y, 1)[:, :, None], grid.x], axis=2)
    selected = np.isfinite(grid.y) & np.isfinite(x).all(axis=2)
    return Within(np.where(selected, grid.y, 0.0), np.where(selected[:, :, None], x, 0.0), selected)


def _correct(model: Design, rows: Within, initial: str, order: int) -> Corrected:
    start = _initial_params(model, initial)
    centering = rows.centering
    centered = np.einsum("nst,ntk->nsk", centering, rows.x)
    cross = np.einsum("nsk,nsl->kl", centered, rows.x)
    bread = np.linalg.inv(cross)
    uncorrected = bread @ np.einsum("nsk,ns->k", centered, rows.y)
    errors = rows.y - rows.x @ start
    freedom = rows.selected.sum() - rows.selected.any(axis=1).sum() - len(start)
    variance = float(np.einsum("ns,nst,nt->", errors, centering, errors) / freedom)
    lag = float(start[0])
    bias = bias_approximation(rows, expected_regressors(rows, errors, lag), lag, variance, order)
    return Corrected(uncorrected - bias, uncorrected, bread, variance, lag)


def _initial_params(model: Design, initial: str) -> Floats:
    if initial == "blundell_bond":
        return system_gmm(model, steps=1).params
    if initial == "arellano_bond":
        return difference_gmm(model, steps=1).params
    # exactly identified: the second lag for the lagged change
    return difference_gmm(model, steps=1, collapse=True, instrument_lags=(2, 2)).params


def _build_up(lag: float, periods: int) -> Floats:
    """(T, T) L Gamma: what errors of earlier periods have added to the lagged outcome."""
    shift = np.eye(periods, k=-1)
    return shift @ np.linalg.inv(np.eye(periods) - lag * shift)


def expected_regressors(rows: Within, errors: Floats, lag: float) -> Floats:
    """(N, T, k) estimate of the regressors' expectation W-bar: the lag without what its own errors brought.

    As xtlsdvc does, with errors centered by entity because the effects are unknown; what the mean error of an
    entity brought stays in, which understates the bias somewhat when T is very small.

    `errors`, (N, T), are y - x params with the effect in it.
    """
    expected = rows.x.copy()
    brought = np.einsum("st,ntu,nu->ns", _build_up(lag, rows.y.shape[1]), rows.centering, errors)
    expected[:, :, 0] -= brought
    return expected


def bias_approximation(rows: Within, expected: Floats, lag: float, variance: float, order: int) -> Floats:
    """(k,) bias of LSDV for the coefficients of the lag and the regressors (Bruno 2005; xtlsdvc_1 1.0.5).

    The last part of the third term carries the variance of the errors here. xtlsdvc leaves it out, so that
    its third term changes with the unit of the outcome; the two are one where the variance is.

    Parameters
    ----------
    expected : (N, T, k) float array
        Expectation of the regressors given the starts, the effects and the exogenous regressors.
    lag, variance : coefficient of the lag, and variance of the errors.
    order : how many of the three terms are summed.
    """
    centering = rows.centering
    feedback = centering @ _build_up(lag, rows.y.shape[1])  # Pi_i = M_i L Gamma
    centered = np.einsum("nst,ntk->nsk", centering, expected)
    returned = np.einsum("nts,ntk->nsk", feedback, expected)  # Pi_i' W-bar
    trace = float(np.einsum("nss->", feedback))
    products = np.einsum("nts,ntu->nsu", feedback, feedback)  # Pi_i' Pi_i
    first = np.zeros(rows.x.shape[2])
    first[0] = 1.0
    squares = np.einsum("nsk,nsl->kl", centered, expected)
    squares[0, 0] += variance * float(np.einsum("nss->", products))
    inverse = np.linalg.inv(squares)
    column, corner = inverse @ first, inverse[0, 0]
    through = np.einsum("nsk,nsl->kl", returned, centered)  # W-bar' Pi_i M_i W-bar
    cubic = float(np.einsum("nst,nts->", products, feedback))
    outer = np.einsum("nsk,nsl->kl", returned, returned)  # W-bar' Pi_i Pi_i' W-bar
    quartic = float(np.einsum("nst,nts->", products, products))
    terms = (
        variance * trace * column,
        -variance
        * (
            inverse @ through @ column
            + (np.trace(inverse @ through) + 2 * variance * corner * cubic) * column
        ),
        variance**2
        * trace
        * (
            2 * corner * (inverse @ outer @ column)
            + (
                column @ outer @ column
                + corner * np.trace(inverse @ outer)
                + 2 * variance * quartic * corner**2
            )
            * column
        ),
    )
    found: Floats = np.sum(terms[:order], axis=0)
    return found


def _bootstrap(
    model: Design,
    rows: Within,
    fitted: Corrected,
    initial: str,
    order: int,
    replications: int,
    random: np.random.Generator,
) -> Floats:
    """(replications, k) corrected estimates on outcomes simulated from the corrected estimate."""
    grid = spread(model)
    count = np.maximum(rows.selected.sum(axis=1), 1)
    effects = (rows.selected * (rows.y - rows.x @ fitted.params)).sum(axis=1) / count
    systematic = rows.x[:, :, 1:] @ fitted.params[1:] + effects[:, None]
    draws = np.empty((replications, len(fitted.params)))
    for draw in draws:
        errors = np.sqrt(fitted.variance) * random.standard_normal(rows.y.shape)
        simulated = _outcomes(grid.y, rows.selected, systematic + errors, fitted.params[0])
        again = replace(model, y=simulated[grid.row >= 0])
        draw[:] = _correct(again, _rows(again), initial, order).params
    return draws


def _outcomes(observed: Floats, selected: Booleans, shocks: Floats, lag: float) -> Floats:
    """(N, T) outcomes built up period by period; cells that are not selected keep what was observed."""
    out = observed.copy()
    for period in range(1, out.shape[1]):
        moved = lag * out[:, period - 1] + shocks[:, period]
        out[:, period] = np.where(selected[:, period], moved, out[:, period])
    return out


def _fit(
    design: Design,
    model: Design,
    rows: Within,
    fitted: Corrected,
    covariance: Floats,
    replications: int,
    seed: int,
) -> Fit:
    grid = spread(model)
    kept = np.isin(np.arange(design.nobs), grid.row[rows.selected])
    used = design.rows(kept)
    centering = rows.centering
    residuals = np.einsum("nst,nt->ns", centering, rows.y - rows.x @ fitted.params)
    centered = np.einsum("nst,ntk->nsk", centering, rows.x)
    entities = int(rows.selected.any(axis=1).sum())
    convention = f"parametric bootstrap, {replications} replications, seed {seed} (Stata xtlsdvc)"
    return Fit(
        estimator="lsdvc",
        terms=(Term(f"lag({design.outcome}, 1)"), *model.terms),
        params=fitted.params,
        bread=fitted.bread,
        scores=(centered * residuals[:, :, None])[rows.selected],
        entity=used.entity,
        time=used.time,
        clusters=used.clusters,
        design=design,
        kept=kept,
        absorbed=entities,
        absorbed_by=("entity",),
        law="normal",
        own=Covariance("own", np.atleast_2d(covariance), None, {}, convention),
        statistics={
            "entities": float(entities),
            "lag_uncorrected": float(fitted.uncorrected[0]),
            "lag_initial": fitted.initial,
            "sigma": float(np.sqrt(fitted.variance)),
            "replications": float(replications),
            "seed": float(seed),
            "lost_outcome_lags_or_regressors": float(design.nobs - kept.sum()),
        },
    )
