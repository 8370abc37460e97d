"""How a processed table is made from raw files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from replication.sources.schema import Schema


@dataclass(frozen=True)
class Recipe:
    """One processed table.

    Attributes
    ----------
    schema : Schema
        What the table must look like; its `table` is the name of the parquet file.
    inputs : tuple of str
        Raw files, as paths under data/raw; for a derived table, names of processed tables made before it.
    build : callable
        Takes a mapping from each input to its rows as read (every column text, an empty field missing,
        the index the line in the file) and returns the table; it keeps that index where rows map one to one.
    derived : bool
        Whether the inputs are processed tables.
    """

    schema: Schema
    inputs: tuple[str, ...]
    build: Callable[[Mapping[str, pd.DataFrame]], pd.DataFrame]
    derived: bool = False


def as_read(schema: Schema, path: str) -> Recipe:
    """A table whose rows are those of one raw file as they stand."""
    return Recipe(schema, (path,), lambda raw: raw[path])
