"""Two effects and clustered errors from partitioned parquet that need not fit in memory.

    python -m benchmarks.partitioned [rows ...]

For each number of rows (1,000,000 and 10,000,000 if none is given; 100,000,000 takes some 4 GB of disk): an
unbalanced panel of 20 periods, a fifth of its rows gone, three regressors, in shards of 2,000,000 rows, is
written to a temporary folder and read by a process of its own, whose time and largest memory are printed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from replication.panel.partitioned_fit import fit_partitions

PERIODS, KEPT, SEED = 20, 0.8, 100
SHARD = 2_000_000


def write(folder: Path, rows: int) -> None:
    """Shards of whole entities."""
    entities, first = int(rows / (PERIODS * KEPT)), 0
    while first < entities:
        some = min(SHARD // PERIODS, entities - first)
        random = np.random.default_rng([SEED, first])
        entity = np.repeat(np.arange(first, first + some), PERIODS)
        period = np.tile(np.arange(PERIODS), some)
        keep = random.random(len(entity)) < KEPT
        entity, period = entity[keep], period[keep]
        x = random.normal(size=(len(entity), 3)) + 0.1 * period[:, None]
        y = x @ [1.0, -0.5, 0.25] + random.normal(size=some)[entity - first] + random.normal(size=len(entity))
        table = pd.DataFrame(x, columns=["x1", "x2", "x3"]).assign(y=y, entity=entity, period=period)
        table.to_parquet(folder / f"{first:09d}.parquet", index=False)
        first += some


def measure(folder: Path) -> dict[str, object]:
    """Seconds, largest memory in MB, and results of one run in this process."""
    start = time.perf_counter()
    fit = fit_partitions(folder, "y", ["x1", "x2", "x3"], ["entity", "period"], "entity")
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"nobs": fit.nobs, "seconds": seconds, "mb": memory, "params": fit.params.tolist()}


def main(sizes: list[int]) -> None:
    """Print a line a size."""
    print(f"{'rows':>12} {'seconds':>8} {'a million':>10} {'MB':>6}  coefficients")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), rows)
            call = [sys.executable, "-m", "benchmarks.partitioned", "--one", folder]
            found = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
        each = found["seconds"] / found["nobs"] * 1e6
        params = " ".join(f"{value:.6f}" for value in found["params"])
        print(f"{found['nobs']:>12,} {found['seconds']:>8.1f} {each:>10.2f} {found['mb']:>6.0f}  {params}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main([int(text) for text in sys.argv[1:]] or [1_000_000, 10_000_000])
