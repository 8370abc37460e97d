"""Heckman's selection model by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from replication.estimate.design import Booleans, Design, Floats, LikelihoodFit, Statistics, parameters
from replication.estimate.limited.selection import counts, equation_warnings, first_step, second_step
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.likelihood import fit_from_optimum
from replication.estimate.numbers.normal import LOG_SQRT_2PI, log_cdf
from replication.estimate.numbers.optimize import Likelihood, Optimum, maximise


def heckman_ml(design: Design) -> LikelihoodFit:
    """Maximum likelihood of outcome and selection with jointly normal errors (Heckman 1974).

    The search runs over b / sigma, 1 / sigma, g and atanh(rho), from the two-step estimates and from a
    correlation of the other sign. Reported: b, "selection:...", "athrho", "log_sigma"; sigma, rho and
    lambda = rho sigma are among the statistics, with the likelihood ratio against rho = 0.
    Raises EstimationError as `heckman_two_step` does.
    """
    weights = design.unit_weights
    chosen, first = first_step(design)
    x = orthogonal(design.x[chosen], design.terms, "rows with an outcome")
    z = orthogonal(first.design.x, first.terms)
    data = layout(design, chosen, x.q, z.q, weights)
    optimum = _search(data, design, first, x.back, z.back)
    params, jacobian = _reported(optimum.params, x.back, z.back)
    return fit_from_optimum(
        design,
        "heckman_ml",
        (*design.terms, *first.terms, *parameters("athrho", "log_sigma")),
        params,
        jacobian,
        optimum,
        counts(chosen) | _ml_statistics(params, optimum, first, data),
        equation_warnings(design, first) + x.warnings + _at_the_limit(params),
    )


@dataclass(frozen=True)
class SelectionData:
    """The two equations, with zeros where the outcome is not seen.

    Attributes
    ----------
    outcome : (n, k + 1 + m + 1) float array
        (-x, y, 0, 0): times the parameters it gives the standardised residual e.
    selection : (n, k + 1 + m + 1) float array
        (0, 0, z, 0): times the parameters it gives the index of selection.
    chosen : (n,) bool array
    weights : (n,) float array
    """

    outcome: Floats
    selection: Floats
    chosen: Booleans
    weights: Floats


def layout(design: Design, chosen: Booleans, basis: Floats, z: Floats, weights: Floats) -> SelectionData:
    """Lay the two equations out over the parameters (b / sigma, 1 / sigma, g, atanh rho)."""
    k, m = basis.shape[1], z.shape[1]
    outcome = np.zeros((design.nobs, k + m + 2))
    outcome[chosen, :k] = -basis
    outcome[chosen, k] = design.y[chosen]
    selection = np.zeros_like(outcome)
    selection[:, k + 1 : -1] = z
    return SelectionData(outcome, selection, chosen, weights)


def selection_likelihood(data: SelectionData, theta: Floats, k: int) -> Likelihood:
    """Likelihood at theta = (b / sigma (k), 1 / sigma, g, atanh rho), with exact derivatives.

    Selected: log Phi(a) + log phi(e) - log sigma with a = w cosh(t) + e sinh(t), w = z'g, t = atanh rho;
    not selected: log Phi(-w). In these parameters e and w are linear.
    """
    e, w, t = data.outcome @ theta, data.selection @ theta, theta[-1]
    cosh, sinh = np.cosh(t), np.sinh(t)
    a = np.where(data.chosen, w * cosh + e * sinh, -w)
    value, first, second = log_cdf(a)
    chosen = data.chosen * 1.0
    turn = chosen * (w * sinh + e * cosh)
    by_e, by_w = chosen * sinh, np.where(data.chosen, cosh, -1.0)
    slopes = np.column_stack([first * by_e - e, first * by_w, first * turn])
    curvature = {
        "ee": second * by_e**2 - chosen,
        "ew": second * by_e * by_w,
        "ww": second * by_w**2,
        "et": second * by_e * turn + chosen * first * cosh,
        "wt": second * by_w * turn + chosen * first * sinh,
        "tt": second * turn**2 + first * chosen * a,
    }
    rows = value + chosen * (np.log(theta[k]) - e**2 / 2 - LOG_SQRT_2PI)
    return _assemble(data, data.weights * rows, slopes, curvature, theta[k], k)


def _assemble(
    data: SelectionData,
    rows: Floats,
    slopes: Floats,
    curvature: dict[str, Floats],
    inverse_sigma: float,
    k: int,
) -> Likelihood:
    """Chain rule from (e, w, t) to the parameters, and the log of 1 / sigma."""
    weights, e, w = data.weights, data.outcome, data.selection
    c = {name: (weights * values)[:, None] for name, values in curvature.items()}
    seen = weights * data.chosen
    scores = e * (weights * slopes[:, 0])[:, None] + w * (weights * slopes[:, 1])[:, None]
    scores[:, -1] += weights * slopes[:, 2]
    scores[:, k] += seen / inverse_sigma
    cross = e.T @ (w * c["ew"])
    hessian = e.T @ (e * c["ee"]) + w.T @ (w * c["ww"]) + cross + cross.T
    bend = (e * c["et"] + w * c["wt"]).sum(axis=0)
    hessian[-1] += bend
    hessian[:, -1] += bend
    hessian[-1, -1] += c["tt"].sum()
    hessian[k, k] -= seen.sum() / inverse_sigma**2
    return Likelihood(rows, scores, hessian)


def _search(
    data: SelectionData, design: Design, first: LikelihoodFit, back_x: Floats, back_z: Floats
) -> Optimum:
    """From the two-step estimates, and from a correlation of the other sign."""
    second = second_step(replace(design, weights=None), data.chosen, first)
    k = len(back_x)
    slope = np.linalg.solve(back_x, second.params[:-1])
    g = np.linalg.solve(back_z, first.params)
    rho = float(np.clip(second.rho, -0.8, 0.8))
    other = -0.5 if rho > 0 else 0.5

    def start(correlation: float) -> Floats:
        """Parameters of the two-step slopes under this correlation."""
        return np.concatenate([slope / second.sigma, [1 / second.sigma], g, [np.arctanh(correlation)]])

    return maximise(lambda theta: selection_likelihood(data, theta, k), start(rho), second_start=start(other))


def _reported(theta: Floats, back_x: Floats, back_z: Floats) -> tuple[Floats, Floats]:
    """(b, g, atanh rho, log sigma) and its derivative in theta."""
    k, m, sigma = len(back_x), len(back_z), 1 / theta[len(back_x)]
    b = back_x @ theta[:k] * sigma
    jacobian = np.zeros((len(theta), len(theta)))
    jacobian[:k, :k] = back_x * sigma
    jacobian[:k, k] = -sigma * b
    jacobian[k : k + m, k + 1 : -1] = back_z
    jacobian[k + m, -1] = 1
    jacobian[-1, k] = -sigma
    return np.concatenate([b, back_z @ theta[k + 1 : -1], [theta[-1], np.log(sigma)]]), jacobian


def _at_the_limit(params: Floats) -> tuple[str, ...]:
    """A sentence where the correlation runs off to 1 or -1."""
    rho = np.tanh(params[-2])
    return (f"The correlation is estimated at its limit, {rho:.6g}.",) if abs(rho) > 1 - 1e-6 else ()


def _ml_statistics(params: Floats, optimum: Optimum, first: LikelihoodFit, data: SelectionData) -> Statistics:
    """sigma, rho, lambda, and twice the gain over a probit and a least squares apart from each other."""
    sigma, rho = float(np.exp(params[-1])), float(np.tanh(params[-2]))
    k = int(np.flatnonzero(data.selection.any(axis=0))[0]) - 1
    root = np.sqrt(data.weights[data.chosen])
    x, y = data.outcome[data.chosen, :k] * root[:, None], data.outcome[data.chosen, k] * root
    residuals = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    count = (root**2).sum()
    apart = first.statistics["loglikelihood"] - count * (
        0.5 * np.log(residuals @ residuals / count) + LOG_SQRT_2PI + 0.5
    )
    gain = max(float(2 * (optimum.likelihood.value - apart)), 0.0)
    return {"sigma": sigma, "rho": rho, "lambda": rho * sigma, "lr_rho_zero": gain}


ESTIMATORS = {"heckman_ml": heckman_ml}
