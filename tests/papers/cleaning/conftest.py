"""Every processed table of this project, made once."""

from __future__ import annotations

import pytest

from replication.project.places import Project
from replication.sources.pipeline import build_all
from tests.support.repository import ROOT


@pytest.fixture(scope="package")
def tables():
    return build_all(Project(ROOT))[0]


@pytest.fixture(scope="package")
def panel(tables):
    return tables["allocation"].set_index(["iso3", "year"])
