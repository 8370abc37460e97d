"""The combinations of a universe -> pieces of work, each for one sample, cut the same whoever does them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from replication.errors import StudyError, UserError
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.design import Booleans, Integers
from replication.language.evaluate import condition, evaluate_numbers
from replication.language.same import Meanings
from replication.language.syntax import parse
from replication.language.terms import Column, term_columns
from replication.panel.panel import Panel, average_blocks
from replication.panel.rows import group_codes
from replication.robustness.base_rows import Base, complete
from replication.robustness.cells import NUMBERS, Batch, estimate
from replication.robustness.choices import Universe
from replication.robustness.combinations import ITSELF, SAME, Combinations, Named, named
from replication.robustness.fast_errors import is_fast
from replication.robustness.specification import model_of, term_of
from replication.spec.entries import ModelSpec
from replication.study.boundary import NUMERICAL, numerical
from replication.study.one_model import covariances_of, fit_model, plan

CHUNK = 20_000
"""Least-squares specifications of one piece of work."""

FEW = 25
"""Models of one piece of work that are estimated one by one."""

SAMPLE_KINDS = ("where", "inside", "effects", "weights", "estimator", "covariance")


@dataclass(frozen=True)
class Models:
    """Models that are estimated one by one, and the term of each that is looked at."""

    panel: Panel
    models: tuple[ModelSpec, ...]
    terms: tuple[str, ...]


Task = Batch | Models


@dataclass(frozen=True)
class Work:
    """What is to be done.

    Attributes
    ----------
    tasks : tuple of Task
    rows : tuple of int arrays
        For each task, the combinations that it is about.
    left_out : mapping of str to int
        Combinations that the data make meaningless, by reason.
    """

    tasks: tuple[Task, ...]
    rows: tuple[Integers, ...]
    left_out: Counter[str]

    @property
    def fast(self) -> Integers:
        """Combinations that blocks are tried for."""
        some = [rows for task, rows in zip(self.tasks, self.rows, strict=True) if isinstance(task, Batch)]
        return np.concatenate([np.empty(0, dtype=np.int64), *some])

    def batches(self, found: Universe, kept: Combinations) -> list[Batch]:
        """The least-squares specifications with the first error that blocks give, each once."""
        errors = [number for number, choice in enumerate(found.choices) if choice.kind == "covariance"]
        some = [
            (task, tuple(kept.places[rows[0], errors]))
            for task, rows in zip(self.tasks, self.rows, strict=True)
            if isinstance(task, Batch)
        ]
        first = min((error for _, error in some), default=())
        return [task for task, error in some if error == first]


def do(task: Task) -> pd.DataFrame:
    """One row a specification: NUMBERS, nobs, one_by_one, problem."""
    return estimate(task) if isinstance(task, Batch) else _one_by_one(task)


def _one_by_one(task: Models) -> pd.DataFrame:
    rows = [_alone(task.panel, model, term) for model, term in zip(task.models, task.terms, strict=True)]
    return pd.DataFrame(rows, columns=[*NUMBERS, "nobs", "one_by_one", "problem"])


def _alone(panel: Panel, model: ModelSpec, term: str) -> tuple:
    nothing = [np.nan] * len(NUMBERS)
    try:
        ready = plan(model, "the model")
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


def work_of(
    panel: Panel, found: Universe, kept: Combinations, *, common: bool, groups: tuple[str, ...] = ()
) -> Work:
    """The pieces of work of a universe on a panel.

    Parameters
    ----------
    common : bool
        All specifications of a sample use the rows that have every column that one of them names.
    groups : tuple of str
        Further columns of levels that the rows need.

    Raises
    ------
    UserError
        An expression that the panel cannot give.
    """
    tasks: list[Task] = []
    rows: list[Integers] = []
    left_out: Counter[str] = Counter()
    samples = _Samples(panel, found, groups)
    seen: dict[tuple, str] = {}
    for place, chosen in _by_sample(found, kept.places):
        model = model_of(found, place.tolist())
        inside = samples.inside(model)
        kind = (inside.tobytes(), model.model_copy(update={"where": None, "formula": ""}).model_dump_json())
        if seen.setdefault(kind, model.where or "") != (model.where or ""):
            left_out[SAME] += len(chosen)
            continue
        stands = named(found, kept.places[chosen])
        itself = samples.itself(stands, model)
        left_out[ITSELF] += int(itself.sum())
        if itself.any():
            chosen, stands = chosen[~itself], _some(stands, ~itself)
        for some, task in samples.tasks(kept.places[chosen], stands, model, common):
            tasks.append(task)
            rows.append(chosen[some])
    return Work(tuple(tasks), tuple(rows), +left_out)


def models_task(panel: Panel, found: Universe, places: Integers) -> Models:
    """Some combinations, to be estimated one by one; where rows stand in a file is not sent along."""
    return Models(
        replace(panel, reading=replace(panel.reading, place=None)),
        tuple(model_of(found, place) for place in places),
        tuple(term_of(found, place) for place in places),
    )


def _by_sample(found: Universe, places: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Each sample, effects, weights, estimator and error, and the combinations that have them."""
    columns = [number for number, choice in enumerate(found.choices) if choice.kind in SAMPLE_KINDS]
    kinds, inverse = np.unique(places[:, columns], axis=0, return_inverse=True)
    order = np.argsort(inverse.ravel(), kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(inverse.ravel()))[:-1])
    for kind, chosen in zip(kinds, groups, strict=True):
        place = np.zeros(len(found.choices), dtype=np.int64)
        place[columns] = kind
        yield place, chosen


