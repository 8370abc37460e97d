"""What a run says about itself: each model's account, the sources, and all that a study's pages need."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from replication.publish.table import Table
from replication.studies.model import FigureSpec, Study


@dataclass(frozen=True)
class ModelAccount:
    """What a reader must know about one model with one kind of error, besides its numbers.

    Attributes
    ----------
    model : str
        The model's id for its headline error, `<id>.<label>` for each further one.
    title, question : str
    estimator, outcome, effects : str
        In words, as they stand in the table: "within", "japan_aid", "entity, time" or "".
    errors : str
        Short name of the error: "panel-corrected".
    convention : str
        One sentence: how the error is computed and whose default that is.
    warnings : tuple of str
        One sentence each.
    dropped : tuple of (str, int)
        Cause and number of rows left out, in order.
    rows_in_panel : int
        Rows before any was left out.
    nobs : int
        Rows used.
    choices : str
        The estimator's options with their values: "instrument_lags = 2, 6; collapse = yes".
    converged : bool
    """

    model: str
    title: str
    question: str
    estimator: str
    outcome: str
    effects: str
    errors: str
    convention: str
    warnings: tuple[str, ...]
    dropped: tuple[tuple[str, int], ...]
    rows_in_panel: int
    nobs: int
    choices: str = ""
    converged: bool = True


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
