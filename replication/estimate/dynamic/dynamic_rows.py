"""What a dynamic panel model is estimated on: options checked, rows found, moments stacked.

Conventions are those of xtabond2; `dynamic` says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from replication.errors import EstimationError, StudyError, one_of
from replication.estimate.design import Booleans, Design, Floats, Term
from replication.estimate.dynamic.gmm_instruments import (
    Grid,
    Transformation,
    gmm_columns,
    independent,
    lagged,
    level_columns,
    operator,
    spread,
    transformed,
    trimmed,
)
from replication.estimate.dynamic.gmm_moments import Stack
from replication.language.nodes import Call, show
from replication.language.syntax import parse

Equation = Literal["both", "difference", "level"]
SmallSample = Literal["xtabond2"]
HMatrix = Literal["full", "block", "identity"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be asked of difference and system GMM.

    Attributes
    ----------
    lags : int
        Lags of the outcome among the regressors; their terms, "lag(y, 1)", stand first.
    steps : 1 or 2
    robust : bool
        One-step covariance robust within entities; otherwise that of homoskedastic errors.
    windmeijer : bool
        Two-step covariance with Windmeijer's (2005) correction.
    small_sample : "xtabond2" or left out
        Multiply the covariance by the factors of xtabond2's option small, (n-1)/(n-k) N/(N-1) of n rows and N
        entities (for homoskedastic errors n/(n-k)), and refer statistics to t; the tests are as without.
    instrument_lags : list of two int
        Shortest and longest lag of the outcome, and of endogenous terms, among the instruments; for
        predetermined terms both are one shorter.
    predetermined : list of str
        Terms that past errors may move; those that stand neither here nor under `endogenous` are strictly
        exogenous.
    endogenous : list of str
        Terms that past and present errors may move; their instruments are lagged one more than those of
        predetermined ones.
    lag_limits : table of lists of two int
        Shortest and longest lag of single terms (the outcome, predetermined, endogenous, `gmm_instruments`)
        in place of `instrument_lags`, counted from the term itself: `{ w = [2, 4] }` is gmm(w, lag(2 4)).
    not_instruments : list of str
        Terms that are regressors only, in neither gmm() nor iv() of xtabond2.
    collapse : bool
        One instrument for each lag instead of one for each lag and period.
    transformation : "difference" or "orthogonal_deviations"
        First differences, or forward orthogonal deviations (Arellano and Bover 1995).
    time_dummies : bool
        A dummy for every period, as regressor and as instrument.
    h_matrix : "full", "block" or "identity"
        Covariance of an entity's errors that the first step assumes: that of white noise transformed, in a
        system with the covariances between its two equations (full) or without (block); or the identity.
    standard_equation : "both", "difference" or "level"
        Equation of system GMM that strictly exogenous terms and period dummies instrument; in "both"
        each is one instrument with a value in either equation. That needs terms that are uncorrelated with
        the entity's effect; "difference" does not.
    """

    lags: int = 1
    steps: int = 2
    robust: bool = True
    windmeijer: bool = True
    small_sample: SmallSample | None = None
    instrument_lags: list[int] = field(default_factory=lambda: [2, 99])
    predetermined: list[str] = field(default_factory=list)
    endogenous: list[str] = field(default_factory=list)
    lag_limits: dict[str, list[int]] | None = None
    not_instruments: list[str] | None = None
    collapse: bool = False
    transformation: Transformation = "difference"
    time_dummies: bool = False
    h_matrix: HMatrix = "full"
    standard_equation: Equation = "both"


@dataclass(frozen=True, kw_only=True)
class Plan(Options):
    """What was asked for, and of which estimator."""

    estimator: str
    system: bool


@dataclass(frozen=True)
class Panel:
    """The rows of a model: levels on the grid, and which cells each equation uses.

    Attributes
    ----------
    outcome : str
    terms : tuple of Term
        Lags of the outcome, then the design's terms, then period dummies.
    y : (N, T) float array
    x : (N, T, k) float array
    complete, transformed_rows : (N, T) bool arrays
        Cells of the level and of the transformed equation.
    grid : Grid
    gmm_terms : tuple of Term
        Of the grid's "gmm_instruments".
    """

    outcome: str
    terms: tuple[Term, ...]
    y: Floats
    x: Floats
    complete: Booleans
    transformed_rows: Booleans
    grid: Grid
    gmm_terms: tuple[Term, ...]


