"""Clean runs of the whole project in folders of their own, under circumstances that must not matter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from replication.errors import DataError
from replication.project.places import PACKAGE, Project

# Folder name, and what a stranger's machine may have set: none of it may move a byte.
SETTINGS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        "first",
        {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    ),
    (
        "second run, Größe 2",
        {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"},
    ),
)
KIBIBYTE = 1024 if sys.platform == "darwin" else 1  # macOS tells a child's memory in bytes, Linux in KiB


@dataclass(frozen=True)
class Step:
    """One command of a run.

    Attributes
    ----------
    command : str
    seconds, processor_seconds : float
        By the clock, and at work.
    memory : float
        At most, in MiB.
    """

    command: str
    seconds: float
    processor_seconds: float
    memory: float


@dataclass(frozen=True)
class Rehearsal:
    """One clean run: where, under which settings, step by step."""

    project: Project
    settings: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """Time of all steps."""
        return sum(step.seconds for step in self.steps)

    @property
    def processor_seconds(self) -> float:
        """Time at work of all steps."""
        return sum(step.processor_seconds for step in self.steps)

    @property
    def memory(self) -> float:
        """Most memory that a step had, in MiB."""
        return max(step.memory for step in self.steps)


def rehearse(project: Project, folder: Path) -> list[Rehearsal]:
    """Run the project once for each of `SETTINGS`, at the same time, each in a copy below `folder`.

    Raises
    ------
    DataError
        A step of a run fails; its last line is told.
    """
    with ThreadPoolExecutor(len(SETTINGS)) as pool:
        return list(pool.map(lambda setting: _run(project, folder / setting[0], setting[1]), SETTINGS))


def _run(project: Project, folder: Path, settings: Mapping[str, str]) -> Rehearsal:
    copy = _copy(project, folder)
    environment = {"PATH": os.defpath, "HOME": str(folder), "PYTHONNOUSERSITE": "1", **settings}
    return Rehearsal(copy, settings, tuple(_step(copy, words, environment) for words in _steps(copy)))


def _copy(project: Project, folder: Path) -> Project:
    """Raw figures, studies, claims and the program: nothing that was made."""
    for source in (project.raw, project.cleaning, project.specs, project.claims, PACKAGE):
        if source.is_dir():
            inside = PACKAGE.name if source == PACKAGE else source.relative_to(project.root)
            shutil.copytree(source, folder / inside, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    settings = project.root / "pyproject.toml"
    if settings.is_file():
        shutil.copy(settings, folder)
    return Project(folder)


def _steps(project: Project) -> list[list[str]]:
    studies = [path.relative_to(project.root) for path in project.study_files]
    claims = [["claims"]] if project.claims_files else []
    return [["data"], *(["run", str(study)] for study in studies), *claims, ["report"]]


def _step(project: Project, words: list[str], environment: Mapping[str, str]) -> Step:
    """Run one command in the copy, with the copy's program, and measure it."""
    command = [sys.executable, "-m", "replication.cli", *words]
    log = project.root / "log.txt"
    started = time.monotonic()
    with log.open("wb") as stream:
        child = subprocess.Popen(command, cwd=project.root, env=environment, stdout=stream, stderr=stream)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # told, for it was waited for behind its back
    if child.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no word"]
        raise DataError(f"clean run: replicate {' '.join(words)} failed: {last[0]}")
    seconds = time.monotonic() - started
    return Step(" ".join(words), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KIBIBYTE / 1024)
