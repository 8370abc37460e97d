"""Some combinations of a universe -> their estimates: what a worker is given, and what it does with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from replication.errors import UserError
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.design import Integers, Role
from replication.panel.panel import Panel
from replication.robustness.base_rows import Base
from replication.robustness.cells import NUMBERS, Batch, estimate
from replication.robustness.expressions import expressions
from replication.robustness.specification import model_of, term_of
from replication.robustness.universe import Universe
from replication.spec.entries import ModelSpec
from replication.study.boundary import NUMERICAL, numerical
from replication.study.one_model import Plan, covariances_of, fit_model, plan

WHOLE = "whole"
"""The role of expressions that every row has, though they stand in other specifications alone."""


@dataclass(frozen=True)
class Shared:
    """What the least-squares specifications of one sample have in common.

    Attributes
    ----------
    base : Base
        Columns of all their regressors, then of all their outcomes.
    owner : (r,) int array
        For each regressor, the code of the expression that it is a column of (`expressions`); rising.
    outcomes : (o,) int array
        The code of each outcome; rising.
    kind : str
        Of error.
    options : mapping
    """

    base: Base
    owner: Integers
    outcomes: Integers
    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Blocks:
    """Combinations on one sample, by number, that blocks are tried for."""

    universe: Universe
    numbers: Integers
    shared: Shared

    @property
    def batch(self) -> Batch:
        """The specifications as columns of what they share."""
        stand, shared = expressions(self.universe, self.numbers), self.shared
        members = np.zeros((len(self.numbers), len(shared.base.names)), dtype=bool)
        for code in np.unique(shared.owner):
            has = (stand.present & (stand.terms == code)).any(axis=1)
            members[np.ix_(has, np.flatnonzero(shared.owner == code))] = True
        key = stand.terms[:, self.universe.terms.index(self.universe.term)]
        return Batch(
            shared.base,
            len(shared.owner) + np.searchsorted(shared.outcomes, stand.outcome),
            np.searchsorted(shared.owner, key),
            members,
            shared.kind,
            shared.options,
        )


@dataclass(frozen=True)
class Singles:
    """Combinations, by number, that are estimated one by one.

    `whole` are, of each, expressions that its rows have besides its own.
    """

    universe: Universe
    numbers: Integers
    panel: Panel
    whole: tuple[tuple[str, ...], ...]


Task = Blocks | Singles


def singles(
    panel: Panel, universe: Universe, numbers: Integers, whole: Sequence[tuple[str, ...]] | None = None
) -> Singles:
    """Combinations to be estimated one by one; where rows stand in a file is not sent along."""
    panel = replace(panel, reading=replace(panel.reading, place=None))
    return Singles(universe, numbers, panel, tuple(whole or [()] * len(numbers)))


def do(task: Task) -> pd.DataFrame:
    """One row a specification: number, NUMBERS, nobs, one_by_one, problem."""
    table = estimate(task.batch) if isinstance(task, Blocks) else _one_by_one(task)
    table.insert(0, "number", task.numbers)
    return table


def _one_by_one(task: Singles) -> pd.DataFrame:
    universe = task.universe
    rows = [
        _alone(task.panel, model_of(universe, each), term_of(universe, each), whole)
        for each, whole in zip(universe.alternatives(task.numbers), task.whole, strict=True)
    ]
    return pd.DataFrame(rows, columns=[*NUMBERS, "nobs", "one_by_one", "problem"])


def _alone(panel: Panel, model: ModelSpec, term: str, whole: tuple[str, ...]) -> tuple:
    nothing = [np.nan] * len(NUMBERS)
    try:
        ready = _on_rows_with(whole, plan(model, "the model"))
        _, fit = fit_model(panel, ready)
        table = coefficient_table(fit, next(iter(covariances_of(fit, ready).values())))
    except UserError as problem:
        return (*nothing, 0, True, str(problem))
    except NUMERICAL as problem:
        return (*nothing, 0, True, numerical(problem))
    if not fit.converged:
        return (*nothing, fit.nobs, True, "did not converge")
    row = table.iloc[fit.labels.index(term)]
    return (*(float(row[name]) for name in NUMBERS), fit.nobs, True, "")


def _on_rows_with(whole: tuple[str, ...], ready: Plan) -> Plan:
    """A model whose rows have some expressions more than it names."""
    if not whole:
        return ready
    roles = {**ready.needs.roles, WHOLE: Role("rows have these too", terms=True)}
    options = {**ready.model.options, WHOLE: list(whole)}
    model = ready.model.model_copy(update={"options": options})
    return replace(ready, model=model, needs=replace(ready.needs, roles=roles))
