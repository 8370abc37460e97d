"""A design with every absorbed effect written out as dummies, as programs that absorb nothing need it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.linalg import qr

from replication.estimate.design import Design, Fit, Floats, Integers

MOST_COLUMNS = 1500  # beyond it another program would take minutes and gigabytes


def used_rows(fit: Fit) -> Design:
    """The rows that the estimator used."""
    return fit.design if fit.kept is None else fit.design.rows(fit.kept)


def regressors(fit: Fit) -> Floats:
    """(n, k) regressors of the fit that stand in its design, in the order of its terms."""
    design = used_rows(fit)
    return design.x[:, [design.terms.index(term) for term in fit.terms if term in design.terms]]


def written_out(fit: Fit, effects: tuple[str, ...], other: Floats | None = None) -> Floats | None:
    """(n, k + d) regressors of the fit first, or `other` ones, then a full set of independent dummies.

    None if they are too many. Without effects it is the regressors alone. The dummies stand after them, and
    those that the others span are left out, so that the whole has full rank.
    """
    design = used_rows(fit)
    x = regressors(fit) if other is None else other
    if not effects:
        return x
    levels = [codes(design, name) for name in effects]
    if sum(int(level.max()) + 1 for level in levels) > MOST_COLUMNS:
        return None
    full = np.column_stack([pd.get_dummies(level).to_numpy(dtype=float) for level in levels])
    if fit.mean_effect:  # then they are about their mean, which the constant is to be
        full = full - np.average(full, axis=0, weights=design.weights)
    return np.column_stack([x, _independent(full)])


def codes(design: Design, name: str) -> Integers:
    """0 .. G-1 by the levels of an effect or cluster."""
    keys = {"entity": design.entity, "time": design.time, **design.clusters}
    return np.unique(keys[name], return_inverse=True)[1].astype(np.int64)


def counted_by_levels(fit: Fit, effects: tuple[str, ...]) -> bool:
    """Whether the effects absorb as many parameters as they have levels, less one for each but the first.

    Programs count so; we count the rank, which is less where levels of one effect fall into groups that share
    no level of another (pairs of a donor and a year beside pairs of a debtor and a year).
    """
    design = used_rows(fit)
    levels = sum(len(np.unique(codes(design, name))) for name in effects)
    return fit.absorbed + fit.mean_effect == levels - max(len(effects) - 1, 0)


def _independent(columns: Floats) -> Floats:
    """As many of the columns, which may be more than the rows, as are independent."""
    triangle, order = qr(columns, mode="r", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    return columns[:, np.sort(order[: int((diagonal > 1e-9 * diagonal[0]).sum())])]
