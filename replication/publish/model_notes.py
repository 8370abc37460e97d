"""What stands under a table of models: how to read it, and how its numbers were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from replication.estimate.design import Term
from replication.publish.printed_words import capital, cause_words, in_words, term_words
from replication.records.account import ErrorAccount, ModelAccount
from replication.spec.entries import TableSpec

Said = TypeVar("Said")


@dataclass(frozen=True)
class Column:
    """A model as it stands in a table: the error that its coefficients are shown with first, then others."""

    id: str
    account: ModelAccount
    errors: tuple[ErrorAccount, ...]

    @property
    def head(self) -> ErrorAccount:
        """The error that the coefficients are shown with."""
        return self.errors[0]


SIDE = {"beside": "Beside", "beneath": "Below"}
BELOW = {
    "intervals": "; below it, for each error, the 95 percent interval in brackets and the p value",
    "t": "; below it, for each error, the t statistic and the p value",
    "p": "; below it, for each error, the p value",
    "nothing": "",
}


def reading(
    columns: Sequence[Column], labels: Mapping[str, str], unshown: Iterable[Term], spec: TableSpec
) -> Iterator[str]:
    """How to read the table, what is wrong with its models, and which terms it leaves out."""
    if len(columns) > 1 or spec.panels:
        place = SIDE[spec.std_error]
        yield (
            f"{place} each estimate its standard error in parentheses, by the first error named"
            f"{BELOW[spec.below]}. P values of tests in brackets."
        )
    else:
        account = columns[0].account
        yield (
            f"Outcome: {labels.get(account.outcome) or account.outcome}; estimator: "
            f"{in_words(account.estimator)}; effects: {effects_words(account, labels)}."
        )
        if not account.converged:
            yield "The estimator did NOT CONVERGE."
    if spec.stars:
        levels = ", ".join(
            f"{'*' * place} p < {p:g}" for place, p in enumerate(sorted(spec.stars, reverse=True), 1)
        )
        yield f"Stars, by the first error: {levels}."
    hidden = list(dict.fromkeys(term_words(term, labels) for term in unshown))
    if hidden:
        yield f"Not shown: {', '.join(hidden)}."
    warned = [(w, c) for c in columns for w in c.account.all_warnings]
    for warning, named in _told_once(warned):
        yield f"Warning{_for(named, columns)}: {sentence(warning)}"


def account(
    columns: Sequence[Column], labels: Mapping[str, str], further: Sequence[tuple[Column, ErrorAccount]]
) -> Iterator[str]:
    """Conventions of the errors, rows used and left out, options; `further` errors stand in no line."""
    said = [((error_words(e), e.convention), c) for c in columns for e in c.errors]
    for (kind, convention), named in _told_once(said):
        yield f"{_convention(kind, convention, _for(named, columns))}"
    for column, error in further:
        yield f"By {error_words(error)} errors ({column.account.title}): in the account of the model."
    for rows, named in _told_once((rows_note(c.account, labels), c) for c in columns):
        title = ", ".join(dict.fromkeys(c.account.title or c.id for c in named))
        yield f"{title}: {rows}" if len(columns) > 1 else rows
    for choices, named in _told_once((c.account.choices, c) for c in columns if c.account.choices):
        yield f"Options{_for(named, columns)}: {sentence(choices)}"


def effects_words(account: ModelAccount, labels: Mapping[str, str]) -> str:
    """What a model absorbs, in words."""
    return ", ".join(labels.get(name, in_words(name)) for name in account.absorbed) or "none"


def error_words(error: ErrorAccount) -> str:
    """What an error is called: by the label that the study gives it, or by its kind."""
    return in_words(error.label)


def rows_note(account: ModelAccount, labels: Mapping[str, str] = {}) -> str:  # noqa: B006 (read only)
    """How many rows a model used, and how many were left out for which cause."""
    causes = "; ".join(f"{count} {cause_words(cause, labels)}" for cause, count in account.dropped)
    used = f"{account.nobs} of {account.rows_in_panel} rows used"
    return f"{used}{', left out: ' + causes if causes else ''}."


def sentence(text: str) -> str:
    """Text that ends like a sentence, so that another can follow it."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def _convention(kind: str, convention: str, meant: str) -> str:
    """One error's convention after its name, which is not said twice."""
    rest = convention[len(kind) :] if convention.casefold().startswith(kind.casefold()) else f": {convention}"
    return sentence(f"{capital(kind)}{meant}{rest}")


def _told_once(said: Iterable[tuple[Said, Column]]) -> list[tuple[Said, list[Column]]]:
    """What is said of several columns, told once with all of them."""
    groups: dict[Said, list[Column]] = {}
    for what, column in said:
        named = groups.setdefault(what, [])
        if column not in named:
            named.append(column)
    return list(groups.items())


def _for(named: Sequence[Column], columns: Sequence[Column]) -> str:
    """` (title, title)`, or nothing where every model of the table is meant."""
    models = dict.fromkeys(c.account.model for c in named)
    meant = [c for c in columns if c.account.model in models]
    titles = dict.fromkeys(c.account.title or c.id for c in meant)
    return "" if len(meant) == len(columns) else f" ({', '.join(titles)})"
