"""Raw files are read only as they were recorded."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError
from replication.sources.registry import Source, load, read, verify

AID = b"iso3,year,value\nARG,1970,-1.99\nBOL,1971,\n"
DEBT = b"iso3,year,value\nARG,1970,5893.2\n"


@pytest.fixture
def project(tmp_path, raw_project):
    return raw_project(tmp_path, {"wdi/japan_aid.csv": AID, "debt.csv": DEBT})


def edit_registry(project, old, new):
    text = project.registry.read_text(encoding="utf-8")
    assert old in text
    project.registry.write_text(text.replace(old, new, 1), encoding="utf-8")


def message(action, *arguments):
    with pytest.raises(DataError) as caught:
        action(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_load_gives_every_entry_with_all_its_keys(project):
    sources = load(project)
    assert list(sources) == ["wdi/japan_aid.csv", "debt.csv"]
    source = sources["debt.csv"]
    assert isinstance(source, Source)
    assert source.unit == "unit of the file"
    assert source.traps == ("a break in 1999",)


def test_rows_are_text_as_typed_with_the_line_of_the_file(project):
    rows = read(project, load(project)["wdi/japan_aid.csv"])
    assert list(rows.index) == [2, 3]
    assert rows.loc[2].tolist() == ["ARG", "1970", "-1.99"]
    assert rows.isna().to_numpy().tolist() == [[False] * 3, [False, False, True]]
    assert set(rows.dtypes.astype(str)) == {"str"}


def test_a_quoted_line_break_does_not_shift_the_line_numbers(tmp_path, raw_project):
    project = raw_project(tmp_path, {"a.csv": b'name,note\nx,"two\nlines"\ny,one\n'})
    rows = read(project, verify(project)["a.csv"])
    assert list(rows.index) == [2, 4]
    assert rows.loc[2, "note"] == "two\nlines"


def test_verify_accepts_what_is_recorded_and_ignores_hidden_files(project):
    (project.raw / ".DS_Store").write_bytes(b"x")
    (project.raw / ".git").mkdir()
    (project.raw / ".git" / "x.csv").write_bytes(b"x")
    assert set(verify(project)) == {"wdi/japan_aid.csv", "debt.csv"}


@given(place=st.integers(0, len(DEBT) - 1), byte=st.integers(0, 255))
@settings(max_examples=30, deadline=None)
def test_one_changed_byte_is_found(raw_project, place, byte):
    changed = DEBT[:place] + bytes([byte]) + DEBT[place + 1 :]
    if changed == DEBT:
        return
    with tempfile.TemporaryDirectory() as folder:
        project = raw_project(Path(folder), {"debt.csv": DEBT})
        expected = load(project)["debt.csv"].sha256
        (project.raw / "debt.csv").write_bytes(changed)
        told = message(verify, project)
        assert told.startswith("data/raw/debt.csv: the file was changed")
        assert expected in told
        assert message(read, project, load(project)["debt.csv"]) == told


def test_a_missing_file_is_named(project):
    (project.raw / "debt.csv").unlink()
    assert message(verify, project) == "data/raw/debt.csv: missing; SOURCES.toml names it"


def test_a_file_without_an_entry_is_named_with_the_nearest_entry(project):
    (project.raw / "debts.csv").write_bytes(DEBT)
    told = message(verify, project)
    assert told.startswith("data/raw/debts.csv: not in SOURCES.toml (did you mean 'debt.csv'?)")


@pytest.mark.parametrize("folder", [False, True])
def test_a_symbolic_link_is_refused(project, tmp_path, folder):
    inside = project.raw / ("wdi" if folder else "debt.csv")
    outside = tmp_path / "elsewhere"
    inside.rename(outside)
    inside.symlink_to(outside)
    assert ("data/raw/wdi: not in SOURCES.toml" if folder else "symbolic link") in message(verify, project)
    path = "wdi/japan_aid.csv" if folder else "debt.csv"
    assert "symbolic link" in message(read, project, load(project)[path])


def test_a_folder_in_the_place_of_a_file_is_refused(project):
    (project.raw / "debt.csv").unlink()
    (project.raw / "debt.csv").mkdir()
    assert message(verify, project).startswith("data/raw/debt.csv: cannot be read: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n1,2\n3\n", "line 3: 1 fields; the header has 2"),
        (b"a,b\n1,2,3\n", "line 2: 3 fields; the header has 2"),
        (b"a,b\n\n1,2\n", "line 2: 0 fields; the header has 2"),
        (b"a,a\n1,2\n", "line 1: header is"),
        (b"a,B c\n1,2\n", "line 1: header is"),
        (b"", "line 1: header is []"),
        (b"\xef\xbb\xbfa,b\n1,2\n", "line 1: header is"),
        (b"a,b\n\xe9,2\n", "not UTF-8: byte 4 is 0xe9"),
        (b'a,b\n"x"y,2\n', "not CSV: "),
        (b'a,b\n"x,2\n', "not CSV: "),
    ],
)
def test_a_malformed_file_is_refused_with_file_and_line(tmp_path, raw_project, content, told):
    project = raw_project(tmp_path, {"a.csv": content})
    found = message(read, project, load(project)["a.csv"])
    assert found.startswith("data/raw/a.csv")
    assert told in found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unit =", "units =", "key 'units' is not known; allowed: "),
        ('unit = "unit of the file"', "", "file.[1].unit: this key is missing"),
        ('unit = "unit of the file"', "unit = 5", "unit is '5'"),
        ('unit = "unit of the file"', 'unit = " "', "unit is ' '"),
        ('["a break in 1999"]', '"a break in 1999"', "traps is "),
        ('["a break in 1999"]', "[1999]", "traps"),
        ('path = "debt.csv"', 'path = "../debt.csv"', "path is '../debt.csv'"),
        ('path = "debt.csv"', 'path = "/etc/passwd"', "path is '/etc/passwd'"),
        ('path = "debt.csv"', 'path = "wdi/japan_aid.csv"', "has an entry already"),
        ('sha256 = "', 'sha256 = "X', "sha256 is 'X"),
        ("[[file]]", "[[files]]", "key 'files' is not known; allowed: file"),
        ("[[file]]", "[[file", "not TOML"),
    ],
)
def test_a_wrong_registry_is_refused_with_the_key(project, old, new, told):
    edit_registry(project, old, new)
    found = message(load, project)
    assert found.startswith("data/raw/SOURCES.toml")
    assert told in found


def test_a_registry_that_is_missing_or_of_another_encoding_is_refused(project):
    project.registry.write_bytes(b"\xff\xfe")
    assert "is not UTF-8" in message(load, project)
    project.registry.unlink()
    assert message(load, project).startswith("data/raw/SOURCES.toml: there is no such file")


COSTLY = ("file = " + "[" * 90_000, "file = " + "9" * 10_000, "a." * 200_000 + "a = 1")


@pytest.mark.parametrize("content", COSTLY)
def test_a_registry_that_would_cost_stack_or_time_is_refused_at_once(project, content):
    project.registry.write_text(content)
    started = time.perf_counter()
    assert message(load, project).startswith("data/raw/SOURCES.toml: ")
    assert time.perf_counter() - started < 2


def test_a_registry_that_would_never_end_is_refused(project):
    project.registry.unlink()
    os.mkfifo(project.registry)
    assert message(load, project) == "data/raw/SOURCES.toml: is no plain file"
    project.registry.unlink()
    project.registry.symlink_to("/dev/zero")
    assert message(load, project) == "data/raw/SOURCES.toml: is no plain file"


cells = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_back_letter_by_letter(raw_project, rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        project = raw_project(Path(folder), {"a.csv": text.getvalue().encode()})
        found = read(project, verify(project)["a.csv"])
    assert [tuple(row) for row in found.to_numpy()] == rows


def test_a_file_of_which_only_the_line_ends_were_changed_is_told_so(project):
    (project.raw / "debt.csv").write_bytes(DEBT.replace(b"\n", b"\r\n"))
    told = message(verify, project)
    assert told.startswith("data/raw/debt.csv: only its line ends were changed (CRLF for LF)")
    (project.raw / "debt.csv").write_bytes(DEBT.replace(b"\n", b"\r\n").replace(b"5893.2", b"5893.3"))
    assert "the file was changed: its sha256 is" in message(verify, project)
