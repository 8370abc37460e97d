"""Clean runs of a small project under other kernels, and the page that attests them."""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import replace

import pytest

from replication.errors import DataError
from replication.project.arithmetic import X86
from replication.project.places import Project
from replication.versions import verify as verifying
from replication.versions.attest import (
    ALL_MATERIALS,
    FROM_RAW,
    FULL,
    MINOR,
    NEW,
    NONE,
    PARTIAL,
    PRECISE,
    as_markdown,
    classify,
    exhibits,
)
from replication.versions.compare import Comparison
from replication.versions.freeze import freeze
from replication.versions.grades import Move, Verdict
from replication.versions.rehearse import (
    FIRST,
    OTHER_MACHINES,
    SECOND,
    _steps,
    rehearse,
    settings,
)


@pytest.fixture(scope="module")
def runs(made, tmp_path_factory):
    """A clean run for each setting that this machine can show; not to be written to.

    The shell of the second asks for other kernels too, which a run that is not `--native` does not heed.
    """
    first, second, *others = settings()
    asked = {"OPENBLAS_CORETYPE": "Haswell"} if platform.machine() in X86 else {}
    second = replace(second, environment={**second.environment, **asked})
    return rehearse(Project(made), tmp_path_factory.mktemp("runs"), [first, second, *others])


def test_clean_runs_agree_whatever_the_kernels_and_with_the_frozen_version(project, runs, monkeypatch):
    def made_before(asked, folder, chosen):
        assert asked == project and folder.is_dir() and chosen == settings()
        return runs

    monkeypatch.setattr(verifying, "rehearse", made_before)
    freeze(project, "first")
    text, passed = verifying.verify(project)
    assert passed
    assert project.attestation.read_text(encoding="utf-8") == text
    about = json.loads(project.attestation.with_suffix(".json").read_text(encoding="utf-8"))
    assert about["passed"] and about["baseline"] == "v1" and about["differing_between_runs"] == []
    assert {(e["classification"], e["acre_level"]) for e in about["exhibits"]} == {(FULL, FROM_RAW)}
    assert {e["exhibit"] for e in about["exhibits"]} == {
        "models",
        "yen",
        "figure coefficients",
        PRECISE,
        "accounts",
        "report",
    }
    steps = [step["command"] for step in about["runs"][0]["steps"]]
    assert steps == ["data", "run specs/small.toml", "crosscheck specs/small.toml", "report"]
    assert all(step["seconds"] > 0 and step["memory"] > 10 for step in about["runs"][1]["steps"])
    assert [run["setting"] for run in about["runs"]] == [setting.told for setting in settings()]
    assert len(about["comparisons"]) == len(settings()) and all(c["passed"] for c in about["comparisons"])
    assert "| small | 5 | full reproduction | 10 |" in text
    assert "the verification **passes**" in text


@pytest.mark.skipif(platform.machine() not in X86, reason="kernels are chosen on x86 alone")
def test_other_kernels_are_truly_other_and_far_from_what_is_allowed(project, runs):
    found = verifying.verified(project, runs)
    assert found.others and all(run.setting in OTHER_MACHINES for run, _ in found.others)
    for run, judged in found.others:
        assert judged.passed and {c.what for c in judged.causes} <= {"kernels", "C library"}, run.setting.told
        moves = [move for verdict in judged.found.verdicts for move in verdict.moves]
        assert moves or not run.setting.native, f"{run.setting.told}: nothing moved, so nothing was tried"
        assert all(move.relative < 1e-10 for move in moves)  # a tenth of the strictest tolerance


@pytest.mark.skipif(platform.machine() not in X86, reason="kernels are chosen on x86 alone")
def test_machines_of_x86_give_the_same_bytes(runs):
    first, found = (bytes_of(run.project.current) for run in runs[:2])
    assert {"small/estimates.csv", "small/telemetry.csv", "report.html"} <= first.keys()
    assert [name for name in {*first, *found} if first.get(name) != found.get(name)] == []


