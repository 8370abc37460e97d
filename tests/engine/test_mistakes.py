"""Every mistake that beginners make is read rightly or answered with place, word and fix, in one line."""

from __future__ import annotations

import pytest

from tests.support.mistake_table import ROWS
from tests.support.mistakes import Mistake, answer, page
from tests.support.repository import ROOT

TRIES = {f"{kind}: {mistake.what}": mistake for kind, mistakes in ROWS.items() for mistake in mistakes}


@pytest.mark.parametrize("mistake", TRIES.values(), ids=[name[:90] for name in TRIES])
def test_a_mistake_is_answered(tmp_path, mistake: Mistake):
    code, told = answer(mistake, tmp_path)
    assert [part for part in mistake.told if part not in told] == [], told
    if code:
        assert code == 2 and told.startswith("replicate: ") and "\n" not in told
        assert not (tmp_path / "out").exists()


def test_the_page_shows_every_answer_as_it_is_printed():
    """Made again with: python -m tests.support.mistakes > docs/messages.md."""
    assert (ROOT / "docs" / "messages.md").read_text(encoding="utf-8") == page()
