"""The template for official flows runs on the panel of this package with made-up columns beside it."""

from __future__ import annotations

import numpy as np
import pytest

from replication.cli import main
from replication.spec.read_study import read_study
from tests.support.repository import ROOT

TEMPLATE = ROOT / "specs" / "templates" / "katada_own_data.toml"


@pytest.fixture(scope="module")
def own(tables, tmp_path_factory):
    panel = tables["allocation"]
    draw = np.random.default_rng(14)
    file = tmp_path_factory.mktemp("own") / "panel.parquet"
    panel.assign(
        other_official_flows=draw.normal(10, 30, len(panel)),
        japan_claims_yearly=draw.lognormal(5, 1, len(panel)),
        us_claims_yearly=draw.lognormal(5, 1, len(panel)),
    ).to_parquet(file)
    return file


def test_every_model_is_estimated(own, tmp_path):
    study = read_study(TEMPLATE)
    assert main(["run", str(TEMPLATE), "--data", str(own), "--out", str(tmp_path / "out")]) == 0
    table = (tmp_path / "out" / "tables" / "official_flows.csv").read_text()
    assert all(model.title in table for model in study.models)
    assert {name for entry in study.tables for name in entry.models} == {model.id for model in study.models}
