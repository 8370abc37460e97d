"""Names and texts of study files made harmless: identifiers and comments of any of the three languages."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container

from replication.project.escape import one_line

LONGEST = 28  # Stata allows 32; what tells two apart needs room
_STATA = ("byte", "double", "float", "if", "in", "int", "long", "strl", "using", "with")
_R = ("else", "false", "function", "inf", "na", "nan", "next", "null", "repeat", "true", "while")
_OURS = ("entity", "time", "const", "i")  # columns that the scripts make themselves
RESERVED = frozenset([*keyword.kwlist, *keyword.softkwlist, *_STATA, *_R, *_OURS])
_STATA_TYPE = re.compile(r"str\d+")


def identifier(label: str, taken: Container[str]) -> str:
    """A name of letters, digits and _ that all three languages take, like `label`, and not among `taken`.

    Letters of other alphabets and signs become _; a number tells apart what would be the same. Case alone
    does not tell two names apart.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_")[:LONGEST].strip("_") or "column"
    stem = plain if plain[0].isalpha() else f"v_{plain}"
    if stem.lower() in RESERVED or _STATA_TYPE.fullmatch(stem.lower()):
        stem = f"{stem}_"
    found, number = stem, 1
    while found.lower() in taken:
        number += 1
        found = f"{stem.rstrip('_')}_{number}"
    return found


def comment(text: str) -> str:
    """The text as the rest of a comment line: one line, nothing that ends or begins a comment or a macro.

    In Stata a comment line still expands macros, and `/*` or `///` in it reach into the next; the six signs
    that could are written as look-alikes of no meaning.
    """
    return one_line(text).translate(str.maketrans('`$\\"*/', "'S|'x:"))
