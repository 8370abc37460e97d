"""The account of one model: what a reader must know about it besides its numbers."""

from __future__ import annotations

from dataclasses import dataclass


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
