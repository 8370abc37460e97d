"""Rows and instruments of a dynamic panel model, on the full rectangle of entities and periods.

Every array here has an axis of N entities and an axis of T consecutive periods; what is missing is NaN in
the data and zero in the instruments. Gaps are therefore visible: a lag is a shift along the axis of periods
and never reaches across a missing year. The conventions are those of Roodman's xtabond2 (Stata Journal 9,
2009, pp. 86-136, and its Mata source, version 3.7.0), to which users compare dynamic panel estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from replication.estimate.design import Booleans, Design, Floats, Integers

Transformation = Literal["difference", "orthogonal_deviations"]


@dataclass(frozen=True)
class Grid:
    """A design spread over the rectangle of entities and periods.

    Attributes
    ----------
    y : (N, T) float array
    x : (N, T, k) float array
    row : (N, T) int array
        Position in the design, -1 where the design has no such row.
    first : int
        The period of the first column.
    extra : mapping of str to (N, T, m) float array
        Variables that are no regressors, by their role; NaN where missing or infinite.
    """

    y: Floats
    x: Floats
    row: Integers
    first: int
    extra: Mapping[str, Floats]


def spread(design: Design) -> Grid:
    """The design on the rectangle from its first to its last period."""
    first = int(design.time.min())
    shape = (int(design.entity.max()) + 1, int(design.time.max()) - first + 1)
    cell = (design.entity, design.time - first)
    y = np.full(shape, np.nan)
    x = np.full((*shape, design.x.shape[1]), np.nan)
    row = np.full(shape, -1, dtype=np.int64)
    y[cell], x[cell], row[cell] = design.y, design.x, np.arange(design.nobs)
    extra = {}
    for role, values in design.extra.items():
        extra[role] = np.full((*shape, values.shape[1]), np.nan)
        extra[role][cell] = np.where(np.isfinite(values), values, np.nan)
    return Grid(y, x, row, first, extra)


def trimmed(grid: Grid, entities: Booleans) -> Grid:
    """The grid on some entities and on the periods in which any of these has a row."""
    row = grid.row[entities]
    periods = np.flatnonzero((row >= 0).any(axis=0))
    span = slice(periods[0], periods[-1] + 1)
    return Grid(
        grid.y[entities][:, span],
        grid.x[entities][:, span],
        row[:, span],
        grid.first + int(periods[0]),
        {role: values[entities][:, span] for role, values in grid.extra.items()},
    )


def lagged(values: Floats, lag: int) -> Floats:
    """Values `lag` periods earlier, NaN where there is no such period; axis 1 is the period."""
    out = np.full_like(values, np.nan)
    if lag < values.shape[1]:
        out[:, lag:] = values[:, : values.shape[1] - lag]
    return out


def difference(values: Floats) -> Floats:
    """Change from the period before, NaN where either is missing."""
    return values - lagged(values, 1)


def forward_deviations(values: Floats, complete: Booleans) -> Floats:
    """Deviation from the mean of the later complete periods, weighted to keep the error variance.

    Arellano and Bover (1995, eq. 4). As in xtabond2 the deviation of period t stands in the cell of t + 1,
    so that instruments dated by lags are the same for both transformations.
    """
    mask = complete.reshape(complete.shape + (1,) * (values.ndim - 2))
    kept = np.where(mask, values, 0.0)
    later_sum = np.flip(np.cumsum(np.flip(kept, axis=1), axis=1), axis=1) - kept
    later: Integers = np.flip(np.cumsum(np.flip(mask, axis=1), axis=1), axis=1) - mask
    count = np.maximum(later, 1)
    deviation = np.sqrt(count / (count + 1.0)) * (values - later_sum / count)
    return lagged(np.where(mask & (later > 0), deviation, np.nan), 1)


def transformed(values: Floats, complete: Booleans, kind: Transformation) -> Floats:
    """Values without the entity's effect, NaN where the transformation is not defined."""
    mask = complete.reshape(complete.shape + (1,) * (values.ndim - 2))
    present = np.where(mask, values, np.nan)
    return difference(present) if kind == "difference" else forward_deviations(present, complete)


def operator(kind: Transformation, periods: int) -> Floats:
    """(T, T) matrix whose column c gives the weights of the levels in the transformed value of cell c.

    xtabond2 takes the weights of an entity that is seen in every period, whatever the entity; only the first
    steps' weighting matrix uses them.
    """
    weights = np.zeros((periods, periods))
    for cell in range(1, periods):
        if kind == "difference":
            weights[cell - 1 : cell + 1, cell] = -1.0, 1.0
        else:
            later = periods - cell
            scale = np.sqrt(later / (later + 1.0))
            weights[cell - 1, cell], weights[cell:, cell] = scale, -scale / later
    return weights


def gmm_columns(values: Floats, first: int, last: int, *, collapse: bool) -> Floats:
    """(N, T, q) instruments: `values` lagged `first` to `last` periods, zero where missing.

    One column for each period and lag (Holtz-Eakin, Newey and Rosen 1988), or for each lag if collapsed
    (Roodman 2009, p. 107).
    """
    filled = np.nan_to_num(values)
    periods = values.shape[1]
    columns = []
    for lag in range(first, min(last, periods - 1) + 1):
        shifted = np.nan_to_num(lagged(filled, lag))
        columns.append(shifted[:, :, None] if collapse else _by_period(shifted)[:, :, lag:])
    return np.concatenate(columns, axis=2) if columns else np.zeros((*values.shape, 0))


def _by_period(values: Floats) -> Floats:
    """(N, T, T): column t holds `values` in period t and zero elsewhere."""
    return values[:, :, None] * np.eye(values.shape[1])


def level_columns(values: Floats, first: int, *, collapse: bool) -> Floats:
    """(N, T, q) instruments of the level equation: the change in `values`, lagged `first` - 1 periods.

    Blundell and Bond (1998): deeper changes are redundant given the transformed equation's instruments.
    """
    change = np.nan_to_num(lagged(np.nan_to_num(difference(values)), first - 1))
    return change[:, :, None] if collapse else _by_period(change)


def independent(matrix: Floats, size: Floats) -> Booleans:
    """Which columns are not zero beside their `size` and not a combination of the ones before them."""
    basis = np.zeros((matrix.shape[0], 0))
    keep = np.zeros(matrix.shape[1], dtype=bool)
    for j, column in enumerate(matrix.T):
        length = np.linalg.norm(column)
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)  # twice: once is not enough for nearly dependent columns
        keep[j] = length > 1e-12 * size[j] and np.linalg.norm(rest) > 1e-9 * length
        if keep[j]:
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return keep
