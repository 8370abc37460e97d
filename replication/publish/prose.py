"""Prose of a study file with its references told: each number is its record's, printed as in its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from replication.errors import StudyError, one_of
from replication.project.strict import located
from replication.publish import rounding
from replication.publish.record_index import Key, RecordIndex, statistic_text
from replication.publish.references import Form, Reference, parts_of
from replication.records.account import ModelAccount
from replication.records.model_statistics import STATISTICS
from replication.records.records import Records
from replication.spec.entries import Study
from replication.spec.entry import Entry
from replication.spec.read_study import canonical

PROSE = ("question", "answer", "finding", "undone", "note", "missing")
SECTIONS = ("models", "statistics", "tables", "figures")
_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A stretch of prose.

    Attributes
    ----------
    text : str
    source : tuple of str
        Key of the record that it is printed from, as in `Cell.source`; empty for what the author wrote.
    """

    text: str
    source: Key = ()


class Narrator:
    """Reads references against the records of one study."""

    def __init__(self, study: Study, found: Records):
        self._study, self._found = study, found

    def pieces(self, text: str, place: str = "") -> tuple[Piece, ...]:
        """A text with its references told.

        Parameters
        ----------
        place : str
            Where the text stands in the study file, for what is wrong with it.

        Raises
        ------
        StudyError
            What is no reference, or names no record; the nearest one is said.
        """
        if "{" not in text and "}" not in text:
            return (Piece(text),) if text else ()
        return tuple(located(place, lambda: [self._piece(part) for part in parts_of(text)]))

    def plain(self, text: str, place: str = "") -> str:
        """The same as one text."""
        return "".join(piece.text for piece in self.pieces(text, place))

    def _piece(self, part: str | Reference) -> Piece:
        if isinstance(part, str):
            return Piece(part)
        try:
            piece = self._told(part)
        except StudyError as problem:
            raise StudyError(f"{part.written}: {problem}") from None
        if not piece.text:
            raise StudyError(f"{part.written}: the record has no value")
        return piece

    def _told(self, part: Reference) -> Piece:
        if part.term:
            return self._coefficient(part)
        if part.name in self._statistics:
            return self._statistic(part)
        if part.name in self._accounts and part.key:
            return self._of_model(part)
        raise StudyError(one_of("model or statistic", part.name, [*self._accounts, *self._statistics]))

    def _coefficient(self, part: Reference) -> Piece:
        account = self._account(part.name)
        error = _error(part.error, account)
        term = _known("term", canonical(part.term), [term.label for term in account.terms])
        key = ("estimates", account.model, error, term, part.quantity)
        value = self._index.values[key]
        if part.form.decimals is None and part.quantity == "p_value":
            return Piece(_p_words(value), key)
        precision = self._index.precision(account.model, account.errors[0].label, term)
        plain = rounding.rounded(abs(value) if part.form.size else value, precision)
        return Piece(_formed(value, part.form, plain), key)

    def _of_model(self, part: Reference) -> Piece:
        account = self._account(part.name)
        label = _error(part.error, account)
        errors = ["", label] if part.error else ["", account.errors[0].label]
        known = {
            _spelled(name, of): ("models", account.model, error, name, of)
            for error in errors
            for name, of in self._index.statistics.get((account.model, error), [])
        }
        key = known[_known("statistic of the model", part.key, known)]
        value = self._index.values[key]
        if part.form.decimals is None and STATISTICS[key[3]].measure == "p":
            return Piece(_p_words(value), key)
        return Piece(_formed(value, part.form, statistic_text(key[3], value)), key)

    def _statistic(self, part: Reference) -> Piece:
        if part.error:
            raise StudyError(f"{part.name} is a statistic and has no error; leave '/{part.error}' out")
        records = self._statistics[part.name]
        group, period, value = records[_known("group and period", part.key, records)]
        declared = {entry.id: entry.decimals for entry in self._study.statistics}
        decimals = declared.get(part.name, 0 if value.is_integer() else 2)
        plain = rounding.fixed(abs(value) if part.form.size else value, decimals)
        return Piece(_formed(value, part.form, plain), ("statistics", part.name, group, period))

    def _account(self, name: str) -> ModelAccount:
        return self._accounts[_known("model", name, self._accounts)]

    @cached_property
    def _accounts(self) -> Mapping[str, ModelAccount]:
        return {account.model: account for account in self._found.accounts}

    @cached_property
    def _index(self) -> RecordIndex:
        return RecordIndex(self._found.estimates, self._found.models)

    @cached_property
    def _statistics(self) -> Mapping[str, Mapping[str, tuple[str, str, float]]]:
        """Of each statistic its records, as a reference spells their group and period."""
        found: dict[str, dict[str, tuple[str, str, float]]] = {}
        columns = self._found.statistics[["statistic", "group", "period", "value"]]
        for name, group, period, value in columns.itertuples(index=False, name=None):
            group, period = ("" if pd.isna(word) else str(word) for word in (group, period))
            found.setdefault(name, {})[_spelled(group, period)] = (group, period, value)
        return found


