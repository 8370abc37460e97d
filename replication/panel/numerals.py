"""How figures are spelled in a file of text: decimal mark, thousands, exponents; and what is no figure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

# What programs write where a figure is missing; in a column of texts each of them may be a name.
MARKERS = frozenset(
    ("NA", "N/A", "n/a", "#N/A", "#N/A N/A", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "None", "<NA>")
)
OTHER = {".": ",", ",": "."}
BLANKS = " \u00a0\u202f"  # that part thousands in print: the common, the unbreakable, the narrow one
WHOLE = r"^[+-]?\d+$"
LEADING_ZERO = r"^0\d+$"  # 003 is a code, in which the zeros mean something
BARE_EXPONENT = r"^\d+[eE]\d+$"  # 1E3 is one too: programs write the number as 1E+03 or 1.0E3


@dataclass(frozen=True)
class Spelling:
    """The decimal mark of a file, and the signs that part thousands in it."""

    decimal: str = "."
    groups: str = BLANKS

    @property
    def pattern(self) -> str:
        """The regular expression of a figure."""
        mark = re.escape(self.decimal)
        exponent, signed = r"(?:[eE][+-]?\d+)?", r"(?:[eE][+-]\d+)?"
        forms = (
            rf"\d+{signed}",
            rf"\d+{mark}\d*{exponent}",
            rf"{mark}\d+{exponent}",
            rf"[1-9]\d{{0,2}}(?:[{re.escape(self.groups)}]\d{{3}})+(?:{mark}\d*)?",
            r"(?i:inf|infinity)",
        )
        return rf"^[+-]?(?:{'|'.join(forms)})$"

    def parts(self, texts: pa.StringArray) -> bool:
        """Whether thousands are parted in one of these figures."""
        parted = matches(texts, rf"\d[{re.escape(self.groups)}]\d")
        return bool(pc.any(parted, min_count=0).as_py())


def spelling_with(decimal: str) -> Spelling:
    """The spelling with this decimal mark, in which the other mark parts thousands."""
    return Spelling(decimal, OTHER[decimal] + BLANKS)


def spelling_of(columns: Iterable[pa.StringArray], commas_part_fields: bool) -> Spelling:
    """The spelling that the columns of figures in a file cannot be read without.

    Where no column decides, 1,234 is a thousand in a file whose fields commas part, and no figure in any
    other: there it could be either.

    Parameters
    ----------
    columns : iterable of string arrays
        The distinct fields of each column that are there.
    """
    needed = {mark for texts in columns if (mark := _needed(texts)) is not None}
    if needed:
        return spelling_with("," if needed == {","} else ".")
    return spelling_with(".") if commas_part_fields else Spelling()


def _needed(texts: pa.StringArray) -> str | None:
    """The one mark with which all of these are figures; None where it is either or neither."""
    readable = [mark for mark in OTHER if fits(texts, spelling_with(mark).pattern)]
    return readable[0] if len(readable) == 1 else None


def matches(texts: pa.StringArray, pattern: str) -> pa.BooleanArray:
    """Which texts are of this form."""
    return pc.match_substring_regex(texts, pattern)


def fits(texts: pa.StringArray, pattern: str) -> bool:
    """Whether every text that is there is of this form."""
    return bool(pc.all(matches(texts, pattern), min_count=0).as_py())


def numbers_of(texts: pa.StringArray, spelling: Spelling) -> pa.Array:
    """Figures of this spelling: 64-bit whole numbers where all are written so, otherwise floating point.

    Raises
    ------
    OverflowError
        Whole numbers that 64 bits do not hold.
    """
    # The plus sign of an exponent goes with the others: 1e21 is read as 1e+21 is.
    plain = pc.replace_substring_regex(texts, f"[{re.escape(spelling.groups)}+]", "")
    plain = pc.replace_substring(plain, spelling.decimal, ".")
    if not fits(plain, WHOLE):
        return pc.cast(plain, pa.float64())
    try:
        return pc.cast(plain, pa.int64())
    except pa.ArrowInvalid:
        raise OverflowError from None
