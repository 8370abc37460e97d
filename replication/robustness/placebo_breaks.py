"""Would any year have looked like the break that is claimed? One test at every year that could be one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from replication.errors import EstimationError, UserError
from replication.estimate.design import Statistics
from replication.estimate.diagnostics import wald
from replication.language.nodes import show
from replication.language.syntax import parse, parse_formula
from replication.panel.panel import Panel
from replication.robustness.influence import estimated
from replication.robustness.specification import as_term
from replication.spec.entries import ModelSpec
from replication.study.boundary import NUMERICAL, numerical
from replication.study.one_model import fit_model, plan

TRIM = 0.15
"""Share of the periods at each end at which no break is put (Andrews 1993)."""


def placebo_breaks(panel: Panel, model: ModelSpec, terms: Sequence[str]) -> pd.DataFrame:
    """A Wald test, with the model's error, that the slopes of `terms` are the same from each period on.

    The level may change with them, unless effects of time take that up.

    Returns
    -------
    DataFrame with columns period, statistic (F, or chi2 over its degrees of freedom), p_value, problem

    Raises
    ------
    EstimationError
        Fewer than three periods.
    """
    rows = []
    for period in _candidates(panel, model):
        label, broken, changes = _broken(panel, model, terms, period)
        try:
            found = wald(*estimated(panel, broken), changes)
        except UserError as problem:
            rows.append((label, np.nan, np.nan, str(problem)))
        except NUMERICAL as problem:
            rows.append((label, np.nan, np.nan, numerical(problem)))
        else:
            rows.append((label, *_statistic(found), ""))
    return pd.DataFrame(rows, columns=["period", "statistic", "p_value", "problem"])


def _statistic(found: Statistics) -> tuple[float, float]:
    if "test_f" in found:
        return found["test_f"], found["test_f_p"]
    return found["test_chi2"] / found["test_chi2_df"], found["test_chi2_p"]


def _candidates(panel: Panel, model: ModelSpec) -> list[int]:
    """Periods of the model's rows, without TRIM of them at each end, the first never."""
    sample, _ = fit_model(panel, plan(model))
    periods = np.unique(sample.design.time)
    if len(periods) < 3:
        raise EstimationError(f"breaks: {len(periods)} periods; allowed: at least 3")
    cut = max(int(np.ceil(TRIM * len(periods))), 1)
    return periods[cut : len(periods) - cut + 1].tolist()


def _broken(
    panel: Panel, model: ModelSpec, terms: Sequence[str], period: int
) -> tuple[str, ModelSpec, list[str]]:
    """The model with slopes that change from a period on, and the terms that say by how much."""
    formula = parse_formula(model.formula)
    after = f"{panel.time_name} >= {period}"
    changes = [show(parse(f"interaction({term}, {after})")) for term in terms]
    level = [] if {"time", panel.time_name} & set(model.effects) else [after]
    sides = [as_term(show(formula.outcome)), *(as_term(show(term)) for term in formula.terms)]
    right = " + ".join([*sides[1:], *map(as_term, level), *changes])
    clock = panel.reading.named.get(panel.time_name)
    label = str(period) if clock is None else clock.name(period)
    broken = model.model_copy(update={"formula": f"{sides[0]} ~ {right}", "expected_nobs": None})
    return label, broken, changes
