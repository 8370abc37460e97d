"""A large universe of specifications on Dask: two workers beside one, and one of two killed on the way.

    python -m benchmarks.cluster [controls] [estimator]

All subsets of the controls (14 of them are 16,384 specifications) of a model with two-way effects and
clustered errors on 300 rows, by `ppml`, each for itself, or by `ols`, all from the same sums. By the
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, LocalCluster

from benchmarks.universe import lay_out, timed

KILL_AFTER = 15


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


def on_dask(folder: Path, count: int, kill: bool) -> tuple[float, float, bytes]:
    """The same on so many workers."""
    with workers(count) as (address, started):
        if kill:
            threading.Timer(KILL_AFTER, started[0].send_signal, [signal.SIGKILL]).start()
        return timed(folder, address)


def main(controls: int, estimator: str) -> None:
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
    words = dict(zip(("controls", "estimator"), sys.argv[1:], strict=False))
    main(int(words.get("controls", 14)), words.get("estimator", "ppml"))
