"""Everything that is out of date, made again: what decides are the reasons of `why`, so content alone.

It stands beside `why` and imports nothing that computes: each command runs in a process of its own, so that
studies do not wait for one another, nor what rests on them for what does not, and a second time answers at
once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from queue import PriorityQueue

from replication.errors import DataError, few
from replication.project.fingerprint import unlike_lock
from replication.project.places import PACKAGE, Project
from replication.project.staging import withdraw
from replication.versions.artefact import FEW, Artefact, Called, Stage
from replication.versions.why import ledger, published, report, strangers, studies, tables

AT_ONCE = 2
DONE, REFUSED, NOT_CONVERGED = 0, 2, 3  # exit codes of the commands
# How far each step goes: its stages, and which commands it runs in them.
STEPS: dict[str, tuple[tuple[Stage, ...], tuple[str, ...]]] = {
    "data": ((tables,), ("data",)),
    "run": ((tables, studies), ("data", "run")),
    "robustness": ((tables, studies), ("data", "robustness")),
    "crosscheck": ((tables, studies), ("data", "crosscheck")),
    "published": ((tables, studies, published), ("data", "run", "published")),
    "claims": ((tables, ledger), ("data", "claims")),
    "report": (
        (tables, studies, published, ledger, report),
        ("data", "run", "robustness", "crosscheck", "published", "claims", "report"),
    ),
}
# The commands that a stage waits for, where these are not all: what stands in other folders is no matter.
RESTS_ON: dict[Stage, tuple[str, ...]] = {
    studies: ("data",),
    published: ("data", "run"),
    ledger: ("data", "run", "published"),
}


@dataclass(frozen=True)
class Remade:
    """What came of making everything again: the account, and the exit code that it deserves."""

    lines: tuple[str, ...]
    code: int


def remake(project: Project, step: str = "report", words: Sequence[str] = ()) -> Remade:
    """Make again what is out of date, stage by stage, each judged when what it rests on has been made.

    Parameters
    ----------
    step : str
        How far to go: a key of `STEPS`.
    words : sequence of str
        What stands between `replicate` and each command.

    Raises
    ------
    DataError
        Packages that are not those of the lock, a file name that is not plain.
    """
    for line in unlike_lock(project):
        raise DataError(f"{line}; install what it pins first (make all does, or pip install -r it)")
    stages, commands = STEPS[step]
    done, code = _make(project, stages, commands, words)
    now = [item for each in done for item in each.now(project)]
    wrong = {item.name: item.reasons[0] for item in _late(now, commands)}
    made = _account(item for each in done for item in each.late if item.name not in wrong)
    if code or wrong:
        told = [f"NOT made again: {name}: {reason}" for name, reason in wrong.items()]
        return Remade((*made, *told), code or REFUSED)
    unfinished = [f"{item.name}: a model did not converge" for item in now if not item.converged]
    foreign = strangers(project)
    return Remade(
        (*(made or [_nothing(now)]), *unfinished, *foreign),
        REFUSED if foreign else NOT_CONVERGED if unfinished else DONE,
    )


def _late(found: Iterable[Artefact], commands: Collection[str]) -> list[Artefact]:
    """What of a stage has to be made again, or removed, within a step."""
    late = [item for item in found if item.reasons]
    return [item for item in late if not item.command or item.command[0] in commands]


@dataclass(frozen=True)
class _Judged:
    """A stage as it was found, and what of it was out of date."""

    stage: Stage
    found: list[Artefact]
    late: list[Artefact]

    def now(self, project: Project) -> list[Artefact]:
        """How it is found by now: as before where nothing of it was made."""
        return self.stage(project, ()) if self.late else self.found


def _make(
    project: Project, stages: Sequence[Stage], commands: Sequence[str], words: Sequence[str]
) -> tuple[list[_Judged], int]:
    """Run every command that is asked for once, two at a time.

    Returns
    -------
    Each stage that was come to, and the first exit code that is a failure.
    """
    done: list[_Judged] = []
    running: dict[tuple[str, ...], Future[int]] = {}
    waiting: PriorityQueue[_Waiting] = PriorityQueue()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for stage in stages:
                before = RESTS_ON.get(stage, commands)
                code = _failure(future for command, future in running.items() if command[0] in before)
                if code or any(_late(each.now(project), before) for each in done):
                    break
                found = stage(project, ())
                done.append(_Judged(stage, found, _late(found, commands)))
                for command in dict.fromkeys(item.command for item in done[-1].late if item.command):
                    running[command] = Future()
                    waiting.put(_Waiting(-len(done), len(running), command, running[command]))
                    pool.submit(_most_urgent, waiting, partial(_replicate, project, words))
                _remove(done[-1].late)
            return done, _failure(running.values())
        finally:
            pool.shutdown(cancel_futures=True)  # of an interrupt; elsewhere none is left


@dataclass(frozen=True, order=True)
class _Waiting:
    """A command that waits: those of later stages go first, for more rests on what they make."""

    stage: int
    number: int
    command: tuple[str, ...] = field(compare=False)
    code: Future[int] = field(compare=False)


def _most_urgent(waiting: PriorityQueue[_Waiting], replicate: Callable[[tuple[str, ...]], int]) -> None:
    """Run the first of the commands that wait."""
    first = waiting.get()
    try:
        first.code.set_result(replicate(first.command))
    except BaseException as problem:  # told to whoever waits for the code
        first.code.set_exception(problem)


def _failure(running: Iterable[Future[int]]) -> int:
    """The first exit code that is a failure, once all of them have ended."""
    codes = [future.result() for future in running]
    return next((code for code in codes if code not in (DONE, NOT_CONVERGED)), DONE)


def _remove(late: Iterable[Artefact]) -> None:
    """Remove what nothing asks for."""
    for item in late:
        if not item.command and item.folder is not None:
            withdraw(item.folder)


def _replicate(project: Project, words: Sequence[str], command: Sequence[str]) -> int:
    """One command in a process of its own; what it says is printed when it is done, in one piece."""
    quiet = ("--quiet",) if command[0] in ("run", "crosscheck") else ()  # the report shows the rest
    program = (sys.executable, "-P", str(PACKAGE / "__main__.py"))
    call = [*program, "--project", str(project.root), *words, *command, *quiet]
    print(f"replicate {' '.join(command)}\n", end="", flush=True)  # in one piece: two of them print
    within = {**os.environ, "REPLICATE_WITHIN": "all"}  # which tells of an interrupt itself
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False, env=within)
    print(done.stdout, end="", flush=True)
    return done.returncode


def _account(made: Iterable[Artefact]) -> list[str]:
    """What was made again or removed, and why; things with the same reasons in one line."""
    groups: dict[tuple[str, tuple[str, ...]], list[Called]] = defaultdict(list)
    for item in made:
        groups["made again" if item.command else "removed", item.reasons].append(item.name)
    return [f"{word}: {few(names, FEW)}: {'; '.join(reasons)}" for (word, reasons), names in groups.items()]


def _nothing(now: Iterable[Artefact]) -> str:
    kinds = Counter(item.name.kind for item in now)
    words = {"tables": kinds["table"], "studies and what rests on them": kinds["study"]}
    told = ", ".join(f"{count} {what}" for what, count in words.items() if count)
    return f"nothing has changed: {told} are up to date"
