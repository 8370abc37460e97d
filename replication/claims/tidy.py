"""The ledger as tidy tables: one row a claim, a reading, a check, a shared fact, a recorded figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from replication.claims.book import Book, Text
from replication.claims.checks import Checked, SameFact, Statement, unit_slip
from replication.claims.claim_entries import Claim
from replication.claims.judge import Outcome, Result
from replication.claims.recorded import EVERY_ROW, STATED, Cell, Recorded, TableId
from replication.claims.support import SUPPORTS
from replication.claims.units import DATE, TRUTH, Unit, stated_unit
from replication.claims.verdict import AGREES, VERDICTS, Interval
from replication.claims.written import allowed, ends, number, rounded

ENDS = ("", "_low", "_high")
FEW = 8  # figures named one by one where a claim is told
TEXTS, AUDITORS = "the text's", "the auditor's"
REPEATED = "same finding as another claim"
COLUMNS = {
    "ledger": [
        *("text", "document", "id", "place", "claim", "kind", "whose", "words", "allowed", "stated"),
        *("stated_low", "stated_high", "unit", "computed", "computed_low", "computed_high", "verdict"),
        *("support", "same_finding", "basis", "arithmetic", "caveats", "rests_on", "exhibit", "missing"),
        *("soft", "deviates", "unit_slip"),
    ],
    "readings": [
        *("text", "id", "reading", "label", "kind", "basis", "computed", "computed_low", "computed_high"),
        *("verdict", "support", "arithmetic", "caveats", "rests_on"),
    ],
    "counts": ["text", "document", "whose", "verdict", "support", "claims"],
    "checks": [
        *("text", "check", "kind", "title", "item", "computed", "computed_low", "computed_high"),
        *("result", "arithmetic"),
    ],
    "same_facts": [
        *("text", "id", "stated", "stated_low", "stated_high", "unit", "allowed"),
        *("other_text", "other_id", "other_stated", "other_stated_low", "other_stated_high"),
        *("other_unit", "other_allowed", "agree"),
    ],
    "figures": ["text", "figure", "column", "recorded", "value", "used_by"],
}
FIGURES = {f"{name}{end}" for name in ("stated", "computed", "other_stated") for end in ENDS} | {"value"}
KINDS = dict.fromkeys(FIGURES, "float64") | {"reading": "int64", "claims": "int64", "agree": "bool"}


def frames(book: Book) -> dict[str, pd.DataFrame]:
    """Every record of a ledger by name; the columns of each stand in `COLUMNS`."""
    rows = {
        "ledger": [_claim(text, outcome) for text in book.texts for outcome in text.outcomes],
        "readings": [
            row for text in book.texts for outcome in text.outcomes for row in _readings(text, outcome)
        ],
        "counts": [row for text in book.texts for row in _counts(text)],
        "checks": [check_row(text, checked) for text in book.texts for checked in text.checks],
        "same_facts": [_same(fact) for fact in book.same],
        "figures": [row for text in book.texts for row in _figures(text)],
    }
    return {name: _frame(rows[name], columns) for name, columns in COLUMNS.items()}


def _frame(rows: Sequence[dict], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table whose columns have their types even without a row."""
    data = {name: [row[name] for row in rows] for name in columns}
    return pd.DataFrame({name: pd.Series(data[name], dtype=KINDS.get(name, "str")) for name in columns})


def _ends(name: str, interval: Interval | None, unit: Unit | None = None) -> dict[str, float]:
    """A figure and its ends; a date is told in words alone."""
    if interval is None or unit == DATE:
        return {f"{name}{end}": np.nan for end in ENDS}
    values = interval.point, interval.low, interval.high
    return {f"{name}{end}": value for end, value in zip(ENDS, values, strict=True)}


