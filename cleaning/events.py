"""Dated events outside the texts that their claims are held against: acts, accords, controls given up."""

from __future__ import annotations

from replication.sources.recipe import as_read
from replication.sources.schema import Column, Schema

DATE = r"\d{4}(-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?"
EVENTS = Schema(
    "events",
    "Acts, accords and announcements with their dates",
    (
        Column("id", "text", "name", "our name of the event", pattern=r"[a-z][a-z0-9_]*"),
        Column("what", "text", "words", "what happened"),
        Column("start", "text", "date", "its day, month or year", pattern=DATE),
        Column("end", "text", "date", "its last day, month or year", pattern=DATE, missing=True),
        Column("source", "text", "words", "where the date was read"),
        Column("page", "text", "web page", "where it stands"),
    ),
    ("id",),
)
RECIPES = (as_read(EVENTS, "events/events.csv"),)
