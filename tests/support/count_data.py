"""Designs for the tests of count models and quantiles: published data and random panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from replication.estimate.design import Design
from tests.support.terms import terms_of


def grunfeld() -> Design:
    """invest on the logs of value and max(capital, .1), ten firms by twenty years (statsmodels' copy)."""
    table = sm.datasets.grunfeld.load_pandas().data
    table = table[table["firm"] != "American Steel"].sort_values(["firm", "year"])
    logs = np.log(table["value"]), np.log(np.maximum(table["capital"], 0.1))
    return Design(
        outcome="invest",
        terms=terms_of("const", "log_value", "log_capital"),
        y=table["invest"].to_numpy(),
        x=np.column_stack([np.ones(len(table)), *logs]),
        entity=pd.factorize(table["firm"])[0].astype(np.int64),
        time=table["year"].to_numpy().astype(np.int64),
    )


def randhie() -> Design:
    """Visits to a doctor on nine regressors, 20,190 rows of the Rand health insurance experiment."""
    table = sm.datasets.randhie.load_pandas().data
    x = table.drop(columns="mdvis").astype(float)
    return cross_section("mdvis", ("const", *x.columns), table["mdvis"].to_numpy(float), x.to_numpy())


def engel() -> Design:
    """Food expenditure on income of 235 Belgian households."""
    table = sm.datasets.engel.load_pandas().data
    return cross_section(
        "foodexp", ("const", "income"), table["foodexp"].to_numpy(), table[["income"]].to_numpy()
    )


def cross_section(outcome: str, terms: tuple[str, ...], y: np.ndarray, x: np.ndarray) -> Design:
    """One period; a column of ones is put before x if the terms start with the constant."""
    n = len(y)
    x = np.column_stack([np.ones(n), x]) if terms[0] == "const" else x
    return Design(outcome, terms_of(*terms), y, x, np.arange(n), np.zeros(n, dtype=np.int64))


def panel(seed: int, *, entities: int = 8, periods: int = 6, missing: float = 0.25, k: int = 2) -> Design:
    """A random unbalanced panel with a Poisson outcome, and a third grouping called "region"."""
    random = np.random.default_rng(seed)
    entity, time = (codes.ravel() for codes in np.indices((entities, periods)))
    stays = random.random(len(entity)) >= missing
    entity, time = entity[stays], time[stays]
    n = len(entity)
    x = random.normal(size=(n, k)) + 0.5 * random.normal(size=entities)[entity][:, None]
    shift = random.normal(size=entities)[entity] + 0.5 * random.normal(size=periods)[time]
    y = random.poisson(np.exp(0.5 + 0.3 * x[:, 0] + shift)).astype(float)
    entity = pd.factorize(entity)[0].astype(np.int64)
    region = random.integers(0, 4, n)
    return Design(
        outcome="y",
        terms=terms_of("const", *(f"x{j}" for j in range(k))),
        y=y,
        x=np.column_stack([np.ones(n), x]),
        entity=entity,
        time=1980 + time.astype(np.int64),
        clusters={"region": region},
    )


def dummies(rows: int, *columns: np.ndarray) -> np.ndarray:
    """Dummies of every level of every column, dependent ones left out from the right."""
    found = np.empty((rows, 0))
    for column in columns:
        for level in np.unique(column):
            wider = np.column_stack([found, column == level])
            found = wider if np.linalg.matrix_rank(wider) > found.shape[1] else found
    return found
