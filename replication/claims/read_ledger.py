"""Claims file -> Ledger, strictly: the first thing wrong with it becomes one line."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from replication.claims.claim_entries import (
    Cells,
    Check,
    Claim,
    Input,
    Ledger,
    Reading,
    Slip,
    Stated,
    TextHead,
)
from replication.claims.units import PERCENT, TRUTH, known_unit
from replication.claims.wording import interval_of
from replication.errors import StudyError, one_of
from replication.language.functions import ELEMENTWISE
from replication.language.nodes import Call, Node, names_in
from replication.language.syntax import parse
from replication.project.strict import check_ids, located, read_strictly
from replication.spec.entry import Entry

ANCHOR = re.compile(r"(table|figure)-[A-Za-z][A-Za-z0-9_]*-[A-Za-z][A-Za-z0-9_]*")
HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]"
)  # controls, turned direction
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d(?:s|-\d\d?)?\b")
FIGURE = re.compile(r"\d+(?:\.\d+)?")
NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
OPERATORS = (*ELEMENTWISE, "-", "==", "!=", "in")


def read_ledger(path: Path) -> Ledger:
    """The claims of one text.

    Raises
    ------
    StudyError
        Anything wrong with the file, told with its name, the key or the claim, and what is allowed.
    """
    ledger = read_strictly(path, Ledger)
    return located(path.name, _checked, ledger)


def _checked(ledger: Ledger) -> Ledger:
    check_ids("claims", (claim.id for claim in ledger.claims))
    check_ids("checks", (check.id for check in ledger.checks))
    check_ids("cells", (cells.id for cells in ledger.cells))
    ids = [claim.id for claim in ledger.claims]
    located("text", _check_head, ledger.text)
    for claim in ledger.claims:
        located(f"claims.{claim.id}", _check_claim, claim, ids)
        located(f"claims.{claim.id}", _check_place, claim, ledger.text.parts)
    for cells in ledger.cells:
        located(f"cells.{cells.id}", _check_texts, cells)
        located(f"cells.{cells.id}", _check_place, cells, ledger.text.parts)
    for slip in ledger.slips:
        located("slips", _check_slip, slip)
    for check in ledger.checks:
        located(f"checks.{check.id}", _check_check, check, ids)
    _check_circles(ledger.claims)
    _check_findings(ledger.claims)
    return ledger


def _check_head(text: TextHead) -> None:
    _check_texts(text)
    check_ids("parts", text.parts)
    if not all(part.strip() for part in text.parts):
        raise StudyError("parts: one of them is empty; write it, or leave it out")


def _check_slip(slip: Slip) -> None:
    _check_texts(slip)
    if slip.low > slip.high:
        raise StudyError(f"low is {slip.low:g}; allowed: at most high, {slip.high:g}")


def _check_texts(entry: Entry) -> None:
    """Refuse an empty text, which says nothing and would count as said, and signs that show as others."""
    for name in sorted(entry.model_fields_set):
        value = getattr(entry, name)
        if isinstance(value, str) and not value.strip():
            raise StudyError(f"{name} is empty; write it, or leave the key out")
        if isinstance(value, str) and (hidden := HIDDEN.search(value)):
            raise StudyError(
                f"{name} holds the sign U+{ord(hidden[0]):04X}, which no page shows; leave it out"
            )


def _check_claim(claim: Claim, ids: list[str]) -> None:
    if not claim.readings and not claim.missing:
        raise StudyError(
            "neither readings nor missing; give a computation, or say in missing which figure is missing"
        )
    _check_texts(claim)
    if claim.exhibit and not ANCHOR.fullmatch(claim.exhibit):
        raise StudyError(f"exhibit is {claim.exhibit[:80]!r}; allowed: table-STUDY-ID or figure-STUDY-ID")
    located("stated", _check_stated, claim.stated, claim.kind)
    for other in (*claim.same_as, claim.same_finding or claim.id):
        if ":" not in other:
            located("same_finding" if other == claim.same_finding else "same_as", _known, other, ids)
    if claim.id in (claim.same_finding, *claim.same_as):
        raise StudyError("a claim is not the same as itself; leave same_as and same_finding out")
    for place, reading in enumerate(claim.readings, start=1):
        located(f"readings[{place}]", _check_reading, reading, claim.id, ids)
    _check_labels(claim)


def _check_labels(claim: Claim) -> None:
    """Several readings are told apart by their labels."""
    labels = [reading.label for reading in claim.readings]
    if len(labels) > 1 and not all(labels):
        raise StudyError(f"readings[{labels.index('') + 1}] of several has no label; say how it differs")
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        raise StudyError(f"two readings have the label {twice[0]!r}; say how they differ")


def _check_place(entry: Claim | Cells, parts: list[str]) -> None:
    if parts and not entry.place.startswith(tuple(parts)):
        raise StudyError(f"place is {entry.place[:80]!r}; allowed: one that begins with {' or '.join(parts)}")


def _check_stated(stated: Stated, kind: str) -> None:
    _check_texts(stated)
    if bool(stated.date) == (stated.value is not None):
        raise StudyError("states a figure and a date, or neither; allowed: value or date")
    if stated.date:
        given = {"low", "high", "decimals", "unit", "deviates"} & stated.model_fields_set
        if given:
            raise StudyError(f"{min(given)} stands beside date, whose days are its ends; leave it out")
    elif not stated.unit:
        raise StudyError("unit is missing; say what the value is counted in, in words")
    else:
        _check_value(stated, kind)
        _check_ends(stated)
        _check_words(stated)
    interval_of(stated, kind)


def _check_value(stated: Stated, kind: str) -> None:
    """Refuse a value that its kind or unit cannot have."""
    value, unit = stated.figure, known_unit(stated.unit)
    if unit == TRUTH:
        given = sorted({"low", "high", "decimals", "deviates"} & stated.model_fields_set)
        if value not in (0, 1) or given:
            found = given[0] + " is given" if given else f"value is {value:g}"
            raise StudyError(f"{found}; allowed for yes or no: value = 1 or value = 0")
    least = {"rank": 1, "count": 0}.get(kind, -math.inf)
    least, most = (0, 100) if kind == "share" and unit == PERCENT else (least, math.inf)
    if not least <= value <= most:
        allowed = f"{least:g} to {most:g}" if math.isfinite(most) else f"{least:g} or more"
        raise StudyError(f"value is {value:g}; allowed for a {kind}: {allowed}")


def _check_words(stated: Stated) -> None:
    """Refuse a value that is not the one figure which its words print, whatever the unit makes of it."""
    printed = {float(figure) for figure in FIGURE.findall(YEAR.sub(" ", stated.words.replace(",", "")))}
    if len(printed) != 1 or known_unit(stated.unit) == TRUTH:
        return
    (figure,) = printed
    values = {abs(each) for each in (stated.value, stated.low, stated.high) if each}
    if not any(_same_digits(value, figure) for value in values):
        raise StudyError(f"value is {stated.figure:g}; its words {stated.words!r} print {figure:g}")


def _same_digits(a: float, b: float) -> bool:
    """Whether two figures are one but for the place of the point, as cents and dollars are."""
    return b > 0 and math.isclose(round(tens := math.log10(a / b)), tens, abs_tol=1e-9)


def _check_ends(stated: Stated) -> None:
    """Ends are those of a printed range, or depart from the convention for a reason."""
    given = [end for end in (stated.low, stated.high) if end is not None]
    if stated.low is not None and stated.low > stated.figure:
        raise StudyError(f"low is {stated.low:g}; allowed: at most the value, {stated.figure:g}")
    if stated.high is not None and stated.high < stated.figure:
        raise StudyError(f"high is {stated.high:g}; allowed: at least the value, {stated.figure:g}")
    if stated.deviates and not given:
        raise StudyError(
            "deviates says why low and high depart from the convention; give them, or leave it out"
        )
    if given and not stated.deviates and not _printed_range(stated):
        raise StudyError(
            f"low and high are not two figures of the words {stated.words!r}; allowed: the ends of a printed "
            "range, or deviates with the reason to depart from the convention of wording"
        )


def _printed_range(stated: Stated) -> bool:
    """Whether the words print both ends of the range."""
    if stated.low is None or stated.high is None:
        return False
    words = stated.words.lower().replace(",", "")
    figures = [float(figure) for figure in FIGURE.findall(words)]
    figures += [float(place) for place, name in enumerate(NUMERALS) if re.search(rf"\b{name}\b", words)]
    return {stated.low, stated.high} <= set(figures)


def _check_circles(claims: list[Claim]) -> None:
    """Refuse claims that bear one another out: in the end each would rest on itself."""
    rests_on = {
        claim.id: [spec.claim for reading in claim.readings for spec in reading.inputs.values() if spec.claim]
        for claim in claims
    }
    try:
        TopologicalSorter(rests_on).prepare()
    except CycleError as problem:
        circle = " -> ".join(reversed(problem.args[1]))
        raise StudyError(
            f"claims rest on one another in a circle: {circle}; let one of them rest on something else"
        ) from None


def _check_findings(claims: list[Claim]) -> None:
    """A finding is counted under the one claim that others name: it repeats none, and is the text's."""
    named = {claim.id: claim for claim in claims}
    for claim in claims:
        first = named[claim.same_finding or claim.id]
        if first is claim:
            continue
        if first.same_finding:
            repeats = f"{first.id} itself repeats {first.same_finding}"
            raise StudyError(f"claims.{claim.id}.same_finding: {repeats}; name one claim")
        if first.auditor and not claim.auditor:
            raise StudyError(
                f"claims.{claim.id}.same_finding: {first.id} is a test of yours and not counted; "
                "let it name the claim of the text"
            )


