"""The allocation panel stacked by donor: what Japan, the United States and all others gave to each debtor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

from .allocation import MILLION, SCHEMA
from .columns import ISO3, YEAR

AID = {"Japan": "japan_aid", "United States": "us_aid", "Others": "other_donors"}
CARRIED = (
    "country",
    "latin_america",
    "external_debt_joined",
    "us_trade",
    "distance_japan",
    "distance_us",
    "gdp_per_head_2020",
    "population",
    "japan_claims",
    "united_states_claims",
    "trade_japan",
    "trade_us",
    "us_military_obligations",
)
# What each donor has at stake: its banks' claims (others: three European creditors) and its trade.
CLAIMS = {
    "Japan": ("japan_claims",),
    "United States": ("united_states_claims",),
    "Others": ("united_kingdom_claims", "france_claims", "germany_claims"),
}
TRADE = {"Japan": "trade_japan", "United States": "trade_us"}
SCHEMA_BY_DONOR = Schema(
    table="donors",
    title="Donor-debtor-years: net aid of Japan, the United States and all other DAC donors",
    columns=(
        Column("pair", "text", "donor and ISO 3166-1 alpha-3", "the pair that is followed over the years"),
        Column("donor", "text", "name", "who gave", allowed=tuple(AID)),
        ISO3,
        YEAR,
        Column("donor_year", "text", "name and year", "what all debtors share for a donor in a year"),
        Column("debtor_year", "text", "country and year", "what all donors share for a debtor in a year"),
        Column("japan", "number", "1 yes, 0 no", "the donor is Japan", 0, 1),
        Column("united_states", "number", "1 yes, 0 no", "the donor is the United States", 0, 1),
        Column(
            "aid", "number", MILLION, "net bilateral aid; negative when repayments exceed it", missing=True
        ),
        Column(
            "own_claims", "number", MILLION, "claims of the donor's banks, last date before", 0, missing=True
        ),
        Column(
            "own_trade", "number", MILLION, "trade with the donor (Rose); none for others", 0, missing=True
        ),
        Column(
            "own_military",
            "number",
            "million US$ of about 2014-15",
            "US military obligations where the donor is the United States, 0 elsewhere",
            0,
            missing=True,
        ),
        *(column for column in SCHEMA.columns if column.name in CARRIED),
    ),
    key=("pair", "year"),
)


def build(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Three rows for each row of the allocation panel."""
    panel = tables["allocation"]
    stacked = pd.concat({donor: _of_donor(panel, donor) for donor in AID}, names=["donor"])
    stacked = stacked.reset_index("donor")
    year = stacked["year"].astype("str")
    stacked = stacked.assign(
        pair=stacked["donor"] + " " + stacked["iso3"],
        donor_year=stacked["donor"] + " " + year,
        debtor_year=stacked["iso3"] + " " + year,
        japan=(stacked["donor"] == "Japan").astype(float),
        united_states=(stacked["donor"] == "United States").astype(float),
    )
    stacked.index = stacked["pair"] + " " + year
    return stacked[SCHEMA_BY_DONOR.names]


def _of_donor(panel: pd.DataFrame, donor: str) -> pd.DataFrame:
    """The panel with what one donor gave and has at stake."""
    military = panel["us_military_obligations"]
    return panel.assign(
        aid=panel[AID[donor]],
        own_claims=panel[list(CLAIMS[donor])].sum(axis=1, skipna=False),
        own_trade=panel[TRADE[donor]] if donor in TRADE else np.nan,
        own_military=military if donor == "United States" else military * 0,
    )


RECIPES: tuple[Recipe, ...] = (Recipe(SCHEMA_BY_DONOR, ("allocation",), build, derived=True),)
