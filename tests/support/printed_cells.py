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


def by_key(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Records that are found by what names them, which none may share with another."""
    keyed = {kind: frame.set_index(KEYS[kind]) for kind, frame in frames.items() if kind in KEYS}
    assert [kind for kind, frame in keyed.items() if not frame.index.is_unique] == []
    return frames | keyed


def record(cell: Cell, frames: dict[str, pd.DataFrame]) -> float:
    """The one record that a cell names, of frames by their keys."""
    kind, *key = cell.source
    frame = frames[kind]
    if kind == "table":
        return float(frame[key[2]].iloc[int(key[1])])
    column = key.pop() if kind == "estimates" else "value"
    return float(frame[column].at[tuple(key)])


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
