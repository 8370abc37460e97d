"""What shares leave over: by hand, and whether rounding can explain it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe.shares import unallocated
from replication.errors import StudyError


def left(shares, **options) -> dict[str, float]:
    table = pd.DataFrame({"series": [f"s{i}" for i in range(len(shares))], "basis": "all", "value": shares})
    rows = unallocated(table, **options)
    assert rows["group"].unique().tolist() == ["all"]
    return dict(zip(rows["period"], rows["value"], strict=True))


def test_three_shares_by_hand():
    assert left([45.0, 45.0, 5.0]) == {"sum": 95, "unallocated": 5, "least": 3.5, "most": 6.5}
    assert left([45.0, 45.0, 5.0], step=5.0)["least"] == -2.5


@given(st.lists(st.floats(0.01, 1e3), min_size=1, max_size=8), st.sampled_from([0.1, 1.0, 5.0]))
@settings(max_examples=50, deadline=None)
def test_rounded_shares_of_a_whole_can_always_leave_nothing(parts, step):
    exact = 100 * np.array(parts) / sum(parts)
    found = left(step * np.round(exact / step), step=step)
    # 1e-9: sums of at most eight numbers near 100
    assert found["least"] <= 1e-9 and found["most"] >= -1e-9


def test_a_missing_share_is_not_a_share_of_zero():
    assert left([60.0, np.nan]) == {"sum": 60, "unallocated": 40, "least": 39.5, "most": 40.5}
    with pytest.raises(StudyError, match="step is -1"):
        left([60.0], step=-1.0)
