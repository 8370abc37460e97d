"""Which rows of a sample each specification uses."""

from __future__ import annotations

import numpy as np

from replication.robustness.base_rows import Base, by_rows


def test_rows_that_are_alone_once_others_are_gone_are_left_out_too():
    entity, time = np.array([[0, 1], [0, 2], [1, 1], [1, 2], [2, 2], [2, 3], [3, 3], [3, 4]]).T
    base = Base(
        names=("x",),
        columns=np.ones((8, 1)),
        levels=((),),
        factors=(),
        entity=entity,
        time=time,
        groups={"entity": entity, "time": time},
        weights=None,
        effects=("entity", "time"),
        constant=True,
    )
    ((chosen, rows),) = by_rows(base, np.ones((1, 1), dtype=bool))
    assert chosen.tolist() == [0]
    # The last row has its year alone, then its country, then the next year, then the next country.
    assert list(zip(rows.entity.tolist(), rows.time.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
    ]
