"""A progress bar on the terminal; silence anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

Item = TypeVar("Item")


def track(items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:
    """The items, with a bar and the time left on stderr while they last if that is a terminal.

    `total` is their number where they cannot tell it themselves.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as bar

    total = len(items) if isinstance(items, Sized) else total
    yield from bar(items, description=what, total=total, transient=True, console=Console(stderr=True))
