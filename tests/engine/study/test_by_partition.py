"""A folder too large for memory against the same folder in memory, and against itself in other shards."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import replication as rp
from replication.cli import main
from replication.panel import partial_heights, read_folder, shards
from replication.study.by_partition import ERRORS

DIGITS = 1e-9
"""Both ways lose a few of the last digits where columns have means a thousand times their spread."""

EXACT_IN_MEMORY = ("rsquared_between", "rsquared_overall")
"""Statistics that need the rows themselves."""

ALL_ERRORS = [
    *ERRORS,
    {"kind": "clustered", "cluster": ["firm"]},
    {"kind": "clustered", "cluster": ["time"], "label": "by_time"},
    {"kind": "clustered", "cluster": ["region"], "label": "by_region"},
]
FORMULAS = ["y ~ a + b + c", "y ~ b + (a^2) + interaction(a, c)", "log(size) ~ powers(a, 2) + asinh(twice)"]
WAYS = [["entity", "time"], ["year", "firm"], ["entity"], ["time"], ["region", "time"], ["region"]]


def table(seed: int) -> pd.DataFrame:
    """Firms and years with gaps, two parts that share no year, missing numbers, levels of either kind."""
    random = np.random.default_rng(seed)
    seen = random.random((40, 9)) < 0.5
    seen[:20, 5:] = seen[20:, :5] = False
    firm, year = np.nonzero(seen)
    n = len(firm)
    x = random.normal(size=(n, 3)) + random.normal(size=40)[firm][:, None]
    x = x * [1.0, 1e4, 1e-5] + [0.0, 1e7, 1.0]
    y = x @ [1.0, 2e-4, -3e4] + random.normal(size=40)[firm] + random.normal(size=9)[year]
    found = pd.DataFrame(x, columns=["a", "b", "c"]).assign(y=y + random.normal(size=n), firm=firm + 10**15)
    found = found.assign(
        year=1990 + year, size=random.normal(1.0, 0.5, size=n), whole=random.integers(0, 3, n)
    )
    found["region"] = [f"region {code % 7} " for code in firm]
    found.loc[random.random(n) < 0.05, "region"] = None
    found.loc[random.random(n) < 0.05, "b"] = np.nan
    return found


def write(found: pd.DataFrame, folder, pieces: int, seed: int):
    """The rows in another order, cut into shards."""
    folder.mkdir(parents=True)
    order = np.random.default_rng(seed).permutation(len(found))
    for number, rows in enumerate(np.array_split(order, pieces)):
        found.iloc[rows].to_parquet(folder / f"{number}.parquet", index=False)
    return folder


def by_partition(monkeypatch, folder, formula, **keys):
    """The fit where nothing may be read as a whole."""
    with monkeypatch.context() as patch:
        patch.setattr(shards, "MOST_TOGETHER", 0)
        patch.setattr(read_folder, "MOST_TOGETHER", 0)
        return rp.fit(formula, folder, entity="firm", time="year", **keys)


@settings(max_examples=15, phases=[Phase.generate])
@given(
    st.integers(0, 10_000),
    st.sampled_from(FORMULAS),
    st.sampled_from(WAYS),
    st.sampled_from([None, 'region != "region 3" and whole < 2', "a > -1"]),
)
def test_the_same_as_in_memory_and_the_same_digits_from_any_shards(
    tmp_path_factory, seed, formula, effects, where
):
    found, root = table(seed), tmp_path_factory.mktemp("shards")
    keys = {"effects": effects, "where": where, "covariance": ALL_ERRORS, "variables": {"twice": "2 * a"}}
    folders = [write(found, root / f"{n}" / "panel", n, seed + n) for n in (1, 7)]
    together = rp.fit(formula, folders[0], entity="firm", time="year", **keys)
    with pytest.MonkeyPatch.context() as patch:
        apart = [by_partition(patch, folder, formula, **keys) for folder in folders]
    for other in apart[1:]:
        pd.testing.assert_frame_equal(other.table, apart[0].table, check_exact=True)
        pd.testing.assert_frame_equal(other.statistics, apart[0].statistics, check_exact=True)
    kept = ~together.statistics["name"].isin(EXACT_IN_MEMORY)
    pd.testing.assert_frame_equal(apart[0].table, together.table, rtol=DIGITS, atol=1e-12)
    assert_same_statistics(apart[0].statistics, together.statistics[kept])
    ours, theirs = (result.records.accounts[0] for result in (apart[0], together))
    assert ours == theirs


def assert_same_statistics(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    keys = ["model", "error", "name", "of"]
    ours, theirs = (frame.set_index(keys)["value"].sort_index() for frame in (ours, theirs))
    pd.testing.assert_series_equal(ours, theirs, rtol=DIGITS, atol=1e-12)


def test_small_batches_and_blocks_give_the_same_digits(tmp_path, monkeypatch):
    folder = write(table(5), tmp_path / "all", 2, 1)
    ask = {"effects": ["entity", "time"], "covariance": ALL_ERRORS}
    first = by_partition(monkeypatch, folder, FORMULAS[0], **ask)
    monkeypatch.setattr(shards, "ROWS_AT_ONCE", 13)
    again = by_partition(monkeypatch, folder, FORMULAS[0], **ask)
    pd.testing.assert_frame_equal(again.table, first.table, check_exact=True)
    monkeypatch.setattr(partial_heights, "BLOCK", 1)
    blocks = by_partition(monkeypatch, folder, FORMULAS[0], **ask)
    pd.testing.assert_frame_equal(blocks.table, first.table, rtol=DIGITS)


def test_folders_that_name_a_year_are_read(tmp_path, monkeypatch):
    found = table(6)
    found.to_parquet(tmp_path / "hive", partition_cols=["year"], index=False)
    ask = {"effects": ["entity", "time"]}
    plain = by_partition(monkeypatch, write(found, tmp_path / "plain", 1, 0), FORMULAS[0], **ask)
    folders = by_partition(monkeypatch, tmp_path / "hive", FORMULAS[0], **ask)
    pd.testing.assert_frame_equal(folders.table, plain.table, check_exact=True)


def test_a_level_that_single_rows_empty_is_counted_no_more(tmp_path, monkeypatch):
    """Firm 9 has two rows, each alone in its year: nothing of the firm is left."""
    rest = [(firm, year) for firm in range(5) for year in range(1990, 1996)]
    firm, year = np.array([*rest, (9, 1980), (9, 1981)]).T
    random = np.random.default_rng(1)
    found = pd.DataFrame(
        {"firm": firm, "year": year, **{name: random.normal(size=len(firm)) for name in "ay"}}
    )
    folder = write(found, tmp_path / "panel", 2, 0)
    ask = {"effects": ["entity", "time"], "covariance": ["classical", "clustered"]}
    together = rp.fit("y ~ a", folder, entity="firm", time="year", **ask)
    apart = by_partition(monkeypatch, folder, "y ~ a", **ask)
    pd.testing.assert_frame_equal(apart.table, together.table, rtol=DIGITS)
    assert apart.records.accounts == together.records.accounts


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"formula": "z ~ a"}, "column 'z' is not known"),
        ({"formula": "words ~ a"}, "words is a text|words .* numbers"),
        ({"formula": "y ~ lag(a)"}, "lag.a.* is made of other rows"),
        ({"formula": "y ~ a + deep"}, "lag.a.* is made of other rows"),
        ({"formula": "y ~ a + dummies(region)"}, "is made of other rows"),
        ({"formula": "y ~ standardise(a)"}, "is made of other rows"),
        ({"formula": "y ~ a + flat"}, "'flat' does not vary"),
        ({"formula": "flat ~ a"}, "'flat' is 2 in all rows"),
        ({"formula": "y ~ a + double"}, "'double' is a linear combination"),
        ({"formula": "y ~ huge"}, "'huge' reaches 1e\\+80"),
        ({"formula": "y ~ y"}, "stands among the regressors"),
        ({"where": "a > 1e9"}, r"no row is left of \d+ \(outside where: \d+\)"),
        ({"effects": []}, "no effects: needs the rows in memory, and panel: .* allowed: at most 0"),
        ({"effects": ["firm", "year", "region"]}, "3 effects: needs the rows in memory"),
        ({"effects": ["a"]}, "a holds double; allowed by partition: whole numbers or texts"),
        ({"effects": ["firms"]}, "column 'firms' is not known"),
        ({"covariance": {"kind": "clustered", "cluster": ["words"]}}, "fewer than two clusters"),
        ({"covariance": {"kind": "clustered", "cluster": ["firm", "year"]}}, "errors clustered as they are"),
        ({"covariance": "hc3"}, "errors hc3 as they are asked for"),
        ({"estimator": "ppml"}, "estimator ppml: needs the rows"),
        ({"weights": "a"}, "weights: needs the rows in memory"),
        ({"diagnostics": ["vif"]}, "diagnostics: needs the rows in memory"),
        ({"expected_nobs": 3}, "expected_nobs says 3"),
    ],
)
def test_what_it_cannot_serve_is_told_in_one_line(tmp_path, monkeypatch, change, words):
    found = table(7).assign(flat=2.0, double=lambda t: 2 * t["a"], words="x", huge=1e80)
    found["huge"] *= found["a"]
    found["huge"] /= found["huge"].abs().max() / 1e80
    folder = write(found, tmp_path / "panel", 2, 0)
    ask = {"formula": "y ~ a", "effects": ["entity"], "variables": {"deep": "lag(a)"}, **change}
    with pytest.raises(rp.UserError, match=words) as told:
        by_partition(monkeypatch, folder, ask.pop("formula"), **ask)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: pd.concat([t, t[:1]]), r"two rows for \d+, \d+; allowed: one"),
        (lambda t: t.assign(firm=t["firm"].astype("Int64").where(t["a"] < 1)), "firm is empty"),
        (lambda t: t.assign(a=t["a"].where(t["a"] < 1, np.inf)), "a is infinite"),
    ],
)
def test_rows_that_are_no_panel_are_refused(tmp_path, monkeypatch, change, words):
    folder = write(change(table(8)), tmp_path / "panel", 3, 1)
    with pytest.raises(rp.DataError, match=words):
        by_partition(monkeypatch, folder, "y ~ a", effects=["entity"])


STUDY = """
[study]
id = "s"
title = "S"
data = "panel/"
entity = "firm"
time = "year"

[[models]]
id = "m"
formula = "y ~ a + c"
effects = ["entity", "time"]
"""


def test_a_study_names_a_folder_and_its_files_are_recorded(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(table(9), tmp_path / "panel", 3, 0)
    (tmp_path / "s.toml").write_text(STUDY)
    assert main(["run", "s.toml", "--out", "whole"]) == 0
    monkeypatch.setattr(shards, "MOST_TOGETHER", 0)
    assert main(["run", "s.toml", "--out", "parts"]) == 0
    assert "3 files" in capsys.readouterr().out
    whole, parts = (pd.read_csv(tmp_path / name / "estimates.csv") for name in ("whole", "parts"))
    pd.testing.assert_frame_equal(parts, whole, rtol=DIGITS)
    assert '"panel/2.parquet"' in (tmp_path / "parts" / "manifest.json").read_text()
    for words in (["describe", "panel"], ["explain", "s.toml"]):
        monkeypatch.setattr(read_folder, "MOST_TOGETHER", 0)
        assert main(words) == 2
        assert "allowed: at most 0 for a table in memory; beyond that" in capsys.readouterr().err
