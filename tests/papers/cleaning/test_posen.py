"""The flow-share tables hold the figures of the raw files: counts, spot figures with their place, identities.

Spot figures were read from the publications that the record of raw files names, or from the text of
Posen (2001) at the section and paragraph stated; they are not computed by this package.
"""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning import posen, posen_markets, posen_text
from cleaning.posen_text import half_step
from replication.errors import DataError
from replication.sources.pipeline import clean_all
from tests.support.repository import ROOT

RECIPES = (*posen.RECIPES, *posen_markets.RECIPES, *posen_text.RECIPES)
RAW = ROOT / "data" / "raw"
ROWS = {
    "posen_us_assets": 31,
    "posen_us_ownership": 21,
    "posen_japan_assets": 119,
    "posen_portfolios": 57,
    "posen_fdi": 32,
    "posen_treasury_purchases": 40,
    "posen_treasury_holdings": 120,
    "posen_foreign_debt": 88,
    "posen_stocks": 468,
    "posen_stocks_yearly": 44,
    "posen_bank_claims": 60,
    "posen_yen_dollar": 44,
    "posen_rates": 2100 + 301 + 328 + 186,  # months of eight American series, then of three Japanese yields
    "posen_survey_holdings": 260,
    "posen_official_holdings": 4 * (205 + 204 + 4),
    "posen_us_holdings": 2 * 2 * (94 + 93 + 93 + 3),
    "posen_growth": 36 * 3 + 10,
    "posen_treasury_transactions": 0,
    "posen_bank_claims_residence": 0,
    "posen_text_figures": 78,
    "posen_text_events": 70,
    "posen_text_lists": 27,
}
SHARES_OF_JAPAN = {"1978-12": 22.7, "1984-12": 16.3, "1989-12": 26.5, "1994-12": 23.2, "2000-03": 15.5}
# printed shares carry one decimal, so ten of them may miss 100 by half a tenth each
ROUNDING = 0.5


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    return {path: (RAW / path).read_bytes() for recipe in RECIPES for path in recipe.inputs}


@pytest.fixture(scope="module")
def tables(contents, raw_project, tmp_path_factory) -> dict[str, pd.DataFrame]:
    return clean_all(raw_project(tmp_path_factory.mktemp("posen"), contents), RECIPES)


def value(table: pd.DataFrame, **keys: object) -> float:
    rows = table.loc[(table[list(keys)] == pd.Series(keys)).all(axis=1), "value"]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_table_has_all_its_rows(tables):
    assert {name: len(table) for name, table in tables.items()} == ROWS