def _some(stands: Named, which: Booleans) -> Named:
    return replace(
        stands, present=stands.present[which], tokens=stands.tokens[which], outcome=stands.outcome[which]
    )


class _Samples:
    """Expressions on the rows of a sample, each worked out once."""

    def __init__(self, panel: Panel, found: Universe, groups: tuple[str, ...]) -> None:
        self.groups = groups
        years = found.model.average_over
        self.given, self.found = panel, found
        self.panel = panel if years is None else average_blocks(panel, years)
        self.known: dict[tuple[bytes, str], list[Column]] = {}

    def inside(self, model: ModelSpec) -> Booleans:
        """Rows of a model's sample."""
        if model.where is None:
            return np.ones(len(self.panel.table), dtype=bool)
        return condition(model.where, self.panel.rows())

    def itself(self, stands: Named, model: ModelSpec) -> Booleans:
        """(P,) whether the outcome stands among the regressors under another name."""
        meanings = Meanings(self.panel.rows(self.inside(model)))
        nodes = [parse(text) for text in stands.texts]
        same = np.array([[meanings.same(left, right) for right in nodes] for left in nodes])
        return (stands.present & same[stands.tokens, stands.outcome[:, None]]).any(axis=1)

    def tasks(
        self, places: Integers, stands: Named, model: ModelSpec, common: bool
    ) -> Iterator[tuple[Integers, Task]]:
        """The pieces of work of one sample: positions among its combinations, and the task."""
        kind, options = _error(model)
        fast = model.estimator == "ols" and not model.options and is_fast(kind, options)
        size = CHUNK if fast else FEW
        whole = self._batch(stands, model, kind, options, common) if fast and len(places) else None
        for first in range(0, len(places), size):
            some = np.arange(first, min(first + size, len(places)))
            if whole is None:
                yield some, models_task(self.given, self.found, places[some])
            else:
                parts = {name: getattr(whole, name)[some] for name in ("outcomes", "keys", "members")}
                yield some, replace(whole, **parts)

    def _batch(self, stands: Named, model: ModelSpec, kind: str, options: dict, common: bool) -> Batch:
        inside = self.inside(model)
        regressors, owner = self._regressors(stands, inside)
        outcomes = np.unique(stands.outcome)
        columns = [*regressors, *(self._outcome(stands.texts[code], inside) for code in outcomes)]
        members = np.zeros((len(stands.outcome), len(columns)), dtype=bool)
        for code in np.unique(owner):
            has = (stands.present & (stands.tokens == code)).any(axis=1)
            members[np.ix_(has, np.flatnonzero(owner == code))] = True
        key = stands.tokens[:, self.found.terms.index(self.found.term)]
        base = self._base(columns, model, options, inside)
        return Batch(
            complete(base, np.ones(len(columns), dtype=bool)) if common else base,
            len(regressors) + np.searchsorted(outcomes, stands.outcome),
            np.searchsorted(owner, key),
            members,
            kind,
            options,
        )

    def _regressors(self, stands: Named, inside: Booleans) -> tuple[list[Column], Integers]:
        """Columns of all regressors, and the code of the expression that each belongs to, in order."""
        columns: list[Column] = []
        owner: list[int] = []
        for code in np.unique(stands.tokens[stands.present]):
            own = self._columns(stands.texts[code], inside)
            columns += own
            owner += [int(code)] * len(own)
        return columns, np.array(owner, dtype=np.int64)

    def _columns(self, text: str, inside: Booleans) -> list[Column]:
        known = (inside.tobytes(), text)
        if known not in self.known:
            self.known[known] = term_columns(parse(text), self.panel.rows(inside))
        return self.known[known]

    def _outcome(self, text: str, inside: Booleans) -> Column:
        return Column(text, evaluate_numbers(parse(text), self.panel.rows(inside)))

    def _base(self, columns: list[Column], model: ModelSpec, options: dict, inside: Booleans) -> Base:
        names = dict.fromkeys(["entity", "time", *model.effects, *options.get("cluster", []), *self.groups])
        rows = self.panel.rows(inside)
        factors = {id(factor): factor for column in columns for factor, _ in column.dummies}
        known = {name: place for place, name in enumerate(factors)}
        return Base(
            names=tuple(column.name for column in columns),
            columns=np.column_stack([column.values for column in columns]),
            levels=tuple(
                tuple((known[id(factor)], level) for factor, level in column.dummies) for column in columns
            ),
            factors=tuple(factors.values()),
            entity=self.panel.entity,
            time=self.panel.time,
            groups={name: group_codes(name, self.panel) for name in names},
            weights=None if model.weights is None else evaluate_numbers(parse(model.weights), rows),
            effects=tuple(model.effects),
            constant=model.intercept,
        ).rows(inside)


def _error(model: ModelSpec) -> tuple[str, dict]:
    """Kind and options of a model's only error; without a word it is clustered by entity."""
    if not model.covariance:
        return "clustered", {}
    return model.covariance[0].kind, model.covariance[0].options


def require_one_column(panel: Panel, found: Universe) -> None:
    """Refuse a term, or a measure of it, that stands for more columns than one."""
    for choice in found.choices:
        texts = choice.values if choice.kind == "term" and choice.term == found.term else [found.term]
        for text in texts:
            if len(term_columns(parse(text), panel.rows())) != 1:
                raise StudyError(f"{text} stands for several columns; a curve is about one coefficient")
