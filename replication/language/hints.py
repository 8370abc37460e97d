"""What is meant by a word or a literal that cannot stand where it does, for the end of a message."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from replication.errors import StudyError, one_of
from replication.language import translate
from replication.language.nodes import Call, Node, Number, Text, show
from replication.language.other_programs import MODEL_KEYS
from replication.language.syntax import in_our_words


def unknown_column(name: str, known: Collection[str], table: pd.DataFrame, otherwise: str = "") -> str:
    """The sentence for a name that no column has: what is meant by it, or else `otherwise`."""
    texts = (of for of, values in table.items() if not pd.api.types.is_numeric_dtype(values))
    of = next((str(of) for of in texts if (table[of] == name).any()), None)
    level = "" if of is None else f"; {name} is a level of {of}: write it in quotes"
    return one_of("column", name, known) + (translate.name(name, known) or level or otherwise)


def refuse_bare(node: Call) -> None:
    """Refuse x == 1 or 2, in which the 2 alone would be true in every row."""
    left, right = node.arguments
    if isinstance(right, Number | Text):
        way = "x == 1 or x == 2"
        if isinstance(left, Call) and left.function == "==":
            way = show(Call("in", (*left.arguments, right)))
        raise StudyError(f"{show(node)[:120]}: {show(right)} alone is no condition; write {way}")


def quotes(argument: Node, values: NDArray[Any]) -> str:
    """Whether what is compared stands in quotes that it should not have, or has none that it should."""
    if isinstance(argument, Text):
        return "; numbers stand without quotes"
    first = next((value for value in values if isinstance(value, str)), None)
    return "" if first is None else f"; texts stand in quotes, as {show(Text(first))} does"


def unknown_function(name: str, node: Node, known: Collection[str]) -> str:
    """The sentence for a function that there is not: what it is here, or all that there are."""
    if ours := in_our_words(node):
        return f"function {name[:80]!r} is not known{ours}"
    if said := MODEL_KEYS.get(name.lower()):
        return f"function {name[:80]!r} is not known; here it is {said} beside the formula"
    return f"{one_of('function', name, known)}; what they lack can be a column of the file"
