"""Batches of specifications against the same models one by one, on rows with gaps of every kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.language.evaluate import Levels
from replication.language.nodes import Name
from replication.language.terms import Factor
from replication.panel.panel import read_panel
from replication.robustness.base_rows import Base, complete
from replication.robustness.cells import NUMBERS, Batch, estimate
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.study.one_model import plan, run_model

DIGITS = 1e-9
ERRORS = (
    ("classical", {}),
    ("hc1", {}),
    ("clustered", {"cluster": ["firm"]}),
    ("clustered", {"cluster": ["firm", "year"], "groups": "each"}),
    ("clustered", {"cluster": ["region"], "absorbed": "all"}),
    ("cr2", {"cluster": ["firm"]}),
    ("pcse", {"divisor": "n-k"}),
    ("wild_bootstrap", {"cluster": ["firm"], "draws": 199}),
)
COLUMNS = ["y", "z", "a", "b", "c", "d", "key"]


def table(seed: int) -> pd.DataFrame:
    """Firms and years with gaps; some columns miss some rows, others other rows; d is a + b."""
    random = np.random.default_rng(seed)
    firm, year = np.nonzero(random.random((12, 9)) < 0.75)
    n = len(firm)
    x = random.normal(size=(n, 7)) + random.normal(size=(12, 7))[firm] + random.normal(size=(9, 7))[year]
    found = pd.DataFrame(x, columns=COLUMNS).assign(firm=firm, year=1990 + year, region=firm // 4)
    found["y"] += 0.5 * found["key"] + found["a"]
    found["d"] = found["a"] + found["b"]
    found["weight"] = random.uniform(0.5, 2.0, n)
    for column in ("b", "c", "y"):
        found.loc[random.random(n) < 0.1, column] = np.nan
    found.loc[random.random(n) < 0.05, "weight"] = 0.0
    return found.sort_values(["firm", "year"]).reset_index(drop=True)


def base_of(found: pd.DataFrame, effects: tuple[str, ...], weighted: bool) -> Base:
    groups = {name: pd.factorize(found[name])[0] for name in ("firm", "year", "region")}
    return Base(
        names=tuple(COLUMNS),
        columns=found[COLUMNS].to_numpy(),
        levels=((),) * len(COLUMNS),
        factors=(),
        entity=groups["firm"],
        time=found["year"].to_numpy(),
        groups={**groups, "entity": groups["firm"], "time": groups["year"]},
        weights=found["weight"].to_numpy() if weighted else None,
        effects=effects,
        constant=True,
    )


def every_set() -> np.ndarray:
    """The key with every subset of a, b, c, d."""
    members = np.zeros((16, len(COLUMNS)), dtype=bool)
    members[:, 2:6] = np.arange(16)[:, None] >> np.arange(4) & 1
    members[:, 6] = True
    return members


def by_study(
    found: pd.DataFrame, outcome: str, members: np.ndarray, effects, weighted: bool, error
) -> pd.Series:
    """The same specification as a model of a study."""
    terms = [name for name, member in zip(COLUMNS, members, strict=True) if member]
    model = ModelSpec(
        id="one",
        formula=f"{outcome} ~ {' + '.join(terms)}",
        effects=list(effects),
        weights="weight" if weighted else None,
        covariance=[CovarianceSpec(kind=error[0], **error[1])],
    )
    result = run_model(read_panel(found, "firm", "year", {}, "made up"), plan(model))
    return result.estimates.set_index("term").loc["key"], result


EFFECTS = st.sampled_from([(), ("entity",), ("time",), ("entity", "time")])


@settings(max_examples=12)
@given(st.integers(0, 10_000), EFFECTS, st.booleans(), st.sampled_from(ERRORS))
def test_every_cell_is_that_of_the_study(seed, effects, weighted, error):
    found, members = table(seed), every_set()
    batch = Batch(
        base_of(found, effects, weighted),
        np.arange(16) % 2,
        np.full(16, 6),
        members,
        *error,
    )
    cells = estimate(batch)
    assert cells.index.tolist() == list(range(16))
    for place, cell in cells.iterrows():
        collinear = members[place, [2, 3, 5]].all()
        if collinear:
            assert "linear combination" in cell["problem"]
            continue
        assert cell["problem"] == ""
        row, result = by_study(found, COLUMNS[place % 2], members[place], effects, weighted, error)
        assert cell["nobs"] == result.account.nobs
        for name in NUMBERS:
            scale = row["std_error"] if name in ("estimate", "conf_low", "conf_high") else 0.0
            assert cell[name] == pytest.approx(row[name], rel=DIGITS, abs=DIGITS * scale, nan_ok=True)


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_pieces_of_a_batch_are_the_whole(monkeypatch, error):
    base = base_of(table(3), ("entity", "time"), False)
    batch = Batch(base, np.zeros(16, dtype=int), np.full(16, 6), every_set(), *error)
    whole = estimate(batch)
    monkeypatch.setattr("replication.robustness.cells.AT_ONCE", 1)
    monkeypatch.setattr("replication.robustness.fast_errors.PIECE", 1)
    pieces = estimate(batch)
    pd.testing.assert_frame_equal(pieces, whole, rtol=1e-11)


def test_common_rows_are_those_that_every_column_has():
    found = table(4)
    base = complete(base_of(found, (), False), np.ones(len(COLUMNS), dtype=bool))
    assert len(base.columns) == len(found.dropna())
    cells = estimate(Batch(base, np.zeros(16, dtype=int), np.full(16, 6), every_set(), "hc1", {}))
    assert set(cells["nobs"]) == {len(found.dropna())}


def test_dummies_of_base_levels_and_of_levels_without_rows_go_and_what_is_missing_is_told():
    base = base_of(table(5), (), False)
    codes = np.where(np.isnan(base.columns[:, 4]), 2, base.groups["region"] % 2)
    columns = base.columns.copy()
    columns[:, 2:4] = codes[:, None] == [1, 2]  # only rows without c are of level 2
    factor = Factor("dummies(level)", Name("level"), Levels(codes, (0, 1, 2), ("0", "1", "2")))
    levels = ((), (), ((0, 1),), ((0, 2),), (), (), ())
    named = replace(base, columns=columns, factors=(factor,), levels=levels)
    sets = np.array([[0, 0, 1, 1, 1, 0, 1], [0, 0, 1, 1, 0, 0, 1]], dtype=bool)
    batch = Batch(named, np.zeros(2, dtype=int), np.full(2, 6), sets, "hc1", {})
    found = estimate(batch)
    assert found["problem"].tolist() == ["", ""]
    assert not found["one_by_one"].any()
    few = estimate(replace(batch, base=named.rows(np.arange(len(columns)) < 3)))
    assert few["problem"].str.contains("too few").all()
    absent = replace(named, factors=(replace(factor, base=2),))
    told = estimate(replace(batch, base=absent))["problem"].tolist()
    assert told == ["dummies(level): no row that is used is of the level '2'", ""]


def test_an_error_that_cannot_be_is_told_for_each():
    base = base_of(table(6), (), False)
    one = replace(base, groups={**base.groups, "firm": np.zeros_like(base.groups["firm"])})
    batch = Batch(one, np.zeros(16, int), np.full(16, 6), every_set(), "clustered", {"cluster": ["firm"]})
    assert estimate(batch)["problem"].str.contains("fewer than two clusters|linear combination").all()
