"""A universe on a panel -> tasks, each for one sample, cut the same whoever does them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from replication.estimate.design import Booleans, Integers
from replication.language.evaluate import condition, evaluate_numbers
from replication.language.same import Meanings
from replication.language.syntax import parse
from replication.language.terms import Column, columns_of, plain_terms
from replication.panel.panel import Panel, average_blocks
from replication.panel.rows import group_codes
from replication.robustness.base_rows import Base, complete
from replication.robustness.combinations import ITSELF, SAME, Combinations
from replication.robustness.expressions import expressions, texts_of
from replication.robustness.fast_errors import is_fast
from replication.robustness.pieces import pieces
from replication.robustness.specification import model_of
from replication.robustness.tasks import Blocks, Shared, Singles, Task, do, singles
from replication.robustness.universe import Universe
from replication.spec.entries import ModelSpec

FEW = 25
"""Models of one task that are estimated one by one."""

SAMPLE_KINDS = ("where", "inside", "effects", "weights", "estimator", "covariance")
"""Kinds of choice between which tasks are cut: all but those that are about the formula."""


@dataclass(frozen=True)
class Work:
    """What is to be done.

    Attributes
    ----------
    tasks : tuple of Task
        The reported specification stands first, unless it makes no sense.
    left_out : mapping of str to int
        Combinations that make no sense, by reason.
    failed : mapping of str to int
        Combinations whose sample has no row, by what is said of the first of them.
    whole : mapping of int to tuple of str
        By sample, expressions that all its rows have; nothing where each specification has its own rows.
    """

    tasks: tuple[Task, ...]
    left_out: Counter[str]
    failed: Counter[str]
    whole: Mapping[int, tuple[str, ...]]

    @property
    def first_error(self) -> list[Blocks]:
        """The least-squares specifications with the first error that blocks give, each once."""
        blocks = [task for task in self.tasks if isinstance(task, Blocks)]
        errors = [task.universe.together(("covariance",), task.numbers[:1]).item() for task in blocks]
        first = min(errors, default=0)
        return [task for task, error in zip(blocks, errors, strict=True) if error == first]

    def again(self, panel: Panel, universe: Universe, numbers: Integers) -> list[Singles]:
        """The tasks of estimating some combinations one by one, on the same rows."""
        samples = universe.together(SAMPLE_KINDS, numbers).tolist()
        whole = [self.whole.get(sample, ()) for sample in samples]
        return [singles(panel, universe, numbers[part], whole[part]) for part in pieces(len(numbers), FEW)]


def work_of(
    panel: Panel, universe: Universe, kept: Combinations, *, common: bool, groups: tuple[str, ...] = ()
) -> Work:
    """The tasks of a universe on a panel.

    Parameters
    ----------
    common : bool
        All specifications of a sample use the rows that have every column that one of them names.
    groups : tuple of str
        Columns of levels that the test of the whole curve needs.

    Raises
    ------
    UserError
        An expression that the panel cannot give.
    """
    tasks: list[Task] = []
    left_out, failed = Counter(kept.left_out), Counter[str]()
    samples = _Samples(panel, universe, groups, common)
    first: dict[tuple[bytes, str], str | None] = {}
    whole: dict[int, tuple[str, ...]] = {}
    for numbers in _by_sample(universe, kept.numbers):
        model = samples.model(numbers)
        inside = samples.inside(model)
        words = model.model_copy(update={"where": None, "formula": ""}).model_dump_json()
        if first.setdefault((inside.tobytes(), words), model.where) != model.where:
            left_out[SAME] += len(numbers)  # another condition has given the same rows
            continue
        if not inside.any():
            (problem,) = do(singles(panel, universe, numbers[:1]))["problem"]
            failed[problem] += len(numbers)
            continue
        chosen = samples.meaningful(numbers, inside)
        left_out[ITSELF] += len(numbers) - len(chosen)
        if len(chosen):
            whole[universe.together(SAMPLE_KINDS, chosen[:1]).item()] = samples.whole(chosen)
            tasks += samples.tasks(chosen, model, inside)
    return Work(tuple(tasks), +left_out, failed, whole)


def _by_sample(universe: Universe, numbers: Integers) -> list[Integers]:
    """The combinations of each sample, effects, weights, estimator and error, the reported ones first."""
    sample = universe.together(SAMPLE_KINDS, numbers)
    order = np.argsort(sample, kind="stable")
    parts = np.split(numbers[order], np.flatnonzero(np.diff(sample[order])) + 1)
    return parts if len(numbers) else []


class _Samples:
    """Expressions on the rows of a sample, each worked out once while samples have the same rows."""

    def __init__(self, panel: Panel, universe: Universe, groups: tuple[str, ...], common: bool) -> None:
        years = universe.model.average_over
        self.given = panel
        self.panel = panel if years is None else average_blocks(panel, years)
        self.universe, self.texts = universe, texts_of(universe)
        self.groups, self.common = groups, common
        self.rows, self.known = b"", dict[str, list[Column]]()  # of the last sample: columns take room

    def model(self, numbers: Integers) -> ModelSpec:
        """The model of a sample's combinations, with all that may differ between them as it is reported."""
        (first,) = self.universe.alternatives(numbers[:1])
        of_sample = [choice.kind in SAMPLE_KINDS for choice in self.universe.choices]
        return model_of(self.universe, np.where(of_sample, first, 0).tolist())

    def inside(self, model: ModelSpec) -> Booleans:
        """Rows of a model's sample."""
        if model.where is None:
            return np.ones(len(self.panel.table), dtype=bool)
        return condition(model.where, self.panel.rows())

    def meaningful(self, numbers: Integers, inside: Booleans) -> Integers:
        """The combinations whose outcome does not stand among the regressors under another name."""
        meanings = Meanings(self.panel.rows(inside))
        nodes = [parse(text) for text in self.texts]
        terms = [plain_terms([node]) for node in nodes]
        same = np.array(
            [[any(meanings.same(plain, node) for plain in term) for node in nodes] for term in terms]
        )
        kept = []
        for part in pieces(len(numbers)):
            stand = expressions(self.universe, numbers[part])
            itself = (stand.present & same[stand.terms, stand.outcome[:, None]]).any(axis=1)
            kept.append(numbers[part][~itself])
        return np.concatenate(kept)

    def tasks(self, numbers: Integers, model: ModelSpec, inside: Booleans) -> Iterator[Task]:
        """The tasks of one sample."""
        kind, options = _error(model)
        if model.estimator == "ols" and not model.options and is_fast(kind, options):
            shared = self._shared(numbers, model, inside)
            for part in pieces(len(numbers)):
                yield Blocks(self.universe, numbers[part], shared)
        else:
            whole = [self.whole(numbers)] * len(numbers)
            for part in pieces(len(numbers), FEW):
                yield singles(self.given, self.universe, numbers[part], whole[part])

    def whole(self, numbers: Integers) -> tuple[str, ...]:
        """Every expression that one of a sample's combinations names, where all its rows have them."""
        if not self.common:
            return ()
        regressors, outcomes = self._codes(numbers)
        return tuple(self.texts[code] for code in np.union1d(regressors, outcomes))

    def _shared(self, numbers: Integers, model: ModelSpec, inside: Booleans) -> Shared:
        kind, options = _error(model)
        regressors, outcomes = self._codes(numbers)
        columns = [self._columns(self.texts[code], inside) for code in regressors]
        owner = np.repeat(regressors, [len(own) for own in columns])
        explained = [self._outcome(self.texts[code], inside) for code in outcomes]
        every = [*chain.from_iterable(columns), *explained]
        base = self._base(every, model, options, inside)
        if self.common:
            base = complete(base, np.ones(len(every), dtype=bool))
        return Shared(base, owner, outcomes, kind, options)

    def _codes(self, numbers: Integers) -> tuple[Integers, Integers]:
        """Codes of the expressions that occur among the regressors, and as outcomes; rising."""
        regressors: set[int] = set()
        outcomes: set[int] = set()
        for part in pieces(len(numbers)):
            stand = expressions(self.universe, numbers[part])
            regressors.update(stand.terms[stand.present].tolist())
            outcomes.update(stand.outcome.tolist())
        return np.array(sorted(regressors)), np.array(sorted(outcomes))

    def _columns(self, text: str, inside: Booleans) -> list[Column]:
        if self.rows != inside.tobytes():
            self.rows, self.known = inside.tobytes(), {}
        if text not in self.known:
            self.known[text] = columns_of([parse(text)], self.panel.rows(inside))
        return self.known[text]

    def _outcome(self, text: str, inside: Booleans) -> Column:
        return Column(text, evaluate_numbers(parse(text), self.panel.rows(inside)))

    def _base(self, columns: list[Column], model: ModelSpec, options: dict, inside: Booleans) -> Base:
        names = dict.fromkeys(["entity", "time", *model.effects, *options.get("cluster", [])])
        rows = self.panel.rows(inside)
        factors = {id(factor): factor for column in columns for factor, _ in column.dummies}
        places = {identity: place for place, identity in enumerate(factors)}  # columns of a term share one
        return Base(
            names=tuple(column.name for column in columns),
            columns=np.column_stack([column.values for column in columns]),
            levels=tuple(
                tuple((places[id(factor)], level) for factor, level in column.dummies) for column in columns
            ),
            factors=tuple(factors.values()),
            entity=self.panel.entity,
            time=self.panel.time,
            groups={name: group_codes(name, self.panel) for name in names},
            of_test={name: group_codes(name, self.panel) for name in self.groups},
            weights=None if model.weights is None else evaluate_numbers(parse(model.weights), rows),
            effects=tuple(model.effects),
            constant=model.intercept,
        ).rows(inside)


def _error(model: ModelSpec) -> tuple[str, dict]:
    """Kind and options of a model's only error; without a word it is clustered by entity."""
    if not model.covariance:
        return "clustered", {}
    return model.covariance[0].kind, model.covariance[0].options
