"""The four studies and the tables they read, made once."""

from __future__ import annotations

import pytest

from replication.sources.pipeline import build_all
from replication.sources.registry import read
from replication.spec.read_study import read_study
from tests.support.repository import HERE


@pytest.fixture(scope="session")
def built():
    """Processed tables and sources."""
    return build_all(HERE)


@pytest.fixture(scope="session")
def tables(built):
    return built[0]


@pytest.fixture(scope="session")
def raw(built):
    """Raw files as read, by path."""
    return {path: read(HERE, source) for path, source in built[1].items()}


@pytest.fixture(scope="session")
def studies():
    return {path.stem: read_study(path) for path in sorted(HERE.specs.glob("*.toml"))}
