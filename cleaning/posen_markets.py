"""Rates, the yen, holdings and growth behind Posen's text, and slots for what could not be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

from .posen import MONTH_COLUMN, YEAR, figure, series

Rows = Mapping[str, pd.DataFrame]

RATES_FILE, YIELDS_FILE = "posen/us_rates_and_yen.csv", "posen/jgb_yields.csv"
SURVEYS_FILE = "posen/survey_holdings.csv"
OFFICIAL_FILE = "posen/foreign_official_holdings.csv"
JAPANESE_FILE = "posen/us_holdings_of_japan.csv"
GROWTH_FILE = "posen/growth_current_account.csv"
TRANSACTIONS_SLOT = "posen/slot_treasury_transactions.csv"
BANKS_SLOT = "posen/slot_bank_claims_by_residence.csv"

US_RATES = ("fed_funds", "treasury_3m", "treasury_1y", "treasury_5y", "treasury_10y")
YIELDS = ("jgb_1y", "jgb_5y", "jgb_10y")
HOLDERS = {
    "Japan": "japan",
    "All countries": "all_foreign",
    "United Kingdom": "united_kingdom",
    "Switzerland": "switzerland",
    "Canada": "canada",
    "Germany": "germany",
    "France": "france",
    "Netherlands": "netherlands",
}
INSTRUMENTS = (
    "equity", "long_term_debt", "long_term_treasury_debt", "long_term_agency_debt",
    "long_term_corporate_debt", "long_term_securities", "short_term_debt", "short_term_treasury_debt",
    "short_term_agency_debt", "short_term_corporate_debt", "all_securities",
)  # fmt: skip
SECURITIES = ("treasuries", "agencies", "corporate_bonds", "stocks", "bonds")
POSITION = ("net_purchases", "position", "survey_position", "valuation_change")
MONTH_1974 = replace(MONTH_COLUMN, pattern=r"(19[789]\d|200[01])-(0[1-9]|1[0-2])")

RATES = Schema(
    "posen_rates",
    "Interest rates, the yen and the S&P 500, monthly",
    (
        series("series", (*US_RATES, *YIELDS, "yen_per_dollar", "sp500"), "series"),
        MONTH_1974,
        replace(YEAR, low=1974),
        figure("percent, yen per US$, or index points"),
        series("timing", ("average", "end"), "average of the month, or its last business day"),
    ),
    ("series", "month"),
)
SURVEYS = Schema(
    "posen_survey_holdings",
    "Foreign holdings of US securities at benchmark surveys",
    (
        series("holder", tuple(HOLDERS.values()), "residence of the holder"),
        series("instrument", INSTRUMENTS, "instrument"),
        Column("month", "text", "year-month", "date of the survey", pattern=r"(19[789]\d|200[02])-\d{2}"),
        replace(YEAR, low=1974, high=2002),
        figure("million US dollars"),
    ),
    ("holder", "instrument", "month"),
)
OFFICIAL = Schema(
    "posen_official_holdings",
    "Holdings of US securities by foreign official institutions, monthly estimates",
    (
        series("series", SECURITIES[:4], "kind of security"),
        series("measure", POSITION[:3], "flow of the month, estimate at its end, or survey"),
        MONTH_COLUMN,
        YEAR,
        figure("million US dollars; sales negative", low=None),
    ),
    ("measure", "series", "month"),
)
JAPANESE = Schema(
    "posen_us_holdings",
    "US holdings of Japanese and of all foreign securities, monthly estimates",
    (
        series("country", ("japan", "all_foreign"), "issuer"),
        series("series", ("bonds", "stocks"), "kind of security"),
        series("measure", POSITION, "flow of the month, estimate at its end, survey, or change in value"),
        MONTH_COLUMN,
        YEAR,
        figure("million US dollars; sales negative", low=None),
    ),
    ("measure", "country", "series", "month"),
)
GROWTH = Schema(
    "posen_growth",
    "Growth of GDP and current accounts, United States and Japan",
    (
        series("series", ("japan_growth", "us_growth", "japan_balance", "us_balance"), "growth or balance"),
        replace(YEAR, low=1970, high=2005),
        figure("percent a year, or billion US dollars", low=None),
    ),
    ("series", "year"),
)
TRANSACTIONS = Schema(
    "posen_treasury_transactions",
    "Gross purchases and sales of long-term US Treasury securities (an empty slot)",
    (
        series("holder", ("japan", "all_foreign"), "residence of the buyer or seller"),
        series("flow", ("purchases", "sales", "net_sales"), "gross flow, or sales less purchases"),
        MONTH_COLUMN,
        YEAR,
        figure("million US dollars", low=None),
    ),
    ("flow", "holder", "month"),
)
BANKS = Schema(
    "posen_bank_claims_residence",
    "Claims and liabilities of banks in the United States on Japan by residence (an empty slot)",
    (
        series("series", ("claims", "liabilities"), "side of the balance"),
        MONTH_COLUMN,
        YEAR,
        figure("million US dollars"),
    ),
    ("series", "month"),
)


def _long(rows: pd.DataFrame, keys: list[str], columns: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """One row a figure that is known: the keys, what `columns` says of its column, the value."""
    parts = [rows[keys].assign(value=rows[name], **about) for name, about in columns.items()]
    return pd.concat(parts).dropna(subset="value")


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(year=rows["month"].str[:4])


def rates(raw: Rows) -> pd.DataFrame:
    """Averages of the month from the United States, ends of the month from Japan."""
    averages = {
        name: {"series": name, "timing": "average"} for name in (*US_RATES, "yen_per_dollar", "sp500")
    }
    ends = {name: {"series": name, "timing": "end"} for name in YIELDS}
    parts = {
        RATES_FILE: _long(raw[RATES_FILE], ["month"], averages),
        YIELDS_FILE: _long(raw[YIELDS_FILE], ["month"], ends),
    }
    return _dated(pd.concat({f"data/raw/{file}": rows for file, rows in parts.items()}))


def surveys(raw: Rows) -> pd.DataFrame:
    """The surveys with short codes of the holders; a country without a code is refused by the schema."""
    rows = raw[SURVEYS_FILE].rename(columns={"date": "month", "mn_usd": "value"})
    return _dated(rows.assign(holder=rows["country"].replace(HOLDERS)).drop(columns="country"))


def official(raw: Rows) -> pd.DataFrame:
    """Positions and flows by kind of security."""
    pairs = {
        f"{kind}_{what}": {"series": kind, "measure": what}
        for kind in SECURITIES[:4]
        for what in POSITION[:3]
    }
    return _dated(_long(raw[OFFICIAL_FILE], ["month"], pairs))


def japanese(raw: Rows) -> pd.DataFrame:
    """Positions, flows and changes in value of bonds and stocks by issuer."""
    rows = raw[JAPANESE_FILE]
    rows = rows.assign(
        country=rows["country"].replace({"Japan": "japan", "All foreign countries": "all_foreign"})
    )
    pairs = {
        f"{kind}_{what}": {"series": kind, "measure": what}
        for kind in ("bonds", "stocks")
        for what in POSITION
    }
    return _dated(_long(rows, ["country", "month"], pairs))


def growth(raw: Rows) -> pd.DataFrame:
    """Growth in percent, balances turned into billions."""
    rows = raw[GROWTH_FILE]
    balances = {f"{country}_current_account_mn_usd": f"{country}_balance" for country in ("japan", "us")}
    billions = {column: pd.to_numeric(rows[column], errors="coerce") / 1e3 for column in balances}
    percent = {f"{country}_gdp_growth_percent": f"{country}_growth" for country in ("japan", "us")}
    names = {column: {"series": name} for column, name in {**percent, **balances}.items()}
    return _long(rows.assign(**billions), ["year"], names)


def transactions(raw: Rows) -> pd.DataFrame:
    """Gross flows, and net sales of each month that has both."""
    rows = raw[TRANSACTIONS_SLOT]
    gross = rows.assign(value=pd.to_numeric(rows["value"], errors="coerce"))
    gross = gross.set_index(["holder", "month", "flow"])["value"].unstack()
    both = gross.reindex(columns=["purchases", "sales"])
    net = (both["sales"] - both["purchases"]).dropna().rename("value").reset_index()
    return _dated(pd.concat([rows, net.assign(flow="net_sales").astype({"value": str})]))


def as_dated(file: str) -> Callable[[Rows], pd.DataFrame]:
    """A builder of the rows of one file with the year of their month."""
    return lambda raw: _dated(raw[file])


RECIPES: tuple[Recipe, ...] = (
    Recipe(RATES, (RATES_FILE, YIELDS_FILE), rates),
    Recipe(SURVEYS, (SURVEYS_FILE,), surveys),
    Recipe(OFFICIAL, (OFFICIAL_FILE,), official),
    Recipe(JAPANESE, (JAPANESE_FILE,), japanese),
    Recipe(GROWTH, (GROWTH_FILE,), growth),
    Recipe(TRANSACTIONS, (TRANSACTIONS_SLOT,), transactions),
    Recipe(BANKS, (BANKS_SLOT,), as_dated(BANKS_SLOT)),
)
