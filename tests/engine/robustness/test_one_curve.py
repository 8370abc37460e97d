"""A curve from Python: the numbers of a study's own, in one call."""

from __future__ import annotations

import pytest

import replication as rp
from replication.errors import StudyError
from replication.robustness.curve_summary import curve_summary
from tests.engine.robustness.test_cells import table

FORMULA = "y ~ key + a + b"
CHOICES = [
    {"id": "controls", "controls": "all_subsets"},
    {"id": "outcome", "outcome": ["asinh(y)"]},
    {"id": "effects", "effects": [["entity"], ["entity", "time"]]},
]
KEYS = {"entity": "firm", "time": "year", "covariance": {"kind": "clustered", "cluster": ["firm"]}}


@pytest.fixture(scope="module")
def found():
    return rp.curve(FORMULA, table(11), term="key", choices=CHOICES, inference={"draws": 99}, **KEYS)


def test_the_reported_specification_is_the_fit(found):
    fit = rp.fit(FORMULA, table(11), **KEYS).table.set_index("term").loc["key"]
    reported = found.table[found.table["reported"]].iloc[0]
    for name in ("estimate", "std_error", "p_value", "conf_low", "conf_high"):
        assert reported[name] == pytest.approx(fit[name], rel=1e-10)


def test_every_specification_is_a_fit(found):
    assert len(found.table) == 4 * 2 * 3
    row = found.table.query("`controls: a` == 'in' and `controls: b` == 'out' and outcome == 'asinh(y)'")
    row = row[row["effects"] == "entity, time"].iloc[0]
    fit = rp.fit("asinh(y) ~ key + a", table(11), effects=["entity", "time"], **KEYS).table.set_index("term")
    assert row["estimate"] == pytest.approx(fit.loc["key", "estimate"], rel=1e-9)
    assert row["std_error"] == pytest.approx(fit.loc["key", "std_error"], rel=1e-9)


def test_what_it_shows(found):
    assert found.numbers == curve_summary(found.found)
    assert found.summary().startswith("Of 24 specifications ")
    assert "estimated again one by one" in repr(found)
    assert set(found.p_values) == {"median", "share significant", "average z"}
    assert found.choices["id"].tolist() == ["controls", "outcome", "effects"]
    assert len(found.alternatives) == 2 + 2 + 2 + 3
    assert found.variance["factor"].tolist() == ["a", "b", "outcome", "effects"]
    assert "| specifications | 24 |" in found.to_markdown()
    assert found._repr_html_().count("<table>") == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"choices": []}, "curve"),
        ({"term": "war"}, "term 'war' is not known"),
        ({"on": "moon"}, "on is 'moon'; allowed: here, cores"),
        ({"choices": [{"id": "a", "effect": []}]}, "effect"),
    ],
)
def test_mistakes_are_told(changed, words):
    with pytest.raises(StudyError, match=words):
        rp.curve(FORMULA, table(11), **{"term": "key", "choices": CHOICES, **KEYS, **changed})
