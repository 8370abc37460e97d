"""Reading rules: what holds, what is not read, and what could have been seen."""

from __future__ import annotations

import pandas as pd

from replication.spec.entries import ReadingSpec
from replication.study.readings import read_estimates

RULE = ReadingSpec(
    id="rule",
    title="A rule",
    models=["a", "b", "c"],
    positive=["x", "log(x)"],
    not_positive=["z"],
    given=["x", "w"],
)


def rows(model: str, error: str = "clustered", **bounds: tuple[float, float]) -> pd.DataFrame:
    low, high = zip(*bounds.values(), strict=True)
    return pd.DataFrame(
        {"model": model, "error": error, "term": list(bounds), "conf_low": low, "conf_high": high}
    )


def read(*models: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    estimates = pd.concat(models, ignore_index=True)
    found = read_estimates(RULE, estimates, estimates.assign(value=0.5))
    return {(row.statistic, row.group, row.period): row.value for row in found.itertuples()}


def test_an_interval_above_zero_holds_and_one_that_holds_zero_does_not():
    found = read(rows("a", x=(0.1, 1), z=(-1, 1)), rows("b", x=(-0.1, 1), z=(-1, 1)))
    assert found["rule", "a", ""] == 1
    assert found["rule", "b", ""] == 0
    assert found["rule_share", "", ""] == 0.5


def test_what_must_not_be_positive_undoes_it():
    assert read(rows("a", x=(0.1, 1), z=(0.1, 1)))["rule", "a", ""] == 0


def test_each_error_is_read_and_other_models_are_not():
    found = read(
        rows("a", x=(0.1, 1), z=(-1, 1)),
        rows("a", "cr2", x=(-0.1, 1), z=(-1, 1)),
        rows("d", x=(1, 2), z=(0, 0)),
    )
    assert {group for statistic, group, _ in found if statistic == "rule"} == {"a", "a.cr2"}


def test_a_model_without_the_terms_is_not_read():
    assert read(rows("c", x=(0.1, 1))) == {}


def test_a_null_comes_with_what_could_have_been_seen():
    found = read(rows("a", x=(0.1, 1), z=(-1, 1)), rows("b", x=(-0.1, 1), z=(-1, 1)))
    assert {key: value for key, value in found.items() if key[0] == "rule_detectable"} == {
        ("rule_detectable", "b", "x"): 0.5
    }
