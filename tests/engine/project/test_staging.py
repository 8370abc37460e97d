"""Results are put in place whole, replace nothing of anybody else's, and a refusal changes no byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from replication.errors import DataError, UserError
from replication.project.readback import MANIFEST, read_back, read_manifest
from replication.project.staging import ARRIVING, Staging, own_folder, withdraw, write_manifest
from tests.support.in_the_way import IN_THE_WAY, content, listing


def put(out, files, *, ours=True):
    """Put files in place as the results of a run."""
    with Staging(out, ours=ours) as aside:
        for name, text in files.items():
            (aside / name).parent.mkdir(exist_ok=True, parents=True)
            (aside / name).write_text(text)
        write_manifest(aside, {})


@pytest.mark.parametrize("name", ["..", ".", "/"])
def test_results_need_a_folder_of_their_own(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="holds the folder that you are in"), Staging(Path(name)):
        pass


def test_nothing_is_written_through_a_link(tmp_path):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    out.mkdir()
    (out / "tables").symlink_to(elsewhere)
    with pytest.raises(DataError, match="symbolic link"):
        put(out, {"tables/a.csv": "a"})
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in out.iterdir()] == ["tables"]


def test_what_a_run_no_longer_makes_is_removed_and_other_files_stay(tmp_path):
    put(tmp_path / "out", {"a.csv": "1", "tables/old.csv": "2", "tables/edited.csv": "3"})
    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "out" / "tables" / "edited.csv").write_text("mine")
    put(tmp_path / "out", {"a.csv": "4"})
    found = {name for name, kind in content(tmp_path / "out").items() if isinstance(kind, bytes)}
    assert found == {"a.csv", MANIFEST, "notes.txt", "tables/edited.csv"}
    assert read_back(tmp_path / "out", "a.csv") == b"4"


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_a_refusal_leaves_a_folder_byte_for_byte(tmp_path, case):
    out = tmp_path / "out"
    out.mkdir()
    (out / "tables.md").write_text("mine")
    IN_THE_WAY[case](out)
    before = content(out)
    with pytest.raises(UserError) as caught:
        put(out, {"estimates.csv": "1", "tables/b.csv": "2"}, ours=False)
    assert content(out) == before
    assert "\n" not in str(caught.value) and "Error" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_manifest_of_somebody_elses_has_nothing_removed(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    listed = {"keep.txt": "mine", "kept.csv": "mine too"}
    for name, text in listed.items():
        (out / name).write_text(text)
    sums = {"keep.txt": hashlib.sha256(b"mine").hexdigest(), "kept.csv": "0" * 64}
    (out / MANIFEST).write_text(listing(sums))
    put(out, {"a.csv": "1"}, ours=False)
    assert {name: (out / name).read_text() for name in listed} == listed


def test_a_run_that_was_cut_off_is_known_as_ours(tmp_path):
    out = tmp_path / "out"
    put(out, {"a.csv": "1", "b.csv": "2"}, ours=False)
    (out / MANIFEST).rename(out / ARRIVING)
    put(out, {"a.csv": "3"}, ours=False)
    assert {name: kind for name, kind in content(out).items() if name != MANIFEST} == {"a.csv": b"3"}


def test_where_nobody_else_writes_anything_in_the_way_is_replaced(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text('{"files": null}')
    (out / "a.csv").write_text("half a run")
    put(out, {"a.csv": "1"})
    assert read_back(out, "a.csv") == b"1"


def test_what_is_read_does_not_lie_among_the_results(tmp_path):
    panel = tmp_path / "out" / "deep" / "panel.csv"
    with pytest.raises(
        DataError, match="out: holds panel.csv, which is read; results go into a folder of their"
    ):
        own_folder(tmp_path / "out", tmp_path / "mine.toml", panel)
    assert own_folder(tmp_path / "out", tmp_path / "mine.toml", None) == tmp_path / "out"


def test_withdrawn_results_leave_what_somebody_changed_or_added(tmp_path):
    out = tmp_path / "out"
    put(out, {"a.csv": "1", "tables/b.csv": "2", "figures/c.svg": "3"})
    (out / "notes.txt").write_text("mine")
    (out / "tables" / "b.csv").write_text("mine")
    withdraw(out)
    assert set(content(out)) == {"notes.txt", "tables", "tables/b.csv"}
    put(tmp_path / "other", {"a.csv": "1"})
    withdraw(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_manifest_says_what_it_is_made_from_and_nothing_else(tmp_path):
    with Staging(tmp_path / "out") as aside:
        write_manifest(aside, {"study": "mine", "code": {"replication/cli.py": "0"}})
    found = read_manifest(tmp_path / "out")
    assert (found.study, found.code, found.files, found.inputs) == (
        "mine",
        {"replication/cli.py": "0"},
        {},
        {},
    )
