"""The claims of Posen (2001): all there, the contradicted and the sound, stated as they are recorded."""

from __future__ import annotations

import pandas as pd

from replication.claims.verdict import (
    AGREES,
    AMBIGUOUS,
    BY_DATA,
    BY_DOCUMENT,
    CONSISTENT,
    NOT_CHECKABLE,
    SOFT,
)

TEXT = "posen"
# Each was read in the text and in the figures beside it; the arithmetic stands in the ledger.
CONTRADICTED = {
    "net_sales_other": BY_DOCUMENT,
    "net_sales_trends": BY_DOCUMENT,  # the same finding once more
    "boj_independence": BY_DATA,  # the law took effect in April 1998, February in the text
    "riegle_neal": BY_DATA,  # the act was signed a year before the text has it
    "treasury_held_share": BY_DATA,
    "capital_controls_us": SOFT,  # given up in 1974, 1980 in the text
    "fdi_1990s_cap": SOFT,
    "fdi_ratio_japan": SOFT,
    "sl_duration": SOFT,
    "concerted_interventions": SOFT,
    "fdi_cap_ratio_record": SOFT,
}
SOUND = [
    "bank_claims_ratio", "bank_claims_share_ratio", "equity_fraction", "jusen_lag", "failures_to_reform",
    "stock_collapse_first", "stock_collapse_second", "trusts_not_growing",
    "obuchi", "big_bang", "failures", "plaza", "insurance_in_order", "riegle_neal_effect",
    "caught_up", "us_outgrows_japan", "bubble_burst",
    "sl_cost_gdp", "yen_decline_1998",
]  # fmt: skip
SEVERAL_READINGS = [
    "treasury_two_totals", "treasury_scale", "basle", "us_bubble", "recession_1991_92", "nationalizations",
]  # fmt: skip
WEAKLY_TESTED = [
    "deposit_share", "low_risk_share", "bank_reform",
    "financial_services_agency", "capital_injections", "us_debt_trillions", "japan_fragility",
    "garn_st_germain", "cd_holders_ratio", "fragility_1997_98", "civility", "jusen_first_to_collapse",
    "fdi_wave_us", "equity_multiple", "equity_net_zero", "japan_cost_gdp",
]  # fmt: skip


def test_every_hard_contradiction_is_one_that_was_read_in_the_text(verdicts):
    hard = {name: verdict for name, verdict in verdicts.items() if verdict in (BY_DOCUMENT, BY_DATA)}
    assert hard == {name: verdict for name, verdict in CONTRADICTED.items() if verdict != SOFT}
    assert {name: verdicts[name] for name in CONTRADICTED} == CONTRADICTED


def test_sound_claims_are_not_accused_and_weak_tests_not_called_more(verdicts):
    unsound = {name: verdicts[name] for name in SOUND if verdicts[name] not in AGREES}
    assert unsound == {} and CONSISTENT not in {verdicts[name] for name in SOUND}
    assert {verdicts[name] for name in SEVERAL_READINGS} == {AMBIGUOUS}
    assert {name: verdicts[name] for name in WEAKLY_TESTED if verdicts[name] != CONSISTENT} == {}


def test_what_cannot_be_inferred_is_not_checkable(verdicts):
    assert verdicts["treasury_net_sales_once"] == NOT_CHECKABLE  # all holders' quarter bounds no one's month


def test_no_figure_and_no_event_of_the_text_is_without_a_claim(text, verdicts, project):
    assert len(text.outcomes) >= 255
    read = {spec.where for o in text.outcomes for r in o.claim.readings for spec in r.inputs.values()}
    for table in ("posen_text_figures", "posen_text_events"):
        recorded = pd.read_parquet(project.processed / f"{table}.parquet")["id"]
        assert [name for name in recorded if name not in verdicts and f"id == '{name}'" not in read] == []


def test_claims_state_what_the_table_of_figures_records(text, project):
    recorded = pd.read_parquet(project.processed / "posen_text_figures.parquet").set_index("id")
    # upside down in the table; a yes or no here; years over here, begun there; an order of size here
    worded = {"equities_bonds_fall", "japan_fragility", "us_debt_trillions", "equity_years"}
    stated = {o.claim.id: o.stated for o in text.outcomes if o.claim.id not in worded}
    both = [name for name in recorded.index if name in stated]
    assert len(both) >= len(recorded) - len(worded) - 1
    for name in both:
        row = recorded.loc[name]
        figure = (
            row["value"] if pd.notna(row["value"]) else row["high"] if pd.isna(row["low"]) else row["low"]
        )
        assert pd.isna(figure) or stated[name].low <= figure <= stated[name].high, name


def test_dates_keep_their_month_and_day(text):
    dates = {o.claim.id: o.claim.stated.date for o in text.outcomes if o.claim.stated.date}
    assert dates["boj_independence"] == "1998-02" and dates["yen_support"] == "1998-06-17"
    assert not [o.claim.id for o in text.outcomes if o.claim.stated.unit in ("year", "decade")]
