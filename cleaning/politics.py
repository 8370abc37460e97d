"""Regimes and votes: Polity in two editions, Freedom House, ideal points in the UN General Assembly."""

from __future__ import annotations

from dataclasses import replace

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
FREEDOM = Schema(
    table="freedom_house",
    title="Freedom House ratings of the year under review; there is no 1982",
    columns=(
        ISO3,
        replace(YEAR, low=1972),
        Column("political_rights", "integer", "1 to 7", "1 most free, 7 least", 1, 7),
        Column("civil_liberties", "integer", "1 to 7", "1 most free, 7 least", 1, 7),
        Column("status", "text", "status", "free, partly free, not free", allowed=("F", "PF", "NF")),
    ),
    key=("iso3", "year"),
)
CODES = "score, or -77 interregnum, -88 transition"
POLITY5 = Schema(
    table="polity5",
    title="Polity5 scores of the regime at the end of the year",
    columns=(
        ISO3,
        YEAR,
        Column("polity", "integer", CODES, "democ less autoc", -88, 10),
        Column(
            "polity2", "integer", "score", "polity with interregnum 0 and transition interpolated", -10, 10
        ),
        Column("democ", "integer", CODES, "institutionalised democracy", -88, 10),
        Column("autoc", "integer", CODES, "institutionalised autocracy", -88, 10),
        Column("durable", "integer", "years", "years since the last change of regime", 0, 200),
    ),
    key=("iso3", "year"),
)

RECIPES: tuple[Recipe, ...] = (
    as_read(POLITY, "politics/polity2.csv"),
    as_read(VOTES, "politics/idealpoints.csv"),
    as_read(FREEDOM, "politics/freedom_house.csv"),
    as_read(POLITY5, "politics/polity5.csv"),
)
