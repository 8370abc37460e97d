"""What the last check found is told again only of the same content."""

from __future__ import annotations

import json

import pytest

from replication.cli import main
from replication.versions import check as judging
from replication.versions.checked import checked
from replication.versions.freeze import freeze


@pytest.fixture
def once(project):
    """A project with a frozen version that was checked."""
    freeze(project, "the first")
    assert main(["--project", str(project.root), "check"]) == 0
    return project


def judged(project, monkeypatch):
    """Whether a check judges anew."""
    calls = []
    monkeypatch.setattr(judging, "check", lambda project: calls.append(project) or (["judged anew"], False))
    return checked(project) == (["judged anew"], False) and len(calls) == 1


def test_the_same_content_is_judged_once(once, monkeypatch):
    for path in once.current.rglob("*"):
        path.touch()
    assert not judged(once, monkeypatch)
    assert checked(once)[0][0].startswith("PASS") and checked(once)[1]


@pytest.mark.parametrize(
    "name",
    ["current/small/estimates.csv", "current/report.html", "v1/SHA256SUMS", "CHANGELOG.md", "check.txt"],
)
def test_another_byte_in_what_was_read_is_judged_anew(once, monkeypatch, name):
    path = once.results / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    assert judged(once, monkeypatch)


@pytest.mark.parametrize("name", ["current/small/more.csv", "current/stranger", "v1/more.csv"])
def test_a_file_more_is_judged_anew(once, monkeypatch, name):
    (once.results / name).write_text("")
    assert judged(once, monkeypatch)


def test_a_file_less_or_a_link_in_its_place_is_judged_anew(once, monkeypatch):
    path = once.current / "small" / "estimates.csv"
    path.rename(once.root / "kept.csv")
    path.symlink_to(once.root / "kept.csv")
    assert judged(once, monkeypatch)


def test_a_verdict_that_was_edited_is_not_told(once, monkeypatch):
    seal, (lines, passed) = json.loads(once.check_memory.read_text())
    once.check_memory.write_text(json.dumps([seal, [[f"{lines[0]}!"], passed]]))
    assert judged(once, monkeypatch)
