"""Fractional logit and probit: quasi-maximum likelihood for shares, 0 and 1 included."""

from __future__ import annotations

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Design, LikelihoodFit
from replication.estimate.labels import entity_name
from replication.estimate.limited.binary import fit_index, log_logistic
from replication.estimate.limited.mean_outcome import logistic_mean, normal_mean
from replication.estimate.numbers.normal import log_cdf


def fractional_logit(design: Design) -> LikelihoodFit:
    """Bernoulli quasi-likelihood with E(y) = 1 / (1 + exp(-x'b)) (Papke and Wooldridge 1996).

    A quasi-likelihood: only a sandwich (hc0, hc1, clustered) gives valid errors.
    Raises EstimationError if y leaves 0..1 or does not vary.
    """
    require_shares(design)
    return fit_index(design, "fractional_logit", log_logistic, logistic_mean, quasi=True)


def fractional_probit(design: Design) -> LikelihoodFit:
    """Bernoulli quasi-likelihood with E(y) = Phi(x'b) (Papke and Wooldridge 2008); errors as for the logit.

    Raises EstimationError if y leaves 0..1 or does not vary.
    """
    require_shares(design)
    return fit_index(design, "fractional_probit", log_cdf, normal_mean, quasi=True)


def require_shares(design: Design) -> None:
    """Raise EstimationError, with value and row, unless y varies and lies in 0..1."""
    outside = np.flatnonzero((design.y < 0) | (design.y > 1))
    if outside.size:
        first = int(outside[0])
        raise EstimationError(
            f"{design.outcome!r} must be a share from 0 to 1, found {design.y[first]:g} for "
            f"{entity_name(design, design.entity[first])}, {design.time[first]}; {outside.size} such rows"
        )
    if np.ptp(design.y) == 0:
        raise EstimationError(
            f"{design.outcome!r} is {design.y[0]:g} in all {design.nobs} rows: no variation to explain"
        )


ESTIMATORS = {"fractional_logit": fractional_logit, "fractional_probit": fractional_probit}
