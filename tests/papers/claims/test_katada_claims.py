"""The claims of two texts of Katada (2001): how many, which are soft or ambiguous, which are sound."""

from __future__ import annotations

import pandas as pd

from replication.claims.verdict import AGREES, AMBIGUOUS, CONSISTENT, HARD, NOT_CHECKABLE, REPRODUCED, SOFT

TEXT = "katada"
SOUND = {
    "few_years_earlier", "lending_boom", "debt_crisis_onset_introduction", "eight_chapters",
    "debt_crisis_onset_chapter_1", "asian_crisis_introduction", "asian_crisis_chapter_1", "peso_crisis",
    "initiative_after_1985", "nafa_three", "asia_mostly_cooperated", "thai_package_month",
    "presence_shift",
}  # fmt: skip
WEAKLY_TESTED = {
    "thai_crisis_start", "number_two_power", "asia_lag", "brady_lag", "new_miyazawa", "thai_loans_japanese",
}  # fmt: skip
ALONE = {
    "recycling_total", "recycling_announced", "recycling_expanded_last", "miyazawa_plan", "thai_package",
    "nafa_swap", "syndicate_banks",
}  # fmt: skip


def test_no_claim_is_contradicted_but_by_a_decade_loosely_named(verdicts):
    assert {name for name, found in verdicts.items() if found in HARD} == set()
    softly = {name for name, found in verdicts.items() if found == SOFT}
    assert softly == {"hegemony_decline_introduction"}
    assert {name for name, found in verdicts.items() if found == AMBIGUOUS} == {"brady_debt_fell"}


def test_sound_claims_are_not_accused_and_weak_tests_not_called_more(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] != REPRODUCED} == {}
    assert {verdicts[name] for name in WEAKLY_TESTED} == {CONSISTENT}
    assert all(verdicts[name] in AGREES for name in ("triangle_1980s", "prime_supplier"))


def test_amounts_that_the_texts_print_alone_are_not_called_reproduced(verdicts):
    assert {verdicts[name] for name in ALONE} == {NOT_CHECKABLE}


def test_every_amount_and_every_place_is_of_one_of_the_two_texts(text, project):
    assert len(text.outcomes) >= 90
    assert all(o.claim.place.startswith(("Introduction, ", "Chapter 1, ")) for o in text.outcomes)
    amounts = pd.read_parquet(project.processed / "katada_packages.parquet")["amount"].dropna()
    assert set(amounts) <= {outcome.claim.stated.value for outcome in text.outcomes}
