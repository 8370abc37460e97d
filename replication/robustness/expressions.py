"""Which expressions stand in the formulas of combinations, by code: a million formulas are numbers here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np

from replication.estimate.design import Booleans, Integers
from replication.robustness.control_sets import ControlSets
from replication.robustness.universe import Universe


@dataclass(frozen=True)
class Expressions:
    """What stands in the formulas of P combinations of a universe with B terms.

    Attributes
    ----------
    present : (P, B) bool array
        Whether each term of the universe is in.
    terms : (P, B) int array
        Code of the expression that stands for it: the term itself, or another measure.
    outcome : (P,) int array
        Code of the outcome.
    """

    present: Booleans
    terms: Integers
    outcome: Integers


def texts_of(universe: Universe) -> tuple[str, ...]:
    """Every expression that stands in some formula, each once; its place is its code."""
    chosen = [choice.values for choice in universe.choices if choice.kind in ("outcome", "term")]
    return tuple(dict.fromkeys([*universe.terms, universe.outcome, *chain.from_iterable(chosen)]))


def expressions(universe: Universe, numbers: Integers) -> Expressions:
    """The expressions of some combinations, told by their numbers."""
    codes = {text: code for code, text in enumerate(texts_of(universe))}

    def coded(texts: tuple[str, ...]) -> Integers:
        """Codes of some expressions."""
        return np.array([codes[text] for text in texts])

    # One row for all until a choice sets them apart: a million combinations would take much memory.
    shape = len(numbers), len(universe.terms)
    present = np.broadcast_to(np.isin(universe.terms, universe.own), shape)
    terms = np.broadcast_to(coded(universe.terms), shape)
    outcome = np.repeat(coded((universe.outcome,)), len(numbers))
    for place, choice in enumerate(universe.choices):
        alternative = universe.alternative(place, numbers)
        if choice.sets is not None:
            present = _present(universe, choice.sets, alternative)
        elif choice.kind == "outcome":
            outcome = coded(choice.values)[alternative]
        elif choice.kind == "term":
            terms = terms.copy()
            terms[:, universe.terms.index(choice.term)] = coded(choice.values)[alternative]
    return Expressions(present, terms, outcome)


def _present(universe: Universe, sets: ControlSets, places: Integers) -> Booleans:
    """(P, B) which terms of the universe some sets have, and the term that is looked at."""
    owner = np.array([np.isin(universe.terms, terms) for terms in sets.terms])
    owner = owner.reshape(len(sets.terms), len(universe.terms))
    present = sets.members(places).astype(np.uint8) @ owner.astype(np.uint8) > 0
    present[:, universe.terms.index(universe.term)] = True
    return present
