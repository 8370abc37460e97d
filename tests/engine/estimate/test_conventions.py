"""Each convention is what the program that it names gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS, PooledOLS
from numpy.testing import assert_allclose

from replication.errors import StudyError
from replication.estimate.covariances.conventions import (
    CONVENTIONS,
    TWO_WAY,
    apply,
    conventions_of,
    with_options,
)
from replication.estimate.design import Design
from replication.estimate.linear.linear import ols
from tests.support.terms import terms_of

# Two implementations of one formula on the same few rows: what is left is the order of sums.
ORACLE = 1e-9


@pytest.fixture(scope="module")
def table():
    draw = np.random.default_rng(11)
    rows = pd.DataFrame({"e": np.repeat(np.arange(12), 9), "t": np.tile(np.arange(1980, 1989), 12)})
    rows = rows[draw.random(len(rows)) > 0.15].reset_index(drop=True)
    x = draw.normal(size=(len(rows), 2))
    y = x @ [1.0, 2.0] + draw.normal(size=len(rows)) * (1 + rows["e"] / 6) + rows["e"]
    return rows.assign(x1=x[:, 0], x2=x[:, 1], y=y)


def design(table, constant):
    x = table[["x1", "x2"]].to_numpy()
    terms, x = (
        (("const", "x1", "x2"), np.column_stack([np.ones(len(x)), x])) if constant else (("x1", "x2"), x)
    )
    return Design(
        "y", terms_of(*terms), table["y"].to_numpy(), x, table["e"].to_numpy(), table["t"].to_numpy()
    )


def errors(fit, kind, program, **options):
    entry = next(c for c in with_options(conventions_of(kind), options) if program in c.program)
    return np.sqrt(np.diag(apply(entry, fit).matrix))


@pytest.mark.parametrize("effects", [[], ["entity"], ["entity", "time"]])
def test_linearmodels_clusters(table, effects):
    indexed = table.set_index(["e", "t"])
    if effects:
        model = PanelOLS(
            indexed["y"], indexed[["x1", "x2"]], entity_effects=True, time_effects="time" in effects
        )
    else:
        model = PooledOLS(indexed["y"], sm.add_constant(indexed[["x1", "x2"]]))
    theirs = model.fit(cov_type="clustered", cluster_entity=True).std_errors
    ours = errors(ols(design(table, not effects), effects=effects), "clustered", "linearmodels")
    assert_allclose(ours, theirs, rtol=ORACLE)


def test_linearmodels_driscoll_kraay(table):
    indexed = table.set_index(["e", "t"])
    model = PanelOLS(indexed["y"], indexed[["x1", "x2"]], entity_effects=True)
    fit = ols(design(table, False), effects=["entity"])
    theirs = model.fit(cov_type="kernel", kernel="bartlett", bandwidth=2, debiased=True).std_errors
    assert_allclose(errors(fit, "driscoll_kraay", "debiased = True", lags=2), theirs, rtol=ORACLE)


def dummies(table):
    x = pd.concat([table[["x1", "x2"]], pd.get_dummies(table["e"], prefix="e", dtype=float)], axis=1)
    return sm.OLS(table["y"], x)


def test_statsmodels_clusters_count_dummies(table):
    theirs = dummies(table).fit(cov_type="cluster", cov_kwds={"groups": table["e"]}).bse[:2]
    fit = ols(design(table, False), effects=["entity"])
    assert_allclose(errors(fit, "clustered", "statsmodels"), theirs, rtol=ORACLE)


@pytest.mark.parametrize(("kind", "word"), [("HC0", "HC0"), ("HC1", "HC1"), ("HC3", "HC3"), ("HC2", "hc2")])
def test_statsmodels_robust_errors_with_dummies(table, kind, word):
    theirs = dummies(table).fit(cov_type=kind).bse[:2]
    fit = ols(design(table, False), effects=["entity"])
    assert_allclose(errors(fit, "hc1", word), theirs, rtol=ORACLE)


def test_statsmodels_two_way_clusters(table):
    groups = table[["e", "t"]].to_numpy()
    x = sm.add_constant(table[["x1", "x2"]])
    theirs = sm.OLS(table["y"], x).fit(cov_type="cluster", cov_kwds={"groups": groups}).bse
    fit = ols(design(table, True))
    assert_allclose(errors(fit, "clustered", "statsmodels", cluster=["entity", "time"]), theirs, rtol=ORACLE)


def test_grunfeld_with_stata_and_r():
    """Within firm on ten firms of Grunfeld: plm vcovHC, fixest's CRV1 and plm vcovBK, as they print."""
    data = sm.datasets.grunfeld.load_pandas().data
    data = data[data["firm"] != "American Steel"].sort_values(["firm", "year"])
    x = data[["value", "capital"]].to_numpy()
    firm = pd.factorize(data["firm"])[0]
    fit = ols(
        Design(
            "invest",
            terms_of("value", "capital"),
            data["invest"].to_numpy(),
            x,
            firm,
            data["year"].to_numpy(int),
        ),
        effects=["entity"],
    )
    assert_allclose(errors(fit, "clustered", "vcovHC (default)"), [0.0143421437, 0.0497926087], rtol=1e-8)
    assert_allclose(errors(fit, "clustered", "fixest"), [0.01519449, 0.05275177], rtol=1e-6)
    assert_allclose(errors(fit, "pcse", "xtpcse, pairwise"), [0.0175567571758, 0.0245730912108], rtol=1e-10)


def test_every_kind_names_its_programs_once():
    for kind, entries in [*CONVENTIONS.items(), ("two-way", TWO_WAY)]:
        programs = [entry.program for entry in entries]
        assert len(set(programs)) == len(programs), kind


def test_an_error_of_one_definition_has_nothing_to_reconcile():
    with pytest.raises(StudyError, match="'own' is not known"):
        conventions_of("own")
