"""Summary statistics of one variable, and correlations of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from replication.language.functions import Floats

# In the order of print. Quartiles interpolate between the two nearest values (Hyndman and Fan 1996,
# definition 7: R's and numpy's default; Stata's summarize averages at a tie and else takes the next).
SUMMARY: dict[str, Callable[[Floats], float]] = {
    "N": len,
    "Mean": np.mean,
    "Std. dev.": lambda values: float(np.std(values, ddof=1)) if len(values) > 1 else np.nan,
    "Min": np.min,
    "25%": lambda values: float(np.quantile(values, 0.25)),
    "Median": np.median,
    "75%": lambda values: float(np.quantile(values, 0.75)),
    "Max": np.max,
}
COUNT = "N"


def summary(values: Floats) -> dict[str, float]:
    """Each statistic of the values that are there; of none, a count of zero and otherwise missing."""
    there = values[np.isfinite(values)]
    if not len(there):
        return {name: 0.0 if name == COUNT else np.nan for name in SUMMARY}
    return {name: float(of(there)) for name, of in SUMMARY.items()}


def group_of(level: str, variable: str) -> str:
    """The group of a record: a variable, behind the level of `by` that it is summed up in."""
    return f"{level}: {variable}" if level else variable


def level_of(group: str, variable: str) -> str:
    """The level that `group_of` was given with this variable."""
    return group.removesuffix(variable).removesuffix(": ")


def correlations(columns: Sequence[Floats]) -> Floats:
    """Pearson's correlation of every pair, over the rows where both are there; missing if one is constant."""
    found = np.full((len(columns), len(columns)), np.nan)
    for i, left in enumerate(columns):
        for j, right in enumerate(columns[: i + 1]):
            found[i, j] = found[j, i] = _correlation(left, right)
    return found


def _correlation(left: Floats, right: Floats) -> float:
    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < 2:
        return np.nan
    x, y = left[both] - left[both].mean(), right[both] - right[both].mean()
    scale = np.sqrt(x @ x) * np.sqrt(y @ y)
    return float(np.clip(x @ y / scale, -1, 1)) if scale > 0 else np.nan
