"""The claims of Matsumura's article: how many, which are contradicted and how, which are sound."""

from __future__ import annotations

from replication.claims.recorded import TableId
from replication.claims.verdict import AGREES, AMBIGUOUS, BY_DATA, BY_DOCUMENT, CONSISTENT, SOFT

TEXT = "matsumura"
# Each was read in the article: place and arithmetic stand in the ledger.
HARD = {
    "strong_detentists_in_defense": BY_DOCUMENT,  # section 1, paragraph 8, against Table 1
    "summit_date": BY_DOCUMENT,  # August, against the newspapers of 21 June in notes 32 and 33
}
SOFTLY = {
    "miti_after_pressure", "wigg_supports_bill", "won_at_home", "won_abroad", "treasury_isolated",
    "task_force_report_date", "mfa_after_warning",
}  # fmt: skip
SEVERAL_READINGS = {"untied_cumulative_sum", "credits_against_loans"}
DATED_BY_A_NEWSPAPER = {
    "platform_year", "fifty_letter_date", "baker_answer_date", "mof_position_date", "shultz_warning_date",
    "british_disclosure_date", "moscow_before_disclosure", "miti_measures_in_order",
}  # fmt: skip
SOUND = {
    "baker_following_day", "mof_after_baker", "mof_position_before_summit", "mfa_after_disclosure",
    "kemp_letter_first", "summit_nations", "three_markets", "europe_as_much_as_japan", "dollar_fell",
    "toshiba_then_lending", "fifty_representatives",
}  # fmt: skip


def test_the_contradictions_are_those_read_in_the_article(verdicts):
    assert {name: found for name, found in verdicts.items() if found in (BY_DOCUMENT, BY_DATA)} == HARD
    assert {name for name, found in verdicts.items() if found == SOFT} == SOFTLY
    assert {name for name, found in verdicts.items() if found == AMBIGUOUS} == SEVERAL_READINGS


def test_sound_claims_are_not_accused(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] not in AGREES} == {}


def test_the_day_of_a_newspaper_bounds_what_it_reports_and_shows_no_more(verdicts):
    assert {verdicts[name] for name in DATED_BY_A_NEWSPAPER} == {CONSISTENT}


def test_statements_set_against_one_another_by_us_are_no_claims_of_the_text(text):
    ours = {outcome.claim.id for outcome in text.outcomes if outcome.claim.auditor}
    assert ours == {"miti_after_pressure", "cumulative_between_years", *SEVERAL_READINGS}


def test_every_share_and_loan_of_the_tables_has_a_claim_that_states_it(text):
    assert len(text.outcomes) >= 70
    stated = {outcome.claim.stated.value for outcome in text.outcomes}
    for table, column in (("matsumura_shares", "share"), ("matsumura_loans", "amount")):
        assert set(text.tables[TableId(table)].rows[column]) <= stated
