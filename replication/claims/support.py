"""What a verdict rests on, graded: read off the computation, never typed."""

from __future__ import annotations

from collections.abc import Iterable

from replication.claims.claim_entries import Reading
from replication.language.nodes import Call, Name, Node

RECORDED = "recorded data"
ARITHMETIC = "arithmetic within the text"
ORDER = "order or direction only"
OWN_COUNT = "count of our own list"
ELSEWHERE = "same statement elsewhere"
SUPPORTS = (RECORDED, ARITHMETIC, ORDER, OWN_COUNT, ELSEWHERE)  # the strongest first
TRUTHS = ("<", "<=", ">", ">=", "==", "!=", "in", "and", "or", "not")


def is_truth(node: Node) -> bool:
    """Whether a computation gives yes or no."""
    return isinstance(node, Call) and node.function in TRUTHS


def support_of(reading: Reading, node: Node) -> str:
    """The grade of one reading, from where its inputs come from and what is done with them."""
    if reading.basis != "document":
        return RECORDED if reading.basis == "data" else ELSEWHERE
    inputs = reading.inputs.values()
    if all(spec.by == "count" for spec in inputs):
        return OWN_COUNT
    if is_truth(node) or any(spec.bound for spec in inputs):
        return ORDER
    return ELSEWHERE if isinstance(node, Name) else ARITHMETIC


def strongest(found: Iterable[str]) -> str:
    """The strongest of several grades; none of none."""
    return min(found, key=SUPPORTS.index, default="")
