"""A file of fields: every row has every field, every column is of one kind, and the csv module agrees."""

from __future__ import annotations

import codecs
import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from replication.errors import DataError
from replication.panel.read_table import read_user_table
from replication.spec.entries import FileKeys


def read(folder, content: str | bytes, /, **keys):
    path = folder / "panel.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_user_table(path, FileKeys(**keys))


def column(folder, *fields: str, **keys) -> pd.Series:
    """A column of these fields, beside one of whole numbers, parted by bars."""
    rows = "\n".join(f"{place}|{text}" for place, text in enumerate(fields))
    return read(folder, f"n|x\n{rows}\n", **keys).table["x"]


@pytest.mark.parametrize(
    ("fields", "kind", "values"),
    [
        (["1", "2", ""], "Int64", [1, 2, None]),
        (["1990.0", "1991.0"], "int64", [1990, 1991]),
        (["100000000000000001", "100000000000000002"], "int64", [10**17 + 1, 10**17 + 2]),
        (["0.1", "-2", "+3", "1e-3", "1E+3", "1.5e3", ".5", "7."], "float64",
         [0.1, -2, 3, 1e-3, 1000, 1500, 0.5, 7]),
        (["2.5", "NA", "N/A", "NULL", "nan", "#N/A", "None", " ", ""], "float64", [2.5] + [np.nan] * 8),
        (["1", "2", "A"], "str", ["1", "2", "A"]),
        (["NA", "EU", "AS"], "str", ["NA", "EU", "AS"]),
        (["None", "Formal", ""], "str", ["None", "Formal", np.nan]),
        (["1E3", "10E2", "100E1", "1000"], "str", ["1E3", "10E2", "100E1", "1000"]),
        (["01001", "36061", "6037"], "str", ["01001", "36061", "6037"]),
        (["True", "False", ""], "boolean", [True, False, None]),
        (["TRUE", "FALSE", "NA"], "boolean", [True, False, None]),
        (["true", "FALSE"], "bool", [True, False]),
        (["", " "], "float64", [np.nan, np.nan]),
        (["NA", "NA"], "str", ["NA", "NA"]),
        (["99999999999999999999", "1"], "str", ["99999999999999999999", "1"]),
        (["12%", "3"], "str", ["12%", "3"]),
        (["yes", "no"], "str", ["yes", "no"]),
        ([" a", "b ", "c"], "str", ["a", "b", "c"]),
        (["1,234.5", "12"], "float64", [1234.5, 12]),
        (["1,234,567", "12"], "int64", [1234567, 12]),
        (["1.234,5", "12"], "float64", [1234.5, 12]),
        (["0,5", "12,25"], "float64", [0.5, 12.25]),
        (["1.234", "0.5"], "float64", [1.234, 0.5]),
        (["1 234", "12\u00a0345,5"], "float64", [1234, 12345.5]),
        (["1,234", "12"], "str", ["1,234", "12"]),
    ],
)  # fmt: skip
def test_a_whole_column_is_of_one_kind(tmp_path, fields, kind, values):
    found = column(tmp_path, *fields)
    assert found.dtype == kind
    assert found.astype(object).where(found.notna(), None).tolist() == [
        None if value != value else value for value in values
    ]


def test_keys_of_the_study_decide(tmp_path):
    assert column(tmp_path, "1", "2", text=["x"]).tolist() == ["1", "2"]
    assert column(tmp_path, "01", "1E3", numbers=["x"]).tolist() == [1, 1000]
    assert column(tmp_path, "1", "-999", "-999.0", "..", missing=["..", -999]).isna().tolist() == [
        False, True, True, True,
    ]  # fmt: skip
    assert column(tmp_path, "NA", "EU", missing=["NA"]).isna().tolist() == [True, False]
    assert column(tmp_path, "1,234", "12", decimal=",").tolist() == [1.234, 12]
    assert column(tmp_path, "1,234", "12", decimal=".").tolist() == [1234, 12]
    found = read(tmp_path, 'a,"GDP (current US$)"\n1,2\n', columns={"gdp": "GDP (current US$)"})
    assert found.table.columns.tolist() == ["a", "gdp"]
    with pytest.raises(DataError, match="line 3, row 2: x is 'one'; .*names it under numbers"):
        column(tmp_path, "1", "one", "2", numbers=["x"])


