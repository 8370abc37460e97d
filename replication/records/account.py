"""The account of one model: what a reader must know about it besides its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from replication.estimate.design import Term
from replication.panel.cause import Cause


class ResultId(NamedTuple):
    """One model with one error: what every estimate belongs to."""

    model: str
    error: str


def result_id(key: ResultId, *, headline: bool) -> str:
    """How a study file calls a result: `model` for the headline error, `model.error` for each further one."""
    return key.model if headline else f"{key.model}.{key.error}"


@dataclass(frozen=True)
class ErrorAccount:
    """One error of a model.

    Attributes
    ----------
    label : str
        What the study file calls it: its label, or else its kind.
    kind : str
        "pcse", "clustered", ...
    convention : str
        One sentence: how it is computed and whose default that is.
    warnings : tuple of str
        One sentence each.
    """

    label: str
    kind: str
    convention: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelAccount:
    """One model with all of its errors.

    Attributes
    ----------
    model : str
        Its id.
    title, question : str
    estimator, outcome, effects : str
        As they stand in the study file: "ols", "japan_aid", "entity, time" or "".
    errors : tuple of ErrorAccount
        The headline error first.
    terms : tuple of Term
        Every term that the estimates have, in their order.
    warnings : tuple of str
        Of the fit, whatever the error; one sentence each.
    dropped : tuple of (Cause, int)
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
    errors: tuple[ErrorAccount, ...]
    terms: tuple[Term, ...]
    warnings: tuple[str, ...]
    dropped: tuple[tuple[Cause, int], ...]
    rows_in_panel: int
    nobs: int
    choices: str = ""
    converged: bool = True

    @property
    def absorbed(self) -> tuple[str, ...]:
        """The columns whose effects are taken out."""
        return tuple(self.effects.split(", ")) if self.effects else ()

    @property
    def all_warnings(self) -> tuple[str, ...]:
        """Those of the fit and of its errors, each once."""
        return tuple(dict.fromkeys([*self.warnings, *(w for error in self.errors for w in error.warnings)]))

    @property
    def results(self) -> dict[str, ErrorAccount]:
        """The model's errors by the id under which a study file names each: `model`, then `model.label`."""
        keys = [ResultId(self.model, error.label) for error in self.errors]
        return {
            result_id(key, headline=not place): error
            for place, (key, error) in enumerate(zip(keys, self.errors, strict=True))
        }
