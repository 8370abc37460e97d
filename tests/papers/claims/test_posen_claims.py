"""The claims of Posen (2001): all there, the contradicted and the sound, stated as they are recorded."""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning import posen, posen_text, wdi
from replication.claims.book import Text
from replication.claims.ledger import check_file
from replication.claims.verdict import AGREES, AMBIGUOUS, BY_DATA, BY_DOCUMENT, SOFT
from replication.project.places import Project
from tests.support.claims_files import ROOT, cleaned

# Each was read in the text and in the figures beside it; the arithmetic stands in the ledger.
CONTRADICTED = {
    "net_sales_other": BY_DOCUMENT,
    "net_sales_trends": BY_DOCUMENT,
    "fdi_1990s_cap": BY_DATA,
    "treasury_held_share": BY_DATA,
    "sl_duration": SOFT,
    "concerted_interventions": SOFT,
    "fdi_cap_ratio_record": SOFT,
}
SOUND = [
    "bank_claims_ratio", "bank_claims_share_ratio", "equity_multiple", "equity_fraction", "japan_cost_gdp",
    "jusen_lag", "failures_to_reform", "japan_fragility", "jgb_two_shares", "stock_collapse_first",
    "stock_collapse_second", "deposit_share", "trusts_not_growing", "insurance_in_order", "us_bubble",
]  # fmt: skip
SEVERAL_READINGS = ["treasury_two_totals", "treasury_net_sales_once", "treasury_scale", "sl_cost_gdp"]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return cleaned(tmp_path_factory.mktemp("posen"), (*posen.RECIPES, *posen_text.RECIPES, *wdi.RECIPES))


@pytest.fixture(scope="module")
def text(project) -> Text:
    return check_file(project, ROOT / "claims/posen.toml").texts[0]


def test_every_hard_contradiction_is_one_that_was_read_in_the_text(verdicts):
    hard = {name: verdict for name, verdict in verdicts.items() if verdict in (BY_DOCUMENT, BY_DATA)}
    assert hard == {name: verdict for name, verdict in CONTRADICTED.items() if verdict != SOFT}
    assert {name: verdicts[name] for name in CONTRADICTED} == CONTRADICTED


def test_sound_claims_are_not_accused(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] not in AGREES} == {}
    assert {verdicts[name] for name in SEVERAL_READINGS} == {AMBIGUOUS}


def test_no_figure_and_no_event_of_the_text_is_without_a_claim(text, verdicts, project):
    assert len(text.outcomes) >= 255
    read = {spec.where for o in text.outcomes for r in o.claim.readings for spec in r.inputs.values()}
    for table in ("posen_text_figures", "posen_text_events"):
        recorded = pd.read_parquet(project.processed / f"{table}.parquet")["id"]
        assert [name for name in recorded if name not in verdicts and f"id == '{name}'" not in read] == []


def test_claims_state_what_the_table_of_figures_records(text, project):
    recorded = pd.read_parquet(project.processed / "posen_text_figures.parquet").set_index("id")
    recorded = recorded.fillna({"low": float("-inf"), "high": float("inf")})
    # upside down in the table; without bounds there; a yes or no here; years over here, begun there
    worded = {"equities_bonds_fall", "invested_on_belief", "equity_years", "japan_fragility"}
    stated = {o.claim.id: o.stated for o in text.outcomes if o.claim.id not in worded}
    both = [name for name in recorded.index if name in stated]
    assert len(both) == len(recorded) - len(worded)
    for name in both:
        ends = recorded.loc[name, "low"], recorded.loc[name, "high"]
        assert (stated[name].low, stated[name].high) == pytest.approx(ends), name
