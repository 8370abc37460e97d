"""What differs between specifications: the alternative of each choice, and whether each control is in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replication.estimate.design import Integers
from replication.robustness.choice_labels import Label
from replication.robustness.control_sets import ControlSets
from replication.robustness.universe import Universe

Codes = NDArray[np.integer]

OUT_OR_IN = (("out",), ("in",))


@dataclass(frozen=True)
class Factor:
    """One thing that differs between specifications: a choice, or whether one control or block is in.

    Attributes
    ----------
    universe : Universe
    place : int
        Of the choice.
    control : int or None
        Which control or block of the choice.
    """

    universe: Universe
    place: int
    control: int | None = None

    @property
    def choice(self) -> str:
        """Id of the choice."""
        return self.universe.choices[self.place].id

    @property
    def name(self) -> str:
        """That of the choice, but for controls."""
        return self.choice if self.control is None else self._sets.names[self.control]

    @property
    def labels(self) -> tuple[Label, ...]:
        """Of the alternatives, by code."""
        return self.universe.choices[self.place].labels if self.control is None else OUT_OR_IN

    def codes(self, numbers: Integers) -> Codes:
        """(P,) alternative that each combination, told by its number, has."""
        alternative = self.universe.alternative(self.place, numbers)
        if self.control is None:
            return alternative
        return self._sets.member(alternative, self.control).astype(np.int8)

    def others(self, numbers: Integers) -> Integers:
        """(P,) a whole number, below that of all combinations, shared by those that differ in this alone."""
        alternative = self.universe.alternative(self.place, numbers)
        rest = 0 if self.control is None else self._sets.others(alternative, self.control)
        return numbers + (rest - alternative) * self.universe.stride(self.place)

    @property
    def _sets(self) -> ControlSets:
        """Of a choice of controls."""
        sets = self.universe.choices[self.place].sets
        assert sets is not None
        return sets


def factors(universe: Universe) -> Iterator[Factor]:
    """The factors of a universe, in the order of its choices."""
    for place, choice in enumerate(universe.choices):
        if choice.sets is None:
            yield Factor(universe, place)
        else:
            yield from (Factor(universe, place, control) for control in range(choice.sets.varied))
