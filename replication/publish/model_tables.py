"""Tables of models: terms as rows, models as columns, errors under the coefficients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from replication.errors import StudyError, one_of
from replication.estimate.design import Term
from replication.publish import rounding
from replication.publish.printed_words import capital, in_words, statistic_words, term_words
from replication.publish.record_index import Key, RecordIndex, statistic_text
from replication.publish.rounding import Precision
from replication.publish.table import Cell, Table
from replication.records.account import ErrorAccount, ModelAccount
from replication.records.model_statistics import STATISTICS
from replication.spec.entries import TableSpec

EMPTY = Cell("")
INTERVAL_NOTE = "The p value and the 95 percent interval belong to the first standard error."


@dataclass(frozen=True)
class _Column:
    """A model as it stands in a table: the error that its coefficients are shown with first, then others."""

    id: str
    account: ModelAccount
    errors: tuple[ErrorAccount, ...]

    @property
    def head(self) -> ErrorAccount:
        """The error that the coefficients are shown with."""
        return self.errors[0]


def model_table(
    spec: TableSpec,
    estimates: pd.DataFrame,
    models: pd.DataFrame,
    accounts: Sequence[ModelAccount],
    labels: Mapping[str, str],
) -> Table:
    """The table that `spec.models` asks for.

    One model stands with its errors side by side and its interval; several models stand as columns, the
    headline error and p value under each coefficient, further errors below them.

    Parameters
    ----------
    estimates : columns study, model, error, kind, term, estimate, std_error, statistic, p_value, conf_low,
        conf_high
    models : columns study, model, error, name, of, value
    accounts : one for each model in the two frames
    labels : printed words for terms, outcomes and models

    Raises
    ------
    StudyError
        A model or term that the study did not estimate.
    """
    records = RecordIndex(estimates, models)
    columns = _columns(spec, accounts)
    terms = _terms(spec, columns)
    body = _single(spec, columns[0], terms, records, labels) if len(columns) == 1 else None
    header, rows = body or _several(spec, columns, terms, records, labels)
    facts = _fact_rows(columns, labels) if len(columns) > 1 else []
    footers = [*facts, *_footer_rows(columns, records, labels)]
    padded = [row + (EMPTY,) * (len(header) - len(row)) for row in footers]
    notes = (*_reading(columns, labels), *_notes(spec, columns, terms, labels))
    return Table(spec.id, spec.title, header, (*rows, *padded), (len(rows),), notes)


def _columns(spec: TableSpec, accounts: Sequence[ModelAccount]) -> list[_Column]:
    known = {name: (account, error) for account in accounts for name, error in account.results.items()}
    for name in spec.models:
        if name not in known:
            raise StudyError(f"table '{spec.id}': {one_of('model', name, known)}")
    return [_column(name, *known[name], spec.models) for name in spec.models]


def _column(name: str, account: ModelAccount, error: ErrorAccount, shown: Sequence[str]) -> _Column:
    """A model with all of its errors that have no column of their own, or with the one that is asked for."""
    if name != account.model:
        return _Column(name, account, (error,))
    further = [other for ident, other in account.results.items() if ident not in shown]
    return _Column(name, account, (error, *further))


def _terms(spec: TableSpec, columns: list[_Column]) -> list[Term]:
    found = {term.label: term for column in columns for term in column.account.terms}
    for term in spec.terms:
        if term not in found:
            raise StudyError(f"table '{spec.id}': {one_of('term', term, found)}")
    if spec.terms:
        return [found[label] for label in spec.terms]
    return sorted(found.values(), key=lambda term: term.kind == "constant" and not term.equation)


def _single(
    spec: TableSpec, column: _Column, terms: list[Term], records: RecordIndex, labels: Mapping[str, str]
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """One model: estimate, one column an error, then p value and interval of the headline error."""
    errors = [f"s.e., {error_words(error)}" for error in column.errors]
    header = ("", "Estimate", *errors, "p value", "95% from", "95% to")
    wanted = [(column.head, "estimate"), *((error, "std_error") for error in column.errors)]
    wanted += [(column.head, name) for name in ("p_value", "conf_low", "conf_high")]
    rows = []
    for term in terms:
        precision = _precision(spec, column, term, records)
        cells = [_estimate_cell(records, column, error, term, name, precision) for error, name in wanted]
        rows.append((Cell(term_words(term, labels)), *cells))
    return header, rows


def _several(
    spec: TableSpec,
    columns: list[_Column],
    terms: list[Term],
    records: RecordIndex,
    labels: Mapping[str, str],
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Several models: for each term the estimates, the errors and p values under them."""
    header = ("", *(labels.get(c.id) or c.account.title or c.id for c in columns))
    kinds = list(dict.fromkeys(error_words(error) for c in columns for error in c.errors[1:]))
    rows = []
    for term in terms:
        lines = [
            (term_words(term, labels), "estimate", None),
            ("s.e.", "std_error", None),
            ("p", "p_value", None),
        ]
        lines += [(f"s.e., {kind}", "std_error", kind) for kind in kinds]
        for label, name, kind in lines:
            cells = [_stacked_cell(spec, column, term, name, kind, records) for column in columns]
            if name == "estimate" or any(cell.source for cell in cells):
                rows.append((Cell(label, level=int(name != "estimate")), *cells))
    return header, rows