def with_curves(found: Records, curves: pd.DataFrame) -> Records:
    """Records that a study's own prose may quote: its own, and the numbers of its robustness beside them."""
    return replace(found, statistics=pd.concat([found.statistics, curves], ignore_index=True))


def told(study: Study, found: Records, curves: pd.DataFrame | None = None) -> Study:
    """The study with every reference in its prose replaced by the number that it names.

    Parameters
    ----------
    curves : DataFrame, optional
        Numbers of the study's robustness, which its own question, answer and finding may quote. They are made
        apart: without them, the prose of a study that declares some is left as it is.

    Raises
    ------
    StudyError
        A reference that names no record.
    """
    narrator = Narrator(study, found)
    sections = {
        section: [_told_entry(narrator, f"{section}.{entry.id}", entry) for entry in getattr(study, section)]
        for section in SECTIONS
    }
    whole = narrator if curves is None else Narrator(study, with_curves(found, curves))
    apart = curves is None and study.robustness
    head = {} if apart else {"study": _told_entry(whole, "study", study.study)}
    return study.model_copy(update={**head, **sections})


def prose_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Each key of an entry that holds prose, with its text."""
    texts = ((key, getattr(entry, key, "")) for key in PROSE)
    return ((key, text) for key, text in texts if text and isinstance(text, str))


def _told_entry(narrator: Narrator, place: str, entry: Entry) -> Entry:
    texts = {key: narrator.plain(text, f"{place}.{key}") for key, text in prose_of(entry)}
    return entry.model_copy(update=texts)


def _spelled(*words: str) -> str:
    """Group and period, or statistic and what it is of, as they stand between brackets."""
    return ", ".join(" ".join(word.split()) for word in words if word)


def _known(what: str, word: str, allowed) -> str:
    if word not in allowed:
        raise StudyError(one_of(what, word, allowed))
    return word


def _error(label: str, account: ModelAccount) -> str:
    """The label of the error meant: the headline one where none is named."""
    labels = [error.label for error in account.errors]
    return _known(f"error of {account.model}", label, labels) if label else labels[0]


def _p_words(value: float) -> str:
    """A p value as a sentence tells it."""
    text = rounding.p_value(value)
    return f"p < {text[1:]}" if text.startswith("<") else text and f"p = {text}"


def _formed(value: float, form: Form, plain: str) -> str:
    """A value in the form asked for; `plain` is how its table prints it."""
    if form.words:
        return _in_words(value)
    scaled = 100 * value if form.percent else value
    decimals = (0 if form.percent else None) if form.decimals is None else form.decimals
    if decimals is not None:
        plain = rounding.fixed(abs(scaled) if form.size else scaled, decimals)
    return rounding.grouped(plain).replace("-", "\u2212")


def _in_words(value: float) -> str:
    if value != value or value < 0 or value != int(value):
        raise StudyError(f"{value:g} is no count that words tell; leave 'words' out")
    return _WORDS[int(value)] if value < len(_WORDS) else rounding.grouped(f"{int(value)}")
