"""Values far from all others are found without sorting a column."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from replication.panel.doubts import FAR, OFTEN, VARIED, doubts_about
from replication.panel.reading import Reading


@given(st.lists(st.sampled_from([-999.0, -8.0, 0.0, 1.0, 2.5, 3.0, 4.0, 5.0, 70.0]), min_size=1, max_size=40))
def test_a_value_far_from_all_others_is_told_as_sorting_finds_it(column):
    values, rows = np.unique(column, return_counts=True)
    far = []
    for place, others in ((0, values[1:]), (-1, values[:-1])):
        if len(values) > VARIED and values[place] and rows[place] >= OFTEN:
            gap = np.abs(values[place] - others).min()
            far += [f"x is {values[place]:g} in {rows[place]} rows"] * int(gap > FAR * np.ptp(others))
    doubts = doubts_about(Reading(pd.DataFrame({"x": column}), "a.csv"), ["x"])
    found = [doubt.removeprefix("a.csv: ").split(", and from")[0] for doubt in doubts]
    assert [doubt for doubt in found if len(values) > VARIED] == far
