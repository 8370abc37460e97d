"""What users of Stata, R and Python write -> the same in this language, word by word, for a message.

Nothing is computed from what these rules give: it is a suggestion, shown only where it can be parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Written = str | Callable[[re.Match[str]], str]
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
CALL = rf"{NAME}(?:\((?:[^()]|\([^()]*\))*\))?"  # a name, or a call of names and of calls of names
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
MISSING = r"(?:NA|NaN|nan|None|NULL|\.)(?![\w.])"
SHIFTS = {"L": "lag", "F": "lead", "D": "diff", "S": "diff"}
HELD = 0xE000  # first of the letters that Unicode leaves to private use
PANEL_EFFECTS = {"EntityEffects": "entity", "TimeEffects": "time"}


def _shift(found: re.Match[str]) -> str:
    """L2.x of Stata; its D2.x takes the difference of the difference."""
    letter, number, name = found[1].upper(), int(found[2] or 1), found[3]
    if letter == "D":
        return "diff(" * number + name + ")" * number
    return f"{SHIFTS[letter]}({name}, {number})"


def _shifts(found: re.Match[str]) -> str:
    return f"{SHIFTS[found[1].upper()]}({found[4]}, {found[2]}:{found[3]})"


def _missing(found: re.Match[str]) -> str:
    negated = found[0].startswith("!") or "!=" in found[0] or "<" in found[0]
    return f"{found[1]} is {'not ' if negated else ''}missing"


TERMS: list[tuple[str, Written]] = [
    (r"\*\*", " ^ "),
    (rf"\b([LFDSlfds])\((\d+)[/:](\d+)\)\.({NAME})", _shifts),
    (rf"\b([LFDSlfds])(\d*)\.({NAME})", _shift),
    (rf"\bi?b(\d+)\.({NAME})", r"dummies(\2, \1)"),
    (rf"\bib?n?\.({NAME})", r"dummies(\1)"),
    (rf"\bc\.({NAME})", r"\1"),
    (rf"\bC\(\s*({NAME})\s*,[^,()]*\(\s*(?:reference\s*=\s*)?([^()]+?)\s*\)\s*\)", r"dummies(\1, \2)"),
    (rf"\brelevel\(\s*({NAME})\s*,\s*(?:ref\s*=\s*)?([^(),]+?)\s*\)", r"dummies(\1, \2)"),
    (rf"\bi\(\s*({NAME})\s*,\s*ref\s*=\s*([^,()]+?)\s*\)", r"dummies(\1, \2)"),
    (
        rf"\bi\(\s*({NAME})\s*,\s*({NAME})\s*,\s*ref\s*=\s*([^,()]+?)\s*\)",
        r"interaction(dummies(\1, \3), \2)",
    ),
    (rf"\bi\(\s*({NAME})\s*,\s*({NAME})\s*\)", r"interaction(dummies(\1), \2)"),
    (r"\b(?:C|as\.factor|factor|i)\(", "dummies("),
    (r"\b(?:l|L|plag)\(", "lag("),
    (r"\b(?:f|F)\(", "lead("),
    (r"\b(?:d|D)\(", "diff("),
    (r"\bI\(", "("),
    (r"\bnp\.", ""),
    (rf"\bpoly\(\s*({CALL})\s*,\s*(?:degree\s*=\s*)?(\d)[^()]*\)", r"powers(\1, \2)"),
    (rf"\blog(10|2)\(({CALL})\)", r"(log(\2) / log(\1))"),
    (r"\b(?:scale|std|standardize)\(", "standardise("),
    (r"\b(?:winsor2?|winsorize)\(", "winsorise("),
    (r"\bp(min|max)\(", r"\1("),
    (rf"({CALL})\s*##\s*({CALL})", r"\1 + \2 + interaction(\1, \2)"),
    (rf"({CALL})\s*[#:]\s*({CALL})", r"interaction(\1, \2)"),
    (rf"\b({NAME}(?:\.{NAME})+)\b", r"`\1`"),
    (r"(?<![\w.`])(?!\d+[eE]\d+\b)(\d+[A-Za-z_]\w*|_\w+)", r"`\1`"),
]
PRODUCT = re.compile(rf"({CALL})\s*\*\s*({CALL})")
ARITHMETIC = re.compile(rf"{CALL}\s*[*/^-].*")
ABSENT: list[tuple[str, Written]] = [
    (rf"!?\s*\b(?:is\.na|isna|isnull|missing|mi)\(\s*({CALL})\s*\)", _missing),
    (rf"({CALL})\s*(?:==|!=|<)\s*{MISSING}", _missing),
]
CONDITIONS: list[tuple[str, Written]] = [
    (rf"({CALL})\s*%in%\s*c\(", r"\1 in ("),
    (rf"\binlist\(\s*({CALL})\s*,\s*", r"\1 in ("),
    (rf"\b(?:inrange|between)\(\s*({CALL})\s*,\s*([^,()]+),\s*([^,()]+)\)", r"(\1 >= \2 and \1 <= \3)"),
    (rf"(-?[\d.]+)\s*(<=?)\s*({CALL})\s*(<=?)\s*(-?[\d.]+)", r"(\1 \2 \3 and \3 \4 \5)"),
    (r"&&?", " and "),
    (r"\|\|?", " or "),
    (r"<>|~=", "!="),
    (r"(?<![<>=!])=(?!=)", "=="),
    (r"!(?!=)", "not "),
    (r"(==|!=)\s*(?i:true)\b", r"\1 1"),
    (r"(==|!=)\s*(?i:false)\b", r"\1 0"),
]


@dataclass(frozen=True)
class Ours:
    """A text in this language's words, and the keys of the model that say the rest of it."""

    text: str
    keys: tuple[str, ...] = ()


