"""docs/claims.md prints what the program knows: the convention of words, the mistakes that are told."""

from __future__ import annotations

from replication.claims.wording_table import TABLE
from tests.engine.claims.test_mistakes import MISTAKES
from tests.support.repository import ROOT

GUIDE = (ROOT / "docs/claims.md").read_text(encoding="utf-8")


def test_the_guide_prints_the_convention():
    for wording in TABLE:
        assert f"| {', '.join(wording.phrases)} | {wording.leaves} |" in GUIDE, wording.phrases[0]


def test_the_guide_lists_the_mistakes():
    assert len(MISTAKES) == 12
    assert [mistake for mistake in MISTAKES if f"| {mistake} |" not in GUIDE] == []
