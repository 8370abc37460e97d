"""All that a study's part of the page is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from replication.publish.prose import Piece
from replication.publish.table import Table
from replication.records.records import Records
from replication.spec.entries import FigureSpec, Study
from replication.spec.read_study import labels_of


@dataclass(frozen=True)
class Source:
    """One raw file as the registry describes it; empty where the registry says nothing."""

    id: str
    title: str
    publisher: str
    vintage: str
    licence: str
    citation: str


@dataclass(frozen=True)
class Drawing:
    """A figure that was drawn: what was asked for, the SVG text, and the line that tells its sources."""

    spec: FigureSpec
    svg: str
    source: str = ""


@dataclass(frozen=True)
class StudyResults:
    """All that the page shows of one study.

    Attributes
    ----------
    study : Study
        With every reference in its prose told.
    prose : mapping of str to tuple of Piece
        The study's own question, answer, finding and what is missing, with what each number is printed from.
    found : Records
    tables : tuple of Table
    figures : tuple of Drawing
    sources : tuple of Source
    opinions : DataFrame or None
        What other programs say of the models, one row a number, as `crosscheck` records it; None if they
        were not asked.
    robustness : str
        The part of the page on other reasonable choices, as HTML; empty where the study declares none.
    curves : mapping of str to str
        Anchor of each table in that part, by its id.
    files : set of str
        Files in the study's folder of results, by their path in it.
    """

    study: Study
    prose: Mapping[str, tuple[Piece, ...]]
    found: Records
    tables: tuple[Table, ...] = ()
    figures: tuple[Drawing, ...] = ()
    sources: tuple[Source, ...] = ()
    opinions: pd.DataFrame | None = field(default=None, compare=False)
    robustness: str = ""
    curves: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[str] = frozenset()

    @property
    def labels(self) -> dict[str, str]:
        """Printed words, keyed by the canonical spelling of what they name."""
        return labels_of(self.study)
