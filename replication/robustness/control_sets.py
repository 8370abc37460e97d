"""Which sets of controls a choice of controls is between.

Sets are told by their place, the reported set first: all subsets of twenty controls are a million, and none
of them is held.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
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
class ControlSets(ABC):
    """Sets of controls, by place, the reported set first; its length is their number.

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

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def member(self, places: Integers, control: int) -> Booleans:
        """(P,) whether each set has a control, told by its place among `names`."""

    @abstractmethod
    def others(self, places: Integers, control: int) -> Integers:
        """(P,) what each set has besides a control that is varied, as a whole number below that of sets."""

    def members(self, places: Integers) -> Booleans:
        """(P, C) which controls each set has."""
        each = [self.member(places, control) for control in range(len(self.names))]
        return np.array(each, dtype=bool).reshape(len(each), len(places)).T

    def matching(self, label: str, places: Integers) -> Booleans:
        """(P,) whether each is the set that a label names, or has the control or block that it names."""
        if label in self.names:
            return self.member(places, self.names.index(label))
        varied = self.names[: self.varied]
        found = np.zeros(len(places), dtype=bool)
        for named in named_in(label, varied):
            found |= self.same(places, np.isin(varied, named))
        return found

    def same(self, places: Integers, inside: Booleans) -> Booleans:
        """(P,) whether each set has just those of the varied controls that are inside, (C,)."""
        return (self.members(places)[:, : self.varied] == inside).all(axis=1)

    def __getitem__(self, place: int) -> tuple[str, ...]:
        """Terms of one set."""
        return tuple(chain.from_iterable(self._of(self.terms, place)))

    def label(self, place: int) -> Label:
        """What is in the set."""
        return tuple(self._of(self.names[: self.varied], place)) or NONE

    def _of(self, parts: Sequence[T], place: int) -> list[T]:
        """Of one part a control, those of the controls that are in a set."""
        (inside,) = self.members(np.array([place]))
        return [part for part, is_in in zip(parts, inside, strict=False) if is_in]


@dataclass(frozen=True)
class AllSubsets(ControlSets):
    """All subsets of the controls that are varied.

    A set's binary number has one digit a control, the first control the lowest. The set whose number is
    `reported` stands first, then all others in the order of their numbers.
    """

    reported: int

    def __len__(self) -> int:
        return 1 << self.varied

    def member(self, places: Integers, control: int) -> Booleans:
        if control >= self.varied:
            return np.ones(len(places), dtype=bool)
        return (self._binary(places) >> control & 1).astype(bool)

    def others(self, places: Integers, control: int) -> Integers:
        return self._binary(places) & ~(1 << control)

    def same(self, places: Integers, inside: Booleans) -> Booleans:
        return np.asarray(self._binary(places) == _binary_number(inside))

    def _binary(self, places: Integers) -> Integers:
        return np.where(places == 0, self.reported, places - (places <= self.reported))


def _binary_number(inside: Booleans) -> int:
    """Of the set with the controls that are inside, (C,)."""
    return int(inside @ (1 << np.arange(len(inside))))


@dataclass(frozen=True)
class ListedSets(ControlSets):
    """A few sets: `listed`, (S, C), says which controls each has."""

    listed: Booleans

    def __len__(self) -> int:
        return len(self.listed)

    def member(self, places: Integers, control: int) -> Booleans:
        return np.asarray(self.listed[places, control])

    def others(self, places: Integers, control: int) -> Integers:
        without = np.delete(self.listed, control, axis=1)
        return np.unique(without, axis=0, return_inverse=True)[1].ravel()[places]


def control_sets(place: str, spec: ChoiceSpec, model: ModelSpec, term: str) -> ControlSets:
    """The sets of controls that an entry is between; what no set names is in all of them.

    Parameters
    ----------
    place : str
        Of the entry in the study file, for messages.
    term : str
        Canonical; the term that is looked at, which is no control.

    Raises
    ------
    StudyError
        The term among the controls, one `always` in that the model lacks, a control in two keys or blocks, a
        block of which the model has a part or that is called as a control, all subsets of more than
        MOST_BLOCKS.
    """
    own = [show(each) for each in parse_formula(model.formula).terms if show(each) != term]
    always = _terms(place, spec.always, term)
    if unknown := [each for each in always if each not in own]:
        raise StudyError(f"{place}.always: {unknown[0]} is no control of the model")
    if isinstance(spec.controls, list):
        return _listed_sets(own, [[*always, *_terms(place, each, term)] for each in spec.controls])
    varied = _varied(place, spec, own, always, term)
    fixed = {each: (each,) for each in own if each not in set(chain.from_iterable(varied.values()))}
    names, terms = (*varied, *fixed), (*varied.values(), *fixed.values())
    is_reported = [_is_reported(place, name, block, own) for name, block in varied.items()]
    reported = np.array(is_reported, dtype=bool)
    if spec.controls == "all_subsets":
        _require_few(place, len(varied))
        return AllSubsets(names, terms, len(varied), _binary_number(reported))
    one_less = (reported & ~np.eye(len(varied), dtype=bool))[reported]
    free = np.vstack([reported, one_less])
    always_in = np.ones((len(free), len(fixed)), dtype=bool)
    return ListedSets(names, terms, len(varied), np.hstack([free, always_in]))


def _varied(
    place: str, spec: ChoiceSpec, own: list[str], always: list[str], term: str
) -> dict[str, tuple[str, ...]]:
    """Terms of the blocks and controls that are not in all sets, by name; each is in one of them."""
    blocks = {name: tuple(_terms(place, terms, term)) for name, terms in spec.blocks.items()}
    among = _terms(place, spec.among, term)
    bound = [*always, *chain.from_iterable(blocks.values())]
    _require_once(place, [*bound, *among], "is twice in among, always and blocks; allowed: once")
    single = among or [each for each in own if each not in bound]
    _require_once(
        place,
        [*blocks, *single, *NONE],
        "is also what another block, a control or no control is called; allowed: another name",
    )
    return {**blocks, **{each: (each,) for each in single}}


def _require_once(place: str, names: list[str], problem: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise StudyError(f"{place}: {name} {problem}")


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
