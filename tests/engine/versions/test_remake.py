"""What is out of date is made again, whatever its time stamps say; what cannot be mended is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from queue import PriorityQueue

import pytest

import replication.project.fingerprint as fingerprint
import replication.versions.remake as remake_module
from replication.cli import main
from replication.project.places import Project
from replication.versions.remake import remake
from replication.versions.sealed import versions
from tests.support import made_up
from tests.support.scenes import CHANGED, MENDED, REFUSED, current, edit, flip, remove

NOTHING = "nothing has changed: 3 tables, 2 studies and what rests on them are up to date"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A made-up project with everything made and frozen; not to be written to."""
    project = made_up.lay_out(tmp_path_factory.mktemp("made_up") / "project")
    made_up.make(project)
    return project.root


@pytest.fixture
def project(made, tmp_path, monkeypatch):
    """A copy of it; the commands run in this process, which starts them faster."""
    made_up.in_one_process(monkeypatch)
    return made_up.copied(made, tmp_path / "project")


@pytest.mark.parametrize("scene", MENDED)
def test_what_was_damaged_is_made_again(project, scene):
    before = current(project)
    MENDED[scene](project)
    done = remake(project)
    assert done.code == 0
    assert done.lines[0].startswith("made again: ")
    assert current(project) == before
    assert remake(project).lines == (NOTHING,)


@pytest.mark.parametrize("scene", CHANGED)
def test_what_rests_on_a_change_is_made_again(project, scene):
    change, shown = CHANGED[scene]
    before = (project.current / shown).read_bytes()
    change(project)
    assert remake(project).code == 0
    assert (project.current / shown).read_bytes() != before
    assert remake(project).lines[0].startswith("nothing has changed")


def test_time_stamps_decide_nothing(project):
    for path in project.root.rglob("*"):
        os.utime(path, (4e9, 4e9))
    assert remake(project).lines == (NOTHING,)


def test_changed_code_is_noticed(project, monkeypatch):
    now = {**fingerprint.all_code(), "replication/estimate/linear/linear.py": "0" * 64}
    monkeypatch.setattr(fingerprint, "all_code", lambda: now)
    (told, *_) = remake(project).lines
    assert told.startswith(
        "made again: study first, study second, second opinion first: "
        "code changed: replication/estimate/linear/linear.py"
    )


def test_a_study_that_is_gone_leaves_report_and_results(project):
    (project.specs / "first.toml").unlink()
    assert (
        "removed: study first, second opinion first: no study file in specs asks for it"
        in remake(project).lines
    )
    assert not (project.current / "first").exists()
    assert "A model" not in project.report.read_text()


def test_claims_that_are_gone_leave_ledger_and_report(project):
    (project.claims / "one.toml").unlink()
    assert remake(project).code == 0
    assert "one" not in (project.ledger / "counts.csv").read_text()
    (project.claims / "two.toml").unlink()
    assert "removed: claims: no claims file asks for it" in remake(project).lines
    assert not project.ledger.exists() and "Claims ledger" not in project.report.read_text()


def test_what_a_person_changed_in_removed_results_stays_and_is_told(project):
    (project.current / "first" / "models.csv").write_text("mine")
    (project.specs / "first.toml").unlink()
    done = remake(project)
    assert (done.code, done.lines[-1]) == (
        2,
        "results/current/first/models.csv: no command made this file; move it away",
    )
    assert (project.current / "first" / "models.csv").read_text() == "mine"


@pytest.mark.parametrize("scene", REFUSED)
def test_what_cannot_be_mended_is_refused_by_all_freeze_and_deposit(project, scene, capsys):
    spoilt, code, told = REFUSED[scene]
    spoilt(project)
    frozen = versions(project)
    root = ("--project", str(project.root))
    assert main([*root, "all"]) == code
    assert told in "".join(capsys.readouterr())
    for words in (("freeze", "--why", "second"), ("deposit",)):
        assert main([*root, *words]) == 2
    assert not project.deposit.exists() and versions(project) == frozen


def test_a_deposit_of_what_is_current_is_made(project, capsys):
    made_up.attest(project)
    assert main(["--project", str(project.root), "deposit"]) == 0
    assert "no findings" in capsys.readouterr().out


@pytest.mark.parametrize("scene", [*MENDED, *CHANGED])
def test_a_deposit_of_what_is_out_of_date_is_refused(project, scene, capsys):
    {**MENDED, **{name: change for name, (change, _) in CHANGED.items()}}[scene](project)
    assert main(["--project", str(project.root), "deposit"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("replicate: results are out of date, make them first (make all): ")
    assert not project.deposit.exists()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("first/estimates.parquet", ("report",)),
        ("first/figures/coefficients.svg", ("report",)),
        ("claims/counts.parquet", ("report",)),
        ("first/study.toml", ("report",)),
        ("first/accounts.json", ("trace", "first/models", "x", "line")),
        ("first/estimates.csv", ("trace", "first/models", "x", "line")),
        ("../../data/processed/panel.parquet", ("trace", "first/models", "x", "line")),
        ("../../data/processed/panel.parquet", ("run", "specs/first.toml")),
        ("../../data/processed/prices.parquet", ("claims",)),
    ],
)
def test_nothing_is_printed_from_what_was_changed(project, monkeypatch, capsys, place, words):
    monkeypatch.chdir(project.root)
    flip(project.current / place)
    before = current(project)
    assert main(words) == 2
    told = capsys.readouterr()
    name = place.rpartition("/")[2]
    assert told.out == ""
    assert told.err.endswith(f"{name}: was changed since it was made; make it again (make all)\n")
    assert current(project) == before


