"""Debt deals and restructurings of the debtors, crises, IMF arrangements, debt over GDP."""

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

MONTH = r"(19[7-9][0-9]|2000|2001)-(0[1-9]|1[0-2])"
DAY = MONTH + r"-[0-3][0-9]"


def _mark(name: str, meaning: str) -> Column:
    return Column(name, "integer", "1 yes, 0 no", meaning, low=0, high=1)


RESTRUCTURINGS = Schema(
    table="restructurings",
    title="Restructurings of sovereign debt with private external creditors",
    columns=(
        ISO3,
        Column("case", "integer", "number", "the authors' number of the case", low=1, high=1000),
        Column("start", "text", "year and month", "first month of the restructuring", pattern=MONTH),
        Column(
            "end", "text", "date", "agreement carried out; the first where the day is unknown", pattern=DAY
        ),
        Column("default", "text", "year and month", "default, if there was one", pattern=MONTH, missing=True),
        Column("announcement", "text", "year and month", "announced", pattern=MONTH, missing=True),
        _mark("strictly_preemptive", "agreed without any missed payment"),
        _mark("weakly_preemptive", "begun before payments were missed; holds for the strict ones too"),
        _mark("post_default", "begun after default"),
        _mark("start_month_unknown", "the authors do not know the month of the start"),
    ),
    key=("iso3", "case"),
)
ARRANGEMENT_TYPES = (
    "Standby Arrangement",
    "Extended Fund Facility",
    "Extended Credit Facility",
    "Structural Adjustment Facility Commitment",
    "of which Supplemental Reserve Facility",
)
ARRANGEMENTS = Schema(
    table="imf_arrangements",
    title="Lending arrangements of the International Monetary Fund",
    columns=(
        ISO3,
        Column("type", "text", "name", "kind of arrangement", allowed=ARRANGEMENT_TYPES),
        Column("start", "text", "date", "approval", pattern=r"(19[7-9][0-9]|2000)-[01][0-9]-[0-3][0-9]"),
        Column(
            "end",
            "text",
            "date",
            "expiry or cancellation",
            pattern=r"(19[7-9]|200)[0-9]-[01][0-9]-[0-3][0-9]",
        ),
        Column("agreed_th_sdr", "integer", "thousand SDR", "agreed, later augmentations included", 1, 1e8),
        Column("drawn_th_sdr", "integer", "thousand SDR", "drawn by the end", 0, 1e8),
    ),
    key=("iso3", "start", "type"),
)
CRISES = Schema(
    table="crises",
    title="First years of banking, currency and debt crises",
    columns=(
        ISO3,
        replace(YEAR, meaning="first year of the crisis"),
        Column("kind", "text", "kind", "kind of crisis", allowed=("banking", "currency", "debt")),
    ),
    key=("iso3", "kind", "year"),
)
DEBT_OVER_GDP = Schema(
    table="debt_over_gdp",
    title="Total external debt over GDP (World Economic Outlook)",
    columns=(
        ISO3,
        replace(YEAR, low=1975),
        Column("value", "number", "percent of GDP", "external debt over GDP at official rates", 0, 2000),
    ),
    key=("iso3", "year"),
)

RECIPES: tuple[Recipe, ...] = (
    as_read(DEALS, "debt/deals.csv"),
    as_read(CLAIMS, "debt/ffiec_claims.csv"),
    as_read(RESTRUCTURINGS, "debt/restructurings.csv"),
    as_read(ARRANGEMENTS, "debt/imf_arrangements.csv"),
    as_read(CRISES, "debt/crises.csv"),
    as_read(DEBT_OVER_GDP, "debt/external_debt_percent_gdp.csv"),
)
