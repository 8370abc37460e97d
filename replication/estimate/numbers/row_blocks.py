"""Rows in blocks: what is worked on at once stays near the processor, and takes no memory beside the data."""

from __future__ import annotations

from collections.abc import Iterator

CELLS = 500_000
"""Of an array that is worked on at once: 4 MB."""


def row_blocks(rows: int, columns: int = 1, cells: int = CELLS) -> Iterator[slice]:
    """Slices of so many rows that an array of `columns` has no more than `cells`; at least one row each."""
    at_once = max(cells // max(columns, 1), 1)
    return (slice(start, min(start + at_once, rows)) for start in range(0, rows, at_once))