def _stacked_cell(
    spec: TableSpec, column: _Column, term: Term, name: str, kind: str | None, records: RecordIndex
) -> Cell:
    errors = [e for e in column.errors[1:] if error_words(e) == kind] if kind else [column.head]
    if not errors or term not in column.account.terms:
        return EMPTY
    precision = _precision(spec, column, term, records)
    wrap = {"std_error": "()", "p_value": "[]"}.get(name, "")
    return _estimate_cell(records, column, errors[0], term, name, precision, wrap)


def _precision(spec: TableSpec, column: _Column, term: Term, records: RecordIndex) -> Precision:
    """Decimals asked for, or those that the error of the coefficient calls for."""
    if spec.decimals is not None:
        return Precision(spec.decimals)
    return records.precision(column.account.model, column.head.label, term.label)


def _estimate_cell(
    records: RecordIndex,
    column: _Column,
    error: ErrorAccount,
    term: Term,
    name: str,
    precision: Precision,
    wrap: str = "",
) -> Cell:
    key = ("estimates", column.account.model, error.label, term.label, name)
    if key not in records.values:
        return EMPTY
    value = records.values[key]
    text = rounding.p_value(value) if name == "p_value" else rounding.rounded(value, precision)
    return Cell(text, key, wrap if text else "")


