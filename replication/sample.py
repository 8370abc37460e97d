"""Panel and model -> the rows that the model is estimated on, and why each other row is not among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import EstimationError, StudyError
from replication.estimate.result import Design
from replication.expressions.evaluate import Rows, condition, evaluate, evaluate_numbers
from replication.expressions.functions import Floats
from replication.expressions.syntax import Call, Node, parse, parse_formula, show
from replication.panel import Panel, average_blocks
from replication.studies.model import ModelSpec


@dataclass(frozen=True)
class Role:
    """How an estimator's option that names variables becomes columns of `Design.extra`.

    Attributes
    ----------
    terms : bool
        A list of terms (a matrix), or else one expression (a vector).
    required : bool
    """

    terms: bool
    required: bool = True


@dataclass(frozen=True)
class Needs:
    """What an estimator asks of its rows beyond the formula.

    Attributes
    ----------
    roles : mapping of str to Role
        Options that name variables.
    selected : str or None
        The role whose rows with value 0 may lack an outcome and regressors.
    keeps_history : bool
        Rows with an outcome but without regressors stay, with NaN in x: they serve as instruments only.
    """

    roles: Mapping[str, Role]
    selected: str | None = None
    keeps_history: bool = False


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
    rows_in_panel : int
    """

    design: Design
    keys: pd.DataFrame
    dropped: pd.DataFrame
    rows_in_panel: int


def prepare(panel: Panel, model: ModelSpec, clusters: list[str], needs: Needs) -> Sample:
    """The rows and columns that a model is estimated on.

    Rows leave in this order, each for the first cause that holds: outside `where`, missing (or undefined)
    outcome, missing regressor by name in the order of the formula, further variables of the estimator,
    weight, cluster, single row of an effect.

    Raises
    ------
    EstimationError
        No row is left, or not as many as `expected_nobs` says.
    """
    if model.average_over is not None:
        panel = average_blocks(panel, model.average_over)
    inside = np.ones(len(panel.table), dtype=bool)
    if model.where is not None:
        inside = condition(model.where, panel.rows())
    values = _evaluate(panel, model, clusters, needs, inside)
    causes = _causes(values, inside, needs)
    _mark_singletons(causes, model, panel)
    keep = causes == ""
    _check_size(keep, causes, model)
    keys = panel.table[[panel.entity_name, panel.time_name]]
    return Sample(
        design=_design(values, panel, keep, model.intercept, needs),
        keys=keys[keep].reset_index(drop=True),
        dropped=keys.assign(cause=causes)[~keep].reset_index(drop=True),
        rows_in_panel=len(keys),
    )


Column = tuple[str, Floats]


@dataclass(frozen=True)
class _Values:
    """Everything a model names, on all rows of the panel."""

    outcome: Column
    regressors: list[Column]
    extra: Mapping[str, list[Column]]
    weights: Column | None
    clusters: Mapping[str, NDArray[np.int64]]


def _evaluate(
    panel: Panel, model: ModelSpec, clusters: list[str], needs: Needs, inside: NDArray[np.bool_]
) -> _Values:
    rows = panel.rows(inside)
    formula = parse_formula(model.formula)
    extra = {name: _extra_columns(model, name, role, rows) for name, role in needs.roles.items()}
    return _Values(
        outcome=(show(formula.outcome), evaluate_numbers(formula.outcome, rows)),
        regressors=[column for term in formula.terms for column in term_columns(term, rows)],
        extra={name: columns for name, columns in extra.items() if columns},
        weights=None
        if model.weights is None
        else (model.weights, evaluate_numbers(parse(model.weights), rows)),
        clusters={name: _cluster_codes(name, panel) for name in dict.fromkeys(clusters)},
    )


def term_columns(term: Node, rows: Rows) -> list[Column]:
    """The columns that a term stands for: one, or as many as its dummies have levels in the sample."""
    match term:
        case Call("dummies", (of,)):
            return _dummies(of, rows)
        case Call("interaction", arguments) if any(_is_dummies(argument) for argument in arguments):
            columns: list[Column] = [("", np.ones(len(rows.table)))]
            for argument in arguments:
                columns = [
                    (f"{left}, {right}".removeprefix(", "), _product(first, second))
                    for left, first in columns
                    for right, second in term_columns(argument, rows)
                ]
            return [(f"interaction({name})", values) for name, values in columns]
    return [(show(term), evaluate_numbers(term, rows))]