def _claim(text: Text, outcome: Outcome) -> dict:
    claim, results, unit = outcome.claim, outcome.results, stated_unit(outcome.claim.stated)
    plain = ("id", "place", "claim", "kind", "missing", "soft", "exhibit")
    return {
        "text": text.ledger.text.id,
        "document": text.ledger.document(claim),
        **{name: getattr(claim, name) for name in plain},
        "whose": AUDITORS if claim.auditor else TEXTS,
        "words": stated_words(claim),
        "allowed": ends(outcome.stated, unit, allowed),
        **_ends("stated", outcome.stated, unit),
        "unit": "date" if claim.stated.date else claim.stated.unit,
        **_ends("computed", results[0].computed if results else None, unit),
        "verdict": outcome.verdict,
        "support": outcome.support,
        "same_finding": claim.same_finding or "",
        "basis": ", ".join(dict.fromkeys(result.reading.basis for result in results)),
        "arithmetic": _arithmetic(outcome),
        "caveats": " ".join(_caveats(outcome)),
        "rests_on": told_cells(outcome.cells),
        "deviates": claim.stated.deviates,
        "unit_slip": unit_slip(outcome, text.ledger.slips),
    }


def stated_words(claim: Claim) -> str:
    """The printed words of a claim, or the figure where none are given."""
    return claim.stated.words or claim.stated.date or number(claim.stated.figure)


def arithmetic_of(text: Text, outcome: Outcome) -> str:
    """The arithmetic of a claim with what is to be known beside it, for one line."""
    slip = unit_slip(outcome, text.ledger.slips)
    beside = [*_caveats(outcome), *([f"Perhaps {slip}."] if slip else [])]
    return ". ".join(filter(None, (_arithmetic(outcome), " ".join(beside))))


def _arithmetic(outcome: Outcome) -> str:
    """What was computed, then what is stated."""
    if not outcome.results:
        return ""
    unit = stated_unit(outcome.claim.stated)
    words, leaves = stated_words(outcome.claim), ends(outcome.stated, unit, allowed)
    stated = words if unit == TRUTH or words == leaves else f"{words}: {leaves}"
    return f"{computed_words(outcome)}; stated {stated}"


def computed_words(outcome: Outcome) -> str:
    """Every reading's computation, each with its verdict where there are several."""
    unit, several = stated_unit(outcome.claim.stated), len(outcome.results) > 1
    return "; ".join(_told(result, unit, several) for result in outcome.results)


def _told(result: Result, unit: Unit | None, several: bool) -> str:
    label = f"{result.reading.label}: " if result.reading.label else ""
    judged = f" [{result.verdict}]" if several else ""
    return f"{label}{result.arithmetic}{_rounding(result, unit)}{judged}"


def _rounding(result: Result, unit: Unit | None) -> str:
    """The computed interval in brackets, where it says more than the arithmetic before it."""
    return "" if result.complete else f" ({ends(result.computed, unit, rounded)})"


def _caveats(outcome: Outcome) -> Iterator[str]:
    """What is to be known beside a verdict, in sentences, with its reading where there are several."""
    several = len(outcome.results) > 1
    for result in outcome.results:
        told = " ".join(map(_sentence, result.caveats))
        if told:
            yield f"{_sentence(result.reading.label).removesuffix('.')}: {told}" if several else told


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def told_cells(cells: Iterable[Cell]) -> str:
    """Rows of tables that a claim rests on, in one line."""
    return "; ".join(words for words, _ in rows_behind(cells))


def rows_behind(cells: Iterable[Cell]) -> Iterator[tuple[str, Cell | None]]:
    """Words for each row of a table that a claim rests on, with a cell of it; none where many are counted."""
    by_table: dict[TableId, dict[str, Cell]] = {}
    for cell in cells:
        if cell.row != EVERY_ROW:
            by_table.setdefault(cell.table, {}).setdefault(cell.row, cell)
    for table, rows in by_table.items():
        if len(rows) > FEW:
            yield f"{table}[{len(rows)} rows]", None
        else:
            yield from ((str(cell), cell) for cell in rows.values())


