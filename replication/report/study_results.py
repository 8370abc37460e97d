"""What a run says about itself: each model's account, the sources, and all that a study's pages need."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from replication.publish.table import Table
from replication.records.account import ModelAccount
from replication.spec.entries import FigureSpec, Study


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
    """A figure that was drawn: what was asked for, and the SVG text."""

    spec: FigureSpec
    svg: str


@dataclass(frozen=True)
class StudyResults:
    """All that the report page shows of one study.

    Attributes
    ----------
    study : Study
    estimates, models, statistics : DataFrame
        The three tidy tables, in full precision.
    dropped : DataFrame
        study, model, entity, time, cause: one row for each row that a model left out.
    accounts : tuple of ModelAccount
    tables : tuple of Table
    figures : tuple of Drawing
    sources : tuple of Source
    """

    study: Study
    estimates: pd.DataFrame
    models: pd.DataFrame
    statistics: pd.DataFrame
    dropped: pd.DataFrame
    accounts: tuple[ModelAccount, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Drawing, ...] = ()
    sources: tuple[Source, ...] = ()