def test_what_was_assumed_is_one_line(tmp_path):
    text = 'country;zip;gdp;region\nA;"01";1,5;NA\n;;;\nB;02;NA;EU\n'
    assert read(tmp_path, text).line == (
        "panel.csv: 2 rows, 4 columns; parted by semicolons; empty rows left out: 1; decimal comma; "
        "NA read as missing in gdp; NA a text in region; codes, and so texts: zip"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("c,t,y,x\n0,1990,1,2,3\n", "line 2: 5 fields .*the headings in line 1 are 4"),
        ("c,t,y,x\n0,1990,1,2\n0,1991,1\n", "line 3: 3 fields"),
        ("a,b\n1,2\nNote: estimates\n", "line 3: 1 field .*a note stands below the table"),
        ('a,b\n1,2\n3,"4\n5,6\n', "line 3: .*a quote that opens there does not close"),
        ('a,b\n"1\n2",3\n4\n', "line 4: 1 field"),
        ("Panel of 1990\n\na,b\n1,2\n", "line 3: 2 fields .*write header = 3 under .study."),
        ("a,b,a\n1,2,3\n", "the column 'a' stands 2 times"),
        ("a, a \n1,2\n", "the column 'a' stands 2 times"),
        ("a,b\n", "no rows"),
        (b"a,b\n1,caf\xe9\n", 'line 2: byte 10 is not UTF-8; .*encoding = "windows-1252"'),
        ("a,b\n1,2\n".encode("utf-16"), "is UTF-16, not utf-8; write encoding = .utf-16"),
        (b"\0" * 500, "zero bytes"),
        (",".join(f"c{n}" for n in range(40_000)) + "\n", "40,000 columns; allowed: at most 32,767"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_its_line(tmp_path, text, line):
    with pytest.raises(DataError, match=line) as problem:
        read(tmp_path, text)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("utf8", "utf-8"), ("UTF-8", "utf-8"), ("utf-8-sig", "utf-8"),
        ("ascii", "utf-8"), ("utf16", "utf-16"), ("latin1", "latin-1"),
        ("L1", "latin-1"), ("ISO-8859-1", "latin-1"), ("cp1252", "windows-1252"),
        ("latin2", "iso-8859-2"), ("macintosh", "mac-roman"), ("shift-jis", "shift_jis"),
        ("sjis", "shift_jis"), ("ms932", "cp932"), ("EUC-JP", "euc_jp"),
        ("windows-1252", "windows-1252"),
    ],
)  # fmt: skip
def test_an_encoding_by_any_name_that_python_knows(tmp_path, written, encoding):
    keys = FileKeys(encoding=written)
    assert keys.encoding == encoding and codecs.lookup(keys.encoding)
    letters = (
        "ab" if written == "ascii" else "東京" if encoding in ("shift_jis", "cp932", "euc_jp") else "Böll"
    )
    made = f"a,b\n1,{letters}\n".encode(written)
    assert read(tmp_path, made, encoding=written).table["b"].tolist() == [letters]


@pytest.mark.parametrize(
    "written", ["rot13", "idna", "cp037", "", "x" * 5000, "\ud800", "a\0", "..os", "ansi"]
)
def test_an_encoding_that_is_none_of_ours(written):
    with pytest.raises(ValidationError):
        FileKeys(encoding=written)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252", "latin-1"])
def test_encodings_that_are_named(tmp_path, encoding):
    known = {} if encoding == "utf-8-sig" else {"encoding": encoding}
    assert read(tmp_path, "a,b\n1,Zürich\n".encode(encoding), **known).table["b"].tolist() == ["Zürich"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_and_ends_of_lines(tmp_path, separator, end):
    rows = [["a", "b, c; d"], ["1", "x\ny"], ["2", 'say "so"']]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    found = read(tmp_path, stream.getvalue()).table
    assert found.columns.tolist() == rows[0]
    assert found.iloc[:, 1].tolist() == ["x\ny", 'say "so"']


def test_headings_that_stand_lower_and_columns_without_one(tmp_path):
    found = read(tmp_path, "Source: made up\n\na,b,\n1,2,x\n", header=3)
    assert found.table.columns.tolist() == ["a", "b"]
    assert found.assumed == ("parted by commas", "columns without a heading left out: 3")


letters = st.text(st.sampled_from("abc 019.,;-\"'\téß\n"), max_size=6)


@given(st.lists(st.lists(letters, min_size=2, max_size=2), min_size=1, max_size=6), st.sampled_from(",;|"))
def test_texts_are_those_that_the_csv_module_reads(tmp_path_factory, rows, separator):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["first", "second"], *rows])
    path = tmp_path_factory.mktemp("csv") / "panel.csv"
    path.write_bytes(stream.getvalue().encode())
    second = csv.reader(io.StringIO(stream.getvalue(), newline=""), delimiter=separator)
    expected = [[field.strip() for field in row] for row in second][1:]
    expected = [row for row in expected if any(row)]
    try:
        found = read_user_table(path, FileKeys(text=["first", "second"])).table
    except DataError as problem:
        assert "no rows" in str(problem) and not expected
        return
    assert found.fillna("").to_numpy().tolist() == expected


@given(
    st.lists(
        st.lists(st.sampled_from(["1", "b", '"c,d"', ""]), min_size=1, max_size=4), min_size=1, max_size=8
    )
)
def test_uneven_rows_are_refused_and_no_column_is_ever_an_index(tmp_path_factory, rows):
    text = "p,q,r\n" + "\n".join(",".join(row) for row in rows) + "\n"
    path = tmp_path_factory.mktemp("csv") / "panel.csv"
    path.write_text(text)
    fields = [row for row in csv.reader(io.StringIO(text)) if row][1:]
    uneven = [row for row in fields if len(row) != 3]
    try:
        found = read_user_table(path, FileKeys(text=["p", "q", "r"])).table
    except DataError as problem:
        assert uneven or "no rows" in str(problem)
        return
    assert not uneven
    assert found.fillna("").to_numpy().tolist() == [row for row in fields if any(row)]


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=5, max_size=5),
)
def test_numbers_are_the_nearest_and_whole_numbers_exact(tmp_path_factory, whole, floating):
    path = tmp_path_factory.mktemp("csv") / "panel.csv"
    rows = [f"{number},{floating[place]!r}" for place, number in enumerate(whole)]
    path.write_text("whole,floating\n" + "\n".join(rows) + "\n")
    found = read_user_table(path).table
    assert found["whole"].tolist() == whole
    assert found["floating"].tolist() == floating[: len(whole)]


def test_one_text_far_down_makes_a_whole_column_of_texts(tmp_path):
    rows = "\n".join(["7,1"] * 200_000 + ["X1,1"])
    found = read(tmp_path, f"firm,y\n{rows}\n")
    assert found.table["firm"].unique().tolist() == ["7", "X1"]
    assert found.why["firm"].startswith("panel.csv, line 200002, row 200001: firm is 'X1'; allowed: numbers")
