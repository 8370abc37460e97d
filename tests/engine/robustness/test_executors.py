"""Every executor gives the same bytes; dead workers and stopped runs lose nothing that was done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.errors import EstimationError, StudyError
from replication.project.places import PACKAGE
from replication.robustness import executors
from replication.robustness.executors import carry_out, cores, executor_of, here

ROOT = Path(__file__).parents[3]


def squares(task: tuple[int, int]) -> pd.DataFrame:
    """Sums that depend on the order of addition."""
    seed, size = task
    x = np.random.default_rng(seed).normal(size=(size, 8))
    return pd.DataFrame(x.T @ x).rename(columns=str)


def dies_once(task: tuple[str, int]) -> pd.DataFrame:
    """Kills its process the first time that it meets task 2."""
    mark, number = Path(task[0]), task[1]
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return pd.DataFrame({"number": [number]})


def always_dies(task: int) -> pd.DataFrame:
    os.kill(os.getpid(), signal.SIGKILL)


def counts(task: tuple[str, int]) -> pd.DataFrame:
    """Leaves a mark for every time that it works."""
    (Path(task[0]) / f"{task[1]}-{time.monotonic_ns()}").touch()
    return pd.DataFrame({"number": [task[1]]})


TASKS = [(seed, 50 + seed) for seed in range(9)]


def as_bytes(tables: Iterable[pd.DataFrame], folder: Path) -> bytes:
    pd.concat(tables).to_parquet(folder / "all.parquet")
    return (folder / "all.parquet").read_bytes()


def test_cores_give_the_bytes_of_one_process(tmp_path):
    one = carry_out(squares, TASKS, here, tmp_path / "a", "sums")
    many = carry_out(squares, TASKS, lambda w, t: cores(w, t, 3), tmp_path / "b", "sums")
    assert as_bytes(one, tmp_path) == as_bytes(many, tmp_path)


def test_the_work_of_a_dead_process_is_done_again(tmp_path):
    tasks = [(str(tmp_path / "mark"), number) for number in range(6)]
    found = carry_out(dies_once, tasks, lambda w, t: cores(w, t, 2), tmp_path / "a", "deaths")
    assert [table["number"].item() for table in found] == list(range(6))


def test_a_task_that_always_kills_is_told_in_one_line(tmp_path):
    with pytest.raises(EstimationError, match="died 3 times"):
        carry_out(always_dies, [1], lambda w, t: cores(w, t, 2), tmp_path / "a", "deaths")


def test_what_was_done_before_a_stop_is_not_done_again(tmp_path):
    tasks = [(str(tmp_path), number) for number in range(5)]

    def stops(work, ahead):
        for done, each in enumerate(here(work, ahead)):
            if done == 3:
                raise KeyboardInterrupt
            yield each

    with pytest.raises(KeyboardInterrupt):
        carry_out(counts, tasks, stops, tmp_path / "a", "counts")
    found = carry_out(counts, tasks, here, tmp_path / "a", "counts")
    assert [table["number"].item() for table in found] == list(range(5))
    worked = [path.name.partition("-")[0] for path in tmp_path.glob("*-*")]
    assert sorted(set(worked)) == list("01234")
    assert sorted(worked) == ["0", "1", "2", "3", "3", "4"]  # the fourth was stopped before it was kept


def test_a_worker_of_another_program_or_arithmetic_is_refused_with_what_is_apart(tmp_path):
    def stranger(name):
        def work_elsewhere(work, tasks):
            yield 0, executors.Answer(work(tasks[0]), {**executors.made_by(), name: "strange"})

        return work_elsewhere

    for name in ("code", "linear algebra"):
        message = rf"other code or another arithmetic .*\({name}: strange, here [\w ]+\)"
        with pytest.raises(EstimationError, match=message):
            carry_out(squares, TASKS[:1], stranger(name), tmp_path / "a", "sums")


EDITED = """
import os, signal, sys
from pathlib import Path
import pandas as pd
from replication.errors import EstimationError
from replication.project.places import PACKAGE
from replication.robustness.executors import carry_out, cores

def edits_and_dies_once(task):
    mark, number = Path(task[0]), task[1]
    if number == 2 and not mark.exists():
        mark.touch()
        with (PACKAGE / "robustness" / "number_table.py").open("a") as module:
            module.write("# edited\\n")
        os.kill(os.getpid(), signal.SIGKILL)
    return pd.DataFrame({"number": [number]})

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    tasks = [(str(folder / "mark"), number) for number in range(20)]
    try:
        carry_out(edits_and_dies_once, tasks, lambda w, t: cores(w, t, 2), folder / "unfinished", "edits")
    except EstimationError as problem:
        print(problem)
"""


def test_a_program_that_was_edited_before_a_worker_started_anew_is_told_by_its_module(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "edited.py").write_text(EDITED)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    call = [sys.executable, str(tmp_path / "edited.py"), str(tmp_path)]
    run = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=120)
    assert run.stdout.startswith("replication/robustness/number_table.py was changed while this ran")


def test_words_of_the_command():
    assert executor_of("here") is here
    with pytest.raises(StudyError, match="allowed: here, cores"):
        executor_of("cloud")


@pytest.fixture
def cluster():
    """A scheduler and two workers, each a process of its own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as found:
        yield found


def test_dask_gives_the_bytes_of_one_process_and_survives_a_killed_worker(tmp_path, cluster):
    one = carry_out(squares, TASKS, here, tmp_path / "a", "sums")
    dask = executor_of(cluster.scheduler_address)
    many = carry_out(squares, TASKS, dask, tmp_path / "b", "sums")
    assert as_bytes(one, tmp_path) == as_bytes(many, tmp_path)
    tasks = [(str(tmp_path / "mark"), number) for number in range(6)]
    found = carry_out(dies_once, tasks, dask, tmp_path / "c", "deaths")
    assert [table["number"].item() for table in found] == list(range(6))


def test_nothing_answers_at_the_address(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "CONNECT", 0.5)
    with pytest.raises(StudyError, match="no Dask scheduler answers"):
        carry_out(squares, TASKS, executor_of("tcp://127.0.0.1:9"), tmp_path / "a", "sums")


SLOW = """
import sys, time
from pathlib import Path
import pandas as pd
from replication.robustness.executors import carry_out, cores

def slow(task):
    time.sleep(0.3)
    return pd.DataFrame({"number": [task]})

if __name__ == "__main__":
    carry_out(slow, list(range(40)), lambda w, t: cores(w, t, 2), Path(sys.argv[1]), "slow")
"""


def test_interrupted_on_cores_it_keeps_what_is_done(tmp_path):
    (tmp_path / "slow.py").write_text(SLOW)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, str(tmp_path / "slow.py"), str(tmp_path / "unfinished")]
    run = subprocess.Popen(call, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "unfinished").glob("*.parquet"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(30) != 0
    kept = list((tmp_path / "unfinished").glob("*.parquet"))
    assert 3 <= len(kept) < 40
    assert all(len(pd.read_parquet(path)) == 1 for path in kept)
