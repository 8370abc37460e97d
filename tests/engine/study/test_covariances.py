"""The covariances of the coefficients among the records, and as matrices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import replication as rp
from replication.errors import DataError
from replication.records.covariance_pairs import MOST_TERMS, matrices_of, pairs_of
from replication.records.records import read_records
from tests.engine.crosscheck.test_second_opinion import rows

KEYS = {"entity": "unit", "time": "year"}


def test_a_matrix_is_that_of_its_model_and_error():
    """Two errors and two models: symmetric, its roots the errors of the table, absorbed effects not in it."""
    found = rp.fit(
        "y ~ x", rows(), stepwise=["a"], covariance=["hc1", "clustered"], effects=["entity"], **KEYS
    )
    table = found.table.set_index(["model", "error", "term"])["std_error"]
    assert found.covariance.index.tolist() == table.index.tolist()
    for model, terms in {"model_1": ["x"], "model_2": ["x", "a"]}.items():
        for error in ("hc1", "clustered"):
            matrix = found.covariance.loc[(model, error), terms]
            assert matrix.index.tolist() == terms
            assert_allclose(matrix, matrix.T, rtol=0)
            assert_allclose(np.sqrt(np.diag(matrix)), table.loc[(model, error)], rtol=1e-14)
    assert found.covariance.loc[("model_1", "hc1"), "a"].isna().all()


def test_a_joint_test_can_be_made_of_it_without_the_data():
    tests = [{"id": "both", "terms": ["x", "a"]}]
    found = rp.fit("y ~ x + a", rows(), covariance="hc1", tests=tests, **KEYS)
    matrix = found.covariance.loc[("model", "hc1"), ["x", "a"]].loc[["x", "a"]]
    b = found.table.set_index("term")["estimate"][["x", "a"]].to_numpy()
    said = found.statistics.query("name == 'test_f' and of == 'both'")["value"].item()
    assert b @ np.linalg.solve(matrix.to_numpy(), b) / 2 == pytest.approx(said, rel=1e-9)


def test_what_is_derived_from_coefficients_is_not_among_them():
    found = rp.fit("y ~ x + a", rows(), covariance="hc1", combinations={"gap": "x - a"}, **KEYS)
    assert found.covariance.columns.tolist() == ["const", "x", "a"]
    assert len(found.table) == 4


def test_the_record_is_written_and_read_back_against_its_checksum(tmp_path):
    study = (
        '[study]\nid = "s"\ntitle = "S"\nentity = "unit"\ntime = "year"\ndata = "panel.csv"\n'
        '[[models]]\nid = "m"\nformula = "y ~ x + a"\ncovariance = [{ kind = "hc1" }]\n'
    )
    (tmp_path / "s.toml").write_text(study)
    rows().to_csv(tmp_path / "panel.csv", index=False)
    done = rp.run(tmp_path / "s.toml", project=tmp_path)
    back = read_records(done.folder).covariances
    pd.testing.assert_frame_equal(back, done.records.covariances)
    pd.testing.assert_frame_equal(matrices_of(back), done.covariance)
    text = pd.read_csv(done.folder / "covariances.csv")
    assert list(text.columns) == ["study", "model", "error", "term", "with", "value"]
    assert_allclose(text["value"], back["value"], rtol=0)
    parquet = done.folder / "covariances.parquet"
    parquet.write_bytes(parquet.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match=r"covariances\.parquet"):
        read_records(done.folder)


def test_the_triangle_gives_the_matrix_back_and_has_no_pair_twice():
    matrix = np.cov(np.random.default_rng(1).normal(size=(5, 30)))
    names = list("abcde")
    pairs = pairs_of(names, matrix).assign(model="m", error="e")
    assert len(pairs) == 15 and not pairs.duplicated(["term", "with"]).any()
    assert_allclose(matrices_of(pairs).loc[("m", "e"), names], matrix, rtol=0)


def test_beyond_a_number_of_coefficients_there_is_none_and_it_is_said():
    table = pd.DataFrame({"i": np.arange(700), "t": 1, "g": np.arange(700) // 2})
    table["y"] = np.random.default_rng(1).normal(size=700)
    found = rp.fit("y ~ dummies(g)", table, entity="i", time="t", covariance="classical")
    assert len(found.table) > MOST_TERMS and found.records.covariances.empty
    with pytest.raises(rp.UserError, match="model has more than 300 coefficients: none are recorded"):
        _ = found.covariance
