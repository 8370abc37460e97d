"""The frozen versions of this repository itself."""

from __future__ import annotations

from replication.project.places import PACKAGE, Project
from replication.versions.content import read_json
from replication.versions.sealed import damage, versions

PROJECT = Project(PACKAGE.parent)


def test_every_frozen_version_is_as_it_was_frozen():
    assert [line for folder in versions(PROJECT).values() for line in damage(folder)] == []


def test_versions_are_numbered_without_gaps_and_each_names_the_one_before():
    names = list(versions(PROJECT))
    assert names == [f"v{number}" for number in range(1, len(names) + 1)]
    before = [read_json(folder / "manifest.json")["previous"] for folder in versions(PROJECT).values()]
    assert before == [None, *names][: len(names)]


def test_the_changelog_has_every_version():
    told = PROJECT.changelog.read_text(encoding="utf-8") if versions(PROJECT) else ""
    for folder in versions(PROJECT).values():
        assert (folder / "CHANGES.md").read_text(encoding="utf-8") in told
    assert told.count("\n## v") == len(versions(PROJECT))
