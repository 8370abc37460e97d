"""A verdict follows from what is stated and what is computed, by rules that are the same for every text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.claims import verdict
from replication.claims.claim_entries import Stated
from replication.claims.verdict import Interval, of_claim, of_reading
from replication.claims.wording import interval_of


@pytest.mark.parametrize(
    ("computed", "stated", "expected"),
    [
        (Interval(1.6, 1.6, 1.6), (1.75, 2.0), verdict.BY_DATA),
        (Interval(1.9, 1.9, 1.9), (1.75, 2.0), verdict.REPRODUCED),
        (Interval(2.0, 2.0, 2.0), (1.75, 2.0), verdict.REPRODUCED),
        (Interval(1.7, 1.6, 1.8), (1.75, 2.0), verdict.WITHIN_ROUNDING),
        (Interval(1.7, 1.6, 1.75), (1.75, 2.0), verdict.WITHIN_ROUNDING),
        (Interval(0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2), (0.3, 0.3), verdict.REPRODUCED),
        (Interval(1e9, 1e9, 1e9), (40.0, math.inf), verdict.REPRODUCED),
        (Interval(5.0, -math.inf, math.inf), (40.0, 41.0), verdict.CONSISTENT),
        (Interval(50.0, 50.0, math.inf), (40.0, math.inf), verdict.REPRODUCED),
        (Interval(41.0, 30.0, math.inf), (40.0, math.inf), verdict.CONSISTENT),
        (Interval(41.0, -math.inf, 41.0), (40.0, math.inf), verdict.CONSISTENT),
        (Interval(30.0, -math.inf, 39.0), (40.0, math.inf), verdict.BY_DATA),
    ],
)
def test_one_reading(computed, stated, expected):
    assert of_reading(computed, stated, "data") == expected


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        ((5.0, 4.0, 6.0), verdict.REPRODUCED),
        ((5.0, 4.0, 9.0), verdict.CONSISTENT),
        ((9.0, 8.0, 10.0), verdict.BY_DATA),
    ],
)
def test_a_span_of_days_is_no_rounding(computed, expected):
    assert of_reading(Interval(*computed), (4.0, 7.0), "data", span=True) == expected


def test_a_contradiction_says_by_what_and_whether_it_is_soft():
    far = Interval(9.0, 9.0, 9.0)
    assert of_reading(far, (1.0, 2.0), "document", soft=False) == verdict.BY_DOCUMENT
    assert of_reading(far, (1.0, 2.0), "data", soft=False) == verdict.BY_DATA
    assert of_reading(far, (1.0, 2.0), "document", soft=True) == verdict.SOFT


@pytest.mark.parametrize(
    ("verdicts", "kinds", "expected"),
    [
        ([], [], verdict.NOT_CHECKABLE),
        ([verdict.REPRODUCED], ["reading"], verdict.REPRODUCED),
        ([verdict.REPRODUCED, verdict.WITHIN_ROUNDING], ["reading", "reading"], verdict.WITHIN_ROUNDING),
        ([verdict.BY_DATA, verdict.BY_DOCUMENT], ["reading", "reading"], verdict.BY_DOCUMENT),
        ([verdict.REPRODUCED, verdict.BY_DATA], ["reading", "reading"], verdict.AMBIGUOUS),
        ([verdict.REPRODUCED, verdict.BY_DATA], ["vintage", "vintage"], verdict.BY_VINTAGE),
        ([verdict.BY_DATA, verdict.BY_DATA], ["vintage", "vintage"], verdict.BY_DATA),
        ([verdict.WITHIN_ROUNDING, verdict.SOFT], ["vintage", "reading"], verdict.AMBIGUOUS),
        ([verdict.CONSISTENT, verdict.CONSISTENT], ["reading", "reading"], verdict.CONSISTENT),
        ([verdict.CONSISTENT, verdict.REPRODUCED], ["reading", "reading"], verdict.REPRODUCED),
        ([verdict.CONSISTENT, verdict.BY_DATA], ["reading", "reading"], verdict.AMBIGUOUS),
        ([verdict.BY_DATA, verdict.SOFT], ["reading", "reading"], verdict.SOFT),
    ],
)
def test_several_readings(verdicts, kinds, expected):
    assert of_claim(verdicts, kinds) == expected


finite = st.floats(-1e6, 1e6)


@settings(max_examples=50, deadline=None)
@given(finite, st.floats(0, 1e3), finite, st.floats(0, 1e3), st.floats(0, 1e3))
def test_wider_rounding_never_makes_a_contradiction(point, half, value, allowed, more):
    stated = (value - allowed, value + allowed)
    narrow = of_reading(Interval(point, point - half, point + half), stated, "data", soft=False)
    wide = of_reading(Interval(point, point - half - more, point + half + more), stated, "data", soft=False)
    assert narrow not in verdict.AGREES or wide == narrow


@settings(max_examples=50, deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(0, 6), st.floats(-0.49, 0.49))
def test_what_rounds_to_a_printed_figure_reproduces_it(digits, decimals, rest):
    printed = digits / 10**decimals
    computed = (digits + rest) / 10**decimals
    ends = interval_of(Stated(value=printed, unit="yen", decimals=decimals), "level")
    assert of_reading(Interval(computed, computed, computed), ends, "data") == verdict.REPRODUCED
