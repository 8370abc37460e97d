"""Tables of models: terms as rows, models as columns, errors under the coefficients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from replication.errors import StudyError, one_of
from replication.publish import rounding
from replication.publish.printed_words import capital, in_words, term_words
from replication.publish.rounding import Precision
from replication.publish.table import Cell, Table
from replication.records.account import ModelAccount
from replication.spec.entries import TableSpec

EMPTY = Cell("")
CONSTANT = "const"
INTERVAL_NOTE = "The p value and the 95 percent interval belong to the first standard error."

# Statistics of a model that stand under its coefficients, in this order, whatever order they were made in.
FOOTER = (
    "nobs",
    "entities",
    "periods",
    "clusters",
    "instruments",
    "effective_f",
    "kleibergen_paap_f",
    "rsquared",
    "rsquared_adjusted",
    "rsquared_within",
    "rsquared_between",
    "rsquared_overall",
    "rsquared_lsdv",
    "rsquared_pseudo",
    "loglikelihood",
)


@dataclass(frozen=True)
class _Column:
    """A model as it stands in a table: its headline error first, then the others."""

    id: str
    errors: tuple[ModelAccount, ...]

    @property
    def head(self) -> ModelAccount:
        """The error that the coefficients are shown with."""
        return self.errors[0]


class _Records:
    """Records by key; a record that is not there is None."""

    def __init__(self, estimates: pd.DataFrame, models: pd.DataFrame):
        columns = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
        self.terms: dict[str, list[str]] = {}
        self.values: dict[tuple[str, ...], float] = {}
        for row in estimates.to_dict("records"):
            self.terms.setdefault(row["model"], []).append(row["term"])
            self.values |= {("estimates", row["model"], row["term"], c): row[c] for c in columns}
        self.names: dict[str, list[str]] = {}
        for row in models.to_dict("records"):
            self.names.setdefault(row["model"], []).append(row["name"])
            self.values["models", row["model"], row["name"]] = row["value"]

    def precision(self, model: str, term: str, decimals: int | None) -> Precision:
        """Decimals asked for, or those that the error of the coefficient calls for."""
        if decimals is not None:
            return Precision(decimals)
        key = ("estimates", model, term)
        return rounding.coefficient(self.values[*key, "estimate"], self.values[*key, "std_error"])


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
    estimates : columns study, model, term, estimate, std_error, statistic, p_value, conf_low, conf_high
    models : columns study, model, name, value
    accounts : one for each model id in the two frames
    labels : printed words for terms, outcomes and models

    Raises
    ------
    StudyError
        A model or term that the study did not estimate.
    """
    records = _Records(estimates, models)
    columns = _columns(spec, accounts)
    terms = _terms(spec, columns, records)
    body = _single(spec, columns[0], terms, records, labels) if len(columns) == 1 else None
    header, rows = body or _several(spec, columns, terms, records, labels)
    facts = _fact_rows(columns, labels) if len(columns) > 1 else []
    footers = [*facts, *_footer_rows(columns, records, labels)]
    padded = [row + (EMPTY,) * (len(header) - len(row)) for row in footers]
    notes = (*_reading(columns, labels), *_notes(spec, columns, terms, records, labels))
    return Table(spec.id, spec.title, header, (*rows, *padded), (len(rows),), notes)


def _columns(spec: TableSpec, accounts: Sequence[ModelAccount]) -> list[_Column]:
    known = {account.model: account for account in accounts}
    for model in spec.models:
        if model not in known:
            raise StudyError(f"table '{spec.id}': {one_of('model', model, known)}")
    columns = []
    for model in spec.models:
        further = [a for a in accounts if a.model.startswith(f"{model}.") and a.model not in spec.models]
        columns.append(_Column(model, (known[model], *further)))
    return columns


def _terms(spec: TableSpec, columns: list[_Column], records: _Records) -> list[str]:
    found = list(dict.fromkeys(term for c in columns for term in records.terms.get(c.id, [])))
    for term in spec.terms:
        if term not in found:
            raise StudyError(f"table '{spec.id}': {one_of('term', term, found)}")
    last = sorted(found, key=lambda term: term == CONSTANT)
    return list(spec.terms) or last


