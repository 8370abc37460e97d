"""docs/architecture.md is true: its rooms and files are there, and each recipe runs."""

from __future__ import annotations

import re
import types

import numpy as np
import pandas as pd
import pytest

from replication.describe import measures
from replication.estimate import words
from replication.panel.panel import read_panel
from replication.publish.table import Cell, Table
from replication.sources.pipeline import clean_all, read_table
from replication.spec.entries import ModelSpec, StatisticSpec
from replication.study.one_model import plan, run_model
from replication.study.statistics import run_statistic
from tests.conftest import write_raw
from tests.engine.test_rooms import ROOMS
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"```python (\w+)\n(.*?)```", PAGE, re.DOTALL))
DRAW = np.random.default_rng(3)
ROWS = pd.DataFrame(
    {"e": np.repeat(list("abcd"), 6), "t": np.tile(range(6), 4), "x": DRAW.normal(size=24)}
).assign(y=lambda rows: rows["x"] + DRAW.normal(size=24))


def module(name: str) -> types.ModuleType:
    """A recipe of the page as a module."""
    made = types.ModuleType(name)
    exec(compile(RECIPES[name], f"docs/architecture.md, {name}", "exec"), made.__dict__)
    return made


def run(**keys) -> pd.DataFrame:
    model = ModelSpec(**{"id": "m", "formula": "y ~ x", **keys})
    return run_model(read_panel(ROWS, "e", "t", {}, "rows"), plan(model)).estimates


def test_the_rooms_are_those_that_the_imports_keep_to():
    named = re.findall(r"^\| ((?:`[\w./]+`(?:, )?)+) \|", PAGE.split("## Contracts")[0], re.MULTILINE)
    rooms = [name.strip("/").removesuffix(".py") for row in named for name in re.findall(r"`([\w./]+)`", row)]
    within = ("estimate/numbers", "estimate/linear", "gls", "limited", "dynamic", "estimate/covariances")
    assert [room for room in rooms if room not in within] == ROOMS


def test_every_file_that_the_page_names_is_there():
    named = set(re.findall(r"`((?:replication|cleaning|specs|data|tests)/[\w./]+\.\w+)`", PAGE))
    made = {name for name in named if name.startswith("data/processed")}
    assert len(named) > 25
    assert [name for name in sorted(named - made) if not (ROOT / name).is_file()] == []


def test_twenty_questions_have_an_answer():
    row = r"^\| .+ \| `(replication/.+\.py)`, `(\w+)` \|$"
    answers = re.findall(row, PAGE.split("Twenty questions")[1], re.M)
    assert len(answers) == 20
    defined = r"^(?:def|class) {0}\b|^{0}\b.* = "
    assert [
        (path, name)
        for path, name in answers
        if not re.search(defined.format(name), (ROOT / path).read_text(encoding="utf-8"), re.M)
    ] == []


def test_an_estimator(monkeypatch):
    for word, function in module("estimator").ESTIMATORS.items():
        monkeypatch.setitem(words.ESTIMATORS, word, function)
    found = run(estimator="ridge", options={"penalty": 0.0})
    pd.testing.assert_frame_equal(found, run())


def test_an_error(monkeypatch):
    for word, function in module("error").COVARIANCES.items():
        monkeypatch.setitem(words.COVARIANCES, word, function)
    found = run(covariance=[{"kind": "plain_white", "factor": 4.0}, {"kind": "hc0"}])
    four, one = (found[found["error"] == error]["std_error"].to_numpy() for error in ("plain_white", "hc0"))
    np.testing.assert_allclose(four, 2 * one, rtol=1e-12)


def test_a_measure(monkeypatch):
    for word, function in module("measure").MEASURES.items():
        monkeypatch.setitem(measures.MEASURES, word, function)
    spec = StatisticSpec.model_validate(
        {"id": "s", "title": "S", "table": "rows", "measure": "doubled", "unit": "u"}
        | {"with": {"group": "e", "period": "t", "value": "x", "times": 3.0}}
    )
    np.testing.assert_allclose(run_statistic(spec, ROWS)["value"], 3 * ROWS["x"], rtol=1e-15)


def test_a_data_set(tmp_path):
    project = write_raw(tmp_path, {"rain.csv": b"place,metres\nA,0.5\nB,1.25\n"})
    project.cleaning.mkdir()
    (project.cleaning / "rain.py").write_text(RECIPES["dataset"], encoding="utf-8")
    clean_all(project)
    assert read_table(project, "rain")["metres"].tolist() == [0.5, 1.25]


def test_a_table_format():
    table = Table("t", "T", ("", "a"), ((Cell("x"), Cell("1.5", ("table", "t", "0", "a"))),))
    assert module("format").WRITERS["wiki"](table) == "||x||1.5||\n"


@pytest.mark.parametrize("name", ["estimator", "error", "measure", "dataset", "format"])
def test_every_recipe_is_on_the_page(name):
    assert name in RECIPES
