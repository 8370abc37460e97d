"""The index of exhibits names what is there, and every exhibit of a text has its row."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from cleaning.exhibits import RECIPES
from replication.deposit.readme import exhibit_page
from replication.sources.registry import load, read
from replication.spec.read_study import read_study
from tests.support.repository import HERE, ROOT

STUDIES = ("katada", "posen", "hatch", "matsumura")


@pytest.fixture(scope="module")
def index() -> pd.DataFrame:
    (recipe,) = RECIPES
    (path,) = recipe.inputs
    return recipe.build({path: read(HERE, load(HERE)[path])})


@pytest.mark.parametrize("study", STUDIES)
def test_every_exhibit_that_is_named_is_one_of_the_study(index, study):
    spec = read_study(ROOT / "specs" / f"{study}.toml")
    known = {f"table {entry.id}" for entry in spec.tables} | {f"figure {entry.id}" for entry in spec.figures}
    named = index.loc[(index["text"] == study), "ours"].dropna()
    templates = {name for name in named if name.startswith("template ")}
    assert set(named) - templates <= known
    for name in templates:
        assert (ROOT / "specs" / "templates" / f"{name.removeprefix('template ')}.toml").is_file()


def test_what_is_not_reproduced_says_why(index):
    told = index[index["status"] != "reproduced"]
    assert told["why"].notna().all()
    assert index.loc[index["ours"].isna(), "status"].eq("lost").all()


@pytest.mark.parametrize(
    ("study", "his"),
    [
        *(("posen", f"Figure {number}") for number in range(1, 7)),
        *(("hatch", f"Figure {number}") for number in range(1, 5)),
        *(("hatch", f"Table {number}") for number in range(1, 6)),
        *(("matsumura", name) for name in ("Table 1", "Scheme 1", "Scheme 2")),
        *(("katada", f"Hypothesis {number}") for number in (1, 2)),
    ],
)
def test_every_table_figure_and_scheme_of_the_texts_has_its_row(index, study, his):
    assert ((index["text"] == study) & (index["his"] == his)).any()


@pytest.mark.parametrize("study", STUDIES)
def test_every_statistic_is_shown(study):
    spec = read_study(ROOT / "specs" / f"{study}.toml")
    shown = {name for entry in (*spec.tables, *spec.figures) for name in entry.statistics}
    assert [entry.id for entry in spec.statistics if entry.id not in shown] == []


@pytest.mark.parametrize("study", STUDIES)
def test_every_exhibit_says_what_it_answers(study):
    spec = read_study(ROOT / "specs" / f"{study}.toml")
    assert [entry.id for entry in (*spec.tables, *spec.figures) if not re.search(r"\w", entry.finding)] == []


def test_the_list_of_exhibits_is_the_list():
    listed = (ROOT / "docs" / "exhibits.md").read_text()
    assert listed == exhibit_page(HERE), "run: replicate exhibits > docs/exhibits.md"
