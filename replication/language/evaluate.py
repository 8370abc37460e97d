"""Tree -> values, over the rows of one panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import StudyError
from replication.language import functions
from replication.language.functions import ELEMENTWISE, Floats
from replication.language.hints import quotes, refuse_bare, unknown_column, unknown_function
from replication.language.named_numbers import Clock, Named, spelled
from replication.language.nodes import Call, Name, Node, Number, Range, Text, show
from replication.language.syntax import in_our_words, parse

Texts = NDArray[np.object_]
Values = Floats | Texts
LARGEST = 2**63  # of the whole numbers of a machine
MAX_LAG = 50
MAX_CHAIN = 50  # variables that build on one another
MAX_DEPTH = 150  # steps from an expression down through its variables: more than a single one can have
ORDER = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
PANEL_FUNCTIONS = ("lag", "lead", "diff")
GROUP_FUNCTIONS = ("share_of", "total_of", "mean_of")
SAMPLE_FUNCTIONS = ("standardise", "winsorise")
CALENDAR_FUNCTIONS = ("year", "quarter", "month")
TERM_FUNCTIONS = ("interaction", "dummies", "powers", "event")
FUNCTIONS = (
    *(name for name in ELEMENTWISE if name[0].isalpha() and name not in ("and", "or", "not")),
    *PANEL_FUNCTIONS,
    *GROUP_FUNCTIONS,
    *SAMPLE_FUNCTIONS,
    *CALENDAR_FUNCTIONS,
    *TERM_FUNCTIONS,
)


@dataclass(frozen=True)
class Rows:
    """The rows that expressions are evaluated on.

    Attributes
    ----------
    table : DataFrame of n rows
        Columns that expressions may name.
    entity, time : (n,) int arrays or None
        Codes of the entity and the period itself; None for a table that is not a panel, where lags have
        no meaning.
    variables : mapping of str to str
        Named expressions of the study file; they may name columns and one another.
    sample : (n,) bool array or None
        Rows that `standardise` and `winsorise` take their moments from; all of them if None.
    why : mapping of str to str
        For a column that is no number, the sentence for whoever needs one.
    named : mapping of str to Named
        For a column whose numbers have names (periods, labelled codes), the names.
    clock : Named or None
        What the periods of `time` are called, where they are not their own numbers.
    """

    table: pd.DataFrame
    entity: NDArray[np.int64] | None = None
    time: NDArray[np.int64] | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    sample: NDArray[np.bool_] | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Named] = field(default_factory=dict)
    clock: Named | None = None


@dataclass(frozen=True)
class Levels:
    """The distinct values of an expression.

    Attributes
    ----------
    codes : (n,) int array
        Which of the values stands in each row; -1 where it is missing.
    values : tuple of m numbers or texts
        Sorted; whole numbers of a column are whole here.
    names : tuple of m str
        Each as a term is called, no two alike.
    """

    codes: NDArray[np.int64]
    values: tuple[int | float | str, ...]
    names: tuple[str, ...]


def levels_of(node: Node, rows: Rows) -> Levels:
    """The distinct values of an expression, exact for whole numbers of any size."""
    return _Evaluation(rows).levels(node, ())


def evaluate(node: Node, rows: Rows) -> Values:
    """Values of an expression, one a row: NaN where missing, infinite where undefined.

    Raises
    ------
    StudyError
        Unknown column or function, wrong arguments, variables that refer to one another in a circle.
    """
    return _Evaluation(rows).value(node, ())


def evaluate_numbers(node: Node, rows: Rows) -> Floats:
    """As `evaluate`, for an expression that must give numbers."""
    return _Evaluation(rows).number(node, ())


def condition(text: str, rows: Rows) -> NDArray[np.bool_]:
    """Rows for which a filter is true; where it is missing or undefined, the row is outside."""
    values = evaluate_numbers(parse(text), rows)
    known = values[np.isfinite(values)]
    if not np.isin(known, (0.0, 1.0)).all():
        found = known[~np.isin(known, (0.0, 1.0))][0]
        raise StudyError(f"{text[:120]!r} gives {found:g}; allowed: a condition, such as year >= 1980")
    result: NDArray[np.bool_] = np.isfinite(values) & (values != 0)
    return result


def select(table: pd.DataFrame, where: str | None) -> pd.DataFrame:
    """The rows of a plain table for which a filter is true, in their order."""
    if where is None:
        return table
    return table[condition(where, Rows(table))].reset_index(drop=True)


class _Evaluation:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.known: dict[str, Values] = {}
        self.depth = 0

    def value(self, node: Node, path: tuple[str, ...]) -> Values:
        """Values of any node, one a row; `path` names the variables that led to it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise StudyError(
                f"{path[0]}: variables and what they build on are more than {MAX_DEPTH} steps deep"
            )
        found = self._value(node, path)
        self.depth -= 1
        return found

    def _value(self, node: Node, path: tuple[str, ...]) -> Values:
        size = len(self.rows.table)
        match node:
            case Number(value):
                return np.full(size, float(value))
            case Text(value):
                return np.full(size, value, dtype=object)
            case Name(name):
                return self.column(name, path)
            case Call("-", (operand,)):
                return -self.number(operand, path)
            case Call("-", (left, right)):
                return ELEMENTWISE["+"][0](self.number(left, path), -self.number(right, path))
            case Call("==" | "!=" | "in", _):
                return self.equality(node, path)
            case Call(sign, arguments) if sign in ORDER and all(map(self.whole, self.in_numbers(arguments))):
                return self.order(self.in_numbers(arguments), ORDER[sign])
            case Call(function, arguments) if function in ELEMENTWISE:
                return self.elementwise(node, path)
            case Call(function, _) if function in PANEL_FUNCTIONS:
                return self.shifted(node, path)
            case Call(function, _) if function in GROUP_FUNCTIONS:
                return self.grouped(node, path)
            case Call(function, _) if function in SAMPLE_FUNCTIONS:
                return self.sampled(node, path)
            case Call("interaction", arguments):
                _arity(node, 2, 8)
                product = Call("*", (arguments[0], arguments[1]))
                for argument in arguments[2:]:
                    product = Call("*", (product, argument))
                return self.value(product, path)
            case Call(function, _) if function in CALENDAR_FUNCTIONS:
                return self.calendar(node, path)
            case Call("is missing", (of,)):
                return _with_absent(self.value(of, path))[1].astype(float)
            case Call("dummies" | "powers" | "event", _):
                raise StudyError(f"{show(node)} may only stand as a term of a formula or in interaction()")
            case Call(function, _):
                raise StudyError(unknown_function(function, node, FUNCTIONS))
            case Range():
                raise StudyError(f"{show(node)} may only stand in a term: in lag(), lead() or event()")

    def number(self, node: Node, path: tuple[str, ...]) -> Floats:
        """The same of a node that must be a number."""
        values = self.value(node, path)
        if values.dtype != object:
            return cast(Floats, values)
        known = self.rows.why.get(node.name) if isinstance(node, Name) else None
        bare = "; numbers and columns stand without quotes" if isinstance(node, Text) else ""
        raise StudyError(known or f"{show(node)} is a text; a number is needed here{bare}")

    def levels(self, node: Node, path: tuple[str, ...]) -> Levels:
        """The distinct values of a node; of a column of whole numbers, whole numbers."""
        if isinstance(node, Name) and self.whole(node):
            values = self.rows.table[node.name]
        else:
            values = pd.Series(self.value(node, path))
        codes, found = pd.factorize(values, sort=True)
        return Levels(codes.astype(np.int64), tuple(found.tolist()), tuple(self.names(node, found.tolist())))

    def names(self, node: Node, values: list[int | float | str]) -> list[str]:
        """What a node's values are called."""
        named = self.naming(node)
        return [
            _name(value) if named is None or isinstance(value, str) else named.name(value) for value in values
        ]

    def naming(self, node: Node) -> Named | None:
        """The names that the numbers of a column have."""
        return self.rows.named.get(node.name) if isinstance(node, Name) else None

    def whole(self, node: Node) -> bool:
        """Whether a node is a column of whole numbers, or one as written."""
        if isinstance(node, Name):
            table = self.rows.table
            return node.name in table.columns and pd.api.types.is_integer_dtype(table[node.name])
        return isinstance(node, Number) and node.value % 1 == 0 and abs(node.value) < LARGEST

    def exact(self, node: Node) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The whole numbers of such a node, and where they are missing."""
        if isinstance(node, Number):
            size = len(self.rows.table)
            return np.full(size, int(node.value)), np.zeros(size, dtype=bool)
        column = self.rows.table[cast(Name, node).name]
        return column.to_numpy(dtype=np.int64, na_value=0), column.isna().to_numpy()

    def column(self, name: str, path: tuple[str, ...]) -> Values:
        """A column of the table, or a variable of the study, worked out once."""
        if name in path:
            circle = " -> ".join((*path[path.index(name) :][:20], name))
            raise StudyError(f"variables refer to one another in a circle: {circle}")
        if len(path) > MAX_CHAIN:
            raise StudyError(f"variable {path[0]} builds on more than {MAX_CHAIN} others in a chain")
        if name in self.known:
            return self.known[name]
        if name in self.rows.table.columns:
            values = _column_values(self.rows.table[name])
        elif name in dict(self.rows.variables):
            values = self.value(parse(self.rows.variables[name]), (*path, name))
        else:
            known = [*self.rows.table.columns, *dict(self.rows.variables)]
            raise StudyError(self.rows.why.get(name, unknown_column(name, known, self.rows.table)))
        self.known[name] = values
        return values

    def refuse_bare_level(self, argument: Node) -> None:
        """Refuse a name that no column has where a level is meant."""
        known = [*self.rows.table.columns, *dict(self.rows.variables)]
        if isinstance(argument, Name) and argument.name not in (*known, *self.rows.why):
            quoted = "; a text stands in quotes"
            raise StudyError(unknown_column(argument.name, known, self.rows.table, quoted))

    def elementwise(self, node: Call, path: tuple[str, ...]) -> Floats:
        """A function of the numbers of one row."""
        function, arity = ELEMENTWISE[node.function]
        _arity(node, arity or 2, arity or 20)
        if node.function in ("and", "or"):
            refuse_bare(node)
        return function(*(self.number(argument, path) for argument in node.arguments))

    def equality(self, node: Call, path: tuple[str, ...]) -> Floats:
        """Equal, unequal or one of several; missing where an operand is."""
        self.refuse_bare_level(node.arguments[-1])
        if all(map(self.whole, node.arguments)):
            operands = [self.exact(argument) for argument in node.arguments]
        else:
            operands = [_with_absent(values) for values in self.in_one_kind(node.arguments, path)]
        (left, gone), *others = operands
        same = np.zeros(len(left), dtype=bool)
        for (other, absent), argument in zip(others, node.arguments[1:], strict=True):
            if (left.dtype == object) != (other.dtype == object):
                compared = f"a text is compared with a number ({show(argument)})"
                raise StudyError(f"{show(node)}: {compared}{quotes(argument, left)}")
            same |= left == other
            gone = gone | absent
        return np.where(gone, np.nan, (~same if node.function == "!=" else same).astype(float))

    def in_one_kind(self, nodes: tuple[Node, ...], path: tuple[str, ...]) -> list[Values]:
        """Values of several nodes, numbers that have names as these where one of the nodes is a text."""
        named = next(filter(None, map(self.naming, nodes)), None)
        values = [self.value(node, path) for node in nodes]
        if named is None or not any(found.dtype == object for found in values):
            return values
        return [self.texts(node, found, named) for node, found in zip(nodes, values, strict=True)]

    def texts(self, node: Node, values: Values, named: Named) -> Texts:
        """Names of numbers that have them, and texts as these names are spelled."""
        own = self.naming(node)
        if values.dtype != object and own is None:
            return cast(Texts, values)  # numbers without names: equal to no text
        codes, found = pd.factorize(values)
        texts = [named.canonical(value) if own is None else own.name(value) for value in found.tolist()]
        return np.array([*texts, None], dtype=object)[codes]

    def in_numbers(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """Nodes that are to be ordered: a text beside a column of periods is the number of its period."""
        named = next(filter(None, map(self.naming, nodes)), None)
        if named is None:
            return nodes
        return tuple(Number(named.number(node.value)) if isinstance(node, Text) else node for node in nodes)

    def order(self, nodes: tuple[Node, ...], compare: Callable[..., NDArray[np.bool_]]) -> Floats:
        """Whole numbers compared exactly; missing where one of them is."""
        (left, gone), (right, absent) = map(self.exact, nodes)
        return np.where(gone | absent, np.nan, compare(left, right).astype(float))

    def shifted(self, node: Call, path: tuple[str, ...]) -> Floats:
        """Lag, lead or difference by calendar time, within entity."""
        _arity(node, 1, 2)
        if self.rows.entity is None or self.rows.time is None:
            raise StudyError(f"{show(node)}: only a panel with entity and time has lags")
        periods = 1 if len(node.arguments) == 1 else _whole(node, node.arguments[1])
        x = self.number(node.arguments[0], path)
        sign = -1 if node.function == "lead" else 1
        moved = functions.shift(x, self.rows.entity, self.rows.time, sign * periods)
        return ELEMENTWISE["+"][0](x, -moved) if node.function == "diff" else moved

    def grouped(self, node: Call, path: tuple[str, ...]) -> Floats:
        """Mean, total or share of the total over the rows that share the keys."""
        _arity(node, 2, 5)
        x = self.number(node.arguments[0], path)
        codes = functions.group_codes([self.levels(key, path).codes for key in node.arguments[1:]])
        if node.function == "mean_of":
            return functions.group_mean(x, codes)
        total = functions.group_total(x, codes)
        return total if node.function == "total_of" else ELEMENTWISE["/"][0](x, total)

    def calendar(self, node: Call, path: tuple[str, ...]) -> Floats:
        """The year, quarter or month in which a period begins; of a plain number, the year that it is."""
        _arity(node, 1, 1)
        of = node.arguments[0]
        clock, values = self.naming(of), self.number(of, path)
        if not isinstance(clock, Clock):
            if node.function == "year":
                return values
            raise StudyError(
                f"{show(node)}: {show(of)} has no {node.function}s; it counts no quarters, months or days"
            )
        codes, found = pd.factorize(values)
        parts = [*(clock.part(number, node.function) for number in found.tolist()), np.nan]
        return np.array(parts, dtype=float)[codes]

    def sampled(self, node: Call, path: tuple[str, ...]) -> Floats:
        """Values scaled or cut by moments of the rows that are used."""
        sample = self.rows.sample
        sample = np.ones(len(self.rows.table), dtype=bool) if sample is None else sample
        if node.function == "standardise":
            _arity(node, 1, 1)
            return functions.standardise(self.number(node.arguments[0], path), sample)
        _arity(node, 2, 2)
        share = node.arguments[1]
        if not isinstance(share, Number) or not 0 < share.value < 0.5:
            raise StudyError(f"{show(node)}: the share is {show(share)}; allowed: a number between 0 and 0.5")
        return functions.winsorise(self.number(node.arguments[0], path), sample, share.value)


def _column_values(values: pd.Series) -> Values:
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    return values.astype(object).where(values.notna(), None).to_numpy(dtype=object)


def _name(value: int | float | str) -> str:
    return spelled(value) if isinstance(value, float) else str(value)


def _with_absent(values: Values) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Numbers or texts, and where they are missing or undefined."""
    if values.dtype == object:
        return values, pd.isna(values)
    return values, ~np.isfinite(values)


def _arity(node: Call, low: int, high: int) -> None:
    if not low <= len(node.arguments) <= high:
        allowed = str(low) if low == high else f"{low} to {high}"
        what = f"{allowed} argument{'' if allowed == '1' else 's'}"
        found = f"{show(node)[:120]}: {node.function} takes {what}, found {len(node.arguments)}"
        raise StudyError(f"{found}{in_our_words(node)}")


def _whole(node: Call, periods: Node) -> int:
    if not isinstance(periods, Number) or periods.value % 1 or not 1 <= periods.value <= MAX_LAG:
        found = f"{show(node)}: the number of periods is {show(periods)}; allowed: 1 to {MAX_LAG}"
        raise StudyError(f"{found}{in_our_words(node) or ', as in lag(x, 2); what follows is lead(x, 2)'}")
    return int(periods.value)
