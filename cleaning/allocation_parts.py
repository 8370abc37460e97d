"""What the second search found, joined to the allocation panel: claims, trade, kinds of aid, events, regimes.

Each function returns columns for (iso3, year); a row that a source does not have stays missing in the panel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from replication.sources.schema import Column

from .bank_claims import CREDITORS
from .columns import flag, number

Tables = Mapping[str, pd.DataFrame]
KEYS = ["iso3", "year"]
MILLION = "million current US$"
CONSTANT = "million constant US$ of Japan's aid prices, base year not stated"
OBLIGED = "million US$ of about 2014-15"
PERCENT = "percent"


COLUMNS: tuple[Column, ...] = (
    number("japan_price_ratio", "ratio", "current over constant dollars of Japan's aid", 0),
    number("japan_aid_constant", CONSTANT, "japan_aid over the price ratio of the year"),
    number("japan_loans", CONSTANT, "net yen loans: as printed where positive, else net aid less grants"),
    number("japan_grants", CONSTANT, "grant aid and technical cooperation", 0),
    number("japan_grant_aid", CONSTANT, "grant aid", 0),
    number("japan_technical", CONSTANT, "technical cooperation", 0),
    number(
        "claims_date", "year", "end of the year at which the claims stand: the last date before", 1983, 1995
    ),
    *(
        number(f"{name}_claims", MILLION, f"claims of the banks of {name}, at claims_date", 0)
        for name in CREDITORS.values()
    ),
    number("five_claims", MILLION, "claims of the banks of all five, at claims_date", 0),
    number("japan_claims_share", PERCENT, "Japan's share of the five creditors' claims", 0, 100),
    number("trade_japan", MILLION, "trade with Japan, both ways (Rose)", 0),
    number("trade_us", MILLION, "trade with the United States, both ways (Rose)", 0),
    number("trade_japan_second", "million constant US$", "trade with Japan, both ways (Iwanami)", 0),
    number("japan_manufactures_exports", MILLION, "Japan's exports of manufactures; 21 debtors", 0),
    number("japan_manufactures_imports", MILLION, "Japan's imports of manufactures; 21 debtors", 0),
    number("us_manufactures_exports", MILLION, "US exports of manufactures; 21 debtors", 0),
    number("us_manufactures_imports", MILLION, "US imports of manufactures; 21 debtors", 0),
    number("us_economic_obligations", OBLIGED, "US economic obligations, all debtors, fiscal year", 0),
    number("us_military_obligations", OBLIGED, "US military obligations, all debtors, fiscal year", 0),
    number("debt_action", "million constant US$", "commitments of all donors relating to debt", 0),
    number("debt_over_gdp", PERCENT, "external debt over GDP (World Economic Outlook)", 0),
    flag("restructuring_agreed", "a restructuring with private creditors was agreed in the year"),
    flag("in_restructuring", "the year is within a restructuring, first and last year included"),
    flag("imf_arrangement", "an arrangement with the IMF was in force on some day of the year"),
    flag("imf_approved", "an arrangement with the IMF was approved in the year"),
    number("imf_agreed", "million SDR", "agreed in arrangements approved in the year", 0),
    flag("banking_crisis", "a banking crisis began in the year"),
    flag("currency_crisis", "a currency crisis began in the year"),
    flag("debt_crisis", "a debt crisis began in the year"),
    number("polity2_2018", "score", "regime, Polity5 edition, from -10 to 10", -10, 10),
    number("political_rights", "1 to 7", "Freedom House, 1 most free; there is no 1982", 1, 7),
    number("civil_liberties", "1 to 7", "Freedom House, 1 most free; there is no 1982", 1, 7),
)
INPUTS = (
    "japan_aid_by_kind",
    "japan_aid_prices",
    "bank_claims",
    "japan_us_trade",
    "us_consumer_prices",
    "japan_trade",
    "manufactures_trade",
    "us_aid_by_kind",
    "aid_commitments",
    "debt_over_gdp",
    "restructurings",
    "imf_arrangements",
    "crises",
    "polity5",
    "freedom_house",
)


def joined(panel: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """The panel, which has `iso3`, `year` and `japan_aid`, with every column of `COLUMNS`."""
    for part in (_kinds(tables), _trade(tables), _us_kinds(tables), _politics_and_debt(tables)):
        panel = panel.merge(part, on=KEYS, how="left", validate="one_to_one")
    prices = tables["japan_aid_prices"].set_index("year")["current_over_constant"]
    panel = _loans(panel.assign(japan_price_ratio=panel["year"].map(prices)))
    return _events(_claims(panel, tables["bank_claims"]), tables)


def _columns(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The key and the named columns of a table under the panel's names."""
    return table[[*KEYS, *names]].rename(columns=dict(names))


def _kinds(tables: Tables) -> pd.DataFrame:
    names = {
        "net_oda": "net_oda",
        "yen_loans_net": "japan_loans",
        "grants": "japan_grants",
        "grant_aid": "japan_grant_aid",
        "technical_cooperation": "japan_technical",
    }
    return _columns(tables["japan_aid_by_kind"], names)


