"""The robustness of a made-up study: a folder of tables, curves and figures, made again when it must be."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from replication.cli import main
from replication.errors import EstimationError, StudyError
from replication.project.files import write_parquet
from replication.project.readback import read_manifest
from replication.publish.exhibits import WRITERS
from replication.robustness import executors
from replication.robustness.curve_summary import summary
from replication.robustness.executors import here
from replication.robustness.influence import cluster_influence, estimated
from replication.robustness.robust_study import run_robustness
from replication.robustness.tasks import Singles
from replication.spec.read_study import read_study
from replication.study.panels import panels_of
from replication.versions.media import disagreements, report_disagreements
from replication.versions.remake import remake
from replication.versions.trace import trace
from replication.versions.trace_beside import curve_table
from tests.support import made_up

ENTRY = """
[[robustness]]
id = "curve"
title = "x"
model = "line"
term = "x"
never = [{ effects = "entity, time", controls = "z" }]
inference = { draws = 99 }

[robustness.influence]
leave_out = ["land", "year"]
breaks = ["x"]
omitted = { benchmarks = ["z"] }
printed_to = { y = 0.001 }
draws = 5

[[robustness.choices]]
id = "controls"
controls = "all_subsets"

[[robustness.choices]]
id = "outcome"
outcome = ["asinh(y)"]
reason = "large figures count for less"

[[robustness.choices]]
id = "effects"
effects = [["entity"], ["entity", "time"]]

[[robustness.choices]]
id = "without"
leave_out = "land"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = made_up.lay_out(tmp_path_factory.mktemp("robust") / "project")
    study = project.specs / "first.toml"
    study.write_text(study.read_text() + ENTRY)
    assert main(["--project", str(project.root), "data"]) == 0
    return project


@pytest.fixture(scope="module")
def folder(project):
    lines = run_robustness(project, project.specs / "first.toml")
    assert lines[0].startswith("curve: 70 specifications of 84 combinations")
    assert "the same to 1e-09" in lines[1]
    return project.robustness("first")


def reported(project):
    """The report page after a run of the study that has the curve."""
    for words in (["run", str(project.specs / "first.toml")], ["report"]):
        assert main(["--project", str(project.root), *words]) == 0
    return project.report.read_text()


def test_the_curve_is_written_whole(folder):
    curve = pd.read_parquet(folder / "curves" / "curve.parquet")
    assert len(curve) == 2 * 7 * (3 * 2 - 1)
    assert list(curve.columns[:4]) == ["controls: z", "outcome", "effects", "without"]
    assert curve["reported"].sum() == 1
    assert not ((curve["effects"] == "entity, time") & (curve["controls: z"] == "in")).any()
    records = pd.read_parquet(folder / "statistics.parquet")
    assert not records.duplicated(["statistic", "group", "period"]).any()
    records = records.set_index(["statistic", "group"])
    for name, value in summary(*(curve[name].to_numpy() for name in ("estimate", "p_value"))).items():
        assert records.loc[("curve_summary", name), "value"].item() == value


def test_every_table_is_written_in_every_format_and_says_the_same(folder):
    names = {path.name for path in (folder / "tables").iterdir()}
    kinds = ["choices", "summary", "test", "alternatives", "variance"]
    kinds += ["without_land", "without_year", "breaks", "omitted", "rounding"]
    assert names == {f"curve_{kind}.{ending}" for kind in kinds for ending in WRITERS}
    assert list(disagreements(folder)) == []
    assert {path.name for path in (folder / "figures").iterdir()} == {
        f"curve.{ending}" for ending in ("svg", "png", "pdf")
    }
    assert "large figures count for less" in (folder / "tables" / "curve_choices.md").read_text()


def test_the_study_file_names_every_table(project, folder):
    (spec,) = read_study(project.specs / "first.toml").robustness
    assert {path.stem for path in (folder / "tables").iterdir()} == {*spec.tables}
    titles = [(folder / "tables" / f"{name}.md").read_text() for name in spec.tables]
    for text, title in zip(titles, spec.tables.values(), strict=True):
        assert title in text


def test_every_figure_is_traced_to_its_record_and_its_model(project, folder):
    assert main(["--project", str(project.root), "run", str(project.specs / "first.toml")]) == 0
    lines = (folder / "statistics.csv").read_text().splitlines()
    for name in ("curve_summary", "curve_alternatives", "curve_without_land"):
        table = curve_table(folder, name)
        figures = [head for head, cell in zip(table.header, table.rows[0], strict=True) if cell.source][:2]
        for row, column in itertools.product(range(1, len(table.rows) + 1), figures):
            told = trace(project, f"first-robustness/{name}", str(row), column)
            place = int(told[1].split("line ")[1].split(":")[0])
            assert lines[place - 1].startswith(f"first,{name},")
            printed = float(told[0].rpartition("printed ")[2].replace(",", "").removeprefix("<") or "nan")
            value = float(told[1].split("value = ")[1].split(",")[0])
            assert printed == pytest.approx(value, abs=0.51)
            assert "robustness: curve of results/current/first/study.toml: x" in told
            assert any(line.startswith("model: line of results/current/first/study.toml") for line in told)
            assert any(line.startswith("raw: data/raw/") for line in told)


