"""A whole project that is made up and small: raw figures, cleaning, two studies, two texts, all results."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from replication import __version__
from replication.cli import main
from replication.project.places import Project
from replication.sources.registry import KEYS
from replication.versions import remake
from replication.versions.attest import Cost
from replication.versions.manifest import machine
from tests.support.repository import ROOT

CLEANING = '''
"""Tables of a made-up project: rows as they stand in the files, and one table derived from another."""

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

LAND = Column("land", "text", "name", "country", pattern="[A-Z]")
YEAR = Column("year", "integer", "year", "calendar year", low=1900, high=2100)
FIGURES = tuple(Column(name, "number", "points", name) for name in "xyz")
PANEL = Schema("panel", "A panel", (LAND, YEAR, *FIGURES), ("land", "year"))
WHAT, PRICE = Column("what", "text", "name", "what is sold"), Column("price", "number", "yen", "its price")
PRICES = Schema("prices", "Prices", (WHAT, YEAR, PRICE), ("what", "year"))
MEANS = Schema("means", "Means by country", (LAND, Column("y", "number", "points", "mean of y")), ("land",))
RECIPES = [
    as_read(PANEL, "panel.csv"),
    as_read(PRICES, "prices.csv"),
    Recipe(MEANS, ("panel",), lambda t: t["panel"].groupby("land", as_index=False)["y"].mean(), derived=True),
]
'''
FIRST = """
[study]
id = "first"
title = "A model"
data = "panel"
entity = "land"
time = "year"

[[models]]
id = "line"
formula = "y ~ x + z"
covariance = [{ kind = "clustered", cluster = ["land"] }]

[[tables]]
id = "models"
title = "Models"
models = ["line"]

[[tables]]
id = "means"
title = "Means"
table = "means"

[[figures]]
id = "coefficients"
title = "Coefficients"
kind = "coefficients"
models = ["line"]
"""
SECOND = """
[study]
id = "second"
title = "A statistic"

[[statistics]]
id = "price"
title = "Prices"
table = "prices"
measure = "levels"
unit = "yen"
with = { group = "what", value = "price" }

[[tables]]
id = "price"
title = "Prices"
statistics = ["price"]
"""
TEXT = """
[text]
id = "{id}"
title = "A text"
author = "Nobody"
year = 2000
citation = "Nobody (2000)."

[[claims]]
id = "price_1990"
place = "p. 1"
claim = "The price was {price} in 1990"
kind = "amount"
stated = {{ value = {price}, unit = "yen" }}

[[claims.readings]]
basis = "data"
compute = "price"
inputs.price = {{ table = "prices", where = "year == 1990", take = "price" }}
"""
CITATION = 'title: "A project"\nversion: 1\ndate-released: 2001-01-01\nauthors:\n  - name: "Nobody"\n'


def lay_out(root: Path) -> Project:
    """Everything that a person writes: raw figures, their registry, cleaning, studies, claims, settings."""
    project = Project(root)
    draw = np.random.default_rng(5)
    rows = [(land, year, *draw.normal(size=3).round(3)) for land in "ABCDEF" for year in range(1980, 1992)]
    panel = "".join(",".join(map(str, row)) + "\n" for row in rows)
    prices = "".join(f"rice,{year},{100 + year - 1980}\n" for year in range(1980, 1992))
    raw = {"panel.csv": f"land,year,x,y,z\n{panel}", "prices.csv": f"what,year,price\n{prices}"}
    files = {
        **{f"data/raw/{name}": text for name, text in raw.items()},
        "data/raw/SOURCES.toml": "\n".join(_entry(name, text) for name, text in raw.items()),
        "cleaning/figures.py": CLEANING,
        "specs/first.toml": FIRST,
        "specs/second.toml": SECOND,
        "claims/one.toml": TEXT.format(id="one", price=110),
        "claims/two.toml": TEXT.format(id="two", price=150),
        "pyproject.toml": '[tool.replication]\ntitle = "A project"\n',
        "CITATION.cff": CITATION,
        "LICENSE": "MIT\n",
        "Makefile": (ROOT / "Makefile").read_text(encoding="utf-8"),
        "requirements.lock": f"replication=={__version__}\n",
        "requirements.txt": "# nothing is needed\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return project


def _entry(path: str, text: str) -> str:
    entry = {key: f"{key} of the file" for key in KEYS if key != "traps"}
    entry |= {"path": path, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return "\n".join(["[[file]]", *(f'{key} = "{value}"' for key, value in entry.items()), "traps = []", ""])


def register(project: Project) -> None:
    """Write the registry anew for the raw files as they are now."""
    paths = sorted(project.raw.glob("*.csv"))
    project.registry.write_text("\n".join(_entry(path.name, path.read_text()) for path in paths))


def make(project: Project) -> None:
    """Everything that is made, and a frozen version of it."""
    root = ("--project", str(project.root))
    studies = [("run", str(path)) for path in project.study_files]
    studies.append(("crosscheck", str(project.specs / "first.toml")))
    for words in (("data",), *studies, ("claims",), ("report",), ("freeze", "--why", "first")):
        assert main([*root, *words]) == 0, words


def attest(project: Project) -> None:
    """What a run takes, as `make verify` leaves it: a deposit need not run everything once more to say it."""
    taken = Cost("2001-01-01", 1.0, 1.0, 100, machine())
    project.attestation.with_suffix(".json").write_text(json.dumps(asdict(taken)))


def in_one_process(patch: pytest.MonkeyPatch) -> None:
    """The commands that `all` runs run in this process, one by one, which starts them faster."""
    patch.setattr(remake, "AT_ONCE", 1)
    patch.setattr(remake, "_replicate", here)


def here(project: Project, words, command) -> int:
    """One of them in this process; what it prints is not shown."""
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["--project", str(project.root), *words, *command])


def copied(made: Path, root: Path) -> Project:
    """A copy of a project, for one test to change."""
    shutil.copytree(made, root)
    return Project(root)
