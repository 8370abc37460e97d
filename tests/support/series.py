"""Made-up series of months, and what a measure found of them by its two keys."""

from __future__ import annotations

import numpy as np
import pandas as pd


def monthly(values, series: str = "a", start: str = "1985-01") -> pd.DataFrame:
    """One series, a row a month."""
    months = pd.period_range(start, periods=len(values), freq="M").astype(str)
    return pd.DataFrame({"series": series, "month": months, "value": np.asarray(values, dtype=float)})


def by_key(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The value of each group and period."""
    assert not rows.duplicated(["group", "period"]).any()
    return {(row.group, row.period): row.value for row in rows.itertuples()}
