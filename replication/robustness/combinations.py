"""All combinations of a universe's choices, without those that say the same twice or make no sense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from replication.estimate.design import Booleans, Integers
from replication.robustness.choices import Universe
from replication.robustness.control_sets import ControlSets
from replication.robustness.pieces import pieces
from replication.robustness.specification import model_of
from replication.spec.entries import ModelSpec

WORDS = ("effects", "estimator", "covariance", "weights")
"""Kinds of choice that say whether a model can be, whatever the data."""

Place = tuple[int, ...]

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
        Of the combinations, rising; the reported specification, 0, stands first.
    left_out : mapping of str to int
        How many were left out, by reason.
    """

    numbers: Integers
    left_out: Mapping[str, int]


def combinations(found: Universe, unfit: Callable[[ModelSpec], str]) -> Combinations:
    """All combinations but the meaningless ones.

    Parameters
    ----------
    unfit : function
        Says why a model cannot be by its words alone (an estimator without effects, an error that it does
        not have), or gives an empty text; asked once for each combination of such words.
    """
    left_out: Counter[str] = Counter()
    kept = []
    words = cache(lambda place: unfit(model_of(found, place)))
    for part in pieces(len(found)):
        numbers = np.arange(part.start, part.stop, dtype=np.int32)  # `most` allows ten million
        reasons = _reasons(found, found.places(numbers), words)
        kept.append(numbers[reasons == ""])
        left_out.update(reasons[reasons != ""].tolist())
    return Combinations(np.concatenate(kept), dict(left_out))


def _reasons(found: Universe, places: Integers, unfit: Callable[[Place], str]) -> NDArray:
    """(P,) why each combination is left out, empty for those that stay; the first reason that holds."""
    stands = named(found, places)
    present, tokens = stands.present, stands.tokens
    checks = [
        (DECLARED, _declared(found, places)),
        (SAME, (_stands_in(found, places) & ~present).any(axis=1)),
        (ITSELF, (present & (tokens == stands.outcome[:, None])).any(axis=1)),
        (TWICE, _repeated(np.where(present, tokens, -1 - np.arange(tokens.shape[1])))),
    ]
    reasons = np.full(len(places), "", dtype=object)
    for reason, holds in checks:
        reasons[holds & (reasons == "")] = reason
    return np.where(reasons == "", _unfit_words(found, places, unfit), reasons)


@dataclass(frozen=True)
class Named:
    """What stands in P combinations.

    Attributes
    ----------
    texts : tuple of str
        Expressions, by code.
    present : (P, B) bool array
        Whether each term of the universe is in.
    tokens : (P, B) int array
        Code of the expression that stands for it.
    outcome : (P,) int array
        Code of the outcome.
    """

    texts: tuple[str, ...]
    present: Booleans
    tokens: Integers
    outcome: Integers


def named(found: Universe, places: Integers) -> Named:
    """The expressions of some combinations."""
    codes: dict[str, int] = {}

    def coded(texts: Iterable[str]) -> Integers:
        """One code an expression, in the order in which they come."""
        return np.array([codes.setdefault(text, len(codes)) for text in texts])

    # One row for all until a choice sets them apart: a million combinations would take much memory.
    shape = len(places), len(found.terms)
    present = np.broadcast_to(np.isin(found.terms, found.own), shape)
    tokens = np.broadcast_to(coded(found.terms), shape)
    outcome = np.repeat(coded([found.outcome]), len(places))
    for choice, place in zip(found.choices, places.T, strict=True):
        if isinstance(choice.values, ControlSets):
            present = _members(found, choice.values, place)
        elif choice.kind == "outcome":
            outcome = coded(choice.values)[place]
        elif choice.kind == "term":
            tokens = tokens.copy()
            tokens[:, found.terms.index(choice.term)] = coded(choice.values)[place]
    return Named(tuple(codes), present, tokens, outcome)


def _members(found: Universe, sets: ControlSets, places: Integers) -> Booleans:
    """(P, B) which terms of the universe some sets have, and the term that is looked at."""
    owner = np.array([np.isin(found.terms, terms) for terms in sets.terms]).reshape(-1, len(found.terms))
    members = sets.members(places).astype(np.uint8) @ owner.astype(np.uint8) > 0
    members[:, found.terms.index(found.term)] = True
    return members


def _stands_in(found: Universe, places: Integers) -> Booleans:
    """(P, B) whether another measure stands for a term: meaningless where the term is not in."""
    stands_in = np.zeros((len(places), len(found.terms)), dtype=bool)
    for choice, place in zip(found.choices, places.T, strict=True):
        if choice.kind == "term":
            stands_in[:, found.terms.index(choice.term)] = place > 0
    return stands_in


def _declared(found: Universe, places: Integers) -> Booleans:
    """(P,) whether a rule of `never` holds."""
    held = np.zeros(len(places), dtype=bool)
    named = {choice.id: (choice, place) for choice, place in zip(found.choices, places.T, strict=True)}
    for rule in found.never:
        held |= np.all(
            [named[name][0].matching(label, named[name][1]) for name, label in rule.items()], axis=0
        )
    return held


def _repeated(codes: Integers) -> Booleans:
    """(P,) whether a row has a code twice."""
    ordered = np.sort(codes, axis=1)
    return (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)


def _unfit_words(found: Universe, places: Integers, unfit: Callable[[Place], str]) -> NDArray:
    """(P,) what `unfit` says of the words of each combination."""
    columns = [number for number, choice in enumerate(found.choices) if choice.kind in WORDS]
    kinds, inverse = np.unique(places[:, columns], axis=0, return_inverse=True)
    reasons = []
    for kind in kinds:
        place = np.zeros(places.shape[1], dtype=np.int64)
        place[columns] = kind
        reasons.append(unfit(tuple(place.tolist())))
    return np.array(reasons, dtype=object)[inverse.ravel()]
