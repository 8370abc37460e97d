"""A study on a file of one's own is a study like any other: make, trace, freeze, check, why, deposit."""

from __future__ import annotations

import pytest

from replication.cli import main
from tests.support.made_up import in_one_process, lay_out

STUDY = """
[study]
id = "own"
title = "A panel of one's own"
data = "../data/own.csv"
entity = "land"
time = "year"

[[models]]
id = "m"
formula = "y ~ lag(x) + z"

[[tables]]
id = "models"
title = "Models"
models = ["m"]

[[tables]]
id = "summary"
title = "Summary"
summary = ["y", "lag(x)"]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = lay_out(tmp_path_factory.mktemp("own") / "project")
    (project.root / "data" / "own.csv").write_text(
        (project.raw / "panel.csv").read_text().replace("A,1980", "A,1979")
    )
    (project.specs / "own.toml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        in_one_process(patch)
        assert main(["--project", str(project.root), "all", "report"]) == 0
    assert main(["--project", str(project.root), "freeze", "--why", "first"]) == 0
    return project


@pytest.fixture
def call(project, capfd):
    def run(*words: str, code: int = 0) -> str:
        assert main(["--project", str(project.root), *words]) == code
        told = capfd.readouterr()
        return told.out + told.err

    return run


def test_it_joins_make_and_the_report(project, call):
    assert "nothing has changed: 3 tables, 3 studies" in call("all", "report")
    assert "A panel of one&#39;s own" in project.report.read_text().replace("’", "&#39;").replace(
        "'", "&#39;"
    )


def test_its_cells_are_traced_to_the_file(call):
    for words in (("own/models", "z", "2"), ("own/summary", "y", "Mean")):
        assert "panel brought by the user: ../data/own.csv, sha256" in call("trace", *words)


def test_it_is_frozen_and_checked(call):
    assert call("check").startswith("PASS: all 5 tables")


def test_the_deposit_carries_the_file_and_runs_with_it(project, call):
    assert "no findings" in call("deposit")
    copied = project.deposit / "data" / "own.csv"
    assert copied.read_bytes() == (project.root / "data" / "own.csv").read_bytes()


def test_another_file_makes_it_late(project, call):
    path = project.root / "data" / "own.csv"
    before = path.read_text()
    path.write_text(before.replace("A,1979", "A,1978"))
    assert "study own: data changed: ../data/own.csv" in call("why")
    path.write_text(before)
