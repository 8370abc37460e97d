"""Words -> interval: one convention, the same for every text, and printed in the guide."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.claims.claim_entries import Stated
from replication.claims.wording import interval_of, says_how_much, wording_of
from replication.claims.wording_table import TABLE
from replication.errors import StudyError

INF = math.inf


def left_open(words: str, value: float, unit: str = "times", kind: str = "level", **keys):
    return interval_of(Stated(value=value, unit=unit, words=words, **keys), kind)


@pytest.mark.parametrize(
    ("words", "value", "ends"),
    [
        ("doubled", 2, (1.75, 2.25)),
        ("almost double", 2, (1.75, 2)),
        ("halved", 0.5, (0.4375, 0.5625)),
        ("two-thirds", 66.64, (58.31, 74.97)),
        ("nearly two-thirds", 66.64, (58.31, 66.64)),
        ("a decade", 10, (8.75, 11.25)),
        ("about 40", 40, (35, 45)),
        ("nearly 40", 40, (35, 40)),
        ("a little more than 40", 40, (40, 45)),
        ("upwards of 40", 40, (40, INF)),
        ("less than 40", 40, (-INF, 40)),
        ("on the order of 40", 40, (20, 80)),
        ("a few", 4, (2, 6)),
        ("several hundred", 300, (200, 999)),
    ],
)
def test_what_words_leave_open(words, value, ends):
    assert left_open(words, value) == pytest.approx(ends)


@pytest.mark.parametrize(
    ("words", "value", "ends"),
    [
        ("about 3 percent", 3, (2.5, 3.5)),  # an eighth of 3 is less than its rounding
        ("about 40 percent", 40, (35, 45)),
        ("most of it", 50, (50, 100)),
        ("upwards of 40 percent", 40, (40, 100)),  # a share of a whole is no more than all of it
        ("less than 40 percent", 40, (0, 40)),
        ("fell sharply", -12.5, (-INF, -12.5)),
        ("a sharp increase", 12.5, (12.5, INF)),
        ("hardly budged", 0, (-5, 5)),
        ("increased", 0, (0, INF)),
        ("fell", 0, (-INF, 0)),
        ("fell by 8 percent", -8, (-8.5, -7.5)),  # the figure is the claim, the verb says nothing more
    ],
)
def test_what_words_leave_open_of_a_share_or_a_change(words, value, ends):
    assert left_open(words, value, "percent", "share" if value > 0 and value != 12.5 else "growth") == ends


@pytest.mark.parametrize(
    ("stated", "kind", "ends"),
    [
        ({"value": 55.7, "unit": "percent"}, "share", (55.65, 55.75)),
        ({"value": 55, "unit": "percent"}, "share", (54.5, 55.5)),
        ({"value": 55.0, "unit": "percent", "decimals": 1}, "share", (54.95, 55.05)),
        ({"value": 4000.0, "unit": "yen", "decimals": -3}, "amount", (3500.0, 4500.0)),
        ({"value": 1e-7, "unit": "times"}, "level", (5e-8, 1.5e-7)),
        ({"value": 17.0, "unit": "firms"}, "count", (17.0, 17.0)),
        ({"value": 1.0, "unit": "yes or no"}, "growth", (1.0, 1.0)),
        ({"value": 17.5, "low": 10, "high": 25, "unit": "years"}, "level", (9.5, 25.5)),
        ({"value": 7, "high": 10, "deviates": "why", "unit": "years"}, "level", (-INF, 10)),
        ({"date": "1987-11"}, "date", (725676.0, 725705.0)),
    ],
)
def test_a_plain_figure_a_range_a_deviation_and_a_date(stated, kind, ends):
    assert interval_of(Stated(**stated), kind) == ends


def test_over_the_years_is_no_hedge_and_most_often_no_share():
    assert wording_of("over the years") is None
    assert left_open("most often", 1, "rank", "rank") == (1, 1)
    assert left_open("as much as 41 percent", 41, "percent") == (40.5, 41.5)


@pytest.mark.parametrize(
    ("words", "value", "unit", "message"),
    [
        ("about 40, upwards of 50", 40, "times", "leave several things open: .* quote those of this one"),
        ("fell sharply", -20, "percent", "value is -20; allowed for 'fell sharply': -12.5 or 12.5 percent"),
        ("several hundred", 150, "firms", "value is 150; allowed for 'several hundred': 200 to 999"),
    ],
)
def test_words_that_are_not_of_this_figure(words, value, unit, message):
    with pytest.raises(StudyError, match=message):
        left_open(words, value, unit)


def test_a_word_of_degree_says_how_much():
    assert says_how_much("plunged steeply") and says_how_much("hardly budged")
    assert not says_how_much("increased")


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 1e6), st.sampled_from([w for w in TABLE if w.rule in ("hedge", "number")]))
def test_the_figure_itself_is_always_left_open_and_either_sign_alike(size, wording):
    words = f"{wording.phrases[0]} {size}"
    low, high = left_open(words, size, "yen")
    assert low <= size <= high
    assert left_open(words, -size, "yen") == (-high, -low)
