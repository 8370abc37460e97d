"""Reading rules -> whether a pattern holds in each model with each error, and the share in which it does."""

from __future__ import annotations

import pandas as pd

from replication.studies.model import ReadingSpec
from replication.studies.read import reading_ids


def read_estimates(rule: ReadingSpec, estimates: pd.DataFrame) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit: 1 or 0 for each model and error that the rule reads.

    A model's further errors are read too, each as one. The last row is the share of all that were read.
    """
    own = estimates["model"].str.partition(".")[0].isin(rule.models)
    verdicts = {
        model: _holds(rule, rows.set_index("term"))
        for model, rows in estimates[own].groupby("model", sort=False)
    }
    read = {model: float(holds) for model, holds in verdicts.items() if holds is not None}
    each, share = reading_ids(rule)
    rows = [(each, model, "", holds, "1 holds, 0 does not") for model, holds in read.items()]
    if read:
        rows.append(
            (share, "", "", sum(read.values()) / len(read), f"share of {len(read)} models and errors")
        )
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])


def _holds(rule: ReadingSpec, rows: pd.DataFrame) -> bool | None:
    """Whether the rule holds in one model with one error; None where it has not the terms."""
    found = {
        name: [term for term in getattr(rule, name) if term in rows.index]
        for name in ("positive", "not_positive", "given")
    }
    if any(getattr(rule, name) and not terms for name, terms in found.items()):
        return None
    above = rows["conf_low"] > 0
    return bool(above[found["positive"]].all() and not above[found["not_positive"]].any())
