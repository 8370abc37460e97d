"""Cross-sections of every period, averaged (Fama and MacBeth 1973)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Covariance, Design, Fit, Floats, Integers, Statistics
from replication.estimate.linear.linear import refuse_weights
from replication.estimate.numbers.algebra import column_space, least_squares
from replication.estimate.numbers.goodness import ratio, squares


@dataclass(frozen=True)
class CrossSections:
    """One regression a period.

    Attributes
    ----------
    periods : (T,) int array
        Those that can be estimated.
    left_out : list of int
        Those that cannot: rows too few, or regressors collinear.
    params : (T, k) float array
    rsquared : (T,) float array
    rows : int
        Rows of the periods used.
    """

    periods: Integers
    left_out: list[int]
    params: Floats
    rsquared: Floats
    rows: int


def fama_macbeth(design: Design, *, lags: int = 0) -> Fit:
    """Means over the periods of the coefficients of each period's cross-section (Fama and MacBeth 1973).

    The covariance of the means is that of the coefficients' time series: with b_t their deviations from the
    mean, 1/(T(T-1)) (sum b_t b_t' + sum over lags of 1 - l/(lags+1) times the cross products, both ways).

    Parameters
    ----------
    lags : int
        Lags of Newey and West's (1987) weights, in periods used; 0 is the plain error, the standard deviation
        over root T. (Stata's xtfmb, lag(); linearmodels with bandwidth = lags.)

    Returns
    -------
    Fit
        Its rows are periods: scores are the deviations b_t, bread the identity over T. Statistics: periods,
        entities, rows_averaged, rsquared, the mean of the cross-sections' (xtfmb).

    Raises
    ------
    EstimationError
        Weights; fewer than two periods that can be estimated; lags outside 0 .. T-1.
    """
    refuse_weights(design, "fama_macbeth")
    sections = _cross_sections(design)
    periods = len(sections.periods)
    if periods < 2:
        raise EstimationError(
            f"fama_macbeth needs two periods with more rows than the {len(design.terms)} regressors, which "
            f"must vary in each; found {periods}"
        )
    if not 0 <= lags < periods:
        raise EstimationError(f"lags is {lags}; allowed: 0 to {periods - 1}, one less than the periods used")
    mean = sections.params.mean(axis=0)
    deviations = sections.params - mean
    how = f"Newey-West with {lags} lags" if lags else "standard deviation"
    convention = f"{how} of the coefficients of {periods} periods, times 1/(T-1) (Stata xtfmb)"
    return Fit(
        estimator="fama_macbeth",
        terms=design.terms,
        params=mean,
        bread=np.eye(len(mean)) / periods,
        scores=deviations,
        entity=np.zeros(periods, dtype=np.int64),
        time=sections.periods,
        clusters={},
        design=design,
        law="normal",
        averaged=True,
        own=Covariance("own", _covariance(deviations, lags), periods - 1.0, {}, convention),
        statistics=_statistics(design, sections),
        warnings=_warnings(sections),
    )


def _cross_sections(design: Design) -> CrossSections:
    used, left_out, params, rsquared, rows = [], [], [], [], 0
    for period in np.unique(design.time):
        here = design.time == period
        y, x = design.y[here], design.x[here]
        if len(y) < x.shape[1] or column_space(x).shape[1] < x.shape[1]:
            left_out.append(int(period))
            continue
        solution = least_squares(y, x, design.terms)
        total = squares(y, np.ones(len(y)), centred=design.has_constant)
        used.append(int(period))
        params.append(solution.params)
        rsquared.append(1.0 - ratio(solution.ssr, total))
        rows += len(y)
    return CrossSections(np.array(used, dtype=np.int64), left_out, np.array(params), np.array(rsquared), rows)


def _covariance(deviations: Floats, lags: int) -> Floats:
    periods = len(deviations)
    total = deviations.T @ deviations
    for lag in range(1, lags + 1):
        cross = deviations[lag:].T @ deviations[:-lag]
        total = total + (1.0 - lag / (lags + 1)) * (cross + cross.T)
    return total / (periods * (periods - 1))


def _statistics(design: Design, sections: CrossSections) -> Statistics:
    periods = len(sections.periods)
    entities = np.unique(design.entity[np.isin(design.time, sections.periods)])
    return {
        "nobs": float(periods),
        "entities": float(len(entities)),
        "periods": float(periods),
        "df_resid": float(periods - 1),
        "rows_averaged": float(sections.rows),
        "rsquared": float(sections.rsquared.mean()),
    }


def _warnings(sections: CrossSections) -> tuple[str, ...]:
    if not sections.left_out:
        return ()
    shown = ", ".join(map(str, sections.left_out[:10])) + (", …" if len(sections.left_out) > 10 else "")
    return (
        f"{len(sections.left_out)} periods with too few rows or with collinear regressors are left out: "
        f"{shown}",
    )


ESTIMATORS = {"fama_macbeth": fama_macbeth}
