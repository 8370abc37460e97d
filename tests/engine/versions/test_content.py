"""What counts as the content of a file of results."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError
from replication.records.records import COLUMNS, NUMBERS
from replication.versions.content import DIGITS, TIDY, artefacts, content_sum, result_folders

HEAD = "study,model,error,name,of,value\n"


def test_the_tidy_records_are_those_that_a_run_writes():
    compared = [name for name in COLUMNS if name != "telemetry"]
    assert {*(f"{name}.csv" for name in compared), "cells.csv"} == set(TIDY)  # cells: of printed tables
    for name in compared:
        tidy = TIDY[f"{name}.csv"]
        assert sorted(["study", *tidy.key, *tidy.numbers, *tidy.texts]) == sorted(COLUMNS[name])
        assert set(tidy.numbers) <= set(NUMBERS)


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-8, 1e8), st.integers(1, 9))
def test_digits_after_the_ninth_are_no_content_and_the_ninth_is(tmp_path_factory, value, last):
    folder = tmp_path_factory.mktemp("content")
    mantissa, power = f"{value:.{DIGITS - 1}e}".split("e")
    names = ("plain", "noise", "moved")
    texts = (
        f"{mantissa}e{power}",
        f"{mantissa}00{last}e{power}",
        f"{mantissa[:-1]}{_other(mantissa)}e{power}",
    )
    for name, text in zip(names, texts, strict=True):
        (folder / name).mkdir()
        (folder / name / "models.csv").write_text(f"{HEAD}s,m,,n,,{text}\n")
    plain, noise, moved = (content_sum(folder / name / "models.csv") for name in names)
    assert plain == noise
    assert plain != moved


def _other(mantissa: str) -> str:
    return "5" if mantissa[-1] != "5" else "4"


def test_minus_zero_is_zero_and_missing_is_missing(tmp_path):
    sums = []
    for number, value in enumerate(("0.0", "-0.0", "")):
        path = tmp_path / str(number) / "models.csv"
        path.parent.mkdir()
        path.write_text(f"{HEAD}s,m,,n,,{value}\n")
        sums.append(content_sum(path))
    assert sums[0] == sums[1] != sums[2]


def test_a_record_that_is_none_is_told(tmp_path):
    (tmp_path / "models.csv").write_text(f"{HEAD}s,m,n,many\n")
    with pytest.raises(DataError, match="is no record of results"):
        content_sum(tmp_path / "models.csv")


def test_what_repeats_other_files_is_not_kept(project):
    kept = artefacts(project.current)
    assert "small/estimates.csv" in kept and "small/tables/models.tex" in kept and "report.html" in kept
    assert "small/figures/coefficients.svg" in kept
    for name in ("estimates.parquet", "figures/coefficients.png", "tables/models.html", "tables.tex"):
        assert (project.current / "small" / name).is_file()
        assert f"small/{name}" not in kept


def test_a_folder_being_written_is_no_result(project):
    (project.current / ".small.abc").mkdir()
    (project.current / ".small.abc" / "manifest.json").write_text("{}")
    assert list(result_folders(project.current)) == ["small"]


def test_the_csv_that_is_kept_reads_back_to_the_parquet_that_is_not(project):
    import pandas as pd

    folder = project.current / "small"
    with (folder / "estimates.csv").open(newline="") as stream:
        written = [float(row["estimate"]) for row in csv.DictReader(stream)]
    assert written == pd.read_parquet(folder / "estimates.parquet")["estimate"].tolist()


def test_a_comment_in_latex_is_no_content(tmp_path):
    old, new, other = (tmp_path / f"{name}.tex" for name in ("old", "new", "other"))
    old.write_text("\\begin{table}\n50\\% & 1 \\\\\n", encoding="utf-8")
    new.write_text("% needs \\usepackage{booktabs}\n\\begin{table}\n50\\% & 1 \\\\\n", encoding="utf-8")
    other.write_text("% needs \\usepackage{booktabs}\n\\begin{table}\n50\\% & 2 \\\\\n", encoding="utf-8")
    assert content_sum(old) == content_sum(new) != content_sum(other)
