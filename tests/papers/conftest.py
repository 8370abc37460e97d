"""The four texts' tables and results, made once for all tests of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from replication.project.places import Project
from replication.sources.pipeline import build_all
from replication.sources.registry import Source
from tests.support.claims_files import cleaned
from tests.support.repository import HERE, ROOT
from tests.support.shared import once

# In a process of its own, which has one thread and the kernels of a run, whatever this one has loaded.
MAKE = """
import sys
from replication.cli import main
studies = [("run", f"specs/{name}.toml") for name in sys.argv[1:]]
for words in (("data",), *studies, ("robustness", "specs/katada.toml"), ("claims",), ("report",)):
    if code := main(words):
        sys.exit(code)
"""


@pytest.fixture(scope="session")
def built() -> tuple[dict[str, pd.DataFrame], dict[str, Source]]:
    """Processed tables and sources; not to be changed."""
    return build_all(HERE)


@pytest.fixture(scope="session")
def tables(built) -> dict[str, pd.DataFrame]:
    """Processed tables by name; not to be changed."""
    return built[0]


@pytest.fixture(scope="session")
def cleaned_project(tmp_path_factory) -> Project:
    """The repository's raw figures and cleaning with the processed tables; not to be written to."""
    return Project(once(tmp_path_factory, "cleaned", cleaned))


@pytest.fixture(scope="session")
def everything_made(tmp_path_factory) -> Project:
    """Every study, curve and ledger and the report, in a folder of another name; not to be written to."""
    return Project(once(tmp_path_factory, "ganz woanders, mit Umläuten ü", _make_everything))


def _make_everything(folder: Path) -> None:
    for name in ("data/raw", "cleaning", "specs", "claims"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    names = sorted(path.stem for path in HERE.study_files)
    call = [sys.executable, "-c", MAKE, *names]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
