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


@given(st.floats(0.1, 10), st.floats(0.01, 0.2), st.floats(0.5, 0.99))
@settings(max_examples=50, deadline=None)
def test_the_power_is_what_was_asked(error, size, power):
    """Chance that an estimate around the effect is beyond the critical value on its side."""
    effect = minimum_detectable_effect(error, size=size, power=power)
    assert_allclose(stats.norm.sf(stats.norm.ppf(1 - size / 2) - effect / error), power, rtol=1e-9)


@pytest.mark.parametrize("options", [{"size": 0}, {"power": 1}])
def test_refusals(options):
    with pytest.raises(EstimationError, match="allowed: between 0 and 1"):
        minimum_detectable_effect(1.0, **options)
    with pytest.raises(EstimationError, match="negative"):
        minimum_detectable_effect(-1.0)
