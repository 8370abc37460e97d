"""Dynamic panels: difference GMM (Arellano and Bond 1991) and system GMM (Blundell and Bond 1998).

The estimators make the lags of the outcome themselves and take earlier outcomes as instruments. So that none
of the outcome's history is lost, the design may hold rows whose regressors are missing (NaN in `x`): they
serve as history and instruments and are never rows of the regression.

Conventions are xtabond2's (Roodman 2009 and its Mata source), on balanced and unbalanced panels:

* strictly exogenous terms are one instrument each, transformed in the transformed equation and untransformed
  in the level equation (`standard_equation`); xtdpdsys gives them to the transformed equation only;
* a predetermined term is instrumented by its own lags from the first, an endogenous one from the second; a
  term that is a lag of such a term, "lag(w, 1)" of "w", is covered by the instruments of "w";
* `h_matrix="full"` is h(3), xtabond2's and pgmm's default: the first step weighs by the covariance that
  serially uncorrelated errors of equal variance have in both equations. "block" is h(2), and DPD for Ox: it
  leaves out the covariance between the equations. "identity" is h(1). In difference GMM the first two agree;
* no small-sample factor; statistics are referred to the normal and chi-squared distributions.

The constant differences out: difference GMM leaves it out, system GMM has it in the level equation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from math import prod
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from replication.errors import EstimationError
from replication.estimate.design import Covariance, Design, Fit, Floats, Statistics, Term
from replication.estimate.dynamic.bond_bounds import outside_bounds
from replication.estimate.dynamic.dynamic_rows import (
    Options,
    Panel,
    Plan,
    check_plan,
    panel_rows,
    stacked_moments,
    without_collinear,
)
from replication.estimate.dynamic.gmm_instruments import difference, lagged, operator, spread
from replication.estimate.dynamic.gmm_moments import (
    DifferencedErrors,
    HomoskedasticErrors,
    Stack,
    Step,
    first_root,
    gmm_step,
    sandwich,
    serial_correlation,
    weight_root,
    windmeijer,
)
from replication.estimate.numbers.distributions import NORMAL, chi2_sf

Estimator = Callable[..., Fit]
Cell = TypeVar("Cell", bound=np.generic)


def takes_options(*, without: tuple[str, ...] = ()) -> Callable[[Estimator], Estimator]:
    """Give an estimator that hands its keywords on the signature that the fields of `Options` make."""
    hints, defaults = get_type_hints(Options), Options()
    keywords = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(defaults, each.name),
            annotation=hints[each.name],
        )
        for each in fields(Options)
        if each.name not in without
    ]

    def signed(estimator: Estimator) -> Estimator:
        """The estimator, which refuses keywords that its signature does not have."""
        design = inspect.Parameter("design", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Design)
        signature = inspect.Signature([design, *keywords], return_annotation=Fit)

        @wraps(estimator)
        def estimate(design: Design, **options: Any) -> Fit:
            """The estimator, an option that it does not have refused."""
            signature.bind(design, **options)
            return estimator(design, **options)

        estimate.__annotations__ = {each.name: each.annotation for each in (design, *keywords)}
        estimate.__signature__ = signature  # type: ignore[attr-defined]  # what inspect.signature reads
        return estimate

    return signed


@takes_options(without=("standard_equation",))
def difference_gmm(design: Design, **options: Any) -> Fit:
    """Arellano and Bond's (1991) GMM on the transformed equation; for its options see `Options`.

    Raises
    ------
    EstimationError
        An option out of range or a term unknown; T too short; a regressor without variation; fewer
        instruments than parameters.
    """
    return _estimate(design, Plan(estimator="difference_gmm", system=False, **options))


@takes_options()
def system_gmm(design: Design, **options: Any) -> Fit:
    """Blundell and Bond's (1998) GMM on the transformed and the level equation together.

    The level equation is instrumented by the latest change of every variable that has instruments of its own
    lags. Options and errors as in `difference_gmm`.
    """
    return _estimate(design, Plan(estimator="system_gmm", system=True, **options))


ESTIMATORS = {"difference_gmm": difference_gmm, "system_gmm": system_gmm}


def _estimate(design: Design, plan: Plan) -> Fit:
    check_plan(design, plan)
    panel, dropped = without_collinear(panel_rows(design, plan), plan)
    stack = stacked_moments(panel, plan)
    first = _first_step(stack, plan)
    second = gmm_step(stack, weight_root(first.moments))
    step = first if plan.steps == 1 else second
    variance = _error_variance(first, panel, plan)
    covariance = _covariance(stack, first, second, variance, plan)
    statistics = {
        **_overidentification(first, second, variance),
        **_serial_correlations(stack, panel, step, covariance, variance, plan),
        **_counts(design, panel, first, plan),
    }
    cells = np.argwhere(panel.complete if plan.system else _origin(panel.transformed_rows, plan))
    used = panel.grid.row[tuple(cells.T)]
    rows = design.rows(np.isin(np.arange(design.nobs), used))
    return Fit(
        estimator=plan.estimator,
        terms=panel.terms,
        params=step.params,
        bread=step.bread,
        scores=_scores(stack, step, plan)[tuple(cells.T)],
        entity=rows.entity,
        time=rows.time,
        clusters=rows.clusters,
        design=design,
        kept=np.isin(np.arange(design.nobs), used),
        one_draw="entity",  # a transformed row shares errors with the one before and with its level
        law="normal" if plan.small_sample is None else "t",
        own=_own(covariance, panel, len(cells), int(statistics["entities"]), plan),
        statistics=statistics,
        warnings=_warnings(first, second, statistics, dropped, plan)
        + (outside_bounds(panel, float(step.params[0])) if plan.lags == 1 else ()),
    )


def _convention(plan: Plan) -> str:
    if plan.steps == 1:
        errors = "robust within entities" if plan.robust else "for homoskedastic errors"
        return f"one-step GMM, {errors} (Stata xtabond2)"
    corrected = "with Windmeijer's (2005) correction" if plan.windmeijer else "uncorrected"
    return f"two-step GMM, {corrected} (Stata xtabond2, twostep)"


def _own(matrix: Floats, panel: Panel, rows: int, entities: int, plan: Plan) -> Covariance:
    """The covariance with the small-sample factors and the law that are asked for."""
    if plan.small_sample is None:
        return Covariance("own", matrix, None, {}, _convention(plan))
    k, constant = len(panel.terms), any(term.kind == "constant" for term in panel.terms)
    if rows <= k:
        raise EstimationError(f"{plan.estimator}: small_sample: {rows} rows leave no degree of freedom")
    if plan.steps == 1 and not plan.robust:
        factors, df = {"n/(n-k)": rows / (rows - k)}, rows - k
    else:
        factors = {"(n-1)/(n-k)": (rows - 1) / (rows - k), "N/(N-1)": entities / (entities - 1)}
        df = entities - constant
    told = ", ".join(f"{name} = {value:.6g}" for name, value in factors.items())
    return Covariance(
        "own", matrix * prod(factors.values()), df, factors, f"{_convention(plan)}, small: {told}"
    )


def _first_step(stack: Stack, plan: Plan) -> Step:
    root = first_root(stack)
    if len(root) < stack.x.shape[2]:
        raise EstimationError(
            f"{plan.estimator}: {len(root)} instruments for {stack.x.shape[2]} parameters: allow longer "
            "instrument_lags, or do not collapse"
        )
    return gmm_step(stack, root)


def _error_variance(step: Step, panel: Panel, plan: Plan) -> float:
    """Variance of the level errors from the residuals of the transformed equation (level: "identity").

    Levels still hold the entity's effect; a first difference has twice the variance of a level.
    """
    levels = plan.system and plan.h_matrix == "identity"
    periods = panel.y.shape[1]
    residuals = step.residuals[:, periods:] if levels else step.residuals[:, :periods]
    rows = panel.complete if levels else panel.transformed_rows
    doubled = plan.transformation == "difference" and plan.h_matrix != "identity"
    return float(np.sum(residuals**2) / rows.sum() / (2 if doubled else 1))


def _covariance(stack: Stack, first: Step, second: Step, variance: float, plan: Plan) -> Floats:
    if plan.steps == 1:
        return sandwich(first) if plan.robust else variance * first.bread
    return windmeijer(stack, first, second) if plan.windmeijer else second.bread


def _overidentification(first: Step, second: Step, variance: float) -> Statistics:
    """Sargan from the first step, Hansen from the second; nothing where the model is exactly identified.

    What pgmm prints as the Sargan test of a one-step fit is `sargan_pgmm`: the second step's weights at the
    first step's residuals.
    """
    df = first.rank - len(first.params)
    if df == 0:
        return {}
    pgmm = float(np.sum((second.root @ first.moments.sum(axis=0)) ** 2))
    tests = {"sargan": first.objective / variance, "hansen": second.objective, "sargan_pgmm": pgmm}
    out: Statistics = {}
    for name, value in tests.items():
        out |= {name: value, f"{name}_df": float(df), f"{name}_p": chi2_sf(value, df)}
    return out


def _serial_correlations(
    stack: Stack, panel: Panel, step: Step, covariance: Floats, variance: float, plan: Plan
) -> Statistics:
    """Arellano and Bond's m1 and m2, always on first differences of the level residuals."""
    level = np.where(panel.complete, panel.y - panel.x @ step.params, np.nan)
    change = difference(level)
    used = np.isfinite(change)
    x = np.where(used[:, :, None], difference(panel.x), 0.0)
    errors = DifferencedErrors(np.nan_to_num(change), x, used)
    assumed = None
    if plan.steps == 1 and not plan.robust:
        assumed = _homoskedastic(stack, variance, plan, periods=panel.y.shape[1])
    out: Statistics = {}
    for order in (1, 2):
        m = serial_correlation(errors, order, step, covariance, assumed)
        out |= {f"ar{order}": m, f"ar{order}_p": float(2 * NORMAL.sf(abs(m)))}
    return out


