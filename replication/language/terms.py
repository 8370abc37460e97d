"""The terms of a formula -> columns: one a term, or as many as its dummies have levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from replication.errors import StudyError, one_of
from replication.language.evaluate import Levels, Rows, evaluate_numbers, levels_of
from replication.language.event_study import event_columns, window_of
from replication.language.functions import Floats
from replication.language.nodes import Call, Name, Node, Number, Range, Text, number_in, show

HIGHEST = 10  # power
MAX_COLUMNS, MAX_CELLS = 2000, 100_000_000  # of one model; cells of eight bytes


@dataclass(frozen=True)
class Factor:
    """The levels that a term makes dummies of.

    Attributes
    ----------
    term : str
        The term, such as `dummies(region)`.
    of : Node
        What the levels are of.
    levels : Levels
    base : int or None
        The level that has no dummy, where the term names it; otherwise it is the first that a row has.
    """

    term: str
    of: Node
    levels: Levels
    base: int | None = None

    def rows(self, keep: NDArray[np.bool_]) -> Factor:
        """The same on some rows."""
        return replace(self, levels=replace(self.levels, codes=self.levels.codes[keep]))

    def base_here(self) -> int:
        """The base on these rows; StudyError where none of them is of the base that is named."""
        codes = self.levels.codes
        if self.base is None:
            return int(codes[codes >= 0].min(initial=len(self.levels.names)))
        if not (codes == self.base).any():
            raise StudyError(
                f"{self.term}: no row that is used is of the level {self.levels.names[self.base]!r}"
            )
        return self.base


@dataclass(frozen=True)
class Column:
    """One column on all rows of the panel.

    Attributes
    ----------
    name : str
    values : (n,) float array
    term : str
        The term of which it is one of several columns, or empty.
    dummies : tuple of (Factor, int)
        The levels whose dummies it is the product of.
    node : Node or None
        What these dummies are multiplied by; None for nothing.
    event : bool
        Whether a period around an event is among what is multiplied.
    factor : str
        What it is the dummy of, if it is that and nothing else.
    """

    name: str
    values: Floats
    term: str = ""
    dummies: tuple[tuple[Factor, int], ...] = ()
    node: Node | None = None
    event: bool = False
    factor: str = ""


def columns_of(terms: Iterable[Node], rows: Rows) -> list[Column]:
    """The columns of several terms, with those of base levels; `on_rows` leaves these out."""
    found: list[Column] = []
    for term in plain_terms(terms):
        found += term_columns(term, rows)
        _check_number(len(found), term, rows)
    return found


def plain_terms(terms: Iterable[Node]) -> list[Node]:
    """Terms without ranges and powers: `lag(x, 1:2)` is two terms, and so is `powers(x, 2)`."""
    return [plain for term in terms for plain in _plain(term)]


def _plain(term: Node) -> list[Node]:
    match term:
        case Call("lag" | "lead" as function, (of, Range() as periods)):
            return [_shifted(function, of, number) for number in periods.numbers]
        case Call("powers", arguments):
            highest = number_in(arguments[-1]) if len(arguments) == 2 else None
            if highest is None or highest not in range(1, HIGHEST + 1):
                raise StudyError(f"{show(term)[:120]}; allowed: powers(x, 2) up to powers(x, {HIGHEST})")
            return [arguments[0], *(Call("^", (arguments[0], Number(n))) for n in range(2, int(highest) + 1))]
        case Call("interaction", arguments):
            choices = [_plain(argument) for argument in arguments]
            if prod(map(len, choices)) > MAX_COLUMNS:
                raise StudyError(f"{show(term)[:80]}: is more than {MAX_COLUMNS:,} terms; allowed: fewer")
            return [Call("interaction", chosen) for chosen in product(*choices)]
    return [term]


def _shifted(function: str, of: Node, periods: int) -> Node:
    """The lag or lead by some periods, where none is the value itself and fewer than none the other way."""
    if periods < 0:
        function = "lead" if function == "lag" else "lag"
    return Call(function, (of, Number(float(abs(periods))))) if periods else of


def on_rows(columns: Iterable[Column], keep: NDArray[np.bool_]) -> list[Column]:
    """Columns on the rows kept, without dummies of base levels and of levels that no row kept has."""
    bases: dict[int, int] = {}
    found = []
    rows = slice(None) if keep.all() else keep  # columns of millions of rows are copied only where they must
    for column in columns:
        for factor, _ in column.dummies:
            if id(factor) not in bases:
                bases[id(factor)] = factor.rows(keep).base_here()
        values = column.values[rows]
        at_base = any(bases[id(factor)] == level for factor, level in column.dummies)
        if not at_base and (not column.term or np.nan_to_num(values).any()):
            found.append(replace(column, values=values))
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
        case Call("dummies", (of, *base)) if len(base) < 2:
            return _dummies(term, of, base[0] if base else None, rows)
        case Call("event", _):
            found = event_columns(window_of(term), rows)
            return [Column(name, values, show(term), event=True) for name, values in found]
        case Call("interaction", arguments) if any(_is_several(argument) for argument in arguments):
            columns = [Column("", np.ones(len(rows.table)))]
            for argument in arguments:
                factors = term_columns(argument, rows)
                _check_number(len(columns) * len(factors), term, rows)
                columns = [_product(left, right) for left in columns for right in factors]
            named = [replace(column, name=f"interaction({column.name})") for column in columns]
            return [replace(column, term=show(term)) for column in named]
    return [column_of(term, rows)]


def column_of(node: Node, rows: Rows) -> Column:
    """The one column of an expression."""
    return Column(show(node), evaluate_numbers(node, rows), node=node)


def _is_several(node: Node) -> bool:
    return isinstance(node, Call) and node.function in ("dummies", "event")


def _product(left: Column, right: Column) -> Column:
    undefined = np.isinf(left.values) | np.isinf(right.values)
    name = ", ".join(filter(None, (left.name, right.name)))
    values = np.where(undefined, np.inf, left.values * right.values)
    nodes = [node for node in (left.node, right.node) if node is not None]
    node = Call("*", tuple(nodes)) if len(nodes) > 1 else next(iter(nodes), None)
    return Column(name, values, "", (*left.dummies, *right.dummies), node, left.event or right.event)


def _dummies(term: Node, of: Node, base: Node | None, rows: Rows) -> list[Column]:
    """One column a level, in sorted order; levels outside the sample have none."""
    levels = levels_of(of, rows)
    inside = levels.codes if rows.sample is None else levels.codes[rows.sample]
    found = np.unique(inside[inside >= 0]).tolist()
    _check_number(len(found), of, rows)
    factor = Factor(show(term), of, levels, None if base is None else _base(term, base, of, levels, rows))
    missing = np.where(levels.codes < 0, np.nan, 0.0)
    return [
        Column(
            name=f"{show(of)}={levels.names[level]}",
            values=missing + (levels.codes == level),
            term=show(term),
            dummies=((factor, level),),
            factor=show(of),
        )
        for level in found
    ]


def _base(term: Node, base: Node, of: Node, levels: Levels, rows: Rows) -> int:
    """The level that a term names as its base, by its number or by its name."""
    found = number_in(base)
    if found is not None:
        if found in levels.values:
            return levels.values.index(found)
    elif isinstance(base, Text):
        named = rows.named.get(of.name) if isinstance(of, Name) else None
        name = base.value if named is None else named.canonical(base.value)
        if name in levels.names:
            return levels.names.index(name)
    else:
        quoted = show(Call("dummies", (of, Text(show(base).strip("`")))))
        raise StudyError(
            f"{show(term)}: the base is {show(base)}; allowed: a number or a quoted text, as in {quoted}"
        )
    raise StudyError(f"{show(term)}: {one_of('level', show(base).strip(chr(34)), levels.names)}")
