"""What a terminal shows of a study: its coefficients, then the account of rows; or all of it as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from replication.publish import rounding
from replication.publish.model_notes import Column, effects_words, error_words
from replication.publish.model_tables import WITHOUT_ERROR
from replication.publish.printed_words import in_words, term_words
from replication.publish.record_index import RecordIndex
from replication.publish.shown_terms import factors_told
from replication.publish.table import Table, printed
from replication.records.account import ModelAccount
from replication.records.records import Records

HEADINGS = {
    "estimate": "estimate",
    "std_error": "s.e.",
    "p_value": "p",
    "conf_low": "95% from",
    "conf_high": "to",
}


def coefficients(found: Records, labels: Mapping[str, str]) -> list[str]:
    """Each model's coefficients with the headline error, p value and interval, then its account of rows."""
    index = RecordIndex(found.estimates, found.models)
    return [line for account in found.accounts for line in model_lines(account, index, labels)]


def model_lines(account: ModelAccount, index: RecordIndex, labels: Mapping[str, str]) -> list[str]:
    """One model on a screen: what it is, a line a coefficient, its rows, its warnings."""
    return [
        "",
        *_head(account, labels),
        *_grid(account, index, labels),
        *rows_line(account),
        *warnings(account),
    ]


def rows_line(account: ModelAccount) -> list[str]:
    """How many rows of its panel a model used, and why it left the others out."""
    drops = "; ".join(f"{count} {cause}" for cause, count in account.dropped) or "none dropped"
    return [f"{account.model}: {account.nobs} of {account.rows_in_panel} rows ({drops})"]


def doubts(found: Iterable[str]) -> list[str]:
    """What looks odd in the data or the study, as lines of the terminal."""
    return [f"warning: {doubt}" for doubt in found]


def warnings(account: ModelAccount) -> list[str]:
    """What a reader of a model's numbers must know before using them."""
    found = [f"{account.model}: {warning}" for warning in account.all_warnings]
    stopped = f"{account.model}: DID NOT CONVERGE; its numbers are no estimates"
    return found if account.converged else [*found, stopped]


def as_json(study: str, folder: str, told: Sequence[str], found: Records) -> str:
    """A run as one JSON object: every coefficient, statistic and cause in full precision, missing as null."""
    content = {
        "study": study,
        "folder": folder,
        "converged": found.converged,
        "told": list(told),
        "models": [_model_as_json(account, found) for account in found.accounts],
        "statistics": _plain(found.statistics.drop(columns="study")),
    }
    return json.dumps(content, allow_nan=False)


def _model_as_json(account: ModelAccount, found: Records) -> dict[str, Any]:
    """One model; the key `errors` gives its errors in order, the headline one first."""
    estimates, statistics = (
        frame[frame["model"] == account.model].drop(columns=["study", "model"])
        for frame in (found.estimates, found.models)
    )
    return {
        "model": account.model,
        "title": account.title,
        "estimator": account.estimator,
        "outcome": account.outcome,
        "effects": list(account.absorbed),
        "errors": [error.label for error in account.errors],
        "nobs": account.nobs,
        "rows_in_panel": account.rows_in_panel,
        "dropped": [{"cause": str(cause), "rows": count} for cause, count in account.dropped],
        "warnings": list(account.all_warnings),
        "converged": account.converged,
        "estimates": _plain(estimates),
        "statistics": _plain(statistics),
    }


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them, which knows no NaN and no infinity."""
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]


def _head(account: ModelAccount, labels: Mapping[str, str]) -> list[str]:
    """What a model is, in two lines."""
    title = f"{account.model}: {account.title}" if account.title != account.model else account.model
    outcome = labels.get(account.outcome) or account.outcome
    errors = ", ".join(error_words(error) for error in account.errors)
    first = " (the first is shown)" if len(account.errors) > 1 else ""
    effects = effects_words(account, labels)
    return [title, f"{outcome} by {in_words(account.estimator)}; effects: {effects}; errors: {errors}{first}"]


def _grid(account: ModelAccount, index: RecordIndex, labels: Mapping[str, str]) -> Iterator[str]:
    """A line a coefficient, points under one another; dummies of many levels in one line."""
    error = account.errors[0]
    shown = [name for name in HEADINGS if name != "std_error" or error.kind != WITHOUT_ERROR]
    factors = factors_told([Column(account.model, account, account.errors)], labels)
    hidden = {term for row in factors for term in row.terms}
    terms = [term for term in account.terms if term not in hidden]
    keys = [(account.model, error.label, term.label) for term in terms]
    columns = [_aligned(HEADINGS[name], [_text(index, key, name) for key in keys]) for name in shown]
    stubs = ["", *(term_words(term, labels) for term in terms)]
    width = max(map(len, [*stubs, *(row.label for row in factors)]))
    for stub, *cells in zip(stubs, *columns, strict=True):
        yield f"  {stub.ljust(width)}  {'  '.join(cells)}".rstrip()
    for row in factors:
        yield f"  {row.label.ljust(width)}  yes"


def _text(index: RecordIndex, key: tuple[str, str, str], name: str) -> str:
    """A number of a coefficient to the decimals that its error calls for; a dash where it is missing."""
    value = index.values["estimates", *key, name]
    rounded = rounding.p_value(value) if name == "p_value" else rounding.rounded(value, index.precision(*key))
    return rounded or "-"


def _aligned(heading: str, texts: Sequence[str]) -> list[str]:
    """A column of one width, its heading first: figures with their points under one another."""
    behind = max((len(text.partition(".")[2]) + ("." in text) for text in texts), default=0)
    padded = [text + " " * (behind - len(text.partition(".")[2]) - ("." in text)) for text in texts]
    width = max(map(len, [heading, *padded]))
    return [text.rjust(width) for text in [heading, *padded]]


def plain_text(table: Table) -> str:
    """A published table for a screen: its title, columns of one width, its notes."""
    columns = []
    for column in range(len(table.header)):
        cells = [" ".join(map(printed, table.cells(line, column))) for line in table.lines]
        stubs = ["  " * line.label.level + cell for line, cell in zip(table.lines, cells, strict=True)]
        texts = [table.header[column], *(stubs if column == 0 else cells)]
        width = max(map(len, texts))
        columns.append([text.ljust(width) if column == 0 else text.rjust(width) for text in texts])
    lines = ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]
    return "\n".join([table.title, *lines, *table.notes])
