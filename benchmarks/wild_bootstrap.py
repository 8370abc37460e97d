"""Wild cluster bootstrap, 9,999 draws on 300 rows, beside wildboottest in one run.

    python -m benchmarks.wild_bootstrap [repetitions]

Both test the same coefficient with the same kind of draws (WCR, Rademacher, 25 clusters of 12 rows). The two
take turns, so that what else the machine does falls on both alike; the first, compiling turn is not
counted. A second line gives what a study file gets: every coefficient, with its interval.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import statsmodels.api as sm
from wildboottest.wildboottest import wildboottest

from replication.estimate.covariances.cluster_robust import projection
from replication.estimate.covariances.wild_bootstrap import cluster_weights, coefficient_draws, wild_bootstrap
from replication.estimate.design import Design
from replication.estimate.linear.linear import ols
from tests.support.terms import terms_of

SEED = 300
DRAWS = 9999
CLUSTERS, ROWS = 25, 12


def sample() -> Design:
    """300 rows in 25 clusters, a constant and four regressors with a part that clusters share."""
    random = np.random.default_rng(SEED)
    entity, time_ = np.repeat(np.arange(CLUSTERS), ROWS), np.tile(np.arange(ROWS), CLUSTERS)
    shared = random.normal(size=(CLUSTERS, 5))[entity]
    own = random.normal(size=(len(entity), 5))
    x = np.column_stack([np.ones(len(entity)), (shared + own)[:, :4]])
    y = 0.1 * x[:, 1] + shared[:, 4] + own[:, 4]
    return Design("y", terms_of("const", "x1", "x2", "x3", "x4"), y, x, entity, time_)


def ours_one(design: Design) -> float:
    """p value of x1, from the regression on."""
    fit = ols(design)
    multipliers = cluster_weights(CLUSTERS, DRAWS, "rademacher", SEED, "entity")
    test = coefficient_draws(fit, projection(fit), fit.entity, multipliers, 1)
    return test.p_value(float(fit.params[1]))


def peer_one(design: Design) -> float:
    """p value of x1."""
    model = sm.OLS(design.y, design.x)
    # without parallel it takes a fifth of the time of its default on data of this size
    table = wildboottest(
        model, param="x1", cluster=design.entity, B=DRAWS, seed=SEED, parallel=False, show=False
    )
    return float(np.ravel(table["p-value"].iloc[0])[0])


def seconds(task: Callable[[], object]) -> float:
    """Wall clock time of one run."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def main(repetitions: int) -> None:
    """Print median times beside those of the peer."""
    design = sample()
    fit = ols(design)
    print(f"p of x1: replication {ours_one(design):.4f}, wildboottest {peer_one(design):.4f}")
    tasks = {
        "replication, x1": lambda: ours_one(design),
        "wildboottest, x1": lambda: peer_one(design),
        "replication, all five with intervals": lambda: wild_bootstrap(fit),
    }
    times = np.array([[seconds(task) for task in tasks.values()] for _ in range(repetitions)])
    medians = np.median(times, axis=0)
    for name, median in zip(tasks, medians, strict=True):
        print(f"{name:40s} {1000 * median:9.2f} ms, {median / medians[1]:.4f} of wildboottest")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
