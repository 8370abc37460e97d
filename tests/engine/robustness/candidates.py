"""Made-up samples with many candidate regressors, and every cell of them one by one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from replication.estimate.design import Covariance, Design, Fit
from replication.estimate.linear.linear import ols
from replication.estimate.numbers.groupings import Groupings, grouped
from replication.robustness.sweep import Solved, Sweep, solve, sweep
from tests.support.terms import terms_of

DIGITS = 1e-9
"""What the fast path is held to, relative to the error of the one-by-one path."""


@dataclass(frozen=True)
class Candidates:
    """A sample: candidate columns (the constant first, if there are no effects), an outcome, keys."""

    columns: np.ndarray
    outcome: np.ndarray
    entity: np.ndarray
    time: np.ndarray
    weights: np.ndarray | None
    effects: tuple[str, ...]

    @property
    def clusters(self) -> dict[str, np.ndarray]:
        """Keys of clustered errors."""
        return {
            "entity": self.entity,
            "time": self.time,
            "region": self.entity // 3,
            "era": (self.time - 1990) // 3 * 4 + self.entity // 3,
        }

    @property
    def groupings(self) -> Groupings:
        """Effects, for the absorber."""
        return grouped({name: self.clusters[name] for name in self.effects})

    @property
    def mean_one(self) -> np.ndarray:
        """Weights of mean one."""
        return np.ones(len(self.outcome)) if self.weights is None else self.weights / self.weights.mean()

    def swept(self) -> Sweep:
        """Candidates and outcome (last column), effects taken out."""
        return sweep(np.column_stack([self.columns, self.outcome]), self.groupings, self.mean_one)

    def solved(self, sets: np.ndarray) -> Solved:
        """The fast path for sets of columns, the regressor of interest last."""
        return solve(self.swept(), sets, np.full(len(sets), self.columns.shape[1]))

    def fit(self, chosen: tuple[int, ...]) -> Fit:
        """One subset by the ordinary path."""
        terms = terms_of(*("const" if not self.effects and j == 0 else f"x{j}" for j in chosen))
        design = Design(
            "y",
            terms,
            self.outcome,
            self.columns[:, chosen],
            self.entity,
            self.time,
            self.weights,
            self.clusters,
        )
        return ols(design, effects=list(self.effects) or None)


def draw(
    seed: int, effects: tuple[str, ...], *, weighted: bool = False, controls: int = 4, apart: float = 1e-3
) -> Candidates:
    """An unbalanced panel with gaps: 11 entities, 9 periods, the constant or not, a key and its controls.

    Scales differ by ten orders of magnitude; the last control differs by `apart` from a combination of two
    others (zero: exactly collinear).
    """
    random = np.random.default_rng(seed)
    seen = random.random((11, 9)) < 0.7
    for row in seen:
        row[random.choice(9, 3, replace=False)] = True
    entity, time = np.nonzero(seen)
    n = len(entity)
    level, shock = random.normal(size=11)[entity], random.normal(size=9)[time]
    x = random.normal(size=(n, controls + 1)) + np.outer(level, random.normal(size=controls + 1))
    x[:, -1] += shock
    if controls > 2:
        x[:, controls - 1] = x[:, 0] - x[:, 1] + apart * random.normal(size=n)
    x *= 10.0 ** random.integers(-5, 6, controls + 1)
    noise = random.normal(size=n) * (0.5 + random.random(11)[entity])
    y = 5.0 + x @ (random.normal(size=controls + 1) / x.std(axis=0)) + level + shock + noise
    columns = x if effects else np.column_stack([np.ones(n), x])
    weights = random.uniform(0.2, 3.0, n) if weighted else None
    return Candidates(columns, y, entity, 1990 + time, weights, effects)


def subsets(sample: Candidates, size: int) -> np.ndarray:
    """All sets with `size` controls; the constant first where there is one, the key last."""
    fixed = [] if sample.effects else [0]
    last = sample.columns.shape[1] - 1
    controls = range(len(fixed), last)
    return np.array([[*fixed, *chosen, last] for chosen in combinations(controls, size)])


def compare(sample: Candidates, solved: Solved, sets, variance, of, df=None) -> int:
    """Hold every safe cell to the one-by-one path; how many were safe.

    `of` makes the covariance of a fit, `variance` holds what the fast path found for each set.
    """
    for p in np.flatnonzero(variance.safe):
        fit = sample.fit(tuple(sets[p]))
        found: Covariance = of(fit)
        error = np.sqrt(found.matrix[-1, -1])
        apart = abs(solved.estimate[p] - fit.params[-1])
        assert apart <= DIGITS * max(abs(fit.params[-1]), error)
        assert abs(np.sqrt(variance.variance[p]) - error) <= DIGITS * error
        if variance.df is not None:
            assert abs(variance.df[p] - found.df[-1]) <= DIGITS * found.df[-1]
    return int(variance.safe.sum())
