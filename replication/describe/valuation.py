"""Amounts told in a currency whose price moves: how much of their growth is the exchange rate.

Parameters
----------
rate : str
    Column of the lender's currency per unit of the currency told.
at_home : float
    Share of the first stock that is in the lender's own currency, from 0 to 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.describe.series import by_name, divide, over, span, tidy, wide
from replication.errors import StudyError

TOLD, HOME, RATE = "in the currency told", "at home", "exchange rate"


def terms_of_growth(
    table: pd.DataFrame,
    *,
    rate: str,
    at_home: float = 1.0,
    group: str = "series",
    period: str = "year",
    value: str = "value",
) -> pd.DataFrame:
    """One row, named by the span of the series, with the three terms."""
    if not 0 <= at_home <= 1:
        raise StudyError(f"at_home is {at_home}; allowed: a share between 0 and 1")
    amounts = wide(table, group=group, period=period, value=value)
    if amounts.shape[1] != 1:
        raise StudyError(f"{amounts.shape[1]} series; narrow the rows to one with 'where'")
    rates = wide(table, group=group, period=period, value=rate)
    ends = np.column_stack([amounts.iloc[[0, -1], 0], rates.iloc[[0, -1], 0]])
    if (ends <= 0).any():
        raise StudyError("amounts and rates must be above zero to have a growth rate")
    told = np.log(ends[1, 0] / ends[0, 0])
    moved = np.log((at_home * ends[0, 1] + (1 - at_home) * ends[1, 1]) / ends[1, 1])
    return pd.DataFrame({TOLD: told, HOME: told - moved, RATE: moved}, index=[span(amounts.index)])


@over(terms_of_growth)
def growth_terms(terms: pd.DataFrame) -> pd.DataFrame:
    """Growth from first to last period in log points: told = at home + exchange rate.

    An amount told in dollars, of which the share `at_home` (0 to 1) of the first stock is in the lender's own
    currency, is moved by the rate alone by ln(h e_0 / e_1 + 1 - h), e the lender's currency per dollar.
    The term at home is the rest. With h = 1 it is the growth of the amount in that currency.
    """
    return tidy(terms)


@over(terms_of_growth)
def exchange_rate_share(terms: pd.DataFrame) -> pd.DataFrame:
    """The exchange rate's share of the growth in log points; see `growth_terms`. Missing without growth."""
    return tidy(divide(terms[RATE], terms[TOLD]).to_frame("share of the exchange rate"))


MEASURES = by_name(growth_terms, exchange_rate_share)