def check_plan(design: Design, plan: Plan) -> None:
    """Raise EstimationError on the first option that is wrong."""
    name = plan.estimator
    if design.weights is not None:
        raise EstimationError(f"{name} takes no weights")
    if plan.lags < 1:
        raise EstimationError(f"{name}: lags = {plan.lags}, must be 1 or more")
    if plan.steps not in (1, 2):
        raise EstimationError(f"{name}: steps = {plan.steps}, must be 1 or 2")
    _check_words(plan)
    _check_lags(f"{name}: instrument_lags", plan.instrument_lags, 2)
    _check_terms(design, plan)
    _check_limits(design, plan)


def _check_words(plan: Plan) -> None:
    allowed = {
        "transformation": ("difference", "orthogonal_deviations"),
        "h_matrix": ("full", "block", "identity"),
        "standard_equation": ("both", "difference", "level"),
    }
    for option, words in allowed.items():
        if getattr(plan, option) not in words:
            raise EstimationError(one_of(f"{plan.estimator}: {option}", getattr(plan, option), words))


def _check_lags(place: str, lags: Sequence[int], least: int) -> None:
    """Two lags, the first so long that the transformed error does not reach back to it."""
    if len(lags) != 2 or not least <= lags[0] <= lags[1]:
        why = " (one period back it is correlated with the transformed error)" if least == 2 else ""
        raise EstimationError(
            f"{place} = {list(lags)}, must be two numbers, the first {least} or more{why} and not above the "
            "second"
        )


def _check_terms(design: Design, plan: Plan) -> None:
    known = [term.label for term in design.slopes]
    roles: dict[str, str] = {}
    for option in ("predetermined", "endogenous", "not_instruments"):
        for term in getattr(plan, option) or ():
            if term not in known:
                raise EstimationError(one_of(f"{plan.estimator}: {option} term", term, known))
            if roles.setdefault(term, option) != option:
                raise EstimationError(
                    f"{plan.estimator}: {term!r} is both {roles[term]} and {option}; choose one"
                )
    for role in ("gmm_instruments", "iv_instruments"):
        for term in design.extra_terms.get(role, ()):
            if term.label in known:
                raise EstimationError(
                    f"{plan.estimator}: {term.label!r} in {role} is a regressor; these are instruments as "
                    "predetermined, endogenous or (in neither list) strictly exogenous"
                )


def _check_limits(design: Design, plan: Plan) -> None:
    """Limits are for what has instruments of its own lags, and start where these may."""
    own = (term.label for term in design.extra_terms.get("gmm_instruments", ()))
    least = {design.outcome: 2} | dict.fromkeys(plan.endogenous, 2)
    least |= dict.fromkeys([*plan.predetermined, *own], 1)
    for name, lags in (plan.lag_limits or {}).items():
        if name not in least:
            raise EstimationError(one_of(f"{plan.estimator}: lag_limits of", name, least))
        _check_lags(f"{plan.estimator}: lag_limits of {name!r}", lags, least[name])


def panel_rows(design: Design, plan: Plan) -> Panel:
    """Levels with the outcome's lags and period dummies, and the cells that each equation can use."""
    grid = spread(design)
    keep = [i for i, term in enumerate(design.terms) if plan.system or term.kind != "constant"]
    if plan.lags > grid.y.shape[1] - 2:
        raise _too_short(grid, plan)
    complete = _complete(grid, _with_lags(grid, plan.lags, keep))
    if not complete.any():
        raise _too_short(grid, plan)
    grid = trimmed(grid, np.asarray(complete.any(axis=1)))
    # the lags again: what was trimmed away are periods without any row
    regressors = _with_lags(grid, plan.lags, keep)
    complete = _complete(grid, regressors)
    rows = np.isfinite(transformed(grid.y, complete, plan.transformation))
    if not rows.any():
        raise _too_short(grid, plan)
    terms = tuple(Term(f"lag({design.outcome}, {lag})") for lag in range(1, plan.lags + 1))
    terms += tuple(design.terms[i] for i in keep)
    if plan.time_dummies:
        names, dummies = _time_dummies(grid, complete if plan.system else rows, plan)
        terms, regressors = terms + names, np.concatenate([regressors, dummies], axis=2)
    gmm_terms = tuple(design.extra_terms.get("gmm_instruments", ()))
    return Panel(design.outcome, terms, grid.y, regressors, complete, rows, grid, gmm_terms)