SPOTS = [
    # Survey of Consumer Finances, value of financial assets by type, 1998
    ("posen_us_assets", {"asset": "stocks", "year": 1998, "measure": "share"}, 22.7),
    # Statistical Abstract, table 792, row 1992
    ("posen_us_ownership", {"asset": "cds", "year": 1992}, 16.7),
    # Flow of Funds, table 2-1 (2008 edition), fiscal year 2001
    ("posen_japan_assets", {"instrument": "shares", "year": 2001, "measure": "amount"}, 85.3),
    # Flow of Funds first release, end of March 1999
    ("posen_japan_assets", {"instrument": "cash_deposits", "year": 1998, "measure": "share"}, 55),
    # Survey of Current Business, Table 1 (National Academies Press, record 2030, page 190)
    ("posen_fdi", {"series": "japan_to_us_flow", "year": 1988, "source": "nap_2030_bea"}, 17287),
    # GAO/NSIAD-90-203FS, summary: 2.2 billion dollars
    ("posen_fdi", {"series": "us_to_japan_flow", "year": 1988}, 2200),
    # FRED FORLTTREASNET42609
    ("posen_treasury_purchases", {"holder": "japan", "month": "1985-07"}, 4346),
    # Major foreign holders, March 2000
    ("posen_treasury_holdings", {"holder": "japan", "month": "2000-03", "measure": "amount"}, 307.6),
    # Euromoney, foreign holders of US treasuries, June 1998
    ("posen_treasury_holdings", {"holder": "japan", "month": "1998-06", "measure": "share"}, 21.2),
    # FRED FDHBFIN
    ("posen_foreign_debt", {"quarter": "1999Q4"}, 1268.7),
    # macrotrends month-end and FRED year-end of December 1989
    ("posen_stocks", {"series": "nikkei", "month": "1989-12"}, 38915.87),
    ("posen_stocks_yearly", {"series": "nikkei", "year": 1989}, 38915.87),
    # MeasuringWorth
    ("posen_stocks", {"series": "dow", "month": "1999-12"}, 11497.12),
    # Release E.16 of 12 April 1989
    ("posen_bank_claims", {"series": "owed_before", "month": "1988-12"}, 23448),
    # Federal Reserve G.5A
    ("posen_yen_dollar", {"series": "average", "year": 1998}, 130.99),
    # Survey of foreign portfolio holdings, December 1989, in hundreds of millions
    (
        "posen_survey_holdings",
        {"holder": "japan", "instrument": "long_term_debt", "month": "1989-12"},
        151400,
    ),
    # Bertaut and Tryon, foreign official holders, December 1984
    (
        "posen_official_holdings",
        {"series": "treasuries", "measure": "position", "month": "1984-12"},
        84105,
    ),
    # the same authors, US holdings of Japanese shares at the survey of March 1994
    (
        "posen_us_holdings",
        {"country": "japan", "series": "stocks", "measure": "survey_position", "month": "1994-03"},
        99413,
    ),
    # FRED-MD, January 1977; Ministry of Finance, September 1974
    ("posen_rates", {"series": "yen_per_dollar", "month": "1977-01"}, 291.0524),
    ("posen_rates", {"series": "jgb_5y", "month": "1974-09"}, 8.35),
    # World Development Indicators: 2,620 million dollars
    ("posen_growth", {"series": "us_balance", "year": 1970}, 2.62),
    # table 32 of the Bureau of Transportation Statistics, whole billions
    ("posen_fdi", {"series": "japan_in_us_position", "year": 2000}, 163000),
    # Posen (2001), section 1C paragraph 2, and section 2A paragraph 5
    ("posen_text_figures", {"id": "bank_claims_start"}, 1.7),
    ("posen_text_figures", {"id": "yen_intervention"}, 137.60),
]


@pytest.mark.parametrize(("name", "keys", "expected"), SPOTS)
def test_spot_figures(tables, name, keys, expected):
    assert value(tables[name], **keys) == expected


def test_bills_and_bonds_make_the_official_total(tables):
    holdings = tables["posen_treasury_holdings"]
    wide = holdings[holdings["source"] == "mfh_netcom"].pivot(index="month", columns="holder", values="value")
    error = wide["official_bills"] + wide["official_bonds"] - wide["official"]
    assert error.abs().max() < 0.05  # one decimal printed: sums of tenths differ by rounding of doubles only


def test_columns_of_bank_claims_add_up(tables):
    wide = tables["posen_bank_claims"].pivot(index="month", columns="series", values="value")
    new = wide[wide["transfer_risk"].notna()]
    assert (new["cross_border"] + new["derivatives"] == new["cross_border_all"]).all()
    assert (new["cross_border_all"] + new["local"] == new["transfer_risk"]).all()


def test_december_closes_are_the_year_ends(tables):
    monthly, yearly = tables["posen_stocks"], tables["posen_stocks_yearly"]
    december = monthly[monthly["month"].str.endswith("-12")].set_index(["series", "year"])["value"]
    year_end = yearly.set_index(["series", "year"])["value"]
    assert (december == year_end[december.index]).all()


def test_portfolios_are_whole_and_of_the_same_classes(tables):
    table = tables["posen_portfolios"]
    total = table.groupby(["classes", "portfolio", "year"])["value"].sum()
    assert (total - 100).abs().max() < ROUNDING
    for _, rows in table.groupby(["classes", "portfolio", "year"]):
        assert len(rows) == rows["classes"].iloc[0]


