"""Panel and model -> the rows that the model is estimated on, and why each other row is not among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import EstimationError, StudyError, one_of
from replication.estimate.design import CONSTANT, Design, Needs, Role, Term
from replication.estimate.numbers.groupings import coded
from replication.estimate.words import TIMED
from replication.language.evaluate import Rows, condition, evaluate_numbers, levels_of
from replication.language.functions import Floats
from replication.language.nodes import Formula, Name, names_in, show
from replication.language.same import Meanings
from replication.language.syntax import parse, parse_formula
from replication.language.terms import Column, column_of, columns_of, on_rows, plain_terms
from replication.panel.cause import Cause
from replication.panel.doubts import doubts_about, strange_levels
from replication.panel.makeup import Makeup
from replication.panel.panel import Panel, average_blocks
from replication.spec.entries import ModelSpec


@dataclass(frozen=True)
class Sample:
    """A design and the account of the rows outside it.

    Attributes
    ----------
    design : Design
    keys : DataFrame
        Entity and time of the design's rows.
    dropped : DataFrame
        Entity, time and cause of every other row of the panel.
    drops : tuple of (Cause, int)
        Causes in the order in which they strike, and how many rows each takes.
    rows_in_panel : int
    makeup : callable without arguments
        What the columns of the design are made of, worked out where it is asked for.
    """

    design: Design
    keys: pd.DataFrame
    dropped: pd.DataFrame
    drops: tuple[tuple[Cause, int], ...]
    rows_in_panel: int
    makeup: Callable[[], Makeup]


def prepare(panel: Panel, model: ModelSpec, clusters: list[str], needs: Needs) -> Sample:
    """The rows and columns that a model is estimated on.

    Rows leave in this order, each for the first cause that holds: outside `where`, missing (or undefined)
    outcome, missing regressor by name in the order of the formula, further variables of the estimator,
    weight, cluster, single row of an effect.

    Raises
    ------
    EstimationError
        No row is left.
    """
    if not panel.timed:
        _refuse_time(model)
    if model.average_over is not None:
        panel = average_blocks(panel, model.average_over)
    inside, values, drops = judged(panel, model, list(dict.fromkeys([*model.effects, *clusters])), needs)
    if model.singletons == "drop":
        _drop_singletons(drops, values, model, panel)
    keep = drops.kept
    _refuse_empty(keep, drops, model, panel)
    keys = panel.keys()
    dropped = keys[~keep].assign(cause=drops.causes).reset_index(drop=True)
    return Sample(
        design=_design(values, panel, keep, model.intercept, needs),
        keys=keys if keep.all() else keys[keep].reset_index(drop=True),
        dropped=dropped,
        drops=drops.counts,
        rows_in_panel=len(keys),
        makeup=lambda: Makeup(on_rows(values.regressors, keep), panel.rows(inside), keep),
    )


def judged(
    panel: Panel, model: ModelSpec, groups: list[str], needs: Needs
) -> tuple[NDArray[np.bool_], _Values, _Drops]:
    """Rows for which `where` is true, everything the model names on all rows, and each row's cause to leave.

    Single rows of an effect are not among the causes: whether a row is one, others decide.
    """
    inside = np.ones(len(panel.table), dtype=bool)
    if model.where is not None:
        inside = condition(model.where, panel.rows())
    values = _evaluate(panel, model, groups, needs, inside)
    return inside, values, _drops(values, inside, needs)


def _refuse_time(model: ModelSpec) -> None:
    """Refuse whatever rests on the order of rows, where no column tells it."""
    words = [model.estimator, *(error.kind for error in model.covariance), *model.diagnostics]
    words += ["average_over"] * (model.average_over is not None)
    ordered = [word for word in words if word in TIMED]
    if ordered:
        raise StudyError(f"{ordered[0]} goes by time; name the column of the time as time under [study]")


def without(sample: Sample, kept: NDArray[np.bool_] | None, cause: Cause) -> Sample:
    """The account of a sample after an estimator has left out more rows (separated ones, first periods)."""
    if kept is None or kept.all():
        return sample
    more = sample.keys[~kept].assign(cause=str(cause))
    return replace(
        sample,
        keys=sample.keys[kept].reset_index(drop=True),
        dropped=pd.concat([sample.dropped, more], ignore_index=True),
        drops=(*sample.drops, (cause, int((~kept).sum()))),
    )


@dataclass(frozen=True)
class _Values:
    """Everything a model names, on all rows of the panel."""

    outcome: Column
    regressors: list[Column]
    extra: Mapping[str, list[Column]]
    weights: Column | None
    clusters: Mapping[str, NDArray[np.int64]]


def _evaluate(
    panel: Panel, model: ModelSpec, groups: list[str], needs: Needs, inside: NDArray[np.bool_]
) -> _Values:
    rows = panel.rows(inside)
    formula = parse_formula(model.formula)
    extra = {name: _extra_columns(model, name, role, rows) for name, role in needs.roles.items()}
    outcome = Column(show(formula.outcome), evaluate_numbers(formula.outcome, rows))
    regressors = columns_of(formula.terms, rows)
    _check_regressors(formula, rows, model, needs)
    return _Values(
        outcome=outcome,
        regressors=regressors,
        extra={name: columns for name, columns in extra.items() if columns},
        weights=None if model.weights is None else column_of(parse(model.weights), rows),
        clusters={name: group_codes(name, panel) for name in groups},
    )


def _check_regressors(formula: Formula, rows: Rows, model: ModelSpec, needs: Needs) -> None:
    """The outcome explains nothing of itself, and dynamic estimators lag it themselves."""
    meanings = Meanings(rows)
    for term in plain_terms(formula.terms):
        if meanings.same(term, formula.outcome):
            raise EstimationError(f"the outcome {show(formula.outcome)} stands among the regressors")
        if needs.keeps_history and meanings.is_lag_of(term, formula.outcome):
            raise EstimationError(
                f"{model.estimator} adds the lags of the outcome itself (options.lags); "
                f"leave {show(term)} out"
            )


def _extra_columns(model: ModelSpec, name: str, role: Role, rows: Rows) -> list[Column]:
    given = model.options.get(name)
    if given is None:
        if role.required:
            raise StudyError(f"options: {name} is missing; {model.estimator} needs it")
        return []
    texts = given if isinstance(given, list) else [given]
    if isinstance(given, list) != role.terms or not all(isinstance(text, str) for text in texts):
        allowed = "a list of terms, each a text" if role.terms else "one expression as a text"
        raise StudyError(f"options.{name} is {str(given)[:80]!r}; allowed: {allowed}")
    return columns_of([parse(text) for text in texts], rows)


def group_codes(name: str, panel: Panel) -> NDArray[np.int64]:
    """Codes of a column whose levels are absorbed or clustered by; -1 where it is missing."""
    keys = {"entity": (panel.entity, panel.entity_name), "time": (panel.time, panel.time_name)}
    if name in keys:
        values, column = keys[name]
        if name == "time" and not panel.timed:
            raise StudyError("'time' is no grouping here; name the column of the time as time under [study]")
        if name in panel.table.columns and name != column:
            raise StudyError(
                f"{name!r} means the panel's {name}, which is {column}, and is another column too; name "
                f'{column}, or give the other one a name of its own under [variables]: {name}_ = "{name}"'
            )
        return coded(values)  # a period may be any number, a code is none below zero
    node, known = parse(name), [*panel.table.columns, *panel.variables]
    if isinstance(node, Name) and node.name not in known:
        raise StudyError(one_of("column", node.name, [*known, *keys]))
    return levels_of(node, panel.rows()).codes


class _Drops:
    """The first reason to leave out each row, and the reasons in the order in which they struck."""

    def __init__(self, size: int) -> None:
        self.reason = np.zeros(size, dtype=np.int32)
        self.known = [Cause("")]
        self.expressions: list[str] = []  # for which rows may have been dropped

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Rows that no cause has dropped so far."""
        found: NDArray[np.bool_] = self.reason == 0
        return found

    @property
    def causes(self) -> list[str]:
        """The cause of each row that is not kept."""
        words = list(map(str, self.known))
        return [words[reason] for reason in self.reason[~self.kept].tolist()]

    @property
    def totals(self) -> dict[Cause, int]:
        """Every cause with the number of rows it has dropped, if only none."""
        numbers = np.bincount(self.reason, minlength=len(self.known))
        totals: dict[Cause, int] = {}
        for cause, number in zip(self.known[1:], numbers[1:].tolist(), strict=True):
            totals[cause] = totals.get(cause, 0) + number
        return totals

    @property
    def counts(self) -> tuple[tuple[Cause, int], ...]:
        """Causes with the number of rows each has dropped."""
        return tuple((cause, number) for cause, number in self.totals.items() if number)

    def mark(self, rows: NDArray[np.bool_], what: str, of: str = "") -> None:
        """Drop these rows, as far as they are still kept, for this cause."""
        self.known.append(Cause(what, of))
        if rows.any():
            self.reason[rows & self.kept] = len(self.known) - 1

    def mark_column(self, column: Column, part: str, excused: NDArray[np.bool_]) -> None:
        """Drop the rows in which a column is missing or infinite, but for those excused."""
        name = column.term or column.name
        self.expressions.append(name)
        self.mark(np.isnan(column.values) & ~excused, f"missing {part}", name)
        self.mark(np.isinf(column.values) & ~excused, f"undefined {part}", name)


