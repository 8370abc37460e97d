"""A large universe of specifications on Dask: two workers beside one, and one of two killed on the way.

    python -m benchmarks.cluster [controls] [estimator]

All subsets of the controls (20 of them are 1,048,576 specifications) of a model with two-way effects and
clustered errors on 300 rows, by least squares, all from the same sums, or by `ppml`, each for itself. By the
whole command, `replicate robustness --on ADDRESS`: in its own process, on one worker, on two, and on two of
which one is killed. Printed are the time, whether the curve is the same to the byte, and the largest memory
of the command. Where other programs want the cores too, the ratio of the times says less.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

SEED, ENTITIES, PERIODS, KILL_AFTER = 5, 30, 10, 15

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


@contextmanager
def workers(count: int) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and so many `replicate worker`, as a user starts them."""
    with LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as cluster:
        address = cluster.scheduler_address
        call = [sys.executable, "-m", "replication", "worker", address]
        started = [subprocess.Popen(call, stderr=subprocess.DEVNULL) for _ in range(count)]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=120)
        yield address, started
    for process in started:
        process.wait()


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


def on_dask(folder: Path, count: int, kill: bool) -> tuple[float, float, bytes]:
    """The same on so many workers."""
    with workers(count) as (address, started):
        if kill:
            threading.Timer(KILL_AFTER, started[0].send_signal, [signal.SIGKILL]).start()
        return timed(folder, address)


def main(controls: int = 20, estimator: str = "ols") -> None:
    """Print a line a way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, controls, estimator)
        first = timed(folder, "here")
        found = {"here": first}
        for said, count, kill in (("one", 1, False), ("two", 2, False), ("two, one killed", 2, True)):
            found[said] = on_dask(folder, count, kill)
            print(f"{said}: done, load {os.getloadavg()[0]:.1f}", flush=True)
    for said, (seconds, memory, curve) in found.items():
        times = found["one"][0] / seconds
        print(
            f"{said:16} {2**controls:,} in {seconds:6.1f} s, one worker takes {times:.2f} times as long; "
            f"{memory:.0f} MB; same to the byte: {curve == first[2]}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
