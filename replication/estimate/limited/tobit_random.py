"""Tobit with a normal random effect of each entity, integrated out by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.special import logsumexp, roots_hermite, roots_legendre

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, Integers, LikelihoodFit, Statistics, parameters
from replication.estimate.limited.tobit import Censored, censor, refuse_if_unbounded
from replication.estimate.limited.tobit import search as pooled_search
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.likelihood import fit_from_optimum
from replication.estimate.numbers.mundlak import with_entity_means
from replication.estimate.numbers.normal import LOG_SQRT_2PI
from replication.estimate.numbers.optimize import SAME_PLACE, Likelihood, Optimum, better_of, maximise

FALL = 28.0
"""Logarithm by which the integrand has fallen where adaptive nodes end: 1e-12."""
MAX_ROUNDS = 30
"""Times that the adaptive nodes are moved before the search is given up."""
NO_RATIO = 1e-8
"""sigma_u / sigma_e below which a sign is rounding: a maximum at zero may end on either side of it."""
STEPS_BETWEEN = 25
"""Newton steps before they are moved again; near the maximum three or four are enough."""
QUADRATURE_CHANGE = 1e-4
"""Change of an estimate under twice the points from which more are advised: Stata's rule for quadchk, which
doubts results that change by 0.01."""


@dataclass(frozen=True)
class Panel:
    """What the likelihood needs of the data.

    Attributes
    ----------
    outcome : Censored
    regressors : (n, k + 1) float array
        (-x, y): the index of a row is its product with (b, 1) / sigma_e, less r v.
    entity : (n,) int array
        0 .. N-1, each of them present.
    members : (N, n) sparse array
        1 where the row is one of the entity.
    """

    outcome: Censored
    regressors: Floats
    entity: Integers
    members: csr_array

    @property
    def entities(self) -> int:
        """N."""
        return self.members.shape[0]

    def by_entity(self, rows: Floats) -> Floats:
        """(N, ...) sums of rows (n, ...) within entities."""
        return self.members @ rows


def panel_of(outcome: Censored, x: Floats, entity: Integers) -> Panel:
    """The Panel of regressors x (n, k) and codes `entity` (n,), which may have gaps."""
    codes = np.unique(entity, return_inverse=True)[1]
    rows = np.arange(len(codes))
    members = csr_array((np.ones(len(codes)), (codes, rows)))
    return Panel(outcome, np.column_stack([-x, outcome.y]), codes, members)


@dataclass(frozen=True)
class Nodes:
    """Quadrature for the standard normal effect v of each entity.

    Attributes
    ----------
    v : (N, R) float array
    log_weights : (N, R) float array
        Logarithm of weight times standard normal density over the rule's own kernel.
    """

    v: Floats
    log_weights: Floats


def tobit_random_effects(
    design: Design,
    *,
    lower: float | None = 0.0,
    upper: float | None = None,
    points: int = 32,
    adaptive: bool = True,
    mundlak: bool = False,
) -> LikelihoodFit:
    """Maximum likelihood of y* = x'b + u_i + e_it, u and e normal, y = y* between the limits.

    u is integrated out by quadrature with `points` nodes: Gauss-Legendre over the range that matters for
    each entity when `adaptive` (the nodes are moved and the likelihood maximised in turn until neither
    changes), else Gauss-Hermite at the same nodes for all. The model is then fitted again with twice the
    points, and "quadrature_change" is the largest change of an estimate relative to the larger of the
    estimate and its standard error. Reported: b, "sigma_u", "sigma_e". Scores are the posterior means of
    each row's score: they sum to the scores of the entities. The rows of an entity are one draw, so errors
    are classical, or clustered by entity or by what contains it (Wooldridge 2010, 13.9; Stata's `xttobit`
    and `xtlogit, re` take no other). Raises EstimationError as `tobit` does, and for weights or for entities
    seen only once each.
    """
    _refuse(design, points)
    design = with_entity_means(design) if mundlak else design
    outcome = censor(design, lower, upper)
    basis = orthogonal(design.x, design.terms)
    panel = panel_of(outcome, basis.q, design.entity)
    pooled = pooled_search(outcome, basis.q, design.unit_weights)
    refuse_if_unbounded(design, outcome, pooled)
    optimum = better_of(*(_search(panel, _start(pooled, ratio), points, adaptive) for ratio in (0.5, 1.5)))
    params, jacobian = _reported(optimum.params, basis.back)
    fit = fit_from_optimum(
        design,
        "tobit_random_effects",
        (*design.terms, *parameters("sigma_u", "sigma_e")),
        params,
        jacobian,
        optimum,
        _statistics(outcome, optimum, pooled, params),
        outcome.warnings + basis.warnings + _no_effect(params),
        means=outcome.means,
    )
    fit = replace(fit, one_draw="entity")
    more = _search(panel, optimum.params, 2 * points, adaptive)
    return _with_quadrature_check(fit, _reported(more.params, basis.back)[0], points)


def _refuse(design: Design, points: int) -> None:
    """Raise EstimationError for what this estimator cannot take."""
    if design.weights is not None:
        raise EstimationError("tobit_random_effects takes no weights")
    if points < 4:
        raise EstimationError(f"points must be 4 or more, found {points}")
    if len(np.unique(design.entity)) == design.nobs:
        raise EstimationError("every entity is seen once only: an effect of the entity cannot be told apart")


def _start(pooled: Optimum, ratio: float) -> Floats:
    """Pooled estimates with their variance split so that sigma_u / sigma_e is `ratio`."""
    return np.append(pooled.params * np.sqrt(1 + ratio**2), ratio)


def _search(panel: Panel, theta: Floats, points: int, adaptive: bool) -> Optimum:
    """Maximise over theta = (b / sigma_e, 1 / sigma_e, sigma_u / sigma_e), the nodes moved in between."""
    iterations = 0
    for _ in range(MAX_ROUNDS):
        theta = np.append(theta[:-1], abs(theta[-1]))  # v is symmetric: the sign of the ratio is free
        nodes = adaptive_nodes(panel, theta, points) if adaptive else fixed_nodes(panel, points)
        optimum = maximise(_objective(panel, nodes), theta, max_iterations=STEPS_BETWEEN)
        iterations += optimum.iterations
        gap, theta = optimum.params - theta, optimum.params
        moved = np.sqrt(max(float(-gap @ optimum.likelihood.hessian @ gap), 0.0))
        settled = moved < 1e-3 * SAME_PLACE if adaptive else optimum.converged
        if theta[-1] > -NO_RATIO and settled:
            return replace(optimum, params=np.append(theta[:-1], abs(theta[-1])), iterations=iterations)
    sentence = f"Not converged: estimates and quadrature nodes still moved after {MAX_ROUNDS} rounds."
    return replace(optimum, iterations=iterations, converged=False, warnings=(*optimum.warnings, sentence))


def _objective(panel: Panel, nodes: Nodes) -> Callable[[Floats], Likelihood]:
    return lambda theta: random_effects_likelihood(panel, nodes, theta)


def fixed_nodes(panel: Panel, points: int) -> Nodes:
    """Gauss-Hermite nodes for a standard normal, the same for each entity."""
    z, weights = roots_hermite(points)
    shape = (panel.entities, points)
    return Nodes(
        np.broadcast_to(np.sqrt(2) * z, shape), np.broadcast_to(np.log(weights / np.sqrt(np.pi)), shape)
    )


def adaptive_nodes(panel: Panel, theta: Floats, points: int) -> Nodes:
    """Gauss-Legendre nodes of each entity, half of them on either side of the mode of its integrand.

    They reach to where the integrand has fallen by exp(-FALL). Hermite nodes around the mode, the usual
    choice, need hundreds where an entity is censored throughout: its integrand is half a bell with an edge.
    """
    mode = _modes(panel, theta)
    z, weights = roots_legendre(points // 2)
    sides = [(_edge(panel, theta, mode, -1.0), mode), (mode, _edge(panel, theta, mode, 1.0))]
    v = np.hstack([(a + b)[:, None] / 2 + (b - a)[:, None] / 2 * z for a, b in sides])
    widths = np.hstack([np.log((b - a)[:, None] / 2 * weights) for a, b in sides])
    return Nodes(v, widths - v**2 / 2 - LOG_SQRT_2PI)


def _log_integrand(panel: Panel, theta: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
    """(N,) log integrand at v (N,), up to a constant, and its first two derivatives."""
    index = panel.regressors @ theta[:-1] - theta[-1] * v[panel.entity]
    value, first, second = (panel.by_entity(piece) for piece in panel.outcome.pieces(index))
    return value - v**2 / 2, -theta[-1] * first - v, theta[-1] ** 2 * second - 1


def _modes(panel: Panel, theta: Floats) -> Floats:
    """(N,) mode of the log integrand, which is concave, by Newton's method with short steps."""
    v = np.zeros(panel.entities)
    for _ in range(100):
        _, first, second = _log_integrand(panel, theta, v)
        step = first / second
        v = v - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-6:
            break
    return v


