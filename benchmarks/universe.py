"""Universes from a thousand specifications to a million: time and largest memory of the whole command.

    python -m benchmarks.universe [controls ...]

All subsets of so many controls (20 of them are 1,048,576 specifications) of a model with two-way effects and
clustered errors on 300 rows, by least squares: `replicate robustness`, everything from the start of Python to
the files written, in its own process and on two cores. Memory is that of the command; each of its workers
takes as much again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = (10, 14, 17, 20)
SEED, ENTITIES, PERIODS = 5, 30, 10

STUDY = """
[study]
id = "many"
title = "Many"
data = "panel.parquet"
entity = "entity"
time = "time"

[[models]]
id = "two_way"
estimator = "{estimator}"
formula = "y ~ key + {terms}"
effects = ["entity", "time"]
covariance = [{{ kind = "clustered", cluster = ["entity"] }}]

[[robustness]]
id = "controls"
model = "two_way"
term = "key"
most = {most}

[[robustness.choices]]
id = "controls"
controls = "all_subsets"
"""


def lay_out(folder: Path, controls: int, estimator: str) -> None:
    """300 rows (outcome, the regressor that is looked at, the controls), and a study of them."""
    random = np.random.default_rng(SEED)
    names = [f"c{number}" for number in range(controls)]
    values = random.normal(size=(ENTITIES * PERIODS, 2 + controls))
    table = pd.DataFrame(values, columns=["y", "key", *names])
    table["y"] += 0.1 * table.sum(axis=1)
    if estimator == "ppml":
        table["y"] = np.exp(table["y"] / 4)
    entity, period = np.divmod(np.arange(len(table)), PERIODS)
    table.assign(entity=entity, time=period).to_parquet(folder / "panel.parquet", index=False)
    study = STUDY.format(terms=" + ".join(names), most=2**controls, estimator=estimator)
    (folder / "many.toml").write_text(study)


def timed(folder: Path, address: str) -> tuple[float, float, bytes]:
    """Seconds and largest megabytes of the command, and the curve as it is written."""
    words = ["robustness", str(folder / "many.toml"), "--on", address, "--out", str(folder / "out")]
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "replication", *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit("the command failed")
    (curve,) = (folder / "out" / "curves").glob("*.parquet")
    return seconds, used.ru_maxrss / 1024, curve.read_bytes()


def main(sizes: list[int]) -> None:
    """Print a line a universe and place."""
    for controls in sizes:
        for place in ("here", "cores"):
            with tempfile.TemporaryDirectory() as name:
                lay_out(Path(name), controls, "ols")
                seconds, memory, _ = timed(Path(name), place)
            load = os.getloadavg()[0]
            print(
                f"{2**controls:9,} {place:5} {seconds:6.1f} s {memory:4.0f} MB, load {load:.1f}", flush=True
            )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or list(SIZES))
