"""Reading rules -> one verdict a model, and how many models each verdict has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from replication.spec.entries import BoundSpec, ReadingSpec
from replication.spec.read_study import reading_ids

UNIT = "units of the outcome; power 80, size 5 percent"
VERDICT = "1 holds, 0 does not, -1 opposite"
Row = tuple[str, str, str, float, str]


def read_estimates(
    rule: ReadingSpec, estimates: pd.DataFrame, statistics: pd.DataFrame, detectable: pd.DataFrame
) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit of one rule.

    For each model that the rule reads, 1 if it holds with every error of the model, -1 if every interval of a
    positive term lies below zero, 0 otherwise, missing if the model fails a test of its own; how many models
    hold, do not, are opposite and are not counted; and, where no verdict is given either way, the effect that
    the model could have seen by its largest error.

    Parameters
    ----------
    estimates : columns model, term, estimate, conf_low, conf_high
    statistics : columns model, name, value
    detectable : columns model, term, value
        Minimum detectable effect of each coefficient.
    """
    hulls = _by_model(estimates).agg(
        low=("conf_low", _least), high=("conf_high", _largest), estimate=("estimate", "first")
    )
    known = {str(model): rows.droplevel(0) for model, rows in hulls.groupby(level=0, sort=False)}
    verdicts = {model: _verdict(rule, known[model]) for model in rule.models if model in known}
    read = {model: verdict for model, verdict in verdicts.items() if verdict is not None}
    invalid = {model for model in read if not _valid(rule, model, known, statistics)}
    each, counts, least = reading_ids(rule)
    rows: list[Row] = [
        (each, model, "", np.nan if model in invalid else verdict, VERDICT) for model, verdict in read.items()
    ]
    counted = [verdict for model, verdict in read.items() if model not in invalid]
    found = {"holds": 1.0, "does not": 0.0, "opposite": -1.0}
    rows += [(counts, "", name, float(counted.count(value)), "models") for name, value in found.items()]
    rows.append((counts, "", "not counted", float(len(invalid)), "models"))
    effects = _by_model(detectable)["value"].max()
    unseen = [model for model in read if model not in invalid and read[model] == 0]
    rows += [(least, *row) for model in unseen for row in _unseen(rule, model, known[model], effects)]
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])


def _by_model(rows: pd.DataFrame):
    """Rows of all errors of a model together, by term."""
    return rows.groupby(["model", "term"], sort=False)


def _least(ends: pd.Series) -> float:
    """The lowest end of an interval; an error that gives none leaves it open."""
    return float(ends.min()) if ends.notna().all() else -np.inf


def _largest(ends: pd.Series) -> float:
    return float(ends.max()) if ends.notna().all() else np.inf


def _verdict(rule: ReadingSpec, rows: pd.DataFrame) -> float | None:
    """1, 0 or -1 for one model; None where it has not the terms."""
    found = {
        name: [term for term in getattr(rule, name) if term in rows.index]
        for name in ("positive", "not_positive", "given")
    }
    if any(getattr(rule, name) and not terms for name, terms in found.items()):
        return None
    if (rows.loc[found["positive"], "high"] < 0).all():
        return -1.0
    above = rows["low"] > 0
    return float(above[found["positive"]].all() and not above[found["not_positive"]].any())


def _valid(
    rule: ReadingSpec, model: str, known: Mapping[str, pd.DataFrame], statistics: pd.DataFrame
) -> bool:
    """Whether a model passes every test of the rule that it has."""
    own = statistics[statistics["model"] == model].set_index("name")["value"]
    within = [
        (test.at_least is None or own[test.statistic] >= test.at_least)
        and (test.at_most is None or own[test.statistic] <= test.at_most)
        for test in rule.valid
        if test.statistic in own
    ]
    between = [_between(bound, known) for bound in rule.bounds if bound.model == model]
    return all(within) and all(between)


def _between(bound: BoundSpec, known: Mapping[str, pd.DataFrame]) -> bool:
    inertia = known[bound.model]["estimate"][bound.term]
    low, high = (known[name]["estimate"][bound.lag] for name in (bound.within, bound.pooled))
    return bool(low <= inertia <= high)


def _unseen(
    rule: ReadingSpec, model: str, rows: pd.DataFrame, effects: pd.Series
) -> Iterator[tuple[str, str, float, str]]:
    """The detectable effect of each positive term that the model cannot tell from zero."""
    for term in rule.positive:
        if term in rows.index and rows["low"][term] <= 0 <= rows["high"][term]:
            yield model, term, float(effects[model, term]), UNIT
