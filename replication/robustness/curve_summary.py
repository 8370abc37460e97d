"""A curve in a few numbers: signs, significance, spread, and how much each choice moves the estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.estimate.coefficient_table import LEVEL
from replication.estimate.design import Floats, Integers
from replication.robustness.choices import ControlSets, Label, joined
from replication.robustness.curve import Curve, estimates

SIZE = 1.0 - LEVEL
IN_OR_OUT = (("out",), ("in",))

Codes = NDArray[np.integer]


SHARES = (
    "share positive", "share significant", "share significant and positive", "share significant and negative",
    "share below the reported",
)  # fmt: skip
"""What of `summary` is a share of the specifications."""


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """Of the rows of `estimates`: counts, shares, quantiles, and where the reported one stands."""
    b = rows["estimate"].to_numpy()
    significant = (rows["p_value"] < SIZE).to_numpy()
    reported = float(b[rows["reported"].to_numpy()][0])
    quantiles = np.quantile(b, [0.25, 0.5, 0.75])
    return {
        "specifications": float(len(b)),
        "share positive": float((b > 0).mean()),
        "share significant": float(significant.mean()),
        "share significant and positive": float((significant & (b > 0)).mean()),
        "share significant and negative": float((significant & (b < 0)).mean()),
        "smallest": float(b.min()),
        "lower quartile": float(quantiles[0]),
        "median": float(quantiles[1]),
        "upper quartile": float(quantiles[2]),
        "largest": float(b.max()),
        "reported": reported,
        "share below the reported": float((b < reported).mean()),
    }


@dataclass(frozen=True)
class Factor:
    """One thing that differs between specifications: a choice, or whether one control or block is in.

    Attributes
    ----------
    choice, name : str
        They are the same but for controls.
    labels : tuple of Label
    codes : (P,) array of integers of any size
    is_control : bool
        Whether it is a control or block that is in or out.
    """

    choice: str
    name: str
    labels: tuple[Label, ...]
    codes: Codes
    is_control: bool = False


def factors(found: Curve) -> Iterator[Factor]:
    """What differs between the specifications that could be estimated."""
    able = (found.table["problem"] == "").to_numpy()
    for choice, place in zip(found.universe.choices, found.places[able].T, strict=True):
        if isinstance(choice.values, ControlSets):
            sets = choice.values
            for number, name in enumerate(sets.names[: sets.varied]):
                inside = sets.members[place, number].astype(np.int8)
                yield Factor(choice.id, name, IN_OR_OUT, inside, is_control=True)
        else:
            yield Factor(choice.id, choice.id, choice.labels, place)


def by_alternative(found: Curve, words: Callable[[Label], str] = joined) -> pd.DataFrame:
    """One row an alternative: choice, factor, alternative, specifications, share_positive,
    share_significant, median; `words` prints a label."""
    rows = estimates(found)
    numbers = pd.DataFrame(
        {
            "specifications": 1.0,
            "share_positive": rows["estimate"] > 0,
            "share_significant": rows["p_value"] < SIZE,
            "median": rows["estimate"],
        }
    )
    how = {"specifications": "sum", "share_positive": "mean", "share_significant": "mean", "median": "median"}
    parts = []
    for factor in factors(found):
        told = numbers.groupby(factor.codes).agg(how)
        told.insert(0, "alternative", [words(factor.labels[code]) for code in told.index])
        parts.append(told.assign(choice=factor.choice, factor=factor.name))
    order = ["choice", "factor", "alternative", *how]
    return pd.concat(parts, ignore_index=True)[order]


def decomposition(found: Curve) -> pd.DataFrame:
    """How much of the variance across specifications each choice makes.

    One row a factor: choice, factor, and for the estimate and its t statistic `alone`, the variance of the
    means of its alternatives, and `together`, what is left within specifications that differ in it alone,
    both as shares of all variance (Sobol 1993's indices of first order and total, over the specifications
    that there are). The shares alone add up to one where choices do not depend on one another.
    """
    rows = estimates(found)
    values = {"estimate": rows["estimate"], "statistic": rows["estimate"] / rows["std_error"]}
    known = list(factors(found))
    told = []
    for number, factor in enumerate(known):
        others = _together([each.codes for place, each in enumerate(known) if place != number], len(rows))
        shares: dict[str, object] = {"choice": factor.choice, "factor": factor.name}
        for name, value in values.items():
            y = value.to_numpy()
            shares[f"{name}_alone"] = _between(factor.codes, y)
            shares[f"{name}_together"] = 1.0 - _between(others, y)
        told.append(shares)
    return pd.DataFrame(told)


def _between(codes: Codes, y: Floats) -> float:
    """Share of the variance of y that lies between the groups."""
    known = np.isfinite(y)
    codes, y = np.unique(codes[known], return_inverse=True)[1], y[known] - y[known].mean()
    total = float(y @ y)
    means = np.bincount(codes, y) / np.bincount(codes)
    return float((means[codes] ** 2).sum() / total) if total > 0 else 0.0


def _together(codes: list[Codes], size: int) -> Integers:
    """One code for each combination that occurs."""
    both = np.zeros(size, dtype=np.int64)
    for code in codes:
        both = np.unique(both * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1]
    return both


def choices_table(found: Curve, words: Callable[[Label], str] = joined) -> pd.DataFrame:
    """The analytical choices: id, place, used, alternatives, reason; `words` prints a label."""
    rows = []
    for choice in found.universe.choices:
        sets = choice.values if isinstance(choice.values, ControlSets) else None
        if sets:
            names = ", ".join(words((name,)) for name in sets.names[: sets.varied])
            others = f"{len(sets) - 1:,} other sets of: {names}"
        else:
            others = "; ".join(map(words, choice.labels[1:]))
        used = words((choice.id,)), PLACES[choice.kind], words(choice.label(0))
        rows.append((*used, others, choice.reason))
    return pd.DataFrame(rows, columns=["id", "place", "used", "alternatives", "reason"])


PLACES = {
    "outcome": "outcome",
    "controls": "controls",
    "term": "measure",
    "where": "sample",
    "inside": "sample",
    "effects": "effects",
    "estimator": "estimator",
    "covariance": "errors",
    "weights": "weights",
}
"""Where in a model each kind of choice is made."""
