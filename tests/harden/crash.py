"""Killed processes, a full disk, two runs at once: on a small project, each step in a process of its own."""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from replication.cli import main
from replication.project.places import PACKAGE, Project
from replication.report.gather import make_report
from replication.sources.load import recipes_of
from replication.sources.pipeline import clean_all
from replication.versions import remake
from replication.versions.check import standing
from replication.versions.sealed import versions
from tests.harden.call import contents, hidden
from tests.harden.raw import register

TABLES = ("hatch_table_1", "hatch_table_2")
STUDY = """
[study]
id = "{id}"
title = "Study {id}"

[[statistics]]
id = "levels"
title = "Levels"
table = "{table}"
measure = "levels"
unit = "as printed"
with = {{ group = "region", value = "{value}" }}

[[tables]]
id = "levels"
title = "Levels"
statistics = ["levels"]

[[tables]]
id = "printed"
title = "Figures as printed"
table = "{table}"
"""
FIGURE = """
[[figures]]
id = "levels"
title = "Levels"
kind = "lines"
statistics = ["levels"]
"""
SECONDS = 60  # after which a child hangs


@dataclass(frozen=True)
class Small:
    """A project that is made in half a second, what it makes, and how long that takes.

    Attributes
    ----------
    project : Project
    made : mapping of str to bytes
        Every file of a run that nothing disturbed.
    seconds : float
    """

    project: Project
    made: dict[str, bytes]
    seconds: float


def small_project(source: Project, folder: Path) -> Small:
    """Lay out a project of three tables and two studies with a frozen version beside its "
    "results, and run it."""
    project = Project(folder)
    project.cleaning.mkdir(parents=True)
    module = (source.cleaning / "hatch.py").read_text()
    (project.cleaning / "hatch.py").write_text(
        f"{module}\nRECIPES = [each for each in RECIPES if each.schema.table in {TABLES}]\n"
    )
    recipes = recipes_of(project)
    register(
        project, {path: (source.raw / path).read_bytes() for recipe in recipes for path in recipe.inputs}
    )
    project.specs.mkdir()
    for name, table, value in zip(("first", "second"), TABLES, ("experts", "exports"), strict=True):
        text = STUDY.format(id=name, table=table, value=value) + (FIGURE if name == "first" else "")
        (project.specs / f"{name}.toml").write_text(text)
    frozen = project.results / "v1"
    frozen.mkdir(parents=True)
    (frozen / "manifest.json").write_text('{"version": "v1"}\n')
    with contextlib.redirect_stdout(
        io.StringIO()
    ):  # the first time in this process: the children find all loaded
        assert pipeline(project) == 0, "the small project does not run"
    made, started = contents(folder), time.perf_counter()
    assert finished(start(lambda: pipeline(project))) == 0, "the small project does not run in a child"
    return Small(project, made, time.perf_counter() - started)


def pipeline(project: Project) -> int:
    """What `make all` does, step by step, in this process; the first exit code that is not 0."""
    clean_all(project)
    root = str(project.root)
    steps = [("run", str(path)) for path in sorted(project.specs.glob("*.toml"))] + [("report",)]
    return next((code for step in steps if (code := main(["--project", root, *step]))), 0)


def start(work: Callable[[], int], told: Path | None = None, alone: bool = False) -> int:
    """Begin a piece of work in a child; its id. What it says goes to a file, or nowhere.

    `alone`: in a group of processes of its own, with all that it starts.

    A fork of this process has everything loaded already: a run of seconds becomes one of tenths.
    """
    child = os.fork()
    if child:
        return child
    if alone:
        os.setsid()
    code = 99
    with contextlib.suppress(BaseException):
        signal.alarm(SECONDS)
        spoken = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(spoken):
            code = work()
        if told is not None:
            told.write_text(spoken.getvalue())
    os._exit(code)


