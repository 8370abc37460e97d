"""The sensitivity of one coefficient of a linear model to what is not in it, from the model's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from replication.errors import EstimationError, one_of
from replication.estimate.covariances.sandwich import classical
from replication.estimate.design import Design, Floats, LeastSquaresFit
from replication.estimate.linear.linear import ols
from replication.estimate.numbers.absorb import projector, residuals
from replication.estimate.numbers.groupings import of_design
from replication.robustness.omitted import (
    Movement,
    as_strong_as,
    beta_for,
    delta_for,
    given,
    movement,
    partial_r2,
    robustness_value,
)

SIZE = 0.05


def movement_in(design: Design, effects: Sequence[str], term: str, shared: Sequence[str] = ()) -> Movement:
    """Oster's numbers for a term, all other regressors but `shared` being the controls.

    With effects everything is about what they leave, the R squared too (Stata's psacalc after xtreg, fe takes
    the variance of the outcome itself).

    Raises
    ------
    EstimationError
        An unknown term, or no control.
    """
    labels = list(design.labels)
    _known(labels, [term, *shared])
    left = _left(design, effects)
    constant = [labels[0]] if design.has_constant and not effects else []
    both = [labels.index(name) for name in [*constant, *shared]]
    skipped = {*both, labels.index(term), *([0] if design.has_constant else [])}
    controls = [place for place in range(len(labels)) if place not in skipped]
    if not controls:
        raise EstimationError(f"omitted: the model has no control besides {term}")
    y, x = left[:, 0], left[:, 1:]
    return movement(y, x[:, labels.index(term)], x[:, both], x[:, controls])


def _left(design: Design, effects: Sequence[str]) -> Floats:
    """(n, 1 + k) outcome and regressors in the metric of the square-root weights, effects taken out."""
    weights = design.unit_weights
    columns = np.column_stack([design.y, design.x])
    by = projector(of_design(design, list(effects)), weights)
    return residuals(by, columns) * np.sqrt(weights)[:, None]


def omitted_table(
    design: Design,
    effects: Sequence[str],
    term: str,
    *,
    benchmarks: Sequence[str] = (),
    times: Sequence[float] = (1.0, 2.0, 3.0),
    r2_max: float | None = None,
    shared: Sequence[str] = (),
) -> pd.DataFrame:
    """Both methods for one coefficient.

    Returns
    -------
    DataFrame with columns method, quantity, times, of, value
        Oster (2019): r2_max, delta (for an effect of zero), beta (at delta one). Cinelli and Hazlett (2020):
        partial_r2, robustness_value, robustness_value_significance, and for each benchmark `of` and multiple
        `times` the estimate, std_error and t that would be left.
    """
    oster = movement_in(design, effects, term, shared)
    largest = oster.r2_max if r2_max is None else r2_max
    nothing = (float("nan"), "")
    rows = [
        ("Oster", "r2_max", *nothing, largest),
        ("Oster", "delta", *nothing, delta_for(oster, largest)),
        ("Oster", "beta", *nothing, beta_for(oster, largest)),
    ]
    fit = ols(design, effects=list(effects) or None)
    estimate, error, df = _classical(fit, term)
    t = estimate / error
    rows += [
        ("Cinelli and Hazlett", "partial_r2", *nothing, partial_r2(t, df)),
        ("Cinelli and Hazlett", "robustness_value", *nothing, robustness_value(t, df)),
        (
            "Cinelli and Hazlett",
            "robustness_value_significance",
            *nothing,
            robustness_value(t, df, size=SIZE),
        ),
    ]
    _known(list(fit.labels), benchmarks)
    for benchmark in benchmarks:
        strength = _strength(design, effects, fit, term, benchmark)
        for multiple in times:
            rows += _with_confounder(strength, multiple, benchmark, estimate, error, df)
    return pd.DataFrame(rows, columns=["method", "quantity", "times", "of", "value"])


def _known(labels: list[str], names: Sequence[str]) -> None:
    for name in names:
        if name not in labels:
            raise EstimationError(f"omitted: {one_of('term', name, labels)}")


def _classical(fit: LeastSquaresFit, term: str) -> tuple[float, float, float]:
    """Estimate, classical error and degrees of freedom: partial R squared is about these alone."""
    place = fit.labels.index(term)
    return float(fit.params[place]), float(np.sqrt(classical(fit).matrix[place, place])), float(fit.df_resid)


def _strength(
    design: Design, effects: Sequence[str], fit: LeastSquaresFit, term: str, benchmark: str
) -> tuple[float, float]:
    """Partial R squared of a regressor with the treatment, and with the outcome given all others."""
    estimate, error, df = _classical(fit, benchmark)
    place = design.labels.index(term)
    others = [number for number in range(len(design.terms)) if number != place]
    auxiliary = replace(
        design,
        y=design.x[:, place],
        x=design.x[:, others],
        terms=tuple(design.terms[number] for number in others),
    )
    b, se, df_treatment = _classical(ols(auxiliary, effects=list(effects) or None), benchmark)
    return partial_r2(b / se, df_treatment), partial_r2(estimate / error, df)


def _with_confounder(
    strength: tuple[float, float], times: float, benchmark: str, estimate: float, error: float, df: float
) -> list[tuple[str, str, float, str, float]]:
    try:
        adjusted, its_error = given(as_strong_as(times, *strength), estimate, error, df)
    except EstimationError:
        adjusted = its_error = float("nan")
    t = adjusted / its_error if its_error else float("nan")  # it explains all that is left of the outcome
    values = {"estimate": adjusted, "std_error": its_error, "t": t}
    return [("Cinelli and Hazlett", name, times, benchmark, value) for name, value in values.items()]
