"""The tree of an expression, and the one way in which it is written as text.

It holds only numbers, texts, column names and calls; nothing in it can be run as Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from replication.language.tokens import PLAIN

WORDS = ("and", "or", "not", "in")
IS_MISSING = "is missing"


@dataclass(frozen=True)
class Number:
    """A number as written; one of many digits is whole, so that it stays exact."""

    value: float | int


@dataclass(frozen=True)
class Text:
    """A quoted text."""

    value: str


@dataclass(frozen=True)
class Name:
    """A column or a variable."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function or an operator with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Range:
    """Whole numbers from the first to the last, as an argument."""

    first: int
    last: int

    @property
    def numbers(self) -> range:
        """Every one of them."""
        return range(self.first, self.last + 1)


Node = Number | Text | Name | Call | Range


@dataclass(frozen=True)
class Formula:
    """An outcome and the terms on the other side of the tilde."""

    outcome: Node
    terms: tuple[Node, ...]


def show(node: Node) -> str:
    """The expression as text, in one canonical spelling."""
    match node:
        case Number(value):
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        case Text(value):
            return f'"{value}"' if '"' not in value else f"'{value}'"
        case Name(name):
            return name if PLAIN.fullmatch(name) and name not in WORDS else f"`{name}`"
        case Range(first, last):
            return f"{first}:{last}"
        case Call("is missing", (operand,)):
            return f"{_inner(operand)} is missing"
        case Call("-", (operand,)) | Call("not", (operand,)):
            return f"{node.function}{' ' if node.function == 'not' else ''}{_inner(operand)}"
        case Call("in", (operand, *members)):
            return f"{_inner(operand)} in ({', '.join(show(member) for member in members)})"
        case Call(function, (left, right)) if not function[0].isalpha() or function in WORDS:
            return f"{_inner(left)} {function} {_inner(right)}"
        case Call(function, arguments):
            return f"{function}({', '.join(show(argument) for argument in arguments)})"


def number_in(node: Node) -> float | int | None:
    """The number that a literal writes, which may have a sign; None for other expressions."""
    match node:
        case Number(value):
            return value
        case Call("-", (Number(value),)):
            return -value
    return None


def names_in(node: Node) -> list[str]:
    """Column names in the order in which they stand, each once."""
    match node:
        case Name(name):
            return [name]
        case Call(_, arguments):
            return list(dict.fromkeys(name for argument in arguments for name in names_in(argument)))
    return []


def _inner(node: Node) -> str:
    operator = isinstance(node, Call) and (
        not node.function[0].isalpha() or node.function in (*WORDS, IS_MISSING)
    )
    return f"({show(node)})" if operator else show(node)
