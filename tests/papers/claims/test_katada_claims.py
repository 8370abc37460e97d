"""The claims of two texts of Katada (2001): how many, which are soft or ambiguous, which are sound."""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning import debt, hatch, katada_text, matsumura, posen, posen_text, wdi
from replication.claims.book import Text
from replication.claims.ledger import check_file
from replication.claims.verdict import AGREES, AMBIGUOUS, HARD, NOT_CHECKABLE, SOFT
from replication.project.places import Project
from tests.support.claims_files import ROOT, cleaned

MODULES = (katada_text, wdi, debt, hatch, matsumura, posen, posen_text)
SOUND = {
    "asia_lag", "few_years_earlier", "lending_boom", "debt_crisis_onset_introduction", "eight_chapters",
    "debt_crisis_onset_chapter_1", "asian_crisis_introduction", "asian_crisis_chapter_1", "peso_crisis",
    "brady_plan_before_deals", "initiative_after_1985", "nafa_three", "asia_mostly_cooperated",
}  # fmt: skip
ALONE = {"recycling_total", "thai_package", "nafa_swap", "thai_us_nothing", "largest_bilateral"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    recipes = tuple(recipe for module in MODULES for recipe in module.RECIPES)
    return cleaned(tmp_path_factory.mktemp("katada"), recipes)


@pytest.fixture(scope="module")
def text(project) -> Text:
    return check_file(project, ROOT / "claims/katada.toml").texts[0]


def test_no_claim_is_contradicted_but_by_a_decade_loosely_named(verdicts):
    assert {name for name, found in verdicts.items() if found in HARD} == set()
    softly = {name for name, found in verdicts.items() if found == SOFT}
    assert softly == {"hegemony_decline_introduction", "hegemony_decline_chapter_1"}
    assert {name for name, found in verdicts.items() if found == AMBIGUOUS} == {"brady_debt_fell"}


def test_sound_claims_are_not_accused(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] not in AGREES} == {}


def test_amounts_that_the_texts_print_alone_are_not_called_reproduced(verdicts):
    assert {verdicts[name] for name in ALONE} == {NOT_CHECKABLE}


def test_every_amount_and_every_place_is_of_one_of_the_two_texts(text, project):
    assert len(text.outcomes) >= 90
    assert all(o.claim.place.startswith(("Introduction, ", "Chapter 1, ")) for o in text.outcomes)
    amounts = pd.read_parquet(project.processed / "katada_packages.parquet")["amount"].dropna()
    assert set(amounts) <= {outcome.claim.stated.value for outcome in text.outcomes}
