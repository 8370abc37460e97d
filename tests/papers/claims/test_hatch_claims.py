"""The claims of Hatch (2001): all there, the contradicted and the sound, stated as they are recorded."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.claims.verdict import AMBIGUOUS, BY_DATA, BY_DOCUMENT, CONSISTENT, REPRODUCED, SOFT

TEXT = "hatch"
# Each was read in the text and in the figures beside it; the arithmetic stands in the ledger.
CONTRADICTED = {
    "exim_1996": BY_DOCUMENT,  # dollars in the sentence, yen in table 3
    "exim_against_fdi": BY_DOCUMENT,  # the same once more, a test of ours
    "employees_multiple": BY_DOCUMENT,  # almost twofold in the sentence, 1.6 times in table 5
    "autoparts_years_all": SOFT,
    "autoparts_years_late": SOFT,
    "tfp_catchup": SOFT,
    "bubble_bursts": SOFT,  # the Nikkei had been falling for a year
    "gdp_denominators": SOFT,  # hardly budged: a tenth in nine years
    "no_layoffs_source": SOFT,
}
SOUND = [
    "exim_multiple_1993", "exim_multiple_1986", "exim_share_1996", "exim_1996_yen", "technology_multiple",
    "technology_1996", "technology_share", "employees_1996", "hitachi_multiple", "toyota_imports_multiple",
    "autoparts_late_share", "startup_sum", "motive_asean_1995", "motive_china_1995", "productivity_rank",
    "oda_loans", "oda_technical", "crisis_years", "crisis_begins", "crisis_peak", "gdp_us_climbed",
    *(f"t5_change_{year}" for year in range(1988, 1997)),
]  # fmt: skip
DATED_BY_A_NEWSPAPER = [
    "satellite_plan", "biotech_strategy", "it_council", "hosoya_1992", "jica_adviser", "electronics_1992",
    "councils_1990", "network_1996", "cartel_1991", "tv_1997", "indonesia_july", "insurance_march",
    "insurance_months", "justice_report_1999",
]  # fmt: skip


def test_every_hard_contradiction_is_one_that_was_read_in_the_text(verdicts):
    hard = {name: verdict for name, verdict in verdicts.items() if verdict in (BY_DOCUMENT, BY_DATA)}
    assert hard == {name: verdict for name, verdict in CONTRADICTED.items() if verdict != SOFT}
    assert {name: verdicts[name] for name in CONTRADICTED} == CONTRADICTED


def test_sound_claims_are_not_accused(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] != REPRODUCED} == {}
    assert verdicts["oda_stepped_up"] == AMBIGUOUS


def test_the_day_of_a_newspaper_bounds_what_it_reports_and_shows_no_more(verdicts):
    assert {verdicts[name] for name in DATED_BY_A_NEWSPAPER} == {CONSISTENT}


def test_no_figure_and_no_cell_of_the_tables_is_without_a_claim(text, verdicts, project):
    assert len(text.outcomes) >= 450
    figures = pd.read_parquet(project.processed / "hatch_text_figures.parquet")["id"]
    assert [name for name in figures if name not in verdicts] == []
    for table, column, name in ((1, "experts", "t1"), (2, "share", "t2_share"), (3, "loans", "t3")):
        rows = pd.read_parquet(project.processed / f"hatch_table_{table}.parquet").dropna(subset=[column])
        assert [year for year in rows["year"] if f"{name}_{year}" not in verdicts] == []
    cells = pd.read_parquet(project.processed / "hatch_table_4.parquet")["percent"].count()
    assert sum(name.startswith("t4_") for name in verdicts) == cells == 15


def test_claims_state_what_the_table_of_figures_records(text, project):
    recorded = pd.read_parquet(project.processed / "hatch_text_figures.parquet").set_index("id")
    stated = {o.claim.id: o.stated for o in text.outcomes}
    for name, row in recorded.iterrows():
        assert stated[name].point == pytest.approx(row["value"]), name
        assert stated[name].low <= row["value"] <= stated[name].high, name


def test_one_finding_is_counted_once_and_our_tests_are_not_the_authors(text):
    ours = {o.claim.id for o in text.outcomes if o.claim.auditor}
    assert {"exim_against_fdi", "jfs_scale", "no_layoffs_source"} <= ours
    again = {o.claim.id: o.claim.same_finding for o in text.outcomes if o.claim.same_finding}
    assert again == {
        "exim_against_fdi": "exim_1996",
        "exim_1996_yen": "exim_1996",
        "catchup_date": "tfp_catchup",
    }
