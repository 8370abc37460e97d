"""Stale and tampered scenes, flipped bits, names of files: what the commands do, in copies of a project."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from replication.cli import main
from replication.project.places import Project
from tests.harden.call import contents, foreign
from tests.support import made_up
from tests.support.scenes import CHANGED, MENDED, REFUSED, current, flip

SECONDS = 120
CANARY = "CANARY"
SPACE = "${IFS}"
NAMES = (
    f"$(touch {CANARY})", f"$(touch{SPACE}{CANARY})", f"`touch {CANARY}`", f"x;touch {CANARY};y",
    f"x&touch{SPACE}{CANARY}&y", f"x>{CANARY}", f"x|touch {CANARY}", f"x\ntouch {CANARY}\n", "it's",
    "two words", "a:b", "a$b", "a#b", "a%b", "-rf", "a\\b", "é", "\u202ex", "=1+1", "*", "a=b", "a.b",
)  # fmt: skip


def whole_project(folder: Path) -> Project:
    """A made-up project with everything made and frozen, and an environment that make takes as built."""
    project = made_up.lay_out(folder)
    with contextlib.redirect_stdout(io.StringIO()):
        made_up.make(project)
    made_up.attest(project)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (folder / ".venv" / "installed").touch()
    return project


def make(project: Project, target: str) -> tuple[int, str]:
    """With what code `make` ends, and what it says."""
    program = "RUN=.venv/bin/python -P -m replication"  # which has no copy in a made-up project
    words = ["make", "--no-print-directory", program, target]
    done = subprocess.run(words, cwd=project.root, capture_output=True, text=True, timeout=SECONDS)
    return done.returncode, done.stdout + done.stderr


def scene_faults(whole: Project, folder: Path, name: str, target: str) -> list[str]:
    """What make does of one scene: it makes good what it can, and fails where it cannot."""
    project = made_up.copied(whole.root, folder)
    scenes = {**MENDED, **{key: change for key, (change, _) in CHANGED.items()}}
    scenes |= {key: spoil for key, (spoil, _, _) in REFUSED.items()}
    with contextlib.redirect_stdout(io.StringIO()):
        scenes[name](project)
    code, told = make(project, target)
    judged = _refused if name in REFUSED else _made_good
    faults = judged(whole, project, name, target, code, told)
    shutil.rmtree(folder)
    return [f"make {target}: {fault}" for fault in faults]


def _refused(whole: Project, project: Project, name: str, target: str, code: int, told: str) -> list[str]:
    faults = [] if code and REFUSED[name][2] in told else [f"ends with {code}: {told[-200:]!r}"]
    return faults + ["a deposit of it"] * project.deposit.exists()


def _made_good(whole: Project, project: Project, name: str, target: str, code: int, told: str) -> list[str]:
    moved = name in CHANGED  # the check against the frozen version may fail then
    faults = [] if code == 0 or (moved and target == "all") else [f"ends with {code}: {told[-200:]!r}"]
    faults += [] if "made again: " in told or "removed: " in told else ["not told what was out of date"]
    faults += [] if moved or current(project) == current(whole) else ["not made as it was"]
    late = [line for line in make(project, "why")[1].splitlines() if "up to date" not in line]
    faults += [f"still late: {line}" for line in late if not line.startswith("frozen versions")]
    given, now = contents(project.deposit / "output"), contents(project.current)
    return faults + [f"hands on another {file}" for file, text in given.items() if now.get(file) != text]


@dataclass(frozen=True)
class Said:
    """What a command did: its exit code, what it said, and every file afterwards."""

    code: int
    output: str
    errors: str
    files: dict[str, bytes]


def rot(whole: Project, folder: Path, number: int, draw: random.Random) -> tuple[Counter, list[str]]:
    """Flipped bits of what was made, one at a time: what reads it refuses, or does what it did before."""
    project = made_up.copied(whole.root, folder)
    files = [*project.processed.rglob("*"), *project.current.rglob("*")]
    names = sorted(path.relative_to(folder) for path in files if path.is_file())
    known: dict[tuple[str, ...], Said] = {}
    counts, faults = Counter(), []
    for _ in range(number):
        name = draw.choice(names)
        words = draw.choice(_readers(name))
        if words not in known:
            known[words] = _said(project, words)
        before = (folder / name).read_bytes()
        flip(folder / name, draw.randrange(10**9), draw.randrange(8))
        outcome, told = _used(project, words, known[words])
        counts[outcome] += 1
        faults += [f"{name}, {' '.join(words)}: {fault}" for fault in told]
        (folder / name).write_bytes(before)
    return counts, faults


def _readers(name: Path) -> list[tuple[str, ...]]:
    """The commands that read a file."""
    if name.parts[0] == "data":
        return [("run", "specs/first.toml"), ("run", "specs/second.toml"), ("claims",), ("deposit",)]
    return [("report",), ("trace", "first/models", "x", "line"), ("deposit",), ("freeze", "--why", "rot")]


def _said(project: Project, words: tuple[str, ...]) -> Said:
    """What a command does; everything is put back as it was."""
    before, output, errors = contents(project.root), io.StringIO(), io.StringIO()
    streams = contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors)
    with contextlib.chdir(project.root), streams[0], streams[1]:
        code = main(words)
    after = contents(project.root)
    for name in after.keys() - before.keys():
        (project.root / name).unlink()
    for name in (name for name, text in before.items() if after.get(name) != text):
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).write_bytes(before[name])
    folders = (path for path in project.root.rglob("*") if path.is_dir())
    for path in sorted(folders, reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    return Said(code, output.getvalue(), errors.getvalue(), after)


def _used(project: Project, words: tuple[str, ...], good: Said) -> tuple[str, list[str]]:
    """What a command does with a rotten file, and its faults: it is refused without a word or a file, or
    does as before."""
    before = contents(project.root)
    try:
        done = _said(project, words)
    except BaseException as problem:  # any way out but the ordinary one is what is looked for
        return "broken by it", [f"traceback: {type(problem).__name__}: {str(problem)[:200]}"]
    changed = [name for name, text in done.files.items() if before.get(name) != text]
    if done.code == 2:
        wrote = [f"refused and wrote {name}" for name in changed]
        return "refused", foreign(done.errors) + wrote + ["said"] * bool(done.output)
    other = [name for name in changed if done.files[name] != good.files.get(name)]
    told = [f"wrote another {name}" for name in other if not name.endswith(".json")]
    told += ["says something else"] * (done.output != good.output) + [f"exit code {done.code}"] * bool(
        done.code
    )
    return "used" if told else "harmless", told


def name_faults(whole: Project, folder: Path, name: str, place: str) -> list[str]:
    """A file of this name among the studies or the claims: make refuses in one line, and nothing is run."""
    project = made_up.copied(whole.root, folder)
    good = sorted((project.root / place).glob("*.toml"))[0].read_text()
    try:
        (project.root / place / f"{name}.toml").write_text(good)
    except OSError:  # a name that this system has not
        return []
    code, told = make(project, "all")
    faults = [] if code and "a name that is not plain" in told else [f"ends with {code}: {told[-200:]!r}"]
    ran = [path for path in project.root.rglob(f"*{CANARY}*") if path.parent.name != place]
    shutil.rmtree(folder)
    return faults + [f"a command ran: {path.name}" for path in ran]
