"""docs/conventions.md says what the code does."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from replication.cli import main
from tests.support.conventions_page import page
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")


def test_the_page_is_the_one_that_the_code_makes():
    """Made again with: python -m tests.support.conventions_page > docs/conventions.md."""
    assert page() == PAGE


def test_every_difference_that_users_ask_for_has_an_option():
    named = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {
        ("clustered", "groups"),
        ("clustered", "absorbed"),
        ("driscoll_kraay", "correction"),
        ("newey_west", "lagged"),
        ("wild_bootstrap", "ties"),
        ("quantile", "errors"),
        ("sur", "divisor"),
    } <= set(named)


def test_what_the_head_says_of_singletons_errors_and_bases(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(2)
    table = pd.DataFrame({"land": np.repeat(list("abcdef"), 6), "year": np.tile(range(1990, 1996), 6)})
    table = table.assign(y=draw.normal(size=36), x=draw.normal(size=36))
    pd.concat([table, pd.DataFrame([{"land": "g", "year": 1990, "y": 1.0, "x": 2.0}])]).to_csv("panel.csv")
    study = '[study]\nid = "s"\ntitle = "S"\nentity = "land"\ntime = "year"\n\n[[models]]\nid = "m"\n'
    found = {}
    for singletons in ("drop", "keep"):
        (tmp_path / "s.toml").write_text(
            f'{study}formula = "y ~ x"\neffects = ["entity"]\nsingletons = "{singletons}"\n'
        )
        assert main(["run", "s.toml", "--data", "panel.csv", "--out", singletons]) == 0
        found[singletons] = capsys.readouterr().out
    assert "36 of 37 rows" in found["drop"] and "37 of 37 rows" in found["keep"]
    assert "errors: clustered" in found["keep"]
    drop, keep = (pd.read_parquet(f"{each}/estimates.parquet") for each in ("drop", "keep"))
    assert (
        drop["estimate"][0] == keep["estimate"][0] or abs(drop["estimate"][0] - keep["estimate"][0]) < 1e-14
    )
