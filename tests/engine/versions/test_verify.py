"""Two clean runs of a small project, and the page that attests them."""

from __future__ import annotations

import json

import pytest

from replication.errors import DataError
from replication.versions.attest import (
    ALL_MATERIALS,
    FROM_RAW,
    FULL,
    MINOR,
    NEW,
    NONE,
    PARTIAL,
    classify,
    exhibits,
)
from replication.versions.compare import Comparison
from replication.versions.freeze import freeze
from replication.versions.grades import Move, Verdict
from replication.versions.rehearse import SETTINGS, rehearse
from replication.versions.verify import verify


def test_two_clean_runs_agree_with_each_other_and_with_the_frozen_version(project):
    freeze(project, "first")
    text, passed = verify(project)
    assert passed
    assert project.attestation.read_text(encoding="utf-8") == text
    about = json.loads(project.attestation.with_suffix(".json").read_text(encoding="utf-8"))
    assert about["passed"] and about["baseline"] == "v1" and about["differing_between_runs"] == []
    assert {(e["classification"], e["acre_level"]) for e in about["exhibits"]} == {(FULL, FROM_RAW)}
    assert {e["exhibit"] for e in about["exhibits"]} == {"models", "yen", "figure coefficients"}
    steps = [step["command"] for step in about["runs"][0]["steps"]]
    assert steps == ["data", "run specs/small.toml", "report"]
    assert all(step["seconds"] > 0 and step["memory"] > 10 for step in about["runs"][1]["steps"])
    assert about["runs"][0]["settings"] != about["runs"][1]["settings"]
    assert "| small | 3 | full reproduction | 10 | figure coefficients, models, yen |" in text
    assert "the verification **passes**" in text


def test_a_run_that_fails_is_told_with_its_step(project):
    project.registry.unlink()
    with pytest.raises(DataError, match=r"clean run: replicate data failed: replicate: data/raw/SOURCES"):
        rehearse(project, project.root / "rehearsal")


def test_the_settings_differ_in_all_that_must_not_matter():
    names = [name for name, _ in SETTINGS]
    first, second = (settings for _, settings in SETTINGS)
    assert len({len(name) for name in names}) == 2 and any(" " in name and "ö" in name for name in names)
    assert first.keys() == second.keys() >= {"OMP_NUM_THREADS", "PYTHONHASHSEED", "TZ", "LC_ALL"}
    assert all(first[key] != second[key] for key in first)


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


def test_records_are_no_exhibits():
    verdicts = (Verdict("s", "estimates.csv", 3), Verdict("s", "figures/f.svg", 3))
    assert [item.exhibit for item in exhibits(Comparison("a", "b", verdicts))] == ["figure f"]
