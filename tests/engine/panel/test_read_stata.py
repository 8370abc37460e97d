"""A Stata file keeps its value labels and variable labels; its codes are numbers where numbers are needed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replication.errors import StudyError
from replication.estimate.design import Needs
from replication.language.evaluate import condition, evaluate
from replication.language.syntax import parse
from replication.panel.panel import panel_of
from replication.panel.read_table import read_user_table
from replication.panel.rows import prepare
from replication.spec.entries import FileKeys, ModelSpec

REGIONS = {1: "South", 2: "Asia", 3: "Africa", 9: "refused"}


@pytest.fixture
def path(tmp_path):
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "land": np.repeat([2, 1], 6),
            "year": np.tile(range(1990, 1996), 2),
            "region": np.tile([1, 2, 3], 4),
            "union": np.tile([0, 1], 6),
            "y": rng.normal(size=12),
        }
    )
    table.to_stata(
        tmp_path / "panel.dta",
        write_index=False,
        variable_labels={"y": "Aid, per cent"},
        value_labels={"land": {1: "Angola", 2: "Zambia"}, "region": REGIONS, "union": {0: "no", 1: "yes"}},
    )
    return tmp_path / "panel.dta"


def panel(path, **keys):
    return panel_of(read_user_table(path, FileKeys(**keys)), "land", "year", {})


def test_levels_have_the_names_of_the_file_and_the_order_of_its_codes(path):
    sample = prepare(panel(path), ModelSpec(id="m", formula="y ~ union + dummies(region)"), [], Needs({}))
    assert [term.name for term in sample.design.terms] == ["const", "union", "region=Asia", "region=Africa"]
    assert set(sample.design.x[:, 1]) == {0, 1}


def test_labels_and_codes_are_compared_alike(path):
    rows = panel(path).rows()
    for text in (
        "region == 'Asia'",
        "region == 2",
        "region in ('Asia')",
        "region not in ('South', 'Africa')",
    ):
        assert condition(text, rows).tolist() == (rows.table["region"] == 2).tolist(), text
    assert condition("region != 'Asia'", rows).tolist() == (rows.table["region"] != 2).tolist()
    assert evaluate(parse("region + 1"), rows).tolist() == (rows.table["region"] + 1).tolist()
    with pytest.raises(StudyError, match="labels are not in order; compare with =="):
        condition("region > 'Asia'", rows)


def test_entities_go_by_their_names(path):
    found = panel(path)
    assert found.keys()["land"].tolist() == ["Angola"] * 6 + ["Zambia"] * 6
    assert found.table["y"].tolist()[:6] == pd.read_stata(path)["y"].tolist()[6:]


def test_the_study_may_take_the_labels_or_the_codes(path):
    assert panel(path, text=["region"]).table["region"].tolist()[:3] == ["South", "Asia", "Africa"]
    assert "region" not in panel(path, numbers=["region"]).reading.named
    assert panel(path, missing=["Asia"]).table["region"].isna().sum() == 4


def test_variable_labels_are_told(path):
    assert read_user_table(path).labels == {"y": "Aid, per cent"}


def test_one_label_of_two_codes_is_two_levels(tmp_path):
    table = pd.DataFrame({"land": [1.0, 2, 3], "year": 1990, "g": [1, 2, 3]})
    table.to_stata(
        tmp_path / "a.dta", write_index=False, value_labels={"g": {1: "same", 2: "same", 3: "other"}}
    )
    named = read_user_table(tmp_path / "a.dta").named["g"]
    assert [named.name(code) for code in (1, 2, 3, 4)] == ["same (1)", "same (2)", "other", "4"]
