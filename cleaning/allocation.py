"""Country-year tables -> the panel of 34 debtors, 1970-2000, that the allocation models are estimated on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

from . import allocation_parts
from .columns import ISO3, YEAR, flag, number

Tables = Mapping[str, pd.DataFrame]
YEARS = range(1970, 2001)
MILLION = "million current US$"
CONSTANT_2017 = "million US$ of 2017"
CONSTANT_2019 = "million US$ of 2019"
# Countries whose deals and spells the source covers: elsewhere "no row" is not "no deal".
COVERED = ("ARG", "BRA", "CHL", "CRI", "DOM", "ECU", "JAM", "MEX", "PAN", "PER", "URY", "VEN")
# Years of the IMF chronology that were typed, complete for all countries as printed.
YEARS_OF_AGREEMENTS = (1985, 1986, 1989, 1990, 1991)
LATEST = "2024"
INDICATORS = (
    "japan_aid",
    "us_aid",
    "total_aid",
    "gdp",
    "gdp_per_head",
    "population",
    "infant_mortality",
    "external_debt",
    "short_term_debt",
    "bank_lending",
    "debt_service",
    "imf_credit",
    "fdi_inflow",
)


SCHEMA = Schema(
    table="allocation",
    title="Debtor-years: Japan's aid and what it may follow",
    columns=(
        ISO3,
        Column("country", "text", "name", "debtor"),
        Column("region", "text", "name", "region of the debtor", allowed=("Asia", "Latin America")),
        flag("latin_america", "the debtor is in Latin America"),
        YEAR,
        number("japan_aid", MILLION, "net bilateral aid from Japan; negative when repayments exceed it"),
        number("japan_aid_real", CONSTANT_2017, "japan_aid over the US GDP deflator"),
        number("japan_aid_yen", "billion yen", "japan_aid at the year's average rate"),
        number("us_aid", MILLION, "net bilateral aid from the United States; the source prints no zeros"),
        number("total_aid", MILLION, "net bilateral aid from all DAC donors"),
        number("other_donors", MILLION, "total_aid less Japan's and the United States'"),
        number("gdp", MILLION, "gross domestic product", 0),
        number("gdp_per_head", "constant US$, edition of 2024", "GDP per head; Venezuela is absent", 0),
        number("gdp_per_head_2020", "constant 2010 US$, edition of 2020", "GDP per head, older edition", 0),
        number("population", "persons", "population", 0),
        number("infant_mortality", "per 1,000 live births", "deaths before the age of one", 0, 500),
        number("external_debt", MILLION, "external debt stock, edition of 2024", 0),
        number("external_debt_2023", MILLION, "external debt stock, edition of 2023", 0),
        number("external_debt_joined", MILLION, "newest edition that has the country: see debt_edition", 0),
        Column(
            "debt_edition",
            "text",
            "year",
            "edition of external_debt_joined",
            allowed=(LATEST, "2023", "2018"),
            missing=True,
        ),
        number("short_term_debt", MILLION, "external debt of under one year", 0),
        number("bank_lending", MILLION, "net flow from commercial banks and other private lenders"),
        number("debt_service", "percent of exports", "debt service", 0),
        number("imf_credit", MILLION, "use of IMF credit; SDR allocations seem included from 1999", 0),
        number("fdi_inflow", MILLION, "net inflow of foreign direct investment"),
        number(
            "us_imports", MILLION, "US goods imports from the debtor, pounds at the year's average rate", 0
        ),
        number("us_exports", MILLION, "US goods exports to the debtor, pounds at the year's average rate", 0),
        number("us_trade", MILLION, "us_imports and us_exports", 0),
        number("us_economic_aid", CONSTANT_2019, "US economic obligations, fiscal year of that number", 0),
        number("us_military_aid", CONSTANT_2019, "US military obligations, fiscal year of that number", 0),
        number("us_obligations", CONSTANT_2019, "both together, also for seven Asian debtors", 0),
        number("polity2", "score", "regime, from -10 (autocracy) to 10 (democracy)", -10, 10),
        number("idealpoint", "score", "position in UN votes"),
        number("distance_japan", "score", "distance in UN votes to Japan", 0),
        number("distance_us", "score", "distance in UN votes to the United States", 0),
        flag("brady", "a Brady deal was implemented in the year; see `_deals` for who is known"),
        flag("after_brady", "a Brady deal was implemented in the year or before it"),
        flag("restructuring", "a final restructuring in the year; twelve covered debtors"),
        flag("in_default", "the year is in a spell of default; twelve covered debtors"),
        flag("bank_agreement", "an agreement with banks in the year; years typed of the IMF chronology"),
        flag("capital_recycling", "years of Japan's capital recycling programme, 1987-91"),
        number("japan_budget", MILLION, "Japan's positive net aid to all debtors of the panel that year", 0),
        number("yen_per_dollar", "yen per US$", "average of the year", 0),
        *allocation_parts.COLUMNS,
    ),
    key=("iso3", "year"),
)


def build(tables: Tables) -> pd.DataFrame:
    """The panel, one row for each debtor and year, missing where a source has no row."""
    countries = tables["countries"]
    debtors = countries[countries["region"].isin(["Asia", "Latin America"])]
    panel = debtors.rename(columns={"name": "country"}).merge(pd.DataFrame({"year": YEARS}), how="cross")
    parts = [_indicators(tables["wdi"]), _trade(tables), _us_aid(tables), _politics(tables)]
    for part in parts:
        panel = panel.merge(part, on=["iso3", "year"], how="left", validate="one_to_one")
    panel = panel.merge(_yearly(tables["wdi"]), on="year", how="left", validate="many_to_one")
    panel = allocation_parts.joined(_derived(panel), tables)
    panel = _deals(panel, tables)
    panel.index = panel["iso3"] + " " + panel["year"].astype("str")
    return panel[SCHEMA.names]


def _edition(wdi: pd.DataFrame, series: str, vintage: str = LATEST) -> pd.Series:
    rows = wdi[(wdi["series"] == series) & (wdi["vintage"] == vintage)]
    return rows.set_index(["iso3", "year"])["value"]


def _indicators(wdi: pd.DataFrame) -> pd.DataFrame:
    columns = {name: _edition(wdi, name) for name in INDICATORS}
    columns["gdp_per_head_2020"] = _edition(wdi, "gdp_per_head", "2020")
    editions = {vintage: _edition(wdi, "external_debt", vintage) for vintage in (LATEST, "2023", "2018")}
    columns["external_debt_2023"] = editions["2023"]
    wide = pd.concat({**columns, **editions}, axis=1)
    found = wide[list(editions)].notna()
    wide["external_debt_joined"] = wide[list(editions)].bfill(axis=1).iloc[:, 0]
    wide["debt_edition"] = found.idxmax(axis=1).where(found.any(axis=1))
    return wide.drop(columns=list(editions)).reset_index()


def _yearly(wdi: pd.DataFrame) -> pd.DataFrame:
    """Series of one country that hold for every debtor of the year."""
    yearly = {
        "yen_per_dollar": _edition(wdi, "yen_per_dollar").xs("JPN"),
        "us_deflator": _edition(wdi, "deflator").xs("USA"),
    }
    return pd.DataFrame(yearly).reset_index()


def _trade(tables: Tables) -> pd.DataFrame:
    """Goods trade with the United States, pounds turned into dollars at the average rate of the year."""
    rate = _edition(tables["wdi"], "pounds_per_dollar").xs("GBR")
    trade = tables["us_trade"].set_index(["iso3", "year"])
    pounds_per_dollar = rate.reindex(trade.index.get_level_values("year")).to_numpy()
    imports = trade["us_imports_from_mn_gbp"] / pounds_per_dollar
    exports = trade["us_exports_to_mn_gbp"] / pounds_per_dollar
    columns = {"us_imports": imports, "us_exports": exports, "us_trade": imports + exports}
    return pd.DataFrame(columns).reset_index()


def _us_aid(tables: Tables) -> pd.DataFrame:
    """Obligations by fiscal year, put to the calendar year of the same number; 1976 holds fifteen months."""
    book = tables["us_aid_greenbook"].rename(columns={"fiscal_year": "year"})
    latin = pd.DataFrame(
        {
            "iso3": book["iso3"],
            "year": book["year"],
            "us_economic_aid": book["economic_th_const_usd"].astype(float) / 1e3,
            "us_military_aid": book["military_th_const_usd"].astype(float) / 1e3,
        }
    )
    latin["us_obligations"] = latin["us_economic_aid"] + latin["us_military_aid"]
    asia = tables["us_aid_asia"]
    asia = asia.assign(
        year=asia["fiscal_period"].str[:4].astype("int64"),
        us_obligations=asia["obligations_const2019_usd"].astype(float) / 1e6,
    )
    yearly = asia.groupby(["iso3", "year"], as_index=False)[["us_obligations"]].sum()
    return pd.concat([latin, yearly], ignore_index=True)


def _politics(tables: Tables) -> pd.DataFrame:
    polity = tables["polity2"].set_index(["iso3", "year"])["polity2"].astype(float)
    points = tables["idealpoints"].set_index(["iso3", "year"])["ideal_point"]
    years = points.index.get_level_values("year")
    columns = {
        "polity2": polity,
        "idealpoint": points,
        "distance_japan": (points - points.xs("JPN").reindex(years).to_numpy()).abs(),
        "distance_us": (points - points.xs("USA").reindex(years).to_numpy()).abs(),
    }
    return pd.concat(columns, axis=1).reset_index()


def _derived(panel: pd.DataFrame) -> pd.DataFrame:
    positive = panel["japan_aid"].clip(lower=0)
    return panel.assign(
        latin_america=(panel["region"] == "Latin America").astype(float),
        japan_aid_real=panel["japan_aid"] / panel["us_deflator"] * 100,
        japan_aid_yen=panel["japan_aid"] * panel["yen_per_dollar"] / 1e3,
        other_donors=panel["total_aid"] - panel["japan_aid"] - panel["us_aid"],
        capital_recycling=panel["year"].between(1987, 1991).astype(float),
        japan_budget=positive.groupby(panel["year"]).transform("sum"),
    )


def _deals(panel: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Marks of bank debt deals: 0 only where the source would have printed one, missing elsewhere.

    A debtor without any restructuring in the complete list of them had no Brady deal either.
    """
    deals = tables["debt_deals"]
    covered = panel["iso3"].isin(list(COVERED))
    none = ~panel["iso3"].isin(tables["restructurings"]["iso3"])
    typed = panel["year"].isin(YEARS_OF_AGREEMENTS)
    brady = _marks(panel, deals, "brady_deal").where(covered | none)
    return panel.assign(
        brady=brady,
        after_brady=brady.groupby(panel["iso3"]).cummax(),  # rows are in order of the year
        restructuring=_marks(panel, deals, "final_restructuring").where(covered),
        in_default=_marks(panel, deals, "default_spell").where(covered),
        bank_agreement=_marks(panel, deals, "bank_debt_agreement").where(typed),
    )


def _marks(panel: pd.DataFrame, deals: pd.DataFrame, kind: str) -> pd.Series:
    """1 in every debtor-year from the first to the last year of an event of this kind, else 0."""
    events = deals[deals["kind"] == kind]
    marked = {
        (debtor, year)
        for debtor, first, last in events[["iso3", "year_from", "year_to"]].to_numpy()
        for year in range(first, last + 1)
    }
    pairs = zip(panel["iso3"], panel["year"], strict=True)
    return pd.Series(np.array([float(pair in marked) for pair in pairs]), index=panel.index)


INPUTS = (
    "countries",
    "wdi",
    "us_trade",
    "us_aid_greenbook",
    "us_aid_asia",
    "polity2",
    "idealpoints",
    "debt_deals",
    *allocation_parts.INPUTS,
)
RECIPES: tuple[Recipe, ...] = (Recipe(SCHEMA, INPUTS, build, derived=True),)
