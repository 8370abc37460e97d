"""Variances before and after a date, and changes around events: by hand, by simulation, by brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from replication.describe import dispersion, events
from replication.errors import StudyError
from tests.support.series import by_key


def yearly(values, name="yen") -> pd.DataFrame:
    return pd.DataFrame(
        {"series": name, "year": [str(1960 + i) for i in range(len(values))], "value": values}
    )


def monthly(values, name="yen") -> pd.DataFrame:
    months = pd.period_range("1980-01", periods=len(values), freq="M").astype(str)
    return pd.DataFrame({"series": name, "year": months, "value": values})


def test_ratio_and_tests_are_those_of_the_changes():
    draw = np.random.default_rng(3)
    values = 100 + np.cumsum(draw.normal(size=40))
    found = by_key(dispersion.variance_tests(yearly(values), split="1980", changes="difference", block=3))
    change = np.diff(values)
    before, after = change[:19], change[19:]  # the change of 1980 is the first after
    ratio = after.var(ddof=1) / before.var(ddof=1)
    assert found["yen", "changes before"] == 19 and found["yen", "changes after"] == 20
    assert found["yen", "ratio of variances"] == pytest.approx(ratio, rel=1e-12)
    tail = stats.f.sf(ratio, 19, 18)
    assert found["yen", "F test, p"] == pytest.approx(2 * min(tail, 1 - tail), rel=1e-9)
    assert found["yen", "Levene, p"] == pytest.approx(stats.levene(before, after, center="median").pvalue)


def test_log_changes_are_in_percent():
    found = by_key(
        dispersion.variance_tests(yearly([100, 110, 100, 110, 100, 110, 100, 110]), split="1964", block=1)
    )
    assert found["yen", "standard deviation before"] == pytest.approx(
        np.std([1, -1, 1], ddof=1) * 100 * np.log(1.1)
    )


def test_a_tenfold_variance_is_found_and_an_equal_one_is_not():
    draw = np.random.default_rng(7)
    calm, wild = draw.normal(size=60), 3.2 * draw.normal(size=60)
    series = np.concatenate([[0], np.cumsum(np.concatenate([calm, wild]))])
    found = by_key(
        dispersion.variance_tests(monthly(series), split="1985-02", changes="difference", draws=999)
    )
    assert found["yen", "block bootstrap, p"] == 1 / 1000


def test_the_bootstrap_rejects_an_equal_variance_about_as_often_as_it_says():
    """Dependent changes of one variance: at 10 percent between none and a quarter of forty samples."""
    p = []
    for seed in range(40):
        shocks = np.random.default_rng(seed).normal(size=161)
        change = shocks[1:] + 0.6 * shocks[:-1]
        table = monthly(np.concatenate([[0], np.cumsum(change)]))
        found = dispersion.variance_tests(table, split="1986-09", changes="difference", draws=199)
        p.append(by_key(found)["yen", "block bootstrap, p"])
    assert np.mean(np.array(p) < 0.1) < 0.25
    assert np.mean(p) == pytest.approx(0.5, abs=3 * np.sqrt(1 / 12 / 40))


def test_changes_around_events_by_hand():
    table = pd.concat([monthly([1, 2, 4, 4, 4, 1.0], "a"), monthly([1, 1, 1, 9, 1, 1.0], "b")])
    options = {"events": ["1980-03", "1980-04"], "changes": "difference"}
    found = by_key(events.event_changes(table, **options))
    assert (found["a", "1980-03"], found["a", "1980-04"], found["a", events.MEAN]) == (2, 0, 1)
    assert (found["b", "1980-03"], found["b", "1980-04"]) == (8, 0)
    ranks = by_key(events.event_ranks(table, **options, draws=99))
    # windows of a around the four inner months: 3, 2, 0, -3
    assert (ranks["a", "1980-03"], ranks["a", "1980-04"]) == (3 / 4, 1)
    assert ranks["b", "1980-03"] == 2 / 4


def test_the_rank_of_the_mean_is_that_of_all_pairs_of_dates():
    values = np.cumsum(np.random.default_rng(2).normal(size=12))
    found = by_key(
        events.event_ranks(monthly(values), events=["1980-03", "1980-08"], changes="difference", draws=20_000)
    )
    windows = values[2:] - values[:-2]
    means = [abs(windows[i] + windows[j]) for i in range(10) for j in range(i)]
    mine = abs(windows[1] + windows[6])
    # two standard errors of a share of 20,000 draws at most 0.5 are 0.007
    assert found["yen", events.MEAN] == pytest.approx(
        np.mean([mean >= mine - 1e-12 for mean in means]), abs=0.01
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dispersion.variance_tests(yearly([1, 2, 3, 4, 5.0]), split="1962"), "1 changes on one side"),
        (lambda: dispersion.variance_tests(yearly([1, -2, 3.0]), split="1962"), "zero or less"),
        (
            lambda: events.event_changes(monthly([1, 2, 3.0]), events=["1990-01"]),
            "event '1990-01' is not known",
        ),
        (lambda: events.event_changes(monthly([1, 2, 3.0]), events=[], before=0, after=0), "not both 0"),
    ],
)
def test_what_cannot_be_tested_is_one_clear_line(call, message):
    with pytest.raises(StudyError, match=message):
        call()
