"""Least squares with effects, and what it hangs on: one row, one date of a break.

Parameters
----------
outcome : str
    The dependent variable: a column, or an expression of the study language.
regressors : list of str
    The right-hand side, one expression a regressor; the effects stand under `effects`.
terms : list of str
    The regressors whose slopes are looked at.
trim : float
    Share of the periods at either end at which no break is looked for, above 0 and below 0.5.
draws : int
    Bootstrap draws of the largest statistic under no break.
effects : list of str
    Effects that are taken out: of entities, of periods, of both, or none.
entity : str
    Column of the entities, by which errors are clustered and lags are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from replication.describe.series import by_name, choose, over, tidy
from replication.describe.tabulation import columns_of, panel_rows
from replication.errors import StudyError
from replication.language.evaluate import condition
from replication.language.functions import Floats

Effects = list[Literal["entity", "time"]]
YEARS: Effects = ["time"]
CRITICAL = "5 percent critical value of the largest"


@dataclass(frozen=True)
class _Sample:
    """Rows that know outcome and regressors.

    Attributes
    ----------
    y : (n,) float array
    x : (n, k) float array
        The regressors without effects.
    regressors : list of str
        What they are called.
    basis : (n, rank) float array
        Orthonormal, of the constant and the effects.
    entity, time : (n,) arrays
        Labels of entity and period.
    """

    y: Floats
    x: Floats
    regressors: list[str]
    basis: Floats
    entity: np.ndarray
    time: np.ndarray


def _sample(
    table: pd.DataFrame,
    *,
    outcome: str,
    regressors: list[str],
    effects: Effects = YEARS,
    entity: str = "iso3",
    time: str = "year",
    where: str = "",
) -> _Sample:
    rows = panel_rows(table, entity, time)
    inside = condition(where, rows) if where else np.ones(len(table), dtype=bool)
    values = columns_of(rows, [outcome, *regressors])
    keep = inside & ~np.isnan(values).any(axis=1)
    if keep.sum() <= len(regressors) + 1:
        raise StudyError(f"{keep.sum()} rows know outcome and regressors; a regression needs more")
    entities, periods = table[entity].to_numpy()[keep].astype(str), table[time].to_numpy()[keep]
    basis = _basis({"entity": entities, "time": periods}, effects, len(periods))
    return _Sample(values[keep, 0], values[keep, 1:], regressors, basis, entities, periods)


def _dummies(labels: np.ndarray) -> Floats:
    return (labels[:, None] == np.unique(labels)).astype(float)


def _basis(groups: Mapping[str, np.ndarray], effects: Effects, rows: int) -> Floats:
    columns = [np.ones((rows, 1)), *(_dummies(groups[name]) for name in effects)]
    u, s, _ = np.linalg.svd(np.hstack(columns), full_matrices=False)
    return u[:, s > s[0] * 1e-10]


def _partialled(columns: Floats, basis: Floats) -> Floats:
    return columns - basis @ (basis.T @ columns)


@over(_sample)
def largest_residuals(sample: _Sample, *, most: int = 10) -> pd.DataFrame:
    """The rows with the largest externally studentised residuals, their leverage and Cook's distance.

    t_i = e_i / (s_(i) sqrt(1 - h_i)), s_(i) without the row; D_i = e_i^2 h_i / (k s^2 (1 - h_i)^2)
    (Belsley, Kuh and Welsch 1980; Cook 1977), h with effects and k counting them. Groups are the rows,
    named "entity period"; periods the figures.

    Parameters
    ----------
    most : int
        How many rows are shown, the largest residuals first.
    """
    u, s, _ = np.linalg.svd(_partialled(sample.x, sample.basis), full_matrices=False)
    hat = np.hstack([sample.basis, u[:, s > s[0] * 1e-10]])
    residual, leverage = _partialled(sample.y, hat), (hat**2).sum(axis=1)
    n, k = len(sample.y), hat.shape[1]
    squares, left = residual @ residual, 1 - leverage
    alone = left < 1e-10  # a row that its effects explain alone has no residual
    left = np.where(alone, np.nan, left)
    spread = np.sqrt((squares - residual**2 / left) / (n - k - 1))
    found = {
        "studentised residual": residual / (spread * np.sqrt(left)),
        "leverage": leverage,
        "Cook's distance": residual**2 * leverage / (k * squares / (n - k) * left**2),
        "outcome": sample.y,
    }
    names = [f"{one} {period}" for one, period in zip(sample.entity, sample.time, strict=True)]
    frame = pd.DataFrame(found, index=names).dropna()
    order = frame["studentised residual"].abs().sort_values(ascending=False, kind="stable").index[:most]
    return tidy(frame.loc[order].T)


@over(_sample)
def _walds(
    sample: _Sample, *, terms: list[str], trim: float = 0.15, draws: int = 999, seed: int = 1998
) -> pd.DataFrame:
    """A row a candidate period, a column of statistics of the data, then one of each draw."""
    if not 0 < trim < 0.5:
        raise StudyError(f"trim is {trim:g}; allowed: above 0 and below 0.5")
    places = [sample.regressors.index(choose("term", term, sample.regressors)) for term in terms]
    common = np.hstack([sample.basis, np.linalg.qr(_partialled(sample.x, sample.basis))[0]])
    residual = _partialled(sample.y, common)
    members = _dummies(sample.entity)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(members.shape[1], draws))
    drawn = np.column_stack([residual, _partialled(residual[:, None] * (members @ signs), common)])
    candidates = _candidates(sample.time, trim)
    after = [sample.x[:, places] * (sample.time >= tau)[:, None] for tau in candidates]
    return pd.DataFrame([_wald(_partialled(z, common), drawn, members) for z in after], index=candidates)


@over(_walds)
def sup_wald(walds: pd.DataFrame) -> pd.DataFrame:
    """Whether slopes changed at an unknown date: the largest Wald statistic of all candidates.

    For each period tau but the first and last `trim` of them, the slopes of `terms` may differ from tau on;
    the statistic is b'V^-1 b of the differences, V clustered by entity. The largest (Andrews 1993) is held
    against its own distribution under no break: residuals of the model without a break, one sign an entity
    and draw, every candidate again (the fixed-regressor bootstrap of Hansen 2000, with signs by cluster).
    """
    largest = walds.to_numpy().max(axis=0)
    found = {
        "largest Wald statistic": largest[0],
        CRITICAL: np.quantile(largest[1:], 0.95),
        "p": ((largest[1:] >= largest[0]).sum() + 1) / len(largest),
    }
    return tidy(pd.DataFrame(found, index=[""]))


@over(_walds)
def wald_by_date(walds: pd.DataFrame) -> pd.DataFrame:
    """The Wald statistic of every candidate of `sup_wald`, beside what the largest must reach."""
    critical = np.quantile(walds.to_numpy()[:, 1:].max(axis=0), 0.95)
    return tidy(pd.DataFrame({"Wald statistic": walds[0], CRITICAL: critical}))


def _candidates(time: np.ndarray, trim: float) -> np.ndarray:
    periods = np.unique(time)
    cut = max(1, int(np.ceil(trim * len(periods))))
    if len(periods) <= 2 * cut:
        raise StudyError(f"{len(periods)} periods are too few for candidates")
    return periods[cut : len(periods) - cut]


def _wald(z: Floats, y: Floats, members: Floats) -> Floats:
    """(draws,) b'V^-1 b of the slopes of z (n, q) in each column of y (n, draws), V clustered by entity."""
    bread = np.linalg.pinv(z.T @ z)
    slopes = bread @ (z.T @ y)
    left = y - z @ slopes
    scores = np.einsum("nq,ng,nd->gqd", z, members, left, optimize=True)
    meat = np.einsum("gqd,grd->dqr", scores, scores)
    variance = bread @ meat @ bread
    return np.einsum("qd,dqr,rd->d", slopes, np.linalg.pinv(variance), slopes)


MEASURES = by_name(largest_residuals, sup_wald, wald_by_date)
