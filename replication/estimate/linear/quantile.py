"""Linear quantile regression, solved exactly as a linear programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Covariance, Design, Fit, Floats, Of, Statistics, parameters
from replication.estimate.linear.quantile_density import (
    KERNELS,
    KernelName,
    Quartiles,
    Rule,
    difference_density,
    kernel_width,
    nearest_ranks,
    rule_width,
)
from replication.estimate.numbers.basis import Basis, orthogonal
from replication.estimate.numbers.goodness import counts, ratio

Errors = Literal["kernel", "iid", "iid_residuals", "nid"]
ALIKE = ("iid", "iid_residuals")
OWN: Mapping[Errors, str] = {
    "kernel": "Powell's sandwich",
    "iid": "Koenker and Bassett",
    "iid_residuals": "Koenker and Bassett, density from the ordered residuals nearest to zero",
    "nid": "Hendricks and Koenker's sandwich",
}
"""Whose covariance the estimator's own is."""

RULES: Mapping[Rule, str] = {
    "hall_sheather": "Hall-Sheather",
    "bofinger": "Bofinger",
    "bofinger_koenker": "Bofinger, as Koenker has it",
    "chamberlain": "Chamberlain",
}
EXACT = 1e-9
"""Residual, as a share of the outcome's spread, below which the plane passes through the row."""

OPEN: Mapping[Errors, str] = {
    "iid_residuals": "The median line through the residuals that give the errors",
    "nid": "The quantile a bandwidth above or below",
}
"""What errors rest on that data may leave open."""


@dataclass(frozen=True)
class _Solution:
    """Coefficients (k,), residuals (n,) with exact zeros, whether optimal, and what is suspicious."""

    params: Floats
    residuals: Floats
    optimal: bool
    iterations: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Choices:
    """How the density of the errors is estimated."""

    q: float
    kernel: KernelName
    bandwidth: Rule
    quartiles: Quartiles
    errors: Errors


@dataclass(frozen=True)
class _Density:
    """Density at the plane of each row (n,), its inverse if it is one, bandwidths, and what is to be said."""

    rows: Floats
    sparsity: float
    widths: Statistics
    said: str
    warnings: tuple[str, ...]


def quantile(
    design: Design,
    *,
    q: float = 0.5,
    kernel: KernelName = "gaussian",
    bandwidth: Rule = "hall_sheather",
    quartiles: Quartiles | None = None,
    errors: Errors = "kernel",
) -> Fit:
    """Coefficients of quantile q: minimise sum w_i rho_q(y_i - x_i'b) (Koenker and Bassett 1978).

    With f_i = K(e_i / c) / c, bread is the inverse of sum w_i f_i x_i x_i' (Powell 1991) and scores are
    w_i x_i (q - 1[e_i < 0]), so that hc0 and clustered give the sandwiches of Powell and of Parente and
    Santos Silva (2016). The estimator's own covariance (kind "own") is
    q (1 - q) bread (sum w_i^2 x_i x_i') bread, or under iid with f_i replaced by one number.

    Parameters
    ----------
    q : float
        Strictly between 0 and 1.
    kernel : "gaussian", "epanechnikov", "epanechnikov_root5", ...
        Kernel of their density; "epanechnikov" is from -1 to 1 (Stata's `epan2`, statsmodels' `epa`),
        and "epanechnikov_root5" on the root of 5 either side (Stata's `epanechnikov`, its default).
    bandwidth : "hall_sheather", "bofinger", "bofinger_koenker" or "chamberlain"
        Rule for its width: Hall and Sheather (1988), Bofinger (1975) as Stata's manual and statsmodels have
        it or as Koenker (2005) and R's quantreg (hs = FALSE) do, or Chamberlain (1994).
    quartiles : "interpolated", "averaged" or None
        How the width takes quartiles of the residuals: between the two nearest in proportion (R, statsmodels)
        or Stata's way; left out: the former for the gaussian kernel, the latter for others.
    errors : "kernel", "iid", "iid_residuals" or "nid"
        Own covariance: Powell's (R's quantreg, se = "ker"); of errors that are alike, with the kernel's
        density at zero (Stata's `vce(iid, kernel)`; statsmodels) or the slope of the ordered residuals
        nearest to it (R's se = "iid"); or Hendricks and Koenker's (1992), the density of each row, in bread
        too, from the quantiles a bandwidth above and below (R's se = "nid").

    Returns
    -------
    Fit
        Statistics: counts, sum_deviations (the minimum), rsquared_pseudo (Koenker and Machado 1999),
        sparsity, and the bandwidths on the scale of the quantile and of the residuals.

    Raises
    ------
    EstimationError
        q outside 0 .. 1 or too near to them for the bandwidth; collinear regressors (named).
    """
    if not 0 < q < 1:
        raise EstimationError(f"q is {q:g}; allowed: above 0 and below 1")
    weights, basis = design.unit_weights, orthogonal(design.x, design.terms)
    found = _solve(design.y, basis, weights, q)
    choices = _Choices(q, kernel, bandwidth, quartiles or KERNELS[kernel].quartiles, errors)
    return _fitted(design, basis, weights, found, choices)


