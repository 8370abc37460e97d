"""What is read back is what was written, or refused with the file and the remedy."""

from __future__ import annotations

import os

import pytest

from replication.errors import DataError
from replication.project.files import write_csv, write_json
from replication.project.readback import MANIFEST, read_back, read_manifest, unlisted
from replication.project.staging import write_manifest
from replication.project.strict import read_json_as


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_bytes(b"label,value\nx,1\n")
    write_manifest(tmp_path, {})
    return tmp_path


def test_every_changed_bit_is_refused(folder):
    path = folder / "tables" / "a.csv"
    written = path.read_bytes()
    assert read_back(folder, "tables/a.csv") == written
    for place in range(8 * len(written)):
        changed = bytearray(written)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(
            DataError, match=r"a.csv: was changed since it was made; make it again \(make all\)"
        ):
            read_back(folder, "tables/a.csv")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda path: path.unlink(), "a.csv: missing, or no plain file; make it again"),
        (lambda path: (path.rename(path.with_name("b")), path.symlink_to("b")), "missing, or no plain file"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "missing, or no plain file"),
        (lambda path: (path.parents[1] / MANIFEST).unlink(), f"{MANIFEST}: missing; make it again"),
        (lambda path: (path.parents[1] / MANIFEST).write_text('{"files": {}}'), "listed by no manifest"),
        (
            lambda path: (path.parents[1] / MANIFEST).write_text("[" * 100_000),
            "is not as this program writes it",
        ),
        (
            lambda path: (path.parents[1] / MANIFEST).write_text("{}"),
            "is not as this program writes it: files",
        ),
    ],
)
def test_what_is_no_file_of_ours_is_refused_in_one_line(folder, change, told):
    change(folder / "tables" / "a.csv")
    with pytest.raises(DataError) as caught:
        read_back(folder, "tables/a.csv")
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_files_that_nothing_made_are_listed(folder):
    for name in ("mine.csv", ".DS_Store", "tables/~$a.csv"):
        (folder / name).write_text("x")
    (folder / "link").symlink_to("/nowhere")
    found = ("link", "mine.csv", "tables/~$a.csv")  # a name with a dot in front is a file manager's
    assert unlisted(folder, {MANIFEST, *read_manifest(folder).files}) == [*found]


def test_texts_in_records_are_inert_and_json_moves_no_cursor(tmp_path):
    import pandas as pd

    texts = ["=cmd|' /C calc'!A0", "\r=1", "\uff1d1", "\u200b@SUM(1)", "-x", "plain", None, "\x1b[2J"]
    table = pd.DataFrame({"=head": texts, "number": [-1.5, 2.0, *[0.1] * 6]})
    write_csv(tmp_path / "a.csv", table)
    cells = pd.read_csv(tmp_path / "a.csv")
    assert cells.columns.tolist() == ["'=head", "number"]
    assert cells["'=head"].tolist()[:6] == [
        "'=cmd|' /C calc'!A0",
        "'=1",
        "'\uff1d1",
        "'@SUM(1)",
        "'-x",
        "plain",
    ]
    assert cells["number"].tolist() == table["number"].tolist()
    write_json(tmp_path / "a.json", texts)
    assert all(c.isprintable() or c == "\n" for c in (tmp_path / "a.json").read_text(encoding="utf-8"))
    assert read_json_as(tmp_path / "a.json", list[str | None]) == texts
