"""This repository's own engine against its newest frozen version: the models of that version, run again.

Studies are respecified between versions, and data are added; so the test runs the models of the study files
that were frozen (or takes today's results where the models are the same), and leaves out a study whose raw
figures behind them were changed since, which it says. What moved for a good reason (a corrected estimator,
another word of study files) is declared in MOVED, with the reason, until the next version is frozen: the list
must then be emptied, which the test asks for.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from replication.errors import UserError
from replication.project.places import Project
from replication.project.strict import read_json_as
from replication.sources.pipeline import raw_behind
from replication.spec.read_study import read_study
from replication.study.run import run_study
from replication.versions.compare import compare_folders
from replication.versions.content import result_folders
from replication.versions.grades import RANK
from replication.versions.sealed import newest
from tests.support.repository import HERE

LAST = newest(HERE)
# Version, study: why its numbers are others now.
MOVED: dict[tuple[str, str], str] = {}
# Keys that tell of statistics and tables, which are left out.
TOLD = r"^(finding|question|answer|undone|exhibits) = (\"{3}.*?\"{3}|\".*?\"|\[.*?\])\n"
STUDIES = sorted(name for name, path in result_folders(LAST[1]).items() if (path / "study.toml").is_file())


@pytest.fixture(scope="module")
def project(everything_made):
    return everything_made


def models_of(path: Path) -> str:
    """The models of a study file and what they rest on, without its tables and figures."""
    blocks = re.split(r"^(?=\[)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    kept = [block for block in blocks if re.match(r"\[{1,2}(study|variables|models)\b", block)]
    return "".join(re.sub(TOLD, "", block, flags=re.M | re.S) for block in kept)


def results_of(project: Project, study: Path) -> Path:
    """Results of a file of models alone: those of today's study where it has the same, else run anew."""
    today = project.specs / study.name
    if today.exists() and models_of(today) == study.read_text(encoding="utf-8"):
        return project.current / study.stem
    run_study(project, study, out=study.with_suffix(""))
    return study.with_suffix("")


@pytest.mark.parametrize("study", STUDIES)
def test_the_coefficients_of_the_newest_version_come_out_again(project, study, tmp_path):
    name, folder = LAST
    frozen = read_json_as(folder / study / "manifest.json", dict[str, Any])
    if (name, study) in MOVED:
        pytest.skip(f"{study} differs from {name}: {MOVED[name, study]}")
    try:
        path = tmp_path / f"{study}.toml"
        path.write_text(models_of(folder / study / "study.toml"), encoding="utf-8")
        spec = read_study(path)
        panels = sorted({str(model.data or spec.study.data) for model in spec.models})
        now = raw_behind(project, panels)
        known = frozen["raw"]  # a file that was added since adds columns and changes none
        changed = sorted(path for path in now if path in known and now[path] != known[path])
        if changed:
            pytest.skip(
                f"{study} differs from {name} because its data were changed: {', '.join(changed[:4])}"
            )
        results = results_of(project, path)
    except UserError as problem:
        pytest.fail(
            f"{name}'s study file can no longer be run; declare it in MOVED if it is meant: {problem}"
        )
    found = compare_folders(folder / study, results, (name, "now"))
    estimates = next(verdict for verdict in found.verdicts if verdict.table == "estimates.csv")
    over = [move for move in estimates.moves if RANK[move.grade] > RANK["rounding"]]
    assert over == [], f"{len(over)} cells; declare the study in MOVED if they are meant to move"


def test_what_is_declared_as_moved_is_of_the_newest_version():
    assert {version for version, _ in MOVED} <= {LAST[0]}
    assert all(len(why) > 20 for why in MOVED.values())


def test_a_version_has_coefficients_to_compare():
    counts = [len(pd.read_csv(LAST[1] / study / "estimates.csv")) for study in STUDIES]
    assert sum(counts) > 100
