"""Whether two expressions say the same once every variable is replaced by what it stands for."""

from __future__ import annotations

import hashlib

from replication.language.evaluate import Rows
from replication.language.nodes import Call, Name, Node
from replication.language.syntax import parse


class Meanings:
    """What expressions say on one table, compared by digests so that long chains of variables cost nothing.

    The variables are those of `rows`, found to refer to one another in no circle by having been evaluated.
    """

    def __init__(self, rows: Rows) -> None:
        self._variables = {
            name: text for name, text in dict(rows.variables).items() if name not in rows.table
        }
        self._known: dict[str, bytes] = {}

    def same(self, left: Node, right: Node) -> bool:
        """Whether two expressions are one."""
        return self._digest(left) == self._digest(right)

    def is_lag_of(self, node: Node, of: Node) -> bool:
        """Whether an expression is the lag of another by any number of periods."""
        resolved = self._resolved(node)
        return (
            isinstance(resolved, Call) and resolved.function == "lag" and self.same(resolved.arguments[0], of)
        )

    def _resolved(self, node: Node) -> Node:
        while isinstance(node, Name) and node.name in self._variables:
            node = parse(self._variables[node.name])
        return node

    def _digest(self, node: Node) -> bytes:
        if isinstance(node, Name) and node.name in self._variables:
            if node.name not in self._known:
                self._known[node.name] = self._digest(parse(self._variables[node.name]))
            return self._known[node.name]
        if isinstance(node, Call):
            said = node.function.encode() + b"".join(self._digest(argument) for argument in node.arguments)
        else:
            said = repr(node).encode()
        return hashlib.sha256(said).digest()
