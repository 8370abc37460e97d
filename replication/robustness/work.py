"""A universe on a panel -> tasks, each for one sample, cut the same whoever does them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from replication.errors import StudyError
from replication.estimate.design import Booleans, Integers
from replication.language.evaluate import condition, evaluate_numbers
from replication.language.same import Meanings
from replication.language.syntax import parse
from replication.language.terms import Column, term_columns
from replication.panel.panel import Panel, average_blocks
from replication.panel.rows import group_codes
from replication.robustness.base_rows import Base, complete
from replication.robustness.choices import Universe
from replication.robustness.combinations import ITSELF, SAME, Combinations, Named, named
from replication.robustness.fast_errors import is_fast
from replication.robustness.pieces import pieces
from replication.robustness.specification import model_of
from replication.robustness.tasks import Blocks, Shared, Task, do, singles
from replication.spec.entries import ModelSpec

FEW = 25
"""Models of one task that are estimated one by one."""

SAMPLE_KINDS = ("where", "inside", "effects", "weights", "estimator", "covariance")


@dataclass(frozen=True)
class Work:
    """What is to be done.

    Attributes
    ----------
    tasks : tuple of Task
        The reported specification stands first.
    left_out : mapping of str to int
        Combinations that make no sense, by reason.
    failed : mapping of str to int
        Combinations whose sample has no row, by what is said of the first of them.
    """

    tasks: tuple[Task, ...]
    left_out: Counter[str]
    failed: Counter[str]

    @property
    def first_error(self) -> list[Blocks]:
        """The least-squares specifications with the first error that blocks give, each once."""
        blocks = [task for task in self.tasks if isinstance(task, Blocks)]
        errors = [_places_of(task.found, ("covariance",), task.numbers[:1]).item() for task in blocks]
        return [task for task, error in zip(blocks, errors, strict=True) if error == min(errors)]


def work_of(
    panel: Panel, found: Universe, kept: Combinations, *, common: bool, groups: tuple[str, ...] = ()
) -> Work:
    """The tasks of a universe on a panel.

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
    left_out, failed = Counter(kept.left_out), Counter[str]()
    samples = _Samples(panel, found, groups, common)
    seen: dict[tuple, str] = {}
    for numbers in _by_sample(found, kept.numbers):
        model = samples.model(numbers)
        inside = samples.inside(model)
        kind = (inside.tobytes(), model.model_copy(update={"where": None, "formula": ""}).model_dump_json())
        if seen.setdefault(kind, model.where or "") != (model.where or ""):
            left_out[SAME] += len(numbers)
            continue
        if not inside.any():
            (problem,) = do(singles(panel, found, numbers[:1]))["problem"]
            failed[problem] += len(numbers)
            continue
        chosen = samples.meaningful(numbers, inside)
        left_out[ITSELF] += len(numbers) - len(chosen)
        tasks += samples.tasks(chosen, model, inside)
    return Work(tuple(tasks), +left_out, failed)


def _places_of(found: Universe, kinds: tuple[str, ...], numbers: Integers) -> Integers:
    """(P,) one whole number for the alternatives of all choices of some kinds, in their order."""
    together = np.zeros(len(numbers), dtype=np.int64)
    for place, choice in enumerate(found.choices):
        if choice.kind in kinds:
            together = together * len(choice.values) + found.place(place, numbers)
    return together


def _by_sample(found: Universe, numbers: Integers) -> list[Integers]:
    """The combinations of each sample, effects, weights, estimator and error."""
    kinds = _places_of(found, SAMPLE_KINDS, numbers)
    order = np.argsort(kinds, kind="stable")
    return np.split(numbers[order], np.flatnonzero(np.diff(kinds[order])) + 1)


class _Samples:
    """Expressions on the rows of a sample, each worked out once."""

    def __init__(self, panel: Panel, found: Universe, groups: tuple[str, ...], common: bool) -> None:
        self.groups, self.common = groups, common
        years = found.model.average_over
        self.given, self.found = panel, found
        self.panel = panel if years is None else average_blocks(panel, years)
        self.known: dict[tuple[bytes, str], list[Column]] = {}

    def model(self, numbers: Integers) -> ModelSpec:
        """The model of a sample's combinations, with all that may differ between them as it is reported."""
        (first,) = self.found.places(numbers[:1])
        of_sample = [choice.kind in SAMPLE_KINDS for choice in self.found.choices]
        return model_of(self.found, np.where(of_sample, first, 0).tolist())

    def inside(self, model: ModelSpec) -> Booleans:
        """Rows of a model's sample."""
        if model.where is None:
            return np.ones(len(self.panel.table), dtype=bool)
        return condition(model.where, self.panel.rows())

    def meaningful(self, numbers: Integers, inside: Booleans) -> Integers:
        """The combinations whose outcome does not stand among the regressors under another name."""
        meanings = Meanings(self.panel.rows(inside))
        nodes = [parse(text) for text in named(self.found, self.found.places(numbers[:1])).texts]
        same = np.array([[meanings.same(left, right) for right in nodes] for left in nodes])
        itself = [
            (stands.present & same[stands.tokens, stands.outcome[:, None]]).any(axis=1)
            for stands in self._named(numbers)
        ]
        return numbers[~np.concatenate(itself)]

    def _named(self, numbers: Integers) -> Iterator[Named]:
        return (named(self.found, self.found.places(numbers[part])) for part in pieces(len(numbers)))

    def tasks(self, numbers: Integers, model: ModelSpec, inside: Booleans) -> Iterator[Task]:
        """The tasks of one sample."""
        kind, options = _error(model)
        if model.estimator == "ols" and not model.options and is_fast(kind, options) and len(numbers):
            shared = self._shared(numbers, model, inside)
            for part in pieces(len(numbers)):
                yield Blocks(self.found, numbers[part], shared)
        else:
            for part in pieces(len(numbers), FEW):
                yield singles(self.given, self.found, numbers[part])

    def _shared(self, numbers: Integers, model: ModelSpec, inside: Booleans) -> Shared:
        kind, options = _error(model)
        present, outcomes, texts = self._expressions(numbers)
        columns = [self._columns(texts[code], inside) for code in present]
        owner = np.repeat(present, [len(own) for own in columns])
        every = [*chain.from_iterable(columns), *(self._outcome(texts[code], inside) for code in outcomes)]
        base = self._base(every, model, options, inside)
        if self.common:
            base = complete(base, np.ones(len(every), dtype=bool))
        return Shared(base, owner, outcomes, kind, options)

    def _expressions(self, numbers: Integers) -> tuple[Integers, Integers, tuple[str, ...]]:
        """Codes of the regressors and of the outcomes that occur, rising, and the expressions by code."""
        regressors: set[int] = set()
        outcomes: set[int] = set()
        for stands in self._named(numbers):
            regressors.update(stands.tokens[stands.present].tolist())
            outcomes.update(stands.outcome.tolist())
        return np.array(sorted(regressors)), np.array(sorted(outcomes)), stands.texts

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
