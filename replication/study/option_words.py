"""What an option of an estimator or error may be, and what it does: from its type and its documentation."""

from __future__ import annotations

import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, Literal

from replication.estimate.dynamic import dynamic
from replication.estimate.dynamic.dynamic_rows import Options

_SECTION = re.compile(r"(?:Parameters|Attributes)\n-+\n(.*?)(?:\n\n\w[\w ]*\n-{3,}|\Z)", re.DOTALL)
_ENTRY = re.compile(r"^(\w[\w, ]*)(?:(?: : |; )[^\n]*)?\n((?:    .*\n?|\n)*)", re.MULTILINE)
_SENTENCE = re.compile(r"((?:\([^)]*\)|[^(])*?)\.(?:\s|$)")  # a point within parentheses ends none
NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "left out"}
# Options that mean the same wherever a function does not say otherwise.
SHARED = {
    "cluster": "Columns by whose levels errors or moments may be correlated; the entity if it is left out.",
    "draws": "How often is drawn.",
    "seed": "What the draws begin from: the same seed, the same draws.",
    "effects": "Groupings whose dummies are absorbed; written as the model's own key `effects`.",
    "moments": "What the covariance of the moments allows for: it weighs GMM and goes into the tests.",
    "lower": "The limit from below; left out: none.",
    "upper": "The limit from above; left out: none.",
    "mundlak": "Add each regressor's mean by entity (Mundlak 1978).",
    "points": "Nodes of the quadrature over the entity's effect.",
    "adaptive": "Move the nodes to where each entity's integrand is.",
    "steps": "One step, or two with the weights that the first gives.",
    "q": "The quantile, strictly between 0 and 1.",
    "group": "Column of the names of the series.",
    "period": 'Column of the periods: years, quarters ("1985Q1") or months ("1985-01").',
    "value": "Column of the figures, or of the codes of cases.",
    "entity": "Column of the entities, within which lags are taken.",
    "time": "Column of the periods, over which lags are taken.",
    "where": "Condition that a row must fulfil to count; all rows count if it is empty.",
    "case": "Column of the names of the cases.",
    "condition": "Column of the conditions, one of which a row codes.",
    "conditions": "Conditions whose combinations are the rows of the truth table, eight at most.",
    "expressions": "Conditions joined by ~ (not), * (and) and + (or), each held against the outcome.",
    "outcome": "The outcome: a condition, or several in the same notation.",
    "kind": "Remainders that may help: none (complex), easy ones (intermediate), all (parsimonious).",
}


def options_of(function: Callable[..., Any]) -> Iterator[str]:
    """A line for each option: name, allowed values, default, and a sentence."""
    hints, said = typing.get_type_hints(function), sentences(function)
    for item in inspect.signature(function).parameters.values():
        if item.kind is inspect.Parameter.KEYWORD_ONLY:
            default = (
                "needed" if item.default is inspect.Parameter.empty else f"default {_told(item.default)}"
            )
            yield f"{item.name}: {allowed(hints[item.name])}; {default}. {said[item.name]}"


def allowed(hint: Any) -> str:
    """The values that a type allows, in words."""
    if typing.get_origin(hint) is Literal:
        return " | ".join(_told(value) for value in typing.get_args(hint))
    if typing.get_origin(hint) is list:
        inner = typing.get_args(hint)[0]
        return f"list of {allowed(inner)}{'s' if inner in NAMES else ''}"
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(allowed(each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is dict:
        return "table"
    return NAMES.get(hint, str(hint))


def sentences(function: Callable[..., Any]) -> dict[str, str]:
    """The first sentence about each option: of the function, of its module or class of options, or shared."""
    found = {**SHARED, **_documented(sys.modules[function.__module__]), **_documented(function)}
    return {**found, **_documented(Options)} if function in dynamic.ESTIMATORS.values() else found


def _documented(what: object) -> dict[str, str]:
    section = _SECTION.search(inspect.getdoc(what) or "")
    if section is None:
        return {}
    found: dict[str, str] = {}
    for names, body in _ENTRY.findall(section.group(1) + "\n"):
        text = " ".join(body.split())
        first = _SENTENCE.match(text)
        if text:
            found |= {name.strip(): f"{first.group(1) if first else text}." for name in names.split(",")}
    return found


def _told(value: object) -> str:
    """A value as a study file writes it."""
    if value is None:
        return "left out"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_told, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
