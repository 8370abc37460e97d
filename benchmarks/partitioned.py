"""Two effects and clustered errors from partitioned parquet that need not fit in memory.

    python -m benchmarks.partitioned [rows ...]

For each number of rows (1,000,000 and 10,000,000 if none is given; 100,000,000 takes some 4 GB of disk): an
unbalanced panel of 20 periods, a fifth of its rows gone, three regressors, in shards of 2,000,000 rows, is
written to a temporary folder, and a study on it is run by `replicate run` in a process of its own. Printed
are its time, the processor's time (the one to compare where a machine does other things too), and its largest
memory. Folders that would fit in memory are read by partition here all the same.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from replication.cli import main as main_of_command
from replication.panel import shards

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


STUDY = """
[study]
id = "large"
title = "A panel beyond memory"
data = "panel/"
entity = "entity"
time = "period"

[[models]]
id = "two_way"
formula = "y ~ x1 + x2 + x3"
effects = ["entity", "time"]
covariance = [{ kind = "clustered", cluster = ["entity"] }]
"""


def command(study: str) -> None:
    """What `replicate run study --out out` does, in this process; never in memory as a whole."""
    start = time.perf_counter()
    sys.argv = ["replicate", "run", study, "--out", str(Path(study).parent / "out"), "--quiet"]
    with mock.patch.object(shards, "MOST_TOGETHER", 0):
        code = main_of_command()
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {"seconds": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime}
    print(json.dumps({"code": code, **found, "mb": used.ru_maxrss / 1024}))


def main(sizes: list[int]) -> None:
    """Print a line a size."""
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"{'rows':>12} {'seconds':>8} {'cpu':>7} {'a million':>10} {'MB':>6} {'load':>5}  coefficients")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            study = Path(folder) / "large.toml"
            study.write_text(STUDY)
            (study.parent / "panel").mkdir()
            write(study.parent / "panel", rows)
            call = [sys.executable, "-m", "benchmarks.partitioned", "--one", str(study)]
            found = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
            estimates = pd.read_csv(study.parent / "out" / "estimates.csv")["estimate"]
            used = pd.read_csv(study.parent / "out" / "models.csv").set_index("name")["value"]["nobs"]
        params = " ".join(f"{value:.6f}" for value in estimates)
        each = found["cpu"] / used * 1e6
        print(
            f"{used:>12,.0f} {found['seconds']:>8.1f} {found['cpu']:>7.1f} {each:>10.2f} "
            f"{found['mb']:>6.0f} {os.getloadavg()[0]:>5.1f}  {params}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        command(sys.argv[2])
    else:
        main([int(text) for text in sys.argv[1:]] or [1_000_000, 10_000_000])
