"""Everything that is out of date, made again: what decides are the reasons of `why`, so content alone.

It stands beside `why` and imports nothing that computes: each command runs in a process of its own, so that
studies do not wait for one another, and a second time answers at once.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

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


@dataclass(frozen=True)
class Remade:
    """What came of making everything again: the account, and the exit code that it deserves."""

    lines: tuple[str, ...]
    code: int


def remake(project: Project, step: str = "report", words: Sequence[str] = ()) -> Remade:
    """Make again what is out of date, stage by stage, each judged when those before it have been made.

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
    made: list[Artefact] = []
    now: list[Artefact] = []
    for stage in stages:
        found = stage(project, ())
        late = _late(found, commands)
        code = _make(project, late, words)
        found = stage(project, ()) if late else found
        wrong = {item.name: item.reasons[0] for item in _late(found, commands)}
        made += [item for item in late if item.name not in wrong]
        now += found
        if code or wrong:
            told = [f"NOT made again: {name}: {reason}" for name, reason in wrong.items()]
            return Remade((*_account(made), *told), code or REFUSED)
    unfinished = [f"{item.name}: a model did not converge" for item in now if not item.converged]
    foreign = strangers(project)
    told = _account(made) or [_nothing(now)]
    return Remade(
        (*told, *unfinished, *foreign), REFUSED if foreign else NOT_CONVERGED if unfinished else DONE
    )


def _late(found: Iterable[Artefact], commands: Sequence[str]) -> list[Artefact]:
    """What of a stage has to be made again, or removed, within a step."""
    late = [item for item in found if item.reasons]
    return [item for item in late if not item.command or item.command[0] in commands]


def _make(project: Project, late: Iterable[Artefact], words: Sequence[str]) -> int:
    """Run every command once, two at a time; remove what nothing asks for. The first exit code that fails."""
    commands = dict.fromkeys(item.command for item in late if item.command)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(partial(_replicate, project, words), commands))
    for item in late:
        if not item.command and item.folder is not None:
            withdraw(item.folder)
    return next((code for code in codes if code not in (DONE, NOT_CONVERGED)), DONE)


def _replicate(project: Project, words: Sequence[str], command: Sequence[str]) -> int:
    """One command in a process of its own; what it says is printed when it is done, in one piece."""
    quiet = ("--quiet",) if command[0] in ("run", "crosscheck") else ()  # the report shows the rest
    program = (sys.executable, "-P", str(PACKAGE / "__main__.py"))
    call = [*program, "--project", str(project.root), *words, *command, *quiet]
    print(f"replicate {' '.join(command)}\n", end="", flush=True)  # in one piece: two of them print
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
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
