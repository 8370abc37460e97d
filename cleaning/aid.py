"""Aid by kind: United States obligations, Japan's loans and grants, commitments of all donors by sector."""

from __future__ import annotations

from dataclasses import replace

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import ISO3, YEAR

GREENBOOK = "aid/greenbook_constant.csv"
ASIA = "aid/us_aid_asia.csv"
PRICE_BASIS = "aid/price_basis.csv"

THOUSANDS = "thousand constant 2019 US$"
PERIOD = Column(
    "fiscal_period",
    "text",
    "US fiscal year",
    "fiscal year, from July before 1977 and from October after; 1976tq is the quarter between them",
    pattern="19[7-9][0-9]|2000|1976tq",
)
CURRENT = Column(
    "obligations_current_usd",
    "integer",
    "current US$",
    "obligations, economic and military together",
    low=0,
    high=2e10,
)
CONSTANT = Column(
    "obligations_const2019_usd",
    "integer",
    "constant 2019 US$",
    "the same obligations at 2019 prices",
    low=0,
    high=2e10,
)

GREENBOOK_SCHEMA = Schema(
    table="us_aid_greenbook",
    title="United States economic and military obligations, Latin America",
    columns=(
        ISO3,
        Column(
            "fiscal_year",
            "integer",
            "US fiscal year",
            "fiscal year; 1976 holds fifteen months",
            low=1970,
            high=2000,
        ),
        Column(
            "economic_th_const_usd", "integer", THOUSANDS, "economic obligations; a zero is printed", 0, 2e7
        ),
        Column(
            "military_th_const_usd", "integer", THOUSANDS, "military obligations; a zero is printed", 0, 2e7
        ),
    ),
    key=("iso3", "fiscal_year"),
)
ASIA_SCHEMA = Schema(
    table="us_aid_asia",
    title="United States obligations, economic and military together, seven Asian countries",
    columns=(ISO3, PERIOD, CURRENT, CONSTANT),
    key=("iso3", "fiscal_period"),
)
PRICE_BASIS_SCHEMA = Schema(
    table="us_aid_price_basis",
    title="One country's obligations in current and constant dollars for each fiscal year",
    columns=(
        PERIOD,
        CURRENT,
        CONSTANT,
        Column("source_row", "text", "ISO 3166-1 alpha-3", "country whose row it is", pattern="[A-Z]{3}"),
    ),
    key=("fiscal_period",),
)
JAPAN_CONSTANT = "million constant US$, base year not stated"
COMMITTED = "million constant US$, base year not stated"
OBLIGED = "million constant US$, base about 2014-15"


def _amount(name: str, unit: str, meaning: str, high: float = 1e4) -> Column:
    return Column(name, "number", unit, meaning, 0, high)


JAPAN_BY_KIND = Schema(
    table="japan_aid_by_kind",
    title="Japan's bilateral aid by kind, as its source has it",
    columns=(
        ISO3,
        replace(YEAR, low=1971),
        _amount("net_oda", JAPAN_CONSTANT, "net aid; 0 stands for nil or negative"),
        _amount("yen_loans_net", JAPAN_CONSTANT, "net yen loans; 0 stands for nil or negative"),
        _amount("grants", JAPAN_CONSTANT, "grant aid and technical cooperation"),
        _amount("grant_aid", JAPAN_CONSTANT, "grant aid"),
        _amount("technical_cooperation", JAPAN_CONSTANT, "technical cooperation"),
    ),
    key=("iso3", "year"),
)
JAPAN_PRICES = Schema(
    table="japan_aid_prices",
    title="Current over constant dollars of Japan's aid",
    columns=(
        replace(YEAR, low=1971),
        Column("current_over_constant", "number", "ratio", "median over the pairs", 0.1, 2),
        Column("pairs", "integer", "count", "recipients that it is the median of", 1, 34),
        Column("lowest", "number", "ratio", "lowest of the pairs", 0.1, 2),
        Column("highest", "number", "ratio", "highest of the pairs", 0.1, 2),
    ),
    key=("year",),
)
US_BY_KIND = Schema(
    table="us_aid_by_kind",
    title="United States economic and military obligations, all debtors of the panel",
    columns=(
        ISO3,
        Column(
            "fiscal_year", "integer", "US fiscal year", "fiscal year; 1976 holds twelve months", 1971, 2000
        ),
        _amount("economic_mn_const", OBLIGED, "economic obligations; 0 is nil or no row in the source"),
        _amount("military_mn_const", OBLIGED, "military obligations; 0 is nil or no row in the source"),
        _amount("total_mn_const", OBLIGED, "both, as the source has it"),
    ),
    key=("iso3", "fiscal_year"),
)
SECTORS = {
    "social": "social sectors",
    "econ": "economic infrastructure",
    "production": "production",
    "multi": "several sectors",
    "budsup": "budget support and commodities",
    "debt": "action relating to debt: forgiveness and rescheduling at book value",
    "emergency": "emergencies",
}
BY_SECTOR = Schema(
    table="aid_commitments",
    title="Aid commitments of all DAC members together, by sector",
    columns=(
        ISO3,
        replace(YEAR, low=1973),
        _amount("total_mn_current", "million current US$", "all sectors"),
        _amount("total_mn_constant", COMMITTED, "all sectors"),
        *(_amount(f"{sector}_mn_constant", COMMITTED, meaning) for sector, meaning in SECTORS.items()),
    ),
    key=("iso3", "year"),
)

RECIPES: tuple[Recipe, ...] = (
    as_read(GREENBOOK_SCHEMA, GREENBOOK),
    as_read(ASIA_SCHEMA, ASIA),
    as_read(PRICE_BASIS_SCHEMA, PRICE_BASIS),
    as_read(JAPAN_BY_KIND, "aid/japan_aid_by_kind.csv"),
    as_read(JAPAN_PRICES, "aid/japan_price_ratio.csv"),
    as_read(US_BY_KIND, "aid/us_aid_by_kind.csv"),
    as_read(BY_SECTOR, "aid/commitments_by_sector.csv"),
)
