"""A million of something, a piece at a time, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator

AT_ONCE = 20_000
"""Specifications gone through together."""


def pieces(size: int, step: int = AT_ONCE) -> Iterator[slice]:
    """Places 0 to size, so many at a time."""
    return (slice(first, min(first + step, size)) for first in range(0, size, step))
