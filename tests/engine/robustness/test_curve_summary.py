"""The curve in numbers against brute force and known decompositions."""

from __future__ import annotations

import numpy as np
import pytest

from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.robustness.curve import curve
from replication.robustness.curve_summary import (
    _between,
    _together,
    by_alternative,
    choices_table,
    decomposition,
    summary,
)
from replication.robustness.curve_tables import with_factors
from replication.robustness.executors import here
from tests.engine.robustness.test_cells import table
from tests.engine.robustness.test_curve import CHOICES, MODEL, read


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    panel = panel_of(Reading(table(9), "made up"), "firm", "year", {})
    choices = [CHOICES[0], CHOICES[3], CHOICES[4], CHOICES[6]]
    return curve(panel, read(choices=choices), MODEL, here, tmp_path_factory.mktemp("curve"))


def test_summary_counts(found):
    rows = with_factors(found)
    told = summary(rows)
    assert told["specifications"] == len(rows)
    assert told["share positive"] == (rows["estimate"] > 0).mean()
    assert told["share significant"] == pytest.approx(
        told["share significant and positive"] + told["share significant and negative"]
    )
    assert told["smallest"] <= told["lower quartile"] <= told["median"] <= told["largest"]
    assert told["reported"] == rows["estimate"].iloc[0]


def test_alternatives_split_the_specifications(found):
    rows, told = with_factors(found), by_alternative(found)
    for _, part in told.groupby("factor"):
        assert part["specifications"].sum() == len(rows)
    one = told[(told["factor"] == "measure") & (told["alternative"] == "z")].iloc[0]
    inside = rows[rows["measure"] == "z"]
    assert one["median"] == inside["estimate"].median()
    assert one["share_significant"] == (inside["p_value"] < 0.05).mean()
    controls = told[
        (told["choice"] == "controls") & (told["factor"] == "both") & (told["alternative"] == "in")
    ]
    assert controls["specifications"].item() == (rows["controls: both"] == "in").sum()


def test_variance_by_choice(found):
    told = decomposition(found).set_index("factor")
    assert set(told.index) == {"both", "c", "measure", "sample", "effects"}
    shares = told.drop(columns="choice")
    assert ((shares > -1e-12) & (shares < 1 + 1e-12)).all().all()
    rows = with_factors(found)
    means = rows.groupby(rows["measure"].astype(str))["estimate"].transform("mean")
    assert told.loc["measure", "estimate_alone"] == pytest.approx(means.var() / rows["estimate"].var())


def test_shares_of_a_sum_of_independent_parts_add_up():
    codes = np.array(np.meshgrid(range(3), range(4), range(2), indexing="ij")).reshape(3, -1)
    y = 2.0 * codes[0] + np.array([0.0, 5.0, 1.0, 2.0])[codes[1]] - codes[2]
    alone = [_between(code, y) for code in codes]
    assert sum(alone) == pytest.approx(1.0)
    for place in range(3):
        others = _together([code for number, code in enumerate(codes) if number != place], len(y))
        assert 1.0 - _between(others, y) == pytest.approx(alone[place])
    both = codes[0] * codes[1]  # an interaction shows in what is left together
    others = _together([codes[1], codes[2]], len(y))
    assert 1.0 - _between(others, both.astype(float)) > _between(codes[0], both.astype(float))


def test_the_table_of_analytical_choices(found):
    told = choices_table(found).set_index("id")
    assert told.loc["measure"].to_dict() == {
        "place": "measure",
        "used": "lag(key, 1)",
        "alternatives": "key; z",
        "reason": "this year or last",
    }
    assert told.loc["controls", "used"] == "both, c"
    assert told.loc["controls", "alternatives"] == "3 other sets of: both, c"
    assert told.loc["effects", "used"] == "entity"
    named = choices_table(found, lambda label: ", ".join(label).upper()).set_index("id")
    assert named.loc["CONTROLS", "alternatives"] == "3 other sets of: BOTH, C"
    assert named.loc["MEASURE", "alternatives"] == "KEY; Z"
