"""What a run prints: coefficients as the tables have them, rows, warnings, and the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.cli import main

STUDY = """
[study]
id = "s"
title = "S"
data = "panel.csv"
entity = "land"
time = "year"

[labels]
x = "Exposure"

[[models]]
id = "m"
title = "Pooled"
formula = "y ~ x + dummies(year)"
covariance = [{ kind = "clustered", cluster = ["land"] }, { kind = "hc1" }]

[[models]]
id = "w"
formula = "y ~ x"
covariance = [{ kind = "wild_bootstrap", cluster = ["land"] }]
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(3)
    table = pd.DataFrame({"land": np.repeat(list("abcdefghijkl"), 8), "year": np.tile(range(1990, 1998), 12)})
    table = table.assign(y=draw.normal(size=96), x=draw.normal(size=96))
    table.loc[3, "x"] = np.nan
    table.to_csv("panel.csv", index=False)
    Path("s.toml").write_text(STUDY, encoding="utf-8")

    def call(*words: str, code: int = 0) -> str:
        assert main(["run", "s.toml", "--out", "out", *words]) == code
        return capsys.readouterr().out

    return call


def test_coefficients_stand_with_the_headline_error_and_then_the_rows(run):
    lines = run().splitlines()
    place = lines.index("m: Pooled")
    assert lines[place + 1] == "y by OLS; effects: none; errors: clustered, HC1 (the first is shown)"
    assert lines[place + 2].split() == ["estimate", "s.e.", "p", "95%", "from", "to"]
    exposure = next(line.split() for line in lines if line.startswith("  Exposure"))
    table = pd.read_csv("out/estimates.csv").query("model == 'm' and error == 'clustered' and term == 'x'")
    shown = table[["estimate", "std_error", "p_value", "conf_low", "conf_high"]].to_numpy()[0]
    # The table shows two digits of the standard error; half of its last one is the most that it may be off.
    np.testing.assert_allclose([float(text) for text in exposure[1:]], shown, atol=0.0051)
    assert "  Year dummies" in "\n".join(lines)
    assert lines.index("m: 95 of 96 rows (1 missing regressor x)") > place
    assert lines[-1] == "results in out"


def test_points_stand_under_one_another(run):
    lines = run().splitlines()
    start = lines.index("m: Pooled") + 3
    points = [[i for i, letter in enumerate(line) if letter == "."] for line in lines[start : start + 2]]
    assert points[0] == points[1] and len(points[0]) == 5


def test_the_wild_bootstrap_has_no_standard_error(run):
    lines = run().splitlines()
    head = lines[lines.index("w") + 2]
    assert head.split() == ["estimate", "p", "95%", "from", "to"]


def test_quiet_prints_warnings_alone(run):
    assert run("--quiet") == ""
    Path("s.toml").write_text(STUDY.replace('x = "Exposure"', 'xx = "Exposure"'), encoding="utf-8")
    assert run("--quiet") == "warning: labels: 'xx' is no term of the results (did you mean 'x'?)\n"


def test_json_has_everything_in_full_precision(run):
    found = json.loads(run("--json"))
    rows = [row["estimate"] for model in found["models"] for row in model["estimates"]]
    assert rows == pd.read_parquet("out/estimates.parquet")["estimate"].tolist()
    first = found["models"][0]
    assert first["errors"] == ["clustered", "hc1"] and first["nobs"] == 95
    assert first["dropped"] == [{"cause": "missing regressor x", "rows": 1}]
    assert found["converged"] is True and found["folder"] == "out"


def test_quiet_and_json_exclude_one_another(run):
    with pytest.raises(SystemExit, match="2"):
        run("--quiet", "--json")
