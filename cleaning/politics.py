"""Regimes and votes: the polity2 score, and ideal points in the United Nations General Assembly."""

from __future__ import annotations

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import ISO3, YEAR

POLITY = Schema(
    table="polity2",
    title="Polity IV score of the regime at the end of the year",
    columns=(
        ISO3,
        YEAR,
        Column(
            "polity2",
            "integer",
            "score",
            "from -10 (autocracy) to 10 (democracy); interregnum is 0 and transition interpolated by Polity",
            low=-10,
            high=10,
        ),
    ),
    key=("iso3", "year"),
)
VOTES = Schema(
    table="idealpoints",
    title="Ideal points in the United Nations General Assembly",
    columns=(
        ISO3,
        YEAR,
        Column("session", "integer", "session", "regular session; the year less 1945", low=25, high=55),
        Column(
            "ideal_point",
            "number",
            "posterior mean",
            "position in all votes of the session; only differences have meaning",
            low=-5,
            high=5,
        ),
    ),
    key=("iso3", "year"),
)

RECIPES: tuple[Recipe, ...] = (
    as_read(POLITY, "politics/polity2.csv"),
    as_read(VOTES, "politics/idealpoints.csv"),
)
