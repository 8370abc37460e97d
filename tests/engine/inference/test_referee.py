"""What a referee would say is said, and nothing where there is nothing to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from replication.panel.panel import read_panel
from replication.spec.entries import ModelSpec
from replication.study.model_result import ModelResult
from replication.study.one_model import plan, run_model


def rows(entities: int = 30, periods: int = 8, seed: int = 0, strength: float = 0.1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    n = entities * periods
    level = np.repeat(draw.normal(size=entities), periods)
    z = draw.normal(size=(n, 30))
    shock = draw.normal(size=n)
    x = strength * z[:, 0] + shock + draw.normal(size=n)
    found = {f"z{k}": z[:, k] for k in range(30)}
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(entities), periods),
            "t": np.tile(np.arange(periods), entities),
            "x": x,
            "w": draw.normal(size=n) + level,
            "y": x + shock + level + draw.normal(size=n),
            **found,
        }
    )


def run(table: pd.DataFrame, **keys) -> ModelResult:
    model = ModelSpec(**{"id": "m", "formula": "y ~ w", **keys})
    return run_model(read_panel(table, "id", "t", {}, "t"), plan(model))


def iv(instruments: int, **keys) -> tuple[str, ...]:
    names = [f"z{k}" for k in range(instruments)]
    options = {"endogenous": ["x"], "instruments": names}
    return run(rows(**keys), estimator="iv_2sls", options=options).account.warnings


def test_weak_instruments_are_told_with_their_f():
    assert any(text.startswith("the instruments are weak: effective F = ") for text in iv(1))
    assert iv(1, strength=2.0) == ()


def test_many_instruments_are_told():
    many = [text for text in iv(30, strength=2.0) if "are many" in text]
    assert len(many) == 1 and many[0].startswith("30 excluded instruments for 240 rows are many")
    assert not any("are many" in text for text in iv(20, strength=2.0))


@pytest.mark.parametrize(("entities", "periods", "told"), [(12, 8, True), (8, 8, False), (6, 9, False)])
def test_panel_corrected_errors_with_fewer_periods_than_entities_are_told(entities, periods, told):
    found = run(rows(entities, periods), covariance=[{"kind": "pcse"}]).account.errors[0].warnings
    assert any("fewer periods than entities" in text for text in found) == told
    hetonly = [{"kind": "pcse", "sigma": "heteroskedastic"}]
    assert run(rows(entities, periods), covariance=hetonly).account.errors[0].warnings == ()


def test_a_coefficient_outside_bonds_bounds_is_told_and_one_inside_is_not():
    """The bounds are those that pooled and within least squares give on the rows of the level equation."""
    told = 0
    for seed in range(12):
        table = rows(8, 6, seed)
        found = run(table, estimator="system_gmm", options={"collapse": True})
        b = found.estimates.set_index("term")["estimate"]["lag(y, 1)"]
        pooled, within = (
            run(table, formula="y ~ lag(y, 1) + w", effects=effects).estimates.set_index("term")["estimate"]
            for effects in ([], ["entity"])
        )
        outside = not within["lag(y, 1)"] <= b <= pooled["lag(y, 1)"]
        assert any("Bond's bounds" in text for text in found.account.warnings) == outside
        told += outside
    assert 0 < told < 12


def test_a_bootstrap_that_overturns_the_error_above_it_is_told():
    errors = [{"kind": "hc1"}, {"kind": "wild_bootstrap", "draws": 499}]
    names = [f"z{k}" for k in range(12)]
    for seed in range(6):
        found = run(rows(7, 8, seed), formula=f"y ~ x + {' + '.join(names)}", covariance=errors)
        p = found.estimates.pivot(index="term", columns="error", values="p_value").drop("const")
        overturned = p[(p["hc1"] < 0.05) != (p["wild_bootstrap"] < 0.05)]
        said = [text for text in found.account.errors[1].warnings if "overturns" in text]
        assert {text.split("'")[1] for text in said} == set(overturned.index)
        assert not any("overturns" in text for text in found.account.errors[0].warnings)


def test_the_detectable_effect_of_a_bootstrap_is_that_of_its_interval():
    found = run(rows(9), covariance=[{"kind": "wild_bootstrap", "draws": 499}, {"kind": "clustered"}])
    detectable = found.detectable.set_index(["error", "term"])["value"]
    table = found.estimates.set_index(["error", "term"])
    law = stats.t(8)
    half = (table["conf_high"] - table["conf_low"]) / 2
    expected = half / law.ppf(0.975) * (law.ppf(0.975) + law.ppf(0.8))
    np.testing.assert_allclose(detectable, expected[detectable.index], rtol=1e-10)


def test_a_negative_hausman_statistic_is_told():
    said = []
    for seed in range(40):
        found = run(rows(8, 4, seed), formula="y ~ x + w", diagnostics=["hausman"])
        positive = found.statistics.set_index("name")["value"]["hausman_positive"]
        told = any("not positive semidefinite" in text for text in found.account.warnings)
        assert told == (positive == 0)
        said.append(told)
    assert any(said) and not all(said)


def test_a_joint_test_for_which_clusters_are_too_few_is_told():
    few = rows(entities=3)
    terms = ["w", "x", "z1", "z2", "z3"]
    keys = {"formula": f"y ~ {' + '.join(terms)}", "tests": [{"id": "some", "terms": terms[:3]}]}
    first, second = run(few, covariance=[{"kind": "cr2"}, {"kind": "clustered"}], **keys).account.errors
    told = "{} is undefined: too few clusters for so many terms".format
    assert {told("the joint test of all slopes"), told("the test 'some'")} <= set(first.warnings)
    enough = run(rows(), covariance=[{"kind": "cr2"}]).account.errors[0]
    assert not any("undefined" in text for text in (*second.warnings, *enough.warnings))
