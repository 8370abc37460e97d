"""What is suspicious in a user's column and legal all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pandas as pd

from replication.errors import nearest
from replication.language.named_numbers import Clock
from replication.language.nodes import Call, Name, Node, Text, number_in
from replication.language.syntax import parse
from replication.panel.reading import BLANKS, INVISIBLE, Reading

OFTEN = 3  # rows in which a value stands that is no slip of the pen
ABOVE = {">": True, ">=": True, "<": False, "<=": False}
FAR = 3.0  # times the range of all other values
LEVELS = 7  # beside 0 and 1: less than this may be a level
SOME = 1000  # rows by which it is seen that a column has many values
VARIED = 4  # other values, at least, that a column must have before one of them can be far from the rest


def doubts_about(read: Reading, columns: Collection[str]) -> list[str]:
    """Sentences on columns: a value far from all others in many rows, texts that blanks or case part."""
    found = []
    for name in read.table.columns.intersection(list(columns), sort=False):
        column = read.table[name]
        values = column.dropna() if column.hasnans else column  # which would copy millions of rows
        if pd.api.types.is_bool_dtype(values):
            continue
        number = pd.api.types.is_numeric_dtype(values)
        doubts = _far(name, values.to_numpy()) if number else _alike(name, values, read)
        found += [f"{read.origin}: {doubt}" for doubt in doubts]
    return found


def strange_levels(read: Reading, texts: Iterable[str]) -> list[str]:
    """Sentences on values with which a column is compared and which no row of it holds."""
    pairs = dict.fromkeys(pair for text in texts for pair in _compared(parse(text)))
    return [sentence for pair in pairs if (sentence := _strange(read, *pair))]


def _compared(node: Node) -> Iterator[tuple[str, str, str | float]]:
    """Columns, how they are compared, and the texts and numbers that they are compared with."""
    if not isinstance(node, Call):
        return
    if node.function in ("==", "!=", "in", *ABOVE) and isinstance(node.arguments[0], Name):
        for part in node.arguments[1:]:
            value = part.value if isinstance(part, Text) else number_in(part)
            if value is not None:
                yield node.arguments[0].name, node.function, value
    for argument in node.arguments:
        yield from _compared(argument)


def _strange(read: Reading, name: str, sign: str, value: str | float) -> str:
    values, named = read.table.get(name), read.named.get(name)
    if values is None or isinstance(named, Clock):
        return ""
    found = values.dropna().unique()
    if named is None and pd.api.types.is_numeric_dtype(values):
        return "" if isinstance(value, str) else _beyond(read, name, sign, value, found)
    levels = found.tolist() if named is None else [named.name(code) for code in found]
    if not isinstance(value, str) or value in levels:
        return ""
    return f"{read.origin}: no row of {name} is {value!r}{nearest(value, levels)}"


def _beyond(read: Reading, name: str, sign: str, value: float, found: np.ndarray) -> str:
    """The sentence for a number that a column does not hold, or on the wrong side of which it all lies."""
    if not len(found):
        return f"{read.origin}: {name} is empty in every row"
    least, most = found.min(), found.max()
    if sign in ABOVE:
        holds = value < most if ABOVE[sign] else least < value
        holds = holds or (sign.endswith("=") and value in (least, most))
    else:
        holds = value in found
    relation = "" if sign in ("==", "!=", "in") else f"{sign} "
    return (
        ""
        if holds
        else f"{read.origin}: no row of {name} is {relation}{value:.15g}: it is {least:.15g} to {most:.15g}"
    )


def _far(name: str, column: np.ndarray) -> Iterator[str]:
    """A number such as -999, which more often than not means that the value is missing."""
    values = pd.unique(column[:: len(column) // SOME + 1])
    if len(values) <= VARIED:  # so has the column, perhaps
        values = np.sort(pd.unique(column))
    if len(values) == 3:
        rows = [int(np.count_nonzero(column == value)) for value in values]
        yield from _beside_zero_and_one(name, values.tolist(), rows)
    if len(values) <= VARIED:
        return
    for value, rows_at, low, high in _frequent_ends(column):
        if value and max(low - value, value - high) > FAR * (high - low):
            key = f"missing = [{value:.15g}] under [study]"
            yield (
                f"{name} is {value:.15g} in {rows_at} rows, and from {low:g} to {high:g} in all others; "
                f"if it means missing, write {key}"
            )


def _frequent_ends(column: np.ndarray) -> Iterator[tuple[float, int, float, float]]:
    """The least and the most of a column, as far as they stand in OFTEN rows: how many, and the range of all
    other values."""
    least, most = column.min(), column.max()
    lowest, highest = (int(np.count_nonzero(column == end)) for end in (least, most))
    if lowest >= OFTEN:
        yield float(least), lowest, float(column.min(where=column > least, initial=most)), float(most)
    if highest >= OFTEN:
        yield float(most), highest, float(least), float(column.max(where=column < most, initial=least))


def _beside_zero_and_one(name: str, values: list[float], rows: list[int]) -> Iterator[str]:
    """A third value of what is 0 or 1, too far from them to be a third level, such as 9."""
    third = [(value, count) for value, count in zip(values, rows, strict=True) if value not in (0, 1)]
    if len(third) == 1 and (third[0][0] < 0 or third[0][0] >= LEVELS):
        shown, count = f"{third[0][0]:.15g}", third[0][1]
        key = f"missing = [{shown}] under [study]"
        yield (
            f"{name} is {shown} in {count} row{'s' * (count > 1)}, and 0 or 1 in all others; "
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
