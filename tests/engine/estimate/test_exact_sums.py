"""Sums that no order changes, against exact arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.estimate.numbers.exact_sums import ExactSums


@settings(max_examples=50)
@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40), st.integers(1, 5), st.randoms())
def test_exact_sums_are_those_of_exact_arithmetic_in_any_order(numbers, groups, shuffle):
    codes = [shuffle.randrange(groups) for _ in numbers]
    rows = list(zip(codes, numbers, strict=True))
    found = []
    for _ in range(2):
        shuffle.shuffle(rows)
        sums = ExactSums(groups, np.array([max(map(abs, numbers))]), len(rows), 3)
        for start in range(0, len(rows), 7):
            some = rows[start : start + 7]
            sums.add(np.array([code for code, _ in some]), np.array([[number] for _, number in some]))
        found.append(sums.total())
    assert (found[0] == found[1]).all()
    for group in range(groups):
        exact = math.fsum(number for code, number in rows if code == group)
        assert found[0][group, 0] == pytest.approx(exact, rel=1e-15, abs=1e-20 * max(map(abs, numbers)))
