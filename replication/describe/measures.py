"""The words of a study file that name measures, and their application to a table."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from replication.describe import (
    audit,
    calendar,
    flows,
    growth,
    markets,
    networks,
    portfolios,
    qca,
    shares,
    valuation,
)

MODULES = (audit, calendar, flows, growth, markets, networks, portfolios, qca, shares, valuation)
MEASURES: dict[str, Callable[..., pd.DataFrame]] = {
    name: measure for module in MODULES for name, measure in module.MEASURES.items()
}