def finished(child: int) -> int:
    """Wait for a child; its exit code, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def finished_with_memory(child: int) -> tuple[int, int]:
    """Wait for a child; its exit code, and the most memory that it had, in bytes."""
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024


def kill_at_random(small: Small, draw: random.Random, times: int) -> list[str]:
    """Kill runs at some moment, one after another, then let one run to its end: faults of what is there."""
    if draw.random() < 0.5:  # from nothing, or over what is there
        _sweep(small)
    faults = []
    for _ in range(times):
        child = start(lambda: pipeline(small.project))
        time.sleep(draw.uniform(0, small.seconds))
        os.kill(child, signal.SIGKILL)
        finished(child)
        faults += _half_written(small)
    code = finished(start(lambda: pipeline(small.project)))
    faults += [f"the next run ended with {code}"] if code else []
    return faults + differing(small, contents(small.project.root))


def _sweep(small: Small) -> None:
    """What `make clean` removes."""
    shutil.rmtree(small.project.processed, ignore_errors=True)
    shutil.rmtree(small.project.current, ignore_errors=True)


def kill_command(
    project: Project, words: Sequence[str], place: Path, draw: random.Random, times: int
) -> list[str]:
    """Kill a command at random moments: `place` is missing or whole each time, and whole in the end."""
    copy = project.root.with_name("undisturbed")
    shutil.copytree(project.root, copy)
    started = time.perf_counter()
    code = finished(start(lambda: main(["--project", str(copy), *words])))
    seconds, whole = time.perf_counter() - started, contents(copy / place)
    faults = [f"ended with {code}"] if code else []
    for _ in range(times):
        child = start(lambda: main(["--project", str(project.root), *words]), alone=True)
        time.sleep(draw.uniform(0, seconds))
        os.killpg(child, signal.SIGKILL)
        finished(child)
        if (project.root / place).exists():
            faults += _unlike(contents(project.root / place), whole)
            shutil.rmtree(project.root / place)
            if not versions(project):  # nothing tells of one that was never there
                project.changelog.unlink(missing_ok=True)
            make_report(project, standing(project))  # which tells how results stand to a version
    code = finished(start(lambda: main(["--project", str(project.root), *words])))
    faults += [f"the next one ended with {code}"] if code else []
    shutil.rmtree(copy)
    return faults + _unlike(contents(project.root / place), whole) + hidden(project.results)


def stop_all(project: Project, made: Small, draw: random.Random, times: int) -> list[str]:
    """Stop `all` at random moments, itself alone or with what it started, then let one run to its end."""
    if draw.random() < 0.5:
        _sweep(made)
    else:
        (project.current / "first" / "estimates.csv").unlink(missing_ok=True)
    faults = []
    for _ in range(times):
        group = start(lambda: _all(project), alone=True)
        time.sleep(draw.uniform(0, made.seconds))
        stop = draw.choice((os.kill, os.killpg))
        with contextlib.suppress(ProcessLookupError):  # it has not begun a group of its own yet
            stop(group, draw.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGINT)))
        finished(group)
        faults += _half_written(made)
    code = finished(start(lambda: _all(project)))  # beside what the last one started and left
    _await_end(group)
    faults += [f"the next one ended with {code}"] if code else []
    return faults + differing(made, contents(project.root))


def all_made(project: Project) -> Small:
    """What `all` makes of a project from nothing, undisturbed, and in what time."""
    _sweep(Small(project, {}, 0.0))
    started = time.perf_counter()
    assert finished(start(lambda: _all(project))) == 0, "all does not run in a child"
    return Small(project, contents(project.root), time.perf_counter() - started)


def _all(project: Project) -> int:
    """`all` in this process, which must be a child's: the commands that it starts are forks."""
    remake.AT_ONCE = 1
    remake._replicate = lambda project, words, command: finished(
        start(lambda: main(["--project", str(project.root), *words, *command]))
    )
    return main(["--project", str(project.root), "all"])


def _await_end(group: int) -> None:
    """Wait until no process of a group is left."""
    until = time.monotonic() + SECONDS
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(group, 0)
            time.sleep(0.05)


def _unlike(found: dict[str, bytes], whole: dict[str, bytes]) -> list[str]:
    return [
        f"half written: {name}" for name in sorted({*found, *whole}) if found.get(name) != whole.get(name)
    ]


def interrupt(project: Project, moment: float) -> list[str]:
    """Ctrl-C at some moment: one line at most, unless Python itself had not started yet."""
    words = [sys.executable, "-m", "replication", "--project", str(project.root), "why"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    told = process.communicate()[1]
    ours = told.count("\n") > 1 and str(PACKAGE) in told
    return [f"Ctrl-C after {moment:.3f} s: {told[-200:]!r}"] if ours else []


def _half_written(small: Small) -> list[str]:
    """Files under their own names that are neither missing nor whole."""
    found = contents(small.project.root)
    return [
        f"half written: {name}"
        for name, text in found.items()
        if name in small.made and text != small.made[name]
    ]


def differing(small: Small, found: dict[str, bytes]) -> list[str]:
    """Files that are not as an undisturbed run leaves them."""
    names = sorted(name for name in {*found, *small.made} if found.get(name) != small.made.get(name))
    return [f"not as an undisturbed run leaves it: {name}" for name in names] + hidden(small.project.root)


def fill_disk(small: Small, limit: int) -> list[str]:
    """A run in which no file may grow beyond `limit` bytes: one line, and everything stays as it was."""
    root, told = small.project.root, small.project.root.parent / "told.txt"

    def limited() -> int:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            return pipeline(small.project)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    code = finished(start(_as_a_command(limited), told))
    lines = told.read_text().splitlines() if told.is_file() else []
    largest = max(
        len(text) for name, text in small.made.items() if name.startswith(("data/proc", "results/current"))
    )
    faults = [] if code in ((0, 2) if limit >= largest else (2,)) else [f"limit {limit}: exit code {code}"]
    faults += [f"limit {limit}: {len(lines)} lines" for _ in [0] if code == 2 and len(lines) > 1]
    return faults + differing(small, contents(root))


def _as_a_command(work: Callable[[], int]) -> Callable[[], int]:
    """Cleaning is called as a function here: what it refuses ends as the command would."""
    from replication.errors import UserError

    def run() -> int:
        try:
            return work()
        except UserError:
            return 2

    return run


def race(small: Small, runs: int, draw: random.Random) -> list[str]:
    """Several runs in one folder at once: all end well, and leave what one would."""
    if draw.random() < 0.5:
        _sweep(small)
    children = {}
    for number in range(runs):
        told = small.project.root.parent / f"told{number}.txt"
        children[start(lambda: pipeline(small.project), told)] = told
        time.sleep(draw.uniform(0, small.seconds / 4))
    codes = {told: finished(child) for child, told in children.items()}
    faults = [f"a run ended with {code}: {told.read_text()!r}" for told, code in codes.items() if code]
    return faults + differing(small, contents(small.project.root))
