"""What an expression is made of: variables replaced by what they stand for, what it moves smoothly with."""

from __future__ import annotations

from collections.abc import Mapping

from replication.errors import StudyError
from replication.language.evaluate import Rows
from replication.language.nodes import Call, Name, Node, Number
from replication.language.syntax import parse

SMOOTH = ("+", "-", "*", "/", "^", "log", "log1p", "asinh", "exp", "sqrt", "interaction")
SHIFTS = ("lag", "lead")
APART = (*SHIFTS, "mean_of", "total_of", "share_of")
"""Functions of other rows: what they give is a variable of its own, held where the one beneath them moves."""

LARGEST = 5_000  # nodes


class Expanded:
    """Expressions of one table with every variable replaced, and diff() by what it is the difference of."""

    def __init__(self, rows: Rows) -> None:
        self._variables = {
            name: text for name, text in dict(rows.variables).items() if name not in rows.table
        }
        self._left = LARGEST

    def __call__(self, node: Node) -> Node:
        """The expression in columns alone.

        Raises
        ------
        StudyError
            Variables that build on one another to thousands of steps.
        """
        self._left -= 1
        if self._left < 0:
            raise StudyError(
                f"the variables of the model are made of more than {LARGEST:,} steps; write fewer"
            )
        match node:
            case Name(name) if name in self._variables:
                return self(parse(self._variables[name]))
            case Call("diff", (of, *periods)):
                value = self(of)
                before = Call("lag", (value, *(periods or [Number(1.0)])))
                return Call("+", (value, Call("-", (before,))))
            case Call("lag" | "lead" as function, (of,)):
                return Call(function, (self(of), Number(1.0)))
            case Call(function, arguments):
                return Call(function, tuple(self(argument) for argument in arguments))
        return node


def atoms_in(node: Node) -> list[Node]:
    """The columns, and calls that are not smooth, of which an expression is a smooth function; each once."""
    match node:
        case Name(_):
            return [node]
        case Call(function, arguments) if function in SMOOTH:
            return list(dict.fromkeys(atom for argument in arguments for atom in atoms_in(argument)))
        case Call(_, _):
            return [node]
    return []


def replaced(node: Node, by: Mapping[Node, Node]) -> Node:
    """The expression with atoms replaced."""
    match node:
        case Name(_):
            return by.get(node, node)
        case Call(function, arguments) if function in SMOOTH:
            return Call(function, tuple(replaced(argument, by) for argument in arguments))
    return by.get(node, node)


def held_apart(atom: Node) -> bool:
    """Whether an atom is made of other rows, so that it stays where a variable beneath it moves."""
    return isinstance(atom, Call) and atom.function in APART


def at_rest(node: Node) -> Node | None:
    """The expression where nothing changes from one period to the next; None where that is zero."""
    match node:
        case Call("lag" | "lead", (of, *_)):
            return at_rest(of)
        case Call("+", (left, Call("-", (right,)))) if at_rest(left) == at_rest(right):
            return None
        case Call(function, arguments):
            still = [at_rest(argument) for argument in arguments]
            if any(part is None for part in still):
                return None if function in ("*", "-", "interaction") else node
            return Call(function, tuple(part for part in still if part is not None))
    return node