def _is_dummies(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "dummies"


def _product(left: Floats, right: Floats) -> Floats:
    return np.where(np.isinf(left) | np.isinf(right), np.inf, left * right)


def _dummies(of: Node, rows: Rows) -> list[Column]:
    """One column a level but the first in sorted order, the base; levels outside the sample have none."""
    values = evaluate(of, rows)
    present = np.array([value is not None and value == value for value in values], dtype=bool)
    inside = present if rows.sample is None else present & rows.sample
    levels = sorted(set(values[inside].tolist()))
    return [
        (f"{show(of)}={_level(level)}", np.where(present, (values == level).astype(float), np.nan))
        for level in levels[1:]
    ]


def _level(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)


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
    return [column for text in texts for column in term_columns(parse(text), rows)]


def _cluster_codes(name: str, panel: Panel) -> NDArray[np.int64]:
    """Codes of a column by whose values errors are clustered; -1 where it is missing."""
    if name in ("entity", "time"):
        return panel.entity if name == "entity" else panel.time
    values = evaluate(parse(name), panel.rows())
    codes, _ = pd.factorize(pd.Series(values), use_na_sentinel=True)
    return codes.astype(np.int64)


def _causes(values: _Values, inside: NDArray[np.bool_], needs: Needs) -> NDArray[np.object_]:
    """For each row the first reason to drop it, or an empty text."""
    causes = np.where(inside, "", "outside where").astype(object)
    excused = _unselected(values, needs)
    _mark(causes, values.outcome, "outcome", excused)
    history = np.isfinite(values.outcome[1]) if needs.keeps_history else np.zeros(len(causes), dtype=bool)
    for column in values.regressors:
        _mark(causes, column, "regressor", excused | history)
    for columns in values.extra.values():
        for column in columns:
            _mark(causes, column, "variable", history)
    if values.weights is not None:
        _mark(causes, values.weights, "weight", history)
        causes[(causes == "") & (values.weights[1] <= 0)] = f"weight {values.weights[0]} not positive"
    for name, codes in values.clusters.items():
        causes[(causes == "") & (codes < 0)] = f"missing cluster {name}"
    return causes


def _unselected(values: _Values, needs: Needs) -> NDArray[np.bool_]:
    """Rows that a selection equation says have no outcome, and need none."""
    if needs.selected is None:
        return np.zeros(len(values.outcome[1]), dtype=bool)
    return values.extra[needs.selected][0][1] == 0


def _mark(causes: NDArray[np.object_], column: Column, part: str, excused: NDArray[np.bool_]) -> None:
    name, values = column
    name = name.partition("=")[0] if part == "regressor" and not name.startswith("(") else name
    open_ = (causes == "") & ~excused
    causes[open_ & np.isnan(values)] = f"missing {part} {name}"
    causes[open_ & np.isinf(values)] = f"undefined {part} {name}"


def _mark_singletons(causes: NDArray[np.object_], model: ModelSpec, panel: Panel) -> None:
    """Mark rows that are alone in their effect, again and again until none is left (Correia 2015)."""
    by = {"entity": (panel.entity, panel.entity_name), "time": (panel.time, panel.time_name)}
    left = -1
    while left != (causes == "").sum():
        left = (causes == "").sum()
        for effect in model.effects:
            codes, name = by[effect]
            kept = causes == ""
            _, inverse = np.unique(codes, return_inverse=True)
            alone = np.bincount(inverse[kept], minlength=inverse.max() + 1)[inverse] == 1
            causes[kept & alone] = f"single row of its {name}"


def _check_size(keep: NDArray[np.bool_], causes: NDArray[np.object_], model: ModelSpec) -> None:
    if not keep.any():
        counts = pd.Series(causes).value_counts()
        shown = ", ".join(f"{cause}: {count}" for cause, count in counts.head(5).items())
        raise EstimationError(f"no row is left of {len(keep)} ({shown})")
    if model.expected_nobs is not None and keep.sum() != model.expected_nobs:
        raise EstimationError(f"{keep.sum()} rows are used; expected_nobs says {model.expected_nobs}")


def _design(values: _Values, panel: Panel, keep: NDArray[np.bool_], intercept: bool, needs: Needs) -> Design:
    columns = _living(values.regressors, keep)
    if intercept:
        columns = [("const", np.ones(keep.sum())), *columns]
    if not columns:
        raise EstimationError("the formula leaves no regressor")
    y, x = values.outcome[1][keep], np.column_stack([column for _, column in columns])
    unselected = _unselected(values, needs)[keep]
    extra = {role: _living(entries, keep) for role, entries in values.extra.items()}
    return Design(
        outcome=values.outcome[0],
        terms=tuple(name for name, _ in columns),
        y=np.where(unselected, 0.0, y),
        x=np.where(np.isinf(x), np.nan, np.where(unselected[:, None] & ~np.isfinite(x), 0.0, x)),
        entity=_recode(panel.entity[keep]),
        time=panel.time[keep],
        weights=None if values.weights is None else values.weights[1][keep],
        clusters={
            "entity": _recode(panel.entity[keep]),
            "time": _recode(panel.time[keep]),
            **{name: _recode(codes[keep]) for name, codes in values.clusters.items()},
        },
        extra={role: _stack(entries, needs.roles[role]) for role, entries in extra.items()},
        extra_terms={role: tuple(name for name, _ in entries) for role, entries in extra.items()},
    )


def _living(columns: list[Column], keep: NDArray[np.bool_]) -> list[Column]:
    """Columns on the rows kept, without dummies of levels that no kept row has."""
    kept = [(name, values[keep]) for name, values in columns]
    return [(name, values) for name, values in kept if "=" not in name or np.nan_to_num(values).any()]


def _stack(columns: list[Column], role: Role) -> Floats:
    return np.column_stack([values for _, values in columns]) if role.terms else columns[0][1]


def _recode(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    return pd.factorize(codes)[0].astype(np.int64)
