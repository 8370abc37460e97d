"""Estimates and a covariance -> one row a coefficient."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from replication.estimate.result import Covariance, Fit

LEVEL = 0.95


def coefficient_table(fit: Fit, covariance: Covariance) -> pd.DataFrame:
    """Estimate, standard error, test of zero and 95 percent interval of each coefficient.

    Returns
    -------
    DataFrame with columns term, estimate, std_error, statistic, p_value, conf_low, conf_high
        The statistic is referred to Student's t with `covariance.df` degrees of freedom, or to the normal
        where that is None. A negative variance gives a missing error, never a number.
    """
    variance = np.diag(covariance.matrix)
    error = np.sqrt(np.where(variance >= 0, variance, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = fit.params / error
    law = stats.norm() if covariance.df is None else stats.t(covariance.df)
    half_width = law.ppf((1 + LEVEL) / 2) * error
    return pd.DataFrame(
        {
            "term": fit.terms,
            "estimate": fit.params,
            "std_error": error,
            "statistic": statistic,
            "p_value": 2 * law.sf(np.abs(statistic)),
            "conf_low": fit.params - half_width,
            "conf_high": fit.params + half_width,
        }
    )
