"""The page of coverage is what the tables say, and what those of Python and R say is run."""

from __future__ import annotations

import tomllib

import pytest

from replication.export.python_words import WAYS as PYTHON
from replication.export.r_words import WAYS as R
from tests.support.coverage import page, pairs
from tests.support.exported_models import MODELS, NO_PYTHON, NO_R
from tests.support.repository import ROOT


def test_the_page_is_that_of_the_tables():
    """Made again with: python -m tests.support.coverage > docs/coverage.md."""
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(("ways", "lacks"), [(PYTHON, NO_PYTHON), (R, NO_R)], ids=["python", "r"])
def test_every_estimator_and_error_with_words_is_among_those_that_are_run(ways, lacks):
    """The scripts of these models are run, and each of their errors is held."""
    run = set()
    for name, keys in MODELS.items():
        model = tomllib.loads(keys)
        for error in model["covariance"]:
            if (name, error.get("label", error["kind"])) not in lacks:
                run.add((model.get("estimator", "ols"), error["kind"]))
    assert run == pairs(ways)
