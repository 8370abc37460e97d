"""The whole command: read a parquet file, estimate, write; beside a script that does the same with pyfixest.

    python -m benchmarks.whole_command [rows] [repetitions]

Two-way effects, clustered errors, three regressors. Each runs in a process of its own, the two in turn, and
everything counts, from the start of Python on: `replicate run` with its records, tables and manifest; reading
with pandas, feols and writing its table as CSV. Python keeps what it compiles of the one, and pyfixest what
numba compiles: both are called once before. Medians are printed of the time, of the processor's time (the one
to compare where a machine does other things too) and of the largest memory.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.two_way import sample

STUDY = """
[study]
id = "large"
title = "Large"
data = "panel.parquet"
entity = "entity"
time = "period"

[[models]]
id = "two_way"
formula = "y ~ x1 + x2 + x3"
effects = ["entity", "time"]
covariance = [{ kind = "clustered", cluster = ["entity"] }]
"""

PEER = """
import sys
import pandas as pd
import pyfixest
table = pd.read_parquet("panel.parquet")
fit = pyfixest.feols("y ~ x1 + x2 + x3 | entity + period", table, vcov={"CRV1": "entity"})
fit.tidy().to_csv("peer.csv")
"""

COMMANDS = {
    "replication": ["-m", "replication", "run", "large.toml", "--out", "out", "--quiet"],
    "pyfixest": ["-c", PEER],
}
PERIODS = 20


def measure(name: str, folder: str) -> tuple[float, float, float]:
    """Seconds, processor's seconds and largest megabytes of one command."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *COMMANDS[name]], cwd=folder, env=ALONE)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{name} failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


ALONE = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPATH": os.getcwd(),
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}
"""One thread for both: two cores shared with others would favour whichever ran while they rested. And both
keep what Python compiles, as they do wherever nobody forbids it: pip has compiled what it installed, and a
checkout would be compiled anew by every run."""


def apart(folder: str) -> float:
    """The largest difference of estimates and errors, as a share of theirs."""
    ours = pd.read_csv(f"{folder}/out/estimates.csv")[["estimate", "std_error"]].to_numpy()
    theirs = pd.read_csv(f"{folder}/peer.csv")[["Estimate", "Std. Error"]].to_numpy()
    return float(np.abs(ours / theirs - 1).max())


def main(rows: int, repetitions: int) -> None:
    """Print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        sample(rows // PERIODS).to_parquet(f"{folder}/panel.parquet", index=False)
        (Path(folder) / "large.toml").write_text(STUDY)
        for name in COMMANDS:
            measure(name, folder)
        runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in COMMANDS}
        for _ in range(repetitions):
            for name, found in runs.items():
                found.append(measure(name, folder))
        difference = apart(folder)
    print(
        f"{rows:,} rows, medians of {repetitions}, load {os.getloadavg()[0]:.1f}; apart by {difference:.0e}"
    )
    medians = {
        name: [statistics.median(each) for each in zip(*found, strict=True)] for name, found in runs.items()
    }
    for name, (seconds, cpu, memory) in medians.items():
        print(f"{name:12} {seconds:7.2f} s {cpu:7.2f} s of processor {memory:7.0f} MB")
    for place, word in enumerate(("time", "processor's time", "memory")):
        print(f"ratio of {word}: {medians['replication'][place] / medians['pyfixest'][place]:.2f}")


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], *("1000000", "3")[len(sys.argv) - 1 :])))
