"""Where on the page everything stands: numbers and anchors of exhibits, and which of them shows a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from replication.project.escape import one_line
from replication.publish.record_index import Key
from replication.publish.table import Table
from replication.report.study_results import Drawing, StudyResults


@dataclass(frozen=True)
class Exhibit:
    """A table or figure with its number on the page."""

    anchor: str
    label: str
    title: str
    what: Table | Drawing


class Numbers:
    """Numbers tables and figures in the order in which the page shows them."""

    def __init__(self) -> None:
        self._tables, self._figures = count(1), count(1)

    def exhibits(self, results: StudyResults) -> tuple[list[Exhibit], list[Exhibit]]:
        """Those that bear a study's answer, in its order, and the rest; all bear it where it names none."""
        head = results.study.study
        every: list[Table | Drawing] = [*results.tables, *results.figures]
        places = {(what.id if isinstance(what, Table) else what.spec.id): what for what in every}
        bearing = [places[name] for name in head.exhibits] or every
        first = [self._numbered(head.id, what) for what in bearing]
        return first, [self._numbered(head.id, what) for what in every if what not in bearing]

    def _numbered(self, study: str, what: Table | Drawing) -> Exhibit:
        if isinstance(what, Table):
            return Exhibit(
                f"table-{study}-{what.id}", f"Table {next(self._tables)}", one_line(what.title), what
            )
        spec = what.spec
        return Exhibit(
            f"figure-{study}-{spec.id}", f"Figure {next(self._figures)}", one_line(spec.title), what
        )


class Shown:
    """Which exhibit shows a record: the first of those given.

    Parameters
    ----------
    curves : mapping of str to str
        Anchors of further tables of numbers, by the name of their records.
    """

    def __init__(self, study: str, exhibits: Iterable[Exhibit], curves: Mapping[str, str]):
        self._study = study
        self._places: dict[Key, str] = {("statistics", name): place for name, place in curves.items()}
        for exhibit in exhibits:
            for key in _keys(exhibit.what):
                self._places.setdefault(key, exhibit.anchor)

    def at(self, key: Key) -> str:
        """Anchor of the exhibit that shows a record; where none does, of what accounts for it."""
        return self._places.get(key) or self._places.get(key[:2]) or origin(self._study, key)


def _keys(what: Table | Drawing) -> Iterator[Key]:
    """Records of a table's cells, statistics of a figure."""
    if isinstance(what, Table):
        yield from (cell.source for row in what.rows for cell in row if cell.source)
    else:
        yield from (("statistics", name) for name in what.spec.statistics)


def origin(study: str, key: Key) -> str:
    """Where the page accounts for a record: its model, with the rows used, or the data of the study."""
    return f"model-{study}-{key[1]}" if key[0] in ("estimates", "models") else f"data-study-{study}"
