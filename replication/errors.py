"""What a user is told when something they wrote or brought cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 2000  # characters of a message: more is no longer read


def printable(text: str) -> str:
    """The text as a line for a terminal: no escape sequence and no turn of direction reaches it."""
    return "".join(c if c.isprintable() else " " for c in text)


class UserError(Exception):
    """A mistake in a file, a figure or a call that the user can mend; shown as one line, exit code 2."""

    def __str__(self) -> str:
        line = printable(" ".join(str(part) for part in self.args)[: 4 * LONGEST])
        return line if len(line) <= LONGEST else f"{line[:LONGEST]} …"


class StudyError(UserError):
    """A study file that cannot be read or does not make sense."""


class DataError(UserError):
    """A raw file, a table or a panel that breaks its rules."""


class EstimationError(UserError):
    """A model that cannot be estimated on the rows that it was given."""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The allowed word closest to `word`, whatever its case, as ` (did you mean 'x'?)`, or nothing."""
    words = list(allowed)
    folded = {other.casefold(): other for other in reversed(words)}
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    close = close or [folded[other] for other in difflib.get_close_matches(word.casefold(), folded, n=1)]
    return f" (did you mean '{close[0]}'?)" if close else ""


def one_of(what: str, found: object, allowed: Iterable[str]) -> str:
    """The sentence for a word that is not in a list: what, found, allowed, nearest."""
    words = sorted(map(str, allowed))
    if not words:
        return f"{what} {str(found)[:80]!r} is not known; there is none"
    shown = ", ".join(words[:40]) + (f", … ({len(words)} in all)" if len(words) > 40 else "")
    return f"{what} {str(found)[:80]!r} is not known; allowed: {shown}{nearest(str(found), words)}"


def few(names: Iterable[object], most: int) -> str:
    """Names in a sentence: the first `most` of them, and how many more there are."""
    words = list(map(str, names))
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
