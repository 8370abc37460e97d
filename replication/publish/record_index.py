"""The tidy records of a study by their keys, and the precision at which each coefficient is printed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from replication.publish import rounding
from replication.publish.rounding import Precision
from replication.records.model_statistics import STATISTICS

Key = tuple[str, ...]  # of a tidy record, as `Cell.source` describes it
QUANTITIES = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")


class RecordIndex:
    """Records by key; a record that is not there is missing from `values`.

    Attributes
    ----------
    values : dict of tuple of str to float
        ("estimates", model, error, term, quantity) and ("models", model, error, name, of).
    statistics : dict of (model, error) to list of (name, of)
        What a model has beside its coefficients, in order; error "" for what holds whatever the error.
    """

    def __init__(self, estimates: pd.DataFrame, models: pd.DataFrame):
        self.values: dict[Key, float] = {}
        for model, error, term, *numbers in _rows(estimates, "model", "error", "term", *QUANTITIES):
            for quantity, number in zip(QUANTITIES, numbers, strict=True):
                self.values["estimates", model, error, term, quantity] = number
        self.statistics: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for model, error, name, of, value in _rows(models, "model", "error", "name", "of", "value"):
            self.statistics.setdefault((model, error), []).append((name, of))
            self.values["models", model, error, name, of] = value

    def precision(self, model: str, error: str, term: str) -> Precision:
        """The decimals that the error of a coefficient calls for."""
        key = ("estimates", model, error, term)
        return rounding.coefficient(self.values[*key, "estimate"], self.values[*key, "std_error"])


def _rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple]:
    """Each row's values in these columns; a tenth of the time of `to_dict`, and a report has many tables."""
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def statistic_text(name: str, value: float) -> str:
    """A statistic of a model, rounded as its measure is."""
    match STATISTICS[name].measure:
        case "p":
            return rounding.p_value(value)
        case "share":
            return rounding.fixed(value, 3)
        case _:
            return rounding.statistic(value)
