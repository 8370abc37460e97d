"""The check as a user runs it: planted changes, thresholds, causes, exit codes, speed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from replication.cli import main
from replication.errors import StudyError
from replication.versions.check import NONE_YET, check, compare_words, threshold
from replication.versions.freeze import freeze


def plant(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def frozen(project):
    freeze(project, "the first")
    return project


def field(project, row, column):
    """A number of the estimates as it is written."""
    lines = (project.current / "small" / "estimates.csv").read_text().splitlines()
    return lines[row].split(",")[lines[0].split(",").index(column)]


def test_without_a_frozen_version_check_says_so_and_passes(project, capsys):
    assert main(["--project", str(project.root), "check"]) == 0
    assert capsys.readouterr().out == NONE_YET + "\n"


def test_what_was_frozen_is_identical(frozen):
    found = check(frozen)
    assert found.passed
    assert found.lines[1] == "small: identical"


def test_a_change_of_the_seventh_digit_is_found(frozen, capsys):
    old = field(frozen, 1, "estimate")
    plant(frozen.current / "small" / "estimates.csv", old, repr(float(old) * (1 + 1e-7)))
    assert main(["--project", str(frozen.root), "check"]) == 1
    told = capsys.readouterr().out
    assert "(value, relative difference 1.0e-07)" in told
    assert "small FAILS: value is worse than rounding" in told


def test_a_flipped_sign_and_a_lost_row_are_found(frozen):
    path = frozen.current / "small" / "estimates.csv"
    old = field(frozen, 1, "estimate")
    plant(path, old, old.removeprefix("-") if old.startswith("-") else f"-{old}")
    assert "small FAILS: sign is worse than rounding" in check(frozen).lines
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert "small FAILS: vanished is worse than rounding" in check(frozen).lines


def test_a_flipped_sign_in_a_published_table_is_found(frozen):
    path = frozen.current / "small" / "tables" / "models.csv"
    row = next(line for line in path.read_text().splitlines() if line.startswith("s.e."))
    plant(path, row, row.replace("s.e.,", "s.e.,-"))
    assert "small FAILS: sign is worse than rounding" in check(frozen).lines


@pytest.mark.parametrize(("word", "passed"), [("rounding", False), ("value", True), ("sign", True)])
def test_a_study_sets_how_far_its_cells_may_move(frozen, word, passed):
    plant(frozen.current / "small" / "study.toml", 'id = "small"', f'id = "small"\nthreshold = "{word}"')
    old = field(frozen, 1, "estimate")
    plant(frozen.current / "small" / "estimates.csv", old, repr(float(old) * 1.001))
    assert check(frozen).passed is passed


def test_a_threshold_that_is_no_grade_is_told(tmp_path):
    (tmp_path / "study.toml").write_text('[study]\nthreshold = "valeu"\n')
    with pytest.raises(StudyError, match="did you mean 'value'"):
        threshold(tmp_path)


def test_causes_are_named(frozen):
    manifest = frozen.current / "small" / "manifest.json"
    plant(manifest, '"study_file": "', '"study_file": "0')
    plant(manifest, '"wdi/gdp.csv": "', '"wdi/gdp.csv": "0')
    plant(manifest, '"replication/panel/rows.py": "', '"replication/panel/rows.py": "0')
    plant(manifest, '"numpy": "', '"numpy": "9.')
    old = field(frozen, 1, "estimate")
    plant(frozen.current / "small" / "estimates.csv", old, repr(float(old) * 1.001))
    told = "\n".join(check(frozen).lines)
    assert "cause: study file changed" in told
    assert "cause: input data/raw changed: wdi/gdp.csv" in told
    assert "cause: code changed: replication/panel/rows.py" in told
    assert "cause: packages changed: numpy " in told


def test_a_change_without_a_cause_says_that_it_has_none(frozen):
    old = field(frozen, 1, "estimate")
    plant(frozen.current / "small" / "estimates.csv", old, repr(float(old) * 1.001))
    assert any("cause not known" in line for line in check(frozen).lines)


def test_a_study_that_is_gone_or_new_is_found(frozen):
    (frozen.current / "small").rename(frozen.current / "other")
    plant(frozen.current / "other" / "manifest.json", '"study": "small"', '"study": "other"')
    (frozen.current / "third").mkdir()
    (frozen.current / "third" / "manifest.json").write_text('{"study": "third"}')
    lines = check(frozen).lines
    assert "small FAILS: vanished is worse than rounding" in lines
    assert "third FAILS: appeared is worse than rounding" in lines


def test_versions_and_folders_are_compared_by_name_or_path(frozen):
    assert compare_words(frozen, "v1", "current").passed
    assert compare_words(frozen, "v1", str(frozen.current)).passed
    one = str(frozen.current / "small")
    assert compare_words(frozen, one, str(frozen.results / "v1" / "small")).passed


def test_an_unknown_version_is_told_with_the_nearest(frozen, capsys):
    assert main(["--project", str(frozen.root), "compare", "v1", "curent"]) == 2
    assert "(did you mean 'current'?)" in capsys.readouterr().err


def test_a_check_loads_neither_estimators_nor_figures(frozen):
    code = (
        "import sys; from replication.cli import main; "
        f"assert main(['--project', {str(frozen.root)!r}, 'check']) == 0; "
        "heavy = {'scipy', 'statsmodels', 'linearmodels', 'matplotlib', 'pydantic', 'jinja2'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
