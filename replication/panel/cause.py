"""Why a row of a panel is not used."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """Why a row is not used: what is wrong ("missing regressor"), and with which term or column, if any."""

    what: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.of}" if self.of else self.what
