"""Printed shares of one whole: what they add up to, and what they leave unallocated."""

from __future__ import annotations

import pandas as pd

from replication.describe.series import tidy, wide
from replication.errors import StudyError


def unallocated(
    table: pd.DataFrame,
    *,
    group: str = "series",
    basis: str = "basis",
    value: str = "value",
    whole: float = 100.0,
    step: float = 1.0,
) -> pd.DataFrame:
    """What the shares of each whole sum to, what they leave, and the least and most that rounding allows it.

    A share printed to a multiple of `step` may be off by half of it; with n shares the remainder
    `whole` - sum lies within n step / 2 of its point. Groups are the wholes, periods the four figures.

    Parameters
    ----------
    group : str
        Column of the names of the holders.
    basis : str
        Column of the whole that a share is of.
    value : str
        Column of the shares, in the unit of `whole`.
    whole : float
        What all shares of a whole should add up to: 100 for percents.
    step : float
        Unit to which the shares are rounded.
    """
    if not step >= 0:
        raise StudyError(f"step is {step}; allowed: 0 or more")
    shares = wide(table, group=group, period=basis, value=value)
    total = shares.sum(axis=1, min_count=1)
    slack = shares.count(axis=1) * step / 2
    left = whole - total
    return tidy(
        pd.DataFrame({"sum": total, "unallocated": left, "least": left - slack, "most": left + slack}).T
    )


MEASURES = {"unallocated": unallocated}
