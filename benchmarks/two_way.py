"""Two-way effects with clustered errors on a million rows, beside pyfixest: time and peak memory.

    python -m benchmarks.two_way [repetitions]

Each program runs in a process of its own, in turn; a process makes the data, warms up on a small sample (so
that compiling is not counted) and then times one estimation. Memory is the peak of the process over what it
held before estimating.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd

ENTITIES, PERIODS, SEED = 50_000, 20, 20


def sample(entities: int) -> pd.DataFrame:
    """A balanced panel with three regressors and errors that entities share."""
    random = np.random.default_rng(SEED)
    entity = np.repeat(np.arange(entities), PERIODS)
    period = np.tile(np.arange(PERIODS), entities)
    x = random.normal(size=(len(entity), 3)) + random.normal(size=entities)[entity, None]
    shared = random.normal(size=entities)[entity]
    y = x @ [0.5, -0.2, 0.1] + shared + 0.1 * period + random.normal(size=len(entity))
    return pd.DataFrame(
        {"y": y, "x1": x[:, 0], "x2": x[:, 1], "x3": x[:, 2], "entity": entity, "period": period}
    )


def ours(table: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Coefficients and errors of this package."""
    from replication.estimate.covariances.sandwich import clustered
    from replication.estimate.design import Design, Term
    from replication.estimate.linear.linear import ols

    x = table[["x1", "x2", "x3"]].to_numpy()
    entity, period = table["entity"].to_numpy(), table["period"].to_numpy()
    terms = (Term("x1"), Term("x2"), Term("x3"))
    fit = ols(Design("y", terms, table["y"].to_numpy(), x, entity, period), effects=["entity", "time"])
    return fit.params.tolist(), np.sqrt(np.diag(clustered(fit).matrix)).tolist()


def peer(table: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Coefficients and errors of pyfixest."""
    import pyfixest

    fit = pyfixest.feols("y ~ x1 + x2 + x3 | entity + period", table, vcov={"CRV1": "entity"})
    return fit.coef().tolist(), fit.se().tolist()


def measure(name: str) -> dict[str, object]:
    """Seconds, megabytes and results of one estimation in this process."""
    task = {"replication": ours, "pyfixest": peer}[name]
    task(sample(500))
    table = sample(ENTITIES)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    params, errors = task(table)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "mb": (peak - before) / 1024, "params": params, "errors": errors}


def main(repetitions: int = 5) -> None:
    """Print medians and ratios."""
    runs: dict[str, list[dict]] = {"replication": [], "pyfixest": []}
    for _ in range(repetitions):
        for name, found in runs.items():
            call = [sys.executable, "-m", "benchmarks.two_way", "--one", name]
            found.append(json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout))
    for part in ("params", "errors"):
        apart = np.abs(np.subtract(runs["replication"][0][part], runs["pyfixest"][0][part]))
        print(f"largest difference in {part}: {apart.max():.2e}")
    medians = {
        name: {key: statistics.median(run[key] for run in found) for key in ("seconds", "mb")}
        for name, found in runs.items()
    }
    for name, median in medians.items():
        print(f"{name:12} {median['seconds']:6.2f} s {median['mb']:8.0f} MB (medians of {repetitions})")
    for key, word in (("seconds", "time"), ("mb", "memory")):
        print(f"ratio of {word}: {medians['replication'][key] / medians['pyfixest'][key]:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2])))
    else:
        main(*map(int, sys.argv[1:2]))