def _check_reading(reading: Reading, claim: str, ids: list[str]) -> None:
    _check_texts(reading)
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
    _check_basis(reading)


def _check_basis(reading: Reading) -> None:
    """What is recorded is in a table; a study's results are none of the document's own figures."""
    inputs = reading.inputs.values()
    if reading.basis == "data" and not any(spec.table for spec in inputs):
        raise StudyError("basis is 'data', and no input is of a table; what claims state is 'document'")
    if reading.basis == "document" and any(spec.study for spec in inputs):
        raise StudyError("basis is 'document', and an input is a study's result; allowed: data, elsewhere")


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
    if spec.study and spec.claim:
        raise StudyError("study is for a table; a claim gives its stated figure")
    if spec.half_width and (spec.low or spec.high):
        raise StudyError("half_width stands beside low or high; allowed: one way to say how exact it is")
    if spec.date and spec.by in ("sum", "volatility"):
        raise StudyError(f"by is {spec.by!r} of dates; allowed: only, mean, min, max, first, last, count")
    if spec.date and spec.half_width:
        raise StudyError("a date has the days that it allows as its ends: leave half_width out")


def _check_claim_input(spec: Input, claim: str, ids: list[str]) -> None:
    located("claim", _known, spec.claim, ids)
    if spec.claim == claim:
        raise StudyError("a claim cannot rest on itself")
    of_table = {
        "where", "take", "by", "half_width", "low", "high", "date", "unit",
    } & spec.model_fields_set  # fmt: skip
    if of_table:
        raise StudyError(f"{min(of_table)} is for a table; a claim gives its stated figure")


