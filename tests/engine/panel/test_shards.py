"""A folder of parquet files is one panel: read together, or told in one line which file is in the way."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.errors import DataError
from replication.panel.read_table import read_user_table
from replication.spec.entries import FileKeys

TABLE = pd.DataFrame(
    {
        "land": ["A", "A", "B", "B"],
        "year": [1990, 1991, 1990, 1991],
        "x": [1.0, None, 3.0, 4.5],
        "kind": pd.Categorical(["p", "q", "p", None]),
        "note": [None, None, "n", None],
    }
)


@pytest.fixture
def folder(tmp_path):
    """The first three rows as one file, the last as another, in which no note stands."""
    place = tmp_path / "panel"
    place.mkdir()
    TABLE[:3].to_parquet(place / "a.parquet", index=False)
    TABLE[3:].to_parquet(place / "b.parquet", index=False)
    (place / "_SUCCESS").touch()
    return place


def test_it_is_read_as_one_file_of_the_same_rows(folder, tmp_path):
    TABLE.to_parquet(tmp_path / "one.parquet", index=False)
    one, read = read_user_table(tmp_path / "one.parquet"), read_user_table(folder)
    pd.testing.assert_frame_equal(read.table, one.table)
    assert read.line == one.line.replace("one.parquet", "panel")


def test_columns_that_folders_name_are_columns(tmp_path):
    TABLE.to_parquet(tmp_path / "panel", partition_cols=["land", "year"], index=False)
    read = read_user_table(tmp_path / "panel").table
    assert read["land"].tolist() == ["A", "A", "B", "B"]
    assert read["year"].tolist() == [1990, 1991, 1990, 1991]


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("c.parquet", lambda t: t.assign(x="text"), "panel/c.parquet: x is"),
        ("c.parquet", lambda t: t.drop(columns="x"), "panel/c.parquet: has no column 'x', which panel/a"),
        ("c.parquet", lambda t: t.assign(z=1), "panel/a.parquet: has no column 'z', which panel/c"),
        (
            "year=1990/c.parquet",
            lambda t: t.drop(columns="year"),
            "panel/year=1990/c.parquet: year is named by",
        ),
    ],
)
def test_a_file_unlike_the_others_is_named(folder, name, change, words):
    (folder / name).parent.mkdir(exist_ok=True)
    change(TABLE).to_parquet(folder / name, index=False)
    with pytest.raises(DataError, match=words) as told:
        read_user_table(folder)
    assert "\n" not in str(told.value)


def test_a_file_that_is_empty_damaged_or_none_of_them_is_named(folder):
    (folder / "c.parquet").touch()
    with pytest.raises(DataError, match=r"^panel/c\.parquet: is empty$"):
        read_user_table(folder)
    (folder / "c.parquet").write_bytes((folder / "a.parquet").read_bytes()[:-9])
    with pytest.raises(DataError, match=r"^panel/c\.parquet: not readable as parquet"):
        read_user_table(folder)
    whole = bytearray((folder / "a.parquet").read_bytes())
    whole[4:300] = bytes(296)
    (folder / "c.parquet").write_bytes(whole)
    with pytest.raises(DataError, match=r"^panel/c\.parquet: not readable as parquet"):
        read_user_table(folder)
    (folder / "c.parquet").unlink()
    (folder / "c.csv").touch()
    with pytest.raises(DataError, match=r"^panel/c\.csv: is no parquet file"):
        read_user_table(folder)


def test_a_folder_without_files_and_keys_for_other_files_are_told(folder, tmp_path):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match="no parquet file is in this folder"):
        read_user_table(tmp_path / "nothing")
    with pytest.raises(DataError, match=r"study\.decimal is for"):
        read_user_table(folder, FileKeys(decimal=","))
