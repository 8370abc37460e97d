"""Sensitivity to an omitted variable: published outputs, and populations in which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.robustness import omitted
from replication.robustness.omitted import (
    Movement,
    as_strong_as,
    beta_for,
    delta_for,
    movement,
    partial_r2,
    robustness_value,
)

# Months of breast feeding and child's IQ (an example of Oster 2019), as the R package bate 0.1.0 prints the
# inputs in its README, with the standard deviations that it prints squared.
BREAST_FEEDING = Movement(
    short=0.04447926,
    long=0.01740748,
    r2_short=0.04465201,
    r2_long=0.255621,
    outcome_variance=0.9900242**2,
    treatment_variance=4.629618**2,
    left_variance=18.99883,
)

# Harm and attitudes to peace in Darfur (the example of Cinelli and Hazlett 2020), by statsmodels 0.15 on the
# data that PySensemakr 0.0.8 ships; the t of the benchmark `female` in both equations beside it.
DARFUR = {"estimate": 0.09731581928495897, "error": 0.02325653780981118, "df": 783.0}
FEMALE_IN_OUTCOME, FEMALE_IN_TREATMENT = -9.788837042332005, -2.6804478643013034


def test_bias_over_a_box_as_the_package_bate_prints_it():
    """Its README: quantiles of the effect, delta .01 to .99, R squared up to .61, steps of .01."""
    deltas = np.arange(0.01, 0.995, 0.01)
    largest = np.arange(BREAST_FEEDING.r2_long, 0.61, 0.01)
    effects = np.array([[beta_for(BREAST_FEEDING, r2, delta) for delta in deltas] for r2 in largest])
    printed = {0.025: -0.021, 0.05: -0.017, 0.5: 0.009, 0.95: 0.017, 0.975: 0.017}
    for share, value in printed.items():
        assert np.quantile(effects, share) == pytest.approx(value, abs=0.0015)  # its grid ends a step apart


def population(seed: int, delta: float) -> tuple[Movement, float, float]:
    """Moments of a model with an index of unobservables whose selection is `delta` times the observables'.

    y = b x + w1 + w2 + e, w1 and w2 uncorrelated; cov(w2, x) / var(w2) = delta cov(w1, x) / var(w1), Oster's
    proportional selection. The observables are the single index w1, as her assumption 2 has it.
    """
    random = np.random.default_rng(seed)
    b, v1, v2, ve, s1, rest = random.uniform(0.3, 2.0, 6)
    s2 = delta * s1 * v2 / v1
    sxx = s1**2 / v1 + s2**2 / v2 + rest
    syy = b * b * sxx + v1 + v2 + ve + 2 * b * (s1 + s2)
    sxy = b * sxx + s1 + s2
    short = sxy / sxx
    gram = np.array([[sxx, s1], [s1, v1]])
    cross = np.array([sxy, b * s1 + v1])
    long = np.linalg.solve(gram, cross)
    found = Movement(short, long[0], short * sxy / syy, long @ cross / syy, syy, sxx, sxx - s1**2 / v1)
    return found, b, 1.0 - ve / syy


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([0.25, 0.5, 1.0, 1.5]))
def test_the_truth_is_found_where_selection_is_proportional(seed, delta):
    found, truth, r2_max = population(seed, delta)
    assert delta_for(found, r2_max, truth) == pytest.approx(delta, rel=1e-7)
    numerator, denominator = omitted._polynomials(found, r2_max)
    roots = found.long - np.roots(numerator - delta * denominator)
    assert np.abs(roots - truth).min() < 1e-7 * max(1.0, abs(truth))


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_the_delta_for_zero_gives_an_effect_of_zero(seed):
    found, _, r2_max = population(seed, 0.8)
    delta = delta_for(found, r2_max)
    numerator, denominator = omitted._polynomials(found, r2_max)
    assume(np.isfinite(delta))
    roots = found.long - np.roots(numerator - delta * denominator)
    assert np.abs(roots).min() < 1e-7


def test_nothing_hidden_leaves_the_coefficient():
    assert beta_for(BREAST_FEEDING, BREAST_FEEDING.r2_long, 1.0) == pytest.approx(BREAST_FEEDING.long)
    with pytest.raises(EstimationError, match="r2_max is 0.1; allowed: 0.2556"):
        beta_for(BREAST_FEEDING, 0.1)
    assert BREAST_FEEDING.r2_max == pytest.approx(1.3 * 0.255621)


def test_movement_is_that_of_the_regressions():
    random = np.random.default_rng(5)
    controls = random.normal(size=(80, 2))
    treatment = controls @ [0.5, -0.3] + random.normal(size=80)
    y = 2.0 + treatment + controls @ [1.0, 0.7] + random.normal(size=80)
    one = np.ones((80, 1))
    found = movement(y, treatment, one, controls)
    long = np.linalg.lstsq(np.column_stack([treatment, one, controls]), y, rcond=None)
    assert found.long == pytest.approx(long[0][0])
    assert found.r2_long == pytest.approx(1.0 - long[1][0] / ((y - y.mean()) ** 2).sum())
    assert found.short == pytest.approx(np.cov(treatment, y)[0, 1] / treatment.var(ddof=1))
    assert found.treatment_variance == pytest.approx(treatment.var())
    auxiliary = np.linalg.lstsq(np.column_stack([one, controls]), treatment, rcond=None)
    assert found.left_variance == pytest.approx(auxiliary[1][0] / 80)


def test_robustness_values_of_darfur():
    """sensemakr's README prints partial R2 .02187, robustness values .13878 and .07626."""
    t = DARFUR["estimate"] / DARFUR["error"]
    assert partial_r2(t, DARFUR["df"]) == pytest.approx(0.02187, abs=5.1e-6)
    assert robustness_value(t, DARFUR["df"]) == pytest.approx(0.13878, abs=5.1e-6)
    assert robustness_value(t, DARFUR["df"], size=0.05) == pytest.approx(0.07626, abs=5.1e-6)


@pytest.mark.parametrize(
    ("times", "printed"),
    [
        (1, (0.0092, 0.1246, 0.0752, 0.0219)),
        (2, (0.0183, 0.2493, 0.0529, 0.0204)),
        (3, (0.0275, 0.3741, 0.0304, 0.0187)),
    ],
)
def test_bounds_by_a_benchmark_of_darfur(times, printed):
    """sensemakr's README: confounders once, twice and three times as strong as `female`."""
    strength = as_strong_as(
        times,
        partial_r2(FEMALE_IN_TREATMENT, DARFUR["df"] + 1),
        partial_r2(FEMALE_IN_OUTCOME, DARFUR["df"]),
    )
    found = (strength.treatment, strength.outcome, *omitted.given(strength, **DARFUR))
    for value, text in zip(found, printed, strict=True):
        assert value == pytest.approx(text, abs=5.1e-5)


@settings(max_examples=60)
@given(st.floats(0.5, 12.0), st.integers(20, 2000), st.floats(0.2, 1.0))
def test_a_confounder_at_the_robustness_value_takes_that_share(t, df, share):
    value = robustness_value(t, df, share=share)
    adjusted, _ = omitted.given(omitted.Confounder(value, value), t, 1.0, df)
    assert adjusted == pytest.approx((1.0 - share) * t, abs=1e-9 * t)


def test_a_confounder_stronger_than_all_is_refused():
    with pytest.raises(EstimationError, match="explain all of the treatment"):
        as_strong_as(3, 0.4, 0.1)
