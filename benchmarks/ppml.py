"""Poisson with two effects on 200,000 rows beside pyfixest's fepois; and does it recover its parameters?

    python -m benchmarks.ppml [replications]

Times are the best of three, coefficients and errors clustered by the first effect, in one process after a
warm-up of both (pyfixest compiles on its first call). The second table is a simulation at the size of the
allocation panel (34 x 20, overdispersed), entity and time effects absorbed: mean estimate of the truth 0.5,
spread, mean clustered error, and how often the 95 percent interval (normal) holds the truth. Where few
entities hold most of the outcome (effects with a spread of one), clustered errors are known to be too small.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from replication.estimate.covariances.sandwich import clustered
from replication.estimate.design import Design
from replication.estimate.limited.poisson import ppml
from tests.support.terms import terms_of

SEED = 200_000
ROWS = 200_000
SHAPES = [(20_000, 10), (10_000, 20), (1_000, 200), (500, 400), (2_000, 1_000), (2_000, 2_000)]
TRUTH = 0.5


def panel(random: np.random.Generator, first: int, second: int) -> Design:
    """Rows at random places of the two effects; both move the outcome and the regressors."""
    entity, period = np.sort(random.integers(0, first, ROWS)), random.integers(0, second, ROWS)
    x = random.normal(size=(ROWS, 2)) + 0.3 * random.normal(size=first)[entity][:, None]
    effect = 0.8 * random.normal(size=first)[entity] + 0.3 * random.normal(size=second)[period]
    y = random.poisson(np.exp(TRUTH * x[:, 0] - 0.2 * x[:, 1] + effect)).astype(float)
    return Design("y", terms_of("const", "a", "b"), y, np.column_stack([np.ones(ROWS), x]), entity, period)


def best(run: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def race(random: np.random.Generator) -> None:
    """One line a shape: seconds of both, their ratio, the largest difference of coefficients."""
    import pyfixest

    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"{'effects':>16} {'replication':>12} {'pyfixest':>9} {'ratio':>6} {'difference':>11}")
    for first, second in SHAPES:
        design = panel(random, first, second)
        frame = pd.DataFrame(design.x[:, 1:], columns=["a", "b"])
        frame = frame.assign(y=design.y, entity=design.entity, period=design.time)

        def ours(design: Design = design) -> np.ndarray:
            """Coefficients of this package, clustered errors estimated too."""
            fit = ppml(design, effects=["entity", "time"])
            clustered(fit)
            return fit.params

        def theirs(frame: pd.DataFrame = frame) -> np.ndarray:
            """Coefficients of the peer, clustered errors estimated too."""
            fit = pyfixest.fepois("y ~ a + b | entity + period", frame, vcov={"CRV1": "entity"})
            return fit.coef().to_numpy()

        gap = np.abs(ours() - theirs()).max()
        mine, other = best(ours), best(theirs)
        print(f"{first:>8} x {second:<5} {mine:>12.2f} {other:>9.2f} {mine / other:>6.2f} {gap:>11.1e}")


def recover(random: np.random.Generator, replications: int, spread: float) -> None:
    """Bias and coverage at the size of the allocation panel; `spread` is that of the entities' effects."""
    entity, period = np.repeat(np.arange(34), 20), np.tile(1979 + np.arange(20), 34)
    found = []
    for _ in range(replications):
        shift = spread * random.normal(size=34)[entity] + 0.3 * random.normal(size=20)[period - 1979]
        x = random.normal(size=680) + 0.5 * shift
        y = random.poisson(np.exp(TRUTH * x + shift) * random.gamma(1.0, 1.0, 680)).astype(float)
        design = Design("y", terms_of("const", "x"), y, np.column_stack([np.ones(680), x]), entity, period)
        fit = ppml(design, effects=["entity", "time"])
        found.append((fit.params[0], np.sqrt(clustered(fit).matrix[0, 0])))
    estimate, error = np.array(found).T
    held = np.abs(estimate - TRUTH) <= 1.959964 * error
    print(
        f"34 x 20, effects' spread {spread}: mean {estimate.mean():.4f} of {TRUTH}, "
        f"spread {estimate.std(ddof=1):.4f}, mean error {error.mean():.4f}, held {held.mean():.3f}"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    seed = np.random.default_rng(SEED)
    with threadpool_limits(1):  # as the command itself has it: small products are slower on two
        race(seed)
        for size in (0.3, 1.0):
            recover(seed, int(sys.argv[1]) if len(sys.argv) > 1 else 500, size)
