"""A file of printed tables in a made-up project: graded, written, shown, told what is wrong with it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
import pytest

from replication.cli import main
from replication.errors import DataError
from replication.project.files import sha256
from replication.project.places import Project
from replication.project.readback import read_back
from replication.publish.rounding import fixed
from replication.versions.trace import trace
from replication.versions.why import why
from tests.support.made_up import copied, in_one_process, lay_out

ARTICLE = """
[article]
id = "nobody_2000"
title = "A <b>text</b> & its table"
citation = "Nobody (2000)."
study = "first"
tolerance = 0.1

[terms]
"X (score)" = "x"

[[tables]]
id = "one"
title = "Table 1"
stars = { "*" = 0.05 }

[[tables.columns]]
id = "1"
model = "line"
printed = { nobs = "NOBS" }

[[tables.columns]]
id = "2"
missing = "its data are not at hand"
printed = { nobs = "40" }
"""
HEADINGS = "table,column,term,estimate,error\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    """The project with the results of its first study."""
    project = lay_out(tmp_path_factory.mktemp("graded") / "project")
    for words in (["data"], ["run", str(project.specs / "first.toml")]):
        assert main(["--project", str(project.root), *words]) == 0
    return project


@pytest.fixture
def project(made, tmp_path) -> Project:
    """A copy with a file of printed tables: x exact, z a little off, in column 1; both lost in column 2."""
    project = copied(made.root, tmp_path / "project")
    estimates = pd.read_csv(project.current / "first" / "estimates.csv").set_index("term")
    models = pd.read_csv(project.current / "first" / "models.csv").set_index("name")["value"]
    x, z = estimates.loc["x"], estimates.loc["z"]
    of_x, of_z = ("*" if term["p_value"] < 0.05 else "" for term in (x, z))
    cells = [
        f"one,1,X (score),{fixed(x['estimate'], 4)}{of_x},({fixed(x['std_error'], 3)})",
        f"one,1,z,{fixed(1.05 * z['estimate'], 4)}{of_z},",
        'one,2,X (score),"1,234.5",(0.3)',
    ]
    project.published.mkdir()
    nobs = f"{models['nobs']:.0f}"
    (project.published / "nobody.toml").write_text(ARTICLE.replace("NOBS", nobs), encoding="utf-8")
    (project.published / "nobody.csv").write_text(HEADINGS + "\n".join(cells) + "\n", encoding="utf-8")
    return project


def run(project: Project, *words: str) -> int:
    return main(["--project", str(project.root), *words])


def cells_of(project: Project) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(read_back(project.graded, "cells.parquet")))


def test_every_printed_cell_has_a_grade(project, capsys):
    assert run(project, "published") == 0
    assert "nobody_2000: Table 1: 10 cells: 5 exact, 1 value, 4 not computable" in capsys.readouterr().out
    cells = cells_of(project).set_index(["column", "term", "quantity"])
    assert cells.loc[("1", "X (score)", "estimate"), "grade"] == "exact"
    assert cells.loc[("1", "X (score)", "std_error"), "grade"] == "exact"
    assert cells.loc[("1", "z", "estimate"), "grade"] == "value"
    assert cells.loc[("2", "X (score)", "estimate"), "printed"] == 1234.5
    assert cells.loc[("2", "X (score)", "estimate"), "reason"] == "its data are not at hand"


def test_counts_name_every_grade_and_add_up(project):
    assert run(project, "published") == 0
    counts = pd.read_csv(project.graded / "counts.csv")
    assert counts["cells"].sum() == len(cells_of(project))
    assert list(counts["grade"])[0] == "exact"
    assert list(counts["grade"])[-1] == "not computable"


def test_one_file_is_shown_cell_by_cell_and_nothing_is_written(project, capsys):
    assert run(project, "published", str(project.published / "nobody.toml")) == 0
    said = capsys.readouterr().out
    assert "X (score)" in said
    assert "its data are not at hand" in said
    assert not project.graded.exists()


def test_the_report_holds_the_grades_escaped(project):
    assert run(project, "published") == 0
    assert run(project, "report") == 0
    page = project.report.read_text(encoding="utf-8")
    assert '<figure id="table-published-nobody_2000_one"' in page.replace(' class="table"', "")
    assert "<b>text</b>" not in page


def test_why_and_all_know_the_grades(project, capsys, monkeypatch):
    in_one_process(monkeypatch)
    assert "printed tables: missing" in why(project)
    assert run(project, "published") == 0
    assert "printed tables: up to date" in why(project)
    cells = project.published / "nobody.csv"
    cells.write_text(cells.read_text(encoding="utf-8") + "one,2,z,0.1,\n", encoding="utf-8")
    assert "printed tables: printed tables changed: nobody.csv" in why(project)
    assert run(project, "all", "published") == 0
    assert "printed tables: up to date" in why(project)
    for path in project.published.iterdir():
        path.unlink()
    assert "printed tables: no file of published asks for it" in why(project)


def test_a_claim_may_name_a_printed_cell(project, capsys):
    claims = project.claims / "one.toml"
    text = claims.read_text(encoding="utf-8")
    start = text.index("inputs.price")
    where = "column == '2' and term == 'X (score)' and quantity == 'estimate'"
    named = (
        f'inputs.price = {{ study = "published", table = "cells", where = "{where}", take = "printed" }}\n'
    )
    text = (
        (text[:start] + named)
        .replace("value = 110", "value = 1234.5")
        .replace('unit = "yen"', 'unit = "points"')
    )
    claims.write_text(text, encoding="utf-8")
    assert run(project, "claims", "check", str(claims)) == 2
    assert "replicate published" in capsys.readouterr().err
    assert run(project, "published") == 0
    assert run(project, "claims", "check", str(claims)) == 0
    assert "reproduced" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("toml", 'study = "first"', 'study = "third"', "third has no results"),
        ("toml", 'model = "line"', 'model = "lien"', "model 'lien' is not known"),
        ("toml", 'model = "line"', 'model = "line"\nerror = "robust"', "error 'robust' is not known"),
        ("toml", "nobs =", "nobbs =", "statistic 'nobbs' is not known"),
        ("toml", 'missing = "its', 'model = "line"\nmissing = "its', "names a model and why there is none"),
        ("toml", '"X (score)" = "x"', "", "term 'X (score)' is not known"),
        ("toml", "tolerance = 0.1", "tolerance = 1.5", "tolerance"),
        ("toml", '"*" = 0.05', '"*" = 0.05, "**" = 0.05', "two marks for one level"),
        ("toml", 'title = "Table 1"', "titel = 3", "did you mean 'title'"),
        ("csv", "estimate,error", "estimat,error", "headings are"),
        ("csv", "one,1,z", "two,1,z", "table 'two' is not known"),
        ("csv", "one,1,z", "one,3,z", "column '3' is not known"),
        ("csv", "one,1,z", "one,1,X (score)", "stands twice"),
        ("csv", '"1,234.5"', '"1;234"', "behind the number"),
        ("csv", '"1,234.5"', '"1,234.5\u2020"', "one of the table's stars"),
        ("csv", ",(0.3)", "", "has 4 cells"),
        ("csv", '"1,234.5",(0.3)', ",", "nothing is printed"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_clear_line_and_exit_2(project, capsys, file, old, new, said):
    path = project.published / f"nobody.{file}"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert run(project, "published") == 2
    error = capsys.readouterr().err
    assert error.startswith("replicate: nobody.")
    assert said in error
    assert error.count("\n") == 1
    assert not project.graded.exists()


def test_missing_cells_and_missing_files_are_told(project, capsys):
    (project.published / "nobody.csv").unlink()
    assert run(project, "published") == 2
    assert "nobody.csv: there is no such file" in capsys.readouterr().err
    (project.published / "nobody.toml").unlink()
    assert run(project, "published") == 2
    assert "docs/published.md" in capsys.readouterr().err


def test_a_study_cannot_take_the_name_of_the_grades(project, tmp_path: Path, capsys):
    study = tmp_path / "published.toml"
    study.write_text('[study]\nid = "published"\ntitle = "No"\n', encoding="utf-8")
    assert run(project, "run", str(study)) == 2
    assert "the grades of printed tables" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "column", "record", "file"),
    [
        ("X (score)", "Ours", "estimates.csv", "nobody.csv"),
        ("1 / X (score)", "Table 1", "estimates.csv", "nobody.csv"),
        ("1 / X (score) / Standard error", "Table 1", "estimates.csv", "nobody.csv"),
        ("1 / Observations", "2", "models.csv", "nobody.toml"),
        ("2 / X (score)", "Table 1", None, "nobody.csv"),
    ],
)
def test_a_graded_cell_is_traced_to_the_print_and_to_our_record(project, row, column, record, file):
    assert run(project, "published") == 0
    if row == "X (score)":
        with pytest.raises(DataError, match="stands 2 times; say which"):
            trace(project, "published/nobody_2000_one", row, column)
        row = f"1 / {row}"
    told = trace(project, "published/nobody_2000_one", row, column)
    assert told[1].startswith("record: results/current/published/cells.csv, line ")
    checksum = sha256(project.published / file)
    assert f"print: published/{file}, sha256 {checksum} (as graded)" in told
    assert "  Nobody (2000)." in told
    ours = [line for line in told if line.startswith(f"record: results/current/first/{record}")]
    assert len(ours) == (record is not None)
    assert any(line.startswith("raw: ") for line in told) == (record is not None)


def test_the_first_page_tells_the_grades_and_the_section_leads_to_the_files(project):
    assert run(project, "published") == 0 and run(project, "report") == 0
    page = project.report.read_text(encoding="utf-8")
    front = page[: page.index("<main")]
    assert re.search(r"A &lt;b&gt;text&lt;/b&gt; &amp; its table: Table 1</b>: \d+ cells: \d+ exact", front)
    assert 'href="published/tables/nobody_2000_one.csv"' in page
    for link in re.findall(r'href="([^"#]+)"', page):
        assert (project.report.parent / link).is_file(), link
