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

# In processes of their own, which have one thread and the kernels of a run, whatever this one has loaded.
COMMANDS = """
import sys
from replication.cli import main
for words in sys.argv[1:]:
    if code := main(words.split()):
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
    longest = "run specs/katada.toml"
    runs = [f"run specs/{path.name}" for path in HERE.study_files]
    others = [*(run for run in runs if run != longest), "robustness specs/katada.toml"]
    # Two at once: another worker may be waiting for them.
    for side_by_side in ([["data"]], [[longest], others], [["claims", "report"]]):
        started = [_commands(folder, words) for words in side_by_side]
        told = [process.communicate()[1] for process in started]
        assert [process.returncode for process in started] == [0] * len(started), "".join(told)[-2000:]


def _commands(folder: Path, words: list[str]) -> subprocess.Popen:
    call = [sys.executable, "-c", COMMANDS, *words]
    return subprocess.Popen(call, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
