"""`import replication as rp`: the numbers of a study file to the last bit, whatever table is brought."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import replication as rp
from replication import api
from replication.cli import main

DRAW = np.random.default_rng(11)
PANEL = pd.DataFrame(
    {
        "land": np.repeat(["Ägypten", "Brazil", "Chile", "Namibia", "Peru", "Zambia", "Togo", "NA"], 9),
        "year": np.tile(np.arange(1980, 1989), 8),
        "region": np.repeat(["A", "B", "B", "A"] * 2, 9),
        "aid": DRAW.gamma(2, 2, 72).round(3),
        "gdp": DRAW.normal(5, 1, 72).round(3),
        "z": DRAW.normal(size=72).round(3),
        "war": DRAW.integers(0, 2, 72),
    }
)
PANEL.loc[5, "gdp"] = np.nan
KEYS = {"entity": "land", "time": "year"}
HEAD = '[study]\nid = "s"\ntitle = "S"\ndata = "panel.csv"\nentity = "land"\ntime = "year"\n'
MODELS = [
    ({"formula": "log(aid) ~ lag(gdp) + war", "effects": ["entity", "time"], "covariance": "clustered"},
     'formula = "log(aid) ~ lag(gdp) + war"\neffects = ["entity", "time"]\n'
     'covariance = [{kind = "clustered"}]'),
    ({"formula": "aid ~ gdp + dummies(region)", "covariance": ["hc1", {"kind": "driscoll_kraay", "lags": 2}],
      "where": "year > 1980", "weights": "exp(z)"},
     'formula = "aid ~ gdp + dummies(region)"\nwhere = "year > 1980"\nweights = "exp(z)"\n'
     'covariance = [{kind = "hc1"}, {kind = "driscoll_kraay", lags = 2}]'),
    ({"formula": "aid ~ gdp + z", "estimator": "ppml", "effects": ["region"], "covariance": "clustered"},
     'formula = "aid ~ gdp + z"\nestimator = "ppml"\neffects = ["region"]\n'
     'covariance = [{kind = "clustered"}]'),
    ({"formula": "war ~ gdp + z", "estimator": "logit", "marginal_effects": "outcome"},
     'formula = "war ~ gdp + z"\nestimator = "logit"\nmarginal_effects = "outcome"'),
    ({"formula": "aid ~ gdp", "stepwise": ["z", "war"],
      "covariance": {"kind": "wild_bootstrap", "cluster": ["land"], "draws": 199}},
     'formula = "aid ~ gdp"\nstepwise = ["z", "war"]\n'
     'covariance = [{kind = "wild_bootstrap", cluster = ["land"], draws = 199}]'),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PANEL.to_csv("panel.csv", index=False)
    return tmp_path


@pytest.fixture
def pooled():
    return rp.fit("log(aid) ~ lag(gdp) + war", PANEL, covariance="hc1", **KEYS)


@pytest.mark.parametrize("module", [api])
def test_the_examples_of_the_docstrings(module):
    failed, tried = doctest.testmod(module)
    assert failed == 0 and tried > 10


@pytest.mark.parametrize(("keys", "text"), MODELS)
def test_a_call_and_a_study_file_give_the_same_bits(folder, keys, text):
    Path("s.toml").write_text(f'{HEAD}\n[[models]]\nid = "model"\n{text}\n', encoding="utf-8")
    assert main(["run", "s.toml", "--out", "out", "--quiet"]) == 0
    found = rp.fit(data=PANEL, **keys, **KEYS)
    ran = rp.run("s.toml", out="again")
    for name in ("estimates", "models", "dropped_rows"):
        written = pd.read_parquet(f"out/{name}.parquet")
        for other in (found, ran):
            pd.testing.assert_frame_equal(
                getattr(other.records, name).drop(columns="study"),
                written.drop(columns="study"),
                check_exact=True,
            )


def as_pandas(table):
    return table


def indexed(table):
    return table.set_index(["land", "year"])


FRAMES = {
    "pandas": as_pandas,
    "an index": indexed,
    "another index": lambda t: t.sample(frac=1, random_state=3),
    "categories": lambda t: t.astype({"land": "category", "region": "category"}),
    "old texts": lambda t: t.astype({"land": object, "region": object}),
    "pyarrow": lambda t: pa.Table.from_pandas(t, preserve_index=False),
    "polars": lambda t: pl.from_pandas(t),
    "polars categories": lambda t: pl.from_pandas(t).with_columns(pl.col("land").cast(pl.Categorical)),
    "dicts": lambda t: t.to_dict("records"),
    "tuple of dicts, one without a key": lambda t: tuple(
        {k: v for k, v in row.items() if v == v} for row in t.to_dict("records")
    ),
    "a file": lambda t: "panel.csv",
    "read": lambda t: rp.read("panel.csv"),
    "a batch": lambda t: pa.RecordBatch.from_pandas(t, preserve_index=False),
}


@pytest.mark.parametrize("name", FRAMES)
def test_whatever_speaks_arrow_gives_the_same(folder, pooled, name):
    found = rp.fit("log(aid) ~ lag(gdp) + war", FRAMES[name](PANEL), covariance="hc1", **KEYS)
    pd.testing.assert_frame_equal(found.table, pooled.table, check_exact=True)
    pd.testing.assert_frame_equal(found.dropped, pooled.dropped)


def test_dates_and_quarters_of_a_frame(pooled):
    quarters = pd.date_range("1990-01-01", periods=9, freq="QS")
    dated = PANEL.assign(year=np.tile(quarters, 8))
    found = rp.fit("log(aid) ~ lag(gdp) + war", dated, covariance="hc1", **KEYS)
    np.testing.assert_array_equal(found.table["estimate"], pooled.table["estimate"])
    assert found.dropped["time"].tolist()[0] == "1990Q1"


@pytest.mark.parametrize(
    ("freq", "first"), [("Q", "1990Q1"), ("M", "1990-01"), ("Y", 1990), ("D", "1990-01-01")]
)
def test_periods_of_pandas_are_periods_in_a_frame_and_in_a_file(tmp_path, freq, first):
    counted = pd.period_range("1990-01-01", periods=9, freq=freq)
    frame = PANEL.assign(year=pd.PeriodIndex(np.tile(counted, 8), freq=freq))
    frame.to_parquet(tmp_path / "panel.parquet")
    for data in (frame, pa.table(frame), tmp_path / "panel.parquet"):
        found = rp.fit("log(aid) ~ lag(gdp) + war", data, covariance="hc1", **KEYS)
        assert found.dropped["time"].tolist()[0] == first


def test_periods_of_pandas_in_a_file_are_known_before_any_frame(tmp_path):
    counted = pd.period_range("1990-01-01", periods=9, freq="Q")
    frame = PANEL.assign(year=pd.PeriodIndex(np.tile(counted, 8), freq="Q"))
    frame.to_parquet(tmp_path / "panel.parquet")
    script = "import sys, replication as rp; print(rp.read(sys.argv[1]).table['year'][0])"
    command = [sys.executable, "-c", script, tmp_path / "panel.parquet"]
    alone = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert alone == f"{rp.read(frame).table['year'][0]}\n"


def test_a_column_of_several_kinds_is_left_alone_until_it_is_named(pooled):
    odd = PANEL.assign(odd=[1 if n % 2 else "A" for n in range(len(PANEL))], wrong=1j)
    found = rp.fit("log(aid) ~ lag(gdp) + war", odd, covariance="hc1", **KEYS)
    pd.testing.assert_frame_equal(found.table, pooled.table, check_exact=True)
    with pytest.raises(rp.UserError, match="wrong holds values of several kinds, or of none that is read"):
        rp.fit("log(aid) ~ wrong", odd, covariance="hc1", **KEYS)


def test_a_fit_takes_the_keys_that_describe_a_file(tmp_path):
    frame = PANEL.fillna({"gdp": -999.0})
    frame.to_csv(tmp_path / "panel.csv", index=False, encoding="latin-1")
    words = {"covariance": "hc1", "missing": [-999]}
    found = rp.fit("aid ~ gdp", frame, **words, **KEYS)
    assert found.dropped["cause"].tolist() == ["missing regressor gdp"]
    other = rp.fit("aid ~ gdp", tmp_path / "panel.csv", encoding="latin-1", **words, **KEYS)
    pd.testing.assert_frame_equal(found.table, other.table, check_exact=True)
    with pytest.raises(
        rp.DataError, match="read: data is read already; write missing where it is read first"
    ):
        rp.fit("aid ~ gdp", rp.read(frame), **words, **KEYS)


REFUSED = [
    (pd.DataFrame([[1, 2]], columns=["a", "a"]), "data: the column 'a' stands 2 times; allowed: once"),
    (5, "data: is of type int; allowed: a file, a data frame (pandas, pyarrow, polars), or a list of dicts"),
    ([1, 2], "data: is of type list; allowed: a file"),
    ([], "data: no rows"),
    (PANEL[:0], "data: no rows"),
    ([{"a": 1}, {"a": "x"}], "data: a holds values of several kinds"),
    (pd.DataFrame({"a": [1, "x"]}, dtype=object), "data: a holds values of several kinds"),
    ("nowhere.csv", "nowhere.csv: there is no such file"),
    ("https://example.org/panel.csv", "is an address; download the file"),
]


@pytest.mark.parametrize(("data", "told"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_table_is_told_in_one_line(data, told):
    with pytest.raises(rp.DataError) as problem:
        rp.read(data)
    assert told in str(problem.value) and "\n" not in str(problem.value)


WRONG = [
    ({"formula": "aid ~ gpd"}, "column 'gpd' is not known"),
    ({"formula": "aid ~ gdp", "effects": "entity"}, 'allowed: a list, as in ["entity"]'),
    ({"formula": "aid ~ gdp", "covariance": "robust"}, "word 'robust' is not known; here it is 'hc1'"),
    ({"formula": "aid ~ gdp", "estimator": "osl"}, "did you mean 'ols'"),
    ({"formula": "aid ~ gdp", "cluster": ["land"]}, "key 'cluster' is not known"),
    ({"formula": "aid ~ C(region)"}, "in this language: dummies(region)"),
    ({"formula": "aid ~ __import__('os')"}, "is not in the language"),
    ({"formula": "aid ~ region"}, "region is 'A'"),
]


@pytest.mark.parametrize(("keys", "told"), WRONG)
def test_mistakes_are_told_as_the_command_tells_them(keys, told):
    with pytest.raises(rp.UserError) as problem:
        rp.fit(data=PANEL, **keys, **KEYS)
    assert told in str(problem.value)


def test_keys_of_files_are_refused_for_frames():
    with pytest.raises(rp.DataError, match="sheet is for files of .xlsx; leave it out for a data frame"):
        rp.read(PANEL, sheet="A")
    with pytest.raises(rp.StudyError, match="key 'mising' is not known.*did you mean 'missing'"):
        rp.read(PANEL, mising=[-9])


def test_a_result_shows_itself(pooled):
    assert "lag(gdp)" in repr(pooled) and repr(pooled) == pooled.summary()
    assert "model: 63 of 72 rows (9 missing regressor lag(gdp))" in pooled.summary()
    shown = pooled._repr_html_()
    assert shown.startswith("<figure") and "lag(gdp)" in shown
    assert "\\begin{tabular}" in pooled.to_latex() and pooled.to_markdown().count("|") > 50
    assert pooled.statistics.set_index("name").loc["nobs", "value"] == 63
    assert set(pooled.dropped["cause"]) == {"missing regressor lag(gdp)"}


def test_what_is_to_be_minded_is_seen():
    odd = PANEL.assign(gdp=PANEL["gdp"].where(PANEL.index % 9 > 0, -999))
    found = rp.fit("aid ~ gdp", odd, labels={"gpd": "Income"}, **KEYS)
    assert any("gdp is -999 in 8 rows" in line for line in found.warnings)
    assert any("'gpd' is no term of the results" in line for line in found.warnings)
    assert any("clusters are few" in line for line in found.warnings)
    assert found._repr_html_().count("<b>Warning:</b>") == len(found.warnings) == 3


def test_models_side_by_side(pooled):
    within = rp.fit("log(aid) ~ lag(gdp) + war", PANEL, effects=["entity"], title="Within", **KEYS)
    steps = rp.fit("aid ~ gdp", PANEL, stepwise=["z"], **KEYS)
    both = rp.compare(pooled=pooled, within=within, steps=steps)
    assert both.table["model"].unique().tolist() == ["pooled", "within", "steps_1", "steps_2"]
    assert both.to_csv().startswith(",pooled,Within,")
    np.testing.assert_array_equal(
        both.table.query("model == 'pooled'")["estimate"], pooled.table["estimate"].to_numpy()
    )
    with pytest.raises(rp.StudyError, match="nothing to compare"):
        rp.compare()


def test_keys_of_tables_are_checked(pooled):
    assert "war" not in pooled.to_csv(terms=["lag(gdp)"])
    with pytest.raises(rp.StudyError, match="key 'decimal' is not known.*did you mean 'decimals'"):
        pooled.to_csv(decimal=2)


def test_the_package_loads_nothing_until_it_is_used(tmp_path):
    code = (
        "import sys, replication as rp; assert 'numpy' not in sys.modules and 'fit' in dir(rp)\n"
        "import os; rp.read; assert 'numpy' in sys.modules and os.environ['OMP_NUM_THREADS'] == '1'\n"
        "assert not hasattr(rp, 'nothing')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