def _drops(values: _Values, inside: NDArray[np.bool_], needs: Needs) -> _Drops:
    """Every reason but single rows of an effect."""
    drops = _Drops(len(inside))
    excused = _unselected(values, needs)
    nobody = np.zeros(len(inside), dtype=bool)
    history = np.isfinite(values.outcome.values) if needs.keeps_history else nobody
    drops.mark(~inside, "outside where")
    drops.mark_column(values.outcome, "outcome", excused)
    for column in values.regressors:
        drops.mark_column(column, "regressor", excused | history)
    for columns in values.extra.values():
        for column in columns:
            drops.mark_column(column, "variable", history)
    if values.weights is not None:
        drops.mark_column(values.weights, "weight", history)
        drops.mark(values.weights.values <= 0, f"weight {values.weights.name} not positive")
    for name, codes in values.clusters.items():
        drops.mark(codes < 0, "missing cluster", name)
    return drops


def _unselected(values: _Values, needs: Needs) -> NDArray[np.bool_]:
    """Rows that a selection equation says have no outcome, and need none."""
    if needs.selected is None:
        return np.zeros(len(values.outcome.values), dtype=bool)
    found: NDArray[np.bool_] = values.extra[needs.selected][0].values == 0
    return found


def _drop_singletons(drops: _Drops, values: _Values, model: ModelSpec, panel: Panel) -> None:
    """Mark rows that are alone in their effect, again and again until none is left (Correia 2015)."""
    names = {"entity": panel.entity_name, "time": panel.time_name}
    left = -1
    while left != drops.kept.sum():
        left = drops.kept.sum()
        for effect in model.effects:
            codes = values.clusters[effect]  # a row whose level is missing is no longer kept
            kept = codes if drops.kept.all() else codes[drops.kept]
            alone = np.bincount(kept, minlength=codes.max(initial=-1) + 1) == 1
            if alone.any():
                drops.mark(alone[codes], "single row of its", names.get(effect, effect))


