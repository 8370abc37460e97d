"""Matsumura's figures, agencies, ties and dates, as his article states them."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date

import pandas as pd

from replication.errors import DataError
from replication.sources.recipe import Recipe, as_read
from replication.sources.schema import Column, Schema

FOLDER = "matsumura"
AVERAGES, YEAR_ENDS = "wdi/yen_per_dollar.csv", "posen/yen_dollar.csv"
NAME = r"[a-z][a-z0-9_]*"
COUNTRIES = ("USA", "JPN", "GBR", "EUR")
SIDES = ("control", "anti_control", "neutral")

ID = Column("id", "text", "name", "our name of the row", pattern=NAME)
SECTION = Column("section", "text", "section", "section of the article that states it")
PLACE = Column("place", "text", "place", "paragraph, note or table of that section")
NOTE = Column("note", "text", "", "what to know before use", missing=True)
SAID_BY = Column("said_by", "text", "", "whom the article cites for the figure")
STATED = Column(
    "stated", "text", "", "how firmly it is stated", allowed=("as printed", "estimated", "nearly")
)
PHASE = Column("phase", "integer", "1 Toshiba case, 2 lending at home, 3 summit and after", "phase", 1, 3)
YEAR = Column("year", "integer", "calendar year", "calendar year", low=1980, high=1999)
MONTH = Column("month", "integer", "month", "month, where stated", low=1, high=12, missing=True)

SHARES = Schema(
    table="matsumura_shares",
    title="Shares of lending, debt and spending that the article prints",
    columns=(
        ID,
        Column("basis", "text", "name", "the whole that shares are of; those of one basis may be added"),
        Column("what", "text", "", "the whole in words"),
        Column("holder", "text", "", "whose share it is"),
        Column("period", "text", "", "year, or cumulative", pattern=r"19[0-9]{2}|cumulative"),
        Column("share", "number", "percent", "the share", low=0, high=100),
        Column("unit", "text", "unit", "unit of the share", allowed=("percent",)),
        Column("amount", "number", "billion US$", "amount printed with the share", 0, 1e3, missing=True),
        STATED,
        SAID_BY,
        SECTION,
        PLACE,
        NOTE,
    ),
    key=("id",),
)
LOANS = Schema(
    table="matsumura_loans",
    title="Loans and debts that the article prints in dollars, and in yen at the year's average rate",
    columns=(
        ID,
        Column("lender", "text", "", "who lends"),
        Column("borrower", "text", "", "who borrows"),
        Column("kind", "text", "", "what is counted"),
        YEAR,
        MONTH,
        Column("amount", "number", "billion current US$", "amount as printed", low=0, high=1e3),
        Column("unit", "text", "unit", "unit as printed", allowed=("billion US$",)),
        Column("yen_per_dollar", "number", "yen per US$", "average of the year (World Bank)", 50, 500),
        Column("yen_per_dollar_end", "number", "yen per US$", "last of the year (Federal Reserve)", 50, 500),
        Column("amount_yen", "number", "trillion yen", "amount at the year's average", low=0, high=1e3),
        STATED,
        SAID_BY,
        SECTION,
        PLACE,
        NOTE,
    ),
    key=("id",),
)
ACTORS = Schema(
    table="matsumura_actors",
    title="Agencies and other actors, their views and their sides",
    columns=(
        ID,
        Column("name", "text", "name", "name in English"),
        Column("country", "text", "code", "country; EUR several European allies", allowed=COUNTRIES),
        Column(
            "branch",
            "text",
            "branch",
            "branch of government, or private",
            allowed=("executive", "cabinet", "presidency", "legislative", "private"),
        ),
        Column(
            "world_view",
            "text",
            "Table 1 of the article",
            "view of the Soviet Union; missing where the article gives none",
            allowed=(
                "dissolutionist",
                "transformationist_weak",
                "transformationist_strong",
                "accommodationist",
            ),
            missing=True,
        ),
        Column("jurisdiction", "text", "", "what the actor is in charge of"),
        *(
            Column(
                f"side_{phase}",
                "text",
                "side",
                f"side on control in phase {phase}, where the article names one",
                allowed=SIDES,
                missing=True,
            )
            for phase in (1, 2, 3)
        ),
        SECTION,
        PLACE,
        NOTE,
    ),
    key=("id",),
)
ENDS = ("source", "target")
TIES = Schema(
    table="matsumura_ties",
    title="Ties between actors, one row a statement of the article",
    columns=(
        ID,
        PHASE,
        *(
            Column(end, "text", "actor", f"{end} of the tie, an id of the actors", pattern=NAME)
            for end in ENDS
        ),
        Column("sign", "integer", "+1 or -1", "+1 works with, -1 works against", low=-1, high=1),
        Column(
            "kind",
            "text",
            "kind",
            "what the article says of the two",
            allowed=("alliance", "opposition", "neutralisation", "pressure"),
        ),
        *(Column(f"{end}_name", "text", "name", f"name of the {end}") for end in ENDS),
        *(
            Column(f"{end}_country", "text", "code", f"country of the {end}", allowed=COUNTRIES)
            for end in ENDS
        ),
        *(
            Column(
                f"{end}_side",
                "text",
                "side",
                f"side of the {end} in that phase, where named",
                allowed=SIDES,
                missing=True,
            )
            for end in ENDS
        ),
        SECTION,
        PLACE,
        Column("reason", "text", "", "why the tie is there and has its sign, in our words"),
    ),
    key=("id",),
)
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
EVENTS = Schema(
    table="matsumura_events",
    title="Events of the two cases in order of date",
    columns=(
        Column("earliest", "text", "date", "first day that the stated date allows", pattern=DAY),
        Column("latest", "text", "date", "last day that the stated date allows", pattern=DAY),
        ID,
        PHASE,
        YEAR,
        MONTH,
        Column("day", "integer", "day", "day of the month, where stated", low=1, high=31, missing=True),
        Column("precision", "text", "", "finest part of the date stated", allowed=("day", "month", "year")),
        Column(
            "dated_by",
            "text",
            "",
            "text: the article; newspaper: the issue that it cites; reckoned: from a code or a distance",
            allowed=("text", "newspaper", "reckoned"),
        ),
        Column("event", "text", "", "the event in our words"),
        SECTION,
        PLACE,
    ),
    key=("earliest", "id"),
)
LISTS = Schema(
    table="matsumura_lists",
    title="What the article names one by one where it counts, and its statements of who prevailed",
    columns=(
        ID,
        Column("list", "text", "name", "our name of the list", pattern=NAME),
        Column("item", "text", "", "one thing of it, in our words"),
        SECTION,
        PLACE,
    ),
    key=("id",),
)


VIEWS = Schema(
    table="matsumura_world_views",
    title="Table 1 of the article: views of the Soviet Union",
    columns=(
        Column("number", "integer", "1 to 3", "number of the view in the table", 1, 3),
        Column("wing", "text", "", "wing of it, where it has two", missing=True),
        ID,
        Column("view", "text", "", "name of the view"),
        Column("actor", "text", "", "who holds it"),
        Column("goal", "text", "", "what is wanted"),
        Column("strategy", "text", "", "how it is to be reached"),
        SECTION,
        PLACE,
    ),
    key=("number", "id"),
)
SCHEME_2 = Schema(
    table="matsumura_scheme_2",
    title="Scheme 2 of the article as its text tells it",
    columns=(
        ID,
        Column("centre", "text", "name", "centre of power after the Cold War"),
        Column("actor", "text", "", "who would act there"),
        Column("side", "text", "side", "side on control", allowed=SIDES),
        Column("role", "text", "", "what the article has it do, in our words"),
        SECTION,
        PLACE,
    ),
    key=("id",),
)


def build_loans(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Loans with the year's yen per dollar and their value in trillion yen; an unknown rate stays missing."""
    loans, averages, ends = raw[f"{FOLDER}/loans.csv"], raw[AVERAGES], raw[YEAR_ENDS]
    average = _of_year(loans["year"], averages[averages["iso3"] == "JPN"])
    end = _of_year(loans["year"], ends[ends["series"] == "year_end"])
    yen = pd.to_numeric(loans["amount"], errors="coerce") * average / 1e3  # the schema refuses a bad amount
    return loans.assign(yen_per_dollar=average, yen_per_dollar_end=end, amount_yen=yen)


