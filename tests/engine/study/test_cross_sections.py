"""Tables without a time: from a file, a study and a call; what goes by time is refused in one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import replication as rp
from replication.cli import main


def table(rows: int = 60) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    found = pd.DataFrame({"x": draw.normal(size=rows), "family": np.repeat(np.arange(rows // 3), 3)})
    found["y"] = 1 + found["x"] + draw.normal(size=rows) * (1 + found["x"] ** 2)
    found["works"] = (found["y"] > 1) * 1.0
    found["label"] = [f"unit {place}" for place in range(rows)]
    return found


def oracle(data: pd.DataFrame):
    return sm.OLS(data["y"], sm.add_constant(data[["x"]])).fit(cov_type="HC1", use_t=True)


@pytest.mark.parametrize("keys", [{}, {"entity": "label"}], ids=["no key", "an entity alone"])
def test_each_row_stands_alone_and_errors_are_robust(keys):
    data = table()
    found = rp.fit("y ~ x", data, **keys)
    theirs = oracle(data)
    assert found.table["error"].tolist() == ["hc1", "hc1"]
    assert_allclose(found.table["estimate"], theirs.params, rtol=1e-10)
    assert_allclose(found.table["std_error"], theirs.bse, rtol=1e-10)
    assert_allclose(found.table["p_value"], theirs.pvalues, rtol=1e-8)
    told = "each row stands alone: no entity and no time is named" in found.summary()
    assert told == (not keys)


def test_rows_of_one_entity_without_order():
    """Twins, pupils: effects of the entity and errors clustered by it, and the same by a column."""
    data = table()
    within = rp.fit("y ~ x", data, entity="family", effects=["entity"])
    column = rp.fit(
        "y ~ x", data, effects=["family"], covariance={"kind": "clustered", "cluster": ["family"]}
    )
    assert_allclose(within.table["estimate"], column.table["estimate"], rtol=1e-12)
    assert_allclose(within.table["std_error"], column.table["std_error"], rtol=1e-12)
    assert "no time is named: rows of one family have no order" in within.summary()
    random = rp.fit("y ~ x", data, entity="family", estimator="random_effects")
    assert random.statistics.set_index("name").loc["entities", "value"] == 20


def test_columns_that_are_counted_are_those_of_the_file():
    for keys in ({}, {"entity": "family"}):
        assert "60 rows, 5 columns" in rp.fit("y ~ x", table(), **keys).summary()


def test_every_row_is_accounted_for():
    data = table()
    data.loc[[4, 7], "x"] = np.nan
    for keys in ({}, {"entity": "family"}, {"entity": "label"}):
        found = rp.fit("y ~ x", data, **keys)
        assert len(found.dropped) == 2 and not found.dropped.duplicated(["entity", "time"]).any()
    assert rp.fit("y ~ x", data).dropped["entity"].tolist() == [5, 8]  # the place of a row in the table


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"covariance": "driscoll_kraay"}, "driscoll_kraay goes by time"),
        ({"covariance": "newey_west"}, "newey_west goes by time"),
        ({"covariance": "pcse"}, "pcse goes by time"),
        ({"estimator": "first_difference"}, "first_difference goes by time"),
        ({"estimator": "system_gmm"}, "system_gmm goes by time"),
        ({"estimator": "fama_macbeth"}, "fama_macbeth goes by time"),
        ({"diagnostics": ["wooldridge_ar"]}, "wooldridge_ar goes by time"),
        ({"average_over": 5}, "average_over goes by time"),
        ({"effects": ["time"]}, "'time' is no grouping here"),
        ({"covariance": {"kind": "clustered", "cluster": ["time"]}}, "'time' is no grouping here"),
    ],
)
def test_what_goes_by_time_is_refused(keys, word):
    for entity in (None, "family"):
        with pytest.raises(rp.UserError, match=word):
            rp.fit("y ~ x", table(), entity=entity, **keys)


def test_lags_are_refused():
    with pytest.raises(rp.UserError, match="only a panel with entity and time has lags"):
        rp.fit("y ~ lag(x)", table())


def test_a_time_alone_is_refused():
    data = table().assign(t=range(60))
    with pytest.raises(rp.UserError, match="study.entity: this key is missing beside time"):
        rp.fit("y ~ x", data, time="t")


@pytest.mark.parametrize("keys", ["", 'entity = "label"\n'], ids=["no key", "an entity alone"])
def test_a_study_is_run_checked_and_exported(tmp_path, keys, capsys):
    data = table()
    data.to_csv(tmp_path / "data.csv", index=False)
    study = tmp_path / "s.toml"
    study.write_text(
        f'[study]\nid = "s"\ntitle = "S"\ndata = "data.csv"\n{keys}'
        '[[models]]\nid = "m"\nformula = "y ~ x"\ncovariance = [{ kind = "hc1" }]\n'
        '[[models]]\nid = "logit"\nformula = "works ~ x"\nestimator = "logit"\n'
    )
    call = ["--project", str(tmp_path)]
    assert main([*call, "run", str(study)]) == 0
    found = pd.read_csv(tmp_path / "results" / "current" / "s" / "estimates.csv").query("model == 'm'")
    assert_allclose(found["std_error"], oracle(data).bse, rtol=1e-10)
    assert main([*call, "crosscheck", str(study)]) == 0
    assert "all agree" in capsys.readouterr().out
    assert main([*call, "export", str(study), "--to", "python", "--out", str(tmp_path / "python")]) == 0
    (tmp_path / "other").mkdir()
    assert main([*call, "run", str(study), "--data", str(tmp_path / "data.csv")]) == 0


def test_no_column_of_the_file_is_hidden():
    """Names that the program would give are free, whatever the file has."""
    data = table().rename(columns={"x": "row"}).assign(number=1.0)
    found = rp.fit("y ~ row", data)
    assert_allclose(found.table["estimate"], oracle(table()).params, rtol=1e-10)