def bytes_of(folder):
    """Every file of a folder of results by its bytes; manifests apart, which also name the machine."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_clean_run_makes_all_that_the_project_declares(project):
    study = project.specs / "small.toml"
    study.write_text(study.read_text() + '\n[[robustness]]\nid = "other"\n')
    shutil.rmtree(project.results)
    shutil.rmtree(project.processed)
    made = [step[0] for step in _steps(project)]
    assert made == ["data", "run", "robustness", "crosscheck", "report"]


def test_a_run_that_fails_is_told_with_its_step(project):
    project.registry.unlink()
    with pytest.raises(DataError, match=r"clean run: replicate data failed: replicate: data/raw/SOURCES"):
        rehearse(project, project.root / "rehearsal", [FIRST])


def test_the_two_runs_differ_in_all_that_must_not_matter():
    first, second = FIRST.environment, SECOND.environment
    assert len(FIRST.folder) != len(SECOND.folder) and " " in SECOND.folder and "ö" in SECOND.folder
    assert first.keys() == second.keys() >= {"OMP_NUM_THREADS", "PYTHONHASHSEED", "TZ", "LC_ALL"}
    assert all(first[key] != second[key] for key in first)


def spoiled(project, made):
    """Each way in which a verification can fail, on the runs of one that passes."""
    runs = [
        replace(run, project=Project(shutil.copytree(run.project.root, project.root / "runs" / str(place))))
        for place, run in enumerate(made[:2])
    ]

    def plant(run, path, old, new):
        place = runs[run].project.current / path
        place.write_bytes(place.read_bytes().replace(old, new, 1))

    yield "the two runs", lambda: plant(1, "report.html", b"<main ", b"<main  "), runs
    yield "a record", lambda: plant(0, "small/models.csv", b"nobs,,55", b"nobs,,56"), runs
    yield (
        "an exhibit",
        lambda: plant(0, "small/tables/models.csv", b"Observations,55", b"Observations,56"),
        runs,
    )


def test_the_sentence_and_the_table_of_the_attestation_say_the_same(project, runs):
    freeze(project, "first")
    for name, spoil, spoilt in spoiled(project, runs):
        spoil()
        found = verifying.verified(project, spoilt)
        text = as_markdown(found)
        assert not found.passed and "the verification **FAILS**" in text and "| **FAILS** |" in text, name
        if name != "the two runs":
            assert f"| {MINOR} |" in text, name


@pytest.mark.parametrize(
    ("share", "name"),
    [(0.0, FULL), (0.01, MINOR), (0.25, MINOR), (0.26, PARTIAL), (0.75, PARTIAL), (0.76, NONE), (1.0, NONE)],
)
def test_the_class_goes_by_quarters(share, name):
    assert classify(share) == name


def judged(cells, *grades):
    moves = tuple(Move("cell", grade, "1", "2") for grade in grades)
    return exhibits(Comparison("v1", "run", (Verdict("s", "tables/t.csv", cells, moves),)))[0]


def test_an_exhibit_is_judged_by_its_cells():
    assert (judged(10).classification, judged(10).acre_level) == (FULL, FROM_RAW)
    assert judged(10, "rounding", "rounding").classification == FULL
    assert judged(10, "value").classification == MINOR
    found = judged(10, *["value"] * 5)
    assert (found.classification, found.acre_level, found.differing) == (PARTIAL, ALL_MATERIALS, 5)
    assert judged(10, *["vanished"] * 9).classification == NONE
    assert judged(1, "vanished").classification == NONE
    assert (judged(1, "appeared").classification, judged(1, "appeared").acre_level) == (NEW, None)


def test_the_media_of_a_table_are_one_exhibit_and_the_records_of_a_study_another():
    move = Move("cell", "value", "1", "2")
    verdicts = (
        Verdict("s", "estimates.csv", 3),
        Verdict("s", "models.csv", 2, (move,)),
        Verdict("s", "tables/t.csv", 4),
        Verdict("s", "tables/t.tex", 1, (move,)),
        Verdict("s", "figures/f.svg", 3),
    )
    found = [(item.exhibit, item.differing, item.cells) for item in exhibits(Comparison("a", "b", verdicts))]
    assert found == [(PRECISE, 1, 5), ("t", 1, 4), ("figure f", 0, 3)]