def _check_check(check: Check, ids: list[str]) -> None:
    _check_texts(check)
    for name in check.claims:
        located("claims", _known, name, ids)
    allowed = {"sum": 2, "totals": 2, "order": 2, "multiples": 1}[check.kind]
    if len(check.claims) < allowed or (check.kind == "multiples" and len(check.claims) > 1):
        raise StudyError(f"{len(check.claims)} claims; allowed for {check.kind}: {_how_many(check.kind)}")
    if check.kind == "totals" and len(check.claims) % 2:
        raise StudyError("an odd number of claims; allowed: an amount, its share, an amount, its share, ...")
    if check.kind in ("sum", "order"):
        check_ids("claims", check.claims)
    kinds = {"total": "sum", **dict.fromkeys(("where", "take", "over"), "multiples")}
    strange = sorted(key for key in check.model_fields_set & set(kinds) if kinds[key] != check.kind)
    if strange:
        raise StudyError(f"{strange[0]} goes with the kind {kinds[strange[0]]} and with no other")
    if (check.kind == "multiples") != (check.table is not None):
        raise StudyError("table goes with the kind multiples and with no other")
    if check.where is not None:
        located("where", parse, check.where)


def _how_many(kind: str) -> str:
    return "exactly one" if kind == "multiples" else "two or more"


def _known(name: str, ids: Iterable[str]) -> None:
    if name not in ids:
        raise StudyError(one_of("claim", name, ids))