def test_a_studys_own_prose_quotes_its_curve(project, folder):
    study = project.specs / "first.toml"
    kept = study.read_text()
    said = 'answer = "Half of them lie below {curve_summary[median, Value] | 3}."'
    study.write_text(kept.replace("[study]\n", f"[study]\n{said}\n", 1))
    page = reported(project)
    records = pd.read_parquet(folder / "statistics.parquet").set_index(["statistic", "group"])
    median = records.loc[("curve_summary", "median"), "value"].item()
    shown = f"{median:.3f}".replace("-", "\u2212")
    link = f'<a class="number" href="#table-first-robustness-curve_summary">{shown}</a>'
    assert f"Half of them lie below {link}." in page
    study.write_text(kept)


def test_influence_is_what_the_functions_say(project, folder):
    study = read_study(project.specs / "first.toml")
    (panel,) = panels_of(project, study, None).values()
    records = pd.read_parquet(folder / "statistics.parquet").set_index(["statistic", "group", "period"])
    fit, covariance = estimated(panel, study.models[0])
    for column, cluster in (("land", "entity"), ("year", "time")):
        found = cluster_influence(fit, covariance, cluster)
        levels = sorted(panel.table[column].astype(str).unique())
        mine = found[found["term"] == "x"]
        told = records["value"].loc[f"curve_without_{column}"]
        assert told[[(level, "DFBETA") for level in levels]].tolist() == pytest.approx(
            mine["dfbeta"].tolist()
        )
        assert told[[(level, "Cook") for level in levels]].tolist() == pytest.approx(mine["cook"].tolist())
        # Without a level, the formula and the fit anew give the same coefficient.
        without = told[[(level, "Estimate") for level in levels]].tolist()
        assert without == pytest.approx(mine["without"].tolist(), rel=1e-9)
    assert records.loc[("curve_rounding", "as reported", "Estimate"), "value"] == fit.params[1]
    assert records.loc[("curve_omitted", "Oster: delta", "Value"), "value"] != 0


def test_a_run_that_was_stopped_goes_on_where_it_was(project, folder, tmp_path, monkeypatch):
    def run(executor):
        monkeypatch.setattr("replication.robustness.robust_study.executor_of", lambda word: executor)
        run_robustness(project, project.specs / "first.toml", out=tmp_path / "out")

    kept: list[str] = []

    def keep(path, table):
        kept.append(path.name)
        write_parquet(path, table)

    def stop_in_the_check(work, tasks):
        if isinstance(tasks[0], Singles):
            raise KeyboardInterrupt
        yield from here(work, tasks)

    monkeypatch.setattr(executors, "write_parquet", keep)
    with pytest.raises(KeyboardInterrupt):
        run(stop_in_the_check)
    assert [path.name for path in tmp_path.iterdir()] == [".out-unfinished.replicate"]
    before = len(kept)
    run(here)
    assert before > 1 and len(set(kept)) == len(kept) == before + 1  # the check alone
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for name in read_manifest(folder).files:
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_study_that_is_refused_leaves_nothing(project, tmp_path):
    study = tmp_path / "second.toml"
    text = (project.specs / "first.toml").read_text()
    study.write_text(text.replace("inference = {", 'inference = { under = "permutation",'))
    with pytest.raises(EstimationError, match="x varies within entity"):
        run_robustness(project, study, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == [study]


def test_all_cores_write_the_same_bytes(project, folder, tmp_path):
    run_robustness(project, project.specs / "first.toml", "cores", out=tmp_path / "out")
    for name in read_manifest(folder).files:
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_report_shows_the_curve_and_every_table(project, folder):
    page = reported(project)
    assert 'id="curve-first-robustness-curve"' in page and "figure.curve" in page
    assert report_disagreements(project.report, {"first-robustness": folder}) == []


def test_make_all_makes_it_once_and_removes_what_nothing_asks_for(project, folder, monkeypatch):
    made_up.in_one_process(monkeypatch)
    for item in (folder / "statistics.csv", folder / "manifest.json"):
        item.unlink()
    assert "robustness first" in " ".join(remake(project, "robustness").lines)
    assert (folder / "statistics.csv").exists()
    assert remake(project, "robustness").lines[0].startswith("nothing has changed")
    study = project.specs / "first.toml"
    study.write_text(study.read_text().replace(ENTRY, ""))
    remake(project, "report")
    assert not folder.exists() and project.report.exists()


def test_a_study_without_entries_is_refused(project):
    with pytest.raises(StudyError, match=r"second\.toml: robustness: the study has no entry"):
        run_robustness(project, project.specs / "second.toml")
