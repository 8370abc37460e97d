"""Where the work of a universe is done: in this process, on all cores, or on a Dask cluster.

Tasks are cut the same whatever does them, each is worked on with one thread, and the answers are put in the
order of the tasks, so that all give the same bytes. What is done is kept in files beside the results until
all is: a run that was stopped goes on where it was, and memory does not grow with the number of tasks.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from threadpoolctl import threadpool_limits

from replication.errors import EstimationError, StudyError
from replication.project.arithmetic import arithmetic
from replication.project.files import write_parquet
from replication.project.fingerprint import all_code, changed_code
from replication.project.progress import track

Do = Callable[[Any], pd.DataFrame]
"""What is done with a task."""

Executor = Callable[[Do, Sequence[Any]], Iterator[tuple[int, "Answer"]]]
"""Gives the number of a task and its answer, in whatever order they are done."""

TRIES = 3
"""How often a task is tried whose worker dies."""

AHEAD = 4
"""Tasks a worker that are sent before the first is answered."""

NO_CLUSTER = "a Dask cluster needs more packages: pip install 'replication[cluster]'"

CONNECT = 10
"""Seconds in which a scheduler must answer."""

ELSEWHERE = ("processor", "system")
"""What may differ between machines that give the same bytes."""


@dataclass(frozen=True)
class Answer:
    """What a task gave, and what program and arithmetic it was made by."""

    table: pd.DataFrame
    made_by: Mapping[str, str]


@cache
def made_by() -> Mapping[str, str]:
    """Digest of the package's code, and what the digits rest on besides, in this process."""
    code = hashlib.sha256(json.dumps(all_code(), sort_keys=True).encode()).hexdigest()[:16]
    return {"code": code, **{name: value for name, value in arithmetic().items() if name not in ELSEWHERE}}


def answer(work: Do, task: Any) -> Answer:
    """Do one task, with one thread: sums in another order would differ in their last digits."""
    with threadpool_limits(1):
        return Answer(work(task), made_by())


def carry_out(
    work: Do, tasks: Sequence[Any], executor: Executor, unfinished: Path, what: str
) -> Iterator[pd.DataFrame]:
    """The answers to all tasks, in their order, each read when it is asked for.

    Parameters
    ----------
    unfinished : Path
        Folder for the answers; whoever asked for it removes it when all is done.
    what : str
        Said beside the bar, with the time left.

    Raises
    ------
    EstimationError
        A worker that has other code or another arithmetic than this process, or that dies on the same task
        again and again.
    """
    places = [unfinished / f"{joblib.hash((made_by(), work.__qualname__, task))}.parquet" for task in tasks]
    ahead = [number for number, place in enumerate(places) if not place.exists()]
    found = executor(work, [tasks[number] for number in ahead])
    for number, done in track(found, what, total=len(ahead)):
        _require_like_here(done.made_by)
        write_parquet(places[ahead[number]], done.table)
    return map(pd.read_parquet, places)


def _require_like_here(worker: Mapping[str, str]) -> None:
    """Refuse answers whose last digits would differ, and say by what: a long run is not lost to a guess."""
    ours = made_by()
    apart = [name for name, value in ours.items() if worker.get(name) != value]
    if "code" in apart and (changed := changed_code()):
        raise EstimationError(
            f"{changed[0]} was changed while this ran, and a worker that started later has other code; leave "
            "the program's files as they are until it is done, and run it again"
        )
    if apart:
        values = ", ".join(f"{name}: {worker.get(name)}, here {ours[name]}" for name in apart)
        raise EstimationError(
            f"a worker has other code or another arithmetic than this process ({values}), so that its last "
            "digits would differ; start workers with: replicate worker ADDRESS"
        )


def executor_of(word: str) -> Executor:
    """The executor that a word of the command names: here, cores, or a scheduler's address.

    Raises
    ------
    StudyError
        Another word, or an address without the packages for it.
    """
    if word == "here":
        return here
    if word == "cores":
        return cores
    if "://" in word:
        return lambda work, tasks: on_dask(word, work, tasks)
    raise StudyError(f"on is {word!r}; allowed: here, cores, or a Dask scheduler's address: tcp://HOST:8786")


def here(work: Do, tasks: Sequence[Any]) -> Iterator[tuple[int, Answer]]:
    """One task after the other in this process."""
    for number, task in enumerate(tasks):
        yield number, answer(work, task)


def cores(work: Do, tasks: Sequence[Any], workers: int | None = None) -> Iterator[tuple[int, Answer]]:
    """On all cores (or so many workers), in processes; what a dead process was at is done again."""
    workers = workers or os.cpu_count() or 1
    ahead = dict(enumerate(tasks))
    for _ in range(TRIES):
        try:
            for number, done in _on_cores(work, ahead, workers):
                del ahead[number]
                yield number, done
        except BrokenProcessPool:
            continue
        return
    raise EstimationError(
        f"a worker process died {TRIES} times; memory may be short: use fewer cores or here"
    )


def _on_cores(work: Do, tasks: dict[int, Any], workers: int) -> Iterator[tuple[int, Answer]]:
    with joblib.parallel_config("loky", n_jobs=workers, inner_max_num_threads=1, max_nbytes=None):
        parallel = joblib.Parallel(
            return_as="generator_unordered", batch_size=1, pre_dispatch=AHEAD * workers
        )
        yield from parallel(
            joblib.delayed(_numbered)(number, work, task) for number, task in list(tasks.items())
        )


def _numbered(number: int, work: Do, task: Any) -> tuple[int, Answer]:
    return number, answer(work, task)


def serve(address: str) -> None:
    """Work for a Dask scheduler until it is gone, with one thread and in this process's arithmetic.

    Raises
    ------
    StudyError
        The packages are not installed, or nothing answers at the address.
    """
    try:
        from distributed import Worker
    except ImportError:
        raise StudyError(NO_CLUSTER) from None

    async def work() -> None:
        async with Worker(address, nthreads=1, death_timeout=CONNECT) as worker:
            await worker.finished()

    try:
        asyncio.run(work())
    except (OSError, ValueError, TimeoutError) as problem:
        raise StudyError(f"worker: no Dask scheduler answers at {address} ({problem})") from None


def on_dask(address: str, work: Do, tasks: Sequence[Any]) -> Iterator[tuple[int, Answer]]:
    """On the workers of a Dask scheduler, a few tasks ahead of each; a dead worker's go to another.

    Raises
    ------
    StudyError
        The packages are not installed, or nothing answers at the address.
    EstimationError
        Workers die on the same task again and again.
    """
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise StudyError(NO_CLUSTER) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise StudyError(f"on: no Dask scheduler answers at {address} ({problem})") from None
    with client:
        workers = len(client.nthreads())
        if not workers:
            raise StudyError(
                f"on: the Dask scheduler at {address} has no workers: replicate worker {address}"
            )
        waiting = deque(enumerate(tasks))
        numbers = {}

        def send() -> Any:
            """Hand the next task to the scheduler; a future of its answer."""
            number, task = waiting.popleft()
            future = client.submit(answer, work, task, pure=False)
            numbers[future.key] = number
            return future

        first = [send() for _ in range(min(AHEAD * workers, len(waiting)))]
        ahead = as_completed(first, loop=client.loop)
        for future in ahead:
            try:
                yield numbers.pop(future.key), future.result()
            except KilledWorker:
                raise EstimationError("Dask workers died again and again on one task") from None
            if waiting:
                ahead.add(send())
