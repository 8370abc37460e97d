"""A small project with results, made once from the package's own raw figures, and copies of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from replication.cli import main
from replication.project.places import Project
from tests.support.repository import lay_out

STUDY = """
[study]
id = "small"
title = "Two models, a statistic and a figure"
data = "allocation"

[[models]]
id = "line"
title = "Line"
formula = "japan_aid ~ lag(us_military_aid, 1) + debt_service"
where = "region == 'Latin America'"
covariance = [{ kind = "clustered", cluster = ["iso3"] }, { kind = "classical" }]

[[models]]
id = "curve"
title = "Curve"
formula = "above ~ debt_service"
estimator = "logit"

[variables]
above = "japan_aid > 20"

[[statistics]]
id = "stake"
title = "Yen"
table = "posen_yen_dollar"
measure = "levels"
unit = "yen"

[[tables]]
id = "models"
title = "Models"
models = ["line", "curve"]

[[tables]]
id = "yen"
title = "Yen"
table = "posen_yen_dollar"

[[figures]]
id = "coefficients"
title = "Coefficients"
kind = "coefficients"
models = ["line"]
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A project folder in which everything has been made; not to be written to."""
    root = tmp_path_factory.mktemp("made")
    lay_out(root)
    (root / "specs").mkdir()
    (root / "specs" / "small.toml").write_text(STUDY, encoding="utf-8")
    study = str(root / "specs" / "small.toml")
    for words in (["data"], ["run", study], ["crosscheck", study], ["report"]):
        assert main(["--project", str(root), *words]) == 0
    return root


@pytest.fixture
def project(made, tmp_path) -> Project:
    """A copy of the made project, for one test to change."""
    root = tmp_path / "project"
    shutil.copytree(made, root)
    return Project(root)


def plant(path: Path, old: str, new: str) -> None:
    """Change a text in a file, once."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.chmod(0o644)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
