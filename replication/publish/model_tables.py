"""Tables of models: terms as rows, models as columns, errors with their intervals under the coefficients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import chain
from string import ascii_uppercase

import pandas as pd

from replication.errors import StudyError, one_of
from replication.estimate.design import Term
from replication.publish import model_notes, rounding
from replication.publish.model_notes import Column, effects_words, error_words, sentence
from replication.publish.printed_words import capital, in_words, statistic_words, term_words
from replication.publish.record_index import Key, RecordIndex, statistic_text
from replication.publish.rounding import Precision
from replication.publish.shown_terms import shown_terms
from replication.publish.table import Cell, Table
from replication.publish.table_body import Body, Row
from replication.records.account import ErrorAccount, ModelAccount
from replication.records.model_statistics import STATISTICS
from replication.spec.entries import TableSpec

EMPTY = Cell("")
PLACES = ("first", "second")  # errors with a line each under a coefficient; with its own that makes three
WITHOUT_ERROR = "wild_bootstrap"  # it gives p values and intervals; the error it draws around is another's

# What stands under an estimate of several models, and in the columns of one.
SEVERAL = {
    "intervals": [("95% from", "conf_low"), ("95% to", "conf_high"), ("p", "p_value")],
    "t": [("t", "statistic"), ("p", "p_value")],
    "p": [("p", "p_value")],
    "nothing": [],
}
SINGLE = {
    "intervals": [("p", "p_value"), ("95% from", "conf_low"), ("95% to", "conf_high")],
    "t": [("t", "statistic"), ("p", "p_value")],
    "p": [("p", "p_value")],
    "nothing": [],
}


def model_table(
    spec: TableSpec,
    estimates: pd.DataFrame,
    models: pd.DataFrame,
    accounts: Sequence[ModelAccount],
    labels: Mapping[str, str],
) -> Table:
    """The table that `spec.models` or `spec.panels` asks for.

    One model stands with its errors side by side, each with its p value and interval. Of several models each
    is a column: the estimate with its standard error, and a line for each of two errors with the interval
    and the p value. Panels are such blocks one above the other, and what is said under them is of all.

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
        A model or term that the study did not estimate; models beside panels, or too few headings.
    """
    records = RecordIndex(estimates, models)
    if not spec.panels:
        columns = _columns(spec, accounts)
        return _Models(spec, records, columns, columns, labels).table()
    if spec.models:
        raise StudyError(f"table '{spec.id}': has models and panels; allowed: one of them")
    specs = [
        spec.model_copy(update={"models": panel.models, "terms": panel.terms or spec.terms})
        for panel in spec.panels
    ]
    whole = spec.model_copy(update={"models": spec.every_model})
    columns = _columns(whole, accounts)
    blocks = [_Models(each, records, _columns(each, accounts), columns, labels) for each in specs]
    return _stacked(_Models(whole, records, columns, columns, labels), blocks)


def _stacked(whole: _Models, blocks: Sequence[_Models]) -> Table:
    """Blocks of models one above the other, each under its heading; the notes are those of all models."""
    spec = whole.spec
    width = 1 + max(len(block.columns) for block in blocks)
    places = [f"({place})" for place in range(1, width)]
    header = whole.titles(spec.headings, numbered=spec.numbered) if spec.headings else places
    _check_headings(spec, len(header), width - 1)
    body = Body()
    for letter, panel, block in zip(ascii_uppercase, spec.panels, blocks, strict=False):
        names = [] if spec.headings else [(EMPTY, *map(Cell, block.titles()))]
        body.panel(f"Panel {letter}: {panel.title}", block.several(names))
    shown = set(chain.from_iterable(block.shown.every for block in blocks))
    return whole.finished(("", *header), body, shown)


def _check_headings(spec: TableSpec, found: int, wanted: int) -> None:
    if found != wanted:
        raise StudyError(f"table '{spec.id}': {found} headings for {wanted} columns; allowed: one a column")


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
    """What a table of models, or a block of one, is made from: its columns, and those of the whole table."""

    def __init__(
        self,
        spec: TableSpec,
        records: RecordIndex,
        columns: list[Column],
        every: list[Column],
        labels: Mapping[str, str],
    ):
        self.spec, self.records, self.columns, self.labels = spec, records, columns, labels
        self.shown = shown_terms(spec, every, labels).of(columns)
        self.alone = len(columns) == 1 and not spec.panels

    def table(self) -> Table:
        """The models in the layout of one or of several."""
        header, body = self.single() if self.alone else (self.header(), self.several())
        return self.finished(header, body, self.shown.every)

    def single(self) -> tuple[tuple[str, ...], Body]:
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
        body = Body()
        for term, stub in self._stubs(body):
            row = (stub, *(self._coefficient(column, error, term, name) for _, error, name in wanted))
            body.rows.append(row)
        return ("", *(word for word, *_ in wanted)), self._with_foot(body)

    def several(self, above: Iterable[Row] = ()) -> Body:
        """Several models: for each term a line of estimates, then one a place among the errors."""
        body = Body(list(above))
        for term, stub in self._stubs(body):
            for label, block in self._blocks(term, stub):
                body.line(label, block)
        return self._with_foot(body)

    def header(self) -> tuple[str, ...]:
        """What stands over the columns of several models."""
        headings = self.titles(self.spec.headings or self.titles(), numbered=self.spec.numbered)
        _check_headings(self.spec, len(headings), len(self.columns))
        return ("", *headings)

    def titles(self, words: Sequence[str] = (), numbered: bool = False) -> list[str]:
        """Words over the columns, the titles of the models if there are none; each with its number."""
        words = words or [self.labels.get(c.id) or c.account.title or c.id for c in self.columns]
        return [f"({place}) {word}" if numbered else word for place, word in enumerate(words, start=1)]

    def _stubs(self, body: Body) -> Iterator[tuple[Term, Cell]]:
        """Every shown term with its label; the heading of its group is put into the body before it."""
        for title, terms in self.shown.groups:
            if title:
                body.heading(title)
            yield from ((term, Cell(term_words(term, self.labels), level=int(bool(title)))) for term in terms)

    def _blocks(self, term: Term, stub: Cell) -> Iterator[tuple[Cell, list[Row]]]:
        """The printed lines of a term, each with its rows."""
        under = Cell("s.e.", level=stub.level + 1)
        estimate, error = (self._rows(term, 0, [each]) for each in ((stub, "estimate"), (under, "std_error")))
        if self.spec.std_error == "beside":
            yield stub, estimate + error
        else:
            yield stub, estimate
            yield under, error
        for place in range(len(PLACES)):
            words = {error_words(c.errors[place]) for c in self.columns if len(c.errors) > place}
            kind = words.pop() if len(words) == 1 else f"{PLACES[place]} error"
            below = [
                (replace(under, text=f"{kind}, {word}"), name) for word, name in SEVERAL[self.spec.below]
            ]
            rows = self._rows(term, place, below)
            if rows:
                yield replace(under, text=kind if len(rows) > 1 else rows[0][0].text), rows

    def _rows(self, term: Term, place: int, wanted: list[tuple[Cell, str]]) -> list[Row]:
        found = []
        for label, name in wanted:
            cells = [
                self._coefficient(c, c.errors[place], term, name) if len(c.errors) > place else EMPTY
                for c in self.columns
            ]
            if name == "estimate" or any(cell.source for cell in cells):
                found.append((label, *cells))
        return found

    def _coefficient(self, column: Column, error: ErrorAccount, term: Term, name: str) -> Cell:
        """A number of a coefficient; nothing where the model lacks the term, or the error the number."""
        key = ("estimates", column.account.model, error.label, term.label, name)
        if key not in self.records.values or (name == "std_error" and error.kind == WITHOUT_ERROR):
            return EMPTY
        value = self.records.values[key]
        text = self._written(column, term, name, value)
        if name == "estimate" and self.spec.stars:
            return Cell(text, key, after=self._stars(column, term))
        before, after = {"std_error": ("(", ")"), "conf_low": ("[", ","), "conf_high": ("", "]")}.get(
            name, ("", "")
        )
        return Cell(text, key) if self.alone else Cell(text, key, before, after)

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

    def _with_foot(self, body: Body) -> Body:
        """The rows of coefficients with what is said of each model and its statistics under them."""
        body.rules.append(len(body.rows))
        body.rows += self._facts()
        for label, block in self._footers():
            body.line(label, block)
        return body

    def finished(self, header: tuple[str, ...], body: Body, shown: Set[Term]) -> Table:
        """The table with what stands under it; `shown` are the terms that it shows or tells of."""
        unshown = [term for c in self.columns for term in c.account.terms if term not in shown]
        notes = [*model_notes.reading(self.columns, self.labels, unshown, self.spec)]
        notes += [sentence(self.spec.note)] if self.spec.note else []
        further = [(c, e) for c in self.columns for e in c.errors[len(PLACES) :] if not self.alone]
        account = model_notes.account(self.columns, self.labels, further)
        return Table(
            self.spec.id,
            self.spec.title,
            header,
            tuple((row + (EMPTY,) * (len(header) - len(row))) for row in body.rows),
            tuple(body.rules),
            tuple(notes),
            tuple(account) if self.spec.notes == "full" else (),
            joined=tuple(body.joined),
            headings=tuple(body.headings),
            panels=tuple(body.panels),
        )

    def _facts(self) -> Iterator[Row]:
        """What each model is in words, which levels it has that are not shown, whether it converged."""
        columns = self.columns
        facts = {
            "outcome": [self.labels.get(c.account.outcome) or c.account.outcome for c in columns],
            "estimator": [in_words(c.account.estimator) for c in columns],
            "effects": [effects_words(c.account, self.labels) for c in columns],
            "errors": ["; ".join(map(error_words, c.errors[: len(PLACES)])) for c in columns],
        }
        for name in () if self.alone else self.spec.about:
            if name == "effects" and self.spec.effects == "indicated":
                yield from self._effects()
            else:
                yield Cell(capital(name)), *map(Cell, facts[name])
        for row in self.shown.told:
            yield Cell(row.label), *(Cell(row.word(c.account.terms)) for c in columns)
        if not self.alone and not all(c.account.converged for c in columns):
            yield Cell("Converged"), *(Cell("yes" if c.account.converged else "NO") for c in columns)

    def _effects(self) -> Iterator[Row]:
        """A row for each effect that a model absorbs."""
        for name in dict.fromkeys(name for c in self.columns for name in c.account.absorbed):
            label = f"{capital(self.labels.get(name, in_words(name)))} effects"
            yield Cell(label), *(Cell("yes" if name in c.account.absorbed else "") for c in self.columns)

    def _footers(self) -> Iterator[tuple[Cell, list[Row]]]:
        """Fit and tests that any model has: statistics with a place, then every test with its p value."""
        yield from (
            (label, rows)
            for label, rows in self._every_footer()
            if any(cell.text for row in rows for cell in row[1:])
        )

    def _every_footer(self) -> Iterator[tuple[Cell, list[Row]]]:
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


def _marks(numbers: int) -> list[tuple[str, str]]:
    """What stands around a statistic, its degrees of freedom and its p value: 5.55 (2, 9) [0.027]."""
    around = {1: [], 2: [("[", "]")], 3: [("(", ")"), ("[", "]")]}
    return [("", ""), *around.get(numbers, [("(", ","), ("", ")"), ("[", "]")])]


def _placed(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    places = [(STATISTICS[key[0]].footer, key) for key in dict.fromkeys(found) if not key[1]]
    placed = [(place, key) for place, key in places if place is not None]
    return [key for _, key in sorted(placed, key=lambda each: each[0])]


def statistic_cell(key: Key, value: float) -> Cell:
    """One statistic of a model under ("models", model, error, name, of), rounded as its measure is."""
    return Cell(statistic_text(key[3], value), key)