def _refuse_empty(keep: NDArray[np.bool_], drops: _Drops, model: ModelSpec, panel: Panel) -> None:
    if not keep.any():
        shown = ", ".join(f"{cause}: {count}" for cause, count in drops.counts[:5])
        strange = strange_levels(panel.reading, [model.where] if model.where else [])
        strange += _empty_columns(panel, drops)
        strange += doubts_about(panel.reading, [panel.entity_name])[:2]
        raise EstimationError("; ".join((f"no row is left of {len(keep)} ({shown})", *strange)))


def _empty_columns(panel: Panel, drops: _Drops) -> list[str]:
    """Columns that hold nothing in any row, among those for which rows are dropped."""
    wanted = {name for text in drops.expressions for name in names_in(parse(text))}
    empty = [name for name in panel.table.columns if panel.table[name].isna().all()]
    return [f"{panel.reading.origin}: {name} is empty in every row" for name in empty[:5] if name in wanted]


def _design(values: _Values, panel: Panel, keep: NDArray[np.bool_], intercept: bool, needs: Needs) -> Design:
    columns = on_rows(values.regressors, keep)
    if not columns and not intercept:
        raise EstimationError("the formula leaves no regressor")
    rows = slice(None) if keep.all() else keep  # of millions of rows a copy takes as long as the regression
    y, x = values.outcome.values[rows], _matrix(columns, intercept, int(keep.sum()))
    unselected = _unselected(values, needs)[rows]
    if not all(np.isfinite(column).all() for column in x.T):
        x = np.where(np.isinf(x), np.nan, np.where(unselected[:, None] & ~np.isfinite(x), 0.0, x))
    codes = {"entity": panel.entity, "time": panel.time, **values.clusters}
    clusters = {name: coded(found[rows]) for name, found in codes.items()}
    entities, first = panel.table[panel.entity_name][rows], _first_rows(clusters["entity"])
    extra = {role: on_rows(entries, keep) for role, entries in values.extra.items()}
    return Design(
        outcome=values.outcome.name,
        terms=(*(CONSTANT,) * intercept, *_terms(columns)),
        y=np.where(unselected, 0.0, y) if unselected.any() else y,
        x=x,
        entity=clusters["entity"],
        time=panel.time[rows],
        weights=None if values.weights is None else values.weights.values[rows],
        clusters=clusters,
        extra={role: _stack(entries, needs.roles[role]) for role, entries in extra.items()},
        extra_terms={role: _terms(entries) for role, entries in extra.items()},
        entity_labels=tuple(entities.iloc[first].tolist()),
    )


def _matrix(columns: list[Column], intercept: bool, rows: int) -> Floats:
    """The columns side by side, each in one piece of memory: whatever comes next goes by columns."""
    x = np.empty((rows, intercept + len(columns)), order="F")
    x[:, :intercept] = 1.0
    for place, column in enumerate(columns, start=intercept):
        x[:, place] = column.values
    return x


def _first_rows(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each entity, whose rows stand together."""
    return np.flatnonzero(np.diff(codes, prepend=-1))


def _terms(columns: list[Column]) -> tuple[Term, ...]:
    return tuple(Term(column.name, factor=column.factor) for column in columns)


def _stack(columns: list[Column], role: Role) -> Floats:
    return np.column_stack([column.values for column in columns]) if role.terms else columns[0].values
