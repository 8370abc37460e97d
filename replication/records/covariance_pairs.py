"""Covariances of coefficients as rows of a record, and as matrices again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import StudyError

MOST_TERMS = 300  # of a model whose covariances are recorded
KEY = ["model", "error", "term"]


def pairs_of(labels: Sequence[str], matrix: NDArray[np.float64]) -> pd.DataFrame:
    """The lower triangle of a (k, k) matrix, row by row.

    Returns
    -------
    DataFrame with columns term, with, value
        Without a row if there are more than `MOST_TERMS`: a million numbers would be no record.
    """
    row, column = np.tril_indices(len(labels) if len(labels) <= MOST_TERMS else 0)
    names = np.array(labels, dtype=object)
    table = pd.DataFrame({"term": names[row], "with": names[column], "value": matrix[row, column]})
    return table.astype({"term": "str", "with": "str", "value": float})


def matrices_of(pairs: pd.DataFrame) -> pd.DataFrame:
    """One row a model, error and term, one column a term of any model, from rows model, error, term, with,
    value."""
    mirrored = pairs.rename(columns={"term": "with", "with": "term"})[pairs["term"] != pairs["with"]]
    wide = pd.concat([pairs, mirrored]).pivot(index=KEY, columns="with", values="value")
    rows = pd.MultiIndex.from_frame(pairs[KEY].drop_duplicates())
    return wide.reindex(index=rows, columns=list(dict.fromkeys(pairs["term"]))).rename_axis(columns=None)


def require_recorded(pairs: pd.DataFrame, models: Sequence[str]) -> None:
    """Refuse to show matrices where a model has too many coefficients for them.

    Raises
    ------
    StudyError
        Such a model.
    """
    for model in models:
        if model not in set(pairs["model"]):
            raise StudyError(
                f"covariance: {model} has more than {MOST_TERMS} coefficients: none are recorded"
            )
