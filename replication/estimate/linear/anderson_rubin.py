"""The Anderson-Rubin test and its confidence set, valid however weak the instruments are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from replication.estimate.design import Floats, Statistics
from replication.estimate.linear.iv_tests import Moments, Reduced, invertible, reduced_form
from replication.estimate.numbers.distributions import f_ppf, f_sf

Curve = Callable[[Floats], Floats]

LEVEL = 0.95
"""Of the confidence set."""

ANGLES = 1024
"""Points at which the statistic is tried before its crossings are solved for."""


def anderson_rubin(
    exogenous: Floats, endogenous: Floats, instruments: Floats, y: Floats, moments: Moments
) -> tuple[Statistics, str | None]:
    """Test that one endogenous coefficient is zero, and the set of its values that are not rejected.

    Anderson and Rubin (1949): b is kept if the instruments do not explain y - b d. The statistic depends on
    the direction of (1, b) alone; with b = tan(angle) the line of all b, closed at infinity, is a circle, and
    the set is the arcs of it below the critical value: an interval, its complement, several, all, or nothing.

    Returns
    -------
    dict
        anderson_rubin_f and _p at zero; _low and _high of the set (infinite if unbounded, NaN if empty), and
        if values within are rejected, _gap_low and _gap_high of the widest range of these.
    str or None
        A sentence unless the set is one bounded interval.
    """
    reduced = reduced_form(exogenous, instruments, np.column_stack([y, endogenous]), moments)
    if not invertible(reduced.covariance(0, 0)):
        return {}, "No Anderson-Rubin set: no more clusters than instruments, or too few rows."
    unit = float(np.linalg.norm(reduced.values[:, 0]) / np.linalg.norm(reduced.values[:, 1]))
    q = instruments.shape[1]
    critical = f_ppf(LEVEL, q, moments.denominator_df)
    curve = _curve(reduced, unit)
    try:
        at_zero = float(curve(np.zeros(1))[0])
        intervals = _arcs(lambda angles: curve(angles) - critical, unit)
    except np.linalg.LinAlgError:
        return {}, "No Anderson-Rubin set: at some value of the coefficient the instruments fit exactly."
    out: Statistics = {
        "anderson_rubin_f": at_zero,
        "anderson_rubin_p": f_sf(at_zero, q, moments.denominator_df),
        "anderson_rubin_low": intervals[0][0] if intervals else np.nan,
        "anderson_rubin_high": intervals[-1][1] if intervals else np.nan,
    }
    gaps = [(a[1], b[0]) for a, b in zip(intervals, intervals[1:], strict=False)]
    if gaps:
        low, high = max(gaps, key=lambda gap: gap[1] - gap[0])
        out |= {"anderson_rubin_gap_low": low, "anderson_rubin_gap_high": high}
    return out, _sentence(intervals)


def _curve(reduced: Reduced, unit: float) -> Curve:
    """F of the instruments in y - b d as a function of (m,) angles, b = unit tan(angle)."""
    slopes = reduced.slopes * [1.0, unit]
    own, cross, other = reduced.covariance(0, 0), reduced.covariance(0, 1), reduced.covariance(1, 1)
    cross, other = unit * (cross + cross.T), unit**2 * other

    def f(angles: Floats) -> Floats:
        """F at each angle."""
        c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
        combined = c * slopes[:, 0] - s * slopes[:, 1]
        c, s = c[:, :, None], s[:, :, None]
        covariance = c * c * own - c * s * cross + s * s * other
        solved = np.linalg.solve(covariance, combined[:, :, None])[:, :, 0]
        found: Floats = np.sum(combined * solved, axis=1) / len(slopes)
        return found

    return f


def _arcs(excess: Curve, unit: float) -> list[tuple[float, float]]:
    """Intervals of b = unit tan(angle), in order, where excess(angle) <= 0; excess has period pi."""
    from scipy.optimize import brentq  # takes long to load, also for those who ask for no such set

    angles = np.linspace(-np.pi / 2, np.pi / 2, ANGLES + 1)
    angles = np.unique(np.concatenate([angles, _extremes(excess, angles)]))
    inside = excess(angles) <= 0
    crossed = np.flatnonzero(inside[1:] != inside[:-1])
    edges = [brentq(_scalar(excess), angles[i], angles[i + 1], xtol=1e-14) for i in crossed]
    points = [-np.inf, *(unit * np.tan(edges)), np.inf]
    pieces = list(zip(points, points[1:], strict=False))[0 if inside[0] else 1 :: 2]
    return [(float(low), float(high)) for low, high in pieces]


def _scalar(excess: Curve) -> Callable[[float], float]:
    return lambda angle: float(excess(np.array([angle]))[0])


def _extremes(excess: Curve, angles: Floats) -> list[float]:
    """Local minima and maxima between the points: sets and gaps may be narrower than their distance."""
    from scipy.optimize import minimize_scalar

    values, f = excess(angles), _scalar(excess)
    found = []
    for sign in (1.0, -1.0):
        v = sign * np.concatenate([[values[-2]], values, [values[1]]])
        for i in np.flatnonzero((v[1:-1] <= v[:-2]) & (v[1:-1] <= v[2:])).tolist():
            bounds = (angles[max(i - 1, 0)], angles[min(i + 1, len(angles) - 1)])
            search = minimize_scalar(
                lambda angle, sign=sign: sign * f(angle),
                bounds=bounds,
                method="bounded",
                options={"xatol": 1e-12},
            )
            found.append(float(search.x))
    return found


def _sentence(intervals: list[tuple[float, float]]) -> str | None:
    percent = f"{100 * LEVEL:g} percent Anderson-Rubin set"
    if not intervals:
        return f"The {percent} is empty: the instruments are rejected at every value of the coefficient."
    if intervals == [(-np.inf, np.inf)]:
        return f"The {percent} is the whole line: the data say nothing of the coefficient."
    if len(intervals) == 1 and np.isfinite(intervals[0]).all():
        return None
    pieces = " and ".join(f"{low:.6g} to {high:.6g}" for low, high in intervals)
    return f"The {percent} is not one bounded interval but {pieces}."
