"""Aid in the 1980s: the raw figures behind a printed table, and its variables as they were used."""

from __future__ import annotations

from dataclasses import replace

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import YEAR

COUNTRY = Column("country", "text", "name", "recipient, as the World Bank spells it")
SCHEMA = Schema(
    table="recipients_1980s",
    title="Aid per head of all donors, need, size and rights of 92 recipients",
    columns=(
        COUNTRY,
        replace(YEAR, low=1982, high=1989),
        Column("gnp_pcap", "number", "US$", "gross national product a head", 1, 1e5, missing=True),
        Column("oda_total", "number", "million US$", "net aid of all donors", -1e3, 1e4, missing=True),
        Column("inf_mort", "number", "per 1,000 births", "infant mortality", 1, 300, missing=True),
        Column("pop", "number", "persons", "population", 1e5, 2e9, missing=True),
        Column("net_oda", "number", "US$ a head", "oda_total over pop", -1e3, 1e4, missing=True),
        Column("rights_rev", "integer", "1 to 13", "sum of the two ratings, reversed", 1, 13),
        Column("rights_inv", "number", "ratio", "one over the sum of the two ratings", 1 / 14, 1 / 2),
    ),
    key=("country", "year"),
)
LOG = "natural logarithm of the ratio to the mean of the year"
AS_USED = Schema(
    table="recipients_1980s_as_used",
    title="The variables of a reanalysis of Trumbull and Wall (1994) as it used them",
    columns=(
        COUNTRY,
        replace(YEAR, low=1984, high=1989),
        Column("net_oda", "number", LOG, "aid a head", -10, 10),
        Column("pop", "number", LOG, "population", -10, 10),
        Column("gnp_pcap", "number", LOG, "income a head, mean of the two years before", -10, 10),
        Column("inf_mort", "number", LOG, "infant mortality, mean of the two years before", -10, 10),
        Column("rights_inv", "number", LOG, "one over the sum of the two ratings", -10, 10),
        Column("rights_rev", "number", LOG, "sum of the two ratings, reversed", -10, 10),
    ),
    key=("country", "year"),
)

RECIPES: tuple[Recipe, ...] = (
    as_read(SCHEMA, "trumbull_wall/aid_1982_1989.csv"),
    as_read(AS_USED, "trumbull_wall/aid_as_used_1984_1989.csv"),
)
