"""The page of coverage is what the tables say, and what Python's table says is run."""

from __future__ import annotations

import tomllib

from replication.export.python_words import WAYS
from tests.engine.export.test_export_study import MODELS, NO_PYTHON
from tests.support.coverage import page, pairs
from tests.support.repository import ROOT


def test_the_page_is_that_of_the_tables():
    """Made again with: python -m tests.support.coverage > docs/coverage.md."""
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == page()


def test_every_estimator_and_error_with_python_words_is_among_those_that_are_run():
    """`test_python_scripts_give_our_numbers` runs each of these models and holds each of their errors."""
    run = set()
    for name, keys in MODELS.items():
        model = tomllib.loads(keys)
        for error in model["covariance"]:
            if (name, error.get("label", error["kind"])) not in NO_PYTHON:
                run.add((model.get("estimator", "ols"), error["kind"]))
    assert run == pairs(WAYS)
