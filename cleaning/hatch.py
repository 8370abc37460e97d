"""What Hatch (2001) prints: his tables 1 to 5, and the figures that stand in his sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from replication.errors import DataError, one_of
from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

ASIA = Column("region", "text", "name", "region that the figures are for", allowed=("Asia",))
YEAR = Column("year", "integer", "year", "year of the figure as printed", low=1980, high=1996)
HEDGES = ("exact", "rounded", "about", "nearly", "over", "under", "words")
SHARE: dict[str, Any] = {"low": 0, "high": 100, "missing": True}

TABLE_1 = Schema(
    table="hatch_table_1",
    title="Hatch, table 1: flow of JICA experts to Asia",
    columns=(
        ASIA,
        YEAR,
        Column(
            "experts", "integer", "persons", "experts sent to Asia; 1991 is printed 1.292", low=0, high=10_000
        ),
        Column(
            "share", "number", "percent", "second figure of the row, read as Asia in all experts", **SHARE
        ),
    ),
    key=("region", "year"),
)
TABLE_2 = Schema(
    table="hatch_table_2",
    title="Hatch, table 2: technology exports of Japan to Asia",
    columns=(
        ASIA,
        YEAR,
        Column("exports", "number", "billion US$ at 125 yen", "technology exports to Asia", low=0, high=100),
        Column("share", "number", "percent", "Asia in the technology exports of Japan", **SHARE),
    ),
    key=("region", "year"),
)
TABLE_3 = Schema(
    table="hatch_table_3",
    title="Hatch, table 3: Export-Import Bank loans for Japanese investment in Asia",
    columns=(
        ASIA,
        YEAR,
        Column(
            "loans", "number", "billion yen", "investment loans to Asia", low=0, high=10_000, missing=True
        ),
        Column("share", "number", "percent", "of all commitments of the bank", **SHARE),
    ),
    key=("region", "year"),
)
TABLE_4 = Schema(
    table="hatch_table_4",
    title="Hatch, table 4: firms that invested to supply parts to an assembler (damaged)",
    columns=(
        Column("row", "integer", "place", "row of the table, from the top", low=1, high=3),
        Column("column", "integer", "place", "column of the table, from the left", low=1, high=7),
        Column("region", "text", "name", "label of the row, or that it is lost"),
        Column("heading", "text", "as printed", "heading of the column as it can still be read"),
        Column("year", "integer", "year", "year of the column", low=1992, high=1996, missing=True),
        Column("printed", "text", "as printed", "what is left of the figure", missing=True),
        Column("percent", "number", "percent", "of the firms that invested there", **SHARE),
        Column("note", "text", "words", "what is damaged", missing=True),
    ),
    key=("row", "column"),
)
TABLE_5 = Schema(
    table="hatch_table_5",
    title="Hatch, table 5: Japanese employees of private firms in Asia",
    columns=(
        ASIA,
        YEAR,
        Column("employees", "integer", "persons", "Japanese employees in Asia", low=0, high=1_000_000),
        Column("share", "number", "percent", "of all Japanese employees overseas", **SHARE),
        Column(
            "change", "number", "percent", "change on the year before, as printed", -100, 100, missing=True
        ),
    ),
    key=("region", "year"),
)
TEXT = Schema(
    table="hatch_text_figures",
    title="Hatch: figures in the running text and its notes",
    columns=(
        Column("number", "integer", "place", "order in the text", low=1, high=1000),
        Column("id", "text", "name", "name of the figure", pattern="[a-z][a-z0-9_]{0,63}"),
        Column("topic", "text", "name", "figures that belong together", pattern="[a-z][a-z0-9_]{0,63}"),
        Column("series", "text", "words", "what is measured, short"),
        Column("what", "text", "words", "what is measured"),
        Column("printed", "text", "as printed", "digits or words as printed"),
        Column("value", "number", "see unit", "the figure", low=-100, high=200_000),
        Column(
            "hedge",
            "text",
            "word",
            "exact: a count; rounded; about; nearly: below; over: at least; under: at most; words: no digits",
            allowed=HEDGES,
        ),
        Column("low", "number", "see unit", "least that the wording allows", missing=True),
        Column("high", "number", "see unit", "most that the wording allows", missing=True),
        Column("unit", "text", "unit", "unit of the figure"),
        Column("currency", "text", "name", "currency as printed", allowed=("US$", "yen"), missing=True),
        Column(
            "year", "integer", "year", "year, where it is a single one", low=1955, high=2000, missing=True
        ),
        Column("period", "text", "words", "time that the figure is for"),
        Column("exhibit", "text", "name", "table or figure that it belongs to", missing=True),
        Column("place", "text", "place", "section and paragraph"),
        Column("note", "text", "words", "what to know about it", missing=True),
    ),
    key=("number",),
)

DATES = Schema(
    table="hatch_text_dates",
    title="Hatch: events dated in the text, and the dates of the sources that its notes name for them",
    columns=(
        Column("id", "text", "name", "name of the event or source", pattern="[a-z][a-z0-9_]{0,63}"),
        Column("kind", "text", "name", "event or source", allowed=("event", "source")),
        Column("what", "text", "words", "what happened, or what the source is on"),
        Column(
            "date",
            "text",
            "date",
            "its year, month or day",
            pattern=r"\d{4}(-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?",
        ),
        Column("year", "integer", "year", "year of the date", low=1950, high=2001),
        Column("place", "text", "place", "section and paragraph, or note"),
        Column("note", "text", "words", "what to know about it", missing=True),
    ),
    key=("id",),
)
LISTS = Schema(
    table="hatch_text_lists",
    title="Hatch: what the text names one by one where it counts",
    columns=(
        Column("id", "text", "name", "name of the item", pattern="[a-z][a-z0-9_]{0,63}"),
        Column("list", "text", "name", "our name of the list", pattern="[a-z][a-z0-9_]{0,63}"),
        Column("item", "text", "words", "one thing of it, in our words"),
        Column("place", "text", "place", "section and paragraph, or note"),
    ),
    key=("id",),
)


HOSTS = ("MYS", "THA", "PHL", "IDN", "KOR", "TWN", "SGP", "CHN")
ORIGINS = ("us", "japan", "nies")
BY_ORIGIN = Schema(
    table="investment_by_origin",
    title="Direct investment approved in eight Asian economies by origin",
    columns=(
        Column("host", "text", "ISO 3166-1 alpha-3", "economy that approved", allowed=HOSTS),
        Column(
            "origin",
            "text",
            "name",
            "where it came from; nies: newly industrialised economies",
            allowed=ORIGINS,
        ),
        Column("year", "integer", "year", "year of approval", 1986, 1990),
        Column("value", "number", "million US$, approvals", "amount", 0, 1e5),
        Column("share", "number", "percent", "share of all approvals as printed", 0, 100),
    ),
    key=("host", "origin", "year"),
)
REGIONS = (
    "World", "Developed countries", "Developing countries", "North America", "Europe", "Western Europe",
    "Central and South America", "Asia", "China", "Middle East", "Africa",
)  # fmt: skip
BY_REGION = Schema(
    table="japan_investment_by_region",
    title="Japan's direct investment by region, as notified to the ministry",
    columns=(
        Column("source_id", "text", "name", "publication", allowed=("mofa_1987", "wtec_1996")),
        Column("fiscal_year", "integer", "fiscal year", "fiscal year", 1984, 1994),
        Column("region", "text", "name", "region", allowed=REGIONS),
        Column("mn_usd", "number", "million US$, notifications", "amount", 0, 1e6, missing=True),
        Column("change_percent", "number", "percent", "change on the year before", -100, 1000, missing=True),
        Column("share_percent", "number", "percent", "share of the world", **SHARE),
    ),
    key=("source_id", "region", "fiscal_year"),
)


def bounds(printed: str, value: float, hedge: str) -> tuple[float, float]:
    """Least and most that a printed figure stands for; NaN on a side that the wording leaves open.

    A count is exact. A rounded figure is within half a unit of its last digit; one said to be about so
    much, within half a unit of its last digit that is not zero; one said to be nearly so much, likewise
    but nearer to zero. Over and under give one side. A figure in words has no digits to go by.
    """
    half = _half_step(printed, round_number=hedge in ("about", "nearly"))
    near = (value - half, value) if value > 0 else (value, value + half)
    return {
        "exact": (value, value),
        "rounded": (value - half, value + half),
        "about": (value - half, value + half),
        "nearly": near,
        "over": (value, np.nan),
        "under": (np.nan, value),
        "words": (np.nan, np.nan),
    }[hedge]


def _half_step(printed: str, *, round_number: bool) -> float:
    digits = printed.replace(",", "").lstrip("-")
    if not re.fullmatch(r"\d+(\.\d+)?", digits):
        return np.nan
    whole, _, decimals = digits.partition(".")
    zeros = len(whole) - len(whole.rstrip("0")) if round_number and not decimals else 0
    return 10.0 ** (zeros - len(decimals)) / 2


def _table(schema: Schema, path: str) -> Recipe:
    """One column a measure from one row a figure."""
    measures = [name for name in schema.names if name not in ("region", "year")]

    def build(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The table, each row under the line of its first figure."""
        rows = raw[path]
        for line, name in rows["measure"].items():
            if name not in measures:
                raise DataError(f"data/raw/{path}, line {line}: {one_of('measure', name, measures)}")
        twice = rows.index[rows.duplicated(["year", "measure"])]
        if len(twice):
            raise DataError(f"data/raw/{path}, line {twice[0]}: a second figure for its year and measure")
        values = rows.pivot(index="year", columns="measure", values="value").reindex(columns=measures)
        lines = rows.drop_duplicates("year").reset_index().set_index("year")["index"]
        made = values.assign(region="Asia").reset_index()
        return made.set_axis(pd.Index(lines.loc[made["year"]]), axis=0)

    return Recipe(schema, (path,), build)