def _edge(panel: Panel, theta: Floats, mode: Floats, direction: float) -> Floats:
    """(N,) where the log integrand is FALL below its mode; its curvature of at least 1 bounds the search."""
    top = _log_integrand(panel, theta, mode)[0]
    near, far = np.zeros_like(mode), np.full_like(mode, np.sqrt(2 * FALL))
    for _ in range(12):
        middle = (near + far) / 2
        inside = top - _log_integrand(panel, theta, mode + direction * middle)[0] < FALL
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    return mode + direction * far


def random_effects_likelihood(panel: Panel, nodes: Nodes, theta: Floats) -> Likelihood:
    """Likelihood (rows: entities; scores: observations) at theta for given nodes, with exact derivatives.

    The score is the posterior mean of the scores given v, the Hessian the posterior mean of the Hessians
    plus the posterior variance of the scores (Louis 1982).
    """
    z, seen, inverse_sigma = panel.regressors, panel.outcome.seen, theta[-2]
    v = nodes.v[panel.entity]
    value, first, second = panel.outcome.pieces((z @ theta[:-1])[:, None] - theta[-1] * v)
    joint = panel.by_entity(value + (seen * np.log(inverse_sigma))[:, None]) + nodes.log_weights
    rows = logsumexp(joint, axis=1)
    posterior = np.exp(joint - rows[:, None])
    p = posterior[panel.entity]
    scores = np.column_stack([z * (p * first).sum(axis=1)[:, None], -(p * first * v).sum(axis=1)])
    scores[:, -2] += seen / inverse_sigma
    hessian = _mean_hessian(z, v, p * second)
    hessian[-2, -2] -= seen.sum() / inverse_sigma**2
    return Likelihood(rows, scores, hessian + _score_variance(panel, v, first, posterior))


