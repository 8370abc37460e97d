"""Least squares with absorbed effects and clustered errors on a panel that no memory holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Covariance, Floats
from replication.panel.partial_sums import Heights, Scores, Sums, heights, score, sum_up, survey
from replication.panel.partitioned import partitions

DEPENDENT = 1e-12
"""Share of a regressor's sum of squares left by those before it at which it is one of them."""

SETTLED = 1e-10
"""Change of the fitted values, as a share of the residuals, at which coefficients are final."""


@dataclass(frozen=True)
class PartitionedFit:
    """Least squares on a panel read by partition.

    Attributes
    ----------
    terms : tuple of str
    params : (k,) float array
    covariance : Covariance
        Clustered, with the factors of reghdfe and fixest (`sandwich.clustered` and its defaults).
    nobs, rows, missing, singles : int
        Rows used, in all, without one of the numbers or levels, alone in a level of an effect.
    absorbed : int
    ssr : float
    """

    terms: tuple[str, ...]
    params: Floats
    covariance: Covariance
    nobs: int
    rows: int
    missing: int
    singles: int
    absorbed: int
    ssr: float


def fit_partitions(
    folder: Path, outcome: str, regressors: Sequence[str], effects: Sequence[str], cluster: str
) -> PartitionedFit:
    """Regress a column on others within one or two effects, errors clustered once.

    Parameters
    ----------
    folder : Path
        Parquet files, which may lie in folders of the kind year=1990.
    effects : sequence of at most two names
        None for a constant alone.
    cluster : str

    Raises
    ------
    DataError
        Files or columns that cannot be read.
    EstimationError
        More than two effects, too few rows or clusters, a regressor that effects or others take up.
    """
    if len(effects) > 2:
        raise EstimationError(f"effects are {list(effects)}; allowed with partitions: at most two")
    levels = list(dict.fromkeys([*effects, cluster]))
    panel = partitions(folder, [outcome, *regressors], levels)
    found = survey(panel)
    order = sorted(range(len(effects)), key=lambda place: -len(found.levels[place]))
    larger, smaller, *_ = *order, -1, -1
    places = (larger, smaller)
    sums = sum_up(panel, found, places)
    by = heights(sums)
    beta, nobs, alive = _first_guess(sums, by, list(regressors)), sums.nobs, sums.alive
    del sums  # as large as all that follows
    while True:
        scores = score(panel, found, places, alive, by, levels.index(cluster), beta)
        change = np.linalg.solve(scores.gram, scores.cross)
        beta = beta + change
        if change @ scores.gram @ change <= SETTLED**2 * scores.ssr:
            break
    ssr = scores.ssr - float(change @ scores.cross)
    df = nobs - len(beta) - by.rank
    if df <= 0:
        raise EstimationError(f"{nobs} rows are too few to estimate {len(beta) + by.rank} parameters")
    return PartitionedFit(
        terms=tuple(regressors),
        params=beta,
        covariance=_clustered(scores, cluster, nobs, by.rank),
        nobs=nobs,
        rows=found.rows,
        missing=found.rows - found.present,
        singles=found.present - nobs,
        absorbed=by.rank,
        ssr=ssr,
    )


def _first_guess(sums: Sums, by: Heights, terms: list[str]) -> Floats:
    """Coefficients from the sums alone; what rounding takes of them the last pass gives back."""
    within = sums.products - sums.first.T @ by.first - sums.second.T @ by.second
    spread = np.diag(sums.products)[1:]
    gram = within[1:, 1:]
    for place, term in enumerate(terms):
        if gram[place, place] <= DEPENDENT * spread[place]:
            raise EstimationError(f"{term!r} does not vary within the effects: leave it out")
    scale = 1.0 / np.sqrt(np.diag(gram))
    scaled = gram * np.outer(scale, scale)
    for place, term in enumerate(terms):
        others = scaled[:place, :place]
        left = 1.0 - scaled[place, :place] @ np.linalg.solve(others, scaled[:place, place])
        if left <= DEPENDENT:
            raise EstimationError(f"{term!r} is a linear combination of the regressors before it")
    return scale * np.linalg.solve(scaled, scale * within[1:, 0])


def _clustered(scores: Scores, cluster: str, nobs: int, rank: int) -> Covariance:
    groups, k = scores.clusters, len(scores.cross)
    if groups < 2:
        raise EstimationError(f"cluster {cluster!r} has fewer than two clusters")
    influence = np.linalg.solve(scores.gram, scores.by_cluster.T)
    counted = k + (rank if len(scores.apart) == 2 else max(scores.apart, default=1))
    factors = {"G/(G-1)": groups / (groups - 1), "(n-1)/(n-k)": (nobs - 1) / (nobs - counted)}
    matrix = influence @ influence.T * np.prod(list(factors.values()))
    note = (
        f"clustered by {cluster} ({groups} clusters): G/(G-1) = {factors['G/(G-1)']:.6g}, (n-1)/(n-k) = "
        f"{factors['(n-1)/(n-k)']:.6g}: effects nested in clusters not counted in k, as reghdfe and fixest"
    )
    return Covariance("clustered", matrix, float(groups - 1), factors, note)
