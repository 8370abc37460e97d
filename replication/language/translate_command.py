"""A whole command of Stata or R -> its formula, and the keys of a model that say the rest of it."""

from __future__ import annotations

import re

from replication.language.other_programs import ESTIMATORS

NAME = r"[A-Za-z_][A-Za-z0-9_.]*"
CALLED = re.compile(rf"\s*(?:\w+::)?({NAME})\s*\((.*~.*)\)\s*", re.DOTALL)
TYPED = re.compile(rf"\s*(?:\w+\s*:\s*)?({NAME})\s+([^~]+)")
WEIGHTED = re.compile(r"\[\s*(?:[afpi]?w(?:eight)?)\s*=\s*([^\]]+)\]")
ENDOGENOUS = re.compile(r"(?<![\w.])\(([\w\s.]+)=([\w\s.]+)\)")
OPTION = re.compile(rf"({NAME})\s*(?:=\s*~?\s*([\w.\"']+)|\(([^()]*)\))?")
GROUPING = re.compile(r"[\w.]+(?:[#^]+[\w.]+)*")
ROBUST, CLUSTERED = 'covariance = [{ kind = "hc1" }]', 'covariance = [{{ kind = "clustered", cluster = {} }}]'
INTERCEPT = "intercept = false"
ALONE = {
    **dict.fromkeys(("robust", "r", "hetero"), ROBUST),
    **dict.fromkeys(("noconstant", "nocons", "nocon"), INTERCEPT),
}


def whole_command(text: str) -> tuple[str, list[str]]:
    """The formula in a command, and keys for its name, options, condition and weights."""
    keys: list[str] = []
    if (called := CALLED.fullmatch(text)) and called[1].lower() in ESTIMATORS:
        formula, *rest = _parts(called[2])
        keys = _estimator(called[1])
        absorbs = called[1].lower() == "feols" or "|" in formula  # its effects stand behind the bar
        keys = [key for key in keys if not (absorbs and key.startswith("effects"))]
        return formula, _options(", ".join(rest), keys)[1]
    if (typed := TYPED.fullmatch(text)) and typed[1].lower() in ESTIMATORS:
        keys += _estimator(typed[1])
        text = re.sub(r"^\s*(?:2sls|liml|gmm)\s", "", typed[2])
    text, *rest = _parts(text)
    more, keys = _options(" ".join(rest), keys)
    for form, key in ((WEIGHTED, "weights"), (re.compile(r"\s+if\s+(.+)$"), "where")):
        if found := form.search(text):
            keys.append(f'{key} = "{found[1].strip()}"')
            text = form.sub("", text)
    if found := ENDOGENOUS.search(text):
        keys = [key for key in keys if not key.startswith("estimator")] + ['estimator = "iv_2sls"']
        lists = (_listed(found[1].split()), _listed(found[2].split()))
        keys.append("options = {{ endogenous = {}, instruments = {} }}".format(*lists))
        text = ENDOGENOUS.sub("", text)
    return " + ".join((text.rstrip(), *more)), keys


def _estimator(word: str) -> list[str]:
    """The keys that say an estimator; least squares need none."""
    said = ESTIMATORS[word.lower()]
    keys = said.split(" with ") if " " in said else [f'estimator = "{said}"']
    return [key for key in keys if key != 'estimator = "ols"']


def _options(text: str, keys: list[str]) -> tuple[list[str], list[str]]:
    """Words behind a comma that are no options, and the keys with those for the options."""
    more: list[str] = []
    for word, value, inside in OPTION.findall(text):
        names = re.findall(r"[\w.]+", value or inside)
        if word in ("fe", "re", "be", "fd"):
            keys = [key for key in keys if not key.startswith(("estimator", "effects"))] + _estimator(word)
        elif word in ALONE:
            keys = [*keys, ALONE[word]]
        elif word in ("vce", "vcov", "se", "cluster") and names:
            by = [name for name in names if name != "cluster"]
            plain = by[0].lower() in ("robust", "r", "hetero", "hc1")
            keys = [*keys, ROBUST if plain else CLUSTERED.format(_listed(by))]
        elif word in ("absorb", "a") and names:
            keys = [key for key in keys if not key.startswith("effects")]
            keys.append(f"effects = {_listed(GROUPING.findall(value or inside))}")
        elif word == "weights" and names:
            keys = [*keys, f'weights = "{names[0]}"']
        elif not value and not inside and "=" not in text:
            more.append(word)
    return more, keys


def _listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _parts(text: str) -> list[str]:
    """What commas outside parentheses and brackets part."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
