"""Why each thing would be made again, after each kind of change."""

from __future__ import annotations

import shutil

import pytest

from replication.cli import main
from replication.versions import why as module
from replication.versions.freeze import freeze
from replication.versions.why import outdated, why


def lines(project, name):
    return [line for line in why(project) if line.startswith(f"{name}:")]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_was_just_made_is_up_to_date(project):
    told = why(project)
    assert outdated(project) == []
    assert "table panel: up to date" in told
    assert told[-4:] == [
        "study small: up to date",
        "second opinion small: up to date",
        "report: up to date",
        "frozen versions: none yet",
    ]


def test_a_time_stamp_alone_is_no_reason(project):
    for path in (project.raw / "panel.csv", project.specs / "small.toml"):
        path.touch()
    assert outdated(project) == []


def test_a_changed_input_reaches_everything_that_rests_on_it(project):
    with (project.raw / "panel.csv").open("a") as stream:
        stream.write("\n")
    assert lines(project, "table panel") == ["table panel: input changed: data/raw panel.csv"]
    assert lines(project, "table prices") == ["table prices: up to date"]
    assert lines(project, "study small") == ["study small: cascade: table panel"]
    assert lines(project, "report") == ["report: cascade: second opinion small, study small"]


def test_a_changed_study_is_told(project):
    edit(project.specs / "small.toml", "y > 0", "y > 0.1")
    assert lines(project, "study small") == ["study small: study changed"]
    assert lines(project, "report") == ["report: cascade: second opinion small, study small"]


def test_a_table_made_again_with_other_figures_is_told(project):
    shutil.copyfile(project.processed / "means.parquet", project.processed / "prices.parquet")
    assert lines(project, "table prices") == ["table prices: edited: prices.parquet"]
    assert lines(project, "study small") == [
        "study small: input changed: data/processed prices.parquet",
        "study small: cascade: table prices",
    ]


@pytest.mark.parametrize(
    ("module_path", "touched"),
    [
        ("replication/estimate/linear/linear.py", {"study small"}),
        ("replication/project/files.py", {"table panel", "study small", "report"}),
        ("replication/publish/templates/style.css", {"study small", "report"}),
        ("replication/report/report_page.py", {"report"}),
        ("replication/deposit/readme.py", set()),
        ("replication/report/gather.py", {"report"}),
        ("replication/versions/why.py", set()),
    ],
)
def test_changed_code_is_told_where_it_matters(project, monkeypatch, module_path, touched):
    import replication.project.fingerprint as fingerprint

    now = {**fingerprint.all_code(), module_path: "0" * 64}
    monkeypatch.setattr(fingerprint, "all_code", lambda: now)
    said = {line.partition(":")[0] for line in why(project) if f"code changed: {module_path}" in line}
    assert said & {"table panel", "study small", "report"} == touched


def test_other_packages_are_told(project, monkeypatch):
    now = {**module.packages(), "numpy": "9.9"}
    monkeypatch.setattr(module, "packages", lambda: now)
    assert "study small: packages changed: numpy" in why(project)


def test_what_is_missing_is_told(project):
    (project.current / "small" / "models.csv").unlink()
    assert lines(project, "study small") == ["study small: missing: models.csv"]
    shutil.rmtree(project.current)
    assert lines(project, "study small") == ["study small: missing"]
    assert lines(project, "report") == ["report: missing"]
    shutil.rmtree(project.processed)
    assert lines(project, "tables") == ["tables: missing"]


def test_results_of_a_study_that_is_gone_are_told(project):
    (project.specs / "small.toml").unlink()
    assert lines(project, "study small") == ["study small: no study file in specs asks for it"]


def test_the_frozen_state_is_told(project):
    freeze(project, "first")
    assert why(project)[-1] == "frozen versions: v1; current results are the same"
    edit(project.specs / "small.toml", "y > 0", "y > 0.1")
    assert main(["--project", str(project.root), "run", str(project.specs / "small.toml")]) == 0
    assert why(project)[-1].startswith("frozen versions: v1; current results differ in ")
    (project.results / "v1" / "report.html").chmod(0o644)
    (project.results / "v1" / "report.html").write_text("")
    assert "was changed after the freeze" in why(project)[-1]
