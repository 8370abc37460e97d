"""Claims file -> Ledger, strictly: the first thing wrong with it becomes one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from replication.claims.claim_entries import Check, Claim, Input, Ledger, Reading, Stated
from replication.errors import StudyError, one_of
from replication.language.functions import ELEMENTWISE
from replication.language.syntax import Call, Node, names_in, parse
from replication.project.strict import check_ids, located, read_strictly

ANCHOR = re.compile(r"(table|figure)-[A-Za-z][A-Za-z0-9_]*-[A-Za-z][A-Za-z0-9_]*")
OPERATORS = (*ELEMENTWISE, "-", "==", "!=", "in")


def read_ledger(path: Path) -> Ledger:
    """The claims of one text.

    Raises
    ------
    StudyError
        Anything wrong with the file, told with its name, the key or the claim, and what is allowed.
    """
    ledger = read_strictly(path, Ledger)
    try:
        check_ids("claims", (claim.id for claim in ledger.claims))
        check_ids("checks", (check.id for check in ledger.checks))
        ids = [claim.id for claim in ledger.claims]
        for claim in ledger.claims:
            located(f"claims.{claim.id}", _check_claim, claim, ids)
            located(f"claims.{claim.id}", _check_place, claim, ledger.text.parts)
        for check in ledger.checks:
            located(f"checks.{check.id}", _check_check, check, ids)
    except StudyError as problem:
        raise StudyError(f"{path.name}: {problem}") from None
    return ledger


def _check_claim(claim: Claim, ids: list[str]) -> None:
    if not claim.readings and not claim.missing:
        raise StudyError(
            "neither readings nor missing; give a computation, or say in missing which figure is missing"
        )
    if claim.exhibit and not ANCHOR.fullmatch(claim.exhibit):
        raise StudyError(f"exhibit is {claim.exhibit[:80]!r}; allowed: table-STUDY-ID or figure-STUDY-ID")
    _check_stated(claim.stated)
    for other in claim.same_as:
        if ":" not in other:
            located("same_as", _known, other, ids)
    for place, reading in enumerate(claim.readings, start=1):
        located(f"readings[{place}]", _check_reading, reading, claim.id, ids)


def _check_place(claim: Claim, parts: list[str]) -> None:
    if parts and not claim.place.startswith(tuple(parts)):
        raise StudyError(f"place is {claim.place[:80]!r}; allowed: one that begins with {' or '.join(parts)}")


def _check_stated(stated: Stated) -> None:
    if stated.low is not None and stated.low > stated.value:
        raise StudyError(f"stated.low is {stated.low:g}; allowed: at most the value, {stated.value:g}")
    if stated.high is not None and stated.high < stated.value:
        raise StudyError(f"stated.high is {stated.high:g}; allowed: at least the value, {stated.value:g}")
    if stated.decimals is not None and (stated.low is not None or stated.high is not None):
        raise StudyError("stated.decimals stands beside low or high; allowed: one way to say how exact it is")


def _check_reading(reading: Reading, claim: str, ids: list[str]) -> None:
    for name, spec in reading.inputs.items():
        located(f"inputs.{name}", _check_input, spec, claim, ids)
    node = located("compute", parse, reading.compute)
    located("compute", _check_functions, node)
    names = names_in(node)
    for name in names:
        if name not in reading.inputs:
            raise StudyError(f"compute: {one_of('input', name, reading.inputs)}")
    unused = [name for name in reading.inputs if name not in names]
    if unused:
        raise StudyError(f"inputs.{unused[0]}: the computation does not use it")
    if not names:
        raise StudyError("compute rests on no input; name the figures that it is computed from in inputs")


def _check_functions(node: Node) -> None:
    """A claim computes with single figures: what needs a column of them is refused."""
    if isinstance(node, Call):
        if node.function not in OPERATORS:
            allowed = [name for name in ELEMENTWISE if name[0].isalpha()]
            raise StudyError(one_of("function", node.function, allowed))
        for argument in node.arguments:
            _check_functions(argument)


def _check_input(spec: Input, claim: str, ids: list[str]) -> None:
    if (spec.table is None) == (spec.claim is None):
        raise StudyError("names both a table and a claim, or neither; allowed: one of the two")
    if spec.claim is not None:
        _check_claim_input(spec, claim, ids)
    elif spec.where is not None:
        located("where", parse, spec.where)
    if spec.half_width and (spec.low or spec.high):
        raise StudyError("half_width stands beside low or high; allowed: one way to say how exact it is")
    if spec.date and (spec.half_width or spec.low or spec.high):
        raise StudyError("a date has the days that it allows as its ends: leave half_width, low and high out")


def _check_claim_input(spec: Input, claim: str, ids: list[str]) -> None:
    located("claim", _known, spec.claim, ids)
    if spec.claim == claim:
        raise StudyError("a claim cannot rest on itself")
    of_table = {"where", "take", "by", "low", "high", "date"} & spec.model_fields_set
    if of_table:
        raise StudyError(f"{min(of_table)} is for a table; a claim gives its stated figure")


def _check_check(check: Check, ids: list[str]) -> None:
    for name in check.claims:
        located("claims", _known, name, ids)
    allowed = {"sum": 2, "totals": 2, "order": 2, "multiples": 1}[check.kind]
    if len(check.claims) < allowed or (check.kind == "multiples" and len(check.claims) > 1):
        raise StudyError(f"{len(check.claims)} claims; allowed for {check.kind}: {_how_many(check.kind)}")
    if check.kind == "totals" and len(check.claims) % 2:
        raise StudyError("an odd number of claims; allowed: an amount, its share, an amount, its share, ...")
    if (check.kind == "multiples") != (check.table is not None):
        raise StudyError("table goes with the kind multiples and with no other")
    if check.where is not None:
        located("where", parse, check.where)


def _how_many(kind: str) -> str:
    return "exactly one" if kind == "multiples" else "two or more"


def _known(name: str, ids: Iterable[str]) -> None:
    if name not in ids:
        raise StudyError(one_of("claim", name, ids))
