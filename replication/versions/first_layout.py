"""Tidy records in the layout of results/v1, so that what was frozen in it can still be compared.

There a result's id was one text ("model", "model.error"), a statistic's name held what it was of, every error
repeated the statistics of its model, and telemetry stood among them. To be deleted when nothing is compared
with v1 any more.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from replication.records.model_statistics import STATISTICS

NAMES = {
    "dropped": "dropped: {}",
    "vif": "vif_{}",
    "first_stage_f": "first_stage_f:{}",
    "partial_rsquared": "partial_rsquared:{}",
    **{f"test_{name}": f"{{}}_{name}" for name in ("f", "chi2")},
    **{f"test_f_{name}": f"{{}}_{name}" for name in ("p", "df1", "df2")},
    **{f"test_chi2_{name}": f"{{}}_{name}" for name in ("p", "df")},
}
RENAMED = {"pseudo_rsquared_mcfadden": "rsquared_pseudo"}


def in_first_layout(table: pd.DataFrame, headlines: Mapping[str, str]) -> pd.DataFrame:
    """Today's estimates or models as v1 laid them out; `headlines` tells each model's first error."""
    further = (table["error"] != "") & (table["error"] != table["model"].map(headlines))
    ids = table["model"].where(~further, table["model"] + "." + table["error"])
    told = table.assign(model=ids)
    if "of" in table:
        named = zip(table["name"], table["of"], strict=True)
        told = told.assign(name=[_name(name, of) for name, of in named]).astype({"name": "str"})
    return told


def _name(name: str, of: str) -> str:
    if of == "selection":
        return f"selection_{name}"
    return NAMES[name].format(of) if name in NAMES else name


def without_repeats(table: pd.DataFrame) -> pd.DataFrame:
    """A models.csv of v1 without telemetry, and without what a further error says again of its model."""
    telemetry = [name for name, each in STATISTICS.items() if each.number == "telemetry"]
    table = table[~table["name"].isin(telemetry)].assign(name=table["name"].replace(RENAMED))
    model = table["model"].str.split(".").str[0]
    repeated = table.assign(model=model).duplicated(["model", "name", "value"])
    return table[~(repeated & (model != table["model"]))].reset_index(drop=True)
