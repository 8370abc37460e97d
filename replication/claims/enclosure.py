"""A computation on figures that are known to lie in intervals -> the interval of its result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from replication.claims.support import TRUTHS
from replication.claims.verdict import Interval
from replication.errors import StudyError
from replication.language.evaluate import Rows, evaluate_numbers
from replication.language.nodes import Call, Name, Node, Number

MAX_UNCERTAIN = 12
OPEN = 1e90  # stands for an open end: products of three stay finite, and nothing recorded comes near
NOTHING = Number(0.0)


def enclosure(node: Node, known: Mapping[str, Interval]) -> Interval:
    """A computation at its figures, and the least and the most that it can be where they may lie.

    Sums, differences, products and comparisons of figures of which each counts once rise or fall in each by
    itself: their ends are those over the corners of the box. What turns within the box (a distance, an
    equality, two conditions together, a divisor or a base that may be nothing) is settled by itself first, by
    the rules of interval arithmetic (Moore 1966, chapters 2 and 3), so that its interval may be too wide, and
    is never too narrow.

    Raises
    ------
    StudyError
        More than 12 figures of one part are uncertain.
    """
    if isinstance(node, Call) and node.function in RULES:
        return RULES[node.function](node, known)
    parts = _Parts(known)
    return _over_corners(parts.smooth(node, at_root=True), parts.known)


@dataclass
class _Parts:
    """What turns within the box, as figures of their own beside the known ones."""

    known: Mapping[str, Interval]

    def smooth(self, node: Node, *, at_root: bool = False) -> Node:
        """The computation with a name in the place of every part that turns within the box."""
        if not isinstance(node, Call):
            return node
        if node.function in RULES or (node.function in TRUTHS and not at_root):
            return self._named(enclosure(node, self.known))
        if self._breaks(node):
            return self._named(Interval(_point(node, self.known), -math.inf, math.inf))
        return replace(node, arguments=tuple(self.smooth(each) for each in node.arguments))

    def _named(self, found: Interval) -> Name:
        name = f" {len(self.known)}"  # no name in a file begins with a blank
        self.known = {**self.known, name: found}
        return Name(name)

    def _breaks(self, node: Call) -> bool:
        """Whether a divisor, or the base of a power, may lie on either side of nothing."""
        turning = {"/": 1, "^": 0}.get(node.function)
        if turning is None or isinstance(node.arguments[turning], Number):
            return False
        found = enclosure(node.arguments[turning], self.known)
        return found.low < 0 < found.high


def _point(node: Node, known: Mapping[str, Interval]) -> float:
    frame = pd.DataFrame({name: [each.point] for name, each in known.items()})
    return float(evaluate_numbers(node, Rows(frame))[0])


def _over_corners(node: Node, known: Mapping[str, Interval]) -> Interval:
    uncertain = [name for name, each in known.items() if each.low < each.high and _names(node, name)]
    if len(uncertain) > MAX_UNCERTAIN:
        raise StudyError(
            f"{len(uncertain)} figures are rounded; allowed: at most {MAX_UNCERTAIN}; add some up with by"
        )
    corners = np.array(list(product((False, True), repeat=len(uncertain))), dtype=bool)
    columns = {name: np.full(len(corners) + 1, each.point, dtype=float) for name, each in known.items()}
    for place, name in enumerate(uncertain):
        low, high = np.clip([known[name].low, known[name].high], -OPEN, OPEN)
        columns[name][1:] = np.where(corners[:, place], high, low)
    values = evaluate_numbers(node, Rows(pd.DataFrame(columns)))
    return Interval(float(values[0]), *_ends(values))


def _names(node: Node, name: str) -> bool:
    if isinstance(node, Call):
        return any(_names(argument, name) for argument in node.arguments)
    return isinstance(node, Name) and node.name == name


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Least and most; both infinite if the result is undefined at a corner."""
    if not np.isfinite(values).all():
        return -np.inf, np.inf
    low, high = values.min(), values.max()
    far = np.sqrt(OPEN)
    return (-np.inf if low < -far else float(low)), (np.inf if high > far else float(high))


def _equal(node: Call, known: Mapping[str, Interval]) -> Interval:
    """True for certain only where the difference is nothing all over the box."""
    gap = enclosure(Call("-", node.arguments), known)
    possible, certain = gap.low <= 0 <= gap.high, gap.low == gap.high == 0
    return Interval(_point(node, known), float(certain), float(possible))


def _unequal(node: Call, known: Mapping[str, Interval]) -> Interval:
    return _not(Call("not", (Call("==", node.arguments),)), known)


def _in(node: Call, known: Mapping[str, Interval]) -> Interval:
    """One of several: any of the equalities."""
    first, *others = node.arguments
    found = [_equal(Call("==", (first, other)), known) for other in others]
    return Interval(_point(node, known), max(each.low for each in found), max(each.high for each in found))


def _not(node: Call, known: Mapping[str, Interval]) -> Interval:
    found = enclosure(node.arguments[0], known)
    return Interval(1.0 - found.point, 1.0 - found.high, 1.0 - found.low)


def _and(node: Call, known: Mapping[str, Interval]) -> Interval:
    found = [enclosure(each, known) for each in node.arguments]
    return Interval(*(min(ends) for ends in zip(*map(_as_tuple, found), strict=True)))


def _or(node: Call, known: Mapping[str, Interval]) -> Interval:
    found = [enclosure(each, known) for each in node.arguments]
    return Interval(*(max(ends) for ends in zip(*map(_as_tuple, found), strict=True)))


def _abs(node: Call, known: Mapping[str, Interval]) -> Interval:
    found = enclosure(node.arguments[0], known)
    ends = sorted((abs(found.low), abs(found.high)))
    return Interval(abs(found.point), 0.0 if found.low < 0 < found.high else ends[0], ends[1])


def _as_tuple(found: Interval) -> tuple[float, float, float]:
    return found.point, found.low, found.high


RULES = {"==": _equal, "!=": _unequal, "in": _in, "not": _not, "and": _and, "or": _or, "abs": _abs}