def expression(text: str) -> Ours:
    """An expression or a condition with the words of other programs in this language's."""
    return Ours(_outside_quotes(text, ABSENT + TERMS + CONDITIONS))


def formula(text: str) -> Ours:
    """A formula in this language's words.

    `y ~ x | country + year` has effects behind its bar, `y ~ x | d ~ z` instruments, `y x z` no tilde.
    """
    if re.fullmatch(rf"\s*{CALL}(?:\s+{CALL})+\s*", text):
        outcome, *regressors = text.split()
        text = f"{outcome} ~ {' + '.join(regressors)}"
    first, *behind = text.split("|")
    outcome, _, right = first.partition("~")
    terms = _split(_outside_quotes(right, TERMS))
    keys = _effects(term for term in terms if term in PANEL_EFFECTS)
    for part in behind:
        keys += _instruments(part) if "~" in part else _effects(part.split("+"))
    if "0" in terms or terms[-1].endswith(("- 1", "-1")):
        keys.append("intercept = false")
    kept = [_plain(term) for term in terms if term not in {*PANEL_EFFECTS, "0", "1"}]
    return Ours(f"{_outside_quotes(outcome, TERMS).strip()} ~ {' + '.join(kept) or '1'}", tuple(keys))


def _plain(term: str) -> str:
    """A term without the -1 of R behind it, a product of R as its terms, arithmetic in parentheses."""
    term = re.sub(r"\s*-\s*1$", "", term)
    if PRODUCT.fullmatch(term):
        return PRODUCT.sub(r"\1 + \2 + interaction(\1, \2)", term)
    return f"({term})" if ARITHMETIC.fullmatch(term) else term


def _split(text: str) -> list[str]:
    """The terms that plus signs outside parentheses part."""
    terms, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "+" and depth == 0:
            terms.append("")
        else:
            terms[-1] += sign
    return [term.strip() for term in terms]


def name(word: str) -> str:
    """What stands in this language for a word that other programs write among columns; or nothing."""
    if word in PANEL_EFFECTS:
        return f'; in this language: effects = ["{PANEL_EFFECTS[word]}"] beside the formula'
    if word.casefold() in ("true", "false"):
        return "; in this language: 1 for true, 0 for false"
    return "; in this language: x is missing" if re.fullmatch(MISSING, word) else ""


def _effects(words: Iterable[str]) -> list[str]:
    names = [PANEL_EFFECTS.get(word.strip(), word.strip()) for word in words]
    names = [name for name in names if name not in ("", "0", "1")]
    return [f"effects = {json.dumps(names)}"] if names else []


def _instruments(part: str) -> list[str]:
    endogenous, _, instruments = part.partition("~")
    lists = {"endogenous": endogenous, "instruments": instruments}
    said = [
        f"{key} = {json.dumps([term.strip() for term in text.split('+')])}" for key, text in lists.items()
    ]
    return ['estimator = "iv_2sls"', f"options = {{ {', '.join(said)} }}"]


def _outside_quotes(text: str, rules: list[tuple[str, Written]]) -> str:
    """The rules, one after another, with one letter that no rule knows for each quoted text or name."""
    quoted = {chr(HELD + place): found for place, found in enumerate(QUOTED.findall(text))}
    for letter, found in quoted.items():
        text = text.replace(found, letter, 1)
    for pattern, ours in rules:
        text = re.sub(pattern, ours, text)
    for letter, found in quoted.items():
        text = text.replace(letter, found)
    return re.sub(r" +", " ", text).strip()
