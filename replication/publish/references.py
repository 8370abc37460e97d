"""What a text says in place of a number: `{model.term}`, `{statistic[group, period]}`, read into its parts.

    reference := "{" [quantity " "] result "|" form "}"
    quantity  := "se" | "p" | "low" | "high"          of a coefficient; without it, the estimate
    result    := model ["/" error] "." term           a coefficient
               | model ["/" error] "[" statistic ["," of] "]"
               | statistic ["[" group "," period "]"]  what is empty is left out
    form      := decimals | "percent" | "size" | "words"   several with blanks between

A doubled brace is a brace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from replication.errors import StudyError, nearest, one_of

QUANTITIES = {"se": "std_error", "p": "p_value", "low": "conf_low", "high": "conf_high"}
FORMS = ("percent", "size", "words")
MOST_DECIMALS = 12
_BRACES = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|[{}]")
_PARTS = re.compile(
    r"(?:(?P<quantity>[a-z]+)\s+)?(?P<name>[A-Za-z]\w*)(?:/(?P<error>[A-Za-z]\w*))?"
    r"(?:\.(?P<term>[^|]+)|\[(?P<key>[^|]*)\])?\s*(?:\|(?P<form>.*))?",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True)
class Form:
    """How the number is printed where it is not as its table prints it.

    Attributes
    ----------
    decimals : int or None
        Digits after the point; None for as many as the table has.
    percent : bool
        A hundred times the record.
    size : bool
        Without its sign.
    words : bool
        A whole number up to twenty in words.
    """

    decimals: int | None = None
    percent: bool = False
    size: bool = False
    words: bool = False


@dataclass(frozen=True)
class Reference:
    """One reference.

    Attributes
    ----------
    written : str
        As it stands in the text, braces included.
    name : str
        Of a model or a statistic.
    error : str
        Of a model, as its study file calls it; empty for the headline one.
    term : str
        Whose coefficient is meant; empty for a statistic.
    key : str
        What stands in the brackets, blanks made single.
    quantity : str
        Column of the estimates: "estimate", "p_value", ...
    form : Form
    """

    written: str
    name: str
    error: str = ""
    term: str = ""
    key: str = ""
    quantity: str = "estimate"
    form: Form = Form()


def parts_of(text: str) -> list[str | Reference]:
    """A text cut at its references.

    Raises
    ------
    StudyError
        A brace without its other half, or braces around what is no reference.
    """
    found: list[str | Reference] = []
    end = 0
    for match in _BRACES.finditer(text):
        found.append(text[end : match.start()])
        found.append(match[0][0] if match[0] in ("{{", "}}") else _reference(match))
        end = match.end()
    return [part for part in [*found, text[end:]] if part]


def _reference(match: re.Match[str]) -> Reference:
    written, inside = match[0], match["inside"]
    if inside is None:
        raise StudyError(f"a single {written!r} opens or closes no reference; for a brace write it twice")
    parts = _PARTS.fullmatch(inside.strip())
    if parts is None:
        raise StudyError(
            f"{written}: is no reference; allowed: {{model.term}} or {{statistic[group, period]}}"
        )
    quantity = parts["quantity"]
    if quantity is not None and (quantity not in QUANTITIES or parts["term"] is None):
        raise StudyError(f"{written}: {_wrong_quantity(quantity)}")
    return Reference(
        written,
        parts["name"],
        parts["error"] or "",
        (parts["term"] or "").strip(),
        " ".join((parts["key"] or "").split()),
        QUANTITIES.get(quantity or "", "estimate"),
        _form(written, parts["form"]),
    )


def _wrong_quantity(word: str) -> str:
    if word in QUANTITIES:
        return f"{word!r} is said of a coefficient; allowed: {{{word} model.term}}"
    return one_of("quantity", word, QUANTITIES)


def _form(written: str, text: str | None) -> Form:
    if text is None:
        return Form()
    words = text.split()
    numbers = [word for word in words if word.isdecimal() and int(word) <= MOST_DECIMALS]
    for word in words:
        if word not in (*FORMS, *numbers):
            raise StudyError(
                f"{written}: {word!r} is no form; allowed: a number of decimals, {', '.join(FORMS)}"
                f"{nearest(word, FORMS)}"
            )
    decimals = int(numbers[0]) if numbers else None
    return Form(decimals, *(form in words for form in FORMS))
