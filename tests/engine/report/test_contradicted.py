"""Contradicted claims by name: those of the texts, for good, a finding once."""

from __future__ import annotations

import pandas as pd

from replication.claims.tidy import AUDITORS, TEXTS
from replication.claims.verdict import HARD
from replication.report import contradicted
from replication.report.contradicted import claims_told


def _ledger(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    names = ["id", "verdict", "whose", "same_finding"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(text="a", claim="It is " + frame["id"], place="page 1", arithmetic="1 against 2")


def test_its_words_are_those_of_the_ledger():
    assert tuple(HARD) == contradicted.CONTRADICTED
    assert contradicted.TEXTS == TEXTS


def test_what_is_soft_an_auditors_or_told_before_is_left_out():
    ledger = _ledger(
        ("first", HARD[0], TEXTS, ""),
        ("again", HARD[0], TEXTS, "first"),
        ("ours", HARD[1], AUDITORS, ""),
        ("fine", "reproduced", TEXTS, ""),
        ("second", HARD[1], TEXTS, ""),
    )
    counts = pd.DataFrame(
        [("a", "a", TEXTS, verdict, "", claims) for verdict, claims in ((HARD[0], 1), ("reproduced", 4))],
        columns=["text", "document", "whose", "verdict", "support", "claims"],
    )
    told = claims_told(counts, ledger, {"a": "Author 2001"}, "ledger.html")
    assert [(each.text, each.claim, each.link) for each in told.contradicted] == [
        ("Author 2001", "It is first", "ledger.html#claim-a-first"),
        ("Author 2001", "It is second", "ledger.html#claim-a-second"),
    ]
    assert told.total == 5 and told.documents == ["a"]
