"""The check as a user runs it: thresholds, causes, exit codes, speed; planted changes are in test_planted."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from replication.cli import main
from replication.versions.check import NONE_YET, check, compare_words
from replication.versions.freeze import freeze
from tests.engine.versions.conftest import checked, plant
from tests.engine.versions.test_planted import RECORDS, flipped, gone, number, times


def test_without_a_frozen_version_check_says_so_and_passes(project, capsys):
    assert main(["--project", str(project.root), "check"]) == 0
    assert capsys.readouterr().out == NONE_YET + "\n"


def test_what_was_frozen_is_identical_and_one_line_says_so(frozen, capsys):
    code, lines = checked(frozen, capsys)
    assert code == 0 and len(lines) == 1, lines
    assert lines[0].startswith("PASS: all 2 tables and 1 figures as printed are identical to v1; all ")
    assert lines[0].endswith(" cells recorded in full precision are identical. Details: results/check.txt")


def test_harmless_rounding_is_counted_and_listed_in_the_file_alone(frozen, capsys):
    number(times(1 + 1e-11))(frozen)
    code, lines = checked(frozen, capsys)
    assert "1 of " in lines[0] and "numbers in full precision differ in late digits, largest " in lines[0]
    listed = (frozen.results / "check.txt").read_text(encoding="utf-8")
    assert "line, clustered, const, estimate: " in listed and listed.startswith("PASS")


def test_files_that_no_run_has_written_are_counted_and_fail_nothing(frozen, capsys):
    for name in ("notes.txt", "small/old.csv"):
        (frozen.current / name).write_text("mine")
    code, lines = checked(frozen, capsys)
    assert code == 0
    assert lines[0] == (
        "2 files that no run has written: results/current/notes.txt, results/current/small/old.csv"
    )


def test_a_study_that_is_gone_or_new_is_found(frozen, capsys):
    (frozen.current / "small").rename(frozen.current / "other")
    plant(frozen.current / "other" / "manifest.json", '"study": "small"', '"study": "other"')
    (frozen.current / "third").mkdir()
    (frozen.current / "third" / "manifest.json").write_text('{"study": "third", "files": {}}')
    code, lines = checked(frozen, capsys)
    assert code == 1
    assert "small/(results): all of it: vanished" in lines
    assert "third/(results): all of it: appeared" in lines


def test_a_version_that_the_changelog_tells_of_is_missed(frozen, capsys):
    gone("results/v1")(frozen)
    assert checked(frozen, capsys) == (1, ["results/v1: is missing", NONE_YET])


def test_a_sign_hides_behind_no_threshold_of_its_own(frozen, capsys):
    RECORDS["a looser threshold"][0](frozen)
    number(flipped)(frozen)
    code, lines = checked(frozen, capsys)
    assert code == 1 and "(sign, " in lines[0]
    assert any("study.threshold is sign and was not set in v1" in line for line in lines)


@pytest.mark.parametrize(("word", "code"), [("rounding", 1), ("value", 0), ("sign", 0)])
def test_a_frozen_study_says_how_far_its_cells_may_move_and_the_verdict_says_so(project, capsys, word, code):
    study = project.root / "specs" / "small.toml"
    plant(study, 'id = "small"', f'id = "small"\nthreshold = "{word}"')
    for words in (["run", str(study)], ["crosscheck", str(study)], ["report"]):
        assert main(["--project", str(project.root), *words]) == 0
    freeze(project, "with a threshold")
    number(times(1.001))(project)
    capsys.readouterr()
    found, lines = checked(project, capsys)
    assert found == code
    assert (f"small may move as far as its threshold, {word}" in lines[-1]) is (word != "rounding") or code


def test_the_tolerance_is_that_of_the_frozen_estimator(frozen, capsys):
    RECORDS["an estimator that is held less strictly"][0](frozen)
    number(times(1 + 5e-7))(frozen)
    code, lines = checked(frozen, capsys)
    assert code == 1 and "line, clustered, const, estimate" in lines[0]


def test_causes_are_named(frozen, capsys):
    manifest = frozen.current / "small" / "manifest.json"
    plant(manifest, '"study_file": "', '"study_file": "0')
    plant(manifest, '"panel.csv": "', '"panel.csv": "0')
    plant(manifest, '"replication/panel/rows.py": "', '"replication/panel/rows.py": "0')
    plant(manifest, '"numpy": "', '"numpy": "9.')
    plant(manifest, '"C library": "', '"C library": "other ')
    number(times(1.001))(frozen)
    _, lines = checked(frozen, capsys)
    told = "\n".join(lines)
    assert "cause, small: study file changed" in told
    assert "cause, small: input data/raw changed: panel.csv" in told
    assert "cause, small: code changed: replication/panel/rows.py" in told
    assert "cause, small: packages changed: numpy " in told
    assert "cause, small: other C library: C library " in told
    assert lines[-1].startswith(
        "FAIL (study file changed, data changed, code changed, packages changed, other C library): "
    )


def test_another_machine_alone_is_the_cause_that_is_named(frozen, capsys):
    manifest = frozen.current / "small" / "manifest.json"
    plant(manifest, '"processor": "', '"processor": "Another ')
    number(times(1 + 1e-11))(frozen)
    assert checked(frozen, capsys)[1][0].startswith("PASS (other processor): ")


def test_code_that_only_moved_is_no_cause(frozen):
    manifest = frozen.current / "small" / "manifest.json"
    plant(manifest, '"replication/panel/rows.py": ', '"replication/panel/lines.py": ')
    number(times(1.001))(frozen)
    assert any("cause not known" in line for line in check(frozen)[0])


def test_what_lies_in_the_environment_and_is_not_needed_is_no_cause(frozen):
    manifest = json.loads((frozen.current / "small" / "manifest.json").read_text())
    assert {"numpy", "python"} <= manifest["packages"].keys() and "pytest" not in manifest["packages"]


def test_versions_and_folders_are_compared_by_name_or_path(frozen):
    assert compare_words(frozen, "v1", "current")[1]
    assert compare_words(frozen, "v1", str(frozen.current))[1]
    one = str(frozen.current / "small")
    assert compare_words(frozen, one, str(frozen.results / "v1" / "small"))[1]


def test_an_unknown_version_is_told_with_the_nearest(frozen, capsys):
    assert main(["--project", str(frozen.root), "compare", "v1", "curent"]) == 2
    assert "(did you mean 'current'?)" in capsys.readouterr().err


def test_a_check_loads_neither_estimators_nor_figures(frozen):
    code = (
        "import sys; from replication.cli import main; "
        f"assert main(['--project', {str(frozen.root)!r}, 'check']) == 0; "
        "heavy = {'scipy', 'statsmodels', 'linearmodels', 'matplotlib', 'jinja2'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


READ_BACK = (
    "manifest.json", "study.toml", "accounts.json", "telemetry.csv", "estimates.csv", "tables/models.csv",
    "tables/models.tex", "tables/models.html", "tables/models.md", "figures/coefficients.svg",
)  # fmt: skip


@pytest.mark.parametrize("name", READ_BACK)
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"3", b'[{"a": 1}]', b"a \\\\\n<td>"])
def test_garbage_in_the_place_of_a_result_is_told_and_is_no_fault_of_ours(frozen, capsys, name, content):
    (frozen.current / "small" / name).write_bytes(content)
    assert main(["--project", str(frozen.root), "check"]) in (1, 2)
    assert main(["--project", str(frozen.root), "compare", "v1", "current"]) in (0, 1, 2)
    said = capsys.readouterr()
    assert name.rpartition("/")[2] in said.out + said.err
