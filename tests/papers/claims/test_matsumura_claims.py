"""The claims of Matsumura's article: how many, which are contradicted and how, which are sound."""

from __future__ import annotations

import pytest

from cleaning import matsumura, posen, posen_text
from replication.claims.book import Text
from replication.claims.ledger import check_file
from replication.claims.verdict import AGREES, AMBIGUOUS, BY_DATA, BY_DOCUMENT, SOFT
from tests.support.claims_files import ROOT, cleaned

# Each was read in the article: place and arithmetic stand in the ledger.
HARD = {
    "strong_detentists_in_defense": BY_DOCUMENT,  # section 1, paragraph 8, against Table 1
    "summit_date": BY_DOCUMENT,  # August, against the newspapers of 21 June in notes 32 and 33
}
SOFTLY = {
    "miti_after_pressure", "wigg_supports_bill", "won_at_home", "won_abroad", "treasury_isolated",
    "task_force_report_date", "mfa_after_warning",
}  # fmt: skip
SEVERAL_READINGS = {"untied_cumulative_sum", "credits_against_loans", "toshiba_then_lending"}
SOUND = {
    "baker_following_day", "mof_after_baker", "mof_position_before_summit", "mfa_after_disclosure",
    "kemp_letter_first", "summit_nations", "three_markets", "europe_as_much_as_japan", "dollar_fell",
}  # fmt: skip


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> Text:
    project = cleaned(
        tmp_path_factory.mktemp("matsumura"), (*matsumura.RECIPES, *posen.RECIPES, *posen_text.RECIPES)
    )
    return check_file(project, ROOT / "claims/matsumura.toml").texts[0]


def test_the_contradictions_are_those_read_in_the_article(verdicts):
    assert {name: found for name, found in verdicts.items() if found in (BY_DOCUMENT, BY_DATA)} == HARD
    assert {name for name, found in verdicts.items() if found == SOFT} == SOFTLY
    assert {name for name, found in verdicts.items() if found == AMBIGUOUS} == SEVERAL_READINGS


def test_sound_claims_are_not_accused(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] not in AGREES} == {}


def test_every_share_and_loan_of_the_tables_has_a_claim_that_states_it(text):
    assert len(text.outcomes) >= 70
    stated = {outcome.claim.stated.value for outcome in text.outcomes}
    for table, column in (("matsumura_shares", "share"), ("matsumura_loans", "amount")):
        assert set(text.tables[table].rows[column]) <= stated
