"""The claims of Hatch (2001): all there, the contradicted and the sound, stated as they are recorded."""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning import hatch, wdi
from replication.claims.book import Text
from replication.claims.ledger import check_file
from replication.claims.verdict import AGREES, AMBIGUOUS, BY_DATA, BY_DOCUMENT, SOFT
from replication.project.places import Project
from tests.support.claims_files import ROOT, cleaned

# Each was read in the text and in the figures beside it; the arithmetic stands in the ledger.
CONTRADICTED = {
    "exim_1996": BY_DOCUMENT,  # dollars in the sentence, yen in table 3
    "exim_against_fdi": BY_DOCUMENT,  # the same, against the investment that the loans support
    "employees_multiple": BY_DOCUMENT,  # almost twofold in the sentence, 1.6 times in table 5
    "autoparts_years_all": SOFT,
    "autoparts_years_late": SOFT,
    "tfp_catchup": SOFT,
    "no_layoffs_source": SOFT,
}
SOUND = [
    "exim_multiple_1993", "exim_multiple_1986", "exim_share_1996", "exim_1996_yen", "technology_multiple",
    "technology_1996", "technology_share", "employees_1996", "hitachi_multiple", "toyota_imports_multiple",
    "autoparts_late_share", "startup_sum", "motive_asean_1995", "motive_china_1995", "productivity_rank",
    *(f"t5_change_{year}" for year in range(1988, 1997)),
]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return cleaned(tmp_path_factory.mktemp("hatch"), (*hatch.RECIPES, *wdi.RECIPES))


@pytest.fixture(scope="module")
def text(project) -> Text:
    return check_file(project, ROOT / "claims/hatch.toml").texts[0]


def test_every_hard_contradiction_is_one_that_was_read_in_the_text(verdicts):
    hard = {name: verdict for name, verdict in verdicts.items() if verdict in (BY_DOCUMENT, BY_DATA)}
    assert hard == {name: verdict for name, verdict in CONTRADICTED.items() if verdict != SOFT}
    assert {name: verdicts[name] for name in CONTRADICTED} == CONTRADICTED


def test_sound_claims_are_not_accused(verdicts):
    assert {name: verdicts[name] for name in SOUND if verdicts[name] not in AGREES} == {}
    assert verdicts["oda_stepped_up"] == AMBIGUOUS


def test_no_figure_and_no_row_of_the_tables_is_without_a_claim(text, verdicts, project):
    assert len(text.outcomes) >= 395
    figures = pd.read_parquet(project.processed / "hatch_text_figures.parquet")["id"]
    assert [name for name in figures if name not in verdicts] == []
    for table in (1, 2, 3, 5):
        rows = pd.read_parquet(project.processed / f"hatch_table_{table}.parquet").dropna()
        assert [year for year in rows["year"] if f"t{table}_{year}" not in verdicts] == []


def test_claims_state_what_the_table_of_figures_records(text, project):
    recorded = pd.read_parquet(project.processed / "hatch_text_figures.parquet").set_index("id")
    stated = {o.claim.id: o.stated for o in text.outcomes}
    for name, row in recorded.dropna(subset=["low", "high"]).iterrows():
        assert (stated[name].low, stated[name].high) == pytest.approx((row["low"], row["high"])), name
    # a word for a figure has no digits: its ends stand in the claims file, its figure in the table
    for name, row in recorded.iterrows():
        assert stated[name].point == pytest.approx(row["value"]), name
