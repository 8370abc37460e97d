"""Figures printed to so many digits could have been others: what that leaves of an estimate's digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from replication.errors import StudyError, one_of
from replication.estimate.seeds import generator, require_draws
from replication.panel.panel import Panel
from replication.robustness.influence import ROW, row_of
from replication.spec.entries import ModelSpec


def rounded_inputs(
    panel: Panel, model: ModelSpec, term: str, printed_to: Mapping[str, float], draws: int, seed: int
) -> pd.DataFrame:
    """The coefficient of a term when every figure is drawn from what it could have been before rounding.

    Each draw adds to each figure of a column an independent uniform number of at most half the unit that it
    is printed to, and evaluates and estimates everything anew; which rows are used may change with it.

    Parameters
    ----------
    printed_to : mapping of str to float
        The unit of the last printed digit of each column: 1 for whole numbers, 0.1 for one decimal.

    Returns
    -------
    DataFrame with columns draw, estimate, std_error, p_value, conf_low, conf_high, nobs, problem
        Draw 0 is the model itself.

    Raises
    ------
    StudyError
        A column that is not there or holds no numbers, a unit that is not positive.
    EstimationError
        Too few draws, or too many.
    """
    require_draws("rounding", draws, 1)
    for column, unit in printed_to.items():
        _check(panel, column, unit)
    rows = [(0, *row_of(panel, model, term))]
    for draw in range(1, draws + 1):
        random = generator(seed, "rounding", str(draw))
        rows.append((draw, *row_of(_drawn(panel, printed_to, random), model, term)))
    return pd.DataFrame(rows, columns=["draw", *ROW])


def _check(panel: Panel, column: str, unit: float) -> None:
    if column not in panel.table.columns:
        raise StudyError(f"printed_to: {one_of('column', column, panel.table.columns)}")
    if not pd.api.types.is_numeric_dtype(panel.table[column]):
        raise StudyError(f"printed_to: {column} holds no numbers")
    if column in (panel.entity_name, panel.time_name):
        raise StudyError(f"printed_to: {column} is a key of the panel and no figure")
    if not unit > 0:
        raise StudyError(f"printed_to: the unit of {column} is {unit:g}; allowed: more than 0")


def _drawn(panel: Panel, printed_to: Mapping[str, float], random: np.random.Generator) -> Panel:
    changed = {
        column: panel.table[column].astype(float) + unit * random.uniform(-0.5, 0.5, len(panel.table))
        for column, unit in printed_to.items()
    }
    return replace(panel, table=panel.table.assign(**changed))
