"""The words of a study file that name measures, and their application to a table."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from replication.describe import (
    audit,
    breaks,
    calendar,
    dispersion,
    events,
    flows,
    growth,
    markets,
    networks,
    portfolios,
    qca,
    qca_checks,
    qca_solutions,
    shares,
    tabulation,
    valuation,
)

MODULES = (
    audit,
    breaks,
    calendar,
    dispersion,
    events,
    flows,
    growth,
    markets,
    networks,
    portfolios,
    qca,
    qca_checks,
    qca_solutions,
    shares,
    tabulation,
    valuation,
)
MEASURES: dict[str, Callable[..., pd.DataFrame]] = {
    name: measure for module in MODULES for name, measure in module.MEASURES.items()
}
