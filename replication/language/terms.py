"""The terms of a formula -> columns: one a term, or as many as its dummies have levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from replication.errors import StudyError
from replication.language.evaluate import Rows, evaluate, evaluate_numbers
from replication.language.functions import Floats
from replication.language.syntax import Call, Node, show

MAX_COLUMNS, MAX_CELLS = 2000, 100_000_000  # of one model; cells of eight bytes


@dataclass(frozen=True)
class Column:
    """One column on all rows of the panel.

    Attributes
    ----------
    name : str
    values : (n,) float array
    level : str
        The term whose dummies it is one of, or empty.
    """

    name: str
    values: Floats
    level: str = ""


def columns_of(terms: Iterable[Node], rows: Rows) -> list[Column]:
    found: list[Column] = []
    for term in terms:
        found += term_columns(term, rows)
        _check_number(len(found), term, rows)
    return found


def _check_number(columns: int, term: Node, rows: Rows) -> None:
    """Refuse more columns than a machine holds, before they are made."""
    allowed = min(MAX_COLUMNS, MAX_CELLS // max(len(rows.table), 1))
    if columns > allowed:
        raise StudyError(
            f"{show(term)[:80]}: with it the model has {columns:,} columns of {len(rows.table):,} rows; "
            f"allowed: {allowed:,} (an entry of effects needs none)"
        )


def term_columns(term: Node, rows: Rows) -> list[Column]:
    """The columns that a term stands for: one, or as many as its dummies have levels in the sample."""
    match term:
        case Call("dummies", (of,)):
            return _dummies(of, rows)
        case Call("interaction", arguments) if any(_is_dummies(argument) for argument in arguments):
            columns = [Column("", np.ones(len(rows.table)))]
            for argument in arguments:
                factors = term_columns(argument, rows)
                _check_number(len(columns) * len(factors), term, rows)
                columns = [_product(left, right) for left in columns for right in factors]
            return [Column(f"interaction({column.name})", column.values, show(term)) for column in columns]
    return [column_of(term, rows)]


def column_of(node: Node, rows: Rows) -> Column:
    return Column(show(node), evaluate_numbers(node, rows))


def _is_dummies(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "dummies"


def _product(left: Column, right: Column) -> Column:
    undefined = np.isinf(left.values) | np.isinf(right.values)
    name = f"{left.name}, {right.name}".removeprefix(", ")
    return Column(name, np.where(undefined, np.inf, left.values * right.values))


def _dummies(of: Node, rows: Rows) -> list[Column]:
    """One column a level but the first in sorted order, the base; levels outside the sample have none."""
    values = evaluate(of, rows)
    present = np.array([value is not None and value == value for value in values], dtype=bool)
    inside = present if rows.sample is None else present & rows.sample
    levels = sorted(set(values[inside].tolist()))
    _check_number(len(levels), of, rows)
    return [
        Column(
            f"{show(of)}={_level(level)}",
            np.where(present, (values == level).astype(float), np.nan),
            f"dummies({show(of)})",
        )
        for level in levels[1:]
    ]


def _level(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)
