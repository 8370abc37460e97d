"""Tables of models: terms as rows, models as columns, errors with their intervals under the coefficients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from replication.errors import StudyError, one_of
from replication.estimate.design import Term
from replication.publish import model_notes, rounding
from replication.publish.model_notes import Column, effects_words, error_words, sentence
from replication.publish.printed_words import capital, factor_of, in_words, statistic_words, term_words
from replication.publish.record_index import Key, RecordIndex, statistic_text
from replication.publish.rounding import Precision
from replication.publish.table import Cell, Line, Table
from replication.records.account import ErrorAccount, ModelAccount
from replication.records.model_statistics import STATISTICS
from replication.spec.entries import TableSpec

EMPTY = Cell("")
PLACES = ("first", "second")  # errors with a line each under a coefficient; with its own that makes three
LEVELS = 5  # of one factor, that have rows of their own; more are one row that says they are there
WITHOUT_ERROR = "wild_bootstrap"  # it gives p values and intervals; the error it draws around is another's

# What stands under an estimate of several models, and in the columns of one.
SEVERAL = {
    "intervals": [("95% from", "conf_low"), ("95% to", "conf_high"), ("p", "p_value")],
    "t": [("t", "statistic"), ("p", "p_value")],
    "nothing": [],
}
SINGLE = {
    "intervals": [("p", "p_value"), ("95% from", "conf_low"), ("95% to", "conf_high")],
    "t": [("t", "statistic"), ("p", "p_value")],
    "nothing": [],
}

Row = tuple[Cell, ...]


def model_table(
    spec: TableSpec,
    estimates: pd.DataFrame,
    models: pd.DataFrame,
    accounts: Sequence[ModelAccount],
    labels: Mapping[str, str],
) -> Table:
    """The table that `spec.models` asks for.

    One model stands with its errors side by side, each with its p value and interval. Of several models each
    is a column: the estimate with its standard error, and a line for each of two errors with the interval
    and the p value.

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
    table = _Models(spec, RecordIndex(estimates, models), _columns(spec, accounts), labels)
    return table.single() if len(table.columns) == 1 else table.several()


def _columns(spec: TableSpec, accounts: Sequence[ModelAccount]) -> list[Column]:
    known = {name: (account, error) for account in accounts for name, error in account.results.items()}
    for name in spec.models:
        if name not in known:
            raise StudyError(f"table '{spec.id}': {one_of('model', name, known)}")
    return [_column(name, *known[name], spec.models) for name in spec.models]


def _column(name: str, account: ModelAccount, error: ErrorAccount, shown: Sequence[str]) -> Column:
    """A model with all of its errors that have no column of their own, or with the one that is asked for."""
    if name != account.model:
        return Column(name, account, (error,))
    further = [other for ident, other in account.results.items() if ident not in shown]
    return Column(name, account, (error, *further))


