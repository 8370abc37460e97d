"""What is out of date is made again, whatever its time stamps say; what cannot be mended is refused."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys

import pytest

import replication.project.fingerprint as fingerprint
from replication.cli import main
from replication.versions import remake as module
from replication.versions.remake import remake
from tests.support import made_up

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
    monkeypatch.setattr(module, "AT_ONCE", 1)
    monkeypatch.setattr(module, "_replicate", in_this_process)
    return made_up.copied(made, tmp_path / "project")


def in_this_process(project, words, command):
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["--project", str(project.root), *words, *command])


def current(project):
    """What was made, by place; manifests and the report's record apart, which also say what made it."""
    return {
        str(path.relative_to(project.root)): path.read_bytes()
        for folder in (project.processed, project.current)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", "report.json")
    }


def edit(path, old, new):
    """Change a file and give it back its time stamp: content alone tells."""
    stamp, text = path.stat(), path.read_bytes()
    assert old in text
    path.write_bytes(text.replace(old, new, 1))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def put(path, text):
    path.write_text(text)


def remove(*places):
    for path in places:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


# What `make all` makes as it was, byte for byte.
MENDED = {
    "a table edited": lambda p: flip(p.processed / "prices.parquet"),
    "a table deleted": lambda p: remove(p.processed / "means.parquet"),
    "the tables' manifest deleted": lambda p: remove(p.processed / "manifest.json"),
    "the tables' manifest no manifest": lambda p: (p.processed / "manifest.json").write_text(
        '{"files": null}'
    ),
    "all tables deleted": lambda p: remove(p.processed),
    "the codebook edited": lambda p: edit(p.processed / "codebook.md", b"price", b"prize"),
    "the report edited": lambda p: edit(p.report, b"A model", b"B model"),
    "the report's record deleted": lambda p: remove(p.report_record),
    "an estimate edited": lambda p: flip(p.current / "first" / "estimates.parquet"),
    "a printed cell edited": lambda p: edit(p.current / "second" / "tables" / "price.csv", b"110", b"777"),
    "a script in a figure": lambda p: edit(
        p.current / "first" / "figures" / "coefficients.svg", b"</svg>", b"<script>1</script></svg>"
    ),
    "an account edited": lambda p: edit(p.current / "first" / "accounts.json", b"converged", b"konverged"),
    "a study's manifest damaged": lambda p: flip(p.current / "first" / "manifest.json"),
    "the ledger edited": lambda p: edit(p.ledger / "ledger.html", b"110", b"999"),
    "a run cut off": lambda p: (p.current / "first" / ".manifest.json.replicate").write_text("{}"),
    "results of another panel": lambda p: other_panel(p),
}


def other_panel(project):
    panel = project.root / "mine.csv"
    panel.write_text((project.raw / "panel.csv").read_text().replace("1980", "1979"))
    words = ("run", str(project.specs / "first.toml"), "--data", str(panel))
    assert main(["--project", str(project.root), *words]) == 0
    panel.unlink()


@pytest.mark.parametrize("scene", MENDED)
def test_what_was_damaged_is_made_again(project, scene):
    before = current(project)
    MENDED[scene](project)
    done = remake(project)
    assert done.code == 0
    assert done.lines[0].startswith("made again: ")
    assert current(project) == before
    assert remake(project).lines == (NOTHING,)


def other_study(project):
    edit(project.specs / "first.toml", b"y ~ x + z", b"y ~ x    ")


