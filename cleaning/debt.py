"""Debt deals of the debtors, and what they owed to banks of the United States."""

from __future__ import annotations

from dataclasses import replace

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import ISO3, YEAR

KINDS = (
    "final_restructuring",
    "default_spell",
    "baker_deal",
    "brady_deal",
    "brady_relief_gdp",
    "brady_relief_public_debt",
    "bank_debt_agreement",
    "debt_reduction_operation",
)
DEALS = Schema(
    table="debt_deals",
    title="Restructurings, default spells and agreements with banks, one event a row",
    columns=(
        Column("source_id", "text", "name", "publication that the event was read in", pattern="[a-z0-9_]+"),
        ISO3,
        Column("kind", "text", "kind", "kind of event, or of figure about one", allowed=KINDS),
        replace(YEAR, name="year_from", meaning="first year of a spell, or the year of the event"),
        replace(YEAR, name="year_to", meaning="last year of a spell, or the year of the event"),
        Column("month", "integer", "month", "month of signature, where printed", 1, 12, missing=True),
        Column(
            "value",
            "number",
            "that of the row",
            "relief or debt restructured, where printed",
            missing=True,
            by="kind",
            ranges=(
                ("brady_relief_gdp", 0, 100),
                ("brady_relief_public_debt", 0, 150),
                ("debt_reduction_operation", 1, 1e5),
            ),
        ),
        Column("unit", "text", "unit", "unit of the value", missing=True),
        Column("note", "text", "note", "restates the source's footnote mark", missing=True),
    ),
    key=("source_id", "kind", "iso3", "year_from", "month"),
)
CLAIMS = Schema(
    table="ffiec_claims",
    title="Total owed to banks of the United States, country of borrower",
    columns=(
        replace(ISO3, meaning="country of the borrower"),
        Column("date", "text", "year and month", "end of month", pattern="19[7-9][0-9]-(0[1-9]|1[0-2])"),
        Column("total_owed_mn_usd", "integer", "million US$", "total owed before guarantees", 1, 1e6),
        Column("release", "text", "name", "release of the survey that was read", pattern="[a-z0-9-]+"),
    ),
    key=("iso3", "date"),
)

RECIPES: tuple[Recipe, ...] = (
    as_read(DEALS, "debt/deals.csv"),
    as_read(CLAIMS, "debt/ffiec_claims.csv"),
)
