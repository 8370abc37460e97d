"""What the README shows runs as it is written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from replication.cli import main
from replication.spec.entries import Study
from tests.support.repository import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_study_of_ones_own_runs(tmp_path, monkeypatch, capsys):
    draw = np.random.default_rng(5)
    keys = pd.MultiIndex.from_product(
        [[f"C{i}" for i in range(15)], range(1975, 2000)], names=["country", "yr"]
    )
    panel = keys.to_frame(index=False).sample(frac=0.95, random_state=6)
    panel["region"] = (
        panel["country"].str[1:].astype(int).map(lambda i: ["Asia", "Latin America", "Europe"][i % 3])
    )
    for name in ("aid", "exports", "imports", "gdp"):
        panel[name] = np.exp(draw.normal(3, 0.5, len(panel)))
    monkeypatch.chdir(tmp_path)
    panel.to_csv("panel.csv", index=False)
    Path("mine.toml").write_text(re.search(r"```toml\n(.*?)```", README, re.S)[1])
    command = re.search(r"\.venv/bin/replicate (run mine\.toml .*)", README)[1]
    assert main(command.split()) == 0
    assert "first: " in capsys.readouterr().out
    assert {"clustered", "driscoll_kraay"} == set(pd.read_csv("mine/estimates.csv")["error"])


def test_from_a_clone_to_a_table_of_ones_own_in_four_commands(tmp_path, monkeypatch, capsys):
    block = re.search(r"first table of your own:\n\n```\n(.*?)```", README, re.S)[1]
    commands = [line.partition("#")[0].split() for line in block.splitlines()]
    assert len(commands) <= 4 and commands[0] == ["make", ".venv/installed"]
    assert "\n$(VENV)/installed:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    draw = np.random.default_rng(7)
    table = pd.DataFrame({"country": np.repeat(list("ABCDEFGH"), 9), "yr": np.tile(range(1980, 1989), 8)})
    monkeypatch.chdir(tmp_path)
    table.assign(aid=draw.normal(size=72), gdp=draw.normal(size=72)).to_csv("panel.csv", index=False)
    for program, *words in commands[1:]:
        assert program == ".venv/bin/replicate"
        assert main(words) == 0, capsys.readouterr().err
    tables = tmp_path / "results" / "current" / "panel" / "tables"
    assert {path.suffix for path in tables.iterdir()} >= {".csv", ".tex", ".html", ".md", ".typ"}
    assert (tables.parent / "tables.docx").exists()


def test_every_page_that_the_readme_links_is_there():
    linked = re.findall(r"\]\((docs/[^)#]+)\)", README)
    assert linked and [page for page in linked if not (ROOT / page).exists()] == []
    assert {"docs/swapping.md", "docs/conventions.md", "docs/messages.md", "docs/gallery/README.md"} <= set(
        linked
    )


def test_every_command_that_the_readme_names_is_a_target_of_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_keys_that_the_guide_names_are_keys_of_a_study():
    guide = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
    known = set(Study.model_json_schema()["$defs"]["ModelSpec"]["properties"])
    table = guide.split("**`[[models]]`**")[1].split("**`[[statistics]]`**")[0]
    named = {
        name for cell in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`(\w+)`", cell)
    }
    assert named == known


def test_the_example_is_toml():
    assert tomllib.loads(re.search(r"```toml\n(.*?)```", README, re.S)[1])["study"]["id"] == "mine"
