"""Tables of groupings under ever other weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from replication.estimate.numbers import dummy_products
from replication.estimate.numbers.dummy_products import cross_of, dense_of
from replication.estimate.numbers.groupings import grouped, totals


@given(st.integers(0, 1000), st.integers(2, 3), st.booleans())
def test_cross_products_are_those_of_the_dummies(seed, number, dense):
    random = np.random.default_rng(seed)
    groups = grouped({f"g{j}": random.integers(0, 7 - j, 40) for j in range(number)})
    first, *rest = (np.eye(levels)[codes] for codes, levels in zip(groups.codes, groups.levels, strict=True))
    others = np.hstack(rest)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dummy_products, "DIRECT", 500 if dense else 0)
        for _ in range(2):  # what was found of the pairs serves the next weights
            weights = random.uniform(0.5, 2.0, 40)
            size = totals(groups.codes[0], weights)
            found = cross_of(groups, weights, size)
            scaled = first.T @ (others * weights[:, None]) / np.sqrt(size)[:, None]
            left = others.T @ (others * weights[:, None]) - scaled.T @ scaled
            assert isinstance(found.first, np.ndarray) == dense
            assert_allclose(dense_of(found.first), scaled, atol=1e-14)
            assert_allclose(found.matrix(), left, atol=1e-13)
            assert_allclose(found.times(np.eye(len(left))), left, atol=1e-13)
            assert_allclose(found.diagonal(), np.diag(left), atol=1e-13)