def _homoskedastic(stack: Stack, variance: float, plan: Plan, *, periods: int) -> HomoskedasticErrors:
    identity = plan.h_matrix == "identity"
    return HomoskedasticErrors(
        variance,
        np.eye(periods) if identity else operator("difference", periods),
        np.eye(periods) if identity else operator(plan.transformation, periods),
        stack.z[:, :periods],
    )


def _counts(design: Design, panel: Panel, first: Step, plan: Plan) -> Statistics:
    """Instruments that are not redundant, entities, and the design's rows that were lost, by cause."""
    grid = spread(design)
    present = grid.row >= 0
    lags = [np.isfinite(lagged(grid.y, lag)) for lag in range(1, plan.lags + 1)]
    with_lags = present & np.all(lags, axis=0)
    with_regressors = with_lags & np.isfinite(grid.x).all(axis=2)
    rows = panel.complete if plan.system else panel.transformed_rows
    return {
        "instruments": float(first.rank),
        "entities": float(rows.any(axis=1).sum()),
        "lost_outcome_lags": float(present.sum() - with_lags.sum()),
        "lost_missing_regressors": float(with_lags.sum() - with_regressors.sum()),
        "lost_transformation": float(with_regressors.sum() - rows.sum()),
    }


def _origin(values: NDArray[Cell], plan: Plan) -> NDArray[Cell]:
    """Transformed cells moved to the period of the row they belong to (deviations stand one period late)."""
    return values if plan.transformation == "difference" else np.roll(values, -1, axis=1)


