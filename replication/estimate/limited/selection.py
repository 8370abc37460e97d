"""Heckman's selection model: an outcome seen only where a second equation says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import (
    CONSTANT,
    Booleans,
    Covariance,
    Design,
    Fit,
    Floats,
    LikelihoodFit,
    Of,
    Statistics,
    parameters,
)
from replication.estimate.limited.binary import probit
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.likelihood import refuse_exact_fit
from replication.estimate.numbers.normal import inverse_mills

CONVENTION = "Heckman (1979), with the estimation of the probit allowed for (Stata heckman, twostep)"


def participation(design: Design, chosen: Booleans) -> Design:
    """The design of the probit of `chosen`: a constant and the selection columns, or x if there are none."""
    if "selection" in design.extra:
        columns = np.asarray(design.extra["selection"], float).reshape(design.nobs, -1)
        z, terms = (
            np.column_stack([np.ones(design.nobs), columns]),
            (CONSTANT, *design.extra_terms["selection"]),
        )
    else:
        z, terms = design.x, design.terms
    return replace(
        design,
        outcome=f"selection of {design.outcome}",
        y=chosen.astype(float),
        x=z,
        terms=tuple(replace(term, equation="selection") for term in terms),
    )


def heckman_two_step(design: Design) -> Fit:
    """Probit of selection, then least squares with the inverse Mills ratio, whose coefficient is "lambda".

    The covariance is that of Heckman (1979) in the form of Greene (2003, section 22.4.3): errors
    heteroskedastic by selection, and the probit estimated; its block is the last one. Scores are those
    of the two stacked estimating equations, written so that bread times their meat is the covariance
    robust to heteroskedasticity or clusters, with the first step allowed for.
    Raises EstimationError for weights, a missing selection equation, or as `probit` does.
    """
    if design.weights is not None:
        raise EstimationError("heckman_two_step takes no weights; heckman_ml does")
    chosen, first = first_step(design)
    second = second_step(design, chosen, first)
    covariance = _joint_covariance(second, first)
    return Fit(
        estimator="heckman_two_step",
        terms=(*design.terms, *parameters("lambda"), *first.terms),
        params=np.append(second.params, first.params),
        bread=covariance,
        scores=np.asarray(np.linalg.solve(covariance, _influence(second, first, chosen).T).T, dtype=float),
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="normal",
        own=Covariance("own", covariance, None, {}, CONVENTION),
        statistics={
            **counts(chosen),
            "sigma": second.sigma,
            "rho": second.rho,
            "lambda": float(second.params[-1]),
            **selection_statistics(first),
        },
        telemetry=first.telemetry,
        warnings=equation_warnings(design, first) + _outside(second.rho),
        converged=first.converged,
    )


def _selected(design: Design) -> Booleans:
    """(n,) where the outcome is seen; EstimationError unless there is a selection equation of 0 and 1."""
    missing = [name for name in ("selected", "selection") if name not in design.extra]
    if missing:
        raise EstimationError(
            f"a selection model needs a selection equation: {' and '.join(missing)} not given"
        )
    values = np.unique(design.extra["selected"])
    if not np.isin(values, (0, 1)).all():
        raise EstimationError(
            f"the selection indicator must be 0 or 1, found {values[~np.isin(values, (0, 1))][0]:g}"
        )
    found: Booleans = np.asarray(design.extra["selected"]).ravel() == 1
    return found


def first_step(design: Design) -> tuple[Booleans, LikelihoodFit]:
    """Who is selected, and the probit of it."""
    chosen = _selected(design)
    return chosen, probit(participation(design, chosen))


@dataclass(frozen=True)
class SecondStep:
    """Least squares of the n1 outcomes seen on w = (x, inverse Mills ratio).

    Attributes
    ----------
    params : (k + 1,) float array
    sigma, rho : float
        Of the outcome's error, and its correlation with that of selection; not forced into -1..1.
    w, z : (n1, k + 1) and (n1, m) float arrays
    inverse : (k + 1, k + 1) float array
        (w'w)^-1.
    residuals, delta : (n1,) float arrays
        delta = mills (mills + index), the share by which selection shrinks the variance.
    """

    params: Floats
    sigma: float
    rho: float
    w: Floats
    z: Floats
    inverse: Floats
    residuals: Floats
    delta: Floats


def second_step(design: Design, chosen: Booleans, first: LikelihoodFit) -> SecondStep:
    """The second step and the variance that is recovered from it (Greene 2003, section 22.4.3)."""
    z = first.design.x[chosen]
    index = z @ first.params
    mills = inverse_mills(index)
    w, y = np.column_stack([design.x[chosen], mills]), design.y[chosen]
    basis = orthogonal(w, (*design.terms, *parameters("lambda")), "rows with an outcome")
    params = basis.back @ (basis.q.T @ y) / len(y)
    residuals = y - w @ params
    delta = mills * (mills + index)
    inverse = basis.back @ basis.back.T / len(y)
    sigma = float(np.sqrt(np.mean(residuals**2) + np.mean(delta) * params[-1] ** 2))
    refuse_exact_fit(design.outcome, sigma, y)
    return SecondStep(params, sigma, float(params[-1] / sigma), w, z, inverse, residuals, delta)


def _joint_covariance(second: SecondStep, first: LikelihoodFit) -> Floats:
    """(k + 1 + m, k + 1 + m) covariance of the second step and of the probit, and between them."""
    through = second.inverse @ (second.w.T * second.delta) @ second.z * second.params[-1]
    noise = second.sigma**2 * (1 - second.rho**2 * second.delta)
    own = second.inverse @ (second.w.T * noise) @ second.w @ second.inverse
    across = through @ first.bread
    return np.block([[own + across @ through.T, across], [across.T, first.bread]])


def _influence(second: SecondStep, first: LikelihoodFit, chosen: Booleans) -> Floats:
    """(n, k + 1 + m) influence of each row on the estimates (Newey and McFadden 1994, section 6)."""
    probit_part = first.scores @ first.bread
    through = second.inverse @ (second.w.T * second.delta) @ second.z * second.params[-1]
    own = np.zeros((len(chosen), len(second.params)))
    own[chosen] = (second.w * second.residuals[:, None]) @ second.inverse
    return np.column_stack([own + probit_part @ through.T, probit_part])


def selection_statistics(first: LikelihoodFit) -> Statistics:
    """What the probit reports, told of the equation of selection."""
    return {Of(str(name), "selection"): value for name, value in first.statistics.items()}


def counts(chosen: Booleans) -> Statistics:
    """Rows with and without an outcome."""
    return {"selected": float(chosen.sum()), "not_selected": float((~chosen).sum())}


def equation_warnings(design: Design, first: LikelihoodFit) -> tuple[str, ...]:
    """What the probit said, and whether anything but its shape identifies the correction."""
    if {term.name for term in first.terms} <= {term.name for term in (*design.terms, CONSTANT)}:
        sentence = "Every regressor of selection is in the outcome's equation: only normality identifies it."
        return (sentence, *first.warnings)
    return first.warnings


def _outside(rho: float) -> tuple[str, ...]:
    """A sentence where the moment estimate of the correlation is no correlation."""
    return (f"The two-step correlation is {rho:.3g}, outside -1 to 1.",) if abs(rho) > 1 else ()


ESTIMATORS = {"heckman_two_step": heckman_two_step}
