"""One combination of choices -> the model that it asks for, as a study file would have it."""

from __future__ import annotations

from collections.abc import Sequence

from replication.language.nodes import Call, Node, show
from replication.language.syntax import parse
from replication.robustness.universe import Universe
from replication.spec.entries import ModelSpec

ALONE: dict[str, object] = {
    "diagnostics": [],
    "tests": [],
    "randomization": None,
    "multiple_testing": None,
    "leave_out": None,
    "long_run": [],
    "marginal_effects": None,
    "combinations": {},
    "reconcile": False,
    "expected_nobs": None,
}
"""What the reported model has besides its estimates, and no specification of a curve needs."""


def model_of(universe: Universe, alternatives: Sequence[int]) -> ModelSpec:
    """The model of one combination, told by the alternative that it has of each choice."""
    model = universe.model
    changes: dict[str, object] = {"covariance": model.covariance[:1], **ALONE}
    where, inside = model.where, []
    for choice, alternative in zip(universe.choices, alternatives, strict=True):
        value = choice.value(int(alternative))
        match choice.kind:
            case "where":
                where = value
            case "inside":
                inside.append(value)
            case "estimator":
                changes |= {"estimator": value.kind, "options": value.options}
            case "covariance":
                changes["covariance"] = [] if value is None else [value]
            case "effects":
                changes["effects"] = list(value)
            case "weights":
                changes["weights"] = value or None
    changes["formula"] = _formula_of(universe, alternatives)
    changes["where"] = _together([where, *inside])
    return model.model_copy(update=changes)


def _formula_of(universe: Universe, alternatives: Sequence[int]) -> str:
    """Outcome and terms of one combination."""
    outcome, terms, measures = universe.outcome, universe.own, {}
    for choice, alternative in zip(universe.choices, alternatives, strict=True):
        value = choice.value(int(alternative))
        match choice.kind:
            case "outcome":
                outcome = value
            case "controls":
                terms = tuple(term for term in universe.terms if term in {universe.term, *value})
            case "term":
                measures[choice.term] = value
    return f"{as_term(outcome)} ~ {' + '.join(as_term(measures.get(term, term)) for term in terms)}"


def term_of(universe: Universe, alternatives: Sequence[int]) -> str:
    """The term whose coefficient a combination is about: that of the universe, or another measure of it."""
    for choice, alternative in zip(universe.choices, alternatives, strict=True):
        if choice.kind == "term" and choice.term == universe.term:
            return choice.value(int(alternative))
    return universe.term


def as_term(text: str) -> str:
    """An expression as a formula takes it: arithmetic in parentheses."""
    node = parse(text)
    return f"({text})" if isinstance(node, Call) and not node.function[0].isalpha() else text


def _together(conditions: Sequence[str | None]) -> str | None:
    nodes = [parse(text) for text in conditions if text]
    if not nodes:
        return None
    together: Node = nodes[0]
    for node in nodes[1:]:
        together = Call("and", (together, node))
    return show(together)
