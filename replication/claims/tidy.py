"""The ledger as tidy tables: one row a claim, a reading, a check, a shared fact, a recorded figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pandas as pd

from replication.claims.book import Book, Text
from replication.claims.checks import FAILS, Checked, SameFact, unit_slip
from replication.claims.judge import Outcome, Result
from replication.claims.recorded import EVERY_ROW, STATED, Cell, Recorded
from replication.claims.verdict import HARD, VERDICTS, Interval
from replication.claims.wording import number, rounded, span

ENDS = ("", "_low", "_high")
FEW = 8  # figures named one by one where a claim is told
COLUMNS = {
    "ledger": [
        *(
            "text",
            "document",
            "id",
            "place",
            "claim",
            "kind",
            "words",
            "stated",
            "stated_low",
            "stated_high",
            "unit",
        ),
        *("computed", "computed_low", "computed_high", "verdict", "basis", "arithmetic", "rests_on"),
        *("exhibit", "missing", "soft", "unit_slip"),
    ],
    "readings": [
        *("text", "id", "reading", "label", "kind", "basis", "computed", "computed_low", "computed_high"),
        *("verdict", "arithmetic", "rests_on", "note"),
    ],
    "counts": ["text", "document", "verdict", "claims"],
    "checks": [
        *("text", "check", "kind", "title", "item", "computed", "computed_low", "computed_high"),
        *("result", "arithmetic"),
    ],
    "same_facts": [
        *("text", "id", "stated", "stated_low", "stated_high", "unit"),
        *(
            "other_text",
            "other_id",
            "other_stated",
            "other_stated_low",
            "other_stated_high",
            "other_unit",
            "agree",
        ),
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
        "checks": [_check(text, checked) for text in book.texts for checked in text.checks],
        "same_facts": [_same(fact) for fact in book.same],
        "figures": [row for text in book.texts for row in _figures(text)],
    }
    return {name: _frame(rows[name], columns) for name, columns in COLUMNS.items()}


def _frame(rows: Sequence[dict], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table whose columns have their types even without a row."""
    data = {name: [row[name] for row in rows] for name in columns}
    return pd.DataFrame({name: pd.Series(data[name], dtype=KINDS.get(name, "str")) for name in columns})


def _ends(name: str, interval: Interval | None) -> dict[str, float]:
    values = (np.nan,) * 3 if interval is None else (interval.point, interval.low, interval.high)
    return {f"{name}{end}": value for end, value in zip(ENDS, values, strict=True)}


def _claim(text: Text, outcome: Outcome) -> dict:
    claim, results = outcome.claim, outcome.results
    return {
        "text": text.ledger.text.id,
        "document": text.ledger.document(claim),
        **{
            name: getattr(claim, name)
            for name in ("id", "place", "claim", "kind", "missing", "soft", "exhibit")
        },
        "words": claim.stated.words or number(claim.stated.value),
        **_ends("stated", outcome.stated),
        "unit": claim.stated.unit,
        **_ends("computed", results[0].computed if results else None),
        "verdict": outcome.verdict,
        "basis": ", ".join(dict.fromkeys(result.reading.basis for result in results)),
        "arithmetic": _arithmetic(outcome),
        "rests_on": told_cells(outcome.cells),
        "unit_slip": unit_slip(outcome),
    }


def _arithmetic(outcome: Outcome) -> str:
    """Every reading's computation, each with its verdict where there are several, then what is stated."""
    if not outcome.results:
        return ""
    several = len(outcome.results) > 1
    parts = [_told(result, several) for result in outcome.results]
    words, allowed = outcome.claim.stated.words or number(outcome.stated.point), span(outcome.stated)
    return f"{'; '.join(parts)}; stated {words if words == allowed else f'{words}: {allowed}'}"


def _told(result: Result, several: bool) -> str:
    label = f"{result.reading.label}: " if result.reading.label else ""
    ends, point = span(result.computed, rounded), rounded(result.computed.point)
    interval = "" if ends in (point, f"{point} to {point}") else f" ({ends})"
    judged = f" [{result.verdict}]" if several else ""
    return f"{label}{result.arithmetic}{interval}{judged}"