def _fitted(design: Design, basis: Basis, weights: Floats, found: _Solution, choices: _Choices) -> Fit:
    """The solution with its covariance and statistics."""
    q, density = choices.q, _density(design, basis, weights, found.residuals, choices)
    height = np.full(design.nobs, 1 / density.sparsity) if choices.errors in ALIKE else density.rows
    own = _own(design.x, weights, height, q)
    return Fit(
        estimator="quantile",
        terms=design.terms,
        params=found.params,
        bread=_inverse(design.x, weights * density.rows),
        scores=design.x * (weights * (q - (found.residuals < 0)))[:, None],
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="normal",
        own=Covariance("own", own, None, {}, density.said),
        statistics={
            **counts(design.entity, design.time, design.nobs - len(design.terms)),
            **_deviations(design.y, weights, found.residuals, q),
            "sparsity": density.sparsity,
            **density.widths,
        },
        telemetry={"iterations": float(found.iterations)},
        warnings=(*basis.warnings, *found.warnings, *density.warnings),
        converged=found.optimal,
    )


def _density(design: Design, basis: Basis, weights: Floats, residuals: Floats, choices: _Choices) -> _Density:
    errors, q = choices.errors, choices.q
    h = rule_width(design.nobs, q, choices.bandwidth)
    width = kernel_width(residuals, q, h, choices.quartiles)
    rows = KERNELS[choices.kernel].density(residuals / width) / width
    said: tuple[str, ...] = ()
    if errors == "nid":
        rows, said = _between_planes(design, basis, weights, q, h)
    sparsity = 1 / float(np.average(rows, weights=weights))
    if errors == "iid_residuals":
        sparsity, said = _sparsity_of_ranks(design, residuals, h)
    widths: Statistics = {f"bandwidth_{choices.bandwidth}": h, Of("bandwidth", choices.kernel): width}
    return _Density(rows, sparsity, widths, _said(choices, width, h), said)


def _between_planes(
    design: Design, basis: Basis, weights: Floats, q: float, h: float
) -> tuple[Floats, tuple[str, ...]]:
    planes = [_solve(design.y, basis, weights, at) for at in (q + h, q - h)]
    above, below = (design.x @ plane.params for plane in planes)
    density, crossed = difference_density(above, below, h, EXACT * _spread(design.y))
    return density, (*_left_open("nid", *planes), *crossed)


def _sparsity_of_ranks(design: Design, residuals: Floats, h: float) -> tuple[float, tuple[str, ...]]:
    if design.weights is not None:
        raise EstimationError("errors iid_residuals takes no weights; allowed with them: kernel, iid, nid")
    y, x = nearest_ranks(residuals, len(design.terms), h)
    line = _solve(y, orthogonal(x, parameters("const", "rank")), np.ones(len(y)), 0.5)
    return float(line.params[1]), _left_open("iid_residuals", line)