def _single(
    spec: TableSpec, column: _Column, terms: list[str], records: _Records, labels: Mapping[str, str]
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """One model: estimate, one column an error, then p value and interval of the headline error."""
    errors = [f"s.e., {error_words(account)}" for account in column.errors]
    header = ("", "Estimate", *errors, "p value", "95% from", "95% to")
    rows = []
    for term in terms:
        precision = records.precision(column.id, term, spec.decimals)
        wanted = [(column.id, "estimate"), *((a.model, "std_error") for a in column.errors)]
        wanted += [(column.id, "p_value"), (column.id, "conf_low"), (column.id, "conf_high")]
        cells = [_estimate_cell(records, model, term, name, precision) for model, name in wanted]
        rows.append((Cell(term_words(term, labels)), *cells))
    return header, rows


def _several(
    spec: TableSpec, columns: list[_Column], terms: list[str], records: _Records, labels: Mapping[str, str]
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Several models: for each term the estimates, the errors and p values under them."""
    header = ("", *(labels.get(c.id) or c.head.title or c.id for c in columns))
    kinds = list(dict.fromkeys(error_words(account) for c in columns for account in c.errors[1:]))
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
    spec: TableSpec, column: _Column, term: str, name: str, kind: str | None, records: _Records
) -> Cell:
    models = [a.model for a in column.errors[1:] if error_words(a) == kind] if kind else [column.id]
    if not models or term not in records.terms.get(column.id, []):
        return EMPTY
    precision = records.precision(column.id, term, spec.decimals)
    wrap = {"std_error": "()", "p_value": "[]"}.get(name, "")
    return _estimate_cell(records, models[0], term, name, precision, wrap)


def _estimate_cell(
    records: _Records, model: str, term: str, name: str, precision: Precision, wrap: str = ""
) -> Cell:
    key = ("estimates", model, term, name)
    if key not in records.values:
        return EMPTY
    value = records.values[key]
    text = rounding.p_value(value) if name == "p_value" else rounding.rounded(value, precision)
    return Cell(text, key, wrap if text else "")


def _fact_rows(columns: list[_Column], labels: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    """What each model is in words, and whether it converged if one did not."""
    facts = {
        "Outcome": [labels.get(c.head.outcome) or c.head.outcome for c in columns],
        "Estimator": [in_words(c.head.estimator) for c in columns],
        "Effects": [c.head.effects or "none" for c in columns],
        "Standard error": [error_words(c.head) for c in columns],
        "Converged": ["yes" if c.head.converged else "NO" for c in columns],
    }
    if all(c.head.converged for c in columns):
        del facts["Converged"]
    return [(Cell(name), *map(Cell, found)) for name, found in facts.items()]


def _footer_rows(
    columns: list[_Column], records: _Records, labels: Mapping[str, str]
) -> list[tuple[Cell, ...]]:
    """Fit and tests: the known statistics in their order, then every test that has a p value."""
    found = list(dict.fromkeys(name for c in columns for name in records.names.get(c.id, [])))
    shown = [name for name in FOOTER if name in found]
    for name in found:
        shown += [*_tested(name, found), name] if name.endswith("_p") else []
    rows = []
    for name in shown:
        label = labels.get(name) or capital(in_words(name))
        rows.append((Cell(label), *(_model_cell(records, c.id, name) for c in columns)))
    return rows


def _tested(name: str, found: list[str]) -> list[str]:
    """The statistic that a p value belongs to: `hausman` or `breusch_pagan_lm` for `..._p`."""
    stem = name.removesuffix("_p")
    near = [other for other in found if other == stem or other.startswith(f"{stem}_")]
    return [other for other in near if not other.endswith(("_p", "_df"))][:1]


def _model_cell(records: _Records, model: str, name: str) -> Cell:
    key = ("models", model, name)
    return model_cell(model, name, records.values[key]) if key in records.values else EMPTY


def model_cell(model: str, name: str, value: float) -> Cell:
    """One statistic of a model, rounded as its kind is: p values, R2, the rest."""
    if name.endswith("_p"):
        text = rounding.p_value(value)
    elif name.startswith("rsquared"):
        text = rounding.fixed(value, 3)
    else:
        text = rounding.statistic(value)
    return Cell(text, ("models", model, name))


def error_words(account: ModelAccount) -> str:
    """What an error is called: by the label that the study gives it, or by its kind."""
    return in_words(account.model.partition(".")[2] or account.errors)


def _reading(columns: list[_Column], labels: Mapping[str, str]) -> tuple[str, ...]:
    if len(columns) > 1:
        return ("Standard errors in parentheses, p values of the first standard error in brackets.",)
    head = columns[0].head
    facts = (
        f"Outcome: {labels.get(head.outcome) or head.outcome}; estimator: {in_words(head.estimator)}; "
        f"effects: {head.effects or 'none'}."
    )
    stopped = () if head.converged else ("The estimator did NOT CONVERGE.",)
    return (*stopped, facts, INTERVAL_NOTE)


def _notes(
    spec: TableSpec, columns: list[_Column], terms: list[str], records: _Records, labels: Mapping[str, str]
) -> Iterable[str]:
    for account, names in _by_text([a for c in columns for a in c.errors], "convention"):
        kind = capital(error_words(account))
        yield f"{kind}{_for(names, columns)}: {sentence(account.convention)}"
    for column in columns:
        yield rows_note(column.head, column.head.title or column.id if len(columns) > 1 else "")
    for column in columns:
        if column.head.choices:
            yield f"Options{_for([column.id], columns)}: {sentence(column.head.choices)}"
    hidden = [term for c in columns for term in records.terms.get(c.id, []) if term not in terms]
    if hidden:
        yield f"Not shown: {', '.join(term_words(term, labels) for term in dict.fromkeys(hidden))}."
    for account, names in _by_text([a for c in columns for a in c.errors], "warnings"):
        for warning in account.warnings:
            yield f"Warning{_for(names, columns)}: {sentence(warning)}"
    if spec.note:
        yield sentence(spec.note)


def sentence(text: str) -> str:
    """Text that ends like a sentence, so that another can follow it."""
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def _by_text(accounts: list[ModelAccount], field: str) -> list[tuple[ModelAccount, list[str]]]:
    """Accounts that say the same in a field, told once with the models that they are for."""
    groups: dict[tuple[str, object], tuple[ModelAccount, list[str]]] = {}
    for account in accounts:
        said = getattr(account, field)
        if said:
            groups.setdefault((error_words(account), said), (account, []))[1].append(
                account.model.partition(".")[0]
            )
    return list(groups.values())


def _for(models: list[str], columns: list[_Column]) -> str:
    """` (title, title)`, or nothing where every model of the table is meant."""
    meant = [c for c in columns if c.id in models or c.id.partition(".")[0] in models]
    return "" if len(meant) == len(columns) else f" ({', '.join(c.head.title or c.id for c in meant)})"


def rows_note(account: ModelAccount, title: str = "") -> str:
    """How many rows a model used, and how many were left out for which cause."""
    causes = "; ".join(f"{count} {cause}" for cause, count in account.dropped)
    used = f"{account.nobs} of {account.rows_in_panel} rows used"
    return f"{title + ': ' if title else ''}{used}{', left out: ' + causes if causes else ''}."
