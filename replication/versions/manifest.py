"""Under what circumstances results were made: inputs, studies, code, packages, machine, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replication.project.arithmetic import arithmetic, processor
from replication.project.files import sha256
from replication.project.fingerprint import all_code, packages
from replication.project.places import PACKAGE, Project
from replication.project.strict import read_toml

# Folders and files of a project, of which git is asked whether they are committed.
BEHIND = (
    "data/raw",
    "cleaning",
    "specs",
    "claims",
    "published",
    PACKAGE.name,
    "pyproject.toml",
    "requirements.lock",
)
COMMIT_SECONDS = 10  # git on a slow disk; a project without it says so at once


def circumstances(project: Project) -> dict[str, Any]:
    """What can be said at once and without numpy: checksums by path, versions by name."""
    return {
        "inputs": sums(project.raw, project.root),
        "studies": sums(project.specs, project.root, "*.toml"),
        "claims": sums(project.claims, project.root, "*.toml"),
        "published": sums(project.published, project.root),
        "code": all_code(),
        "packages": packages(),
        "processor": processor(),
    }


def sums(folder: Path, root: Path, pattern: str = "**/*") -> dict[str, str]:
    """Checksums of the files under a folder, by their path from `root`; names with a dot are not ours."""
    paths = sorted(path for path in folder.glob(pattern) if path.is_file() and path.name[0] != ".")
    return {path.relative_to(root).as_posix(): sha256(path) for path in paths}


@dataclass(frozen=True)
class Machine:
    """Processor, cores, memory, system, and the kernels in use."""

    processor: str
    cores: int | None
    memory_gib: float | None
    system: str
    arithmetic: dict[str, str]


def machine() -> Machine:
    """The one that this runs on."""
    return Machine(processor(), os.cpu_count(), _memory(), platform.platform(), arithmetic())


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    except (ValueError, OSError, AttributeError):  # a system that does not tell
        return None


def seeds(project: Project) -> dict[str, int]:
    """The root seed, and every seed that a study file sets, by its place in the file."""
    from replication.estimate.seeds import ROOT_SEED

    found = {"root": ROOT_SEED}
    for path in project.study_files:
        study = read_toml(path)
        found |= {f"{path.name}: {place}": seed for place, seed in _seeds(study)}
    return found


def _seeds(value: Any, place: str = "") -> Iterator[tuple[str, int]]:
    """Every key `seed` below a value, with the ids on the way to it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        if key == "seed" and isinstance(below, int):
            yield f"{place}.seed".removeprefix("."), below
        else:
            name = below.get("id", below.get("kind", key)) if isinstance(below, dict) else key
            yield from _seeds(below, f"{place}.{name}".removeprefix("."))


def commit(project: Project) -> str | None:
    """The commit that is checked out; None where git cannot tell."""
    return _git(project, "rev-parse", "HEAD") or None


def uncommitted(project: Project) -> list[str]:
    """Files that results can depend on and that differ from the commit, new ones included."""
    told = _git(project, "status", "--porcelain", "--untracked-files=all", "--", *BEHIND)
    return [line.split(maxsplit=1)[1] for line in (told or "").splitlines()]


def _git(project: Project, *words: str) -> str | None:
    try:
        done = subprocess.run(
            # of what a folder's own settings could have git run while it looks
            [
                "git",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-C",
                str(project.root),
                *words,
            ],
            capture_output=True,
            text=True,
            timeout=COMMIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
