"""Reading rules: what holds, what is opposite, what is not counted, and what could have been seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replication.spec.entries import BoundSpec, ModelSpec, MultipleTestingSpec, ReadingSpec, ValiditySpec
from replication.study.families import family
from replication.study.readings import read_estimates

RULE = ReadingSpec(
    id="rule",
    title="A rule",
    models=["a", "b", "c"],
    positive=["x", "log(x)"],
    not_positive=["z"],
    given=["x", "w"],
    valid=[ValiditySpec(statistic="hansen_p", at_least=0.05), ValiditySpec(statistic="rho", at_most=1)],
    bounds=[BoundSpec(model="c", term="L.y", within="within", pooled="pooled", lag="lag(y, 1)")],
)
NONE = pd.DataFrame(columns=["model", "name", "value"])


def rows(model: str, error: str = "clustered", estimate=0.0, **bounds: tuple[float, float]) -> pd.DataFrame:
    low, high = zip(*bounds.values(), strict=True)
    names = [{"inertia": "L.y", "lag": "lag(y, 1)"}.get(name, name) for name in bounds]
    return pd.DataFrame(
        {
            "model": model,
            "error": error,
            "term": names,
            "estimate": estimate,
            "conf_low": low,
            "conf_high": high,
        }
    )


def read(*models: pd.DataFrame, statistics=NONE, effects=0.5) -> dict[tuple[str, str, str], float]:
    estimates = pd.concat(models, ignore_index=True)
    found = read_estimates(RULE, estimates, statistics, estimates.assign(value=effects))
    return {(row.statistic, row.group, row.period): row.value for row in found.itertuples()}


def test_an_interval_above_zero_holds_and_one_that_holds_zero_does_not():
    found = read(rows("a", x=(0.1, 1), z=(-1, 1)), rows("b", x=(-0.1, 1), z=(-1, 1)))
    assert found["rule", "a", ""] == 1
    assert found["rule", "b", ""] == 0
    assert found["rule_counts", "", "holds"] == found["rule_counts", "", "does not"] == 1


def test_an_interval_below_zero_is_opposite():
    found = read(rows("a", x=(-2, -1), z=(-1, 1)))
    assert found["rule", "a", ""] == -1 and found["rule_counts", "", "opposite"] == 1


def test_what_must_not_be_positive_undoes_it():
    assert read(rows("a", x=(0.1, 1), z=(0.1, 1)))["rule", "a", ""] == 0


def test_a_model_is_read_once_by_all_its_errors_together():
    found = read(
        rows("a", x=(0.1, 1), z=(-1, 1)),
        rows("a", "cr2", x=(-0.1, 1), z=(-1, 1)),
        rows("d", x=(1, 2), z=(0, 0)),
    )
    assert {group for statistic, group, _ in found if statistic == "rule"} == {"a"}
    assert found["rule", "a", ""] == 0


def test_signs_that_errors_disagree_on_are_no_verdict():
    assert (
        read(rows("a", x=(-2, -1), z=(-1, 1)), rows("a", "wild", x=(-2, 0.5), z=(-1, 1)))["rule", "a", ""]
        == 0
    )


def test_an_error_that_gives_no_interval_decides_nothing():
    found = read(rows("a", x=(0.1, 1), z=(-1, 1)), rows("a", "wild", x=(np.nan, np.nan), z=(-1, 1)))
    assert found["rule", "a", ""] == 0


def test_a_model_without_the_terms_is_not_read():
    found = read(rows("c", x=(0.1, 1)))
    assert not [key for key in found if key[0] == "rule"]


@pytest.mark.parametrize(("name", "value", "counted"), [
    ("hansen_p", 0.04, False), ("hansen_p", 0.05, True), ("rho", 2.0, False), ("other", 9.0, True),
])  # fmt: skip
def test_a_model_that_fails_its_own_test_is_shown_and_not_counted(name, value, counted):
    statistics = pd.DataFrame({"model": ["a"], "name": [name], "value": [value]})
    found = read(rows("a", x=(0.1, 1), z=(-1, 1)), statistics=statistics)
    assert found["rule_counts", "", "not counted"] == 1 - counted
    assert np.isnan(found["rule", "a", ""]) != counted


@pytest.mark.parametrize(("inertia", "counted"), [(0.5, True), (0.9, False), (0.1, False)])
def test_inertia_must_lie_between_within_and_pooled(inertia, counted):
    found = read(
        rows("c", estimate=inertia, x=(0.1, 1), z=(-1, 1), inertia=(0, 1)),
        rows("within", estimate=0.3, lag=(0, 1)),
        rows("pooled", estimate=0.8, lag=(0, 1)),
    )
    assert np.isnan(found["rule", "c", ""]) != counted


def test_a_null_comes_with_what_its_largest_error_could_have_seen():
    found = read(
        rows("a", x=(0.1, 1), z=(-1, 1)),
        rows("b", x=(-0.1, 1), z=(-1, 1)),
        rows("b", "cr2", x=(-0.2, 1), z=(-1, 1)),
        effects=[0.1, 0.1, 0.2, 0.1, 0.7, 0.1],
    )
    assert {key: value for key, value in found.items() if key[0] == "rule_detectable"} == {
        ("rule_detectable", "b", "x"): 0.7
    }


def test_a_family_stands_with_the_p_of_each_error_and_the_adjusted_one():
    model = ModelSpec(
        id="m",
        formula="y ~ x + z",
        covariance=[{"kind": "cr2"}, {"kind": "wild_bootstrap", "label": "wild"}],
        multiple_testing=MultipleTestingSpec(terms=["x", "z"], method="romano_wolf"),
    )
    estimates = pd.DataFrame(
        {
            "model": "m",
            "error": ["cr2", "cr2", "wild", "wild"],
            "term": ["x", "z"] * 2,
            "p_value": [0.01, 0.2, 0.03, 0.4],
        }
    )
    statistics = pd.DataFrame(
        {
            "model": "m",
            "error": ["cr2", "cr2", "wild", "wild"],
            "name": "romano_wolf_p",
            "of": ["x", "z"] * 2,
            "value": [0.05, 0.4] * 2,
        }
    )
    found = family(model, estimates, statistics)
    assert set(found["statistic"]) == {"m_family"}
    assert found.set_index(["group", "period"])["value"].to_dict() == {
        ("x", "cr2"): 0.01,
        ("x", "wild"): 0.03,
        ("x", "romano_wolf"): 0.05,
        ("z", "cr2"): 0.2,
        ("z", "wild"): 0.4,
        ("z", "romano_wolf"): 0.4,
    }
