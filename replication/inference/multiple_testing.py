"""P values of several hypotheses that are tested together."""

from __future__ import annotations

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.wild_bootstrap import TIE
from replication.estimate.design import Floats


def holm(p_values: Floats) -> Floats:
    """(m,) p values adjusted so that the chance of any false rejection is held (Holm 1979).

    The j-th smallest is multiplied by m - j + 1, made monotone and cut at one. Missing ones stay missing
    and do not count.

    Raises
    ------
    EstimationError
        A p value outside 0 to 1.
    """
    p_values = np.asarray(p_values, dtype=float)
    known = ~np.isnan(p_values)
    if ((p_values[known] < 0) | (p_values[known] > 1)).any():
        raise EstimationError("holm: a p value is outside 0 to 1")
    order = np.argsort(p_values[known], kind="stable")
    steps = np.arange(known.sum(), 0, -1) * p_values[known][order]
    adjusted = np.full(len(p_values), np.nan)
    adjusted[np.flatnonzero(known)[order]] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def romano_wolf(statistics: Floats, draws: Floats) -> Floats:
    """(m,) p values adjusted by the stepdown of Romano and Wolf (2005), computed as in their (2016) paper.

    From the largest statistic down, each is compared with the largest of those not yet passed in every
    draw, p = (draws at least as large + 1) / (B + 1), and made monotone. Draws that differ from the data's by
    rounding alone count as equal: of all sign vectors two repeat the data. What is gained on Holm comes from
    the dependence between the statistics.

    Parameters
    ----------
    statistics : (m,) float array
        |t| of each hypothesis in the data.
    draws : (B, m) float array
        The same in each bootstrap draw under the hypotheses, all columns from the same draws
        (`wild_bootstrap.bootstrap_statistics`).

    Raises
    ------
    EstimationError
        Shapes that do not fit, or a missing statistic.
    """
    data, drawn = np.abs(np.asarray(statistics, dtype=float)), np.abs(np.asarray(draws, dtype=float))
    if drawn.ndim != 2 or drawn.shape[1:] != data.shape or not len(drawn):
        raise EstimationError(f"romano_wolf: {data.shape} statistics do not fit draws of {drawn.shape}")
    if np.isnan(data).any() or np.isnan(drawn).any():
        raise EstimationError("romano_wolf: a statistic is missing")
    order = np.argsort(-data, kind="stable")
    largest = np.maximum.accumulate(drawn[:, order][:, ::-1], axis=1)[:, ::-1]
    steps = ((largest >= data[order] * (1.0 - TIE)).sum(axis=0) + 1.0) / (len(drawn) + 1.0)
    adjusted = np.empty(len(data))
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted
