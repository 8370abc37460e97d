"""The commands as a user types them: results, refusals in one line, nothing half written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from replication.cli import main

PANEL = pd.DataFrame(
    {
        "land": np.repeat(["A", "B", "C", "D", "E"], 8),
        "jahr": np.tile(np.arange(1981, 1989), 5),
        "y": np.random.default_rng(1).normal(size=40).round(3),
        "x": np.random.default_rng(2).normal(size=40).round(3),
        "z": np.random.default_rng(3).normal(size=40).round(3),
    }
)
STUDY = """
[study]
id = "mine"
title = "A panel of one's own"
entity = "land"
time = "jahr"

[[models]]
id = "first"
formula = "y ~ x + z"
covariance = [{ kind = "clustered", cluster = ["land"] }]
"""


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def replicate(folder: Path, *words: str, **environment: str) -> Done:
    """The command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "replication", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(STUDY)
    PANEL.to_csv(tmp_path / "panel.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(capsys):
    """The command in this process, which starts faster."""

    def run(*words: str) -> Done:
        try:
            code = main(words)
        except SystemExit as left:
            code = left.code
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


RUN = ("run", "mine.toml", "--data", "panel.csv", "--out", "out")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_panel_of_ones_own(folder, call):
    done = call(*RUN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "first: 40 of 40 rows (none dropped)" in done.stdout
    estimates = pd.read_csv(folder / "out" / "estimates.csv")
    assert estimates.columns.tolist() == [
        "study", "model", "error", "kind", "term",
        "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high",
    ]  # fmt: skip
    x = np.column_stack([np.ones(40), PANEL["x"], PANEL["z"]])
    # Two least-squares solvers on forty well-conditioned rows: they differ by rounding alone.
    np.testing.assert_allclose(estimates["estimate"], np.linalg.lstsq(x, PANEL["y"])[0], rtol=1e-10)
    endings = {path.suffix for path in (folder / "out" / "tables").iterdir()}
    assert endings == {".csv", ".tex", ".html", ".md", ".typ"}


def test_the_same_bytes_from_other_formats_and_orders_of_rows(folder, call):
    call(*RUN)
    first = {name: text for name, text in content(folder / "out").items() if name != "manifest.json"}
    PANEL.sample(frac=1, random_state=4).to_parquet(folder / "panel.parquet")
    PANEL.to_stata(folder / "panel.dta", write_index=False)
    PANEL.to_excel(folder / "panel.xlsx", index=False)
    for name in ("panel.parquet", "panel.dta", "panel.xlsx"):
        done = call("run", "mine.toml", "--data", name, "--out", "other")
        assert done.returncode == 0, done.stderr
        other = {name: text for name, text in content(folder / "other").items() if name != "manifest.json"}
        assert other == first


def test_the_same_bytes_with_another_number_of_threads_hash_seed_locale_and_zone(folder, call):
    call(*RUN)
    first = content(folder / "out")
    variables = {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    assert (
        replicate(folder, "run", "mine.toml", "--data", "panel.csv", "--out", "other", **variables).returncode
        == 0
    )
    assert content(folder / "other") == first


def edit_study(old: str, new: str):
    return lambda folder: (folder / "mine.toml").write_text(STUDY.replace(old, new))


def edit_panel(change):
    return lambda folder: change(PANEL.copy()).to_csv(folder / "panel.csv", index=False)


BAD = {
    "unknown column": (edit_study("x + z", "x + zz"), "column 'zz' is not known"),
    "unknown estimator": (
        edit_study('id = "first"', 'id = "first"\nestimator = "olss"'),
        "did you mean 'ols'",
    ),
    "misspelt effect": (edit_study("covariance", 'effects = ["entty"]\ncovariance'), "did you mean 'entity'"),
    "misspelt key": (edit_study("formula", "formla"), "key 'formla' is not known"),
    "misspelt option": (edit_study("cluster = [", "clutser = ["), "did you mean 'cluster'"),
    "unknown error": (edit_study('"clustered"', '"clusterd"'), "did you mean 'clustered'"),
    "year as text": (
        edit_panel(lambda t: t.assign(jahr=["nineteen", *t["jahr"][1:]])),
        "row 1: jahr is 'nineteen'",
    ),
    "row twice": (edit_panel(lambda t: pd.concat([t, t[:1]])), "two rows for land A, jahr 1981"),
    "empty sample": (
        edit_study('id = "first"', 'id = "first"\nwhere = "jahr > 2000"'),
        "no row is left of 40",
    ),
    "no variation": (edit_panel(lambda t: t.assign(x=1.0)), "x"),
    "collinear": (edit_panel(lambda t: t.assign(x=2 * t["z"])), "x"),
    "one cluster": (edit_study('id = "first"', 'id = "first"\nwhere = "land == \'A\'"'), "cluster"),
    "infinite": (edit_panel(lambda t: t.assign(x=[np.inf, *t["x"][1:]])), "row 1: x is infinite"),
    "a call outside the language": (edit_study("x + z", "x + open(z)"), "function 'open' is not known"),
    "Python": (edit_study("x + z", "x + __import__(z)"), "is not in the language"),
    "id that leaves the folder": (edit_study('id = "mine"', 'id = "../mine"'), "study.id is '../mine'"),
    "too large": (lambda folder: (folder / "mine.toml").write_bytes(b"#" * 50_000_000), "50,000,000 bytes"),
    "not UTF-8": (lambda folder: (folder / "mine.toml").write_bytes(b"\xff\xfe\x00"), "is not UTF-8"),
    "panel not UTF-8": (
        lambda folder: (folder / "panel.csv").write_bytes(b"land,jahr\n\xff,1\n"),
        "is not UTF-8",
    ),
    "panel missing": (lambda folder: (folder / "panel.csv").unlink(), "there is no such file"),
    "study missing": (lambda folder: (folder / "mine.toml").unlink(), "there is no such file"),
    "entity missing": (edit_study('"land"', '"lnad"'), "did you mean 'land'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_changes_nothing(folder, call, case):
    call(*RUN)
    before = content(folder / "out")
    change, message = BAD[case]
    change(folder)
    done = call(*RUN)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("replicate: ")
    assert message in done.stderr
    assert content(folder / "out") == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_collinear_regressors_are_named(folder, call):
    edit_panel(lambda table: table.assign(x=2 * table["z"]))(folder)
    message = call(*RUN).stderr
    expected = "'z' is an exact linear combination of x; leave one of them out"
    assert message == f"replicate: mine.toml: models.first: {expected}\n"


def test_a_folder_that_cannot_be_made(folder, call):
    (folder / "out").write_text("a file, not a folder")
    done = call(*RUN)
    assert done.returncode == 2
    assert done.stderr == "replicate: out: is no folder\n"


def test_a_full_disk_leaves_the_old_results(folder, call):
    call(*RUN)
    before = content(folder / "out")
    (folder / "mine.toml").write_text(STUDY.replace("x + z", "x"))
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)); "
    call = "from replication.cli import main; import sys; "
    call += "sys.exit(main(['run', 'mine.toml', '--data', 'panel.csv', '--out', 'out']))"
    done = subprocess.run([sys.executable, "-c", limit + call], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "File too large" in done.stderr
    assert content(folder / "out") == before


def test_files_of_the_user_in_the_folder_stay(folder, call):
    (folder / "out").mkdir()
    (folder / "out" / "notes.txt").write_text("mine")
    call(*RUN)
    call(*RUN)
    assert (folder / "out" / "notes.txt").read_text() == "mine"


def test_what_a_study_no_longer_makes_is_removed(folder, call):
    table = '[[tables]]\nid = "{}"\ntitle = "t"\nmodels = ["first"]\n'
    (folder / "mine.toml").write_text(STUDY + table.format("old"))
    call(*RUN)
    assert (folder / "out" / "tables" / "old.csv").exists()
    (folder / "mine.toml").write_text(STUDY + table.format("new"))
    call(*RUN)
    assert not (folder / "out" / "tables" / "old.csv").exists()
    listed = json.loads((folder / "out" / "manifest.json").read_text())["files"]
    assert set(listed) == set(content(folder / "out")) - {"manifest.json"}


def test_interrupted_and_run_again(folder, call):
    call(*RUN)
    before = content(folder / "out")
    shutil.rmtree(folder / "out")
    started = subprocess.Popen(
        [sys.executable, "-m", "replication", "run", "mine.toml", "--data", "panel.csv", "--out", "out"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.0)
    started.send_signal(signal.SIGINT)
    message = started.communicate()[1]
    assert "Traceback" not in message
    assert call(*RUN).returncode == 0
    assert content(folder / "out") == before


def test_help_names_every_command(folder, call):
    done = call("--help")
    assert done.returncode == 0
    for command in ("data", "init", "describe", "explain", "run", "report", "words"):
        assert command in done.stdout


def test_words_lists_estimators_errors_and_functions(folder, call):
    text = call("words").stdout
    for word in ("random_effects", "driscoll_kraay", "winsorise", "hausman"):
        assert word in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--data", "."), "empty.csv: is no parquet file"),
        (("--data", "pipe.csv"), "pipe.csv: is no plain file"),
        (("--data", "empty.csv"), "empty.csv: is empty"),
        (("--data", "empty.parquet"), "empty.parquet: is empty"),
        (("--data", "sparse.csv"), "allowed: at most 2,000,000,000"),
        (("--data", "panel.csv", "--out", "panel.csv"), "panel.csv: is no folder"),
        (("--data", "panel.csv", "--out", "panel.csv/x"), "panel.csv: File exists"),
        (("--data", "panel.csv", "--out", ".."), "..: holds the folder that you are in"),
        (("--data", "panel.csv", "--out", "/"), "/: holds the folder that you are in"),
        (("--data", "panel.csv", "--out", "link"), "link: is a symbolic link"),
        (("--data", "panel.csv", "--out", "x" * 300), "File name too long"),
    ],
)
def test_strange_places_are_refused_in_one_line(folder, call, words, told):
    os.mkfifo(folder / "pipe.csv")
    (folder / "empty.csv").touch()
    (folder / "empty.parquet").touch()
    os.truncate(os.open(folder / "sparse.csv", os.O_CREAT | os.O_WRONLY), 20_000_000_000)
    (folder / "elsewhere").mkdir()
    (folder / "link").symlink_to(folder / "elsewhere")
    before = sorted(path.name for path in folder.iterdir())
    done = call("run", "mine.toml", *words)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and told in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == before


def test_letters_that_a_terminal_lacks(folder):
    done = replicate(folder, *RUN[:-1], "Größe\u65e5", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "results in Gr\\xf6\\xdfe\\u65e5" in done.stdout


def test_decimals_of_a_database_are_numbers(folder, call):
    table = pa.Table.from_pandas(PANEL, preserve_index=False)
    decimals = pa.array([f"{value:.3f}" for value in PANEL["x"]]).cast(pa.decimal128(10, 3))
    pq.write_table(table.set_column(table.column_names.index("x"), "x", decimals), folder / "panel.parquet")
    assert call("run", "mine.toml", "--data", "panel.parquet", "--out", "other").returncode == 0
    call(*RUN)
    assert content(folder / "other")["estimates.csv"] == content(folder / "out")["estimates.csv"]
