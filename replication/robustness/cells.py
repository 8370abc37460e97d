"""Specifications on one sample -> estimate, error, interval and rows of each: by blocks, or one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from replication.errors import EstimationError, UserError
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.design import CONSTANT, Booleans, Design, Floats, Integers, Term
from replication.estimate.linear.linear import ols
from replication.estimate.words import COVARIANCES
from replication.robustness.base_rows import Base, by_rows
from replication.robustness.fast_errors import FAST, Errors, Ground
from replication.robustness.sweep import solve
from replication.study.boundary import NUMERICAL, numerical

AT_ONCE = 1_000_000
"""Numbers of one array while a batch is solved."""

EMPTY = "no row is left"

NUMBERS = ("estimate", "std_error", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True)
class Batch:
    """Least-squares specifications on one sample.

    Attributes
    ----------
    base : Base
    outcomes, keys : (P,) int arrays
        Columns of the outcome and of the regressor whose coefficient is looked at.
    members : (P, m) bool array
        Regressors, the key among them.
    kind : str
        Of error.
    options : mapping
    """

    base: Base
    outcomes: Integers
    keys: Integers
    members: Booleans
    kind: str
    options: Mapping[str, Any]


def estimate(batch: Batch) -> pd.DataFrame:
    """One row a specification, in their order: NUMBERS, nobs, one_by_one, problem.

    `one_by_one` says that the condition bound did not hold, or that the specification cannot be estimated,
    and `problem` why not.
    """
    found = _Found(len(batch.members))
    for ground, parts in grounds(batch):
        errors = None if ground.problem else _prepared(ground, batch)
        for part in parts:
            _fill(batch, ground, errors, part, found)
    table = pd.DataFrame(found.numbers, columns=list(NUMBERS))
    return table.assign(nobs=found.nobs, one_by_one=~found.safe, problem=found.problem)


@dataclass(frozen=True)
class Part:
    """Specifications of one size on the same rows.

    Attributes
    ----------
    chosen : (P,) int array
        Their places in the batch.
    sets : (P, k) int array
        Columns of the ground, the constant first where there is one, the key last.
    outcomes : (P,) int array
    """

    chosen: Integers
    sets: Integers
    outcomes: Integers


def grounds(batch: Batch) -> Iterator[tuple[Ground, list[Part]]]:
    """The different rows that specifications of a batch use, and the specifications, size by size."""
    needed = batch.members.copy()
    needed[np.arange(len(needed)), batch.outcomes] = True
    for chosen, rows in by_rows(batch.base.usable(), needed):
        outcomes, keys = batch.outcomes[chosen], batch.keys[chosen]
        try:
            members, problem = batch.members[chosen] & rows.living(), "" if len(rows.columns) else EMPTY
        except UserError as told:
            problem = str(told)
        if problem:
            yield Ground(rows, (), rows.columns, problem), [Part(chosen, keys[:, None], outcomes)]
            continue
        used = np.unique([*np.flatnonzero(members.any(axis=0)), *outcomes])
        position = np.full(members.shape[1], -1)
        position[used] = np.arange(len(used)) + rows.has_constant
        parts = [
            Part(
                chosen[some],
                _sets(members[some], keys[some], position, rows.has_constant),
                position[outcomes[some]],
            )
            for some in _same_size(members.sum(axis=1), len(used))
        ]
        yield _ground(rows, used), parts


def _same_size(sizes: Integers, columns: int) -> Iterator[Integers]:
    """Places of specifications with as many regressors, a number of them at a time."""
    step = max(1, AT_ONCE // (columns + 1) ** 2)
    for size in np.unique(sizes):
        same = np.flatnonzero(sizes == size)
        yield from (same[first : first + step] for first in range(0, len(same), step))


class _Found:
    """The results of P specifications, filled in as they come."""

    def __init__(self, size: int) -> None:
        self.numbers = np.full((size, len(NUMBERS)), np.nan)
        self.nobs = np.zeros(size, dtype=np.int64)
        self.safe = np.zeros(size, dtype=bool)
        self.problem = np.full(size, "", dtype=object)


def _ground(rows: Base, used: Integers) -> Ground:
    constant = [np.ones(len(rows.columns))] * rows.has_constant
    terms = [*(CONSTANT,) * rows.has_constant, *(Term(rows.names[place]) for place in used)]
    return Ground(rows, tuple(terms), np.column_stack([*constant, rows.columns[:, used]]))


def _sets(members: Booleans, keys: Integers, position: Integers, constant: bool) -> Integers:
    """(P, k) places of the regressors among the columns, the constant first and the key last."""
    others = members.copy()
    others[np.arange(len(keys)), keys] = False
    places = position[np.nonzero(others)[1]].reshape(len(keys), -1)
    zeros = np.zeros((len(keys), int(constant)), dtype=np.int64)
    return np.column_stack([zeros, places, position[keys]])


def _prepared(ground: Ground, batch: Batch) -> Errors | None:
    """The error on these rows; None where there is none, which each specification then tells by itself."""
    try:
        return FAST[batch.kind](ground, **batch.options)
    except EstimationError:
        return None
    except NUMERICAL:
        return None


def _fill(batch: Batch, ground: Ground, errors: Errors | None, part: Part, found: _Found) -> None:
    """The specifications of one size, those that blocks do not give one by one."""
    chosen = part.chosen
    found.nobs[chosen] = len(ground.columns)
    found.numbers[chosen], found.safe[chosen] = _by_blocks(ground, errors, part.sets, part.outcomes)
    for place in np.flatnonzero(~found.safe[chosen]):
        one = _one(batch, ground, part.sets[place], part.outcomes[place])
        found.numbers[chosen[place]], found.problem[chosen[place]] = one


def _by_blocks(
    ground: Ground, errors: Errors | None, sets: Integers, outcomes: Integers
) -> tuple[Floats, Booleans]:
    """(P, 5) NUMBERS and (P,) whether they are those of the one-by-one path."""
    nothing = np.full((len(sets), len(NUMBERS)), np.nan), np.zeros(len(sets), dtype=bool)
    if errors is None or ground.df_resid(sets.shape[1]) <= 0:
        return nothing
    solved = solve(ground.swept, sets, outcomes)
    try:
        cells = errors(solved)
    except (EstimationError, np.linalg.LinAlgError):
        return nothing
    numbers = (solved.estimate, cells.std_error, cells.p_value, cells.conf_low, cells.conf_high)
    return np.column_stack(numbers), cells.safe


def _one(batch: Batch, ground: Ground, chosen: Integers, outcome: int) -> tuple[Floats, str]:
    """NUMBERS of one specification by the ordinary path, and why there are none."""
    if ground.problem:
        return np.full(len(NUMBERS), np.nan), ground.problem
    base = ground.base
    terms = tuple(ground.terms[place] for place in chosen)
    y, x = ground.columns[:, outcome], ground.columns[:, chosen]
    design = Design(
        ground.terms[outcome].name, terms, y, x, base.entity, base.time, base.weights, base.groups
    )
    try:
        fit = ols(design, effects=list(base.effects) or None)
        row = coefficient_table(fit, COVARIANCES[batch.kind](fit, **batch.options)).iloc[-1]
        return row[list(NUMBERS)].to_numpy(dtype=float), ""
    except UserError as problem:
        return np.full(len(NUMBERS), np.nan), str(problem)
    except NUMERICAL as problem:
        return np.full(len(NUMBERS), np.nan), numerical(problem)
