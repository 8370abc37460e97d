"""Claims of the banks of five creditor countries on each debtor, at five dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

from .columns import ISO3

DEBTORS = "debt/bank_claims_by_creditor.csv"
EASTERN_EUROPE = "debt/bank_claims_eastern_europe.csv"
CREDITORS = {
    "us_mn_usd": "united_states",
    "japan_mn_usd": "japan",
    "uk_mn_usd": "united_kingdom",
    "france_mn_usd": "france",
    "germany_mn_usd": "germany",
}
# The source calls its first date 1980; the figures are those of about the end of 1983 (SOURCES.toml).
FIRST_LABEL, FIRST_YEAR = "1980", "1983"
BLOC = ("BGR", "HUN", "POL", "ROU")


def _schema(table: str, title: str, *more: Column) -> Schema:
    return Schema(
        table=table,
        title=title,
        columns=(
            replace(ISO3, meaning="debtor"),
            *more,
            Column("year", "integer", "year", "the claims stand at about the end of it", low=1983, high=2000),
            Column("creditor", "text", "name", "home of the banks", allowed=tuple(CREDITORS.values())),
            Column("value", "number", "million current US$", "claims", 0, 2e5, missing=True),
        ),
        key=("iso3", "creditor", "year"),
    )


CLAIMS = _schema("bank_claims", "Claims of five creditors' banks on the debtors of the panel")
CLAIMS_EAST = _schema(
    "bank_claims_east",
    "Claims of five creditors' banks on Eastern Europe",
    Column("bloc", "boolean", "true or false", "a member of the Soviet bloc (Yugoslavia was none)"),
)


def by_creditor(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a debtor, creditor and date, the first date under the year that its figures are of."""
    dated = rows.assign(year=rows["source_period"].replace(FIRST_LABEL, FIRST_YEAR))
    # rows keep the line of the raw file that they were read in
    return pd.concat(
        [
            dated[["iso3", "year"]].assign(creditor=name, value=dated[column])
            for column, name in CREDITORS.items()
        ]
    )


def debtors(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Claims on the debtors of the panel."""
    return by_creditor(raw[DEBTORS])


def eastern_europe(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Claims on Eastern Europe, with a mark for members of the bloc."""
    rows = by_creditor(raw[EASTERN_EUROPE])
    return rows.assign(bloc=rows["iso3"].isin(list(BLOC)))


EAST = "Soviet bloc in Eastern Europe"
REGIONS = ("Latin America without Panama", "Asia without Singapore", "Panama", "Singapore", EAST)
BY_REGION = Schema(
    table="bank_claims_by_region",
    title="Claims of five creditors' banks by region of the debtors, two booking places and the bloc apart",
    columns=(
        Column("region", "text", "name", "region of the debtors", allowed=REGIONS),
        Column("creditor", "text", "name", "home of the banks", allowed=tuple(CREDITORS.values())),
        Column("year", "integer", "year", "the claims stand at about the end of it", low=1983, high=2000),
        Column("value", "number", "billion current US$", "sum over the debtors with a figure", 0, 1e3),
        Column("debtors", "integer", "count", "debtors with a figure", 1, 34),
    ),
    key=("region", "creditor", "year"),
)
BOOKING = {"PAN": "Panama", "SGP": "Singapore"}


def by_region(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Sums over the debtors of a region; a German blank of 2000 is no zero, so the sum has fewer debtors."""
    claims, countries = tables["bank_claims"], tables["countries"]
    regions = countries.set_index("iso3")["region"].replace({"Latin America": REGIONS[0], "Asia": REGIONS[1]})
    panel = claims.assign(region=claims["iso3"].map(BOOKING).fillna(claims["iso3"].map(regions)))
    east = tables["bank_claims_east"]
    known = pd.concat([panel, east[east["bloc"]].assign(region=EAST)]).dropna(subset="value")
    sums = known.groupby(["region", "creditor", "year"])["value"].agg(["sum", "count"]).reset_index()
    return sums.rename(columns={"count": "debtors"}).assign(value=sums["sum"] / 1e3).drop(columns="sum")


RECIPES: tuple[Recipe, ...] = (
    Recipe(BY_REGION, ("bank_claims", "bank_claims_east", "countries"), by_region, derived=True),
    Recipe(CLAIMS, (DEBTORS,), debtors),
    Recipe(CLAIMS_EAST, (EASTERN_EUROPE,), eastern_europe),
)
