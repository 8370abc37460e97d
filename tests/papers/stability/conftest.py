"""The four studies and the raw files, read once."""

from __future__ import annotations

import functools

import pytest

from replication.sources.registry import read
from replication.spec.read_study import read_study
from tests.support.published_cells import cells_of_model
from tests.support.repository import HERE


@pytest.fixture(scope="session")
def raw(built):
    """Raw files as read, by path."""
    return {path: read(HERE, source) for path, source in built[1].items()}


@pytest.fixture(scope="session")
def studies():
    return {path.stem: read_study(path) for path in sorted(HERE.specs.glob("*.toml"))}


@pytest.fixture(scope="session")
def known(studies, tables):
    """The function that gives a model's published cells on the tables as they are; each is run once."""
    return functools.cache(lambda model: cells_of_model(studies["katada"], model, tables))
