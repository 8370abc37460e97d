"""The columns of a model as functions of its variables: where one is moved, all that it makes follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import EstimationError
from replication.language.atoms import Expanded, atoms_in, held_apart, replaced
from replication.language.evaluate import Rows, evaluate_numbers
from replication.language.functions import Floats
from replication.language.nodes import Name, Node, names_in, show
from replication.language.syntax import parse
from replication.language.terms import Column, Factor

STEP = 1e-3
"""Of a derivative, as a share of a variable's size; Richardson's extrapolation leaves its fourth power."""


@dataclass(frozen=True)
class Level:
    """One level of a factor, as something that a row can be moved to from the base.

    Attributes
    ----------
    name : str
        As the dummy is called.
    of : str
        What it is a level of, as the study file writes it.
    factor : Node
        The same in columns of the table alone.
    code : int
    base : int
    """

    name: str
    of: str
    factor: Node
    code: int
    base: int


@dataclass(frozen=True, eq=False)
class Part:
    """A column of a design: the product of the dummies of some levels and of a smooth function of atoms.

    Attributes
    ----------
    label : str
    levels : tuple of Level
    rest : Node or None
        The function, in columns of the table alone.
    event : Node or None
        The term, where it is a period around an event (or its product with others): nothing moves it.
    observed : (n,) float array
    """

    label: str
    levels: tuple[Level, ...]
    rest: Node | None
    event: Node | None
    observed: Floats

    @property
    def plain(self) -> Node | None:
        """The function, where there is nothing else."""
        return None if self.levels or self.event is not None else self.rest


class Makeup:
    """What the columns of a design, but for the constant, are made of.

    Parameters
    ----------
    columns : those of the design, on its rows
    rows : all rows of the panel
    keep : (N,) bool array
        The rows of the design among them.
    """

    def __init__(self, columns: Sequence[Column], rows: Rows, keep: NDArray[np.bool_]) -> None:
        self.expanded = Expanded(rows)
        self._keep = keep
        self._codes: dict[Node, NDArray[np.int64]] = {}
        self.parts = [self._part(column) for column in columns]
        self.atoms = list(dict.fromkeys(atom for part in self.parts for atom in self.atoms_of(part)))
        self._names: dict[Node, Name] = {atom: Name(f"atom {i}") for i, atom in enumerate(self.atoms)}
        self._table = pd.DataFrame(
            {self._names[atom].name: evaluate_numbers(atom, rows)[keep] for atom in self.atoms},
            index=range(int(keep.sum())),
        )

    def _part(self, column: Column) -> Part:
        event = self.expanded(parse(column.term)) if column.event else None
        rest = None if column.node is None or column.event else self.expanded(column.node)
        levels = () if column.event else tuple(self._level(*dummy) for dummy in column.dummies)
        return Part(column.name, levels, rest, event, column.values)

    def _level(self, factor: Factor, code: int) -> Level:
        of = self.expanded(factor.of)
        self._codes[of] = factor.levels.codes[self._keep]
        written = show(factor.of)
        name = f"{written}={factor.levels.names[code]}"
        return Level(name, written, of, code, factor.rows(self._keep).base_here())

    def atoms_of(self, part: Part) -> list[Node]:
        """The atoms of which a column is a smooth function."""
        return [] if part.rest is None else atoms_in(part.rest)

    def nodes_of(self, part: Part) -> list[Node]:
        """The atoms, factors and events that a column is made of."""
        events = [] if part.event is None else [part.event]
        return [*self.atoms_of(part), *(level.factor for level in part.levels), *events]

    @property
    def nodes(self) -> list[Node]:
        """The same for all columns, each once."""
        return list(dict.fromkeys(node for part in self.parts for node in self.nodes_of(part)))

    def plain(self, label: str) -> Node | None:
        """What the column of that name is a function of; None for dummies and their products."""
        return next((part.plain for part in self.parts if part.label == label), None)

    def values(self, atom: Node) -> Floats:
        """(n,) values of an atom."""
        found: Floats = self._table[self._names[atom].name].to_numpy()
        return found

    def name(self, atom: Node) -> str:
        """What an atom is called: as the column that is nothing else, or as it is written."""
        return next((part.label for part in self.parts if part.plain == atom), show(atom))

    def refuse_contradiction(self, moved: Node, quantity: str) -> None:
        """Raise EstimationError where another variable of the model would move with this one, but cannot.

        Lags and means over groups are held: they are of other rows.
        """
        names = set(names_in(moved))
        if moved in self.atoms and any(level.factor == moved for part in self.parts for level in part.levels):
            raise EstimationError(
                f"{quantity}: {show(moved)[:80]!r} is a number in one term and a factor in another, so that "
                "it cannot move alone in either; write one of them, or leave this quantity out"
            )
        for other in self.nodes:
            apart = held_apart(other) or held_apart(moved)
            if other != moved and names & set(names_in(other)) and not apart:
                raise EstimationError(
                    f"{quantity}: {show(moved)[:80]!r} stands in {show(other)[:80]!r} too, which does not "
                    "follow it smoothly; leave one of them out, or this quantity"
                )

    def columns(self, moved: Mapping[Node, Floats], at: Mapping[Node, int] | None = None) -> Floats:
        """(n, k) columns where atoms have other values (n,) and all rows are at a level of some factors."""
        at = at or {}
        rows = Rows(self._table.assign(**{self._names[atom].name: values for atom, values in moved.items()}))
        return np.column_stack([self._values(part, rows, at) for part in self.parts])

    def _values(self, part: Part, rows: Rows, at: Mapping[Node, int]) -> Floats:
        if part.event is not None:
            return part.observed
        size = len(rows.table)
        values = (
            np.ones(size) if part.rest is None else evaluate_numbers(replaced(part.rest, self._names), rows)
        )
        for level in part.levels:
            fixed = level.factor in at
            inside = (
                np.full(size, at[level.factor] == level.code)
                if fixed
                else self._codes[level.factor] == level.code
            )
            values = values * inside
        return values

    def derivative(self, atom: Node) -> Floats:
        """(n, k) derivatives of the columns in an atom: central differences, extrapolated (Richardson)."""
        values = self.values(atom)
        one_sign = (values > 0).all() or (values < 0).all()
        step = STEP * (np.abs(values) if one_sign else np.maximum(np.abs(values), np.std(values)))
        wide, narrow = (self._difference(atom, values, step * part) for part in (1.0, 0.5))
        return (4.0 * narrow - wide) / 3.0

    def _difference(self, atom: Node, values: Floats, step: Floats) -> Floats:
        above, below = values + step, values - step
        change = self.columns({atom: above}) - self.columns({atom: below})
        return change / (above - below)[:, None]

    def alone(self, atom: Node) -> int | None:
        """The place of the one column that an atom is and stands in; None where it makes others too."""
        made = [j for j, part in enumerate(self.parts) if atom in self.atoms_of(part)]
        return made[0] if len(made) == 1 and self.parts[made[0]].plain == atom else None
