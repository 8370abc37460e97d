"""A curve in a few numbers: signs, significance, spread, and how much each choice moves the estimate."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np
import pandas as pd

from replication.estimate.coefficient_table import LEVEL
from replication.estimate.design import Floats
from replication.robustness.choice_labels import Label, joined
from replication.robustness.curve import Curve
from replication.robustness.factors import Codes, factors
from replication.robustness.pieces import pieces

SIZE = 1.0 - LEVEL

AT_ONCE = 200_000
"""Specifications, about so many, whose groups are summed together."""

SHARES = (
    "share positive", "share significant", "share significant and positive", "share significant and negative",
    "share below the reported",
)  # fmt: skip
"""What of `summary` is a share of the specifications."""


def summary(estimate: Floats, p_value: Floats) -> dict[str, float]:
    """Counts, shares and quantiles of estimates, and where the first, the reported one, stands among them."""
    significant, positive = p_value < SIZE, estimate > 0
    quantiles = np.quantile(estimate, [0.25, 0.5, 0.75])
    return {
        "specifications": float(len(estimate)),
        "share positive": float(positive.mean()),
        "share significant": float(significant.mean()),
        "share significant and positive": float((significant & positive).mean()),
        "share significant and negative": float((significant & (estimate < 0)).mean()),
        "smallest": float(estimate.min()),
        "lower quartile": float(quantiles[0]),
        "median": float(quantiles[1]),
        "upper quartile": float(quantiles[2]),
        "largest": float(estimate.max()),
        "reported": float(estimate[0]),
        "share below the reported": float((estimate < estimate[0]).mean()),
    }


def curve_summary(found: Curve) -> dict[str, float]:
    """`summary` of all specifications of a curve."""
    return summary(found.estimates.column("estimate"), found.estimates.column("p_value"))


def by_alternative(found: Curve, words: Callable[[Label], str] = joined) -> pd.DataFrame:
    """One row an alternative: choice, factor, alternative, specifications, share_positive,
    share_significant, median; `words` prints a label."""
    numbers, estimate = found.estimates.column("number"), found.estimates.column("estimate")
    significant = found.estimates.column("p_value") < SIZE
    rows = []
    for factor in factors(found.universe):
        codes = factor.codes(numbers)
        for code in np.unique(codes):
            chosen = codes == code
            some = estimate[chosen]
            shares = (some > 0).mean(), significant[chosen].mean()
            told = factor.choice, factor.name, words(factor.labels[code])
            rows.append((*told, float(len(some)), *shares, np.median(some)))
    columns = ["choice", "factor", "alternative", "specifications"]
    return pd.DataFrame(rows, columns=[*columns, "share_positive", "share_significant", "median"])


def decomposition(found: Curve) -> pd.DataFrame:
    """How much of the variance across specifications each choice makes.

    One row a factor: choice, factor, and for the estimate and its t statistic `alone`, the variance of the
    means of its alternatives, and `together`, what is left within specifications that differ in it alone,
    both as shares of all variance (Sobol 1993's indices of first order and total, over the specifications
    that there are). The shares alone add up to one where choices do not depend on one another.
    """
    numbers, estimate = found.estimates.column("number"), found.estimates.column("estimate")
    statistic = estimate / found.estimates.column("std_error")
    told = []
    for factor in factors(found.universe):
        codes, others = factor.codes(numbers), factor.others(numbers)
        shares = [(between(codes, each), 1.0 - between(others, each)) for each in (estimate, statistic)]
        told.append((factor.choice, factor.name, *chain.from_iterable(shares)))
    columns = ["estimate_alone", "estimate_together", "statistic_alone", "statistic_together"]
    return pd.DataFrame(told, columns=["choice", "factor", *columns])


def between(codes: Codes, y: Floats) -> float:
    """Share of the variance of y, where it is finite, that lies between groups of the same code."""
    known = np.isfinite(y)
    mean, levels = y.mean(where=known), int(codes.max()) + 1
    at_once = 1 + (levels * AT_ONCE - 1) // len(y)  # codes that about AT_ONCE specifications have
    total = groups = 0.0
    for part in pieces(levels, at_once):  # groups are whole, and memory does not grow
        some = known & (codes >= part.start) & (codes < part.stop)
        total += float(((y[some] - mean) ** 2).sum())
        groups += _squares(codes[some], y[some] - mean)
    return groups / total if total > 0 else 0.0


def _squares(codes: Codes, y: Floats) -> float:
    """Sum over groups of the square of a group's sum over its size."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sizes = np.diff(starts, append=len(y))
    return float((np.add.reduceat(y[order], starts) ** 2 / sizes).sum()) if len(y) else 0.0