def _fact_rows(columns: list[_Column], labels: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    """What each model is in words, and whether it converged if one did not."""
    facts = {
        "Outcome": [labels.get(c.account.outcome) or c.account.outcome for c in columns],
        "Estimator": [in_words(c.account.estimator) for c in columns],
        "Effects": [c.account.effects or "none" for c in columns],
        "Standard error": [error_words(c.head) for c in columns],
        "Converged": ["yes" if c.account.converged else "NO" for c in columns],
    }
    if all(c.account.converged for c in columns):
        del facts["Converged"]
    return [(Cell(name), *map(Cell, found)) for name, found in facts.items()]


def _footer_rows(
    columns: list[_Column], records: RecordIndex, labels: Mapping[str, str]
) -> list[tuple[Cell, ...]]:
    """Fit and tests: the statistics that have a place, then every test that has a p value."""
    found = list(dict.fromkeys(key for column in columns for key in _of(column, records)))
    return [
        (Cell(statistic_words(name, of, labels)), *(_model_cell(records, c, name, of) for c in columns))
        for name, of in [*_placed(found), *_tests(found)]
    ]


def _of(column: _Column, records: RecordIndex) -> list[tuple[str, str]]:
    """Statistics of a column's model, and those that go with its error."""
    model, error = column.account.model, column.head.label
    return [*records.statistics.get((model, ""), []), *records.statistics.get((model, error), [])]


def _placed(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    places = {key: STATISTICS[key[0]].footer for key in found if not key[1]}
    return sorted((key for key, place in places.items() if place is not None), key=lambda key: places[key])


def _tests(found: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each test statistic with its p value below it."""
    for name, of in found:
        declared = STATISTICS[name]
        if declared.measure == "p":
            if (declared.p_of, of) in found:
                yield declared.p_of, of
            yield name, of


def _model_cell(records: RecordIndex, column: _Column, name: str, of: str) -> Cell:
    keys = [("models", column.account.model, error, name, of) for error in ("", column.head.label)]
    known = [key for key in keys if key in records.values]
    return statistic_cell(known[0], records.values[known[0]]) if known else EMPTY


def statistic_cell(key: Key, value: float) -> Cell:
    """One statistic of a model under ("models", model, error, name, of), rounded as its measure is."""
    return Cell(statistic_text(key[3], value), key)


def error_words(error: ErrorAccount) -> str:
    """What an error is called: by the label that the study gives it, or by its kind."""
    return in_words(error.label)


def _reading(columns: list[_Column], labels: Mapping[str, str]) -> tuple[str, ...]:
    if len(columns) > 1:
        return ("Standard errors in parentheses, p values of the first standard error in brackets.",)
    account = columns[0].account
    facts = (
        f"Outcome: {labels.get(account.outcome) or account.outcome}; estimator: "
        f"{in_words(account.estimator)}; effects: {account.effects or 'none'}."
    )
    stopped = () if account.converged else ("The estimator did NOT CONVERGE.",)
    return (*stopped, facts, INTERVAL_NOTE)


def _notes(
    spec: TableSpec, columns: list[_Column], terms: list[Term], labels: Mapping[str, str]
) -> Iterable[str]:
    said = [((error_words(e), e.convention), c) for c in columns for e in c.errors]
    for (kind, convention), named in _told_once(said):
        yield f"{capital(kind)}{_for(named, columns)}: {sentence(convention)}"
    for column in columns:
        yield rows_note(column.account, column.account.title if len(columns) > 1 else "")
    for column in columns:
        if column.account.choices:
            yield f"Options{_for([column], columns)}: {sentence(column.account.choices)}"
    hidden = dict.fromkeys(term for c in columns for term in c.account.terms if term not in terms)
    if hidden:
        yield f"Not shown: {', '.join(term_words(term, labels) for term in hidden)}."
    warned = [(w, c) for c in columns for w in c.account.warnings]
    warned += [(w, c) for c in columns for e in c.errors for w in e.warnings]
    for warning, named in _told_once(warned):
        yield f"Warning{_for(named, columns)}: {sentence(warning)}"
    if spec.note:
        yield sentence(spec.note)


def sentence(text: str) -> str:
    """Text that ends like a sentence, so that another can follow it."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


Said = TypeVar("Said")


def _told_once(said: Iterable[tuple[Said, _Column]]) -> list[tuple[Said, list[_Column]]]:
    """What is said of several columns, told once with all of them."""
    groups: dict[Said, list[_Column]] = {}
    for what, column in said:
        named = groups.setdefault(what, [])
        if column not in named:
            named.append(column)
    return list(groups.items())


def _for(named: Sequence[_Column], columns: list[_Column]) -> str:
    """` (title, title)`, or nothing where every model of the table is meant."""
    models = dict.fromkeys(c.account.model for c in named)
    meant = [c for c in columns if c.account.model in models]
    return "" if len(meant) == len(columns) else f" ({', '.join(c.account.title or c.id for c in meant)})"


def rows_note(account: ModelAccount, title: str = "") -> str:
    """How many rows a model used, and how many were left out for which cause."""
    causes = "; ".join(f"{count} {cause}" for cause, count in account.dropped)
    used = f"{account.nobs} of {account.rows_in_panel} rows used"
    return f"{title + ': ' if title else ''}{used}{', left out: ' + causes if causes else ''}."
