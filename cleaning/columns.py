"""Columns that many tables share, so that each is described once."""

from __future__ import annotations

from replication.sources.schema import Column

ISO3 = Column(
    "iso3",
    "text",
    "ISO 3166-1 alpha-3",
    "country that the figure is about; for aid the one that receives it",
    pattern="[A-Z]{3}",
)
YEAR = Column("year", "integer", "calendar year", "calendar year of the figure", low=1970, high=2000)


def number(name: str, unit: str, meaning: str, low: float | None = None, high: float | None = None) -> Column:
    """A number that may be missing."""
    return Column(name, "number", unit, meaning, low=low, high=high, missing=True)


def flag(name: str, meaning: str) -> Column:
    """Yes or no, as 1 or 0, that may be missing."""
    return number(name, "1 yes, 0 no", meaning, 0, 1)
