"""What the tests of the texts' claims share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def verdicts(text) -> dict[str, str]:
    """The verdict on each claim of the text that a module is about."""
    return {outcome.claim.id: outcome.verdict for outcome in text.outcomes}