class _Models:
    """What a table of models is made from."""

    def __init__(
        self, spec: TableSpec, records: RecordIndex, columns: list[Column], labels: Mapping[str, str]
    ):
        self.spec, self.records, self.columns, self.labels = spec, records, columns, labels
        self.told = factors_told(columns, labels) if not spec.terms else {}
        self.terms = _terms(spec, columns, self.told)

    def single(self) -> Table:
        """One model: estimate, then each error with its p value and interval."""
        (column,) = self.columns
        several = len(column.errors) > 1
        wanted: list[tuple[str, ErrorAccount, str]] = [("Estimate", column.head, "estimate")]
        for error in column.errors:
            names = [("s.e.", "std_error")] if error.kind != WITHOUT_ERROR else []
            names += SINGLE[self.spec.below]
            wanted += [
                (f"{word}, {error_words(error)}" if several else word, error, name) for word, name in names
            ]
        rows = [
            (self._stub(term), *(self._coefficient(column, error, term, name) for _, error, name in wanted))
            for term in self.terms
        ]
        return self._table(("", *(word for word, *_ in wanted)), rows, [])

    def several(self) -> Table:
        """Several models: for each term a line of estimates, then one a place among the errors."""
        titles = [self.labels.get(c.id) or c.account.title or c.id for c in self.columns]
        numbers = [f"({place}) " if self.spec.numbered else "" for place in range(1, len(titles) + 1)]
        header = ("", *(number + title for number, title in zip(numbers, titles, strict=True)))
        rows: list[Row] = []
        joined: list[Line] = []
        for term in self.terms:
            for label, block in self._blocks(term):
                joined.append(Line(label, tuple(range(len(rows), len(rows) + len(block)))))
                rows += block
        return self._table(header, rows, joined)

    def _blocks(self, term: Term) -> Iterator[tuple[Cell, list[Row]]]:
        """The printed lines of a term, each with its rows."""
        stub = self._stub(term)
        yield stub, self._rows(term, 0, [(stub.text, "estimate"), ("s.e.", "std_error")])
        for place in range(len(PLACES)):
            words = {error_words(c.errors[place]) for c in self.columns if len(c.errors) > place}
            kind = words.pop() if len(words) == 1 else f"{PLACES[place]} error"
            wanted = [(f"{kind}, {word}", name) for word, name in SEVERAL[self.spec.below]]
            rows = self._rows(term, place, wanted)
            if rows:
                yield Cell(kind, level=1), rows

    def _rows(self, term: Term, place: int, wanted: list[tuple[str, str]]) -> list[Row]:
        found = []
        for label, name in wanted:
            cells = [
                self._coefficient(c, c.errors[place], term, name) if len(c.errors) > place else EMPTY
                for c in self.columns
            ]
            if name == "estimate" or any(cell.source for cell in cells):
                found.append((Cell(label, level=int(name != "estimate")), *cells))
        return found

    def _stub(self, term: Term) -> Cell:
        return Cell(term_words(term, self.labels))

    def _coefficient(self, column: Column, error: ErrorAccount, term: Term, name: str) -> Cell:
        """A number of a coefficient; nothing where the model lacks the term, or the error the number."""
        key = ("estimates", column.account.model, error.label, term.label, name)
        if key not in self.records.values or (name == "std_error" and error.kind == WITHOUT_ERROR):
            return EMPTY
        value = self.records.values[key]
        text = self._written(column, term, name, value)
        if name == "estimate" and self.spec.stars:
            return Cell(text, key, after=self._stars(column, term))
        single = len(self.columns) == 1
        before, after = {"std_error": ("(", ")"), "conf_low": ("[", ","), "conf_high": ("", "]")}.get(
            name, ("", "")
        )
        return Cell(text, key, "" if single else before, "" if single else after)

    def _written(self, column: Column, term: Term, name: str, value: float) -> str:
        """A number of a coefficient as it is printed, by what it is."""
        if name == "p_value":
            return rounding.p_value(value)
        return rounding.fixed(value, 2) if name == "statistic" else self._rounded(column, term, value)

    def _stars(self, column: Column, term: Term) -> str:
        """A star for each level that the p value of the first error lies below."""
        p = self.records.values["estimates", column.account.model, column.head.label, term.label, "p_value"]
        return "*" * sum(p < level for level in self.spec.stars)

    def _rounded(self, column: Column, term: Term, value: float) -> str:
        """To the decimals asked for, or to those that the error of the coefficient calls for."""
        if self.spec.decimals is not None:
            return rounding.rounded(value, Precision(self.spec.decimals))
        model, error = column.account.model, column.head.label
        return rounding.rounded(value, self.records.precision(model, error, term.label))

    def _table(self, header: tuple[str, ...], rows: list[Row], joined: list[Line]) -> Table:
        facts = [_padded(row, len(header)) for row in self._facts()]
        body = [*rows, *facts]
        for label, block in self._footers():
            joined.append(Line(label, tuple(range(len(body), len(body) + len(block)))))
            body += [_padded(row, len(header)) for row in block]
        shown = set(self.terms) | {term for terms in self.told.values() for term in terms}
        unshown = [term for c in self.columns for term in c.account.terms if term not in shown]
        notes = [*model_notes.reading(self.columns, self.labels, unshown, self.spec)]
        notes += [sentence(self.spec.note)] if self.spec.note else []
        further = [(c, e) for c in self.columns for e in c.errors[len(PLACES) :] if len(self.columns) > 1]
        return Table(
            self.spec.id,
            self.spec.title,
            header,
            tuple(body),
            (len(rows),),
            tuple(notes),
            tuple(model_notes.account(self.columns, self.labels, further)),
            joined=tuple(line for line in joined if len(line.rows) > 1),
        )

    def _facts(self) -> Iterator[Row]:
        """What each model is in words, which levels it has that are not shown, whether it converged."""
        columns, single = self.columns, len(self.columns) == 1
        facts = {
            "Outcome": [self.labels.get(c.account.outcome) or c.account.outcome for c in columns],
            "Estimator": [in_words(c.account.estimator) for c in columns],
            "Effects": [effects_words(c.account, self.labels) for c in columns],
            "Errors": ["; ".join(map(error_words, c.errors[: len(PLACES)])) for c in columns],
        }
        if single:
            facts = {}
        for name, terms in self.told.items():
            facts[name] = ["yes" if terms & set(c.account.terms) else "" for c in columns]
        if not single and not all(c.account.converged for c in columns):
            facts["Converged"] = ["yes" if c.account.converged else "NO" for c in columns]
        return ((Cell(name), *map(Cell, found)) for name, found in facts.items())

    def _footers(self) -> Iterator[tuple[Cell, list[Row]]]:
        """Fit and tests: the statistics that have a place, then every test with its p value."""
        found = list(dict.fromkeys(key for column in self.columns for key in self._of(column)))
        if self.spec.fit is not None:
            yield from (self._footer([key]) for key in self._asked(found, self.spec.fit))
            return
        for name, of in _placed(found):
            yield self._footer([(name, of)])
        for name, of in found:
            declared = STATISTICS[name]
            if declared.measure == "p" and declared.of != "regressor":  # those stand in the account
                before = [declared.p_of, *STATISTICS[declared.p_of].df] if declared.p_of else []
                keys = [(each, of) for each in (*before, name)]
                yield self._footer(keys if (declared.p_of, of) in found else [(name, of)])

    def _asked(self, found: list[tuple[str, str]], names: list[str]) -> Iterator[tuple[str, str]]:
        """The statistics that the study names, in its order."""
        for name in names:
            if name not in dict(found):
                raise StudyError(f"table '{self.spec.id}': {one_of('statistic', name, dict(found))}")
            yield from (key for key in found if key[0] == name)

    def _footer(self, keys: list[tuple[str, str]]) -> tuple[Cell, list[Row]]:
        """One line: a statistic, or a test with its p value behind it in brackets."""
        labels = [Cell(statistic_words(name, of, self.labels)) for name, of in keys]
        rows = [
            (label, *(self._statistic(c, *key, *marks) for c in self.columns))
            for label, key, marks in zip(labels, keys, _marks(len(keys)), strict=True)
        ]
        return labels[0], rows

    def _of(self, column: Column) -> list[tuple[str, str]]:
        """Statistics of a column's model, and those that go with its error."""
        model, error = column.account.model, column.head.label
        known = self.records.statistics
        return [*known.get((model, ""), []), *known.get((model, error), [])]

    def _statistic(self, column: Column, name: str, of: str, before: str, after: str) -> Cell:
        keys = [("models", column.account.model, error, name, of) for error in ("", column.head.label)]
        for key in keys:
            if key in self.records.values:
                return Cell(statistic_text(name, self.records.values[key]), key, before, after)
        return EMPTY


