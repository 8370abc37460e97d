"""The 34 debtors of the allocation panel, and the creditors beside them."""

from __future__ import annotations

from dataclasses import replace

from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

from .columns import ISO3

RAW = "countries.csv"
SCHEMA = Schema(
    table="countries",
    title="Countries of the allocation panel and their regions",
    columns=(
        replace(ISO3, meaning="country"),
        Column("name", "text", "name", "short English name"),
        Column(
            "region",
            "text",
            "region",
            "region of a debtor of the panel; Creditor for the countries that are not debtors in it",
            allowed=("Latin America", "Asia", "Creditor"),
        ),
    ),
    key=("iso3",),
)

RECIPES: tuple[Recipe, ...] = (as_read(SCHEMA, RAW),)
