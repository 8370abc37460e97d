"""The way back from published cells to raw files."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest

from replication.cli import main
from replication.errors import DataError
from replication.sources import registry
from replication.versions.trace import trace
from tests.support.claims_files import CLAIM, HEAD

TERM = "lag(x, 1)"


def fact(told, start):
    found = [line for line in told if line.startswith(start)]
    assert found, start
    return found[0]


def test_a_coefficient_is_followed_to_its_sources(project):
    told = trace(project, "small/models", TERM, "1")
    record = fact(told, "record: results/current/small/estimates.csv, line ")
    number = int(record.split("line ")[1].split(":")[0])
    lines = (project.current / "small" / "estimates.csv").read_text().splitlines()
    row = next(csv.reader([lines[number - 1]]))
    assert row[1:5] == ["line", "clustered", "regressor", TERM]
    assert f"estimate = {row[5]}" in record
    assert fact(told, "model: line ").endswith("y ~ lag(x, 1) + z")
    assert "  where: land != 'F'" in told
    assert "  estimator: ols; effects: none" in told
    assert fact(told, "  error: clustered: clustered by land")


def test_the_rows_used_are_those_that_no_cause_took_out(project):
    told = trace(project, "small/models", TERM, "1")
    sample = next(line for line in told if "rows in the sample" in line)
    models = (project.current / "small" / "models.csv").read_text()
    assert f"line,,nobs,,{int(sample.split()[0])}.0" in models
    listed = told[told.index(sample) + 1]
    assert "A 19" in listed and "F 19" not in listed


def test_the_raw_files_stand_with_checksum_and_citation(project):
    told = trace(project, "small/models", TERM, "1")
    raw = [line for line in told if line.startswith("raw: ")]
    sources = registry.load(project)
    for line in raw:
        path = line.split()[1].rstrip(",")
        content = (project.root / path).read_bytes()
        assert f"sha256 {hashlib.sha256(content).hexdigest()} (as registered)" in line
        assert f"  {sources[path.removeprefix('data/raw/')].citation}" in told
    assert any("data/raw/panel.csv" in line for line in raw)


def test_a_statistic_and_a_printed_figure_are_followed_too(project):
    told = trace(project, "small/yen", "1", "2")
    assert "data/processed/prices.parquet, row 1" in fact(told, "record: ")
    assert fact(told, "raw: data/raw/prices.csv")


@pytest.mark.parametrize("column", ["1", "Line", "line"])
@pytest.mark.parametrize("row", [TERM, "1"])
def test_rows_and_columns_go_by_several_names(project, row, column):
    assert trace(project, "small/models", row, column)[1:] == trace(project, "small/models", TERM, "1")[1:]


def test_an_error_under_a_coefficient_is_named_by_both_labels(project):
    told = trace(project, "small/models", f"{TERM} / s.e.", "1")
    assert "std_error = " in fact(told, "record: ") and "printed (" in told[0]
    told = trace(project, "small/models", f"{TERM} / classical, p", "1")
    assert fact(told, "  error: classical: ") and not [line for line in told if "error: clustered" in line]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("smal/models", TERM, "1"), "study 'smal' is not known; allowed: small (did you mean 'small'?)"),
        (("small/model", TERM, "1"), "did you mean 'models'?"),
        (("small/models", "lag(x, 11)", "1"), f"did you mean '{TERM}'?"),
        (("small/models", TERM, "Lyne"), "did you mean 'Line'?"),
        (("small/models", TERM, "9"), "column '9' is not known"),
        (("small/models", "s.e.", "1"), "row 's.e.' stands"),
        (("small/models", TERM, "2"), "no record is behind ''"),
    ],
)
def test_a_wrong_word_is_told_with_what_there_is(project, words, message):
    with pytest.raises(DataError) as caught:
        trace(project, *words)
    assert message in str(caught.value)


def test_data_changed_since_the_run_are_told(project):
    path = project.raw / "prices.csv"
    path.write_text(path.read_text() + "\n")
    assert "(NOT as registered)" in fact(trace(project, "small/yen", "1", "2"), "raw: ")


def test_a_panel_of_ones_own_is_named_with_its_checksum(project, capsys):
    rows = [f"{c},{year},{year % 7},{year % 5}" for c in "ABC" for year in range(1980, 1990)]
    brought = project.root / "own.csv"
    brought.write_text("\n".join(["iso3,year,y,x", *rows]) + "\n")
    (project.specs / "own.toml").write_text(
        '[study]\nid = "own"\ntitle = "Own"\nentity = "iso3"\ntime = "year"\n\n'
        '[[models]]\nid = "m"\nformula = "y ~ x"\n'
    )
    root = ["--project", str(project.root)]
    assert main([*root, "run", str(project.specs / "own.toml"), "--data", str(brought)]) == 0
    assert main([*root, "trace", "own/models", "x", "1"]) == 0
    checksum = hashlib.sha256(brought.read_bytes()).hexdigest()
    assert f"panel brought by the user: own.csv, sha256 {checksum}" in capsys.readouterr().out


@pytest.mark.parametrize("command", [("report",), ("trace", "small/models", TERM, "1"), ("claims",)])
def test_results_of_another_program_are_refused_in_one_line(project, capsys, command):
    """Their records may have other names and mean other things, whatever the checksums say."""
    path = project.current / "small" / "manifest.json"
    about = json.loads(path.read_text())
    path.write_text(json.dumps({**about, "code": {**about["code"], "replication/records/records.py": "0"}}))
    project.claims.mkdir(exist_ok=True)
    reading = """
[[claims.readings]]
basis = "data"
compute = "a"
inputs.a = { study = "small", table = "statistics", where = "statistic == 'stake'", by = "sum" }
"""
    (project.claims / "mine.toml").write_text(HEAD + CLAIM + reading)
    assert main(["--project", str(project.root), *command]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and "another version of the program made it" in told[0] and "(make all)" in told[0]
