"""Text -> tokens: numbers, quoted texts, names and signs, each with the place where it begins."""

from __future__ import annotations

import re

from replication.errors import StudyError

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # a name that needs no backticks
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*|`[^`\x00-\x1f]{1,200}`")
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    rf"|(?P<name>{NAME.pattern})"
    r"|(?P<sign>==|!=|<=|>=|[-+*/^()<>,~:]))"
)


def tokens_of(text: str) -> list[tuple[str, int]]:
    """Tokens with the place where each begins."""
    tokens, place = [], 0
    stripped = text.rstrip()
    while place < len(stripped):
        match = TOKEN.match(stripped, place)
        if match is None:
            bad = stripped[place:].lstrip()
            column = len(stripped) - len(bad)
            where = f"at character {column + 1} of {shortened(text)!r}"
            raise StudyError(f"{where}: {bad[0]!r} is not in the language{_hint(bad)}")
        tokens.append((match.group().strip(), match.end() - len(match.group().lstrip())))
        place = match.end()
    return tokens


def _hint(bad: str) -> str:
    """What may be meant by a sign that is not in the language."""
    if bad[0] == "`":
        return " (a name in backticks has up to 200 letters and ends with a backtick)"
    if bad[0] in "\"'":
        return " (a text ends with the quote that it begins with)"
    if bad[0] in "$%@#?":
        return " (a name with such signs stands in backticks)"
    if not bad[0].isalpha() and not bad[0].isascii():
        return ""
    if not bad[0].isascii() or bad[0] == "_":
        return " (a name of other letters stands in backticks)"
    return " (compare with ==)" if bad[0] == "=" else ""


def shortened(text: str) -> str:
    """The beginning of a text, as a message quotes it."""
    return text if len(text) <= 120 else text[:117] + "..."
