"""A made-up project of another author runs from raw figures to the report, and nothing names our papers."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

from replication.cli import main
from tests.support.made_up import copied, in_one_process, lay_out

PAPERS = re.compile("katada|posen|hatch(?!ing)|matsumura|japan", re.I)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    project = lay_out(tmp_path_factory.mktemp("made_up") / "project")
    with pytest.MonkeyPatch.context() as patch:
        in_one_process(patch)
        assert main(["--project", str(project.root), "all"]) == 0
    return project


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_everything_is_made(made):
    for name in ("first/manifest.json", "second/manifest.json", "claims/ledger.html", "report.html"):
        assert (made.current / name).is_file(), name


def test_the_numbers_are_those_of_its_own_raw_file(made):
    rows = rows_of(made.raw / "panel.csv")
    y, x, z = (np.array([float(row[name]) for row in rows]) for name in "yxz")
    by_hand = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x, z]), y, rcond=None)[0]
    found = [float(row["estimate"]) for row in rows_of(made.current / "first" / "estimates.csv")]
    np.testing.assert_allclose(found, by_hand, rtol=1e-10)


def test_its_title_is_its_own_and_nothing_names_the_four_papers(made):
    assert "A project" in made.report.read_text(encoding="utf-8")
    paths = [path for folder in (made.current, made.processed) for path in folder.rglob("*")]
    texts = [path for path in paths if path.suffix in (".html", ".md", ".csv", ".tex", ".svg")]
    assert len(texts) > 10
    assert [path.name for path in texts if PAPERS.search(path.read_text(encoding="utf-8"))] == []


def test_a_table_that_is_missing_is_made_again(made, tmp_path):
    project = copied(made.root, tmp_path / "copy")
    before = (project.processed / "means.parquet").read_bytes()
    (project.processed / "means.parquet").unlink()
    assert main(["--project", str(project.root), "all"]) == 0
    assert (project.processed / "means.parquet").read_bytes() == before


SETTINGS = "[tool.replication]\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cleaning/figures.py", "def broken(:\n", "cleaning/figures.py: cannot be loaded: line 1"),
        ("cleaning/figures.py", "import nowhere\n", "figures.py: cannot be loaded: No module named"),
        ("cleaning/again.py", "from .figures import RECIPES\n", "table panel is made by another module too"),
        (
            "cleaning/kinds.py",
            "from replication.sources.schema import Column\nColumn('a', 'year', 'u', 'm')\n",
            "kinds.py: cannot be loaded: column a: kind 'year' is not known; allowed: boolean, integer",
        ),
        ("pyproject.toml", f"{SETTINGS}titel = 'x'\n", r"pyproject.toml, \[tool.replication\]: .*'titel'"),
    ],
)
def test_a_fault_of_its_own_is_one_line(made, tmp_path, monkeypatch, capfd, name, text, message):
    in_one_process(monkeypatch)
    project = copied(made.root, tmp_path / "copy")
    (project.root / name).write_text(text, encoding="utf-8")
    assert main(["--project", str(project.root), "all"]) == 2
    told = "".join(capfd.readouterr())
    assert re.search(message, told), told
    assert "Traceback" not in told


def test_a_study_whose_keys_nobody_names_is_one_line(made, tmp_path, capfd):
    project = copied(made.root, tmp_path / "copy")
    study = project.specs / "first.toml"
    study.write_text(study.read_text().replace('entity = "land"\n', ""), encoding="utf-8")
    assert main(["--project", str(project.root), "run", str(study)]) == 2
    assert "study.entity: this key is missing; it names the column" in capfd.readouterr().err
