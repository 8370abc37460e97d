"""What size of effect a design could have found."""

from __future__ import annotations

import numpy as np

from replication.errors import EstimationError
from replication.estimate.coefficient_table import LEVEL
from replication.estimate.design import Floats
from replication.estimate.numbers.distributions import Reference

POWER = 0.8


def error_of_interval(low: Floats, high: Floats, df: float | Floats | None) -> Floats:
    """(k,) errors that would give these 95 percent intervals: half their length by the quantile of the law.

    What the detectable effect of a bootstrap rests on, whose interval is its own; infinite where it is open.
    """
    law = Reference(df)
    found: Floats = (high - low) / (2.0 * law.ppf((1.0 + LEVEL) / 2.0))
    return found


def minimum_detectable_effect(
    std_error: float | Floats, *, df: float | Floats | None = None
) -> float | Floats:
    """Smallest effect that a two-sided 5 percent test would find with power 0.8: (t_.975 + t_.8) x error.

    Bloom (1995). With the normal the multiple of the error is 2.80.

    Parameters
    ----------
    std_error : float or (k,) float array
    df : float, (k,) float array, or None
        Degrees of freedom of the t distribution; None for the normal.

    Raises
    ------
    EstimationError
        A negative error.
    """
    if np.any(np.asarray(std_error) < 0):
        raise EstimationError("a standard error is negative")
    law = Reference(df)
    return (law.ppf((1.0 + LEVEL) / 2.0) + law.ppf(POWER)) * std_error