def _mean_hessian(z: Floats, v: Floats, weight: Floats) -> Floats:
    """(k + 2, k + 2) sum over rows and nodes of weight (n, R) times (z, -v)(z, -v)'."""
    hessian = np.empty((z.shape[1] + 1, z.shape[1] + 1))
    hessian[:-1, :-1] = z.T @ (z * weight.sum(axis=1)[:, None])
    hessian[-1, :-1] = hessian[:-1, -1] = -z.T @ (weight * v).sum(axis=1)
    hessian[-1, -1] = (weight * v**2).sum()
    return hessian


def _score_variance(panel: Panel, v: Floats, first: Floats, posterior: Floats) -> Floats:
    """(k + 2, k + 2) sum over entities of the posterior variance of the entity's score in v."""
    parts = [panel.by_entity(column[:, None] * first) for column in panel.regressors.T]
    scores = np.stack([*parts, panel.by_entity(-v * first)], axis=2)
    centred = scores - np.einsum("ir,irk->ik", posterior, scores)[:, None, :]
    found: Floats = np.einsum("ir,irk,irl->kl", posterior, centred, centred, optimize=True)
    return found


def _reported(theta: Floats, back: Floats) -> tuple[Floats, Floats]:
    """(b, sigma_u, sigma_e) and its derivative in theta."""
    k, sigma, ratio = len(back), 1 / theta[-2], theta[-1]
    b = back @ theta[:k] * sigma
    jacobian = np.zeros((k + 2, k + 2))
    jacobian[:k, :k] = back * sigma
    jacobian[:, k] = -sigma * np.concatenate([b, [ratio * sigma, sigma]])
    jacobian[k, k + 1] = sigma
    return np.concatenate([b, [ratio * sigma, sigma]]), jacobian


def _statistics(outcome: Censored, optimum: Optimum, pooled: Optimum, params: Floats) -> Statistics:
    """Counts, the share of variance that is between entities, and the ratio against the pooled Tobit."""
    between, within = params[-2] ** 2, params[-1] ** 2
    gain = 2 * (optimum.likelihood.value - pooled.likelihood.value)
    return outcome.statistics | {
        "entities": float(len(optimum.likelihood.rows)),
        "rho": float(between / (between + within)),
        "lr_pooled": max(float(gain), 0.0),
    }


def _no_effect(params: Floats) -> tuple[str, ...]:
    """A warning where the variance of the effect is estimated as zero."""
    if params[-2] > 1e-4 * params[-1]:
        return ()
    return ("The variance between entities is estimated as zero: the pooled Tobit says the same.",)


def _with_quadrature_check(fit: LikelihoodFit, more: Floats, points: int) -> LikelihoodFit:
    """The fit with the largest relative change of its parameters under twice the points."""
    size = np.maximum(np.abs(fit.params), np.sqrt(np.diag(fit.bread)))
    change = float(np.max(np.abs(more - fit.params) / size))
    statistics = {**fit.statistics, "points": float(points)}
    telemetry = {**fit.telemetry, "quadrature_change": change}
    if change <= QUADRATURE_CHANGE:
        return replace(fit, statistics=statistics, telemetry=telemetry)
    sentence = f"Twice the {points} quadrature points change an estimate by {change:.1e} of itself: use more."
    warnings = (*fit.warnings, sentence)
    return replace(fit, statistics=statistics, telemetry=telemetry, warnings=warnings)


ESTIMATORS = {"tobit_random_effects": tobit_random_effects}
