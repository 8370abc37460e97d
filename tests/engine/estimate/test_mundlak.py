"""Entity means of regressors."""

from __future__ import annotations

import numpy as np

from replication.estimate.numbers.mundlak import entity_mean, with_entity_means
from tests.support.limited_data import design


def panel():
    """Twelve entities of five years, a regressor that varies, one that does not, and a year dummy."""
    random = np.random.default_rng(3)
    entity, year = np.repeat(np.arange(12), 5), np.tile(np.arange(5), 12)
    x = np.column_stack(
        [np.ones(60), random.normal(size=60), random.normal(size=12)[entity], (year == 2) * 1.0]
    )
    y = x @ [1.0, 0.5, -0.3, 0.2] + random.normal(size=12)[entity] + random.normal(size=60)
    return design(y, x, ("const", "a", "fixed", "year_2"), entity, year)


def test_only_what_varies_and_says_something_new_is_added() -> None:
    balanced = with_entity_means(panel())
    assert balanced.labels == ("const", "a", "fixed", "year_2", "mean of a")
    unbalanced = with_entity_means(panel().rows(np.arange(60) % 7 != 2))
    assert unbalanced.labels[4:] == ("mean of a", "mean of year_2")


def test_mean_of_a_code_that_is_missing_is_no_trouble() -> None:
    np.testing.assert_array_equal(
        entity_mean(np.array([1.0, 3.0, 5.0]), np.array([2, 2, 9])), [2.0, 2.0, 5.0]
    )


def test_least_squares_with_the_means_is_the_within_estimator() -> None:
    """Mundlak (1978): coefficients of what varies are the within estimator's, on a balanced panel."""
    data = panel()
    augmented = with_entity_means(data)
    pooled = np.linalg.lstsq(augmented.x, augmented.y, rcond=None)[0]

    def within(values: np.ndarray) -> np.ndarray:
        return values - entity_mean(values, data.entity)

    x = np.column_stack([within(data.x[:, 1]), within(data.x[:, 3])])
    np.testing.assert_allclose(pooled[[1, 3]], np.linalg.lstsq(x, within(data.y), rcond=None)[0], rtol=1e-10)