def test_portfolio_classes_by_hand(tables):
    table = tables["posen_portfolios"]
    # retirement accounts 27.6 and life insurance 6.4; transaction accounts 11.4 and certificates 4.3
    keys = {"portfolio": "united_states", "year": 1998}
    assert value(table, **keys, classes=3, instrument="insurance_pension") == 34.0
    assert value(table, **keys, classes=4, instrument="deposits") == 15.7
    # 100 less 27.6 (insurance and pension) and 6.2 (shares)
    assert value(table, portfolio="japan", year=2001, classes=3, instrument="all_other") == 66.2


def test_fiscal_years_end_in_march(tables):
    table = tables["posen_japan_assets"]
    assert (table["month"] == (table["year"] + 1).astype("str") + "-03").all()


def test_bounds_of_printed_figures(tables):
    table = tables["posen_text_figures"].set_index("id")
    assert table.loc["bank_claims_share_end", ["low", "high"]].tolist() == [3.45, 3.55]  # 1C paragraph 2
    assert table.loc["treasury_net_sales_count", ["low", "high"]].tolist() == [1, 1]  # 1C paragraph 6
    assert table.loc["bank_liabilities", ["low", "high"]].tolist() == [1.05, 1.9]  # 1C paragraph 2
    both = table["low"].notna() & table["high"].notna()
    assert (table["low"] <= table["high"])[both].all()
    assert table["value"].notna().sum() > 50


@pytest.mark.parametrize(
    ("printed", "half"), [("220", 5), ("1.7", 0.05), ("137.60", 0.005), ("24", 0.5), ("0", 0), ("100", 50)]
)
def test_half_the_unit_of_the_last_digit_that_counts(printed, half):
    assert half_step(printed) == half


def test_an_unknown_unit_is_named_with_its_line(contents, raw_project, tmp_path):
    path = "posen/direct_investment.csv"
    changed = contents | {path: contents[path].replace(b"million US dollars", b"million yen", 1)}
    with pytest.raises(DataError, match="direct_investment.csv, line 2: unit 'million yen' is not known"):
        clean_all(raw_project(tmp_path, changed), RECIPES)


def test_a_figure_that_is_no_number_is_named_with_its_line(contents, raw_project, tmp_path):
    path = "posen/yen_dollar.csv"
    changed = contents | {path: contents[path].replace(b",226.63,", b",226.6E,", 1)}
    with pytest.raises(DataError, match="line 2: value is '226.6E'"):
        clean_all(raw_project(tmp_path, changed), RECIPES)


def test_shares_of_holdings_are_those_that_the_record_names(tables):
    """Japan in foreign holdings of long-term US debt, percent, as the record of raw files restates them."""
    rows = tables["posen_survey_holdings"]
    debt = rows[rows["instrument"] == "long_term_debt"].pivot(index="month", columns="holder", values="value")
    shares = (100 * debt["japan"] / debt["all_foreign"]).dropna().round(1).to_dict()
    assert {month: shares[month] for month in SHARES_OF_JAPAN} == SHARES_OF_JAPAN


def test_yearly_means_of_the_yen_are_those_of_the_other_source(tables):
    """The record says within 0.2: means of twelve months are not means of days."""
    rates = tables["posen_rates"]
    yen = rates[rates["series"] == "yen_per_dollar"].groupby("year")["value"].mean()
    other = tables["posen_yen_dollar"]
    average = other[other["series"] == "average"].set_index("year")["value"]
    assert (yen.reindex(average.index) - average).abs().max() < 0.2


def test_japans_share_of_direct_investment_is_the_printed_one(tables):
    rows = (
        tables["posen_fdi"]
        .query("source == 'bts_2003'")
        .pivot(index="year", columns="series", values="value")
    )
    share = 100 * rows["japan_in_us_position"] / rows["all_in_us_position"]
    assert share.round(1).loc[[1997, 2000]].tolist() == [18.3, 13.2]


def test_what_fills_a_slot_joins_the_table(contents, raw_project, tmp_path):
    row = b"japan_to_us_flow,Flow,1995,8517,million US dollars,made_up\n"
    filled = contents | {posen.FDI_SLOT: contents[posen.FDI_SLOT] + row}
    table = clean_all(raw_project(tmp_path, filled), RECIPES)["posen_fdi"]
    assert value(table, series="japan_to_us_flow", year=1995) == 8517
