"""First-order autocorrelation within entities: its estimate, and the transformation that removes it.

Two rows of an entity are neighbours if their periods differ by one. After a gap everything starts anew, as in
Stata's xtpcse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from replication.estimate.design import Booleans, Design, Floats, Integers, Of, Statistics
from replication.estimate.labels import entity_name
from replication.estimate.numbers.goodness import ratio
from replication.estimate.numbers.groupings import totals

Kind = Literal["regress", "freg", "tscorr", "dw"]
AdjustedKind = Literal["regress", "freg", "tscorr", "dw", "theil", "nagar"]


@dataclass(frozen=True)
class Autocorrelations:
    """The autocorrelation of each entity's residuals.

    Attributes
    ----------
    rho : (N,) float array
        NaN where it is not defined: no two neighbours, or residuals of zero.
    pairs : (N,) int array
        Neighbours.
    rows : (N,) int array
    """

    rho: Floats
    pairs: Integers
    rows: Integers

    def mean(self, weights: Floats) -> float:
        """Weighted mean over the entities for which it is defined; NaN if there is none."""
        known = np.isfinite(self.rho)
        return ratio(float(weights[known] @ self.rho[known]), float(weights[known].sum()))


def neighbours(design: Design) -> Booleans:
    """(n,) whether the row before is the same entity one period earlier."""
    found = np.zeros(design.nobs, dtype=bool)
    found[1:] = (np.diff(design.entity) == 0) & (np.diff(design.time) == 1)
    return found


def autocorrelations(
    residuals: Floats, codes: Integers, follows: Booleans, kind: AdjustedKind, regressors: int
) -> Autocorrelations:
    """Autocorrelation of each entity's residuals (Stata's rhotype; Judge et al. 1985, 8.2).

    With sums over the neighbours of an entity, S the sum of all its squared residuals, T its rows, P its
    neighbours and k the regressors without the constant:

    * regress: sum e_t e_{t-1} / sum e_{t-1}^2
    * freg: sum e_t e_{t-1} / sum e_t^2
    * tscorr: r = sum e_t e_{t-1} / S, which lies between -1 and 1
    * dw: 1 - d/2, with d = sum (e_t - e_{t-1})^2 / S
    * theil: r (T - k) / P
    * nagar: (T^2 (1 - d/2) + k^2) / (T^2 - k^2)

    Parameters
    ----------
    residuals : (n,) float array
    codes : (n,) int array
        Entities, 0 .. N-1.
    follows : (n,) bool array
        Rows whose row before is a neighbour.
    """
    later = np.flatnonzero(follows)
    now, before, who = residuals[later], residuals[later - 1], codes[later]
    entities = int(codes.max()) + 1

    def total(values: Floats, groups: Integers = who) -> Floats:
        """(N,) sum in each entity."""
        return totals(groups, values, entities)

    rows, pairs = np.bincount(codes, minlength=entities), np.bincount(who, minlength=entities)
    cross, squares = total(now * before), total(residuals**2, codes)
    with np.errstate(divide="ignore", invalid="ignore"):
        durbin = 1.0 - total((now - before) ** 2) / squares / 2.0
        rho = {
            "regress": lambda: cross / total(before**2),
            "freg": lambda: cross / total(now**2),
            "tscorr": lambda: cross / squares,
            "dw": lambda: durbin,
            "theil": lambda: cross / squares * (rows - regressors) / pairs,
            "nagar": lambda: (rows**2 * durbin + regressors**2) / (rows**2 - regressors**2),
        }[kind]()
    rho[(pairs == 0) | ~np.isfinite(rho)] = np.nan
    return Autocorrelations(rho, pairs, rows)


def remove_autocorrelation(values: Floats, rho: Floats, follows: Booleans) -> Floats:
    """z_t - rho z_{t-1}, and sqrt(1 - rho^2) z_t where there is no neighbour (Prais and Winsten 1954).

    Parameters
    ----------
    values : (n,) or (n, m) float array
    rho : (n,) float array
        Autocorrelation of each row's entity. Beyond -1 and 1 the first rows have no transform: NaN.
    """
    with np.errstate(invalid="ignore"):
        changed = (values.T * np.sqrt(1.0 - rho**2)).T
    later = np.flatnonzero(follows)
    changed[later] = values[later] - (values[later - 1].T * rho[later]).T
    return changed


def durbin_watson(residuals: Floats, follows: Booleans) -> float:
    """Squared changes between neighbours over squared residuals (Bhargava et al. 1982)."""
    later = np.flatnonzero(follows)
    return ratio(float(((residuals[later] - residuals[later - 1]) ** 2).sum()), float(residuals @ residuals))


def rho_rows(design: Design, rho: Floats, *, common: bool) -> Statistics:
    """Rows for models.csv: the one autocorrelation, or that (N,) of each entity."""
    if common:
        return {"rho": float(rho[0])}
    names = (Of("rho", entity_name(design, int(code))) for code in np.unique(design.entity))
    return dict(zip(names, rho.tolist(), strict=True))
