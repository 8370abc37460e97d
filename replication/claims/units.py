"""Units in words -> what they measure, so that years are not compared with percent nor millions with
billions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from replication.claims.claim_entries import Stated
from replication.errors import StudyError
from replication.language.nodes import Call, Name, Node, Number, show

SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
TIMES = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25, "decade": 3652.5}
MONEY = {"us$": "US$", "us dollar": "US$", "dollar": "US$", "yen": "yen", "pound": "pounds"}
PLAIN = ("times", "ratio", "index", "fraction", "score")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")
CONNECTIVES = ("and", "or", "not")
UNSAID = ("", "see unit", "that of the row", "unit")


@dataclass(frozen=True)
class Unit:
    """What a figure measures.

    Attributes
    ----------
    powers : tuple of (str, int)
        Base quantities with their powers, sorted: money of one kind, time, `count` of anything, `truth`,
        `date`. None at all is a pure number.
    scale : float
        How many of the base unit one is (1e9 for billions); 0 where a number in the computation may have
        changed it.
    """

    powers: tuple[tuple[str, int], ...]
    scale: float = 1.0

    @property
    def words(self) -> str:
        """What it measures, for a message."""
        return " ".join(f"{name}^{n}" if n != 1 else name for name, n in self.powers) or "a pure number"


PURE, PERCENT = Unit(()), Unit((), 0.01)
COUNT, TRUTH, DATE, DAYS = (Unit(((name, 1),)) for name in ("count", "truth", "date", "time"))


@lru_cache(maxsize=4096)
def known_unit(text: str) -> Unit | None:
    """The unit that words name; None where they say nothing. What is no measure is a count of things."""
    words = re.split(r"[,;(]", text.lower())[0].strip()
    if words in UNSAID or " or " in text.lower().replace("yes or no", ""):
        return None
    if words in ("yes or no", "0 no", "1 yes"):
        return TRUTH
    if words == "date":
        return DATE
    if words.startswith("percent"):
        return PERCENT
    if " over " in words or " = " in words or words.startswith(PLAIN):
        return PURE
    if " per " in words:
        return _quotient(*words.split(" per ", 1))
    if match := re.fullmatch(r"(.+) an? (month|year|week|day)", words):
        return _quotient(match[1], match[2])
    return _amount(words)


def stated_unit(stated: Stated) -> Unit | None:
    """The unit of what a claim states."""
    return DATE if stated.date else known_unit(stated.unit)


def _quotient(above: str, below: str) -> Unit | None:
    top, bottom = known_unit(above), known_unit(below)
    return _product(top, bottom, -1) if top and bottom else None


def _amount(words: str) -> Unit:
    """Money of one kind, time, or a count, in thousands, millions and so on."""
    scale = 1.0
    for name, size in SCALES.items():
        if words.startswith(name):
            scale, words = scale * size, words.removeprefix(name).strip()
    words = words.removeprefix("current ").split(" at ")[0]
    prices = (
        re.search(r"(?:constant|of) ?(\d{4})?", words) if "constant" in words or " of 2" in words else None
    )
    noun = re.sub(r"constant( \d{4})? | of \d{4}| of the edition", "", words).strip()
    singular = noun.removesuffix(" sterling").removesuffix("s") if noun != "us$" else noun
    if singular in TIMES:
        return Unit((("time", 1),), scale * TIMES[singular])
    if singular in MONEY:
        at = f" at prices of {prices[1] or 'another year'}" if prices else ""
        return Unit(((f"{MONEY[singular]}{at}", 1),), scale)
    return Unit((("count", 1),), scale)


def unit_of(node: Node, units: Mapping[str, Unit | None]) -> Unit | None:
    """The unit of a computation; None as soon as it rests on a figure whose unit is not known.

    Raises
    ------
    StudyError
        Figures that measure different things, or the same in different units, are added up or compared.
    """
    match node:
        case Name(name):
            return units[name]
        case Number(_):
            return None
        case Call(function, arguments):
            return _of_call(node, function, arguments, units)
    return None


def _of_call(
    node: Node, function: str, arguments: tuple[Node, ...], units: Mapping[str, Unit | None]
) -> Unit | None:
    found = [unit_of(argument, units) for argument in arguments]
    if function in CONNECTIVES:
        return TRUTH
    if function in COMPARISONS:
        _same(node, found)
        if DATE in found and any(isinstance(argument, Number) for argument in arguments):
            raise StudyError(f"{show(node)} compares a date with a number; allowed: two dates")
        return TRUTH
    if DATE in found and function in ("*", "/", "^"):
        raise StudyError(f"{show(node)} multiplies a date; allowed: the days between two dates")
    if function in ("*", "/"):
        return _factor(function, arguments, found)
    if function == "^":
        return _power(arguments, found)
    if function in ("log", "log1p", "asinh"):
        return PURE
    if function in ("+", "-", "abs", "min", "max") and any(found):
        return _sum(node, function, found)
    return None


def _sum(node: Node, function: str, found: list[Unit | None]) -> Unit | None:
    counts = [COUNT if unit == TRUTH else unit for unit in found]
    if function == "-" and len(found) == 2 and found[0] == found[1] == DATE:
        return Unit(DAYS.powers)
    if DATE in found and function in ("+", "-"):
        return _later(node, function, found)
    return _same(node, counts)


def _later(node: Node, function: str, found: list[Unit | None]) -> Unit:
    """A date and a number of days."""
    for unit in found[1:] if found[0] == DATE else found[:1] if function == "+" else found[1:]:
        if unit is not None and (unit.powers != DAYS.powers or unit.scale not in (0.0, DAYS.scale)):
            raise StudyError(f"{show(node)} moves a date by {unit.words}; allowed: a number of days")
    return DATE


def _same(node: Node, found: list[Unit | None]) -> Unit | None:
    """The unit that all have, numbers and unknown ones aside."""
    known = [unit for unit in found if unit is not None]
    for unit in known[1:]:
        if unit.powers != known[0].powers:
            raise StudyError(
                f"{show(node)} brings together {known[0].words} and {unit.words}; allowed: one measure"
            )
        if unit.scale and known[0].scale and unit.scale != known[0].scale:
            raise StudyError(
                f"{show(node)} brings together two units of {unit.words}, of which one is "
                f"{known[0].scale / unit.scale:g} of the other; multiply one of them"
            )
    return next((unit for unit in known if not unit.scale), known[0]) if known else None


def _factor(function: str, arguments: tuple[Node, ...], found: list[Unit | None]) -> Unit | None:
    """A product or quotient; a number in it leaves the measure and may change the unit."""
    units = [
        Unit((), 0.0) if isinstance(node, Number) else (COUNT if u == TRUTH else u)
        for node, u in zip(arguments, found, strict=True)
    ]
    left, right = units
    if left is None or right is None or all(isinstance(node, Number) for node in arguments):
        return None
    return _product(left, right, 1 if function == "*" else -1)


def _product(left: Unit, right: Unit, sign: int) -> Unit:
    powers = Counter(dict(left.powers))
    for name, power in right.powers:
        powers[name] += sign * power
    scale = left.scale * right.scale**sign if left.scale and right.scale else 0.0
    return Unit(tuple(sorted((name, n) for name, n in powers.items() if n)), scale)


def _power(arguments: tuple[Node, ...], found: list[Unit | None]) -> Unit | None:
    base, exponent = found[0], arguments[1]
    if base is None or not base.powers:
        return base and Unit((), 0.0)
    if not isinstance(exponent, Number):
        return None
    return Unit(tuple((name, int(n * exponent.value)) for name, n in base.powers), 0.0)
