"""Recovery by the Tobit estimators at the design's size: 34 debtors, 20 years, a third of the rows censored.

    python -m benchmarks.tobit_recovery [replications]

Seeded. For each estimator the mean of the slope (truth 0.5) and how often its 95 percent interval, from
maximum likelihood and clustered by entity, holds the truth. Pooled Tobit is put to data without entity
effects, random-effects Tobit to data with them.
"""

from __future__ import annotations

import sys

import numpy as np

from replication.estimate.covariances.sandwich import classical, clustered
from replication.estimate.design import Design
from replication.estimate.limited.tobit import tobit
from replication.estimate.limited.tobit_random import tobit_random_effects
from tests.support.terms import terms_of

ENTITIES, PERIODS, SLOPE, SEED = 34, 20, 0.5, 41


def sample(random: np.random.Generator, spread: float) -> Design:
    """One panel whose entities differ by effects of this spread."""
    entity = np.repeat(np.arange(ENTITIES), PERIODS)
    time = np.tile(np.arange(PERIODS), ENTITIES)
    x = random.normal(size=len(entity))
    effects = spread * random.normal(size=ENTITIES)[entity]
    latent = 0.5 + SLOPE * x + effects + random.normal(size=len(entity))
    return Design(
        "y",
        terms_of("const", "x"),
        np.maximum(latent, 0.0),
        np.column_stack([np.ones(len(x)), x]),
        entity,
        time,
    )


def main(replications: int = 200) -> None:
    """Print a line an estimator."""
    print(f"{'estimator':22} {'mean':>7} {'spread':>7} {'error':>7} {'ml':>6} {'clustered':>10}")
    for name, estimator, spread in (
        ("tobit", tobit, 0.0),
        ("tobit_random_effects", tobit_random_effects, 1.0),
    ):
        random = np.random.default_rng([SEED, int(spread)])
        slopes, errors, held = [], [], []
        for _ in range(replications):
            fit = estimator(sample(random, spread))
            both = [np.sqrt(kind(fit).matrix[1, 1]) for kind in (classical, clustered)]
            slopes.append(fit.params[1])
            errors.append(both[0])
            held.append([abs(fit.params[1] - SLOPE) <= 1.959964 * error for error in both])
        ml, cluster = np.mean(held, axis=0)
        row = (np.mean(slopes), np.std(slopes, ddof=1), np.mean(errors), ml, cluster)
        print(f"{name:22} {row[0]:7.4f} {row[1]:7.4f} {row[2]:7.4f} {row[3]:6.3f} {row[4]:10.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
