"""How often 95 percent intervals hold the truth with 18 clusters of 13 years. Seeded; not in the tests.

    python -m benchmarks.coverage [replications]

Errors and regressors share a part within each cluster and die out over the years (AR(1), 0.5); the errors'
spread grows with the regressor. `x` varies over years and clusters, `treated` marks 6 of the 18 clusters,
`within` is x with cluster effects absorbed. The simulation error of a share near 95 percent is 0.5 points
for 2,000 replications.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.covariances.cluster_robust import cr2, cr3
from replication.estimate.covariances.sandwich import clustered
from replication.estimate.covariances.wild_bootstrap import wild_bootstrap
from replication.estimate.design import Covariance, Design, Fit, Floats
from replication.estimate.linear.linear import ols
from tests.support.terms import terms_of

SEED = 18013
CLUSTERS, YEARS, TREATED = 18, 13, 6
SLOPES = {"x": 1.0, "treated": 0.5}
ERRORS: dict[str, Callable[[Fit], Covariance]] = {
    "CR1, t(17)": clustered,
    "CR2, Satterthwaite": cr2,
    "CR3, t(17)": cr3,
    "wild, WCR": lambda fit: wild_bootstrap(fit, draws=999),
    "wild, WCU": lambda fit: wild_bootstrap(fit, draws=999, null=False),
}


def persistent(random: np.random.Generator, shared: float) -> Floats:
    """(CLUSTERS * YEARS,) series of variance one: a share of it common to the cluster, the rest AR(1)."""
    own = np.empty((CLUSTERS, YEARS))
    own[:, 0] = random.normal(size=CLUSTERS)
    for year in range(1, YEARS):
        own[:, year] = 0.5 * own[:, year - 1] + np.sqrt(0.75) * random.normal(size=CLUSTERS)
    level = random.normal(size=(CLUSTERS, 1))
    return (np.sqrt(shared) * level + np.sqrt(1 - shared) * own).ravel()


def panel(random: np.random.Generator) -> Design:
    """One sample: persistent regressor and error, a treatment of few clusters, errors that grow with x."""
    entity, year = np.repeat(np.arange(CLUSTERS), YEARS), np.tile(1979 + np.arange(YEARS), CLUSTERS)
    x, treated = persistent(random, 0.3), (entity < TREATED).astype(float)
    error = persistent(random, 0.3) * np.exp(0.25 * x)
    y = 1.0 + SLOPES["x"] * x + SLOPES["treated"] * treated + error
    return Design(
        "y",
        terms_of("const", "x", "treated"),
        y,
        np.column_stack([np.ones(len(y)), x, treated]),
        entity,
        year,
    )


def held(fit: Fit, term: str, covariance: Covariance) -> bool:
    """Whether the interval of the coefficient holds the truth."""
    j = fit.labels.index(term)
    if covariance.intervals is not None:
        low, high = covariance.intervals[j]
    else:
        row = coefficient_table(fit, covariance).iloc[j]
        low, high = row["conf_low"], row["conf_high"]
    return bool(low <= SLOPES[term] <= high)


def once(random: np.random.Generator) -> list[list[bool]]:
    """For each error, whether x, treated and x within are held."""
    design = panel(random)
    pooled = ols(design)
    within = ols(
        Design("y", terms_of("const", "x"), design.y, design.x[:, :2], design.entity, design.time),
        effects=["entity"],
    )
    return [
        [held(pooled, "x", found), held(pooled, "treated", found), held(within, "x", error(within))]
        for error in ERRORS.values()
        for found in [error(pooled)]
    ]


def main(replications: int) -> None:
    """Print the share of intervals that hold the truth, by error and coefficient."""
    start, random = time.perf_counter(), np.random.default_rng(SEED)
    shares = 100 * np.mean([once(random) for _ in range(replications)], axis=0)
    print(f"coverage of 95 percent intervals, {replications:,} replications, {CLUSTERS} x {YEARS}")
    print(f"{'':22s}{'x':>10s}{'treated':>10s}{'within':>10s}")
    for name, row in zip(ERRORS, shares, strict=True):
        print(f"{name:22s}" + "".join(f"{share:10.1f}" for share in row))
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
