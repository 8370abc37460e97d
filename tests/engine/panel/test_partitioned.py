"""A panel by partition against the same panel in memory, and against itself in other shards."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError, EstimationError
from replication.estimate.covariances.sandwich import clustered
from replication.estimate.linear.linear import ols
from replication.estimate.numbers.exact_sums import ExactSums
from replication.panel import partial_sums, partitioned
from replication.panel.partitioned_fit import fit_partitions
from tests.support.linear_panels import make

DIGITS = 1e-11
"""Both ways lose a few of the last digits where columns have means a thousand times their spread."""

REGRESSORS = ["a", "b", "c"]
COLUMNS = {"firm": "entity", "year": "time", "region": "region"}
CHOICES = [
    (("firm", "year"), "firm"),
    (("year", "firm"), "year"),
    (("firm",), "firm"),
    (("year",), "region"),
    ((), "region"),
    (("firm", "year"), "region"),
]


def table(seed: int) -> pd.DataFrame:
    """Firms and years with gaps, two parts that share no year, missing numbers, levels of either kind."""
    random = np.random.default_rng(seed)
    seen = random.random((40, 9)) < 0.5
    seen[:20, 5:] = seen[20:, :5] = False
    firm, year = np.nonzero(seen)
    n = len(firm)
    x = random.normal(size=(n, 3)) + random.normal(size=40)[firm][:, None]
    x = x * [1.0, 1e4, 1e-5] + [0.0, 1e7, 1.0]
    y = (
        x @ [1.0, 2e-4, -3e4]
        + random.normal(size=40)[firm]
        + random.normal(size=9)[year]
        + random.normal(size=n)
    )
    found = pd.DataFrame(x, columns=REGRESSORS).assign(y=y, firm=firm + 10**15, year=1990 + year)
    found["region"] = [f"region {code % 7}" for code in firm]
    found.loc[random.random(n) < 0.05, "b"] = np.nan
    return found


def write(found: pd.DataFrame, folder: Path, shards: int, seed: int) -> Path:
    """The rows in another order, cut into shards."""
    folder.mkdir(parents=True)
    order = np.random.default_rng(seed).permutation(len(found))
    for number, rows in enumerate(np.array_split(order, shards)):
        found.iloc[rows].to_parquet(folder / f"{number}.parquet", index=False)
    return folder


def in_memory(found: pd.DataFrame, effects, cluster):
    """The same by the ordinary path, single rows left out first."""
    found = found.dropna()
    before = -1
    while before != len(found):
        before = len(found)
        for name in effects:
            found = found[found.groupby(name)[name].transform("size") > 1]
    found = found.assign(key=found["firm"] * 10_000 + found["year"]).sort_values("key")
    x = np.column_stack([np.ones(len(found)), found[REGRESSORS]])
    regions = {"region": pd.factorize(found["region"])[0]}
    design = make(found["y"], x, found["firm"], found["year"], ["const", *REGRESSORS], clusters=regions)
    fit = ols(design, effects=[COLUMNS[name] for name in effects] or None)
    return fit, clustered(fit, cluster=[COLUMNS[cluster]])


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(CHOICES))
def test_the_same_as_in_memory_and_the_same_digits_from_any_shards(tmp_path_factory, seed, choice):
    effects, cluster = choice
    found, root = table(seed), tmp_path_factory.mktemp("shards")
    fits = [
        fit_partitions(
            write(found, root / str(shards), shards, seed + shards), "y", REGRESSORS, effects, cluster
        )
        for shards in (1, 2, 7)
    ]
    fit, covariance = in_memory(found, effects, cluster)
    slopes = slice(None) if effects else slice(1, None)
    assert fits[0].nobs == fit.nobs
    assert fits[0].missing == found["b"].isna().sum()
    assert fits[0].rows == fits[0].nobs + fits[0].missing + fits[0].singles
    np.testing.assert_allclose(fits[0].params, fit.params[slopes], rtol=1e-9)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fits[0].covariance.matrix)), np.sqrt(np.diag(covariance.matrix))[slopes], rtol=1e-9
    )
    assert fits[0].covariance.factors == pytest.approx(covariance.factors, rel=1e-14)
    assert fits[0].covariance.df == covariance.df
    for other in fits[1:]:
        assert (other.params == fits[0].params).all()
        assert (other.covariance.matrix == fits[0].covariance.matrix).all()
        assert other.ssr == fits[0].ssr


def test_small_batches_and_blocks_give_the_same_digits(tmp_path, monkeypatch):
    folder = write(table(5), tmp_path / "all", 2, 1)
    first = fit_partitions(folder, "y", REGRESSORS, ("firm", "year"), "region")
    monkeypatch.setattr(partitioned, "ROWS_AT_ONCE", 13)
    again = fit_partitions(folder, "y", REGRESSORS, ("firm", "year"), "region")
    assert (again.params == first.params).all()
    assert (again.covariance.matrix == first.covariance.matrix).all()
    monkeypatch.setattr(partial_sums, "BLOCK", 1)
    blocks = fit_partitions(folder, "y", REGRESSORS, ("firm", "year"), "region")
    np.testing.assert_allclose(blocks.params, first.params, rtol=DIGITS)


def test_folders_that_name_a_year_are_read(tmp_path):
    found = table(6)
    found.to_parquet(tmp_path / "hive", partition_cols=["year"], index=False)
    plain = fit_partitions(write(found, tmp_path / "plain", 1, 0), "y", REGRESSORS, ("firm", "year"), "firm")
    folders = fit_partitions(tmp_path / "hive", "y", REGRESSORS, ("firm", "year"), "firm")
    assert (folders.params == plain.params).all()


def test_what_cannot_be_read_or_estimated_is_told(tmp_path):
    folder = write(table(7).assign(flat=2.0, twice=lambda t: 2 * t["a"], words="x"), tmp_path / "all", 2, 0)
    ask = {"outcome": "y", "regressors": ["a"], "effects": ["firm"], "cluster": "firm"}
    for change, error, words in [
        ({"outcome": "z"}, DataError, "column 'z' is not known"),
        ({"outcome": "words"}, DataError, "allowed: numbers"),
        ({"cluster": "a"}, DataError, "allowed: whole numbers or texts"),
        ({"effects": ["firm", "year", "region"]}, EstimationError, "at most two"),
        ({"regressors": ["a", "flat"]}, EstimationError, "'flat' does not vary"),
        ({"regressors": ["a", "twice"]}, EstimationError, "'twice' is a linear combination"),
        ({"cluster": "words"}, EstimationError, "fewer than two clusters"),
    ]:
        with pytest.raises(error, match=words):
            fit_partitions(folder, **{**ask, **change})
    with pytest.raises(DataError, match="no such folder"):
        fit_partitions(tmp_path / "nowhere", **ask)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no parquet file"):
        fit_partitions(tmp_path / "empty", **ask)


@settings(max_examples=50)
@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40), st.integers(1, 5), st.randoms())
def test_exact_sums_are_those_of_exact_arithmetic_in_any_order(numbers, groups, shuffle):
    codes = [shuffle.randrange(groups) for _ in numbers]
    rows = list(zip(codes, numbers, strict=True))
    found = []
    for _ in range(2):
        shuffle.shuffle(rows)
        sums = ExactSums(groups, np.array([max(map(abs, numbers))]), len(rows), 3)
        for start in range(0, len(rows), 7):
            some = rows[start : start + 7]
            sums.add(np.array([code for code, _ in some]), np.array([[number] for _, number in some]))
        found.append(sums.total())
    assert (found[0] == found[1]).all()
    for group in range(groups):
        exact = math.fsum(number for code, number in rows if code == group)
        assert found[0][group, 0] == pytest.approx(exact, rel=1e-15, abs=1e-20 * max(map(abs, numbers)))
