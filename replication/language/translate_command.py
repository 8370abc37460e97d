"""A whole command of Stata or R -> its formula, and the keys of a model that say the rest of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from replication.language.other_programs import ESTIMATORS, Key, Keys

NAME = r"[A-Za-z_][A-Za-z0-9_.]*"
CALLED = re.compile(rf"\s*(?:\w+::)?({NAME})\s*\((.*~.*)\)\s*", re.DOTALL)
TYPED = re.compile(rf"\s*(?:\w+\s*:\s*)?({NAME})\s+([^~]+)")
WEIGHTED = re.compile(r"\[\s*(?:[afpi]?w(?:eight)?)\s*=\s*([^\]]+)\]")
ENDOGENOUS = re.compile(r"(?<![\w.])\(([\w\s.]+)=([\w\s.]+)\)")
OPTION = re.compile(rf"({NAME})\s*(?:=\s*~?\s*([\w.\"']+)|\(([^()]*)\))?")
GROUPING = re.compile(r"[\w.]+(?:[#^]+[\w.]+)*")


ROBUST, INTERCEPT = Key("covariance", '[{ kind = "hc1" }]'), Key("intercept", "false")
ALONE = {
    **dict.fromkeys(("robust", "r", "hetero"), ROBUST),
    **dict.fromkeys(("noconstant", "nocons", "nocon"), INTERCEPT),
}


def whole_command(text: str) -> tuple[str, list[Key]]:
    """The formula in a command, and keys for its name, options, condition and weights."""
    keys: list[Key] = []
    if (called := CALLED.fullmatch(text)) and called[1].lower() in ESTIMATORS:
        formula, *rest = _parts(called[2])
        keys = _estimator(called[1])
        absorbs = called[1].lower() == "feols" or "|" in formula  # its effects stand behind the bar
        keys = [key for key in keys if not (absorbs and key.name == "effects")]
        return formula, _options(", ".join(rest), keys)[1]
    if (typed := TYPED.fullmatch(text)) and typed[1].lower() in ESTIMATORS:
        keys += _estimator(typed[1])
        text = re.sub(r"^\s*(?:2sls|liml|gmm)\s", "", typed[2])
    text, *rest = _parts(text)
    more, keys = _options(" ".join(rest), keys)
    for form, key in ((WEIGHTED, "weights"), (re.compile(r"\s+if\s+(.+)$"), "where")):
        if found := form.search(text):
            keys.append(Key(key, f'"{found[1].strip()}"'))
            text = form.sub("", text)
    if found := ENDOGENOUS.search(text):
        keys = [key for key in keys if key.name != "estimator"]
        keys += instrumented(found[1].split(), found[2].split())
        text = ENDOGENOUS.sub("", text)
    return " + ".join((text.rstrip(), *more)), keys


def instrumented(endogenous: Sequence[str], instruments: Sequence[str]) -> list[Key]:
    """The keys of a model by two-stage least squares."""
    lists = f"endogenous = {json.dumps(endogenous)}, instruments = {json.dumps(instruments)}"
    return [Key("estimator", '"iv_2sls"'), Key("options", f"{{ {lists} }}")]


def _estimator(word: str) -> list[Key]:
    """The keys that say an estimator; least squares need none."""
    said = ESTIMATORS[word.lower()]
    keys = said.keys if isinstance(said, Keys) else (Key("estimator", f'"{said}"'),)
    return [key for key in keys if key != Key("estimator", '"ols"')]


def _options(text: str, keys: list[Key]) -> tuple[list[str], list[Key]]:
    """Words behind a comma that are no options, and the keys with those for the options."""
    more: list[str] = []
    for word, value, inside in OPTION.findall(text):
        names = re.findall(r"[\w.]+", value or inside)
        if word in ("fe", "re", "be", "fd"):
            keys = [key for key in keys if key.name not in ("estimator", "effects")] + _estimator(word)
        elif word in ALONE:
            keys = [*keys, ALONE[word]]
        elif word in ("vce", "vcov", "se", "cluster") and names:
            by = [name for name in names if name != "cluster"]
            plain = by[0].lower() in ("robust", "r", "hetero", "hc1")
            keys = [*keys, ROBUST if plain else _clustered(by)]
        elif word in ("absorb", "a") and names:
            keys = [key for key in keys if key.name != "effects"]
            keys.append(Key("effects", GROUPING.findall(value or inside)))
        elif word == "weights" and names:
            keys = [*keys, Key("weights", f'"{names[0]}"')]
        elif not value and not inside and "=" not in text:
            more.append(word)
    return more, keys


def _clustered(by: list[str]) -> Key:
    return Key("covariance", f'[{{ kind = "clustered", cluster = {json.dumps(by)} }}]')


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
