"""Two accounts of models compared like cells: how a model was estimated, on which rows, with which errors.

Titles, sentences and warnings are words: other ones are told as such, with the files that are set otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from replication.project.strict import read_json_as
from replication.versions.grades import Move, Verdict

ACCOUNTS = "accounts.json"
FACTS = ("estimator", "outcome", "effects", "choices", "rows_in_panel", "nobs", "converged")
Account = dict[str, Any]


class _Error(BaseModel, extra="allow"):
    label: str
    kind: str


class _Term(BaseModel, extra="allow"):
    equation: str
    name: str


class _Told(BaseModel, extra="allow"):
    """What is read of an account."""

    model: str
    estimator: str
    errors: list[_Error]
    dropped: list[tuple[str | list[str], int]] = Field(default_factory=list)
    terms: list[_Term] = Field(default_factory=list)


def accounts(folder: Path) -> list[Account]:
    """The account of each model of a folder of results; none where there is no such file."""
    path = folder / ACCOUNTS
    return [told.model_dump() for told in read_json_as(path, list[_Told])] if path.is_file() else []


def compare_accounts(study: str, old: Path, new: Path) -> Verdict:
    """Grade every fact that two folders of results tell of their models."""
    before, after = _facts(accounts(old)), _facts(accounts(new))
    names = before.keys() | after.keys()
    moves = _moves(before, after, sorted(names))
    return Verdict(study, ACCOUNTS, len(names), tuple(moves))


def _facts(told: list[Account]) -> dict[str, str]:
    return {f"{account['model']}, {name}": fact for account in told for name, fact in _of_one(account)}


def _of_one(account: Account) -> Iterator[tuple[str, str]]:
    """Facts by name: scalars, rows left out by cause, terms, the kind of each error."""
    yield from ((name, str(account[name])) for name in FACTS if name in account)
    for cause, rows in account.get("dropped", ()):
        told = cause if isinstance(cause, str) else " ".join(filter(None, cause))  # a text as far as v3
        yield f"rows left out, {told}", str(rows)
    yield from ((f"error {error['label']}", error["kind"]) for error in account["errors"])
    yield "terms", ", ".join(f"{term['equation']} {term['name']}".strip() for term in account["terms"])


def _moves(before: Mapping[str, str], after: Mapping[str, str], names: list[str]) -> Iterator[Move]:
    for name in names:
        old, new = before.get(name, ""), after.get(name, "")
        if name not in before:
            yield Move(name, "appeared", "", new)
        elif name not in after:
            yield Move(name, "vanished", old, "")
        elif old != new:
            yield Move(name, "value", old, new)
