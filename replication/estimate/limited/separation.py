"""Rows that a Poisson model fits perfectly at infinity, found before it is estimated.

A row with y = 0 is separated if some combination z = X g of regressors and dummies is zero wherever y > 0,
nowhere negative, and positive in that row (Correia, Guimaraes and Zylkin 2019, "Verifying the existence of
maximum likelihood estimates for generalized linear models", proposition 1). Along -g the likelihood rises
for ever. Without those rows the other estimates are the same, and exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from replication.estimate.design import Booleans, Floats, Term
from replication.estimate.numbers.absorb import (
    Projector,
    heights,
    less_spread,
    null_space,
    one_pass,
    projector,
    residuals,
    spread,
)
from replication.estimate.numbers.algebra import COLLINEAR
from replication.estimate.numbers.groupings import Groupings

NULL = 1e-9
"""Singular value, of columns of length one, below which a combination counts as zero where y > 0."""

POSITIVE = 1e-5
"""Fitted value above which a row counts as separated; the rectifier starts at one (ppmlhdfe's tolerance)."""

ROUNDING = 1e-12
"""What a residual of zero can fall below zero by."""

MOST_ROUNDS = 1_000
"""Rounds of the rectifier, each a product with a matrix of few columns, before linear programming."""


@dataclass(frozen=True)
class Separation:
    """Which rows are left and why the others went.

    Attributes
    ----------
    kept : (n,) bool array
    groups : Groupings
        Of the kept rows.
    unit : Projector
        On their dummies, without weights; made from the rows with y > 0 alone where these have full rank.
    left : (n1, k) float array
        Regressors of the kept rows less that projection.
    zero_groups : dict of str to int
        For each grouping, rows of levels in which every y is zero.
    combination : int
        Rows separated by a combination of regressors and dummies.
    regressors : tuple of str
        Regressors in those combinations.
    """

    kept: Booleans
    groups: Groupings
    unit: Projector
    left: Floats
    zero_groups: dict[str, int]
    combination: int = 0
    regressors: tuple[Term, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each cause."""
        found = [
            f"Separation: {rows} rows left out, {name} levels in which the outcome is always zero."
            for name, rows in self.zero_groups.items()
        ]
        if self.combination:
            who = ", ".join(map(str, self.regressors))[:300] or "the effects together"
            found.append(
                f"Separation: {self.combination} rows left out, in which {who} "
                f"predict{'s' if len(self.regressors) == 1 else ''} an outcome of zero perfectly."
            )
        return tuple(found)


def find_separated(y: Floats, x: Floats, groups: Groupings, terms: tuple[Term, ...]) -> Separation:
    """The rows that are separated by a level of a grouping, and then by combinations, until none is left.

    Booleans with y > 0 are looked at first: where dummies and regressors have full rank there, they have it
    everywhere, and no combination can separate.
    """
    kept, zero_groups = _drop_zero_groups(y, groups)
    groups, positive = groups.rows(kept), y[kept] > 0
    by = projector(groups.rows(positive), np.ones(int(positive.sum())))
    inside = x[kept][positive]
    if by.rank == groups.most_rank:
        left = less_spread(x[kept], groups.codes, heights(by, inside)) if groups.codes else x[kept]
        if not _null_space(inside, one_pass(by, left[positive])).size:
            return Separation(kept, groups, by, left, zero_groups)
    return _search(
        y, x, Separation(kept, groups, projector(groups, np.ones(len(positive))), x, zero_groups), terms
    )


def _search(y: Floats, x: Floats, at: Separation, terms: tuple[Term, ...]) -> Separation:
    """Rounds until no combination separates a row; `at` is what is known without them."""
    kept, unit = at.kept.copy(), at.unit
    names: set[Term] = set()
    combination = 0
    while (y[kept] == 0).any():
        out, regressors = _one_round(y[kept], x[kept], unit, terms)
        if not out.any():
            break
        combination += int(out.sum())
        names |= set(regressors)
        kept[np.flatnonzero(kept)[out]] = False
        unit = projector(unit.groups.rows(~out), np.ones(int(kept.sum())))
    ordered = tuple(term for term in terms if term in names)
    left = residuals(unit, x[kept])
    return Separation(kept, unit.groups, unit, left, at.zero_groups, combination, ordered)


def _drop_zero_groups(y: Floats, groups: Groupings) -> tuple[Booleans, dict[str, int]]:
    """Rows outside levels whose outcomes are all zero; removing some can empty others."""
    kept = np.ones(len(y), dtype=bool)
    dropped: dict[str, int] = {}
    before = -1
    while before != kept.sum():
        before = kept.sum()
        for name, codes, levels in zip(groups.names, groups.codes, groups.levels, strict=True):
            some = np.bincount(codes, y * kept, minlength=levels) > 0
            out = kept & ~some[codes]
            if out.any():
                dropped[name] = dropped.get(name, 0) + int(out.sum())
                kept &= ~out
    return kept, dropped


def _one_round(
    y: Floats, x: Floats, unit: Projector, terms: tuple[Term, ...]
) -> tuple[Booleans, tuple[Term, ...]]:
    """Rows separated by combinations of regressors and dummies, and the regressors that they take."""
    z, gamma = _certificates(y > 0, x, unit)
    out = np.zeros(len(y), dtype=bool)
    out[y == 0] = separated_by(z[y == 0])
    share = np.abs(gamma[:, np.abs(z[out]).max(axis=0, initial=0) > NULL]).max(axis=1, initial=0)
    share = share * np.abs(x).max(axis=0)
    return out, tuple(terms[j] for j in np.flatnonzero(share > NULL * max(share.max(initial=0), NULL)))


def _certificates(positive: Booleans, x: Floats, unit: Projector) -> tuple[Floats, Floats]:
    """Combinations that are zero where y > 0: their values z (n, r), and the regressors' part g (k, r)."""
    groups = unit.groups
    by = projector(groups.rows(positive), np.ones(int(positive.sum())))
    gamma = _null_space(x[positive], residuals(by, x[positive]))
    z = x @ gamma
    for _ in range(2 if groups.codes and gamma.size else 0):
        z = z - spread(groups.codes, heights(by, z[positive]))
    dummies = _null_dummies(by, unit, len(x))
    gamma = np.hstack([gamma, np.zeros((x.shape[1], dummies.shape[1]))])
    return _to_unit(np.hstack([z, dummies])), gamma


def _to_unit(z: Floats) -> Floats:
    """Columns with a largest entry of one; those that are rounding alone become zero."""
    largest = np.abs(z).max(axis=0, initial=0)
    return np.where(largest > NULL, z / np.where(largest > NULL, largest, 1.0), 0.0)


def _null_space(x: Floats, left: Floats) -> Floats:
    """(k, q) combinations of the columns of x of which `left`, their residuals on the dummies, is zero."""
    length, own = np.linalg.norm(x, axis=0), np.linalg.norm(left, axis=0)
    gone = own <= COLLINEAR * length
    scale = np.where(gone, np.where(length > 0, length, 1.0), own)
    _, values, vectors = np.linalg.svd(np.linalg.qr(np.where(gone, 0.0, left / scale), mode="r"))
    values = np.pad(values, (0, x.shape[1] - len(values)))
    return vectors[values < NULL].T / scale[:, None]


def _null_dummies(by: Projector, unit: Projector, rows: int) -> Floats:
    """(n, d) combinations of dummies that are zero where y > 0 but not everywhere."""
    if by.rank == unit.rank:
        return np.empty((rows, 0))
    groups = unit.groups
    null = null_space(by)
    rest = [null[place] for _, place in groups.rest]
    inside = spread(by.groups.codes[1:], rest)
    return spread(groups.codes[1:], rest) - heights(by, inside)[0][groups.codes[0]]


def separated_by(z: Floats) -> Booleans:
    """(n,) rows in which some combination of the columns of z (n, r), nowhere negative, is positive.

    Each search either finds some rows or rules some out; what is ruled out becomes a constraint, what is
    found leaves, and the search goes on among the rest.
    """
    found = np.zeros(len(z), dtype=bool)
    rows = np.arange(len(z))
    while True:
        length = np.linalg.norm(z, axis=1)
        rows, z = rows[length > NULL], z[length > NULL] / length[length > NULL, None]
        if not len(z):
            return found
        left, values, _ = np.linalg.svd(z, full_matrices=False)
        space = left[:, values > NULL]
        positive, ruled_out = rectify(space)
        found[rows[positive]] = True
        if not ruled_out.any() and not positive.any():
            return found
        kernel = _kernel(space[ruled_out])
        rows, z = rows[~positive & ~ruled_out], (space @ kernel)[~positive & ~ruled_out]


def _kernel(z: Floats) -> Floats:
    """(r, d) orthonormal basis of the combinations of the columns of z (m, r) that are zero."""
    _, values, vectors = np.linalg.svd(z)
    return vectors[np.pad(values, (0, z.shape[1] - len(values))) < NULL].T if len(z) else np.eye(z.shape[1])


def rectify(space: Floats) -> tuple[Booleans, Booleans]:
    """The iterative rectifier (Correia, Guimaraes and Zylkin 2019, section 3.2) within a column space.

    From u = 1 on, u is projected on the space and its negative part set to zero, until the projection is
    nowhere negative: rows where it is positive are separated. If no residual is negative, rows where one
    is positive cannot be separated, as residuals and combinations are orthogonal. The few cases in which
    neither comes about soon are settled by linear programming.

    Parameters
    ----------
    space : (n, r) float array
        Orthonormal basis of the combinations that are zero where y > 0, on rows where y = 0: with these
        the equality constraints hold exactly, and no large weights are needed.

    Returns
    -------
    two (n,) bool arrays
        Rows that are separated, and rows that are not; the rest are undecided, or are not if none of
        either kind was found.
    """
    u, none = np.ones(len(space)), np.zeros(len(space), dtype=bool)
    for _ in range(MOST_ROUNDS):
        fitted = space @ (space.T @ u)
        if fitted.min() >= -0.1 * POSITIVE * fitted.max():
            return fitted > POSITIVE * fitted.max(), none
        left = u - fitted
        if left.min() >= -ROUNDING and left.max() > POSITIVE:
            return none, left > POSITIVE
        u = np.maximum(fitted, 0.0) / fitted.max()
    return _by_simplex(space), none


def _by_simplex(z: Floats) -> Booleans:
    """Maximise the sum of s over 0 <= s <= 1, s <= z t: in the end s is one exactly on separated rows."""
    from scipy.optimize import linprog  # takes long to load, and hardly any data come here

    n, r = z.shape
    solution = linprog(  # type: ignore[call-overload]  # A_ub may be sparse
        np.concatenate([np.zeros(r), -np.ones(n)]),
        A_ub=sparse.hstack([sparse.csr_array(-z), sparse.eye_array(n)]),
        b_ub=np.zeros(n),
        bounds=[(None, None)] * r + [(0, 1)] * n,
        method="highs",
    )
    found: Booleans = solution.x[r:] > 0.5
    return found
