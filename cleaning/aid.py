"""United States aid obligations by fiscal year, and the price basis between constant and current dollars."""

from __future__ import annotations

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import ISO3

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

RECIPES: tuple[Recipe, ...] = (
    as_read(GREENBOOK_SCHEMA, GREENBOOK),
    as_read(ASIA_SCHEMA, ASIA),
    as_read(PRICE_BASIS_SCHEMA, PRICE_BASIS),
)
