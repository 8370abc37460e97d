"""What a command prints of a ledger: contradictions with their arithmetic, verdicts with claims, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from replication.claims.book import Book, Text
from replication.claims.checks import FAILS
from replication.claims.tidy import FEW, REPEATED, arithmetic_of, counted_as
from replication.claims.verdict import HARD, VERDICTS


def told(book: Book) -> Iterator[str]:
    """Lines: hard contradictions and failed checks of every text, then counts; the ledger has the rest."""
    for text in book.texts:
        yield from _contradictions(text)
    for text in book.texts:
        yield _counts(text)


def told_by_verdict(book: Book) -> Iterator[str]:
    """Lines of `told`, and between them each text's claims by verdict: for one who writes a claims file."""
    for text in book.texts:
        yield from (*_contradictions(text), *_by_verdict(text), _counts(text))


def _contradictions(text: Text) -> Iterator[str]:
    name = text.ledger.text.id
    for outcome in text.outcomes:
        if outcome.verdict in HARD:
            yield f"{name}: {outcome.claim.id}: {outcome.verdict}: {arithmetic_of(text, outcome)}"
    for checked in text.checks:
        if checked.result == FAILS:
            yield f"{name}: {checked.check.id}: {checked.item}: fails: {checked.arithmetic}"


def _by_verdict(text: Text) -> Iterator[str]:
    """One line a verdict and support: how many claims, and the first of them by name."""
    found: dict[str, list[str]] = {}
    for outcome in sorted(text.outcomes, key=lambda outcome: VERDICTS.index(outcome.verdict)):
        found.setdefault(_heading(outcome), []).append(outcome.claim.id)
    for heading, ids in found.items():
        more = f", and {len(ids) - FEW} more" if len(ids) > FEW else ""
        yield f"{text.ledger.text.id}: {heading} ({len(ids)}): {', '.join(ids[:FEW])}{more}"


def _heading(outcome) -> str:
    verdict, support = counted_as(outcome)
    repeated = f"{outcome.verdict}, {REPEATED}" if verdict == REPEATED else verdict
    tests = "tests of ours, " if outcome.claim.auditor else ""
    return f"{tests}{repeated}{f' ({support})' if support else ''}"


def _counts(text: Text) -> str:
    found = Counter(counted_as(outcome)[0] for outcome in text.outcomes if not outcome.claim.auditor)
    counts = [f"{found[verdict]} {verdict}" for verdict in (*VERDICTS, REPEATED) if found[verdict]]
    tests = sum(outcome.claim.auditor for outcome in text.outcomes)
    ours = f"; {tests} tests of ours" if tests else ""
    return f"{text.ledger.text.id}: {sum(found.values())} claims: {', '.join(counts)}{ours}"
