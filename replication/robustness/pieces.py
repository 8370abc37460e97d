"""A million specifications, some at a time, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator

AT_ONCE = 20_000
"""Specifications that are gone through together."""


def pieces(size: int, step: int = AT_ONCE) -> Iterator[slice]:
    """Slices of 0 to size, `step` places each, the last one with what is left."""
    return (slice(first, min(first + step, size)) for first in range(0, size, step))
