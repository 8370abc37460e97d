"""What users of Stata, R and Python write -> the same in this language, word by word, for a message.

Nothing is computed from what these rules give: it is a suggestion, shown only where it can be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from replication.language.other_programs import Key
from replication.language.translate_command import INTERCEPT, instrumented, whole_command

Written = str | Callable[[re.Match[str]], str]
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
CALL = rf"{NAME}(?:\((?:[^()]|\([^()]*\))*\))?"  # a name, or a call of names and of calls of names
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
MISSING = r"(?:NA|NaN|nan|None|NULL|\.)(?![\w.])"
SHIFTS = {"L": "lag", "F": "lead", "D": "diff", "S": "diff"}
HELD = 0xE000  # first of the letters that Unicode leaves to private use
PANEL_EFFECTS = {"EntityEffects": "entity", "TimeEffects": "time", "fe": "entity", "FE": "entity"}
NO_CONSTANT = {"0", "-1", "- 1"}
FACTOR = re.compile(rf"(?:i\.|(?:C|i|factor|as\.factor)\(\s*)({NAME})\s*\)?")  # a grouping
MOST_CROSSED = 5  # factors of one product whose interactions are listed
# Names that people give to what they have made of a column, by the column, and how it is made here.
MADE = [
    (r"(?:l|L|lag)_?(?P<k>\d+)_?(?P<x>\w+)", r"lag(\g<x>, \g<k>)"),
    (r"(?:l|L|lag)_(?P<x>\w+)", r"lag(\g<x>, 1)"),
    (r"(?P<x>\w+)_(?:l|L|lag)_?(?P<k>\d+)", r"lag(\g<x>, \g<k>)"),
    (r"(?P<x>\w+)_(?:l|L|lag|lagged)", r"lag(\g<x>, 1)"),
    (r"(?:ln|log|l)_?(?P<x>\w+)", r"log(\g<x>)"),
    (r"(?P<x>\w+)_(?:ln|log)", r"log(\g<x>)"),
    (r"(?:d|D|diff|delta)_?(?P<x>\w+)", r"diff(\g<x>)"),
    (r"(?P<x>\w+?)_?(?:sq|squared|2)", r"(\g<x> ^ 2)"),
]


def _shift(found: re.Match[str]) -> str:
    """L2.x and LD.x of Stata; its D2.x takes the difference of the difference."""
    written = found[2]
    for letter, digits in reversed(re.findall(r"([LFDSlfds])(\d*)", found[1])):
        number = int(digits or 1)
        if letter in "Dd":
            written = "diff(" * number + written + ")" * number
        else:
            written = f"{SHIFTS[letter.upper()]}({written}, {number})"
    return written


def _each(found: re.Match[str]) -> str:
    """i.(a b) and L.(a b) of Stata, as a term a name."""
    return " + ".join(f"{found[1]}.{name}" for name in found[2].split())


def _listed_shifts(found: re.Match[str]) -> str:
    """lag(x, c(1, 2)) and lag(x, [1, 2]), whose numbers may leave some out."""
    function, name = found[1], found[2]
    numbers = [int(number) for number in re.findall(r"\d+", found[3])]
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{function}({name}, {numbers[0]}:{numbers[-1]})"
    return " + ".join(f"{function}({name}, {number})" for number in numbers)


def _one_of(found: re.Match[str]) -> str:
    """x == 1 | 2, which is meant as one of the two."""
    return f"{found[1]} in ({', '.join(re.split(OR, found[2] + found[3]))})"


def _span(found: re.Match[str]) -> str:
    """x in range(a, b) of Python, which leaves b out."""
    return f"({found[1]} >= {found[2]} and {found[1]} < {found[3]})"


def _shifts(found: re.Match[str]) -> str:
    return f"{SHIFTS[found[1].upper()]}({found[4]}, {found[2]}:{found[3]})"


def _absent(found: re.Match[str]) -> str:
    return f"{found[1]} is {'not ' if found[2] else ''}missing"


def _missing(found: re.Match[str]) -> str:
    negated = found[0].startswith("!") or "!=" in found[0] or "<" in found[0]
    return f"{found[1]} is {'not ' if negated else ''}missing"


KNOWN = "log|ln|exp|sqrt|asinh|abs|lag|lead|diff"  # functions that take a negative number
OR = r"\s*(?:\|\|?|\bor\b|\bOR\b)\s*"
LITERAL = "(?:-?[\\d.]+|[\ue000-\uf8ff])"  # a number, or the letter that stands for a quoted text
TERMS: list[tuple[str, Written]] = [
    (r"\*\*", " ^ "),
    (r"[×·]", "*"),
    (r"²", " ^ 2"),
    (r"³", " ^ 3"),
    (r"−", "-"),
    (rf"\b{NAME}::", ""),
    (r"\bxi:\s*", ""),
    (r"\b(?:pd\.|np\.)", ""),
    (r"\b(i|[LFDSlfds]\d*)\.\(([\w\s]+)\)", _each),
    (rf"\b({NAME})\[\s*(?:t|_n)?\s*-\s*(\d+)\s*\]", r"lag(\1, \2)"),
    (rf"\b(?!(?:{KNOWN})\b)({NAME})\(\s*-\s*(\d+)\s*\)", r"lag(\1, \2)"),
    (rf"\b({NAME})\.shift\(\s*(\d*)\s*\)", r"lag(\1, \2)"),
    (rf"\b({NAME})\.diff\(\s*\)", r"diff(\1)"),
    (rf"\b({NAME})\.fillna\(\s*([\d.]+)\s*\)", r"if_missing(\1, \2)"),
    (rf"\b(lag|lead|L|l)\(\s*({NAME})\s*,\s*(?:c\(|\[)([\s\d,]*\d)\s*[\])]\s*\)", _listed_shifts),
    (rf"\b([LFDSlfds])\((\d+)[/:](\d+)\)\.({NAME})", _shifts),
    (rf"\b((?:[LFDSlfds]\d*)+)\.({NAME})", _shift),
    (rf"\bi?b\(?\s*(\d+)\s*\)?\.({NAME})", r"dummies(\2, \1)"),
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
    (rf"\bC\(\s*({NAME})\s*,\s*[A-Z]\w*\s*\)", r"dummies(\1)"),
    (r"\b(?:C|as\.factor|factor|i|get_dummies|dummy|tab)\(", "dummies("),
    (r"\b(?:l|L|plag|lags|shift)\(", "lag("),
    (r"\b(?:f|F)\(", "lead("),
    (r"\b(?:d|D|delta|difference)\(", "diff("),
    (rf"\bgrowth\(({CALL})\)", r"diff(log(\1))"),
    (rf"\bpct_change\(({CALL})\)", r"(\1 / lag(\1) - 1)"),
    (rf"\b(?:square|sq)\(({CALL})\)", r"(\1 ^ 2)"),
    (rf"\bpow(?:er)?\(({CALL})\s*,\s*([\d.]+)\s*\)", r"(\1 ^ \2)"),
    (r"\b(?:as\.numeric|as\.integer|as\.double|as\.character|float|real|int)\(", "("),
    (r"\bI\(", "("),
    (rf"\bpoly\(\s*({CALL})\s*,\s*(?:degree\s*=\s*)?(\d)[^()]*\)", r"powers(\1, \2)"),
    (rf"\blog(10|2)\(({CALL})\)", r"(log(\2) / log(\1))"),
    (rf"\b(?:log|ln)\(({CALL})\s*,\s*(?:base\s*=\s*)?(\d+)\s*\)", r"(log(\1) / log(\2))"),
    (r"\b(?:LN|LOG|Ln|Log)\(", "log("),
    (r"\b(?:ihs|arcsinh)\(", "asinh("),
    (r"\b(?:coalesce|nvl)\(", "if_missing("),
    (r"\b(?:ifelse|if_else|cond|iif|where)\(([^(),]+),\s*1\s*,\s*0\s*\)", r"(\1)"),
    (r"\b(?:scale|std|standardize|zscore)\(", "standardise("),
    (r"\b(?:winsor2?|winsorize)\(", "winsorise("),
    (r"\bp(min|max)\(", r"\1("),
    (rf",\s*{NAME}\s*=\s*(?!=)", ", "),
    (rf"\b(?:mean|bymean|ave)\(({CALL})\s*,", r"mean_of(\1,"),
    (rf"\b(?:sum|total)\(({CALL})\s*,", r"total_of(\1,"),
    (rf"({CALL})\s*##\s*({CALL})", r"\1 + \2 + interaction(\1, \2)"),
    (rf"({CALL})\s*[#:]\s*({CALL})", r"interaction(\1, \2)"),
    (rf"\b({NAME}(?:\.{NAME})+)\b", r"`\1`"),
    (r"(?<![\w.`])(?!\d+[eE]\d+\b)(\d+[A-Za-z_]\w*|_\w+)", r"`\1`"),
]
PRODUCT = re.compile(rf"{CALL}(?:\s*\*\s*{CALL})+")
CROSSED = re.compile(rf"\(\s*({CALL}(?:\s*\+\s*{CALL})+)\s*\)\s*\^\s*2")
ARITHMETIC = re.compile(rf"(?:{CALL}|[\d.]+)\s*(?:[*/^-]|==|!=|<|>).*")
RANDOM = re.compile(rf"\(\s*1\s*\|\s*{NAME}\s*\)")
ABSORBED = re.compile(rf"(?:fe|absorb|a)\(\s*({NAME}(?:\s*,?\s+{NAME})*)\s*\)")
BEFORE: list[tuple[str, Written]] = [
    (r"[“”„]", '"'),
    (r"[‘’]", "'"),
    (r"\bQ\(\s*[\"']([^\"'`]+)[\"']\s*\)", r"`\1`"),
    (r"\b(?:df|data|d)\$", ""),
    (rf"\b(?:df|data)\.(?={NAME})", ""),
    (r"^\s*(?:df|data)\[(.*)\]\s*$", r"\1"),
]
ABSENT: list[tuple[str, Written]] = [
    (rf"\b({NAME})\.between\(\s*([^,()]+),\s*([^,()]+)\)", r"(\1 >= \2 and \1 <= \3)"),
    (rf"\b({NAME})\.isin\(\s*[\[(]([^\])]*)[\])]\s*\)", r"\1 in (\2)"),
    (rf"\b({NAME})\.(?:isna|isnull)\(\)", r"\1 is missing"),
    (rf"\b({NAME})\.(?:notna|notnull)\(\)", r"\1 is not missing"),
    (rf"\b(?:notna|notnull|complete\.cases)\(\s*({CALL})\s*\)", r"\1 is not missing"),
    (rf"({CALL})\s+is\s+(not\s+)?(?i:null|none|na|nan)\b", _absent),
    (rf"({CALL})\s*>=\s*\.(?![\w.])", r"\1 is missing"),
    (rf"!?\s*\b(?:is\.na|isna|isnull|missing|mi)\(\s*({CALL})\s*\)", _missing),
    (rf"({CALL})\s*(?:==|!=|<)\s*{MISSING}", _missing),
]
CONDITIONS: list[tuple[str, Written]] = [
    (r"^\s*(?:if|where)\s+", ""),
    (r"\s*[;,]\s*$", ""),
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"\bNOT\b", "not"),
    (r"=>|≥", ">="),
    (r"=<|≤", "<="),
    (r"≠", "!="),
    (rf"({CALL})\s*==?\s*({LITERAL})((?:{OR}{LITERAL})+)(?!\s*[=<>])", _one_of),
    (rf"({LITERAL})\s*,\s*(?={CALL}\s*[=<>!])", r"\1 and "),
    (rf"({CALL})\s+between\s+({LITERAL})\s+and\s+({LITERAL})", r"(\1 >= \2 and \1 <= \3)"),
    (rf"({CALL})\s+in\s+range\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)", _span),
    (rf"({CALL})\s+in\s+\(?\s*(-?\d+)\s*:\s*(-?\d+)\s*\)?", r"(\1 >= \2 and \1 <= \3)"),
    (r"\bin\s*[\[{]([^\]}]*)[\]}]", r"in (\1)"),
    (rf"\bin\s+({LITERAL})", r"in (\1)"),
    (rf"\bin\s+({NAME})(?!\s*\()", r'in ("\1")'),
    (rf"({CALL})\s*%in%\s*c\(", r"\1 in ("),
    (rf"\binlist\(\s*({CALL})\s*,\s*", r"\1 in ("),
    (rf"\b(?:inrange|between)\(\s*({CALL})\s*,\s*([^,()]+),\s*([^,()]+)\)", r"(\1 >= \2 and \1 <= \3)"),
    (rf"(-?[\d.]+)\s*(<=?)\s*({CALL})\s*(<=?)\s*(-?[\d.]+)", r"(\1 \2 \3 and \3 \4 \5)"),
    (r"&&?", " and "),
    (r"\|\|?", " or "),
    (r"<>|~=", "!="),
    (r"(?<![<>=!])=(?!=)", "=="),
    (r"!(?!=)", "not "),
    (r"(?<![=!<>])~(?!=)", "not "),
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
    return Ours(_outside_quotes(_replaced(text, BEFORE), ABSENT + TERMS + CONDITIONS))


def formula(text: str) -> Ours:
    """A formula in this language's words.

    `y ~ x | country + year` has effects behind its bar, `y ~ x | d ~ z` instruments, `y x z` no tilde;
    commands such as `xtreg y x, fe` and `feols(y ~ x | country)` hold keys of the model too.
    """
    written, keys = whole_command(_replaced(text, BEFORE))
    if re.fullmatch(rf"\s*{CALL}(?:\s+{CALL})+\s*", written):
        outcome, *regressors = re.findall(CALL, re.sub(rf"^(\s*{CALL}) on ", r"\1 ", written))
        written = f"{outcome} ~ {' + '.join(regressors)}"
    if "~" not in written:
        written = re.sub(rf"^(\s*{CALL}\s*)=(?!=)", r"\1~", written)
    if RANDOM.search(written):
        keys.append(Key("estimator", '"random_effects"'))
    first, *behind = RANDOM.sub("", written).split("|")
    outcome, _, right = first.partition("~")
    terms = _split(_joined(_outside_quotes(right, TERMS)))
    keys += _effects(term for term in terms if term in PANEL_EFFECTS)
    keys += [key for term in terms if (found := ABSORBED.fullmatch(term)) for key in _absorbed(found[1])]
    for part in behind:
        keys += _instruments(part) if "~" in part else _effects(part.split("+"))
    if NO_CONSTANT & set(terms) or terms[-1].endswith(("- 1", "-1")):
        keys.append(INTERCEPT)
    no_terms = {*PANEL_EFFECTS, *NO_CONSTANT, "1", ""}
    kept = [_plain(term) for term in terms if term not in no_terms and not ABSORBED.fullmatch(term)]
    keys, pairs = _apart(keys)
    kept += pairs
    outcomes = _split(re.sub(r"^\s*c?(?:bind)?\((.*)\)\s*$", r"\1", outcome), ",")
    if len(outcomes) > 1:
        outcome = outcomes[0]
        keys.append(Key("outcomes", outcomes[1:]))
    outcome = re.sub(rf"^\s*(log|ln|sqrt|exp)\s+({NAME})", r"\1(\2)", outcome)
    return Ours(
        f"{_outside_quotes(outcome, TERMS).strip()} ~ {' + '.join(kept) or '1'}", tuple(map(str, keys))
    )


def _joined(right: str) -> str:
    """Terms that stand side by side, or are joined by a word, joined by plus signs."""
    if re.search(r"\b(?:is|in|or)\b", right):
        return right
    right = re.sub(rf"\b(log|ln|sqrt|exp)\s+({NAME})", r"\1(\2)", right)
    return re.sub(r"(?<=[\w)`])\s+(?:and\s+)?(?=[A-Za-z`])", " + ", right)


def _plain(term: str) -> str:
    """A term without the -1 of R behind it, a product of R as its terms, arithmetic in parentheses."""
    term = re.sub(r"\s*-\s*1$", "", term)
    if PRODUCT.fullmatch(term):
        factors = re.findall(CALL, term)
        return " + ".join(_crossed(factors, len(factors))) if len(factors) <= MOST_CROSSED else term
    if crossed := CROSSED.fullmatch(term):
        return " + ".join(_crossed(re.findall(CALL, crossed[1]), 2))
    return f"({term})" if ARITHMETIC.fullmatch(term) else term


def _crossed(factors: list[str], most: int) -> list[str]:
    """Each factor, and the interactions of up to so many of them."""
    chosen = [some for size in range(1, most + 1) for some in combinations(factors, size)]
    return [some[0] if len(some) == 1 else f"interaction({', '.join(some)})" for some in chosen]


def _split(text: str, at: str = "+") -> list[str]:
    """The terms that plus signs, or another sign, part outside parentheses."""
    terms, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == at and depth == 0:
            terms.append("")
        else:
            terms[-1] += sign
    return [term.strip() for term in terms]


def name(word: str, known: Collection[str]) -> str:
    """What stands in this language for a word that other programs write among columns; or nothing."""
    if word in PANEL_EFFECTS:
        return f'; in this language: effects = ["{PANEL_EFFECTS[word]}"] beside the formula'
    if word.casefold() in ("true", "false"):
        return "; in this language: 1 for true, 0 for false"
    if re.fullmatch(MISSING, word):
        return "; in this language: x is missing"
    made = (
        found.expand(ours)
        for form, ours in MADE
        if (found := re.fullmatch(form, word)) and found["x"] in known
    )
    return "".join(f"; in this language: {ours}" for ours in list(made)[:1])


def groupings(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Groupings whose effects are meant, and terms that make those of two, as country^year, of theirs."""
    names: list[str] = []
    pairs: list[str] = []
    for word in words:
        parts = [FACTOR.sub(r"\1", part) for part in re.split(r"\s*(?:\^|#+|:)\s*", word.strip())]
        parts = [PANEL_EFFECTS.get(part, part) for part in parts if part not in ("", "0", "1")]
        names += parts
        if len(parts) > 1:
            dummies = [f"dummies({part})" for part in parts[:MOST_CROSSED]]
            pairs += _crossed(dummies, MOST_CROSSED)[len(dummies) :]
    return list(dict.fromkeys(names)), pairs


