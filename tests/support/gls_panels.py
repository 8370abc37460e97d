"""Panels that the tests of generalised least squares share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels.datasets import munnell

from replication.estimate.design import Design
from tests.support.linear_panels import make

FIRMS = ("General Motors", "Chrysler", "General Electric", "Westinghouse", "US Steel")


def grunfeld_table() -> pd.DataFrame:
    return sm.datasets.grunfeld.load_pandas().data


def firms_of(names, table: pd.DataFrame | None = None) -> Design:
    """Some of Grunfeld's firms in the order given, with their names."""
    table = grunfeld_table() if table is None else table
    data = pd.concat([table[table["firm"] == name] for name in names])
    x = np.column_stack([np.ones(len(data)), data["value"], data["capital"]])
    terms = ["const", "value", "capital"]
    return make(data["invest"], x, data["firm"], data["year"], terms, entity_labels=tuple(names))


def greene_firms() -> Design:
    """Greene's five firms with the misprints of his table for US Steel (docs/reference-values.md; they stand
    in systemfit's GrunfeldGreene), which Stata's invest2.dta has too."""
    table = grunfeld_table()
    steel = table["firm"] == "US Steel"
    table.loc[steel & (table["year"] == 1940), "invest"] = 261.6
    table.loc[steel & (table["year"] == 1952), "invest"] = 645.2
    table.loc[steel & (table["year"] == 1946), "capital"] = 232.6
    return firms_of(FIRMS, table)


def produc() -> Design:
    """Munnell's 48 states in 17 years: R's plm calls it Produc."""
    data = munnell.load()
    x = np.column_stack([np.ones(len(data)), np.log(data[["P_CAP", "PC", "EMP"]]), data["UNEMP"]])
    return make(np.log(data["GSP"]), x, data["STATE"], data["YR"], ["const", "pcap", "pc", "emp", "unemp"])


def balanced(seed: int, *, entities=4, periods=12) -> Design:
    """Regressors a and b, disturbances correlated across entities and over time, of unequal size."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(size=(periods, entities)) @ rng.normal(size=(entities, entities)).T
    for t in range(1, periods):
        shocks[t] += 0.5 * shocks[t - 1]
    entity, time = np.divmod(np.arange(entities * periods), periods)
    a, b = rng.normal(size=(2, len(entity)))
    y = 1.0 + a - 0.5 * b + shocks[time, entity]
    x = np.column_stack([np.ones(len(entity)), a, b])
    names = tuple(f"unit {i}" for i in range(entities))
    return make(y, x, entity, 1990 + time, ["const", "a", "b"], entity_labels=names)


def relabelled(design: Design, seed: int) -> Design:
    """The same rows under other codes, sorted anew, labels moving with them."""
    order = np.random.default_rng(seed).permutation(design.entity.max() + 1)
    entity = order[design.entity]
    rows = np.lexsort([design.time, entity])
    moved = design.rows(rows)
    labels = tuple(design.entity_labels[code] for code in np.argsort(order)) if design.entity_labels else ()
    return replace(moved, entity=entity[rows], entity_labels=labels)


def in_other_units(design: Design) -> Design:
    """The outcome times 100, the second regressor times a thousandth."""
    return replace(design, y=100.0 * design.y, x=design.x * np.array([1.0, 1e-3, 1.0]))


UNITS = np.array([100.0, 1e5, 100.0])
"""What coefficients are multiplied by in the other units."""
