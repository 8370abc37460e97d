"""Trade of the debtors with the United States and with Japan, from several sources side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import ISO3, YEAR

RAW = "trade/us_trade_gbp.csv"
POUNDS = "million current pounds sterling"
SCHEMA = Schema(
    table="us_trade",
    title="United States goods trade with each country",
    columns=(
        replace(ISO3, meaning="partner of the United States"),
        replace(YEAR, low=1978),
        # A zero would be new: the smallest printed flow is 0.020, and no flow is left out.
        Column("us_imports_from_mn_gbp", "number", POUNDS, "US goods imports from the country", 0.001, 1e6),
        Column("us_exports_to_mn_gbp", "number", POUNDS, "US goods exports to the country", 0.001, 1e6),
    ),
    key=("iso3", "year"),
)
LOG = "natural logarithm of US$ over the US price index"
PAIRS = Schema(
    table="japan_us_trade",
    title="Total trade of each debtor with Japan and with the United States, in logarithms",
    columns=(
        ISO3,
        replace(YEAR, high=1999),
        Column("japan_ltrade", "number", LOG, "mean of up to four reported flows with Japan", 5, 25),
        Column("us_ltrade", "number", LOG, "the same with the United States", 5, 25, missing=True),
        Column("japan_gsp", "integer", "1 yes, 0 no", "one partner gave the other preferences", 0, 1),
        Column("us_gsp", "integer", "1 yes, 0 no", "the same with the United States", 0, 1, missing=True),
    ),
    key=("iso3", "year"),
)
PRICES = Schema(
    table="us_consumer_prices",
    title="Consumer prices of the United States",
    columns=(
        replace(YEAR, high=1999),
        Column("value", "number", "index, 1982-84 = 100", "mean of twelve months", 30, 200),
    ),
    key=("year",),
)
JAPAN_TOTAL = Schema(
    table="japan_trade",
    title="Total trade of each debtor with Japan, second source",
    columns=(
        ISO3,
        YEAR,
        Column(
            "trade_with_japan_mn_const",
            "number",
            "million constant US$, base not stated",
            "both ways",
            0,
            1e6,
        ),
    ),
    key=("iso3", "year"),
)
DOLLARS = "million current US$"
MANUFACTURES = Schema(
    table="manufactures_trade",
    title="Trade in manufactures of Japan and the United States with 21 debtors",
    columns=(
        ISO3,
        replace(YEAR, low=1986),
        Column("japan_exports_to", "number", DOLLARS, "Japan's exports to the debtor", 0, 1e6),
        Column("japan_imports_from", "number", DOLLARS, "Japan's imports from it", 0, 1e6),
        Column("us_exports_to", "number", DOLLARS, "US exports to the debtor", 0, 1e6),
        Column("us_imports_from", "number", DOLLARS, "US imports from it", 0, 1e6),
    ),
    key=("iso3", "year"),
)
REGIONS = {"east_asia": "developing East Asia", "latin_america": "developing Latin America"}
FLOWS = {"exports_to": "exports", "imports_from": "imports"}  # words of the columns of shares and of totals
BY_REGION = Schema(
    table="japan_trade_by_region",
    title="Japan's merchandise trade with two developing regions",
    columns=(
        Column(
            "region", "text", "name", "region of the debtors, by income about 2019", allowed=tuple(REGIONS)
        ),
        Column("flow", "text", "name", "direction seen from Japan", allowed=tuple(FLOWS)),
        Column("year", "integer", "calendar year", "calendar year", 1970, 2008),
        Column("share", "number", "percent", "of all of Japan's exports or imports", 0, 100),
        Column("value", "number", "billion current US$", "share of the total of the year", 0, 1000),
    ),
    key=("region", "flow", "year"),
)


def by_region(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a region, flow and year: the printed share, and the amount that it is of the printed total."""
    rows = raw[BY_REGION_FILE]
    parts = [
        rows[["year"]].assign(
            region=region,
            flow=way,
            share=rows[f"{way}_developing_{region}_percent"],
            total=rows[f"{flow}_mn_usd"],
        )
        for region in REGIONS
        for way, flow in FLOWS.items()
    ]
    long = pd.concat(parts)
    amount = pd.to_numeric(long["share"], errors="coerce") * pd.to_numeric(long["total"], errors="coerce")
    return long.assign(value=amount / 1e5).drop(columns="total")


BY_REGION_FILE = "trade/japan_trade_by_region.csv"
RECIPES: tuple[Recipe, ...] = (
    as_read(SCHEMA, RAW),
    as_read(PAIRS, "trade/japan_us_trade.csv"),
    as_read(PRICES, "trade/us_consumer_prices.csv"),
    as_read(JAPAN_TOTAL, "trade/japan_trade_total.csv"),
    as_read(MANUFACTURES, "trade/manufactures_trade.csv"),
    Recipe(BY_REGION, (BY_REGION_FILE,), by_region),
)
