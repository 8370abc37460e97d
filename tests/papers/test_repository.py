"""The frozen versions of this repository itself."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest

from replication.project.places import PACKAGE, Project
from replication.project.strict import read_json_as
from replication.versions.sealed import damage, versions

PROJECT = Project(PACKAGE.parent)


def test_every_frozen_version_is_as_it_was_frozen():
    assert [line for folder in versions(PROJECT).values() for line in damage(folder)] == []


def test_versions_are_numbered_without_gaps_and_each_names_the_one_before():
    names = list(versions(PROJECT))
    assert names == [f"v{number}" for number in range(1, len(names) + 1)]
    before = [
        read_json_as(folder / "manifest.json", dict[str, Any])["previous"]
        for folder in versions(PROJECT).values()
    ]
    assert before == [None, *names][: len(names)]


def test_the_changelog_has_every_version():
    told = PROJECT.changelog.read_text(encoding="utf-8") if versions(PROJECT) else ""
    for folder in versions(PROJECT).values():
        assert (folder / "CHANGES.md").read_text(encoding="utf-8") in told
    assert told.count("\n## v") == len(versions(PROJECT))


@pytest.mark.parametrize("path", ["data/raw/wdi/gdp.csv", "results/v9/one/tables/t.csv", "specs/new.toml"])
def test_git_changes_no_line_ends_whatever_the_system(tmp_path, path):
    (tmp_path / ".gitattributes").write_bytes((PROJECT.root / ".gitattributes").read_bytes())
    for words in (["init", "-q"], ["config", "core.autocrlf", "true"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    asked = ["git", "-C", str(tmp_path), "check-attr", "text", "--", path]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.endswith("text: unset\n")


def pinned(name: str) -> dict[str, set[str]]:
    """Versions of each package in a file of pins."""
    found: dict[str, set[str]] = {}
    text = (PROJECT.root / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


LOCKS = ("requirements.lock", "requirements.txt", "requirements-dev.lock", "requirements-bench.lock")


def test_every_python_and_every_task_has_one_version_of_each_package():
    every = {name: pinned(name) for name in LOCKS}
    assert [name for found in every.values() for name, known in found.items() if len(known) > 1] == []
    run = every["requirements.lock"]
    assert every["requirements.txt"] == {name: known for name, known in run.items() if name != "setuptools"}
    for found in every.values():
        assert {name: found[name] for name in run if name in found} == {
            n: v for n, v in run.items() if n in found
        }


def test_locks_name_no_address():
    assert [
        name for name in LOCKS if re.search(r"https?:|index-url", (PROJECT.root / name).read_text())
    ] == []