def _loans(panel: pd.DataFrame) -> pd.DataFrame:
    """Net yen loans where the source prints 0 for nil or negative: net aid less grants.

    Net aid is the source's own where that is positive, else the World Bank's at the source's prices.
    """
    constant = panel["japan_aid"] / panel["japan_price_ratio"]
    net = panel["net_oda"].where(panel["net_oda"] > 0, constant)
    loans = panel["japan_loans"].where(panel["japan_loans"] != 0, net - panel["japan_grants"])
    return panel.assign(japan_aid_constant=constant, japan_loans=loans)


def _claims(panel: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Claims at the last date before the year, with the sum of five creditors and Japan's share of it."""
    wide = claims.pivot(index=KEYS, columns="creditor", values="value").add_suffix("_claims")
    five = wide.sum(axis=1, skipna=False)
    wide = wide.assign(five_claims=five, japan_claims_share=100 * wide["japan_claims"] / five.where(five > 0))
    wide = wide.reset_index().rename(columns={"year": "claims_date"})
    dates = np.sort(claims["year"].unique().astype(float))
    # the dates strictly before a year are the first `place` of them
    place = np.searchsorted(dates, panel["year"].to_numpy(float))
    dated = panel.assign(claims_date=np.concatenate([[np.nan], dates])[place])
    wide["claims_date"] = wide["claims_date"].astype(float)
    return dated.merge(wide, on=["iso3", "claims_date"], how="left", validate="many_to_one")


def _trade(tables: Tables) -> pd.DataFrame:
    """Trade of each pair: 2 exp(ltrade) times the US price index, over a million, is in current dollars."""
    pairs = tables["japan_us_trade"]
    prices = pairs["year"].map(tables["us_consumer_prices"].set_index("year")["value"])
    dollars = {
        f"trade_{partner}": 2 * np.exp(pairs[f"{partner}_ltrade"].astype(float)) * prices / 1e6
        for partner in ("japan", "us")
    }
    names = {
        f"{country}_{flow}": f"{country}_manufactures_{flow.partition('_')[0]}"
        for country in ("japan", "us")
        for flow in ("exports_to", "imports_from")
    }
    second = _columns(tables["japan_trade"], {"trade_with_japan_mn_const": "trade_japan_second"})
    both = pairs[KEYS].assign(**dollars).merge(second, on=KEYS, how="outer", validate="one_to_one")
    return both.merge(
        _columns(tables["manufactures_trade"], names), on=KEYS, how="left", validate="one_to_one"
    )


def _us_kinds(tables: Tables) -> pd.DataFrame:
    """Obligations by fiscal year, put to the calendar year of the same number."""
    names = {
        "economic_mn_const": "us_economic_obligations",
        "military_mn_const": "us_military_obligations",
    }
    return _columns(tables["us_aid_by_kind"].rename(columns={"fiscal_year": "year"}), names)


def _politics_and_debt(tables: Tables) -> pd.DataFrame:
    parts = [
        _columns(tables["polity5"], {"polity2": "polity2_2018"}),
        _columns(tables["freedom_house"], {name: name for name in ("political_rights", "civil_liberties")}),
        _columns(tables["debt_over_gdp"], {"value": "debt_over_gdp"}),
        _columns(tables["aid_commitments"], {"debt_mn_constant": "debt_action"}),
    ]
    return pd.concat([part.set_index(KEYS) for part in parts], axis=1).reset_index()


def _events(panel: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Marks of events; 0 where none is listed, for all of these lists are complete for the 34 debtors."""
    deals, arrangements, crises = (tables[name] for name in ("restructurings", "imf_arrangements", "crises"))
    # a row "of which ..." is part of the arrangement above it
    arrangements = arrangements[~arrangements["type"].str.startswith("of which")]
    agreed = arrangements.assign(year=_year(arrangements["start"]))
    amounts = agreed.groupby(KEYS)["agreed_th_sdr"].sum().astype(float) / 1e3
    keys = pd.MultiIndex.from_frame(panel[KEYS])
    marks = {
        "restructuring_agreed": _spells(deals["iso3"], _year(deals["end"]), _year(deals["end"])),
        "in_restructuring": _spells(deals["iso3"], _year(deals["start"]), _year(deals["end"])),
        "imf_arrangement": _spells(
            arrangements["iso3"], _year(arrangements["start"]), _year(arrangements["end"])
        ),
        "imf_approved": set(amounts.index),
    }
    for kind in ("banking", "currency", "debt"):
        began = crises[crises["kind"] == kind]
        marks[f"{kind}_crisis"] = _spells(began["iso3"], began["year"], began["year"])
    flags = {name: keys.isin(list(found)).astype(float) for name, found in marks.items()}
    return panel.assign(**flags, imf_agreed=amounts.reindex(keys).fillna(0).to_numpy())


def _year(dates: pd.Series) -> pd.Series:
    return dates.str[:4].astype("int64")


def _spells(iso3: Iterable[str], first: Iterable[int], last: Iterable[int]) -> set[tuple[str, int]]:
    """Every debtor-year from the first to the last year of a spell, both included."""
    return {
        (country, year)
        for country, start, end in zip(iso3, first, last, strict=True)
        for year in range(start, end + 1)
    }
