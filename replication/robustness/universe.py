"""The universe of a curve: all combinations of some choices around one model, each told by its number.

No combination is held. Its number says which alternative it has of each choice, as the digits of a number
do, the last choice moving fastest; the reported specification, which has the first alternative of each, is 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from replication.errors import StudyError
from replication.estimate.design import Integers
from replication.language.nodes import show
from replication.language.syntax import parse, parse_formula
from replication.robustness.choice_labels import joined
from replication.robustness.choices import Choice, choice_of
from replication.spec.entries import ModelSpec
from replication.spec.robustness_entries import RobustnessSpec


@dataclass(frozen=True)
class Universe:
    """All combinations of D choices around one model; its length is their number.

    Attributes
    ----------
    model : ModelSpec
        As reported.
    outcome, term : str
        Canonical; the term whose coefficient is looked at.
    own : tuple of str
        Terms of the model.
    terms : tuple of B str
        All terms that any specification has, those of the model first.
    choices : tuple of D Choices
    never : tuple of mappings of str to str
        Combinations declared to make no sense: the label of an alternative by the id of its choice.
    """

    model: ModelSpec
    outcome: str
    term: str
    own: tuple[str, ...]
    terms: tuple[str, ...]
    choices: tuple[Choice, ...]
    never: tuple[dict[str, str], ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of alternatives of each choice."""
        return tuple(len(choice) for choice in self.choices)

    def __len__(self) -> int:
        return math.prod(self.shape)

    def stride(self, choice: int) -> int:
        """By how much the number of a combination grows from one alternative of a choice to the next."""
        return math.prod(self.shape[choice + 1 :])

    def alternative(self, choice: int, numbers: Integers) -> Integers:
        """(P,) alternative of one choice in each combination, told by its number."""
        return numbers // self.stride(choice) % self.shape[choice]

    def alternatives(self, numbers: Integers) -> Integers:
        """(P, D) alternatives of all choices in each combination, told by its number."""
        return np.column_stack([self.alternative(choice, numbers) for choice in range(len(self.choices))])

    def together(self, kinds: tuple[str, ...], numbers: Integers) -> Integers:
        """(P,) one whole number for the alternatives of all choices of some kinds, in their order."""
        together = np.zeros(len(numbers), dtype=np.int64)
        for place, choice in enumerate(self.choices):
            if choice.kind in kinds:
                together = together * len(choice) + self.alternative(place, numbers)
        return together


def universe_of(spec: RobustnessSpec, model: ModelSpec, time: str, levels: Callable[[str], list]) -> Universe:
    """The universe that an entry of a study file describes.

    Parameters
    ----------
    time : str
        Column of the period, for windows.
    levels : function
        Gives the values of a column in the reported sample, for leave one out.

    Raises
    ------
    StudyError
        An alternative that cannot be, two choices about the same, two alternatives of one name, more
        combinations than `most`, or a rule of `never` that names no alternative.
    """
    formula, term = parse_formula(model.formula), show(parse(spec.term))
    own = tuple(show(each) for each in formula.terms)
    place = f"robustness.{spec.id}"
    choices = tuple(
        choice_of(f"{place}.choices.{each.id}", each, model, term, time, levels) for each in spec.choices
    )
    sets = chain.from_iterable(choice.sets.terms for choice in choices if choice.sets is not None)
    terms = dict.fromkeys([*own, *chain.from_iterable(sets)])
    found = Universe(model, show(formula.outcome), term, own, tuple(terms), choices, tuple(spec.never))
    _require_one_choice_each(place, found)
    _require_labels_apart(f"{place}.choices", found)
    if len(found) > spec.most:
        sizes = " x ".join(map(str, found.shape))
        raise StudyError(
            f"{place}: {sizes} = {len(found):,} specifications; allowed: {spec.most:,} (most = ...)"
        )
    _require_alternatives(f"{place}.never", found)
    return found


def _require_one_choice_each(place: str, universe: Universe) -> None:
    """Refuse two choices about the same; several conditions may narrow a sample."""
    once = [(choice.kind, choice.term) for choice in universe.choices if choice.kind != "inside"]
    for kind, term in once:
        if once.count((kind, term)) > 1:
            raise StudyError(f"{place}: two choices are about {term or kind}; put their alternatives in one")


def _require_labels_apart(place: str, universe: Universe) -> None:
    """Refuse alternatives that nobody could tell apart in a table."""
    for choice in universe.choices:
        label, times = Counter(map(joined, choice.labels)).most_common(1)[0] if choice.labels else ("", 0)
        if times > 1:
            raise StudyError(f"{place}.{choice.id}: {times} alternatives are called {label!r}; allowed: one")


def _require_alternatives(place: str, universe: Universe) -> None:
    """Refuse a rule of `never` about an alternative that is none."""
    choices = {choice.id: choice for choice in universe.choices}
    for name, label in chain.from_iterable(rule.items() for rule in universe.never):
        choice = choices[name]
        if not choice.has(label):
            known = tuple(map(joined, choice.labels)) if choice.sets is None else choice.sets.names
            raise StudyError(f"{place}: {name} has no alternative {label!r}; it has: {known}")
