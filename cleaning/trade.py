"""Goods trade of the United States with each debtor, in the pounds that the source prints."""

from __future__ import annotations

from dataclasses import replace

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

RECIPES: tuple[Recipe, ...] = (as_read(SCHEMA, RAW),)