def told_cells(cells: Iterable[Cell]) -> str:
    """Rows of tables that a claim rests on; counted by table where they are many."""
    by_table: dict[str, list[str]] = {}
    for cell in cells:
        by_table.setdefault(cell.table, []).append(cell.row)
    parts = []
    for table, names in by_table.items():
        rows = [name for name in dict.fromkeys(names) if name != EVERY_ROW]
        many = len(rows) > FEW
        parts.append(f"{table}[{len(rows)} rows]" if many else "; ".join(f"{table}[{row}]" for row in rows))
    return "; ".join(part for part in parts if part)


def _readings(text: Text, outcome: Outcome) -> Iterable[dict]:
    for place, result in enumerate(outcome.results, start=1):
        reading = result.reading
        yield {
            "text": text.ledger.text.id,
            "id": outcome.claim.id,
            "reading": place,
            **{name: getattr(reading, name) for name in ("label", "kind", "basis", "note")},
            **_ends("computed", result.computed),
            "verdict": result.verdict,
            "arithmetic": result.arithmetic,
            "rests_on": told_cells(result.cells),
        }


def _counts(text: Text) -> Iterable[dict]:
    """One row a document and verdict; documents in the order in which the text names them."""
    ledger = text.ledger
    found = Counter((ledger.document(outcome.claim), outcome.verdict) for outcome in text.outcomes)
    parts = [f"{ledger.text.id}: {part}" for part in ledger.text.parts] or [ledger.text.id]
    for document, verdict in product(parts, VERDICTS):
        claims = found[document, verdict]
        yield {"text": ledger.text.id, "document": document, "verdict": verdict, "claims": claims}


def _check(text: Text, checked: Checked) -> dict:
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
    return {
        "text": fact.text,
        "id": fact.id,
        **_ends("stated", fact.stated),
        "unit": fact.units[0],
        "other_text": fact.other_text,
        "other_id": fact.other_id,
        **_ends("other_stated", fact.other_stated),
        "other_unit": fact.units[1],
        "agree": fact.agree,
    }


def _figures(text: Text) -> Iterable[dict]:
    """Every recorded figure that a verdict rests on, with the claims that rest on it."""
    users: dict[Cell, list[str]] = {}
    for outcome in text.outcomes:
        for cell in outcome.cells:
            users.setdefault(cell, []).append(outcome.claim.id)
    values = {name: _values(recorded) for name, recorded in text.tables.items() if name != STATED}
    for cell in sorted(cell for cell in users if cell.table != STATED and cell.row != EVERY_ROW):
        value = values[cell.table].at[cell.row, cell.column] if cell.column else "counted"
        is_text = isinstance(value, str)
        yield {
            "text": text.ledger.text.id,
            "figure": str(cell),
            "column": cell.column,
            "recorded": "" if pd.isna(value) else value if is_text else number(value),
            "value": np.nan if pd.isna(value) or is_text else float(value),
            "used_by": ", ".join(users[cell]),
        }


def _values(recorded: Recorded) -> pd.DataFrame:
    return recorded.rows.set_index(pd.Index(recorded.names))


def told(book: Book) -> Iterable[str]:
    """What a command prints of a ledger: contradictions and failed checks, then counts."""
    for text in book.texts:
        name = text.ledger.text.id
        for outcome in text.outcomes:
            if outcome.verdict in HARD:
                slip = unit_slip(outcome)
                perhaps = f" ({slip})" if slip else ""
                yield f"{name}: {outcome.claim.id}: {outcome.verdict}: {_arithmetic(outcome)}{perhaps}"
        for checked in text.checks:
            if checked.result == FAILS:
                yield f"{name}: {checked.check.id}: {checked.item}: fails: {checked.arithmetic}"
    for text in book.texts:
        found = Counter(outcome.verdict for outcome in text.outcomes)
        counts = [f"{found[verdict]} {verdict}" for verdict in VERDICTS if found[verdict]]
        yield f"{text.ledger.text.id}: {len(text.outcomes)} claims: {', '.join(counts)}"
