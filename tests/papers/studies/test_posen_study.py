"""The flow-share study: every statistic can be computed, and what it reports follows from its raw figures.

Expected values are arithmetic on figures whose place stands beside them, not output of this package.
"""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning.posen_markets import RECIPES as MARKETS
from cleaning.posen_markets import TRANSACTIONS, TRANSACTIONS_SLOT
from replication.sources.pipeline import clean_all
from replication.spec.entries import Study
from replication.spec.read_study import read_study
from replication.study.statistics import run_statistic
from tests.support.repository import ROOT

CLOSE = 1e-12  # a quotient of two doubles


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT / "specs" / "posen.toml")


@pytest.fixture(scope="module")
def statistics(study, tables) -> pd.DataFrame:
    return pd.concat([run_statistic(spec, tables[spec.table]) for spec in study.statistics])


def test_rows_are_unique_and_every_statistic_has_a_value(study, statistics):
    assert not statistics.duplicated(["statistic", "group", "period"]).any()
    known = statistics.dropna(subset="value")["statistic"]
    assert set(known) == {spec.id for spec in study.statistics}


def test_the_six_figures_say_what_is_missing(study):
    redrawn = {figure.id: figure.missing for figure in study.figures}
    assert all("issing" in redrawn[f"posen_figure_{number}"] for number in (1, 2, 3, 4, 6))
    assert "neither is at hand" in redrawn["posen_figure_5"]


EXPECTED = [
    # GAO/NSIAD-90-203FS: 21.7 and 2.2 billion dollars in 1988
    ("fdi_ratio", "japan_to_us_flow / us_to_japan_flow", "1988", 21700 / 2200),
    # 50 billion dollars (section 1C, paragraph 6) over 4,346 million dollars, July 1985
    ("scale_rare", "one period", "1985-01/1986-11", 50000 / 4346),
    ("scale_once", "annualised", "1985-01/1986-11", 100000 / (12 * 4346)),
    # Euromoney: 264.1 of 1,247.4 billion dollars
    ("holdings_share_1998", "japan", "1998-06", 100 * 264.1 / 1247.4),
    # year-ends 1994 and 1999
    ("stocks_runup", "dow", "1994/1999", 11497.12 / 3834.44),
    # section 1C, paragraph 2: 24 and 3.5 percent; 1.7 trillion
    ("text_ratios", "Japan in US bank claims, start over end", "point", 24 / 3.5),
    ("text_totals", "US bank claims on all foreigners, start", "point", 100 * 1.7 / 24),
    # shares of fiscal years 1990 and 2001: 16.9 and 6.2 percent
    ("japan_assets_multiple", "shares", "1990/2001", 6.2 / 16.9),
    # percents of 1998: United States 34.0, 22.7, 43.4 of 100.1; Japan 27.0, 7.2, 65.8
    ("distance_half", "japan / united_states", "1998", 0.658 - 43.4 / 100.1),
    # months of net sales of Japan at hand: 1986-01, 1986-05, 1986-10
    ("net_sales_months", "japan", "1985-01/1986-11", 3),
    # 1.7 trillion over twelve times the largest claims at hand, 62,163 million of December 1988
    ("scale_claims_start", "annualised", "1986-03/1996-09", 1_700_000 / (12 * 62163)),
    # BEA: 83,498 million at the end of 1990; Bureau of Transportation Statistics: 125 billion at that of 1997
    ("fdi_position_1990s", "japan_in_us_position", "1990/1997", 125_000 - 83_498),
    # half the sum of |15.7 - 55.0|, |34.0 - 28.0|, |22.7 - 7.2|, |27.7 - 9.8|; American shares of 100.1
    (
        "distance_four",
        "japan / united_states",
        "1998",
        (55.0 - 1570 / 100.1 + 3400 / 100.1 - 28.0 + 2270 / 100.1 - 7.2 + 2770 / 100.1 - 9.8) / 200,
    ),
]


@pytest.mark.parametrize(("statistic", "group", "period", "value"), EXPECTED)
def test_values_by_hand(statistics, statistic, group, period, value):
    keys = statistics[["statistic", "group", "period"]]
    found = statistics.loc[(keys == [statistic, group, period]).all(axis=1), "value"]
    assert found.tolist() == pytest.approx([value], rel=CLOSE)


def test_no_difference_of_two_volatilities_is_claimed(statistics):
    rows = statistics[statistics["statistic"].str.startswith("volatility_")]
    tests = rows[rows["group"].notna() & rows["period"].str.contains(", p", regex=False)]
    assert len(tests) == 9
    assert (tests["value"] > 0.1).all()


def test_the_least_rank_of_a_yield_is_no_rare_one(statistics):
    ranks = statistics.query("statistic == 'event_ranks_yields'")["value"]
    assert len(ranks) == 2 * 13
    assert ranks.min() > 0.05


def test_two_dates_moved_the_yen_as_few_windows_do(statistics):
    ranks = statistics.query("statistic == 'event_ranks_yen' and value < 0.05")
    assert ranks["period"].tolist() == ["1995-08", "1998-10"]


MONTHS = [f"{year}-{month:02}" for year in (1988, 1989) for month in range(1, 13)]


@pytest.fixture(scope="module")
def transactions(raw_project, tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The template on a slot filled with made-up months: Japan a quarter of all, one month of large sales."""
    lines = (ROOT / "data" / "raw" / TRANSACTIONS_SLOT).read_text()
    for month in MONTHS:
        sales = 112_000 if month == "1989-06" else 11_000
        for holder, times in (("japan", 1), ("all_foreign", 4)):
            lines += f"{holder},purchases,{month},{10_000 * times}\n{holder},sales,{month},{sales * times}\n"
    (recipe,) = (each for each in MARKETS if each.schema is TRANSACTIONS)
    project = raw_project(tmp_path_factory.mktemp("slot"), {TRANSACTIONS_SLOT: lines.encode()})
    tables = clean_all(project, (recipe,))
    template = read_study(ROOT / "specs" / "templates" / "posen_transactions.toml")
    return {spec.id: run_statistic(spec, tables[spec.table]) for spec in template.statistics}


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("net_sales", {"1988-01": 1.0, "1989-06": 102.0}),
        ("net_sales_year", {"1988-12": 12_000.0, "1989-12": 113_000.0}),
        ("share_of_purchases", {"1988-01": 25.0}),
        ("share_of_sales", {"1989-06": 25.0}),
        ("above_50", {"1988-01/1989-12": 1.0}),
        ("above_100", {"1988-01/1989-12": 1.0}),
    ],
)
def test_a_filled_slot_draws_his_figures_4_and_5(transactions, statistic, value):
    found = transactions[statistic].set_index("period")["value"]
    assert {period: found[period] for period in value} == pytest.approx(value)


def test_the_template_shows_every_statistic():
    template = read_study(ROOT / "specs" / "templates" / "posen_transactions.toml")
    shown = {name for entry in (*template.tables, *template.figures) for name in entry.statistics}
    assert shown == {spec.id for spec in template.statistics}
