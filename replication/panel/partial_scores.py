"""The last pass over the batches of a panel: cross products and scores within the effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from replication.estimate.design import Booleans, Floats, Integers
from replication.estimate.numbers.exact_sums import ExactSums
from replication.panel.model_batches import Batch, ModelBatches
from replication.panel.partial_heights import Heights
from replication.panel.partial_sums import Products, Survey, codes_of, used_rows


@dataclass(frozen=True)
class ByCluster:
    """Scores summed by cluster.

    Attributes
    ----------
    scores : (G, k) float array
    clusters : int
        Those that have a row.
    apart : tuple of int
        Levels of each effect that is not nested in the clusters.
    """

    scores: Floats
    clusters: int
    apart: tuple[int, ...]


@dataclass(frozen=True)
class Scores:
    """What the last pass finds at given coefficients, of regressors x and residuals e within the effects.

    Attributes
    ----------
    gram : (k, k) float array
        x'x.
    cross : (k,) float array
        x'e.
    ssr : float
        e'e.
    meat : (k, k) float array
        Sum of e^2 xx'.
    by_cluster : tuple of ByCluster
    """

    gram: Floats
    cross: Floats
    ssr: float
    meat: Floats
    by_cluster: tuple[ByCluster, ...]


def score(
    panel: ModelBatches,
    found: Survey,
    effects: tuple[int, int],
    alive: tuple[Booleans, Booleans],
    by: Heights,
    clusters: Sequence[int],
    beta: Floats,
) -> Scores:
    """The last pass; `clusters` are places of levels."""
    k = len(beta)
    largest = found.high - found.middle + np.abs(by.first).max(axis=0) + np.abs(by.second).max(axis=0)
    bounds = np.append(largest[1:], largest[0] + np.abs(beta) @ largest[1:])
    products = Products(bounds, found.present)
    meat = Products(bounds[:k] * bounds[k], found.present)
    summed = [_Clusters(found, place, bounds[:k] * bounds[k], alive) for place in clusters]
    for values, codes, batch in used_rows(panel, found, effects, alive):
        left = values - by.first[codes[0]] - by.second[codes[1]]
        residual = left[:, 0]
        for j, b in enumerate(beta):  # one column after the other: a product of matrices rounds by its shape
            residual = residual - left[:, j + 1] * b
        products.add(np.column_stack([left[:, 1:], residual]))
        own = left[:, 1:] * residual[:, None]
        meat.add(own)
        for each in summed:
            each.add(own, codes, batch)
    square = products.matrix()
    return Scores(
        square[:k, :k],
        square[:k, k],
        float(square[k, k]),
        meat.matrix(),
        tuple(each.found(alive) for each in summed),
    )


class _Clusters:
    """Scores summed in the levels of one column, and which effects are nested in these."""

    def __init__(self, found: Survey, place: int, bounds: Floats, alive: tuple[Booleans, Booleans]) -> None:
        self.survey, self.place = found, place
        self.sums = ExactSums(len(found.levels[place]), bounds, found.most[place], 2)
        self.nesting = [_Nesting(len(living)) for living in alive]
        self.seen = np.zeros(len(found.levels[place]), dtype=bool)

    def add(self, scores: Floats, codes: tuple[Integers, Integers], batch: Batch) -> None:
        """Those of some more rows."""
        key = codes_of(self.survey, batch, self.place)
        self.sums.add(key, scores)
        self.seen[key] = True
        for each, code in zip(self.nesting, codes, strict=True):
            each.add(code, key)

    def found(self, alive: tuple[Booleans, Booleans]) -> ByCluster:
        """Of all rows."""
        apart = [
            int(living.sum()) for each, living in zip(self.nesting, alive, strict=True) if not each.holds
        ]
        return ByCluster(self.sums.total(), int(self.seen.sum()), tuple(apart))


class _Nesting:
    """Whether each of some levels lies in a single cluster."""

    def __init__(self, levels: int) -> None:
        self.cluster = np.full(levels, -1, dtype=np.int64)
        self.holds = True

    def add(self, codes: Integers, key: Integers) -> None:
        """Look at some more rows."""
        new = self.cluster[codes] < 0
        self.cluster[codes[new]] = key[new]
        self.holds = self.holds and bool((self.cluster[codes] == key).all())
