"""Frozen versions: what is in them, and that nobody can change one without being seen."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import stat
import subprocess

import pytest

from replication.cli import main
from replication.errors import UserError
from replication.project.arithmetic import arithmetic
from replication.project.fingerprint import packages
from replication.publish.exhibits import WRITERS
from replication.versions.check import check
from replication.versions.freeze import freeze
from replication.versions.sealed import SUMS, damage, newest, versions


@pytest.fixture
def frozen(project):
    """A project with its first version."""
    freeze(project, "the first")
    return project


def unlock(path):
    path.chmod(0o644)
    return path


def plant(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    unlock(path).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_version_says_what_it_rests_on(frozen):
    about = json.loads((frozen.results / "v1" / "manifest.json").read_text())
    assert about["why"] == "the first" and about["version"] == "v1" and about["previous"] is None
    assert about["inputs"].keys() >= {"data/raw/SOURCES.toml", "data/raw/panel.csv"}
    assert list(about["studies"]) == ["specs/small.toml"]
    assert about["code"].keys() >= {"replication/versions/freeze.py", "replication/estimate/linear/linear.py"}
    assert about["packages"] == packages()
    assert about["machine"]["cores"] == os.cpu_count()
    assert about["machine"]["arithmetic"] == arithmetic()
    assert about["seeds"] == {"root": 1998}
    assert about["commit"] is None  # this project is in no repository, and that is no error
    assert "small/estimates.csv" in about["content"] and "small/manifest.json" not in about["content"]


def test_a_version_is_a_read_only_copy_of_what_is_current(frozen):
    folder = frozen.results / "v1"
    for name in ("small/estimates.csv", "small/tables/models.tex", "small/study.toml"):
        assert (folder / name).read_bytes() == (frozen.current / name).read_bytes()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not any(path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) for path in files)
    assert not [path for path in frozen.results.iterdir() if path.name.startswith(".")]


def test_the_page_says_how_the_results_stand_to_the_newest_version(frozen):
    said = [folder / "report.html" for folder in (frozen.results / "v1", frozen.current)]
    first, now = (path.read_text(encoding="utf-8") for path in said)
    assert "no frozen version to compare with" in first
    assert re.search(r"<dd>passes: all \d+ tables and \d+ figures as printed are identical to v1</dd>", now)


def test_the_page_of_a_version_leads_to_what_it_keeps(frozen):
    folder = frozen.results / "v1"
    links = re.findall(r'href="([^"#:]+)"', (folder / "report.html").read_text(encoding="utf-8"))
    assert "small/tables/models.csv" in links
    assert [link for link in links if not (folder / link).is_file()] == []


def test_the_checksums_are_read_by_the_usual_tool(frozen):
    program = shutil.which("sha256sum")
    if program is None:
        assert damage(frozen.results / "v1") == []
        return
    done = subprocess.run([program, "--check", "--quiet", SUMS], cwd=frozen.results / "v1", check=False)
    assert done.returncode == 0


def test_any_changed_byte_of_any_file_is_found(frozen):
    folder = frozen.results / "v1"
    dice = random.Random(1)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        before = path.read_bytes()
        place = dice.randrange(len(before))
        other = bytes([before[place] ^ (1 << dice.randrange(8))])
        unlock(path).write_bytes(before[:place] + other + before[place + 1 :])
        assert damage(folder), f"byte {place} of {path}"
        path.write_bytes(before)
    assert damage(folder) == []


def test_a_missing_an_added_and_a_linked_file_are_found(frozen):
    folder = frozen.results / "v1"
    (folder / "small" / "notes.txt").write_text("mine")
    (folder / "small" / "models.csv").unlink()
    target = folder / "small" / "estimates.csv"
    target.rename(frozen.results / "elsewhere.csv")
    target.symlink_to(frozen.results / "elsewhere.csv")
    assert damage(folder) == [
        "v1/small/notes.txt: was added after the freeze",
        "v1/small/models.csv: is missing",
        "v1/small/estimates.csv: was changed after the freeze",
    ]


def test_line_ends_that_a_system_changed_are_told_as_such(frozen):
    folder = frozen.results / "v1"
    path = folder / "small" / "estimates.csv"
    unlock(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert damage(folder) == [
        "v1/small/estimates.csv: only its line ends were changed after the freeze (CRLF for LF)"
    ]


@pytest.mark.parametrize("edit", [lambda text: text + "\n", lambda text: text[:-1], lambda text: ""])
def test_the_list_of_checksums_guards_itself(frozen, edit):
    path = unlock(frozen.results / "v1" / SUMS)
    path.write_text(edit(path.read_text()))
    assert f"v1/{SUMS}: was changed after the freeze" in damage(frozen.results / "v1") or not path.read_text()
    assert damage(frozen.results / "v1")


def test_an_edited_version_fails_the_check_and_stops_the_next(frozen):
    plant(frozen.results / "v1" / "small" / "estimates.csv", "line", "lime")
    lines, passed = check(frozen)
    assert not passed
    assert lines[0] == "v1/small/estimates.csv: was changed after the freeze"
    with pytest.raises(UserError, match="a frozen version is never edited"):
        freeze(frozen, "again")


@pytest.mark.parametrize("why", ["", "  \n"])
def test_no_version_without_its_reason(project, why):
    with pytest.raises(UserError, match="needs its reason"):
        freeze(project, why)
    assert versions(project) == {}


def test_no_version_of_what_is_frozen_already(frozen):
    with pytest.raises(UserError, match="nothing has changed since v1"):
        freeze(frozen, "again")
    assert newest(frozen)[0] == "v1"


def test_no_version_of_results_that_are_out_of_date(project):
    study = project.specs / "small.toml"
    study.write_text(study.read_text() + "\n# a remark\n")
    with pytest.raises(UserError, match="study small: study changed"):
        freeze(project, "first")


def test_no_version_of_results_that_were_edited(project):
    plant(project.current / "small" / "estimates.csv", "line", "lime")
    with pytest.raises(UserError, match="study small: edited: estimates.csv"):
        freeze(project, "first")


def committed(project):
    """The project as a git repository in which nothing is uncommitted."""
    (project.root / ".gitignore").write_text("data/processed\nresults\n")
    me = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], [*me, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", "-C", str(project.root), *words], check=True)
    return project


def test_no_version_of_a_table_that_one_medium_shows_otherwise(project, monkeypatch):
    """That nobody edited it was seen before: it is a fault of the program, and told as one."""
    plain = WRITERS["tex"]
    monkeypatch.setitem(WRITERS, "tex", lambda table: plain(table).replace("Observations &", "Rows &"))
    for words in (["run", str(project.specs / "small.toml"), "--quiet"], ["report"]):
        assert main(["--project", str(project.root), *words]) == 0
    with pytest.raises(RuntimeError, match=r"small/tables/models.tex does not show"):
        freeze(project, "the first")
    assert not versions(project)


def test_no_version_from_a_tree_with_changes_that_nobody_committed(project):
    committed(project)
    (project.specs / "new.toml").write_text("")
    with pytest.raises(UserError, match=r"specs/new.toml: not committed"):
        freeze(project, "first")
    (project.specs / "new.toml").unlink()
    (project.root / "notes.txt").write_text("of no account for results")
    freeze(project, "first")
    about = json.loads((project.results / "v1" / "manifest.json").read_text())
    assert re.fullmatch("[0-9a-f]{40}", about["commit"])


def test_no_version_from_packages_that_the_lock_does_not_pin(project):
    (project.root / "requirements.lock").write_text("numpy==0.0.1 \\\n    --hash=sha256:00\n")
    with pytest.raises(UserError, match=r"numpy 2.* is installed, requirements.lock pins 0.0.1"):
        freeze(project, "first")
    assert versions(project) == {}


def test_the_changelog_is_written_from_the_comparison(frozen, monkeypatch):
    from replication.cli import main

    plant(frozen.specs / "small.toml", "lag(x, 1) + z", "x")
    root = ["--project", str(frozen.root)]
    for command in ("run", "crosscheck"):
        assert main([*root, command, str(frozen.specs / "small.toml")]) == 0
    assert main([*root, "report"]) == 0
    assert main([*root, "freeze", "--why", "aid of the same year"]) == 0
    changelog = frozen.changelog.read_text()
    second, first = re.split(r"^## v1, .*$", changelog, flags=re.MULTILINE)
    assert "the first" in first and "aid of the same year" in second
    assert "line, clustered, z, estimate: vanished" in second
    assert "line, clustered, x, estimate: appeared" in second
    assert "cause: study file changed" in second
    assert second.index("v1 -> current") > second.index("## v2, ")
    assert (frozen.results / "v2" / "CHANGES.md").read_text() in changelog
    assert check(frozen)[1]
    assert main([*root, "compare", "v1", "v2"]) == 1


def test_a_freeze_that_is_cut_off_leaves_nothing_behind(project, monkeypatch):
    def fail(*_):
        raise OSError("full disk")

    monkeypatch.setattr("replication.versions.freeze.os.rename", fail)
    with pytest.raises(OSError, match="full disk"):
        freeze(project, "first")
    assert versions(project) == {}
    assert sorted(path.name for path in project.results.iterdir()) == ["crosscheck", "current"]


def test_a_second_freeze_waits_until_the_report_tells_of_the_first(project, monkeypatch):
    waiting = []

    def make_report(*_):
        waiting.append((project.results / ".version.replicate").is_dir())  # which is held while it is there

    monkeypatch.setattr("replication.versions.freeze.make_report", make_report)
    freeze(project, "first")
    assert waiting == [True]