def _readings(text: Text, outcome: Outcome) -> Iterable[dict]:
    unit = stated_unit(outcome.claim.stated)
    for place, result in enumerate(outcome.results, start=1):
        reading = result.reading
        yield {
            "text": text.ledger.text.id,
            "id": outcome.claim.id,
            "reading": place,
            **{name: getattr(reading, name) for name in ("label", "kind", "basis")},
            **_ends("computed", result.computed, unit),
            "verdict": result.verdict,
            "support": result.support,
            "arithmetic": result.arithmetic + _rounding(result, unit),
            "caveats": " ".join(map(_sentence, result.caveats)),
            "rests_on": told_cells(result.cells),
        }


def counted_as(outcome: Outcome) -> tuple[str, str]:
    """Verdict and support under which a claim is counted; a finding told elsewhere is counted there."""
    if outcome.claim.same_finding:
        return REPEATED, ""
    return outcome.verdict, outcome.support if outcome.verdict in AGREES else ""


def _counts(text: Text) -> Iterable[dict]:
    """One row a document, owner, verdict and support; documents in the order in which the text names them."""
    ledger = text.ledger
    found = Counter(
        (ledger.document(o.claim), AUDITORS if o.claim.auditor else TEXTS, *counted_as(o))
        for o in text.outcomes
    )
    for document in [f"{ledger.text.id}: {part}" for part in ledger.text.parts] or [ledger.text.id]:
        for whose in (TEXTS, AUDITORS):
            for verdict, support in _grades():
                claims = found[document, whose, verdict, support]
                row = (ledger.text.id, document, whose, verdict, support, claims)
                yield dict(zip(COLUMNS["counts"], row, strict=True))


def _grades() -> Iterator[tuple[str, str]]:
    """Every verdict with every support that it may have, in their order."""
    for verdict in (*VERDICTS, REPEATED):
        for support in SUPPORTS if verdict in AGREES else ("",):
            yield verdict, support


def check_row(text: Text, checked: Checked) -> dict:
    """One result of a check, a row of the record `checks`."""
    return {
        "text": text.ledger.text.id,
        "check": checked.check.id,
        "kind": checked.check.kind,
        "title": checked.check.title,
        "item": checked.item,
        **_ends("computed", checked.computed),
        "result": checked.result,
        "arithmetic": checked.arithmetic,
    }


def _same(fact: SameFact) -> dict:
    return {**_statement("", fact.here), **_statement("other_", fact.there), "agree": fact.agree}


def _statement(prefix: str, side: Statement) -> dict:
    return {
        f"{prefix}text": side.text,
        f"{prefix}id": side.id,
        **_ends(f"{prefix}stated", side.stated, side.unit),
        f"{prefix}unit": side.words,
        f"{prefix}allowed": ends(side.stated, side.unit, allowed),
    }


def _figures(text: Text) -> Iterable[dict]:
    for used in figures_used(text):
        yield {
            "text": text.ledger.text.id,
            "figure": str(used.cell),
            "column": used.cell.column,
            "recorded": used.shown,
            "value": used.value,
            "used_by": ", ".join(used.claims),
        }


@dataclass(frozen=True)
class FigureUsed:
    """A recorded figure, as a reader would write it and as a number (NaN if it is none), and whose it is."""

    cell: Cell
    shown: str
    value: float
    claims: list[str]


def figures_used(text: Text) -> Iterator[FigureUsed]:
    """Every recorded figure that a verdict rests on, with the claims that rest on it."""
    users: dict[Cell, list[str]] = {}
    for outcome in text.outcomes:
        for cell in outcome.cells:
            users.setdefault(cell, []).append(outcome.claim.id)
    values = {name: _values(recorded) for name, recorded in text.tables.items() if name != STATED}
    cells = [cell for cell in users if cell.table != STATED and cell.row != EVERY_ROW]
    for cell in sorted(cells, key=lambda cell: (str(cell.table), cell.row, cell.column)):
        value: Any = values[cell.table].at[cell.row, cell.column] if cell.column else "counted"
        is_text = isinstance(value, str)
        shown = "" if pd.isna(value) else value if is_text else number(value)
        figure = np.nan if pd.isna(value) or is_text else float(value)
        yield FigureUsed(cell, shown, figure, users[cell])


def _values(recorded: Recorded) -> pd.DataFrame:
    return recorded.rows.set_index(pd.Index(recorded.names))
