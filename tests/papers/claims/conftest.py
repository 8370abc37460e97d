"""What the tests of the texts' claims share."""

from __future__ import annotations

import pytest

from replication.claims.book import Text
from replication.claims.ledger import check_file
from replication.project.places import Project
from tests.support.claims_files import ROOT


@pytest.fixture(scope="session")
def project(cleaned_project) -> Project:
    """The repository's raw figures, cleaned once for all texts."""
    return cleaned_project


@pytest.fixture(scope="module")
def text(request, project) -> Text:
    """The text that a module names in TEXT, evaluated."""
    return check_file(project, ROOT / f"claims/{request.module.TEXT}.toml").texts[0]


@pytest.fixture(scope="module")
def verdicts(text) -> dict[str, str]:
    """The verdict on each claim of the text that a module is about."""
    return {outcome.claim.id: outcome.verdict for outcome in text.outcomes}
