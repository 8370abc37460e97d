"""Why a column is a text, told to whoever needs numbers: what stands where, and the key that mends it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from replication.panel.numerals import (
    BARE_EXPONENT,
    LEADING_ZERO,
    OTHER,
    Spelling,
    fits,
    matches,
    spelling_with,
)

PERCENT = r"^[+-]?[\d.,]+ ?%$"
MONEY = r"^[+-]?[$€£¥] ?[\d.,]+$"
CURRENCY = "$€£¥"
MANY, SHORT = 5, 12  # texts that are thought to mean "missing": how many, and how long, at most
MOSTLY = 0.5  # share of figures from which a column is thought to be meant as numbers


@dataclass(frozen=True)
class Why:
    """The sentence, and whether all of the column's texts are figures that are codes."""

    sentence: str
    codes: bool = False


def why_text(name: str, texts: pa.StringArray, spelling: Spelling, where: Callable[[str], str]) -> Why:
    """Why the column of these distinct texts is no column of numbers.

    Parameters
    ----------
    where : callable
        The place in which a text stands first, as a message names it.
    """
    codes = pc.or_(matches(texts, LEADING_ZERO), matches(texts, BARE_EXPONENT))
    figures = matches(texts, spelling.pattern)
    bad = pc.filter(texts, pc.invert(pc.or_(figures, codes))).to_pylist()
    if bad:
        other = spelling_with(OTHER[spelling.decimal]).pattern
        for pattern in (PERCENT, MONEY, other):
            figures = pc.or_(figures, matches(texts, pattern))
        mostly = pc.mean(pc.cast(figures, pa.float64())).as_py() >= MOSTLY
        return Why((_among_numbers if mostly else _words)(name, bad, spelling, where(bad[0])))
    code = next(iter(pc.filter(texts, codes).to_pylist()), None)
    if code is not None:
        sentence = f"{where(code)}: {name} is {code[:80]!r}, a code, and so the column a text; {_key(name)}"
        return Why(sentence, codes=True)
    longest = max(texts.to_pylist(), key=len)
    return Why(
        f"{where(longest)}: {name} is {longest[:80]!r}, longer than whole numbers are; the column is a text"
    )


def why_figures(name: str, where: str, first: str) -> Why:
    """Of figures that the file itself holds as texts."""
    return Why(f"{where}: {name} is {first[:80]!r}, which the file holds as a text; {_key(name)}")


def as_list(words: Sequence[str]) -> str:
    """Words as a TOML list."""
    return json.dumps([word[:40] for word in words], ensure_ascii=False)


def _key(name: str) -> str:
    return f"numbers = {as_list([name])} under [study] reads it as numbers"


def _words(name: str, bad: list[str], spelling: Spelling, where: str) -> str:
    """Of a column of words: how numbers are made of it."""
    one = sorted(bad)[1] if len(bad) == 2 else bad[0]
    way = f"({name} == {json.dumps(one[:40], ensure_ascii=False)}) is 0 or 1, and "
    way += f"as regressors dummies({name}) makes a column for each level"
    return f"{where}: {name} is {bad[0][:80]!r}, a text; a number is needed here; {way}"


def _among_numbers(name: str, bad: list[str], spelling: Spelling, where: str) -> str:
    """Of a column of figures with something else among them: the key that mends it, if one does."""
    found = f"{where}: {name} is {bad[0][:80]!r}; allowed: numbers or an empty field"
    texts = pa.array(bad, pa.string())
    if fits(texts, spelling_with(spelling.decimal).pattern):
        return f'{found}; does the comma part thousands or decimals? write decimal = "." or "," under [study]'
    if fits(texts, spelling_with(OTHER[spelling.decimal]).pattern):
        return f'{found}; write decimal = "{OTHER[spelling.decimal]}" under [study] if that is the mark'
    if any("%" in text for text in bad):
        return f"{found}; take the percent sign out"
    if bad[0].startswith("="):
        return f"{found}; no program has worked this formula out: open the file in a spreadsheet and save it"
    if len(bad) <= MANY and not any(map(_says_much, bad)):
        return f"{found}; if it means missing, write missing = {as_list(bad)} under [study]"
    return f"{found}{_bare(bad[0])}"


def _bare(text: str) -> str:
    """How a figure is written that has something about it: a currency, a footnote, parentheses."""
    if text[:1] in CURRENCY or text[-1:] in CURRENCY:
        return "; take the sign of the currency out"
    if "−" in text:
        return "; write the common minus, -, for −"
    if re.fullmatch(r"\([\d.,]+\)", text):
        return f"; if this is a negative number, write -{text.strip('()')}"
    return f"; write the number alone, or, if it is missing, missing = {as_list([text])} under [study]"


def _says_much(text: str) -> bool:
    """Whether a text is more than a sign that something is missing, such as ".." or "#DIV/0!"."""
    return len(text) > SHORT or (text[0] != "#" and any(map(str.isdigit, text)))