def test_one_step_goes_no_further(project):
    remove(project.processed, project.current)
    assert remake(project, "data").lines == ("made again: tables: missing",)
    assert not project.current.exists()
    assert remake(project, "claims").lines == ("made again: claims: missing",)
    assert [path.name for path in project.current.iterdir()] == ["claims"]
    assert remake(project, "run").lines == ("made again: study first, study second: missing",)
    assert not project.report.exists()


@pytest.mark.skipif(
    os.name != "posix", reason="the signal is sent to a group of processes, as a terminal does"
)
def test_an_interrupt_of_everything_is_told_in_one_line(made, tmp_path):
    project = made_up.copied(made, tmp_path / "project")
    remove(project.current)
    words = [sys.executable, "-m", "replication", "--project", str(project.root), "all"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        assert started.stdout is not None
        said = [started.stdout.readline() for _ in range(2)]  # two commands have been started
        time.sleep(1)
        os.killpg(started.pid, signal.SIGINT)
        rest, told = started.communicate()
    assert all(line.startswith("replicate ") for line in said)
    assert "replicate report" not in rest and "replicate claims" not in rest
    assert (started.returncode, told.splitlines()) == (
        130,
        ["replicate: interrupted; what was not finished is made again by the next run"],
    )


def test_what_rests_on_studies_waits_for_no_second_opinion(project, monkeypatch):
    remove(project.current, project.crosscheck)
    done, opened = [], threading.Event()

    def replicate(project, words, command):
        if command[0] == "crosscheck":
            opened.wait(60)
        code = made_up.here(project, words, command)
        done.append(command[0])
        if command[0] == "claims":
            opened.set()
        return code

    monkeypatch.setattr(remake_module, "AT_ONCE", 2)
    monkeypatch.setattr(remake_module, "_replicate", replicate)
    assert remake(project).code == 0
    assert done == ["run", "run", "claims", "crosscheck", "report"]


def test_of_commands_that_wait_those_of_later_stages_go_first():
    waiting, ran = PriorityQueue(), []
    for number, (stage, word) in enumerate([(-2, "run"), (-2, "crosscheck"), (-4, "claims")]):
        waiting.put(remake_module._Waiting(stage, number, (word,), Future()))

    def replicate(command):
        ran.append(command[0])
        return 0

    while not waiting.empty():
        remake_module._most_urgent(waiting, replicate)
    assert ran == ["claims", "run", "crosscheck"]


def test_what_cannot_be_started_is_told_to_whoever_waits():
    waiting, code = PriorityQueue(), Future()
    waiting.put(remake_module._Waiting(0, 0, ("run",), code))

    def refuse(command):
        raise OSError("no such program")

    remake_module._most_urgent(waiting, refuse)
    with pytest.raises(OSError, match="no such program"):
        code.result(timeout=1)


def test_a_model_that_does_not_converge_is_told_each_time(project):
    edit(project.specs / "first.toml", b"y ~ x + z", b"y ~ x    ")
    remake(project)
    record = project.current / "first" / "manifest.json"
    record.write_text(record.read_text().replace('"converged": true', '"converged": false'))
    (project.report_record).unlink()
    for _ in range(2):
        done = remake(project)
        assert (done.code, done.lines[-1]) == (3, "study first: a model did not converge")


CURVE = """
[[robustness]]
id = "curve"
model = "line"
term = "x"

[[robustness.choices]]
id = "controls"
controls = "all_subsets"
"""
IN_THE_FOLDER = (
    "argparse", "joblib", "json", "multiprocessing", "numpy", "pandas", "random", "replication", "runpy",
    "sitecustomize", "subprocess", "tomllib", "usercustomize",
)  # fmt: skip


def test_all_in_processes_from_nothing_and_again_where_no_module_of_the_folder_is_run(made, tmp_path):
    """`replicate` starts itself anew for every study, and joblib starts Python for every core."""
    project = made_up.copied(made, tmp_path / "project")
    before = current(project)
    remove(project.processed, project.current)
    for name in IN_THE_FOLDER:
        (project.root / f"{name}.py").write_text(f"open('RAN {name}', 'w').close()\n")
    first, second = (replicate(project, "all", "report") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert "made again: tables, " in first.stdout
    assert second.stdout.startswith("nothing has changed: 3 tables, 2 studies")
    assert current(project) == before
    with (project.specs / "first.toml").open("a") as stream:
        stream.write(CURVE)
    on_cores = replicate(project, "robustness", "specs/first.toml", "--on", "cores")
    assert on_cores.returncode == 0, on_cores.stderr
    assert project.robustness("first").is_dir()
    assert list(project.root.glob("RAN *")) == []


def replicate(project: Project, *words: str) -> subprocess.CompletedProcess:
    start = [sys.executable, "-P", "-c", "from replication.__main__ import run; exit(run())"]
    return subprocess.run([*start, *words], cwd=project.root, capture_output=True, text=True, check=False)
