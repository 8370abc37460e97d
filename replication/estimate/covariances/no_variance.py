"""Variances that are none: of an exact fit or an unfinished search, zero by construction, or negative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from replication.estimate.design import Booleans, Covariance, Fit, Floats, LikelihoodFit
from replication.estimate.numbers.row_blocks import row_blocks

ROUNDING = 1e-12
"""Share of the variance that independent rows would give (HC0) below which a variance is rounding.

Sums of scores that cancel leave 1e-16 of their squares; a variance near that has lost most of its digits.
"""

WHY = "as with entity effects on two periods, or with a spread that is estimated as zero"


def without_rounding(fit: Fit, covariance: Covariance) -> Covariance:
    """The covariance with NaN for what is no variance, and a sentence on each coefficient that has none.

    With entity effects on two periods the scores of a period sum to zero: errors that are made of sums over
    periods (panel-corrected, Driscoll-Kraay, clustered by time) are zero by construction. Where a search did
    not converge its curvature says nothing: at a limit of the parameters errors of 1e-16 would look certain.
    """
    if fit.exact or not fit.converged:
        zero, negative = np.ones(len(fit.params), dtype=bool), np.zeros(len(fit.params), dtype=bool)
        said: list[str] = []  # the fit says it itself
    else:
        zero = _is_rounding(fit, covariance)
        negative = ~zero & (np.diag(covariance.matrix) < 0)
        said = _said(fit, zero, f"zero by construction, {WHY}")
        said += _said(fit, negative, "negative")
    none = zero | negative
    if not none.any():
        return covariance
    return replace(
        covariance,
        matrix=np.where(none[:, None] | none, np.nan, covariance.matrix),
        warnings=(*covariance.warnings, *said),
        p_values=_without(covariance.p_values, none),
        intervals=_without(covariance.intervals, none),
    )


def _is_rounding(fit: Fit, covariance: Covariance) -> Booleans:
    """(k,) variances that are nothing beside those of independent rows; own ones are judged by their sign.

    The scores of a spread that is estimated as zero are rounding too: it is held against the information.
    """
    variances = np.diag(covariance.matrix)
    if covariance.kind == "own":
        found: Booleans = variances == 0
        return found
    blocks = row_blocks(*fit.scores.shape)
    beside = sum((((fit.scores[rows] @ fit.bread) ** 2).sum(axis=0) for rows in blocks), np.zeros(1))
    if isinstance(fit, LikelihoodFit):
        further = np.array([term.kind == "parameter" for term in fit.terms])
        beside = np.where(further, np.maximum(beside, np.diag(fit.bread)), beside)
    return np.asarray(np.abs(variances) <= ROUNDING * beside, dtype=bool)


def _said(fit: Fit, which: Booleans, what: str) -> list[str]:
    names = ", ".join(f"'{label}'" for label, none in zip(fit.labels, which, strict=True) if none)
    return [f"no error for {names[:300]}: its variance is {what}"] if names else []


def _without(values: Floats | None, none: Booleans) -> Floats | None:
    """P values or intervals, missing where there is no variance."""
    return None if values is None else np.where(none if values.ndim == 1 else none[:, None], np.nan, values)