def _effects(words: Iterable[str]) -> list[Key]:
    names = [word.strip() for word in words]
    return [Key("effects", names)] if any(names) else []


def _apart(keys: list[Key]) -> tuple[list[Key], list[str]]:
    """The keys with plain effects, and the terms that make effects of two of them."""
    kept: list[Key] = []
    pairs: list[str] = []
    for key in keys:
        if key.name == "effects":
            names, more = groupings(key.value)
            kept += [Key("effects", names)] if names else []
            pairs += more
        else:
            kept.append(key)
    return kept, pairs


def _absorbed(names: str) -> list[Key]:
    return _effects(re.findall(NAME, names))


def _instruments(part: str) -> list[Key]:
    endogenous, _, instruments = part.partition("~")
    return instrumented(*([term.strip() for term in text.split("+")] for text in (endogenous, instruments)))


def _outside_quotes(text: str, rules: list[tuple[str, Written]]) -> str:
    """The rules, one after another, with one letter that no rule knows for each quoted text or name."""
    quoted = {chr(HELD + place): found for place, found in enumerate(QUOTED.findall(text))}
    for letter, found in quoted.items():
        text = text.replace(found, letter, 1)
    text = _replaced(text, rules)
    for letter, found in quoted.items():
        text = text.replace(letter, found)
    return re.sub(r" +", " ", text).strip()


def _replaced(text: str, rules: list[tuple[str, Written]]) -> str:
    for pattern, ours in rules:
        text = re.sub(pattern, ours, text)
    return text
