"""Panels that the tests of the linear estimators share, and how their numbers are compared."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from hypothesis import strategies as st
from linearmodels.datasets import wage_panel
from scipy.linalg import qr

from replication.estimate.design import Design, Fit
from tests.support.terms import terms_of

DIGITS = 1e-9
"""Relative tolerance against programs that print ten digits or more."""

STATA_FLOATS = 1e-7
"""Against Stata with the data in double precision: its grunfeld.dta stores float32, seven digits."""


def make(y, x, entity, time, terms, **more) -> Design:
    """A design from anything array-like."""
    return Design(
        outcome="y",
        terms=terms_of(*terms),
        y=np.asarray(y, dtype=float),
        x=np.asarray(x, dtype=float),
        entity=pd.factorize(np.asarray(entity))[0].astype(np.int64),
        time=np.asarray(time).astype(np.int64),
        **more,
    )


def cross_section(y, x, terms) -> Design:
    """Rows that are each their own entity in one period."""
    return make(y, x, np.arange(len(y)), np.zeros(len(y)), terms)


def grunfeld() -> Design:
    """Ten firms, twenty years: invest on a constant, value and capital."""
    data = sm.datasets.grunfeld.load_pandas().data
    data = data[data["firm"] != "American Steel"]
    x = np.column_stack([np.ones(len(data)), data["value"], data["capital"]])
    return make(data["invest"], x, data["firm"], data["year"], ["const", "value", "capital"])


def grunfeld_in_stata() -> Design:
    """The same with every figure rounded to float32, as Stata's grunfeld.dta stores it."""
    design = grunfeld()
    return replace(design, y=np.float64(np.float32(design.y)), x=np.float64(np.float32(design.x)))


def wages() -> Design:
    """Vella and Verbeek's 545 men in eight years, with year dummies."""
    data = wage_panel.load()
    names = ["educ", "black", "hisp", "exper", "expersq", "married", "union"]
    years = pd.get_dummies(data["year"], prefix="year", drop_first=True).astype(float)
    x = np.column_stack([np.ones(len(data)), data[names], years])
    return make(data["lwage"], x, data["nr"], data["year"], ["const", *names, *years.columns])


def only(design: Design, terms) -> Design:
    """The design with these regressors."""
    columns = [design.labels.index(name) for name in terms]
    return replace(design, terms=terms_of(*terms), x=design.x[:, columns])


def draw(seed: int, *, entities=9, periods=8, share=0.7, weighted=False) -> Design:
    """An unbalanced panel with gaps: correlated effects, two regressors a and b; each entity has two rows."""
    rng = np.random.default_rng(seed)
    seen = rng.random((entities, periods)) < share
    for row in seen:
        row[rng.choice(periods, 2, replace=False)] = True
    entity, time = np.nonzero(seen)
    n = len(entity)
    level, shock = rng.normal(size=entities)[entity], rng.normal(size=periods)[time]
    a = rng.normal(size=n) + level
    b = rng.normal(size=n) + 0.5 * shock
    y = 1.0 + a - 0.5 * b + 2.0 * level + shock + rng.normal(size=n) * (1.0 + rng.random(entities)[entity])
    weights = rng.uniform(0.2, 3.0, n) if weighted else None
    x = np.column_stack([np.ones(n), a, b])
    clusters = {"region": entity // 3}
    return make(y, x, entity, 1990 + time, ["const", "a", "b"], weights=weights, clusters=clusters)


def with_sectors(design: Design) -> Design:
    """The design with a third grouping, "sector", that crosses entities, regions and periods."""
    sector = np.random.default_rng(design.nobs).integers(0, 4, design.nobs)
    return replace(design, clusters={**design.clusters, "sector": sector})


def all_dummies(design: Design, effects) -> np.ndarray:
    """Dummies of the effects without those that others add up to."""
    found = _every_dummy(design, effects)
    return found[:, _independent(found)]


def dummies_beside_constant(design: Design, effects) -> np.ndarray:
    """Dummies of the effects without those that others and a constant add up to."""
    found = _every_dummy(design, effects)
    return found[:, _independent(found - found.mean(axis=0))]


def _every_dummy(design: Design, effects) -> np.ndarray:
    return np.column_stack([np.empty((design.nobs, 0)), *(dummies(design.groups[name]) for name in effects)])


def _independent(columns: np.ndarray) -> np.ndarray:
    _, r, order = qr(columns, mode="economic", pivoting=True)
    return np.sort(order[np.abs(np.diag(r)) > 1e-8])


def frame(design: Design) -> pd.DataFrame:
    """The design as the table that linearmodels takes."""
    index = pd.MultiIndex.from_arrays([design.entity, design.time], names=["entity", "time"])
    return pd.DataFrame(design.x, columns=list(design.labels), index=index).assign(y=design.y)


def dummies(codes) -> np.ndarray:
    """One column for each value that occurs."""
    return (np.asarray(codes)[:, None] == np.unique(codes)[None, :]).astype(float)


def bare(fit: Fit) -> Fit:
    """The fit as one of no kind: bread and scores alone, referred to the normal."""
    return Fit(**{part.name: getattr(fit, part.name) for part in fields(Fit)} | {"law": "normal"})


def errors(covariance) -> np.ndarray:
    """Standard errors."""
    return np.sqrt(np.diag(covariance.matrix))


def assert_printed(found, printed: str) -> None:
    """Each number is the printed one, to half a unit of its last digit or one part in 1e12: sums in
    another order differ by that much."""
    for value, text in zip(np.atleast_1d(found), printed.split(), strict=True):
        unit = 10.0 ** Decimal(text).as_tuple().exponent
        assert abs(value - float(text)) <= max(0.5001 * unit, 1e-12 * abs(value)), (value, text)


seeds = st.integers(0, 10_000)