def _complete(grid: Grid, regressors: Floats) -> Booleans:
    """Cells with outcome, regressors and standard instruments; a missing GMM instrument counts as zero."""
    columns = [grid.y[:, :, None], regressors, _extra(grid, "iv_instruments")]
    return np.asarray(np.isfinite(np.concatenate(columns, axis=2)).all(axis=2))


def _extra(grid: Grid, role: str) -> Floats:
    """(N, T, m) variables of a role, none if there is no such role."""
    return grid.extra.get(role, np.zeros((*grid.y.shape, 0)))


def _with_lags(grid: Grid, lags: int, keep: Sequence[int]) -> Floats:
    earlier = [lagged(grid.y, lag)[:, :, None] for lag in range(1, lags + 1)]
    return np.concatenate([*earlier, grid.x[:, :, keep]], axis=2)


def _time_dummies(grid: Grid, rows: Booleans, plan: Plan) -> tuple[tuple[Term, ...], Floats]:
    """Dummies of the periods in use; beside the level equation's constant the first is left out."""
    periods = np.flatnonzero(rows.any(axis=0))[1 if plan.system else 0 :]
    dummies = np.broadcast_to(np.eye(grid.y.shape[1])[:, periods], (*grid.y.shape, len(periods)))
    return tuple(Term(str(grid.first + period), "period") for period in periods), dummies


def _too_short(grid: Grid, plan: Plan) -> EstimationError:
    present = np.isfinite(grid.y)
    run = longest = present[:, 0].astype(int)
    for column in present.T[1:]:
        run = (run + 1) * column
        longest = np.maximum(longest, run)
    needed = plan.lags + 2
    if longest.max() < needed:
        return EstimationError(
            f"{plan.estimator}: T too short: with lags = {plan.lags} an entity needs {needed} consecutive "
            f"periods, the longest run here is {longest.max()}"
        )
    return EstimationError(
        f"{plan.estimator}: no entity has two periods with the outcome, its {plan.lags} lag(s) and every "
        "regressor"
    )


def without_collinear(panel: Panel, plan: Plan) -> tuple[Panel, tuple[Term, ...]]:
    """The panel without period dummies that add nothing; any other such term is an error."""
    x = _stacked(panel, plan, panel.x)
    order = sorted(range(len(panel.terms)), key=lambda i: panel.terms[i].kind != "constant")
    keep = np.zeros(len(order), dtype=bool)
    size = np.linalg.norm(np.where(panel.complete[:, :, None], panel.x, 0.0), axis=(0, 1))
    keep[order] = independent(x.reshape(-1, len(order))[:, order], size[order])
    lost = [term for term, kept in zip(panel.terms, keep, strict=True) if not kept]
    way = "" if plan.time_dummies else "; for dummies of periods write time_dummies = true"
    for term in lost:
        if term.kind != "period":
            raise EstimationError(
                f"{plan.estimator}: '{term}' has no variation of its own in the transformed rows (constant "
                "over time within entities, or a combination of the terms before it)" + way
            )
    terms = tuple(term for term, kept in zip(panel.terms, keep, strict=True) if kept)
    return replace(panel, terms=terms, x=panel.x[:, :, keep]), tuple(lost)


def _stacked(panel: Panel, plan: Plan, values: Floats) -> Floats:
    """Values transformed and, in a system, in levels below; zero in cells that are not used. Axis 1 is 2T."""
    mask = (slice(None), slice(None)) + (None,) * (values.ndim - 2)
    upper = np.where(
        panel.transformed_rows[mask], transformed(values, panel.complete, plan.transformation), 0.0
    )
    if not plan.system:
        return upper
    return np.concatenate([upper, np.where(panel.complete[mask], values, 0.0)], axis=1)


