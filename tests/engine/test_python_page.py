"""docs/python.md is true: its code runs, also in a notebook, and it names every call."""

from __future__ import annotations

import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

import replication as rp
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
CODE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(4)
    table = pd.DataFrame(
        {"country": np.repeat(list("ABCDEFGHIJKL"), 9), "yr": np.tile(range(1980, 1989), 12)}
    )
    table = table.assign(aid=draw.gamma(2, 2, 108), gdp=draw.normal(size=108), war=draw.integers(0, 2, 108))
    table.loc[4, "gdp"] = -999
    table.to_csv("panel.csv", index=False)
    return tmp_path


def test_a_notebook_reads_fits_shows_and_exports(folder):
    lines = CODE.strip().splitlines()
    assert len(lines) <= 20
    cells = [
        nbformat.v4.new_code_cell(CODE),
        nbformat.v4.new_code_cell("both"),
        nbformat.v4.new_code_cell("within.dropped"),
    ]
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    # what is printed comes in as many parts as the machine makes of it
    printed = "".join(part["text"] for part in book.cells[0]["outputs"])
    shown, dropped = (cell["outputs"][0] for cell in book.cells[1:])
    assert "log(aid) by OLS" in printed and "\\begin{tabular}" in printed
    assert "<figure" in shown["data"]["text/html"] and "lag(gdp)" in shown["data"]["text/html"]
    assert "missing regressor lag(gdp)" in dropped["data"]["text/html"]
    assert (folder / "models.docx").stat().st_size > 1000


def test_the_page_names_every_call_and_every_way_out():
    calls = [name for name in rp.__all__ if name[0].islower()]
    assert [name for name in calls if f"rp.{name}(" not in PAGE] == []
    ways = [name for name in dir(rp.api.Results) if name.startswith("to_")] + [
        "table",
        "statistics",
        "dropped",
    ]
    assert [name for name in ways if f".{name}" not in PAGE] == []
