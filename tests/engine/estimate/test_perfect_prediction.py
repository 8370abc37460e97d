"""Perfect prediction, found by linear programming, against all candidate directions tried in turn."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.estimate.limited.perfect_prediction import refuse_perfect_prediction
from tests.support.terms import terms_of


def is_separated(side: np.ndarray, x: np.ndarray) -> bool:
    """Whether some b has side x b >= 0, not all zero, and x b = 0 where side is 0, for x of three columns.

    The cone of such b is spanned by rays on which two independent rows are zero: their cross products.
    """
    for i, j in combinations(range(len(x)), 2):
        ray = np.cross(x[i], x[j])
        for b in (ray, -ray):
            index = x @ b
            if (
                b.any()
                and (side * index >= 0).all()
                and (index[side == 0] == 0).all()
                and (side * index).any()
            ):
                return True
    return False


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_found_exactly_where_it_is(data: st.DataObject) -> None:
    n = data.draw(st.integers(4, 9))
    numbers = st.lists(st.integers(-3, 3), min_size=n, max_size=n)
    x = np.column_stack([np.ones(n), data.draw(numbers), data.draw(numbers)]).astype(float)
    side = np.array(data.draw(st.lists(st.sampled_from([-1, 1, 1, -1, 0]), min_size=n, max_size=n)), float)
    assume(np.linalg.matrix_rank(x) == 3 and (side > 0).any() and (side < 0).any())
    if is_separated(side, x):
        with pytest.raises(EstimationError, match="perfectly"):
            refuse_perfect_prediction("y", side, x, terms_of("const", "a", "b"))
    else:
        assert refuse_perfect_prediction("y", side, x, terms_of("const", "a", "b")) is None


def test_message_names_the_regressors_of_the_combination() -> None:
    random = np.random.default_rng(0)
    x = np.column_stack([np.ones(80), random.normal(size=(80, 3))])
    side = np.sign(x[:, 1] - 2 * x[:, 3] + 0.1)
    with pytest.raises(EstimationError) as caught:
        refuse_perfect_prediction("aid", side, x, terms_of("const", "gdp", "other", "trade"))
    assert "gdp" in str(caught.value) and "trade" in str(caught.value)


def test_words_for_the_two_ends() -> None:
    x = np.column_stack([np.ones(6), [0, 0, 0, 0, 1, 1]])
    side = np.array([0.0, 0.0, 1.0, -1.0, -1.0, -1.0])
    with pytest.raises(EstimationError, match="'aid' is at the lower limit in all 2 rows with crisis > 0"):
        refuse_perfect_prediction("aid", side, x, ("const", "crisis"), low="at the lower limit")
