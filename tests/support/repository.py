"""This repository: what holds of the four texts is tested on its own figures, studies and claims."""

from __future__ import annotations

import shutil
from pathlib import Path

from replication.project.places import Project

ROOT = Path(__file__).resolve().parents[2]
HERE = Project(ROOT)


def lay_out(folder: Path) -> Project:
    """A project with the repository's raw figures and their cleaning, and nothing that was made."""
    for name in ("data/raw", "cleaning"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Project(folder)