def _table_4(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = raw["hatch/table_4.csv"]
    places = rows["place"].str.extract(r"row (?P<row>\d+), column (?P<column>\d+)$")
    return pd.DataFrame(
        {
            **places,
            "region": rows["row"].fillna("label lost"),
            "heading": rows["column"],
            "year": rows["year"],
            "printed": rows["printed"],
            "percent": rows["value"],
            "note": rows["note"],
        }
    )


def _text(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = raw["hatch/text_figures.csv"]
    values = pd.to_numeric(rows["value"], errors="coerce")
    known = zip(
        rows["printed"], values, rows["hedge"].where(rows["hedge"].isin(HEDGES), "words"), strict=True
    )
    made = pd.DataFrame([bounds(*figure) for figure in known], columns=["low", "high"], index=rows.index)
    return rows.join(made)


def _by_origin(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a host, origin and year; what the source does not give is left out."""
    rows = raw["hatch/investment_in_asia_by_origin.csv"]
    parts = [
        rows[["host", "year"]].assign(
            origin=origin, value=rows[f"{origin}_mn_usd"], share=rows[f"{origin}_percent"]
        )
        for origin in ORIGINS
    ]
    return pd.concat(parts).dropna(subset="value")


def _dates(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = raw["hatch/text_dates.csv"]
    return rows.assign(year=rows["date"].str.slice(stop=4))


RECIPES: tuple[Recipe, ...] = (
    _table(TABLE_1, "hatch/table_1.csv"),
    _table(TABLE_2, "hatch/table_2.csv"),
    _table(TABLE_3, "hatch/table_3.csv"),
    Recipe(TABLE_4, ("hatch/table_4.csv",), _table_4),
    _table(TABLE_5, "hatch/table_5.csv"),
    Recipe(TEXT, ("hatch/text_figures.csv",), _text),
    Recipe(DATES, ("hatch/text_dates.csv",), _dates),
    as_read(LISTS, "hatch/text_lists.csv"),
    Recipe(BY_ORIGIN, ("hatch/investment_in_asia_by_origin.csv",), _by_origin),
    as_read(BY_REGION, "hatch/japan_investment_by_region.csv"),
)
