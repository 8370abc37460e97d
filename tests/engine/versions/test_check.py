"""The check as a user runs it: planted changes, thresholds, causes, exit codes, speed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from replication.cli import main
from replication.errors import StudyError
from replication.project.places import Project
from replication.versions.check import NONE_YET, check, compare_words
from replication.versions.freeze import freeze
from tests.engine.versions.conftest import plant

SMALL = "results/current/small"


@pytest.fixture(scope="session")
def sealed(made, tmp_path_factory):
    """A project with a frozen version; not to be written to."""
    root = tmp_path_factory.mktemp("sealed") / "project"
    shutil.copytree(made, root)
    freeze(Project(root), "the first")
    return Project(root)


@pytest.fixture
def frozen(sealed, tmp_path):
    """A copy of it, for one test to change."""
    root = tmp_path / "project"
    shutil.copytree(sealed.root, root)
    return Project(root)


def field(project, row, column):
    """A number of the estimates as it is written."""
    lines = (project.current / "small" / "estimates.csv").read_text().splitlines()
    return lines[row].split(",")[lines[0].split(",").index(column)]


def checked(project, capsys):
    """Exit code, lines on the screen."""
    code = main(["--project", str(project.root), "check"])
    return code, capsys.readouterr().out.splitlines()


def test_without_a_frozen_version_check_says_so_and_passes(project, capsys):
    assert main(["--project", str(project.root), "check"]) == 0
    assert capsys.readouterr().out == NONE_YET + "\n"


def test_what_was_frozen_is_identical_and_one_line_says_so(frozen, capsys):
    code, lines = checked(frozen, capsys)
    assert code == 0 and len(lines) == 1, lines
    assert lines[0].startswith("PASS: all 2 tables and 1 figures as printed are identical to v1; all ")
    assert lines[0].endswith(" cells recorded in full precision are identical. Details: results/check.txt")


# What a stranger may do to results, and what the check must say first.
def changed(place, old, new):
    return lambda project: plant(project.root / place, old, new)


def deleted(place):
    return lambda project: (project.root / place).unlink()


def emptied(place):
    return lambda project: (project.root / place).write_bytes(b"")


def garbage(place):
    return lambda project: (project.root / place).write_bytes(b"garbage")


def estimate(row, change):
    def act(project):
        old = field(project, row, "estimate")
        plant(project.root / SMALL / "estimates.csv", old, change(old))

    return act


def lines(place, change):
    def act(project):
        path = project.root / place
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    return act


def gone(place):
    return lambda project: shutil.rmtree(project.root / place)


def without_version(project):
    """results/v1 taken away, though the changelog tells of it."""
    for path in (project.results / "v1").rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(project.results / "v1")


def numbers_of_a_page(project):
    path = project.root / SMALL / "tables" / "models.html"
    path.write_text(path.read_text().replace("55", "99"))


def crossed(project):
    """The p value of the first row on the other side of .05."""
    return "0.0501" if float(field(project, 1, "p_value")) < 0.05 else "0.0499"


def flipped(old):
    return old.removeprefix("-") if old.startswith("-") else f"-{old}"


FAILS = {
    "a seventh digit of a coefficient": (
        estimate(1, lambda old: repr(float(old) * (1 + 1e-7))),
        "small/estimates.csv: line, clustered, const, estimate: ",
    ),
    "a flipped sign": (estimate(1, flipped), "(sign, "),
    "a p value that crosses the level": (
        lambda project: plant(
            project.root / SMALL / "estimates.csv", field(project, 1, "p_value"), crossed(project)
        ),
        "small/estimates.csv: line, clustered, const, p_value: ",
    ),
    "another study's name": (
        lines(f"{SMALL}/estimates.csv", lambda all_: [line.replace("small,", "large,", 1) for line in all_]),
        "small/estimates.csv: study: small -> large",
    ),
    "a column more": (
        lines(f"{SMALL}/models.csv", lambda all_: [line.replace("\n", ",x\n") for line in all_]),
        "small/models.csv: column x: appeared",
    ),
    "an infinite coefficient": (estimate(1, lambda _: "inf"), "-> inf (value"),
    "an emptied cell": (estimate(1, lambda _: ""), "estimate: vanished"),
    "a lost row": (lines(f"{SMALL}/estimates.csv", lambda all_: all_[:-1]), "vanished"),
    "a row twice": (lines(f"{SMALL}/estimates.csv", lambda all_: [*all_, all_[-1]]), "appeared"),
    "a row too many": (
        lines(f"{SMALL}/estimates.csv", lambda all_: [*all_, all_[-1].replace(",", ",more", 1)]),
        "appeared",
    ),
    "rows of another name": (
        changed(
            f"{SMALL}/estimates.csv", ",line,clustered,constant,const,", ",line,clustered,constant,other,"
        ),
        "clustered, const, estimate: vanished",
    ),
    "one more observation": (
        changed(f"{SMALL}/models.csv", "small,line,,nobs,,55", "small,line,,nobs,,56"),
        "nobs",
    ),
    "a deleted record": (deleted(f"{SMALL}/estimates.csv"), "small/estimates.csv: all of it: vanished"),
    "a deleted table": (
        deleted(f"{SMALL}/tables/models.csv"),
        "small/tables/models.csv: all of it: vanished",
    ),
    "a deleted figure": (
        deleted(f"{SMALL}/figures/coefficients.svg"),
        "small/figures/coefficients.svg: all of it: vanished",
    ),
    "a line of a figure": (changed(f"{SMALL}/figures/coefficients.svg", "<path", "<path class='x'"), "line "),
    "a cell of a table": (
        changed(f"{SMALL}/tables/models.csv", "Observations,55", "Observations,56"),
        "55 -> 56 (value",
    ),
    "a last digit without its record": (
        changed(f"{SMALL}/tables/yen.csv", "110", "111"),
        "110 -> 111 (value",
    ),
    "a cell of LaTeX": (
        changed(f"{SMALL}/tables/models.tex", "Observations & 55", "Observations & 56"),
        "small/tables/models.tex: Observations",
    ),
    "a cell of Markdown": (
        changed(f"{SMALL}/tables/models.md", "Observations | 55", "Observations | 56"),
        "small/tables/models.md: Observations",
    ),
    "every cell of a page": (numbers_of_a_page, "small/tables/models.html: Observations"),
    "LaTeX deleted": (deleted(f"{SMALL}/tables/models.tex"), "small/tables/models.tex: all of it: vanished"),
    "LaTeX emptied": (emptied(f"{SMALL}/tables/models.tex"), "small/tables/models.tex: all of it: vanished"),
    "a page deleted": (deleted(f"{SMALL}/tables/models.html"), "small/tables/models.html: is missing"),
    "a picture deleted": (deleted(f"{SMALL}/figures/coefficients.png"), "coefficients.png: is missing"),
    "a picture of garbage": (
        garbage(f"{SMALL}/figures/coefficients.png"),
        "small/figures/coefficients.png: is no PNG that opens",
    ),
    "parquet deleted": (deleted(f"{SMALL}/estimates.parquet"), "small/estimates.parquet: is missing"),
    "parquet of garbage": (garbage(f"{SMALL}/estimates.parquet"), "small/estimates.parquet: was changed"),
    "the report emptied": (emptied("results/current/report.html"), "report/report.html: small/models"),
    "the report deleted": (deleted("results/current/report.html"), "report/report.html: all of it: vanished"),
    "a cell of the report": (
        changed("results/current/report.html", ">55", ">56"),
        "report/report.html: small/models",
    ),
    "a frozen file edited": (
        changed("results/v1/small/models.csv", "nobs,,55", "nobs,,56"),
        "v1/small/models.csv: was changed",
    ),
    "a frozen file more": (
        lambda project: (project.results / "v1" / "more.csv").write_text("x"),
        "v1/more.csv: was added after",
    ),
    "an estimator that is held less strictly": (
        changed(f"{SMALL}/accounts.json", '"estimator": "ols"', '"estimator": "ppml"'),
        "small/accounts.json: line, estimator: ols -> ppml (value)",
    ),
    "how many rows a model used": (
        changed(f"{SMALL}/accounts.json", '"nobs": 5', '"nobs": 6'),
        "small/accounts.json: line, nobs: 5",
    ),
    "a search that ended nowhere": (
        lambda project: (project.current / "small" / "telemetry.csv").write_text(
            "study,model,name,value\nsmall,curve,gradient_norm,0.5\n"
        ),
        "small/telemetry.csv: curve: gradient norm 0.5 is above its bound",
    ),
    "an estimate that is no number": (estimate(1, lambda _: "nan"), "estimate: vanished (nan)"),
    "what tells of searches": (
        lambda project: (project.current / "small" / "telemetry.csv").write_text("study,model,name,value\n"),
        "small/telemetry.csv: was changed",
    ),
    "a looser threshold": (
        changed(f"{SMALL}/study.toml", 'id = "small"', 'id = "small"\nthreshold = "sign"'),
        "small: study.threshold is sign and was not set in v1",
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_a_planted_change_fails_and_is_named_first(frozen, capsys, name):
    act, told = FAILS[name]
    act(frozen)
    code, lines = checked(frozen, capsys)
    assert code == 1
    assert told in lines[0], lines
    assert lines[-1].startswith("FAIL") and lines[-1].endswith("Details: results/check.txt")
    assert len(lines) <= 24
    listed = (frozen.results / "check.txt").read_text(encoding="utf-8")
    assert all(part in listed for part in told.strip().split(": "))


PASSES = {
    "an eleventh digit": estimate(1, lambda old: repr(float(old) * (1 + 1e-11))),
    "rows in another order": lines(f"{SMALL}/estimates.csv", lambda all_: [all_[0], *reversed(all_[1:])]),
}


@pytest.mark.parametrize("name", PASSES)
def test_what_means_nothing_passes(frozen, capsys, name):
    PASSES[name](frozen)
    code, lines = checked(frozen, capsys)
    assert code == 0 and len(lines) == 1 and lines[0].startswith("PASS")


def test_harmless_rounding_is_counted_and_listed_in_the_file_alone(frozen, capsys):
    PASSES["an eleventh digit"](frozen)
    code, lines = checked(frozen, capsys)
    assert "1 of " in lines[0] and "numbers in full precision differ in late digits, largest " in lines[0]
    listed = (frozen.results / "check.txt").read_text(encoding="utf-8")
    assert "line, clustered, const, estimate: " in listed and listed.startswith("PASS")


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
    without_version(frozen)
    assert checked(frozen, capsys) == (1, ["results/v1: is missing", NONE_YET])


def test_a_sign_hides_behind_no_threshold_of_its_own(frozen, capsys):
    FAILS["a looser threshold"][0](frozen)
    FAILS["a flipped sign"][0](frozen)
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
    estimate(1, lambda old: repr(float(old) * 1.001))(project)
    capsys.readouterr()
    found, lines = checked(project, capsys)
    assert found == code
    assert (f"small may move as far as its threshold, {word}" in lines[-1]) is (word != "rounding") or code


def test_a_threshold_that_is_no_grade_is_told(frozen):
    plant(frozen.current / "small" / "study.toml", 'id = "small"', 'id = "small"\nthreshold = "valeu"')
    with pytest.raises(StudyError, match="did you mean 'value'"):
        check(frozen)


def test_the_tolerance_is_that_of_the_frozen_estimator(frozen, capsys):
    FAILS["an estimator that is held less strictly"][0](frozen)
    estimate(1, lambda old: repr(float(old) * (1 + 5e-7)))(frozen)
    code, lines = checked(frozen, capsys)
    assert code == 1 and "line, clustered, const, estimate" in lines[0]


def test_causes_are_named(frozen, capsys):
    manifest = frozen.current / "small" / "manifest.json"
    plant(manifest, '"study_file": "', '"study_file": "0')
    plant(manifest, '"panel.csv": "', '"panel.csv": "0')
    plant(manifest, '"replication/panel/rows.py": "', '"replication/panel/rows.py": "0')
    plant(manifest, '"numpy": "', '"numpy": "9.')
    plant(manifest, '"C library": "', '"C library": "other ')
    estimate(1, lambda old: repr(float(old) * 1.001))(frozen)
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
    PASSES["an eleventh digit"](frozen)
    assert checked(frozen, capsys)[1][0].startswith("PASS (other processor): ")


def test_code_that_only_moved_is_no_cause(frozen):
    manifest = frozen.current / "small" / "manifest.json"
    plant(manifest, '"replication/panel/rows.py": ', '"replication/panel/lines.py": ')
    estimate(1, lambda old: repr(float(old) * 1.001))(frozen)
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