def _scores(stack: Stack, step: Step, plan: Plan) -> Floats:
    """(N, T, k) derivative of the objective by row; in a system the sum over its two equations.

    Summed within entities and between two `bread`s they give the one-step robust covariance.
    """
    scores = (stack.z @ step.weighted) * step.residuals[:, :, None]
    if not plan.system:
        return _origin(scores, plan)
    upper, lower = np.split(scores, 2, axis=1)
    return _origin(upper, plan) + lower


def _warnings(
    first: Step, second: Step, statistics: Statistics, dropped: tuple[Term, ...], plan: Plan
) -> tuple[str, ...]:
    out = []
    instruments, entities = int(statistics["instruments"]), int(statistics["entities"])
    if instruments > entities:
        out.append(
            f"{instruments} instruments for {entities} entities: they overfit, and the Hansen test is weak; "
            "collapse them or shorten instrument_lags."
        )
    if second.rank < first.rank:
        use = "the second step" if plan.steps == 2 else "the Hansen test"
        out.append(
            f"The covariance of the {first.rank} moments has rank {second.rank}: {use} uses a generalised "
            "inverse, and programs choose different ones."
        )
    if dropped:
        out.append(f"Period dummies that add nothing were left out: {', '.join(map(str, dropped))}.")
    return tuple(out)
