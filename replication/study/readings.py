"""Reading rules -> whether a pattern holds in each model with each error, and the share in which it does."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from replication.records.account import ResultId, result_id
from replication.spec.entries import ReadingSpec
from replication.spec.read_study import reading_ids

UNIT = "units of the outcome; power 80, size 5 percent"
Row = tuple[str, str, str, float, str]


def read_estimates(rule: ReadingSpec, estimates: pd.DataFrame, detectable: pd.DataFrame) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit of one rule.

    For each model and error that the rule reads, 1 if it holds and 0 if not; the share of them in which it
    holds; and, where the interval of a positive term holds zero, the effect that the model could have seen.

    Parameters
    ----------
    estimates : columns model, error, term, conf_low, conf_high
    detectable : columns model, error, term, value
        Minimum detectable effect of each coefficient.
    """
    own = estimates[estimates["model"].isin(rule.models)]
    models = {
        ResultId(*key): rows.set_index("term") for key, rows in own.groupby(["model", "error"], sort=False)
    }
    told = _ids(list(models))
    verdicts = {model: _holds(rule, rows) for model, rows in models.items()}
    read = {model: float(holds) for model, holds in verdicts.items() if holds is not None}
    each, share, least = reading_ids(rule)
    rows: list[Row] = [(each, told[key], "", holds, "1 holds, 0 does not") for key, holds in read.items()]
    if read:
        rows.append(
            (share, "", "", sum(read.values()) / len(read), f"share of {len(read)} models and errors")
        )
    effects = detectable.set_index(["model", "error", "term"])["value"]
    rows += [
        (least, told[key], term, float(effects[*key, term]), UNIT)
        for key in read
        for term in _unseen(rule, models[key])
    ]
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])


def _ids(keys: list[ResultId]) -> dict[ResultId, str]:
    """What study files call each result: a model's first error by the model alone."""
    first = {key.model: key for key in reversed(keys)}
    return {key: result_id(key, headline=first[key.model] == key) for key in keys}


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


def _unseen(rule: ReadingSpec, rows: pd.DataFrame) -> Iterator[str]:
    """Each positive term that the model cannot tell from zero."""
    for term in rule.positive:
        if term in rows.index and rows.loc[term, "conf_low"] <= 0 <= rows.loc[term, "conf_high"]:
            yield term
