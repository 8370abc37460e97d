"""Minimum detectable effects against Bloom's multiples and against the power they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from replication.errors import EstimationError
from replication.inference.power import minimum_detectable_effect


def test_normal_multiple():
    """z_.975 + z_.8 from tables of the normal: 1.95996 + 0.84162."""
    assert_allclose(minimum_detectable_effect(1.0), 1.95996 + 0.84162, atol=1e-5)


def test_few_degrees_of_freedom():
    """t tables, 17 degrees of freedom: 2.1098 and 0.8633."""
    assert_allclose(minimum_detectable_effect(2.0, df=17), 2 * (2.1098 + 0.8633), atol=2e-4)
    both = minimum_detectable_effect(np.array([1.0, 2.0]), df=np.array([5.0, 17.0]))
    assert_allclose(both[1], minimum_detectable_effect(2.0, df=17.0))


@given(st.floats(0.1, 10), st.floats(1, 500))
@settings(max_examples=50, deadline=None)
def test_the_power_is_what_is_said(error, df):
    """Chance that an estimate around the effect is beyond the critical value on its side."""
    effect = minimum_detectable_effect(error, df=df)
    assert_allclose(stats.t.cdf(effect / error - stats.t.ppf(0.975, df), df), 0.8, rtol=1e-9)


def test_a_negative_error_is_refused():
    with pytest.raises(EstimationError, match="negative"):
        minimum_detectable_effect(-1.0)
