"""What several folders of tests share."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from replication.project.places import Project
from replication.sources.registry import KEYS

# The same examples at every run, so that a red test means a change. New ones: --hypothesis-profile=search.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("repeatable")


def pytest_collection_finish() -> None:
    """Leave what five thousand tests have loaded out of every search for garbage: it stays to the end.

    statsmodels and matplotlib make such a search at many a call, which took half a second each time.
    """
    gc.collect()
    gc.freeze()


def write_raw(root: Path, files: Mapping[str, bytes]) -> Project:
    """A project with these raw files and a SOURCES.toml that fits them."""
    project = Project(root)
    entries = []
    for path, content in files.items():
        place = project.raw / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        entry = {key: f"{key} of the file" for key in KEYS} | {
            "path": path,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        lines = [f'{key} = "{value}"' for key, value in entry.items() if key != "traps"]
        entries.append("\n".join(["[[file]]", *lines, 'traps = ["a break in 1999"]']))
    project.raw.mkdir(parents=True, exist_ok=True)
    project.registry.write_text("\n\n".join(entries) + "\n", encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def raw_project() -> Callable[[Path, Mapping[str, bytes]], Project]:
    """The function that writes a small project."""
    return write_raw
