"""All combinations of a universe's choices, without those that say the same twice or make no sense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from replication.estimate.design import Booleans, Integers
from replication.robustness.expressions import Expressions, expressions
from replication.robustness.pieces import pieces
from replication.robustness.specification import model_of
from replication.robustness.universe import Universe
from replication.spec.entries import ModelSpec

WORDS = ("effects", "estimator", "covariance", "weights")
"""Kinds of choice that say whether a model can be, whatever the data."""

SAME = "the same as another"
TWICE = "a term twice"
ITSELF = "the outcome among the regressors"
DECLARED = "declared to make no sense"


@dataclass(frozen=True)
class Combinations:
    """What is left of a universe.

    Attributes
    ----------
    numbers : (P,) int array
        Of the combinations, rising; the reported specification, 0, stands first if it makes sense.
    left_out : mapping of str to int
        How many were left out, by reason.
    """

    numbers: Integers
    left_out: Mapping[str, int]


def combinations(universe: Universe, unfit: Callable[[ModelSpec], str]) -> Combinations:
    """All combinations but the meaningless ones.

    Parameters
    ----------
    unfit : function
        Says why a model cannot be by its words alone (an estimator without effects, an error that it does
        not have), or gives an empty text; asked once for each combination of such words.
    """
    left_out: Counter[str] = Counter()
    kept = []
    unfit_words = cache(lambda alternatives: unfit(model_of(universe, alternatives)))
    for part in pieces(len(universe)):
        numbers = np.arange(part.start, part.stop, dtype=np.int32)  # `most` allows ten million
        reasons = _reasons(universe, numbers, unfit_words)
        kept.append(numbers[reasons == ""])
        left_out.update(reasons[reasons != ""].tolist())
    return Combinations(np.concatenate(kept), dict(left_out))


def _reasons(universe: Universe, numbers: Integers, unfit: Callable[[tuple[int, ...]], str]) -> NDArray:
    """(P,) why each combination is left out, empty for those that stay; the first reason that holds."""
    stand = expressions(universe, numbers)
    checks = [
        (DECLARED, _declared(universe, numbers)),
        (SAME, (_replaced(universe, numbers) & ~stand.present).any(axis=1)),
        (ITSELF, (stand.present & (stand.terms == stand.outcome[:, None])).any(axis=1)),
        (TWICE, _twice(stand)),
    ]
    reasons = np.full(len(numbers), "", dtype=object)
    for reason, holds in checks:
        reasons[holds & (reasons == "")] = reason
    return np.where(reasons == "", _unfit_words(universe, numbers, unfit), reasons)


def _replaced(universe: Universe, numbers: Integers) -> Booleans:
    """(P, B) whether another measure stands for a term: meaningless where the term is not in."""
    replaced = np.zeros((len(numbers), len(universe.terms)), dtype=bool)
    for place, choice in enumerate(universe.choices):
        if choice.kind == "term":
            replaced[:, universe.terms.index(choice.term)] = universe.alternative(place, numbers) > 0
    return replaced


def _declared(universe: Universe, numbers: Integers) -> Booleans:
    """(P,) whether a rule of `never` holds: all that it names together."""
    places = {choice.id: place for place, choice in enumerate(universe.choices)}

    def matching(name: str, label: str) -> Booleans:
        """(P,) whether a combination has the alternative of a choice that a label names."""
        place = places[name]
        return universe.choices[place].matching(label, universe.alternative(place, numbers))

    held = np.zeros(len(numbers), dtype=bool)
    for rule in universe.never:
        held |= np.all([matching(name, label) for name, label in rule.items()], axis=0)
    return held


def _twice(stand: Expressions) -> Booleans:
    """(P,) whether an expression is among the regressors twice."""
    none_twice = -1 - np.arange(stand.terms.shape[1])  # what is not in has a code of its own
    ordered = np.sort(np.where(stand.present, stand.terms, none_twice), axis=1)
    return (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)


def _unfit_words(universe: Universe, numbers: Integers, unfit: Callable[[tuple[int, ...]], str]) -> NDArray:
    """(P,) what `unfit` says of the words of each combination, all else as it is reported."""
    _, first, kind = np.unique(universe.together(WORDS, numbers), return_index=True, return_inverse=True)
    of_words = [choice.kind in WORDS for choice in universe.choices]
    words = np.where(of_words, universe.alternatives(numbers[first]), 0)
    reasons = [unfit(tuple(each.tolist())) for each in words]
    return np.array(reasons, dtype=object)[kind]