def stacked_moments(panel: Panel, plan: Plan) -> Stack:
    """Outcome, regressors, instruments (but those all zero) and the factor of H that a plan calls for."""
    columns = np.concatenate([*_gmm_instruments(panel, plan), *_standard_instruments(panel, plan)], axis=2)
    z = np.where(_stacked_rows(panel, plan)[:, :, None], columns, 0.0)
    z = z[:, :, (z != 0).any(axis=(0, 1))]
    return Stack(_stacked(panel, plan, panel.y), _stacked(panel, plan, panel.x), z, _factor(panel, plan))


def _stacked_rows(panel: Panel, plan: Plan) -> Booleans:
    return (
        np.concatenate([panel.transformed_rows, panel.complete], axis=1)
        if plan.system
        else panel.transformed_rows
    )


def _styles(panel: Panel, plan: Plan) -> list[tuple[Floats, int, int]]:
    """What has instruments of its own lags, with the shortest and the longest."""
    first, last = plan.instrument_lags
    place = {term.label: i for i, term in enumerate(panel.terms)}
    outside = zip(panel.gmm_terms, np.moveaxis(_extra(panel.grid, "gmm_instruments"), 2, 0), strict=True)
    found = [(panel.outcome, panel.grid.y, first, last)]
    found += [(name, panel.x[:, :, place[name]], first, last) for name in plan.endogenous]
    found += [(name, panel.x[:, :, place[name]], first - 1, last - 1) for name in plan.predetermined]
    found += [(term.label, values, first, last) for term, values in outside]
    limits = plan.lag_limits or {}
    return [(values, *limits.get(name, (shortest, longest))) for name, values, shortest, longest in found]


def _gmm_instruments(panel: Panel, plan: Plan) -> list[Floats]:
    """Instruments by their lags, each block (N, R, q)."""
    blocks = []
    for values, shortest, longest in _styles(panel, plan):
        upper = gmm_columns(values, shortest, longest, collapse=plan.collapse)
        if not plan.system:
            blocks.append(upper)
            continue
        lower = level_columns(values, shortest, collapse=plan.collapse)
        blocks.append(np.concatenate([upper, np.zeros_like(upper)], axis=1))
        blocks.append(np.concatenate([np.zeros_like(lower), lower], axis=1))
    return blocks


def _standard_instruments(panel: Panel, plan: Plan) -> list[Floats]:
    """Strictly exogenous terms, the constant and `iv_instruments` as instruments of themselves, (N, R, q)."""
    covered, silent = {*plan.predetermined, *plan.endogenous}, plan.not_instruments or ()
    positions = [
        i
        for i, term in enumerate(panel.terms[plan.lags :], start=plan.lags)
        if term.label not in (*covered, *silent) and _base(term) not in covered
    ]
    outside = _extra(panel.grid, "iv_instruments")
    values = _stacked(panel, plan, np.concatenate([panel.x[:, :, positions], outside], axis=2))
    constant = np.zeros(values.shape[2], dtype=bool)
    constant[: len(positions)] = [panel.terms[i].kind == "constant" for i in positions]
    periods = panel.y.shape[1]
    if plan.system and plan.standard_equation == "difference":
        values[:, periods:, ~constant] = 0.0
    if plan.system and plan.standard_equation == "level":
        values[:, :periods] = 0.0
    return [values]


def _base(term: Term) -> str | None:
    """The variable that a term is a lag of: "w" of "lag(w, 1)" and of "lag(w)"."""
    try:
        tree = parse(term.name)
    except StudyError:
        return None  # the name of a dummy
    return show(tree.arguments[0]) if isinstance(tree, Call) and tree.function == "lag" else None


def _factor(panel: Panel, plan: Plan) -> Floats:
    """F with F'F = H, the covariance that the first step assumes of an entity's errors (see `h_matrix`)."""
    periods = panel.y.shape[1]
    identity = np.eye(periods)
    upper = identity if plan.h_matrix == "identity" else operator(plan.transformation, periods)
    if not plan.system:
        return upper
    if plan.h_matrix == "full":
        return np.concatenate([upper, identity], axis=1)
    zero = np.zeros_like(identity)
    return np.block([[upper, zero], [zero, identity]])
