"""Every mistake that beginners make is read rightly or answered with place, word and fix, in one line."""

from __future__ import annotations

import pytest

from tests.support.mistake_table import ROWS
from tests.support.mistakes import Mistake, answer, page
from tests.support.repository import ROOT

TRIES = {f"{kind}: {mistake.what}": mistake for kind, mistakes in ROWS.items() for mistake in mistakes}


@pytest.mark.parametrize("mistake", TRIES.values(), ids=[name[:90] for name in TRIES])
def test_a_mistake_is_answered(mistake: Mistake):
    given = answer(mistake)
    assert [part for part in mistake.told if part not in given.told] == [], given.told
    if given.code:
        assert given.code == 2 and given.told.startswith("replicate: ") and "\n" not in given.told
        assert "out" not in given.left


def test_the_page_shows_every_answer_as_it_is_printed():
    """Made again with: python -m tests.support.mistakes > docs/messages.md."""
    assert (ROOT / "docs" / "messages.md").read_text(encoding="utf-8") == page()
