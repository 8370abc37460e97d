"""A small project with results, made once from made-up figures, and copies of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from replication.cli import main
from replication.project.places import Project
from replication.versions.freeze import freeze
from tests.support import made_up

STUDY = """
[study]
id = "small"
title = "Two models, a statistic and a figure"
data = "panel"
entity = "land"
time = "year"

[[models]]
id = "line"
title = "Line"
formula = "y ~ lag(x, 1) + z"
where = "land != 'F'"
covariance = [{ kind = "clustered", cluster = ["land"] }, { kind = "classical" }]

[[models]]
id = "curve"
title = "Curve"
formula = "above ~ z"
estimator = "logit"

[variables]
above = "y > 0"

[[statistics]]
id = "stake"
title = "Yen"
table = "prices"
measure = "levels"
unit = "yen"
with = { group = "what", value = "price" }

[[tables]]
id = "models"
title = "Models"
models = ["line", "curve"]

[[tables]]
id = "yen"
title = "Yen"
table = "prices"

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
    project = made_up.lay_out(root)
    for path in (*project.study_files, *project.claims_files):
        path.unlink()
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


@pytest.fixture(scope="session")
def sealed(made, tmp_path_factory) -> Project:
    """A project with a ledger and a frozen version; not to be written to."""
    root = tmp_path_factory.mktemp("sealed") / "project"
    shutil.copytree(made, root)
    (root / "claims" / "one.toml").write_text(made_up.TEXT.format(id="one", price=110), encoding="utf-8")
    for words in (["claims"], ["report"]):
        assert main(["--project", str(root), *words]) == 0
    freeze(Project(root), "the first")
    return Project(root)


@pytest.fixture
def frozen(sealed, tmp_path) -> Project:
    """A copy of it, for one test to change."""
    root = tmp_path / "project"
    shutil.copytree(sealed.root, root)
    return Project(root)


def field(project: Project, row: int, column: str) -> str:
    """A number of the estimates as it is written."""
    lines = (project.current / "small" / "estimates.csv").read_text().splitlines()
    return lines[row].split(",")[lines[0].split(",").index(column)]


def checked(project: Project, capsys) -> tuple[int, list[str]]:
    """Exit code of a check, and its lines on the screen."""
    code = main(["--project", str(project.root), "check"])
    said = capsys.readouterr()
    return code, (said.out + said.err).splitlines()
