"""A text with everything that was computed about it, and several of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from replication.claims.checks import Checked, SameFact, run_check, same_facts
from replication.claims.claim_entries import Ledger
from replication.claims.judge import Outcome, evaluate_claim
from replication.claims.recorded import STATED, Recorded, read_tables, stated_figures, tables_named
from replication.project.places import Project
from replication.project.strict import located


@dataclass(frozen=True)
class Text:
    """One text with everything that was computed about it."""

    ledger: Ledger
    outcomes: tuple[Outcome, ...]
    checks: tuple[Checked, ...]
    tables: Mapping[str, Recorded]


@dataclass(frozen=True)
class Book:
    """All texts, and the facts that several of their claims state."""

    texts: tuple[Text, ...]
    same: tuple[SameFact, ...]


def evaluate_text(ledger: Ledger, project: Project, data: Path | None = None) -> Text:
    """Every claim and every check of one text, computed from the author's tables and the project's."""
    return evaluate_on(ledger, read_tables(tables_named(ledger), project, data))


def evaluate_on(ledger: Ledger, tables: Mapping[str, Recorded]) -> Text:
    """Every claim and every check of one text, computed from tables that hold all that it names."""
    tables = {name: tables[name] for name in tables_named(ledger)} | {STATED: stated_figures(ledger)}
    outcomes = tuple(evaluate_claim(claim, tables) for claim in ledger.claims)
    stated = {outcome.claim.id: outcome.stated for outcome in outcomes}
    checks = [located(f"checks.{check.id}", run_check, check, stated, tables) for check in ledger.checks]
    return Text(ledger, outcomes, tuple(result for results in checks for result in results), tables)


def shared_facts(texts: Sequence[Text]) -> list[SameFact]:
    """Every fact that claims of these texts name as one, compared."""
    stated = {(text.ledger.text.id, o.claim.id): o.stated for text in texts for o in text.outcomes}
    return same_facts({text.ledger.text.id: text.ledger for text in texts}, stated)


def without_others(text: Text) -> Text:
    """The text without the facts that it shares with others."""
    own = f"{text.ledger.text.id}:"
    claims = [
        claim.model_copy(update={"same_as": [n for n in claim.same_as if ":" not in n or n.startswith(own)]})
        for claim in text.ledger.claims
    ]
    return Text(text.ledger.model_copy(update={"claims": claims}), text.outcomes, text.checks, text.tables)
