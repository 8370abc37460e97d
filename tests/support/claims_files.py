"""Small claims files for the tests of the ledger, and projects for those of the texts."""

from __future__ import annotations

import shutil
from pathlib import Path

from replication.project.places import Project
from replication.sources.pipeline import clean_all
from tests.support.repository import ROOT

HEAD = """
[text]
id = "mine"
title = "My text"
author = "Me"
year = 2000
citation = "Me (2000)."
"""
CLAIM = """
[[claims]]
id = "share"
place = "p. 1"
claim = "A fifth"
kind = "share"
stated = { value = 20, unit = "percent" }
"""
READING = """
[[claims.readings]]
basis = "document"
compute = "100 * a / b"
inputs.a = { table = "figures", where = "key == 'a'" }
inputs.b = { table = "figures", where = "key == 'b'" }
"""


def cleaned(root: Path) -> Project:
    """A project in an empty folder, on the raw figures of the repository, with the processed tables."""
    (root / "data").mkdir()
    (root / "data/raw").symlink_to(ROOT / "data/raw")
    (root / "cleaning").symlink_to(ROOT / "cleaning")
    shutil.copy(ROOT / "pyproject.toml", root)
    project = Project(root)
    clean_all(project)
    return project
