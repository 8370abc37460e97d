"""What is suspicious in a user's column and legal all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pandas as pd

from replication.errors import nearest
from replication.language.named_numbers import Clock
from replication.language.nodes import Call, Name, Node, Text
from replication.language.syntax import parse
from replication.panel.reading import BLANKS, INVISIBLE, Reading

OFTEN = 3  # rows in which a value stands that is no slip of the pen
FAR = 3.0  # times the range of all other values
VARIED = 4  # other values, at least, that a column must have before one of them can be far from the rest


def doubts_about(read: Reading, columns: Collection[str]) -> list[str]:
    """Sentences on columns: a value far from all others in many rows, texts that blanks or case part."""
    found = []
    for name in read.table.columns.intersection(list(columns), sort=False):
        values = read.table[name].dropna()
        if pd.api.types.is_bool_dtype(values):
            continue
        number = pd.api.types.is_numeric_dtype(values)
        doubts = _far(name, values.to_numpy()) if number else _alike(name, values, read)
        found += [f"{read.origin}: {doubt}" for doubt in doubts]
    return found


def strange_levels(read: Reading, texts: Iterable[str]) -> list[str]:
    """Sentences on texts with which a column is compared and which no row of it holds."""
    pairs = dict.fromkeys(pair for text in texts for pair in _compared(parse(text)))
    return [sentence for name, level in pairs if (sentence := _strange(read, name, level))]


def _compared(node: Node) -> Iterator[tuple[str, str]]:
    """Columns and the texts that they are compared with."""
    if not isinstance(node, Call):
        return
    if node.function in ("==", "!=", "in"):
        names = [part.name for part in node.arguments if isinstance(part, Name)]
        yield from ((name, part.value) for name in names for part in node.arguments if isinstance(part, Text))
    for argument in node.arguments:
        yield from _compared(argument)


def _strange(read: Reading, name: str, level: str) -> str:
    values = read.table.get(name)
    named = read.named.get(name)
    if (
        values is None
        or (named is None and pd.api.types.is_numeric_dtype(values))
        or isinstance(named, Clock)
    ):
        return ""
    found = values.dropna().unique()
    levels = found.tolist() if named is None else [named.name(code) for code in found]
    return "" if level in levels else f"{read.origin}: no row of {name} is {level!r}{nearest(level, levels)}"


def _far(name: str, column: np.ndarray) -> Iterator[str]:
    """A number such as -999, which more often than not means that the value is missing."""
    values, rows = np.unique(column, return_counts=True)
    if len(values) <= VARIED:
        return
    for place, others in ((0, values[1:]), (-1, values[:-1])):
        value, low, high = float(values[place]), float(others[0]), float(others[-1])
        gap = low - value if place == 0 else value - high
        if value and rows[place] >= OFTEN and gap > FAR * (high - low):
            key = f"missing = [{value:.15g}] under [study]"
            yield (
                f"{name} is {value:.15g} in {rows[place]} rows, and from {low:g} to {high:g} in all others; "
                f"if it means missing, write {key}"
            )


def _alike(name: str, column: pd.Series, read: Reading) -> Iterator[str]:
    for text, rows in read.padded.get(name, {}).items():
        other = f"{text.strip(BLANKS)!r} and is read as it"
        yield f"{name}: {text!r} ({rows} row{'s' * (rows != 1)}) differs by blanks alone from {other}"
    texts = pd.Series(column.unique(), dtype="str")
    plain = texts.str.translate(dict.fromkeys(map(ord, INVISIBLE))).str.normalize("NFKC")
    alike = plain.str.casefold().str.split().str.join(" ")
    for _, same in texts.groupby(alike):
        if len(same) > 1:
            seen = plain[same.index].nunique() == len(same)
            shown = " and ".join(map(repr if seen else ascii, same[:3]))
            how = "case or blanks" if seen else "how their letters are encoded"
            yield f"{name}: {shown} differ by {how} alone, and are {len(same)} different levels"
