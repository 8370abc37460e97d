"""Katada's packages, case codings and further figures, as two of her texts state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from replication.errors import DataError
from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

FOLDER = "katada"
CASES = ("Latin America 1982-91", "Mexico 1994-95", "Thailand 1997", "Indonesia 1997-98", "Korea 1997-98")
CONDITIONS = (
    "engagement",
    "leadership",
    "collaboration",
    "bank_exposure",
    "institutional_linkages",
    "economic_linkages",
    "coherence",
    "us_urging",
    "home_region",
)

ID = Column("id", "text", "name", "our name of the row", pattern=r"[a-z][a-z0-9_]*")
CASE = Column("case", "text", "case", "crisis", allowed=CASES)
DOCUMENT = Column(
    "document", "text", "document", "part of the book that states it", allowed=("Introduction", "Chapter 1")
)
SECTION = Column("section", "text", "section", "heading in that part; opening before the first one")
PLACE = Column("place", "text", "paragraph", "paragraph of that section")

PACKAGES = Schema(
    table="katada_packages",
    title="Official packages: amounts printed in the texts, and those that they leave out",
    columns=(
        ID,
        replace(CASE, allowed=(*CASES, "North America")),
        Column("what", "text", "", "what the amount is of"),
        Column("creditor", "text", "", "who pays"),
        Column("amount", "number", "billion current US$", "as printed", low=0, high=1e3, missing=True),
        Column("unit", "text", "unit", "unit of the amount", allowed=("billion US$",)),
        Column("year", "integer", "calendar year", "year, where printed", 1970, 2000, missing=True),
        Column("month", "integer", "month", "month, where printed", 1, 12, missing=True),
        DOCUMENT,
        SECTION,
        PLACE,
        Column("note", "text", "", "what to know before use"),
    ),
    key=("id",),
)
CODES = Schema(
    table="katada_cases",
    title="Crises coded from the texts",
    columns=(
        Column("number", "integer", "1, 2, ...", "order in which cases and conditions are shown", low=1),
        CASE,
        Column("condition", "text", "condition", "outcome or condition coded", allowed=CONDITIONS),
        Column(
            "code",
            "integer",
            "0 no, 1 yes",
            "missing where the texts do not say",
            low=0,
            high=1,
            missing=True,
        ),
        DOCUMENT,
        SECTION,
        PLACE,
        Column("reason", "text", "", "why that code, in our words"),
        Column("second_code", "integer", "0 no, 1 yes", "code of the second reading", 0, 1, missing=True),
        Column("second_place", "text", "place", "where the second reading found it"),
        Column("second_reason", "text", "", "why the second reading has that code, in our words"),
    ),
    key=("number", "case", "condition"),
)
FIGURES = Schema(
    table="katada_figures",
    title="Figures, years and counts printed in the texts",
    columns=(
        ID,
        Column("what", "text", "", "what the figure is of"),
        Column("figure", "text", "that of the row", "the figure, letter for letter"),
        Column("unit", "text", "unit", "unit of the figure"),
        DOCUMENT,
        SECTION,
        PLACE,
    ),
    key=("id",),
)
LISTS = Schema(
    table="katada_lists",
    title="What the texts name one by one where they count",
    columns=(
        ID,
        Column("list", "text", "name", "our name of the list", pattern=r"[a-z][a-z0-9_]*"),
        Column("item", "text", "", "one thing of it, in our words"),
        DOCUMENT,
        SECTION,
        PLACE,
    ),
    key=("id",),
)

FIRST_CODES, SECOND_CODES = f"{FOLDER}/cases.csv", f"{FOLDER}/cases_second.csv"


def codes(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The first coding with the second beside it; a case and condition that only one has is refused."""
    first, second = raw[FIRST_CODES], raw[SECOND_CODES].set_index(["case", "condition"])
    beside = second.reindex(pd.MultiIndex.from_frame(first[["case", "condition"]])).set_axis(first.index)
    if len(second) != len(first) or beside["reason"].isna().any():
        raise DataError(f"data/raw/{SECOND_CODES}: its cases and conditions are not those of {FIRST_CODES}")
    place = beside["document"] + ", " + beside["section"] + ", " + beside["place"]
    return first.assign(second_code=beside["code"], second_place=place, second_reason=beside["reason"])


RECIPES: tuple[Recipe, ...] = (
    as_read(PACKAGES, f"{FOLDER}/packages.csv"),
    Recipe(CODES, (FIRST_CODES, SECOND_CODES), codes),
    as_read(FIGURES, f"{FOLDER}/text_figures.csv"),
    as_read(LISTS, f"{FOLDER}/lists.csv"),
)
