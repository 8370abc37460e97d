"""The rows and columns that many specifications share, and which of the rows each of them uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from replication.estimate.design import Booleans, Floats, Integers
from replication.language.terms import Factor


@dataclass(frozen=True)
class Base:
    """Rows of one sample with every column that a specification on it may use.

    Attributes
    ----------
    names : tuple of str
        Of the m columns, as a study file writes them.
    columns : (n, m) float array
        NaN or infinite where missing or undefined.
    levels : tuple of tuple of (int, int)
        For each column, the factors (by place) and levels whose dummies it is the product of.
    factors : tuple of Factor
    entity, time : (n,) int arrays
    groups : mapping of str to (n,) int array
        Codes of effects and clusters, -1 where missing; "entity" and "time" among them.
    of_test : mapping of str to (n,) int array
        The same that only the test of the whole curve needs.
    weights : (n,) float array or None
    effects : tuple of str
        Groups that are absorbed.
    constant : bool
        Whether there is a constant, where no effect takes its place.
    """

    names: tuple[str, ...]
    columns: Floats
    levels: tuple[tuple[tuple[int, int], ...], ...]
    factors: tuple[Factor, ...]
    entity: Integers
    time: Integers
    groups: Mapping[str, Integers]
    weights: Floats | None
    effects: tuple[str, ...]
    constant: bool
    of_test: Mapping[str, Integers] = field(default_factory=dict)

    @property
    def has_constant(self) -> bool:
        """Whether a constant stands first among the regressors."""
        return self.constant and not self.effects

    def rows(self, keep: Booleans) -> Base:
        """The same on some rows."""
        return replace(
            self,
            columns=self.columns[keep],
            factors=tuple(factor.rows(keep) for factor in self.factors),
            entity=self.entity[keep],
            time=self.time[keep],
            groups={name: codes[keep] for name, codes in self.groups.items()},
            of_test={name: codes[keep] for name, codes in self.of_test.items()},
            weights=None if self.weights is None else self.weights[keep],
        )

    def living(self) -> Booleans:
        """(m,) which columns are regressors here: not dummies of base levels, nor of levels without rows.

        Raises
        ------
        StudyError
            A base level that a term names has no row.
        """
        bases = [factor.base_here() for factor in self.factors]
        at_base = [any(bases[place] == level for place, level in levels) for levels in self.levels]
        return ~np.array(at_base, dtype=bool) & (self.columns.any(axis=0) | ~self.is_dummy)

    @property
    def is_dummy(self) -> Booleans:
        """(m,) whether each column is one of a factor's."""
        return np.array([bool(levels) for levels in self.levels], dtype=bool)

    def tested(self) -> Base:
        """The rows that the test of the whole curve can use."""
        return replace(self, groups={**self.groups, **self.of_test}).usable()

    def usable(self) -> Base:
        """The rows with weights, if there are any, and all groups."""
        keep = np.all([codes >= 0 for codes in self.groups.values()], axis=0)
        if self.weights is not None:
            keep = keep & np.isfinite(self.weights) & (np.nan_to_num(self.weights) > 0)
        return self.rows(keep)


def by_rows(base: Base, needed: Booleans) -> Iterator[tuple[Integers, Base]]:
    """Specifications that use the same rows, and these rows.

    Parameters
    ----------
    needed : (P, m) bool array
        Columns that each specification has, its outcome among them; a row without one of them is not used,
        nor one that is alone in its level of an effect.
    """
    missing = ~np.isfinite(base.columns)
    patterns, pattern = np.unique(missing, axis=1, return_inverse=True)
    pattern = pattern.ravel()
    lacking = np.zeros((len(needed), patterns.shape[1]), dtype=bool)
    for column in np.flatnonzero(missing.any(axis=0)):
        lacking[:, pattern[column]] |= needed[:, column]
    kinds, kind = np.unique(lacking, axis=0, return_inverse=True)
    for number, chosen in enumerate(kinds):
        keep = np.asarray(~patterns[:, chosen].any(axis=1))
        yield np.flatnonzero(kind.ravel() == number), base.rows(_without_singles(base, keep))


def complete(base: Base, columns: Booleans) -> Base:
    """The rows that have all of these columns."""
    return base.rows(np.asarray(np.isfinite(base.columns[:, columns]).all(axis=1)))


def _without_singles(base: Base, keep: Booleans) -> Booleans:
    """Rows that are not alone in a level of an effect, those left out that are alone then (Correia 2015)."""
    codes = [np.unique(base.groups[name], return_inverse=True)[1] for name in base.effects]
    before = -1
    while before != keep.sum():
        before = keep.sum()
        for code in codes:
            keep = keep & (np.bincount(code[keep], minlength=code.max(initial=0) + 1)[code] > 1)
    return keep
