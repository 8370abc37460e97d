"""Do the dynamic panel estimators find what the data were made with? Seeded; run by hand, not in the tests.

    python -m benchmarks.gmm_recovery [replications]

Panels of 34 entities and 20 years (the size of the allocation panel) and of 200 entities and 7 years, with
entity effects in both variables, errors of unequal variance and years lost at the ends. For every estimator:
mean estimate of the lag (0.5) and of the regressor (1), spread, mean standard error, and how often the 95
percent interval holds the truth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from replication.estimate.design import Design, Fit
from replication.estimate.dynamic.dynamic import difference_gmm, system_gmm
from replication.estimate.dynamic.lsdvc import lsdvc
from tests.support.terms import terms_of

SEED = 20011
TRUTH = {"lag(y, 1)": 0.5, "x": 1.0}
SIZES = {"34 x 20": (34, 20), "200 x 7": (200, 7)}
ESTIMATORS: dict[str, Callable[[Design], Fit]] = {
    "difference GMM, two-step": lambda d: difference_gmm(d, instrument_lags=[2, 4], collapse=True),
    "difference GMM, deviations": lambda d: difference_gmm(
        d, instrument_lags=[2, 4], collapse=True, transformation="orthogonal_deviations"
    ),
    # x goes with the effect here, so that it may not instrument the levels
    "system GMM, two-step": lambda d: system_gmm(
        d, instrument_lags=[2, 4], collapse=True, standard_equation="difference"
    ),
    "LSDVC, order 3": lambda d: lsdvc(d, initial="anderson_hsiao", replications=25),
}


def panel(random: np.random.Generator, entities: int, periods: int) -> Design:
    """A stationary AR(1), the regressor correlated with the entity's effect, years lost at the ends."""
    effect = random.normal(size=entities)
    scale = 0.5 + random.random(entities)
    x = 0.5 * effect[:, None] + random.normal(size=(entities, periods + 30))
    errors = scale[:, None] * random.normal(size=x.shape)
    y = np.zeros_like(x)
    y[:, 0] = effect
    for t in range(1, x.shape[1]):
        y[:, t] = 0.5 * y[:, t - 1] + x[:, t] + 0.5 * effect + errors[:, t]
    first, last = random.integers(0, 2, entities), periods - random.integers(0, 2, entities)
    year = np.arange(periods)
    entity, time_index = np.nonzero((year >= first[:, None]) & (year < last[:, None]))
    pick = (entity, time_index + 30)
    regressors = np.column_stack([np.ones(len(entity)), x[pick]])
    return Design("y", terms_of("const", "x"), y[pick], regressors, entity, 1970 + time_index)


def recover(
    estimator: Callable[[Design], Fit], size: tuple[int, int], replications: int
) -> dict[str, list[float]]:
    """For each parameter: mean estimate, standard deviation, mean standard error, coverage."""
    estimates, own_errors = [], []
    for child in np.random.SeedSequence(SEED).spawn(replications):
        fit = estimator(panel(np.random.default_rng(child), *size))
        place = [fit.labels.index(term) for term in TRUTH]
        assert fit.own is not None
        estimates.append(fit.params[place])
        own_errors.append(np.sqrt(np.diag(fit.own.matrix))[place])
    found, errors = np.array(estimates), np.array(own_errors)
    covered = np.abs(found - list(TRUTH.values())) <= 1.959964 * errors
    rows = zip(found.mean(0), found.std(0, ddof=1), errors.mean(0), covered.mean(0), strict=True)
    return {term: [float(value) for value in row] for term, row in zip(TRUTH, rows, strict=True)}


def main(replications: int = 500) -> None:
    """Print one line for every size, estimator and parameter."""
    print(f"{'size':10}{'estimator':30}{'term':12}{'mean':>8}{'sd':>8}{'se':>8}{'covered':>9}{'seconds':>9}")
    for size_name, size in SIZES.items():
        for name, estimator in ESTIMATORS.items():
            start = time.perf_counter()
            for term, row in recover(estimator, size, replications).items():
                numbers = "".join(f"{value:8.4f}" for value in row[:3])
                spent = time.perf_counter() - start
                print(f"{size_name:10}{name:30}{term:12}{numbers}{row[3]:9.3f}{spent:9.1f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
