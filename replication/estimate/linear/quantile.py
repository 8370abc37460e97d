"""Linear quantile regression, solved exactly as a linear programme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats
from scipy.optimize import linprog

from replication.errors import EstimationError
from replication.estimate.design import Covariance, Design, Fit, Floats, Of, Statistics
from replication.estimate.numbers.basis import Basis, orthogonal
from replication.estimate.numbers.goodness import counts, ratio

KernelName = Literal["gaussian", "epanechnikov"]

OWN = {"kernel": "Powell's sandwich", "iid": "Koenker and Bassett"}
"""Whose covariance the estimator's own is."""

EXACT = 1e-9
"""Residual, as a share of the outcome's spread, below which the plane passes through the row."""


@dataclass(frozen=True)
class _Solution:
    """Coefficients (k,), residuals (n,) with exact zeros, whether optimal, and what is suspicious."""

    params: Floats
    residuals: Floats
    optimal: bool
    iterations: int
    warnings: tuple[str, ...]


def quantile(
    design: Design,
    *,
    q: float = 0.5,
    kernel: KernelName = "gaussian",
    errors: Literal["kernel", "iid"] = "kernel",
) -> Fit:
    """Coefficients of quantile q: minimise sum w_i rho_q(y_i - x_i'b) (Koenker and Bassett 1978).

    With f_i = K(e_i / c) / c, bread is the inverse of sum w_i f_i x_i x_i' (Powell 1991) and scores are
    w_i x_i (q - 1[e_i < 0]), so that hc0 and clustered give the sandwiches of Powell and of Parente and
    Santos Silva (2016). The estimator's own covariance (kind "own") is
    q (1 - q) bread (sum w_i^2 x_i x_i') bread, or under iid with f_i replaced by its mean.

    Parameters
    ----------
    q : float
        Strictly between 0 and 1.
    kernel : "gaussian" or "epanechnikov"
        Kernel of the density: R's quantreg, se = "ker"; or Stata's `qreg, vce(, epan2)`, from -1 to 1.
    errors : "kernel" or "iid"
        Own covariance: Powell's; Koenker and Bassett's, the kernel's density at zero (`vce(iid, kernel)`).

    Returns
    -------
    Fit
        Statistics: counts, sum_deviations (the minimum), rsquared_pseudo (Koenker and Machado 1999),
        sparsity, bandwidth_hall_sheather (of the quantile, at 5 percent) and bandwidth of the kernel,
        min(sd(e), IQR(e) / 1.34) times the distance of the normal quantiles.

    Raises
    ------
    EstimationError
        q outside 0 .. 1 or so near to them that the bandwidth leaves no room; collinear regressors (named).
    """
    if not 0 < q < 1:
        raise EstimationError(f"q is {q:g}; allowed: above 0 and below 1")
    weights, basis = design.unit_weights, orthogonal(design.x, design.terms)
    found = _solve(design.y, basis, weights, q)
    width, widths = _bandwidth(found.residuals, q, kernel)
    density = KERNELS[kernel].density(found.residuals / width) / width
    convention = f"{OWN[errors]}, density by the {kernel} kernel, bandwidth {width:.6g} (Hall-Sheather)"
    return Fit(
        estimator="quantile",
        terms=design.terms,
        params=found.params,
        bread=_inverse(design.x, weights * density),
        scores=design.x * (weights * (q - (found.residuals < 0)))[:, None],
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="normal",
        own=Covariance("own", _own(design.x, weights, density, q, errors), None, {}, convention),
        statistics=_statistics(design, found, weights, density, q, widths),
        telemetry={"iterations": float(found.iterations)},
        warnings=(*basis.warnings, *found.warnings),
        converged=found.optimal,
    )


def _solve(y: Floats, basis: Basis, weights: Floats, q: float) -> _Solution:
    """The dual: maximise y'a over X'a = (1 - q) X'w, 0 <= a <= w; its multipliers are the coefficients.

    Only k constraints, whatever n. The coefficients are then solved for on the rows that the plane passes
    through, which gives them every digit.
    """
    scale = float(np.abs(y - np.median(y)).max()) or 1.0
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


def _bandwidth(residuals: Floats, q: float, kernel: KernelName) -> tuple[float, Statistics]:
    """Hall and Sheather (1988) on the scale of the quantile, then of the residuals."""
    normal, n = stats.norm, len(residuals)
    z = normal.ppf(q)
    h = n ** (-1 / 3) * normal.ppf(0.975) ** (2 / 3) * (1.5 * normal.pdf(z) ** 2 / (2 * z**2 + 1)) ** (1 / 3)
    if q - h <= 0 or q + h >= 1:
        raise EstimationError(
            f"q = {q:g} is too near to 0 or 1 for {n} rows: the bandwidth of its errors is {h:.3g}"
        )
    spread = min(
        residuals.std(ddof=1),
        float(np.subtract(*np.percentile(residuals, [75, 25], method=KERNELS[kernel].quartiles))) / 1.34,
    )
    width = spread * float(normal.ppf(q + h) - normal.ppf(q - h))
    if not width > 0:
        raise EstimationError("half of the residuals are zero: the density of the errors cannot be estimated")
    return width, {"bandwidth_hall_sheather": float(h), Of("bandwidth", kernel): width}


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


def _own(x: Floats, weights: Floats, density: Floats, q: float, errors: str) -> Floats:
    height = np.full(len(x), np.average(density, weights=weights)) if errors == "iid" else density
    bread = _inverse(x, weights * height)
    return q * (1 - q) * bread @ (x.T @ (x * (weights**2)[:, None])) @ bread


def _statistics(
    design: Design, found: _Solution, weights: Floats, density: Floats, q: float, widths: Statistics
) -> Statistics:
    return {
        **counts(design.entity, design.time, design.nobs - len(design.terms)),
        **_deviations(design.y, weights, found.residuals, q),
        "sparsity": 1 / float(np.average(density, weights=weights)),
        **widths,
    }


def _deviations(y: Floats, weights: Floats, residuals: Floats, q: float) -> Statistics:
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(weights[order]) >= q * weights.sum() * (1 - 1e-14)
    alone = y - y[order][np.argmax(reached)]
    least, raw = (float(weights @ (e * (q - (e < 0)))) for e in (residuals, alone))
    return {"sum_deviations": least, "rsquared_pseudo": 1 - ratio(least, raw)}


def _epanechnikov(u: Floats) -> Floats:
    return np.where(np.abs(u) < 1, 0.75 * (1 - u**2), 0.0)


@dataclass(frozen=True)
class Kernel:
    """A density, and how the program that uses it takes the quartiles of the residuals."""

    density: Callable[[Floats], Floats]
    quartiles: Literal["linear", "averaged_inverted_cdf"]


KERNELS: Mapping[KernelName, Kernel] = {
    "gaussian": Kernel(stats.norm.pdf, "linear"),  # R's type 7
    "epanechnikov": Kernel(_epanechnikov, "averaged_inverted_cdf"),  # Stata's
}
ESTIMATORS = {"quantile": quantile}
