"""Do figures that are printed agree with one another: recomputed changes, and units that may be mistaken.

A measure takes a table and names of its columns and returns rows group, period, value.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.describe.growth import percent_change
from replication.describe.series import by_name, of_series, tidy, wide
from replication.errors import StudyError


def change_error(
    table: pd.DataFrame,
    *,
    printed: str,
    decimals: int = 1,
    group: str = "series",
    period: str = "year",
    value: str = "value",
) -> pd.DataFrame:
    """Percent change recomputed from `value` and rounded to `decimals`, less the change in column `printed`.

    Zero where the two agree; missing where either is.

    Parameters
    ----------
    printed : str
        Column of the changes as they are printed, in percent.
    decimals : int
        Digits after the point to which the changes are printed.
    """
    made = percent_change(table, group=group, period=period, value=value)
    given = tidy(wide(table, group=group, period=period, value=printed))
    both = made.merge(given, on=["group", "period"], how="left", suffixes=("", "_printed"))
    # rounded again after the subtraction: 16.9 - 16.9 may leave a last bit
    error = (both["value"].round(decimals) - both["value_printed"]).round(decimals + 1)
    return both[["group", "period"]].assign(value=error)


@of_series
def unit_readings(frame: pd.DataFrame, *, claimed: float, rate: float) -> pd.DataFrame:
    """A claimed figure over the recorded one, the claim read in two currencies and three sizes.

    The claim is taken in the recorded currency or converted into it (times `rate`), and in the recorded
    size, a thousand times smaller or a thousand times larger. A quotient near one names the reading under
    which the two agree.

    Parameters
    ----------
    claimed : float
        The figure as it stands in the text, without its unit.
    rate : float
        Units of the recorded currency for one unit of the claimed one.
    """
    if not rate > 0:
        raise StudyError(f"rate is {rate:g}; allowed: a number above 0")
    if frame.shape[1] != 1:
        raise StudyError(
            f"unit_readings is for one series, found {frame.shape[1]}; narrow the rows with 'where'"
        )
    recorded = frame.iloc[:, 0].replace(0, np.nan)
    currencies = {"recorded currency": 1.0, "claimed currency": rate}
    sizes = {"recorded size": 1.0, "thousandth": 0.001, "thousandfold": 1000.0}
    readings = {
        f"{currency}, {size}": claimed * factor * times / recorded
        for currency, factor in currencies.items()
        for size, times in sizes.items()
    }
    return tidy(pd.DataFrame(readings))


MEASURES = by_name(change_error, unit_readings)
