"""P values of a model's family of coefficients: by each error, and adjusted for their number."""

from __future__ import annotations

import pandas as pd

from replication.spec.entries import ModelSpec


def family(model: ModelSpec, estimates: pd.DataFrame, statistics: pd.DataFrame) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit: groups are the terms, periods the errors and the method.

    Adjusted is the largest p value that the method gives by any error of the model.

    Parameters
    ----------
    estimates : columns error, term, p_value of the model
    statistics : columns name, of, value of the model
    """
    spec = model.multiple_testing
    assert spec is not None  # the caller asks for models that adjust
    p_values = estimates.set_index(["error", "term"])["p_value"]
    adjusted = statistics[statistics["name"] == f"{spec.method}_p"].groupby("of")["value"].max()
    rows = [
        (f"{model.id}_family", term, period, float(value), "p value")
        for term in spec.terms
        for period, value in (
            *((error, p_values[error, term]) for error in estimates["error"].unique()),
            (spec.method, adjusted[term]),
        )
    ]
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])
