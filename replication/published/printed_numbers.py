"""A number as it stands in print -> its value, the unit of its last digit, and the marks behind it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from replication.errors import StudyError

LONGEST = 60  # characters of a printed number
_SAME = str.maketrans(
    "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d\u2217\uff0a\u00a0\u2009\u202f", "-------**   "
)
_RAISED = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b", "0123456789-")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_TIMES_TEN = re.compile("(?<=[0-9]) ?[\u00d7x] ?10\\^?([-+0-9\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207b]+)")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]{0,20})(?P<after>\.[0-9]{1,20})?"
    r"(?:[eE](?P<power>[+-]?[0-9]{1,3}))?(?![0-9])"
)
ALLOWED = "a number such as -0.717, (.051), 1,218.2 or 1.2e-5, its decimal mark a point"


@dataclass(frozen=True)
class Printed:
    """A printed number.

    Attributes
    ----------
    text : str
        As it was given.
    value : Decimal
        With all printed digits and no more; minus zero is kept.
    unit : Decimal
        One in the last printed digit.
    marks : str
        Stars or whatever stands for them.
    scientific : bool
        Whether it is printed with a power of ten.
    """

    text: str
    value: Decimal
    unit: Decimal
    marks: str = ""
    scientific: bool = False


def read_printed(text: str, marks: Collection[str] = ()) -> Printed:
    """What a printed number says; minus signs and stars of any shape, brackets, powers of ten are read.

    Parameters
    ----------
    marks : collection of str
        Marks that may stand behind the number.

    Raises
    ------
    StudyError
        No such number, or a mark that is not among `marks`.
    """
    plain = _TIMES_TEN.sub(_as_exponent, text[:LONGEST].translate(_SAME).strip())
    inner, behind = _unbracketed(plain)
    found = _NUMBER.match(inner)
    if len(text) > LONGEST or found is None or not (found["whole"] or found["after"]):
        raise StudyError(f"{text[:LONGEST]!r} is no printed number; allowed: {ALLOWED}")
    mark = (inner[found.end() :] + behind).strip()
    if mark and mark not in marks:
        known = f"one of the table's stars: {', '.join(marks)}" if marks else f"{ALLOWED}, and no mark"
        raise StudyError(f"{text!r}: {mark!r} behind the number; allowed: {known}")
    return _printed(text, found, mark)


def _as_exponent(power: re.Match[str]) -> str:
    """A printed power of ten, raised or behind a caret, as e-5."""
    return f"e{power[1].translate(_RAISED)}"


def _unbracketed(text: str) -> tuple[str, str]:
    """What stands in a bracket around the number, and what stands behind it."""
    closing = _BRACKETS.get(text[:1], "")
    inner, closed, behind = text[1:].partition(closing) if closing else (text, "", "")
    return (inner.strip(), behind) if closed else (text, "")


def _printed(text: str, found: re.Match[str], mark: str) -> Printed:
    whole, after = found["whole"].replace(",", "") or "0", found["after"] or ""
    power = found["power"]
    sign = "-" if found["sign"] == "-" else ""
    value = Decimal(f"{sign}{whole}{after}e{int(power or 0)}")
    unit = Decimal(1).scaleb(int(power or 0) - max(len(after) - 1, 0))
    return Printed(text, value, unit, mark, power is not None)
