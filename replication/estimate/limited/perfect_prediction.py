"""Does a combination of regressors predict the outcome perfectly, so that no finite estimate exists?"""

from __future__ import annotations

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Floats, Term
from replication.estimate.numbers.optimize import Optimum

FLAT = 1e-7
"""Curvature per row, on an orthogonal basis, below which perfect prediction is worth a search."""


def is_flat(optimum: Optimum, k: int) -> bool:
    """Whether the likelihood hardly bends in some direction of the first k parameters of the search.

    These must be coefficients on an orthogonal basis of an index without unit. Where an outcome is
    predicted perfectly the search walks along a ridge until the curvature has died away, so a bent
    likelihood needs no further look.
    """
    hessian = optimum.likelihood.hessian[:k, :k]
    return not optimum.converged or np.linalg.eigvalsh(-hessian)[0] < FLAT * len(optimum.likelihood.scores)


def refuse_perfect_prediction(
    outcome: str, side: Floats, x: Floats, terms: tuple[Term, ...], *, low: str = "0", high: str = "1"
) -> None:
    """Raise EstimationError if some b has x_i b >= 0 where side is 1, <= 0 where it is -1, 0 where it is 0.

    `side` (n,) is 1 for the highest possible outcome (1, or at the upper limit), -1 for the lowest and 0
    between them: along such a b the likelihood rises for ever (Albert and Anderson 1984; the linear
    programme is Konis 2007). One regressor that does it alone is named with the cut; otherwise the
    regressors of the combination are.
    """
    for j, name in enumerate(terms):
        for sign in (1.0, -1.0):
            cut = _cut(side, sign * x[:, j])
            if cut is not None:
                raise EstimationError(_one(outcome, str(name), x[:, j], sign, cut, (low, high)))
    refuse_combination(outcome, side, x, terms)


def refuse_combination(outcome: str, side: Floats, x: Floats, terms: tuple[Term, ...]) -> None:
    """Raise EstimationError, naming its regressors, if there is a b as above."""
    names = [str(terms[j]) for j in np.flatnonzero(_direction(side, x)) if terms[j].kind != "constant"]
    if names:
        raise EstimationError(
            f"a combination of {', '.join(names)[:300]} predicts {outcome!r} perfectly in some rows: "
            "no finite estimate exists; leave one of them out"
        )


def _cut(side: Floats, column: Floats) -> float | None:
    """The value at which `column` alone splits low from high outcomes, if there is one."""
    low = column[side <= 0].max(initial=-np.inf)
    high = column[side >= 0].min(initial=np.inf)
    constant = column.min() == column.max()
    return None if constant or low > high else float(np.clip(0.5 * (low + high), low, high))


def _one(outcome: str, name: str, values: Floats, sign: float, cut: float, words: tuple[str, str]) -> str:
    """The sentence for one regressor: which outcome on which side of the cut, in how many rows."""
    above, below = (sign * values > cut).sum(), (sign * values < cut).sum()
    word, count, larger = (words[1], above, sign > 0) if above else (words[0], below, sign < 0)
    return (
        f"{name!r} predicts {outcome!r} perfectly: {outcome!r} is {word} in all {count} rows with "
        f"{name} {'>' if larger else '<'} {sign * cut + 0.0:g}; no finite estimate exists, "
        "leave it or those rows out"
    )


def _direction(side: Floats, x: Floats) -> Floats:
    """(k,) the b above that pushes most rows, zero if there is none."""
    from scipy.optimize import linprog  # takes long to load, and hardly any data come here

    inside = side == 0
    signed = x[~inside] * side[~inside, None]
    scale = np.abs(x).max(axis=0)
    found = linprog(
        -(signed / scale).sum(axis=0),
        A_ub=-signed / scale,
        b_ub=np.zeros(len(signed)),
        A_eq=x[inside] / scale if inside.any() else None,
        b_eq=np.zeros(inside.sum()) if inside.any() else None,
        bounds=(-1, 1),
        method="highs",
    )
    if found.status != 0 or found.x is None or found.fun is None or -found.fun < 1e-7:
        return np.zeros(x.shape[1])
    return np.where(np.abs(found.x) > 1e-9, found.x, 0.0)