def _of_year(years: pd.Series, rates: pd.DataFrame) -> pd.Series:
    return years.map(rates.set_index("year")["value"]).astype("float64")


def build_ties(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Ties with name, country and side of both ends; a tie to an unlisted actor has them missing."""
    ties, actors = raw[f"{FOLDER}/ties.csv"], raw[f"{FOLDER}/actors.csv"].set_index("id")
    sides = {
        (actor, phase): row[f"side_{phase}"] for actor, row in actors.iterrows() for phase in ("1", "2", "3")
    }
    for end in ENDS:
        side = [sides.get(pair) for pair in zip(ties[end], ties["phase"], strict=True)]
        ties = ties.copy()
        ties[f"{end}_name"] = ties[end].map(actors["name"])
        ties[f"{end}_country"] = ties[end].map(actors["country"])
        ties[f"{end}_side"] = pd.array(side, dtype="str")
    return ties


def build_events(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Events with the first and the last day that the stated date allows."""
    events = raw[f"{FOLDER}/events.csv"]
    spans = [_span(date, line) for line, date in events[["year", "month", "day"]].iterrows()]
    return events.assign(earliest=[first for first, _ in spans], latest=[last for _, last in spans])


def _span(stated: pd.Series, line: object) -> tuple[str, str]:
    """First and last day of a date of which the day, or day and month, may be missing, as ISO texts."""
    try:
        parts = [int(part) for part in stated.dropna()]
        if stated.isna().tolist() != sorted(stated.isna()):
            raise ValueError("a day without its month")
        first = date(*parts, *[1] * (3 - len(parts)))
        month = first.month if len(parts) > 1 else 12
        day = first.day if len(parts) > 2 else calendar.monthrange(first.year, month)[1]
        return first.isoformat(), first.replace(month=month, day=day).isoformat()
    except ValueError:
        given = "-".join(stated.fillna("?"))
        raise DataError(f"data/raw/{FOLDER}/events.csv, line {line}: {given!r} is not a date") from None


RECIPES: tuple[Recipe, ...] = (
    as_read(SHARES, f"{FOLDER}/lending_shares.csv"),
    Recipe(LOANS, (f"{FOLDER}/loans.csv", AVERAGES, YEAR_ENDS), build_loans),
    as_read(ACTORS, f"{FOLDER}/actors.csv"),
    as_read(VIEWS, f"{FOLDER}/world_views.csv"),
    as_read(SCHEME_2, f"{FOLDER}/scheme_2.csv"),
    Recipe(TIES, (f"{FOLDER}/ties.csv", f"{FOLDER}/actors.csv"), build_ties),
    Recipe(EVENTS, (f"{FOLDER}/events.csv",), build_events),
    as_read(LISTS, f"{FOLDER}/lists.csv"),
)
