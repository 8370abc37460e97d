"""The curve in numbers against brute force and known decompositions."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.robustness import curve_summary as curve_summary_module
from replication.robustness.curve import curve
from replication.robustness.curve_summary import (
    between,
    by_alternative,
    curve_summary,
    decomposition,
    summary,
)
from replication.robustness.executors import here
from tests.engine.robustness.test_cells import table
from tests.engine.robustness.test_curve import CHOICES, MODEL, read, whole


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    panel = panel_of(Reading(table(9), "made up"), "firm", "year", {})
    choices = [CHOICES[0], CHOICES[3], CHOICES[4], CHOICES[6]]
    return curve(panel, read(choices=choices), MODEL, here, tmp_path_factory.mktemp("curve"))


def test_the_numbers_of_five_estimates():
    estimate = np.array([1.0, -2.0, 0.0, 1.0, 3.0])
    p_value = np.array([0.01, 0.04, 0.03, 0.07, 0.06])
    assert summary(estimate, p_value) == {
        "specifications": 5.0,
        "share positive": 0.6,
        "share significant": 0.6,
        "share significant and positive": 0.2,
        "share significant and negative": 0.2,
        "smallest": -2.0,
        "lower quartile": 0.0,
        "median": 1.0,
        "upper quartile": 1.0,
        "largest": 3.0,
        "reported": 1.0,
        "share below the reported": 0.4,
    }


def test_summary_counts(found):
    rows, told = whole(found), curve_summary(found)
    assert told["specifications"] == len(rows)
    assert told["share positive"] == (rows["estimate"] > 0).mean()
    assert told["share significant"] == pytest.approx(
        told["share significant and positive"] + told["share significant and negative"]
    )
    assert told["smallest"] <= told["lower quartile"] <= told["median"] <= told["largest"]
    assert told["reported"] == rows["estimate"].iloc[0]


def test_alternatives_split_the_specifications(found):
    rows, told = whole(found), by_alternative(found)
    for _, part in told.groupby("factor"):
        assert part["specifications"].sum() == len(rows)
    one = told[(told["factor"] == "measure") & (told["alternative"] == "z")].iloc[0]
    inside = rows[rows["measure"] == "z"]
    assert one["specifications"] == len(inside)
    assert one["median"] == inside["estimate"].median()
    assert one["share_positive"] == (inside["estimate"] > 0).mean() != 0.5
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
    rows = whole(found)
    for name, y in (("estimate", rows["estimate"]), ("statistic", rows["estimate"] / rows["std_error"])):
        means = y.groupby(rows["measure"].astype(str)).transform("mean")
        assert told.loc["measure", f"{name}_alone"] == pytest.approx(means.var() / y.var())
        others = ["controls: both", "controls: c", "sample", "effects"]
        within = y - y.groupby([rows[other].astype(str) for other in others]).transform("mean")
        assert told.loc["measure", f"{name}_together"] == pytest.approx(within.var() / y.var())


def test_shares_of_a_sum_of_independent_parts_add_up():
    codes = np.array(np.meshgrid(range(3), range(4), range(2), indexing="ij")).reshape(3, -1)
    y = 2.0 * codes[0] + np.array([0.0, 5.0, 1.0, 2.0])[codes[1]] - codes[2]
    alone = [between(code, y) for code in codes]
    assert sum(alone) == pytest.approx(1.0)
    for place in range(3):
        others = np.delete(codes, place, axis=0).T @ [5, 1]
        assert 1.0 - between(others, y) == pytest.approx(alone[place])
    both = codes[0] * codes[1]  # an interaction shows in what is left together
    others = codes[1] + 4 * codes[2]
    assert 1.0 - between(others, both.astype(float)) > between(codes[0], both.astype(float))


@given(st.integers(1, 60), st.integers(1, 40), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_the_share_between_groups_is_the_same_however_many_are_summed_together(size, groups, step, seed):
    random = np.random.default_rng(seed)
    codes = random.integers(groups, size=size).astype(np.int32)
    y = random.normal(size=size)
    y[random.random(size) < 0.1] = np.nan
    y[0] = 1.0
    frame = pd.DataFrame({"code": codes, "y": y}).dropna()
    apart = frame["y"] - frame["y"].mean()
    means = apart.groupby(frame["code"]).transform("mean")
    brute = (means**2).sum() / (apart**2).sum() if (apart**2).sum() > 0 else 0.0
    with mock.patch.object(curve_summary_module, "AT_ONCE", step):
        assert between(codes, y) == pytest.approx(brute, abs=1e-12)