def _left_open(errors: Errors, *found: _Solution) -> tuple[str, ...]:
    """A sentence where what the errors rest on is one of several solutions."""
    several = any(each.warnings for each in found)
    return (f"{OPEN[errors]} is not unique: another program may take another, and its errors.",) * several


def _said(choices: _Choices, width: float, h: float) -> str:
    """What was done, for the note under a table."""
    whose, rule = OWN[choices.errors], RULES[choices.bandwidth]
    if choices.errors in ("kernel", "iid"):
        return f"{whose}, density by the {choices.kernel} kernel, bandwidth {width:.6g} ({rule})"
    return f"{whose}, bandwidth {h:.6g} of the quantile ({rule})"


def _spread(y: Floats) -> float:
    return float(np.abs(y - np.median(y)).max()) or 1.0


def _solve(y: Floats, basis: Basis, weights: Floats, q: float) -> _Solution:
    """The dual: maximise y'a over X'a = (1 - q) X'w, 0 <= a <= w; its multipliers are the coefficients.

    Only k constraints, whatever n. The coefficients are then solved for on the rows that the plane passes
    through, which gives them every digit.
    """
    from scipy.optimize import linprog  # takes long to load, also for those who ask for no quantile

    scale = _spread(y)
    found = linprog(  # type: ignore[call-overload]  # bounds may be an array
        -y / scale,
        A_eq=basis.q.T,
        b_eq=(1 - q) * (basis.q.T @ weights),
        bounds=np.column_stack([np.zeros(len(y)), weights]),
        method="highs-ds",
    )
    if found.status != 0:
        reason = f"Not converged: the linear programme ended without an optimum ({found.message[:80]})."
        b = np.zeros(basis.q.shape[1])
        return _Solution(basis.back @ b, y - basis.q @ b, False, int(found.nit), (reason,))
    b = -found.eqlin.marginals * scale
    through = np.abs(y - basis.q @ b) <= EXACT * scale
    if np.linalg.matrix_rank(basis.q[through]) == len(b):
        b = np.linalg.lstsq(basis.q[through], y[through], rcond=None)[0]
    residuals = np.where(through, 0.0, y - basis.q @ b)
    between = (found.x > EXACT * weights) & (found.x < (1 - EXACT) * weights)
    unique = between.sum() >= len(b)
    note = () if unique else ("Other coefficients may give the same sum of deviations: rows are tied.",)
    return _Solution(basis.back @ b, residuals, True, int(found.nit), note)


def _inverse(x: Floats, weights: Floats) -> Floats:
    """(k, k) inverse of sum w_i x_i x_i', through a QR of the weighted rows."""
    inside = weights > 0
    rows = x[inside] * np.sqrt(weights[inside])[:, None]
    length = np.linalg.norm(rows, axis=0)
    r = np.linalg.qr(rows / length, mode="r")
    if inside.sum() < x.shape[1] or np.abs(np.diag(r)).min() < 1e-10:
        raise EstimationError("too few rows near the quantile for its errors; use the gaussian kernel")
    half = np.linalg.inv(r) / length[:, None]
    found: Floats = half @ half.T
    return found


def _own(x: Floats, weights: Floats, height: Floats, q: float) -> Floats:
    bread = _inverse(x, weights * height)
    matrix: Floats = q * (1 - q) * bread @ (x.T @ (x * (weights**2)[:, None])) @ bread
    return matrix


def _deviations(y: Floats, weights: Floats, residuals: Floats, q: float) -> Statistics:
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(weights[order]) >= q * weights.sum() * (1 - 1e-14)
    alone = y - y[order][np.argmax(reached)]
    least, raw = (float(weights @ (e * (q - (e < 0)))) for e in (residuals, alone))
    return {"sum_deviations": least, "rsquared_pseudo": 1 - ratio(least, raw)}


ESTIMATORS = {"quantile": quantile}
