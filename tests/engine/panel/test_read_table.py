"""One panel as CSV, Excel, Stata and parquet is one table; what cannot be read says so and how to mend it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError
from replication.panel.doubts import doubts_about
from replication.panel.read_table import read_user_table
from replication.spec.entries import FileKeys
from tests.support.bombs import BOMBS, bomb_faults, sheet

TABLE = pd.DataFrame(
    {
        "land": ["A", "A", "Côte d'Ivoire", "NA"],
        "year": [1990, 1991, 1990, 1990],
        "gdp": [1.5, np.nan, -0.1, 1e-7],
        "people": pd.array([7, None, 9, 10], "Int64"),
        "democratic": pd.array([True, False, None, True], "boolean"),
        "zip": ["01", "02", "10", None],
    }
)


def write(table: pd.DataFrame, path: Path) -> Path:
    """A table in the format of its name, as the program of that format would write it."""
    if path.name == "comma.csv":
        table.to_csv(path, index=False)
    elif path.name == "semicolon.csv":
        table.to_csv(path, index=False, sep=";", decimal=",")
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    elif path.suffix == ".dta":
        plain = {name: _for_stata(values) for name, values in table.items()}
        pd.DataFrame(plain).to_stata(path, write_index=False, version=118)
    return path


def _for_stata(values: pd.Series) -> pd.Series:
    return values.fillna("") if values.dtype == "str" else values.astype(float)


NAMES = ("comma.csv", "semicolon.csv", "panel.xlsx", "panel.dta", "panel.parquet")


@pytest.mark.parametrize("name", NAMES)
def test_one_panel_is_one_table(tmp_path, name):
    found = read_user_table(write(TABLE, tmp_path / name)).table
    expected = TABLE.astype({"democratic": "Int64"}) if name == "panel.dta" else TABLE
    pd.testing.assert_frame_equal(found, expected)


# Excel holds 15 digits of a figure, as openpyxl writes it.
figures = st.integers(-(10**12), 10**12).map(lambda number: number / 1000)
columns = st.one_of(
    st.lists(st.integers(-(2**40), 2**40), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), figures), min_size=3, max_size=3),
    st.lists(st.text(st.sampled_from("abcé"), min_size=1, max_size=4), min_size=3, max_size=3),
)


@settings(max_examples=40)
@given(st.lists(columns, min_size=1, max_size=3))
def test_any_table_is_the_same_from_every_format(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("formats")
    table = pd.DataFrame({f"c{place}": values for place, values in enumerate(content)})
    table = table.assign(n=[1, 2, 3], half=[0.5, 1.5, 2.5])  # from 1,234 alone no decimal mark is told
    tables = [read_user_table(write(table, folder / name)).table for name in NAMES]
    for found in tables:
        pd.testing.assert_frame_equal(found, tables[0])
        for name, values in table.items():
            given = [None if pd.isna(value) else value for value in values]
            assert [None if pd.isna(value) else value for value in found[name]] == given


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(-1e300, 1e300),
    st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="=#"), min_size=1, max_size=5),
)


@settings(max_examples=40)
@given(st.lists(cells, min_size=1, max_size=6))
def test_cells_are_those_that_openpyxl_reads(tmp_path_factory, content):
    path = sheet(tmp_path_factory.mktemp("excel") / "a.xlsx", ("n", "x"), *enumerate(content))
    found = read_user_table(path, FileKeys(text=["x"])).table["x"]
    second = [row[1].value for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, max_col=2)]
    for text, value in zip(found, second, strict=True):
        if isinstance(value, float):
            assert float(text) == value
        else:
            assert (None if pd.isna(text) else text) == _spelled(value)


def _spelled(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).upper()
    return None if value is None else str(value)


def test_sheets_and_headings_of_a_workbook(tmp_path):
    data = ("Data", [("a", "b"), (1, 2), (None, None), (3, 4)])
    path = sheet(tmp_path / "a.xlsx", title="Notes", more=(data,))
    with pytest.raises(
        DataError, match="the sheet 'Notes' has no rows; write sheet = \"Data\" under .study."
    ):
        read_user_table(path)
    found = read_user_table(path, FileKeys(sheet="Data"))
    assert found.table["b"].tolist() == [2, 4] and found.assumed == ("sheet 'Data' of 2",)
    assert found.where(1) == "a.xlsx, sheet row 4, row 2"
    with pytest.raises(DataError, match="study.sheet: sheet 'data' is not known; .*did you mean 'Data'"):
        read_user_table(path, FileKeys(sheet="data"))
    path = sheet(tmp_path / "b.xlsx", ("A title",), (), ("a", "b"), (1, 2))
    assert read_user_table(path, FileKeys(header=3)).table["b"].tolist() == [2]


def test_what_a_spreadsheet_did_not_work_out_is_no_missing_value(tmp_path):
    rows = ("a", "b", "c", "d"), (1, "=A2/0", "#DIV/0!", "#N/A"), (2, 5, 5, 5), (3, 6, 6, 6)
    found = read_user_table(sheet(tmp_path / "a.xlsx", *rows))
    assert found.why["b"].endswith("worked this formula out: open the file in a spreadsheet and save it")
    assert "a.xlsx, sheet row 2, row 1: c is '#DIV/0!'; allowed: numbers" in found.why["c"]
    assert found.table["d"].tolist()[1:] == [5, 6] and found.assumed == ("#N/A read as missing in d",)


def test_parquet_whatever_it_is_stored_as(tmp_path):
    table = pa.table(
        {
            "dictionary": pa.array(["a", "b", None]).dictionary_encode(),
            "large": pa.array(["x", None, "y"], pa.large_string()),
            "small": pa.array([1, None, 3], pa.int8()),
            "half": pa.array(np.array([0.5, 1, 2], np.float16)),
            "decimal": pa.array(["0.1", "2.50", None]).cast(pa.decimal128(10, 2)),
            "long": pa.array(["100000000000000001", None, "2"]).cast(pa.decimal128(20, 0)),
            "beyond": pa.array([2**64 - 1, 1, 2], pa.uint64()),
            "nothing": pa.nulls(3),
            "lists": pa.array([[1], [2, 3], None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    found = read_user_table(tmp_path / "a.parquet")
    plain = found.table.astype(object).where(found.table.notna(), None)
    assert {name: plain[name].tolist() for name in plain} == {
        "dictionary": ["a", "b", None],
        "large": ["x", None, "y"],
        "small": [1, None, 3],
        "half": [0.5, 1, 2],
        "decimal": [0.1, 2.5, None],
        "long": [10**17 + 1, None, 2],
        "beyond": [str(2**64 - 1), "1", "2"],
        "nothing": [None, None, None],
    }
    assert found.why["lists"].startswith("lists holds list<")
    assert "longer than whole numbers are" in found.why["beyond"]
    indexed = TABLE.set_index(["land", "year"])
    indexed.to_parquet(tmp_path / "b.parquet")
    assert set(read_user_table(tmp_path / "b.parquet").table.columns) == set(TABLE.columns)


def test_the_readers_of_stata_files_say_what_ours_needs(tmp_path):
    """pandas keeps the number of rows and the length of one in attributes of its own."""
    path = write(TABLE, tmp_path / "panel.dta")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="panel.dta: .*(cut off|damaged)"):
        read_user_table(path)
    old = len(TABLE).to_bytes(8, "little")
    assert whole.count(b"<N>" + old) == 1
    path.write_bytes(whole.replace(b"<N>" + old, b"<N>" + (10**9).to_bytes(8, "little")))
    with pytest.raises(DataError, match="says that it has 1,000,000,000 rows and is too short"):
        read_user_table(path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.csv", "there is no such file"),
        ("https://example.org/panel.csv", "is an address; download the file"),
        ("panel.xls", "format '.xls' is not known; .*save it as .xlsx"),
        ("panel.csv.gz", "unpack it first"),
        ("panel.sav", "haven::write_dta"),
        (".", "is no parquet file; allowed in a folder that is one panel"),
    ],
)
def test_files_of_other_kinds(tmp_path, monkeypatch, name, told):
    monkeypatch.chdir(tmp_path)
    for place in ("panel.xls", "panel.csv.gz", "panel.sav"):
        Path(place).write_bytes(b"x")
    with pytest.raises(DataError, match=told):
        read_user_table(Path(name))


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.dta"])
def test_no_file_of_that_kind(tmp_path, name):
    for content in (b"hello", b"PK\x03\x04 broken", b"PAR1" * 5, b"<stata_dta><header><release>118"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="not readable as .*; is it damaged"):
            read_user_table(tmp_path / name)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"sheet": "Data"}, "study.sheet is for .xlsx"),
        ({"text": ["yr"]}, "study.text: column 'yr' is not known; .*did you mean 'year'"),
        (
            {"columns": {"gdp2": "GDP"}},
            "study.columns.gdp2: heading 'GDP' is not known; .*did you mean 'gdp'",
        ),
        ({"columns": {"gdp": "year"}}, "study.columns.gdp: the file has a column of this name already"),
    ],
)
def test_keys_that_do_not_fit_the_file(tmp_path, keys, told):
    with pytest.raises(DataError, match=told):
        read_user_table(write(TABLE, tmp_path / "comma.csv"), FileKeys(**keys))


def test_numbers_read_as_missing_are_told_however_they_are_spelled(tmp_path):
    (tmp_path / "panel.csv").write_text("land,x,z\nA,-9.0,1\nB,2.5,-9\nC,3.5,\n")
    found = read_user_table(tmp_path / "panel.csv", FileKeys(missing=[-9, "n"]))
    assert found.table.isna().sum().tolist() == [0, 1, 2]
    assert "-9.0 read as missing in x; -9 read as missing in z" in found.line


def test_what_is_odd_and_legal_is_told(tmp_path):
    path = tmp_path / "a.csv"
    rows = [f"{'Brazil ' if n == 3 else 'brazil' if n == 5 else 'Brazil'},{n},{n % 7}" for n in range(40)]
    path.write_text("land,n,x\n" + "\n".join(rows).replace("0\n", "-999\n") + "\n")
    found = read_user_table(path)
    assert doubts_about(found, ["land", "x"]) == [
        "a.csv: land: 'Brazil ' (1 row) differs by blanks alone from 'Brazil' and is read as it",
        "a.csv: land: 'Brazil' and 'brazil' differ by case or blanks alone, and are 2 different levels",
        "a.csv: x is -999 in 6 rows, and from 1 to 6 in all others; if it means missing, write "
        "missing = [-999] under [study]",
    ]
    assert doubts_about(found, ["n"]) == []


def test_letters_of_no_width_are_blanks_and_two_encodings_of_a_letter_are_told(tmp_path):
    path = tmp_path / "a.csv"
    lands = ["Mali", "Mali\u200b", "\ufeffMali \u200e", "Mali\u00ad", "Bénin", "Be\u0301nin"]
    path.write_text("\ufeffland,n\n" + "\n".join(f"{land},{n}\u200b" for n, land in enumerate(lands)) + "\n")
    found = read_user_table(path)
    assert found.table["n"].tolist() == [0, 1, 2, 3, 4, 5]
    assert found.table["land"].tolist() == ["Mali"] * 3 + lands[3:]
    assert doubts_about(found, ["land"]) == [
        "a.csv: land: 'Mali\\u200b' (1 row) differs by blanks alone from 'Mali' and is read as it",
        "a.csv: land: '\\ufeffMali \\u200e' (1 row) differs by blanks alone from 'Mali' and is read as it",
        "a.csv: land: 'B\\xe9nin' and 'Be\\u0301nin' differ by how their letters are encoded alone, "
        "and are 2 different levels",
    ]


def test_a_heading_over_two_lines_is_one_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('land,year,"GDP \n(current)"\nA,1990,1\n')
    assert list(read_user_table(path).table) == ["land", "year", "GDP (current)"]


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_neither_memory_nor_time(tmp_path, name):
    assert bomb_faults(name, tmp_path) == []
