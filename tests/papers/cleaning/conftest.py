"""The panel of this project's processed tables, made once."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="package")
def panel(tables):
    return tables["allocation"].set_index(["iso3", "year"])
