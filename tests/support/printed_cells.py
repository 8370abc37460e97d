"""Printed cells held against the records that they name, with the decimal module as the second rounding."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from replication.publish.table import Cell

KEYS = {
    "estimates": ["model", "error", "term"],
    "models": ["model", "error", "name", "of"],
    "statistics": ["statistic", "group", "period"],
}


def record(cell: Cell, frames: dict[str, pd.DataFrame]) -> float:
    """The one record that a cell names."""
    kind, *key = cell.source
    frame = frames[kind]
    if kind == "table":
        return float(frame[key[2]].iloc[int(key[1])])
    column = key.pop() if kind == "estimates" else "value"
    for name, value in zip(KEYS[kind], key, strict=True):
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return float(frame[column].iloc[0])


def assert_printed(text: str, value: float) -> None:
    """The text is the value rounded half to even at the digits that the text shows."""
    if text.startswith("<"):
        assert value < float(text[1:])
    elif pd.isna(value):
        assert text == ""
    else:
        mantissa, _, power = text.partition("e")
        unit = Decimal(1).scaleb(-len(mantissa.partition(".")[2]) + int(power or 0))
        assert Decimal(text) == Decimal(repr(value)).quantize(unit, rounding="ROUND_HALF_EVEN")