def other_raw_file(project):
    edit(project.raw / "prices.csv", b"110", b"112")
    stamp = project.registry.stat()
    made_up.register(project)
    os.utime(project.registry, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


# What `make all` makes anew from inputs that changed under their old time stamps, and where it shows.
CHANGED = {
    "a study": (other_study, "first/estimates.csv"),
    "a raw file with its entry": (other_raw_file, "second/statistics.csv"),
    "a source's words": (
        lambda p: edit(p.registry, b"citation of the file", b"Citation of the file"),
        "report.html",
    ),
    "a claims file": (
        lambda p: edit(p.claims / "one.toml", b"value = 110", b"value = 115"),
        "claims/ledger.csv",
    ),
    "the title": (lambda p: edit(p.root / "pyproject.toml", b"A project", b"B project"), "report.html"),
    "the cleaning": (
        lambda p: edit(p.cleaning / "figures.py", b'["y"].mean()', b'["y"].max()'),
        "first/tables/means.csv",
    ),
}


@pytest.mark.parametrize("scene", CHANGED)
def test_what_rests_on_a_change_is_made_again(project, scene):
    change, shown = CHANGED[scene]
    before = (project.current / shown).read_bytes()
    change(project)
    assert remake(project).code == 0
    assert (project.current / shown).read_bytes() != before
    assert remake(project).lines[0].startswith("nothing has changed")


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


# What nothing can make good: `make all` ends with an error and says what.
REFUSED = {
    "a stranger's file": (
        lambda p: (p.current / "extra.csv").write_text("1\n"),
        2,
        "results/current/extra.csv: no com",
    ),
    "a stranger's link": (
        lambda p: (p.current / "first" / "tables" / "zz.csv").symlink_to("/etc/hostname"),
        2,
        "first/tables/zz.csv",
    ),
    "a raw file": (lambda p: edit(p.raw / "prices.csv", b"110", b"111"), 2, "the file was changed"),
    "a raw file more": (
        lambda p: (p.raw / "new.csv").write_text("a\n1\n"),
        2,
        "new.csv: not in SOURCES.toml",
    ),
    "a raw file less": (lambda p: remove(p.raw / "prices.csv"), 2, "prices.csv: missing"),
    "a frozen version": (lambda p: spoil(p.results / "v1" / "report.html"), 1, "v1/report.html: was changed"),
    "the lock": (
        lambda p: (p.root / "requirements.lock").write_text("numpy==0.1\n"),
        2,
        "requirements.lock pins 0.1",
    ),
    "a name for a shell": (
        lambda p: (p.specs / "$(touch x).toml").write_text(""),
        2,
        "a name that is not plain",
    ),
    "one id twice": (
        lambda p: shutil.copy(p.specs / "first.toml", p.specs / "third.toml"),
        2,
        "is that of first.toml",
    ),
}


def spoil(path):
    path.chmod(0o644)
    path.write_text("spoilt")


@pytest.mark.parametrize("scene", REFUSED)
def test_what_cannot_be_mended_is_refused_by_all_freeze_and_deposit(project, scene, capsys):
    spoilt, code, told = REFUSED[scene]
    spoilt(project)
    root = ("--project", str(project.root))
    assert main([*root, "all"]) == code
    assert told in "".join(capsys.readouterr())
    for words in (("freeze", "--why", "second"), ("deposit",)):
        assert main([*root, *words]) == 2
    assert not project.deposit.exists() and not (project.results / "v2").exists()


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


def test_a_model_that_does_not_converge_is_told_each_time(project):
    edit(project.specs / "first.toml", b"y ~ x + z", b"y ~ x    ")
    remake(project)
    record = project.current / "first" / "manifest.json"
    record.write_text(record.read_text().replace('"converged": true', '"converged": false'))
    (project.report_record).unlink()
    for _ in range(2):
        done = remake(project)
        assert (done.code, done.lines[-1]) == (3, "study first: a model did not converge")


def test_all_in_processes_of_their_own_from_nothing_and_again(made, tmp_path):
    project = made_up.copied(made, tmp_path / "project")
    before = current(project)
    remove(project.processed, project.current)
    first, second = (
        subprocess.run(
            [sys.executable, "-m", "replication.cli", "all", "report"],
            cwd=project.root,
            capture_output=True,
            text=True,
        )
        for _ in range(2)
    )
    assert (first.returncode, first.stderr) == (0, "")
    assert "made again: tables, " in first.stdout
    assert second.stdout.startswith("nothing has changed: 3 tables, 2 studies")
    assert current(project) == before
