"""Which terms a table of models shows, in which order and under which headings, and which share one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from replication.errors import StudyError, one_of
from replication.estimate.design import Term
from replication.publish.model_notes import Column
from replication.publish.printed_words import capital
from replication.spec.entries import TableSpec

LEVELS = 5  # of one factor, that have rows of their own; more are one row that says they are there


@dataclass(frozen=True)
class Told:
    """Terms that one row tells of, with a word for each model.

    Attributes
    ----------
    label : str
    parts : tuple of frozenset of Term
        What the row stands for: single terms, or all levels of a factor.
    """

    label: str
    parts: tuple[frozenset[Term], ...]

    @property
    def terms(self) -> frozenset[Term]:
        """Every term that the row stands for."""
        return frozenset().union(*self.parts)

    def word(self, terms: Sequence[Term]) -> str:
        """What the row says of a model with these terms: that it has all parts, some, or none."""
        found = [bool(part & set(terms)) for part in self.parts]
        return "yes" if all(found) else "in part" if any(found) else ""


@dataclass(frozen=True)
class ShownTerms:
    """The terms of a table of models.

    Attributes
    ----------
    groups : tuple of (str, tuple of Term)
        Headings, the first perhaps empty, each with the terms that have rows under it.
    told : tuple of Told
        Rows that tell of several terms at once.
    """

    groups: tuple[tuple[str, tuple[Term, ...]], ...]
    told: tuple[Told, ...]

    @property
    def every(self) -> set[Term]:
        """Every term that the table shows or tells of."""
        return {t for _, terms in self.groups for t in terms} | {t for row in self.told for t in row.terms}

    def of(self, columns: Sequence[Column]) -> ShownTerms:
        """Those that some of these models have."""
        mine = {term for column in columns for term in column.account.terms}
        kept = [(title, tuple(term for term in terms if term in mine)) for title, terms in self.groups]
        return ShownTerms(
            tuple(group for group in kept if group[1]), tuple(row for row in self.told if row.terms & mine)
        )


def shown_terms(spec: TableSpec, columns: Sequence[Column], labels: Mapping[str, str]) -> ShownTerms:
    """The terms as the table's `terms`, `groups` and `indicate` ask for them, or all as the models have them.

    Raises
    ------
    StudyError
        A term that no model of the table has.
    """
    found = {term.label: term for column in columns for term in column.account.terms}
    told = tuple(_indicated(spec, label, names, found) for label, names in spec.indicate.items())
    if spec.terms or spec.groups:
        groups = [("", spec.terms), *((group.title, group.terms) for group in spec.groups)]
        named = [(title, tuple(_known(spec, name, found) for name in names)) for title, names in groups]
        return ShownTerms(tuple(named), told)
    taken = {term for row in told for term in row.terms}
    told += tuple(row for row in factors_told(columns, labels) if not row.terms & taken)
    taken |= {term for row in told for term in row.terms}
    shown = [term for term in found.values() if term not in taken]
    order = sorted(shown, key=lambda term: term.kind == "constant" and not term.equation)
    return ShownTerms((("", tuple(order)),), told)


def factors_told(columns: Sequence[Column], labels: Mapping[str, str]) -> list[Told]:
    """Terms that are told in one row: periods, and the levels of a factor that has many."""
    found: dict[str, set[Term]] = {}
    for column in columns:
        factors = Counter(term.factor for term in column.account.terms if term.factor)
        for term in column.account.terms:
            factor = "period" if term.kind == "period" else term.factor
            if term.kind == "period" or factors[factor] > LEVELS:
                words = f"{labels.get(factor, factor)} dummies"
                name = f"{capital(term.equation)}: {words}" if term.equation else capital(words)
                found.setdefault(name, set()).add(term)
    return [Told(name, (frozenset(terms),)) for name, terms in found.items()]


def _indicated(spec: TableSpec, label: str, names: Sequence[str], found: Mapping[str, Term]) -> Told:
    """The row of `indicate` for terms and factors by their names; of a factor all levels are meant."""
    levels: dict[str, set[Term]] = {}
    for term in found.values():
        factor = "period" if term.kind == "period" else term.factor
        levels.setdefault(factor or term.label, set()).add(term)
    known = {**{name: {term} for name, term in found.items()}, **levels}
    for name in names:
        if name not in known:
            raise StudyError(f"table '{spec.id}': indicate: {one_of('term', name, known)}")
    return Told(label, tuple(frozenset(known[name]) for name in names))


def _known(spec: TableSpec, name: str, found: Mapping[str, Term]) -> Term:
    if name not in found:
        raise StudyError(f"table '{spec.id}': {one_of('term', name, found)}")
    return found[name]
