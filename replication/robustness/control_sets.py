"""Which sets of controls a choice of controls is between.

Sets are told by their place, the reported set first: all subsets of twenty controls are a million, and none
of them is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np

from replication.errors import StudyError
from replication.estimate.design import Booleans, Integers
from replication.language.nodes import show
from replication.language.syntax import parse, parse_formula
from replication.robustness.choice_labels import NONE, Label, named_in
from replication.spec.entries import ModelSpec
from replication.spec.robustness_entries import ChoiceSpec

MOST_BLOCKS = 20
"""Controls, or blocks of them, of which all subsets are taken: a million sets."""

T = TypeVar("T")


@dataclass(frozen=True)
class ControlSets:
    """Sets of controls, by place, the reported set first.

    Attributes
    ----------
    names : tuple of str
        The C controls or blocks, as one reads them.
    terms : tuple of tuple of str
        Terms of each.
    varied : int
        The first so many differ between sets; the others are in all of them.
    """

    names: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]
    varied: int

    def __len__(self) -> int:
        raise NotImplementedError

    def member(self, places: Integers, number: int) -> Booleans:
        """(P,) whether each set has a control."""
        raise NotImplementedError

    def others(self, places: Integers, number: int) -> Integers:
        """(P,) what else is in each set, as a whole number below the number of sets."""
        raise NotImplementedError

    def members(self, places: Integers) -> Booleans:
        """(P, C) which controls each set has."""
        each = [self.member(places, number) for number in range(len(self.names))]
        return np.array(each, dtype=bool).reshape(len(each), len(places)).T

    def matching(self, label: str, places: Integers) -> Booleans:
        """(P,) whether each is the set that a label names, or has the control or block that it names."""
        if label in self.names:
            return self.member(places, self.names.index(label))
        varied = self.names[: self.varied]
        inside = self.members(places)[:, : self.varied]
        found = np.zeros(len(places), dtype=bool)
        for named in named_in(label, varied):
            found |= (inside == np.isin(varied, named)).all(axis=1)
        return found

    def __getitem__(self, place: int) -> tuple[str, ...]:
        """Terms of one set."""
        return tuple(chain.from_iterable(self._of(self.terms, place)))

    def label(self, place: int) -> Label:
        """What is in the set."""
        return tuple(self._of(self.names[: self.varied], place)) or NONE

    def _of(self, parts: Sequence[T], place: int) -> list[T]:
        """The parts of the controls that are in a set."""
        (inside,) = self.members(np.array([place]))
        return [part for part, is_in in zip(parts, inside, strict=False) if is_in]


@dataclass(frozen=True)
class AllSubsets(ControlSets):
    """The set whose binary number is `reported`, then all others in the order of theirs."""

    reported: int

    def __len__(self) -> int:
        return 1 << self.varied

    def member(self, places: Integers, number: int) -> Booleans:
        if number >= self.varied:
            return np.ones(len(places), dtype=bool)
        return (self._binary(places) >> number & 1).astype(bool)

    def others(self, places: Integers, number: int) -> Integers:
        return self._binary(places) & ~(1 << number)

    def _binary(self, places: Integers) -> Integers:
        return np.where(places == 0, self.reported, places - (places <= self.reported))


@dataclass(frozen=True)
class ListedSets(ControlSets):
    """A few sets: `listed`, (S, C), says which controls each has."""

    listed: Booleans

    def __len__(self) -> int:
        return len(self.listed)

    def member(self, places: Integers, number: int) -> Booleans:
        return np.asarray(self.listed[places, number])

    def others(self, places: Integers, number: int) -> Integers:
        without = np.delete(self.listed, number, axis=1)
        return np.unique(without, axis=0, return_inverse=True)[1].ravel()[places]


def control_sets(place: str, spec: ChoiceSpec, model: ModelSpec, term: str) -> ControlSets:
    """The sets of controls; what no set names is in all of them."""
    own = [show(each) for each in parse_formula(model.formula).terms if show(each) != term]
    always = _terms(place, spec.always, term)
    if unknown := [each for each in always if each not in own]:
        raise StudyError(f"{place}.always: {unknown[0]} is no control of the model")
    if isinstance(spec.controls, list):
        return _listed_sets(own, [[*always, *_terms(place, each, term)] for each in spec.controls])
    blocks = {name: tuple(_terms(place, terms, term)) for name, terms in spec.blocks.items()}
    bound = {*always, *chain.from_iterable(blocks.values())}
    single = _terms(place, spec.among, term) or [each for each in own if each not in bound]
    terms = [*blocks.values(), *((each,) for each in single)]
    names = [*blocks, *single]
    reported = np.array(
        [_is_reported(place, name, block, own) for name, block in zip(names, terms, strict=True)], dtype=bool
    )
    fixed = [each for each in own if each not in set(chain.from_iterable(terms))]
    all_names, all_terms = (*names, *fixed), (*terms, *((each,) for each in fixed))
    if spec.controls == "all_subsets":
        _require_few(place, len(names))
        return AllSubsets(all_names, all_terms, len(names), int(reported @ (1 << np.arange(len(names)))))
    one_less = (reported & ~np.eye(len(names), dtype=bool))[reported]
    free = np.vstack([reported, one_less])
    always_in = np.ones((len(free), len(fixed)), dtype=bool)
    return ListedSets(all_names, all_terms, len(names), np.hstack([free, always_in]))


def _terms(place: str, texts: list[str], term: str) -> list[str]:
    found = [show(parse(text)) for text in texts]
    if term in found:
        raise StudyError(f"{place}: {term} is the term itself, and no control")
    return found


def _is_reported(place: str, name: str, block: tuple[str, ...], own: list[str]) -> bool:
    """Whether the reported model has the block; it may not have a part of it."""
    inside = [each in own for each in block]
    if any(inside) and not all(inside):
        raise StudyError(f"{place}.blocks.{name}: the model has a part of it; allowed: all of it or none")
    return all(inside)


def _require_few(place: str, size: int) -> None:
    if size > MOST_BLOCKS:
        raise StudyError(
            f"{place}: all subsets of {size} controls; allowed: {MOST_BLOCKS}; put some in blocks"
        )


def _listed_sets(own: list[str], sets: list[list[str]]) -> ListedSets:
    names = tuple(dict.fromkeys([*own, *chain.from_iterable(sets)]))
    found = list(dict.fromkeys(map(frozenset, [own, *sets])))
    listed = np.array([[name in each for name in names] for each in found], dtype=bool)
    terms = tuple((name,) for name in names)
    return ListedSets(names, terms, len(names), listed.reshape(len(found), len(names)))
