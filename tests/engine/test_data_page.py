"""docs/data.md is true: its study runs, and what it says of fields and times is what is read."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.cli import main
from replication.panel.read_table import READERS, read_user_table
from replication.panel.times import periods_of
from replication.spec.entries import FileKeys
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
STUDY = re.search(r"```toml own\n(.*?)```", PAGE, re.DOTALL)[1]


def rows_of(section: str) -> list[list[str]]:
    """The cells of the table in a section, without its head."""
    lines = [line for line in PAGE.split(section)[1].split("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_study_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(1)
    table = pd.DataFrame({"country": np.repeat(list("abcdef"), 8), "year": np.tile(range(1990, 1998), 6)})
    table.assign(aid=draw.normal(size=48), gdp=draw.normal(size=48)).to_csv("panel.csv", index=False)
    Path("growth.toml").write_text(STUDY, encoding="utf-8")
    assert main(["run", "growth.toml", "--out", "results"]) == 0
    assert capsys.readouterr().out.startswith("panel.csv: 48 rows, 4 columns; parted by commas\n")


def test_the_page_names_every_format_and_every_key():
    assert {ending for ending in READERS if f"`{ending}`" in PAGE} == set(READERS)
    keys = {key for row in rows_of("## Keys under") for key in re.findall(r"`(\w+) = ", row[0])}
    assert keys == set(FileKeys.model_fields)


@pytest.mark.parametrize(("written", "read"), [row[:2] for row in rows_of("## Time")])
def test_times_are_what_the_page_says(tmp_path, written, read):
    for text in re.findall(r"`([^`]+)`", written):
        others = {"19901": "19902\n19903\n19904\n19911", "1990.25": "1990\n1990.5\n1990.75\n1991"}
        rows = f"{text}\n{others.get(text, '')}".strip()
        rows += "\n1991/92" if "/" in text else ""
        rows += f"\n{text[:-2]}28" if text.endswith("1990-01-31") else ""
        (tmp_path / "a.csv").write_text("t|x\n" + "".join(f"{row}|1\n" for row in rows.splitlines()))
        found = periods_of(read_user_table(tmp_path / "a.csv"), "t")
        unit = "year" if found.clock is None else found.clock.unit
        assert f"{unit}s" in read or (unit in ("day", "year") and "dates" in read), (text, found)
