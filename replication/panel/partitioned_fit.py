"""Least squares with one or two absorbed effects on a panel that no memory holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.notes import classical_note, cluster_note, hc0_note, hc1_note
from replication.estimate.covariances.sandwich import few_clusters
from replication.estimate.covariances.small_sample import counted_parameters
from replication.estimate.design import Covariance, Floats, Statistics, Term
from replication.estimate.numbers.goodness import information_criteria, ratio
from replication.panel.cause import Cause
from replication.panel.model_batches import ModelBatches
from replication.panel.partial_heights import heights
from replication.panel.partial_scores import ByCluster, Scores, score
from replication.panel.partial_sums import Sums, Survey, sum_up, survey

DEPENDENT = 1e-12
"""Share of a regressor's sum of squares left by those before it at which it is one of them."""

SETTLED = 1e-10
"""Change of the fitted values, as a share of the residuals, at which coefficients are final."""

LARGEST = 1e70
"""Of a figure: sums of its fourth powers are doubles still."""


@dataclass(frozen=True)
class PartitionedFit:
    """Least squares on a panel read by partition.

    Attributes
    ----------
    outcome : str
    terms : tuple of Term
        The k regressors.
    params : (k,) float array
    bread : (k, k) float array
        Inverse of x'x.
    scores : Scores
    clusters : mapping of str to ByCluster
    nobs, absorbed, entities, periods : int
    total, within : float
        Sums of squares of the outcome about its mean and about the effects.
    drops : tuple of (Cause, int)
        Causes and how many rows each takes.
    """

    outcome: str
    terms: tuple[Term, ...]
    params: Floats
    bread: Floats
    scores: Scores
    clusters: Mapping[str, ByCluster]
    nobs: int
    absorbed: int
    entities: int
    periods: int
    total: float
    within: float
    drops: tuple[tuple[Cause, int], ...]
    estimator: str = "ols"

    @property
    def labels(self) -> tuple[str, ...]:
        """How study files call the k regressors."""
        return tuple(term.label for term in self.terms)

    @property
    def df_resid(self) -> int:
        """Rows less all parameters, absorbed ones included."""
        return self.nobs - len(self.params) - self.absorbed

    @property
    def statistics(self) -> Statistics:
        """Those that `ols` gives, but for the R squared between and overall."""
        ssr, n, k = self.scores.ssr, self.nobs, len(self.params) + self.absorbed
        value = -0.5 * n * (np.log(2 * np.pi) + np.log(ssr / n) + 1.0)
        return {
            "nobs": float(n),
            "entities": float(self.entities),
            "periods": float(self.periods),
            "df_resid": float(self.df_resid),
            "rsquared": 1.0 - ratio(ssr, self.total),
            "rsquared_adjusted": 1.0 - ratio(ssr / self.df_resid, self.total / (n - 1)),
            "rsquared_within": 1.0 - ratio(ssr, self.within),
            "sigma": float(np.sqrt(ssr / self.df_resid)),
            "loglikelihood": float(value),
            **information_criteria(float(value), k + 1, n),
        }


def fit_partitions(panel: ModelBatches, clusters: tuple[str, ...]) -> PartitionedFit:
    """Regress the model's outcome on its regressors within its effects.

    Parameters
    ----------
    clusters : tuple of str
        Names of levels by which scores are summed.

    Raises
    ------
    DataError
        Files that cannot be read, two rows for an entity and period.
    EstimationError
        Too few rows, a regressor that effects or others take up.
    """
    names, model = panel.names(), panel.model
    found = survey(panel)
    _refuse_outliers(found, names)
    own = [panel.place(name) for name in model.effects]
    order = sorted(own, key=lambda place: -len(found.levels[place]))
    larger, smaller, *_ = *order, -1, -1
    places = (larger, smaller)
    sums, gone = sum_up(panel, found, places, [places.index(place) for place in own])
    by = heights(sums)
    within = sums.products - sums.first.T @ by.first - sums.second.T @ by.second
    beta = _first_guess(sums, within, names)
    nobs, alive, total = sums.nobs, sums.alive, _total(sums)
    entities, periods = (int(sums.seen.any(axis=axis).sum()) for axis in (1, 0))
    del sums  # as large as all that follows
    if nobs <= len(beta) + by.rank:
        raise EstimationError(f"{nobs} rows are too few to estimate {len(beta) + by.rank} parameters")
    keys = [panel.place(name) for name in clusters]
    beta, scores = _settled(beta, partial(score, panel, found, places, alive, by, keys))
    causes = dict(found.causes)
    for effect, place in zip(model.effects, own, strict=True):
        causes[Cause("single row of its", panel.levels[effect])] = gone[places.index(place)]
    return PartitionedFit(
        outcome=names[0],
        terms=tuple(map(Term, names[1:])),
        params=beta,
        bread=np.asarray(np.linalg.inv(scores.gram), dtype=float),
        scores=scores,
        clusters=dict(zip(clusters, scores.by_cluster, strict=True)),
        nobs=nobs,
        absorbed=by.rank,
        entities=entities,
        periods=periods,
        total=total,
        within=float(within[0, 0]),
        drops=tuple((cause, count) for cause, count in causes.items() if count),
    )


