"""All processed tables are made, or none is touched."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError
from replication.sources import pipeline
from replication.sources.pipeline import clean_all, read_table
from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

ISO3 = Column("iso3", "text", "code", "country", pattern="[A-Z]{3}")
YEAR = Column("year", "integer", "year", "calendar year", low=1970, high=2000)
VALUE = Column("value", "number", "million US$", "aid | net", low=-10, high=10, missing=True)
AID = Schema("aid", "Aid by country", (ISO3, YEAR, VALUE), ("iso3", "year"))
NAMES = Schema("names", "Names", (ISO3, Column("name", "text", "name", "name")), ("iso3",))
RECIPES = (as_read(AID, "aid.csv"), as_read(NAMES, "names.csv"))
FILES = {
    "aid.csv": b"iso3,year,value\nBRA,1970,1.5\nARG,1971,\nARG,1970,-2.00\n",
    "names.csv": b"iso3,name\nARG,Argentina\n",
}


@pytest.fixture
def project(tmp_path, raw_project):
    return raw_project(tmp_path, FILES)


def outputs(project):
    """Name and content of everything under data/processed."""
    return {path.name: path.read_bytes() for path in project.processed.rglob("*") if path.is_file()}


def refused(project, recipes=RECIPES):
    """The message of a cleaning that fails and must leave every output as it was."""
    before = outputs(project)
    with pytest.raises(DataError) as caught:
        clean_all(project, recipes)
    assert outputs(project) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_tables_and_codebook_are_made(project):
    tables = clean_all(project, RECIPES)
    made = {"aid.parquet", "names.parquet", "codebook.csv", "codebook.md", "manifest.json"}
    assert set(outputs(project)) == made
    assert tables["aid"][["iso3", "year"]].to_numpy().tolist() == [
        ["ARG", 1970],
        ["ARG", 1971],
        ["BRA", 1970],
    ]
    assert [str(dtype) for dtype in tables["aid"].dtypes] == ["str", "Int64", "float64"]
    pd.testing.assert_frame_equal(read_table(project, "aid", RECIPES), tables["aid"])
    assert not [path for path in project.processed.iterdir() if path.is_dir()]


def test_two_runs_write_the_same_bytes(project):
    clean_all(project, RECIPES)
    first = outputs(project)
    clean_all(project, RECIPES)
    assert outputs(project) == first


@pytest.mark.parametrize("made_before", [False, True])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"iso3,year,value\nBRA,1970,1.5\nARG,1971,x1\n", "aid.csv, line 3: value is 'x1'; allowed: number"),
        (
            b"iso3,year,value\nBRA,1970,1.5\nARG,1971,99\n",
            "aid.csv, line 3: value is '99'; allowed: at most 10",
        ),
        (b"iso3,year,value\nBRA,197o,1.5\n", "aid.csv, line 2: year is '197o'; allowed: integer"),
        (b"iso3,year,value\nBRA,1969,1.5\n", "aid.csv, line 2: year is '1969'; allowed: at least 1970"),
        (
            b"iso3,year,value\nBRA,1970,1\nBRA,1970,2\n",
            "aid.csv, line 3: a second row for iso3=BRA, year=1970",
        ),
        (b"iso3,year,value\n,1970,1\n", "aid.csv, line 2: iso3 is missing; allowed: a value, never missing"),
        (b"iso3,year,amount\nBRA,1970,1\n", "columns missing or too many for aid: ['amount', 'value']"),
        (b"iso3,year,value\nBRA,1970\n", "aid.csv, line 2: 2 fields; the header has 3"),
    ],
)
def test_a_wrong_figure_names_file_line_and_value(project, raw_project, made_before, content, told):
    if made_before:
        clean_all(project, RECIPES)
    raw_project(project.root, FILES | {"aid.csv": content})
    found = refused(project)
    assert found.startswith("data/raw/aid.csv")
    assert told in found


@pytest.mark.parametrize("made_before", [False, True])
def test_a_changed_missing_or_extra_file_stops_everything(project, made_before):
    if made_before:
        clean_all(project, RECIPES)
    path = project.raw / "names.csv"
    path.write_bytes(FILES["names.csv"].replace(b"A", b"B", 1))
    assert refused(project).startswith("data/raw/names.csv: the file was changed")
    path.unlink()
    assert refused(project).startswith("data/raw/names.csv: missing")
    path.write_bytes(FILES["names.csv"])
    extra = project.raw / "new.csv"
    extra.write_bytes(b"a\n1\n")
    assert refused(project).startswith("data/raw/new.csv: not in SOURCES.toml")
    extra.unlink()
    assert set(clean_all(project, RECIPES)) == {"aid", "names"}


def test_a_recipe_for_a_file_without_an_entry_names_the_nearest(project):
    told = refused(project, (as_read(AID, "aids.csv"),))
    assert "raw file 'aids.csv' is not known; allowed: aid.csv, names.csv (did you mean 'aid.csv'?)" in told


def test_a_figure_in_one_of_several_files_names_that_file(tmp_path, raw_project):
    project = raw_project(tmp_path, {"a.csv": b"iso3,name\nARG,x\n", "b.csv": b"iso3,name\nbra,y\n"})
    recipe = Recipe(
        NAMES, ("a.csv", "b.csv"), lambda raw: pd.concat({f"data/raw/{path}": raw[path] for path in raw})
    )
    assert refused(project, (recipe,)).startswith("data/raw/b.csv, line 2: iso3 is 'bra'")


def test_a_folder_that_cannot_be_written_is_one_line(project):
    project.processed.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="data/processed: is no folder"):
        clean_all(project, RECIPES)


def test_a_disk_that_fills_up_halfway_changes_nothing(project, raw_project, monkeypatch):
    clean_all(project, RECIPES)
    raw_project(project.root, FILES | {"aid.csv": b"iso3,year,value\nBRA,1970,3\n"})

    def full(path, table):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(pipeline, "write_csv", full)
    assert refused(project) == f"data/processed cannot be written: {os.strerror(28)}"


def test_an_interrupted_run_leaves_no_output_and_the_next_run_mends(project, monkeypatch):
    def interrupted(path, text):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "write_text", interrupted)
        with pytest.raises(KeyboardInterrupt):
            clean_all(project, RECIPES)
    assert outputs(project) == {}
    clean_all(project, RECIPES)
    assert len(read_table(project, "aid", RECIPES)) == 3


def test_reading_a_table_that_is_not_there(project):
    with pytest.raises(DataError, match=r"data/processed/manifest.json: missing; make it again \(make all\)"):
        read_table(project, "aid", RECIPES)
    clean_all(project, RECIPES)
    (project.processed / "aid.parquet").unlink()
    with pytest.raises(
        DataError, match=r"aid.parquet: missing, or no plain file; make it again \(make all\)"
    ):
        read_table(project, "aid", RECIPES)
    with pytest.raises(DataError, match="table 'aids' is not known; allowed: aid, names .did you mean 'aid'"):
        read_table(project, "aids", RECIPES)


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_one_changed_bit_of_a_table_is_refused(raw_project, place, bit):
    with tempfile.TemporaryDirectory() as folder:
        project = raw_project(Path(folder), FILES)
        clean_all(project, RECIPES)
        path = project.processed / "aid.parquet"
        content = bytearray(path.read_bytes())
        content[place % len(content)] ^= 1 << bit
        path.write_bytes(content)
        with pytest.raises(DataError, match="aid.parquet: was changed since it was made; make it again"):
            read_table(project, "aid", RECIPES)


@pytest.mark.parametrize(
    ("columns", "key", "told"),
    [
        (
            (ISO3, replace(YEAR, kind="text", low=None, high=None), VALUE),
            AID.key,
            "column year is Int64; allowed: str",
        ),
        ((ISO3, YEAR), AID.key, "column value is float64; allowed: no such column"),
        (
            (ISO3, YEAR, VALUE, replace(VALUE, name="more")),
            AID.key,
            "column more is absent; allowed: float64",
        ),
        ((ISO3, YEAR, replace(VALUE, high=1)), AID.key, "line 2: value is '1.5'; allowed: at most 1"),
        ((ISO3, YEAR, VALUE), ("iso3",), "a second row for iso3=ARG"),
    ],
)
def test_a_table_made_under_another_schema_is_refused_on_reading(project, columns, key, told):
    clean_all(project, RECIPES)
    with pytest.raises(DataError) as caught:
        read_table(project, "aid", (as_read(Schema("aid", "Aid by country", columns, key), "aid.csv"),))
    assert str(caught.value).startswith("data/processed/aid.parquet")
    assert told in str(caught.value)


def test_a_recipe_that_fails_names_its_line_and_the_file(project):
    recipe = Recipe(NAMES, ("names.csv",), lambda raw: raw["names.csv"].assign(name=lambda t: t["nmae"]))
    told = refused(project, (recipe,))
    assert told.startswith(
        "data/raw/names.csv: table names cannot be made of it: a column or a figure is not what"
    )
    assert "test_pipeline.py, line " in told and "Error" not in told


def test_what_is_written_in_the_registry_is_inert_in_the_codebook(project):
    text = project.registry.read_text(encoding="utf-8")
    hostile = "<script>x</script> [a](javascript:x) | \\u202e"
    project.registry.write_text(text.replace("citation of the file", hostile), encoding="utf-8")
    clean_all(project, RECIPES)
    page = (project.processed / "codebook.md").read_text(encoding="utf-8")
    assert "<script" not in page and "](" not in page.replace("\\](", "") and "\u202e" not in page


def test_the_codebook_has_every_column_and_the_traps(project):
    clean_all(project, RECIPES)
    book = pd.read_csv(project.processed / "codebook.csv", keep_default_na=False)
    assert book[["table", "column"]].to_numpy().tolist() == [
        ["aid", "iso3"],
        ["aid", "year"],
        ["aid", "value"],
        ["names", "iso3"],
        ["names", "name"],
    ]
    value = book.iloc[2].to_dict()
    assert value["unit"] == "million US$"
    assert value["range"] == "'-10 to 10"  # so that no spreadsheet takes it for a formula
    assert value["missing"] == "may be missing"
    assert value["sources"] == "aid.csv"
    page = (project.processed / "codebook.md").read_text(encoding="utf-8")
    assert "| `value` | number, may be missing | million US\\$ | -10 to 10 | aid \\| net |" in page
    assert "- a break in 1999" in page


ANY = Schema(
    "any",
    "Every kind of column",
    (
        Column("k", "integer", "", ""),
        Column("n", "integer", "", "", missing=True),
        Column("x", "number", "", "", missing=True),
        Column("b", "boolean", "", "", missing=True),
        Column("t", "text", "", "", missing=True),
    ),
    ("k",),
)
ROWS = st.lists(
    st.tuples(
        st.integers(-(10**17), 10**17),
        st.none() | st.integers(-(10**17), 10**17),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.booleans(),
        st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    ),
    max_size=8,
    unique_by=lambda row: row[0],
)


@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_figures_go_from_csv_to_parquet_and_back_unchanged(raw_project, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(ANY.names)
    for k, n, x, b, t in rows:
        writer.writerow([k, n, None if x is None else repr(x), None if b is None else str(b).lower(), t])
    with tempfile.TemporaryDirectory() as folder:
        project = raw_project(Path(folder), {"any.csv": text.getvalue().encode()})
        recipes = (as_read(ANY, "any.csv"),)
        made = clean_all(project, recipes)["any"]
        found = read_table(project, "any", recipes)
    pd.testing.assert_frame_equal(found, made, check_exact=True)
    back = [tuple(None if pd.isna(cell) else cell for cell in row) for row in found.astype(object).to_numpy()]
    assert back == sorted(rows)
