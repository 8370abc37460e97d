"""Figures printed, events dated and things counted in Posen (2001), with their place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

FIGURES_FILE = "posen/text_figures.csv"
EVENTS_FILE = "posen/text_events.csv"
LISTS_FILE = "posen/text_lists.csv"

ID = r"[a-z][a-z0-9_]*"
DATE = r"\d{4}(-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?"
PRECISIONS = ("exactly", "about", "between", "at least", "at most", "below", "vague")
COUNTED = ("count", "votes", "rank")
SECTIONS = ("Introduction", "1", "1A", "1B", "1C", "2", "2A", "2B", "2C", "3")
PLACE = (
    Column("section", "text", "code", "section of the text", allowed=SECTIONS),
    Column(
        "paragraph", "text", "number", "paragraph of the section, or footnote", pattern=r"(footnote )?\d+"
    ),
)
NOTE = Column("note", "text", "words", "what the reader should know", missing=True)

FIGURES = Schema(
    "posen_text_figures",
    "Figures printed in the text",
    (
        Column("id", "text", "name", "name of the figure", pattern=ID),
        Column("what", "text", "words", "what the text says that it is"),
        Column("precision", "text", "words", "how exactly the text puts it", allowed=PRECISIONS),
        Column("value", "number", "see unit", "the figure as printed, where it is one figure", missing=True),
        Column("low", "number", "see unit", "smallest value that it can stand for", missing=True),
        Column("high", "number", "see unit", "largest value that it can stand for", missing=True),
        Column("unit", "text", "unit", "unit of the figure"),
        Column("period", "text", "words", "date or period that it is said of", missing=True),
        *PLACE,
        NOTE,
    ),
    ("id",),
)
EVENTS = Schema(
    "posen_text_events",
    "Events dated in the text",
    (
        Column("id", "text", "name", "name of the event", pattern=ID),
        Column("what", "text", "words", "what happened, as the text has it"),
        Column("start", "text", "date", "its year, month or day", pattern=DATE),
        Column("end", "text", "date", "its last year or month", pattern=DATE, missing=True),
        Column("year", "integer", "year", "year of its start", low=1900, high=2001),
        *PLACE,
        NOTE,
    ),
    ("id",),
)
LISTS = Schema(
    "posen_text_lists",
    "Things that the text names where it counts them",
    (
        Column("id", "text", "name", "name of the thing", pattern=ID),
        Column("list", "text", "name", "our name of the list", pattern=ID),
        Column("item", "text", "words", "the thing, in our words"),
        *PLACE,
    ),
    ("id",),
)


def figures(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The figures with the bounds that rounding allows.

    One printed figure stands for all that round to it at its last digit that counts (220 for 215 to 225,
    137.60 for 137.595 to 137.605); a count stands for itself; a range and a bound stand as printed.
    """
    rows = raw[FIGURES_FILE]
    single = (rows["low"] == rows["high"]).fillna(False)
    half = (
        rows["low"].where(single & ~rows["unit"].isin(COUNTED)).map(half_step, na_action="ignore").fillna(0)
    )
    low, high = pd.to_numeric(rows["low"]), pd.to_numeric(rows["high"])
    return rows.assign(value=low.where(single), low=low - half, high=high + half)


def half_step(printed: str) -> float:
    """Half the unit of the last digit that counts; nothing for zero itself."""
    number = Decimal(printed)
    # zeros behind a point are meant, zeros of a whole number may only fill up
    digits = number if "." in printed else number.normalize()
    return float(Decimal(1).scaleb(int(digits.as_tuple().exponent)) / 2) if number else 0.0


def events(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The events with the year of their start."""
    rows = raw[EVENTS_FILE]
    return rows.assign(year=rows["start"].str[:4])


def lists(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The things as they were written down."""
    return raw[LISTS_FILE]


RECIPES: tuple[Recipe, ...] = (
    Recipe(FIGURES, (FIGURES_FILE,), figures),
    Recipe(EVENTS, (EVENTS_FILE,), events),
    Recipe(LISTS, (LISTS_FILE,), lists),
)