def _settled(beta: Floats, at: Callable[[Floats], Scores]) -> tuple[Floats, Scores]:
    """Coefficients to the last digit, and scores: what rounding took comes back with each pass."""
    while True:
        scores = at(beta)
        change = np.linalg.solve(scores.gram, scores.cross)
        if change @ scores.gram @ change <= SETTLED**2 * scores.ssr:
            return beta + change, scores
        beta = beta + change


def _total(sums: Sums) -> float:
    """Sum of squares of the outcome about its mean."""
    return float(sums.products[0, 0] - sums.first[:, 0].sum() ** 2 / sums.nobs)


def _refuse_outliers(found: Survey, names: tuple[str, ...]) -> None:
    for name, low, high in zip(names, found.low, found.high, strict=True):
        if max(abs(low), abs(high)) > LARGEST:
            raise EstimationError(
                f"{name!r} reaches {max(abs(low), abs(high)):.3g}; allowed: up to {LARGEST:g}"
            )
    if found.low[0] == found.high[0]:
        raise EstimationError(f"the outcome {names[0]!r} is {found.low[0]:g} in all rows: nothing to explain")


def _first_guess(sums: Sums, within: Floats, names: tuple[str, ...]) -> Floats:
    """Coefficients from the sums alone."""
    for name, left, spread in zip(names, np.diag(within), np.diag(sums.products), strict=True):
        if left <= DEPENDENT * spread:
            what = "the outcome" if name == names[0] else "regressor"
            raise EstimationError(f"{what} {name!r} does not vary within the effects: leave it out")
    gram = within[1:, 1:]
    scale = 1.0 / np.sqrt(np.diag(gram))
    scaled = gram * np.outer(scale, scale)
    for place, name in enumerate(names[1:]):
        others = scaled[:place, :place]
        left = 1.0 - scaled[place, :place] @ np.linalg.solve(others, scaled[:place, place])
        if left <= DEPENDENT:
            raise EstimationError(f"{name!r} is a linear combination of the regressors before it")
    return scale * np.linalg.solve(scaled, scale * within[1:, 0])


def classical(fit: PartitionedFit) -> Covariance:
    """As `sandwich.classical`."""
    rows, note = fit.df_resid, classical_note(fit, "n-k", fit.df_resid)
    return Covariance(
        "classical", fit.scores.ssr / rows * fit.bread, float(rows), {"1/(n-k)": 1.0 / rows}, note
    )


def hc0(fit: PartitionedFit) -> Covariance:
    """As `sandwich.hc0`."""
    return Covariance("hc0", _white(fit), float(fit.df_resid), {}, hc0_note(fit))


def hc1(fit: PartitionedFit) -> Covariance:
    """As `sandwich.hc1`."""
    factor = fit.nobs / fit.df_resid
    matrix, note = _white(fit) * factor, hc1_note(fit, factor)
    return Covariance("hc1", matrix, float(fit.df_resid), {"n/(n-k)": factor}, note)


def _white(fit: PartitionedFit) -> Floats:
    matrix = fit.bread @ fit.scores.meat @ fit.bread
    return 0.5 * (matrix + matrix.T)


def clustered(fit: PartitionedFit, cluster: str) -> Covariance:
    """As `sandwich.clustered` by one key, with its defaults.

    Raises
    ------
    EstimationError
        Fewer than two clusters.
    """
    by = fit.clusters[cluster]
    groups, k = by.clusters, len(fit.params)
    if groups < 2:
        raise EstimationError(f"cluster {cluster!r} has fewer than two clusters")
    influence = by.scores @ fit.bread
    apart = fit.absorbed if len(by.apart) == 2 else max(by.apart, default=1)
    counted = counted_parameters(k, fit.absorbed, apart, "nested")
    factors = {"G/(G-1)": groups / (groups - 1), "(n-1)/(n-k)": (fit.nobs - 1) / (fit.nobs - counted)}
    matrix = influence.T @ influence * np.prod(list(factors.values()))
    note = cluster_note(fit, [cluster], [groups], factors, "min", "nested")
    return Covariance("clustered", matrix, float(groups - 1), factors, note, warnings=few_clusters(groups))
