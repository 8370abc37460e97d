"""Figures, intervals and computations as a reader would write them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from replication.claims.days import day_words
from replication.claims.support import is_truth
from replication.claims.units import DATE, TRUTH, Unit
from replication.claims.verdict import Interval
from replication.language.nodes import Call, Name, Node, show
from replication.publish.rounding import grouped, significant

BINDING = {
    **dict.fromkeys(("or",), 1),
    **dict.fromkeys(("and",), 2),
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/"), 5),
    "^": 6,
}


def number(value: float) -> str:
    """A figure with all its digits and commas between thousands."""
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    shown = f"{value:.12g}"
    return shown if "e" in shown else grouped(shown)


def allowed(value: float) -> str:
    """An end of what a wording leaves open, with the six digits that tell it from its neighbours."""
    shown = f"{value:.6g}"
    return shown if "e" in shown else grouped(shown)


def rounded(value: float) -> str:
    """A computed figure with four significant digits, whole ones whole."""
    whole = not math.isfinite(value) or abs(value) >= 1e15 or value == round(value)
    return number(value) if whole else grouped(significant(value, 4))


def span(interval: Interval, shown: Callable[[float], str] = number) -> str:
    """An interval in words."""
    low, high = interval.low, interval.high
    if low == high:
        return shown(low)
    if math.isinf(low) and math.isinf(high):
        return "any figure"
    if math.isinf(low):
        return f"at most {shown(high)}"
    return f"at least {shown(low)}" if math.isinf(high) else f"{shown(low)} to {shown(high)}"


def shown(value: float, unit: Unit | None, plain: Callable[[float], str] = number) -> str:
    """A figure, or a day, as a reader would write it."""
    return day_words(value, value) if unit == DATE else plain(value)


def ends(interval: Interval, unit: Unit | None, plain: Callable[[float], str] = number) -> str:
    """An interval in words: days as dates, a yes or no that may be either as open."""
    if unit == DATE:
        return day_words(interval.low, interval.high)
    if unit == TRUTH:
        return "open" if interval.low != interval.high else "true" if interval.low else "false"
    return span(interval, plain)


def arithmetic(node: Node, texts: Mapping[str, str], computed: Interval, unit: Unit | None = None) -> str:
    """A computation with its figures and its result, like "103,688 / 64,991 = 1.595".

    Parameters
    ----------
    texts : mapping of input name to the figure as text, as it stands among others
    """
    if is_truth(node):
        return f"{written(node, texts)}: {ends(computed, TRUTH)}"
    return f"{written(node, texts)} = {shown(computed.point, unit, rounded)}"


def written(node: Node, texts: Mapping[str, str]) -> str:
    """A computation with each figure in the place of its name, no bracket that arithmetic does without."""
    return _written(node, texts, 0)


def _written(node: Node, texts: Mapping[str, str], outer: int) -> str:
    match node:
        case Name(name):
            return f"({texts[name]})" if outer and texts[name].startswith("-") else texts[name]
        case Call(sign, (left, right)) if sign in BINDING:
            own = BINDING[sign]
            # a - b - c is (a - b) - c: brackets stand around a right side that binds no tighter
            text = f"{_written(left, texts, own)} {sign} {_written(right, texts, own + 1)}"
            return f"({text})" if own < outer else text
        case Call("-", (operand,)):
            text = f"-{_written(operand, texts, BINDING['*'])}"
            return f"({text})" if outer > BINDING["*"] else text
        case Call("not", (operand,)):
            return f"not ({_written(operand, texts, 0)})"
        case Call("in", (operand, *members)):
            return f"{_written(operand, texts, 7)} in ({', '.join(_written(m, texts, 0) for m in members)})"
        case Call(function, arguments):
            return f"{function}({', '.join(_written(argument, texts, 0) for argument in arguments)})"
    return show(node)
