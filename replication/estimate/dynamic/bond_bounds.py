"""Where a lagged outcome's coefficient should lie: between within and pooled least squares (Bond 2002)."""

from __future__ import annotations

import numpy as np

from replication.estimate.design import Floats, Integers
from replication.estimate.dynamic.dynamic_rows import Panel


def outside_bounds(panel: Panel, estimate: float) -> tuple[str, ...]:
    """A sentence if the coefficient of the first term, the outcome's only lag, lies outside Bond's bounds.

    With one lag, pooled least squares is biased upwards by the entity effects, within least squares
    downwards by the deviations (Nickell 1981): a consistent estimate lies between them (Bond 2002, section
    2.1). Both are fitted on the rows of the level equation.
    """
    entity = np.nonzero(panel.complete)[0]
    y, x = panel.y[panel.complete], panel.x[panel.complete]
    low = _first(_deviations(y[:, None], entity)[:, 0], _deviations(x, entity))
    high = _first(y, np.column_stack([x, np.ones(len(y))]))
    if low <= estimate <= high or not low < high:
        return ()
    return (
        f"the coefficient of {str(panel.terms[0])!r}, {estimate:.3g}, lies outside Bond's bounds: {low:.3g} "
        f"by within and {high:.3g} by pooled least squares",
    )


def _deviations(values: Floats, entity: Integers) -> Floats:
    """(n, m) deviations from the means of each entity."""
    codes = np.unique(entity, return_inverse=True)[1]
    sums = np.zeros((int(codes.max()) + 1, values.shape[1]))
    np.add.at(sums, codes, values)
    return values - (sums / np.bincount(codes)[:, None])[codes]


def _first(y: Floats, x: Floats) -> float:
    """The first coefficient of least squares; columns that are combinations of others share theirs."""
    return float(np.linalg.lstsq(x, y, rcond=None)[0][0])