def factors_told(columns: list[Column], labels: Mapping[str, str]) -> dict[str, set[Term]]:
    """Terms that are told in one row: periods, and the levels of a factor that has many."""
    found: dict[str, set[Term]] = {}
    for column in columns:
        factors = Counter(factor for term in column.account.terms if (factor := factor_of(term)))
        for term in column.account.terms:
            factor = "period" if term.kind == "period" else factor_of(term)
            if term.kind == "period" or factors[factor] > LEVELS:
                words = f"{labels.get(factor, factor)} dummies"
                name = f"{capital(term.equation)}: {words}" if term.equation else capital(words)
                found.setdefault(name, set()).add(term)
    return found


def _terms(spec: TableSpec, columns: list[Column], told: Mapping[str, set[Term]]) -> list[Term]:
    found = {term.label: term for column in columns for term in column.account.terms}
    for term in spec.terms:
        if term not in found:
            raise StudyError(f"table '{spec.id}': {one_of('term', term, found)}")
    if spec.terms:
        return [found[label] for label in spec.terms]
    shown = [term for term in found.values() if not any(term in terms for terms in told.values())]
    return sorted(shown, key=lambda term: term.kind == "constant" and not term.equation)


def _marks(numbers: int) -> list[tuple[str, str]]:
    """What stands around a statistic, its degrees of freedom and its p value: 5.55 (2, 9) [0.027]."""
    around = {1: [], 2: [("[", "]")], 3: [("(", ")"), ("[", "]")]}
    return [("", ""), *around.get(numbers, [("(", ","), ("", ")"), ("[", "]")])]


def _placed(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    places = [(STATISTICS[key[0]].footer, key) for key in dict.fromkeys(found) if not key[1]]
    placed = [(place, key) for place, key in places if place is not None]
    return [key for _, key in sorted(placed, key=lambda each: each[0])]


def _padded(row: Row, width: int) -> Row:
    return row + (EMPTY,) * (width - len(row))


def statistic_cell(key: Key, value: float) -> Cell:
    """One statistic of a model under ("models", model, error, name, of), rounded as its measure is."""
    return Cell(statistic_text(key[3], value), key)
