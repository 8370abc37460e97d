"""Entity and time effects taken out of the data exactly, on unbalanced panels too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components

from replication.errors import EstimationError, one_of
from replication.estimate.design import Design, Floats, Integers, Term
from replication.estimate.numbers.algebra import COLLINEAR

EFFECTS = ("entity", "time")


@dataclass(frozen=True)
class Effects:
    """The dummies of one or two groupings, ready to be projected out.

    Attributes
    ----------
    names : tuple of str
        "entity", "time" or both, as in `first` and `second`.
    first : (n,) int array
        Codes 0 .. G1-1 of the grouping with more levels; its means are subtracted.
    weights : (n,) float array
    totals : (G1,) float array
        Sum of the weights in each level of `first`.
    second : (n,) int array or None
        Codes 0 .. G2-1 of the grouping with fewer levels; its dummies are solved for.
    kept : (G2,) bool array or None
        Levels of `second` whose dummies stay: all but one in each connected part of the panel.
    shares : (G1, kept) sparse array or None
        Share of the weight of each level of `first` that falls in each kept level of `second`.
    gram : (kept, kept) float array or None
        Cross products of the kept dummies of `second` after `first` has been taken out.
    parameters : int
        Rank of all dummies together.
    """

    names: tuple[str, ...]
    first: Integers
    weights: Floats
    totals: Floats
    parameters: int
    second: Integers | None = None
    kept: NDArray[np.bool_] | None = None
    shares: sparse.csr_array | None = None
    gram: Floats | None = None


def prepare(entity: Integers, time: Integers, names: Sequence[str], weights: Floats | None = None) -> Effects:
    """Everything about the effects that does not depend on the variables they are taken out of.

    With two groupings the means of the larger are subtracted and the dummies of the smaller are solved for
    exactly (Frisch and Waugh 1933; Baltagi 2021, 9.4 for the unbalanced two-way projection), so that no
    iteration, and no tolerance of one, is needed. Memory grows with the square of the smaller grouping.

    Raises
    ------
    EstimationError
        A name that is neither "entity" nor "time", or one named twice.
    """
    for name in names:
        if name not in EFFECTS:
            raise EstimationError(one_of("effect", name, EFFECTS))
    if len(set(names)) != len(names):
        raise EstimationError(f"effects names {names[0]!r} twice")
    columns = {"entity": entity, "time": time}
    codes = {name: np.unique(columns[name], return_inverse=True)[1] for name in names}
    order = sorted(names, key=lambda name: -int(codes[name].max()))
    weights = np.ones(len(entity)) if weights is None else weights
    first = codes[order[0]]
    totals = np.bincount(first, weights)
    if len(order) == 1:
        return Effects(tuple(order), first, weights, totals, len(totals))
    return _two_way(tuple(order), first, codes[order[1]], weights, totals)


def _two_way(
    names: tuple[str, ...], first: Integers, second: Integers, weights: Floats, totals: Floats
) -> Effects:
    levels = int(second.max()) + 1
    table = sparse.csr_array((weights, (first, second)), shape=(len(totals), levels))
    graph = sparse.block_array([[None, table], [table.T, None]])
    parts, labels = connected_components(graph, directed=False)
    kept = np.ones(levels, dtype=bool)
    kept[np.unique(labels[len(totals) :], return_index=True)[1]] = False
    shares = sparse.csr_array(table[:, kept] / totals[:, None])
    gram = np.diag(np.bincount(second, weights)[kept]) - (table[:, kept].T @ shares).toarray()
    parameters = len(totals) + levels - parts
    return Effects(names, first, weights, totals, parameters, second, kept, shares, gram)


def absorb(effects: Effects, values: Floats) -> Floats:
    """Residuals of each column of `values` ((n,) or (n, m)) on the dummies of `effects`.

    Done twice: the second pass removes what rounding left of the first.
    """
    if values.ndim == 1:
        return absorb(effects, values[:, None])[:, 0]
    factor = None if effects.gram is None or not effects.gram.size else cho_factor(effects.gram)
    return np.column_stack([_absorb(effects, _absorb(effects, v, factor), factor) for v in values.T])


def _absorb(effects: Effects, v: Floats, factor: tuple | None) -> Floats:
    left = v - group_means(effects, v)[effects.first]
    if factor is None:
        return left
    sums = np.bincount(effects.second, effects.weights * left)[effects.kept]
    heights = np.zeros(len(effects.kept))
    heights[effects.kept] = cho_solve(factor, sums)
    left = v - heights[effects.second]
    return left - group_means(effects, left)[effects.first]


def group_means(effects: Effects, v: Floats) -> Floats:
    """(G1,) weighted mean of v in each level of the first grouping."""
    return np.bincount(effects.first, effects.weights * v) / effects.totals


def leverage(effects: Effects) -> Floats:
    """(n,) diagonal of the projection on the dummies, in the metric of the square-root weights."""
    share = 1.0 / effects.totals[effects.first]
    if effects.gram is not None and effects.gram.size:
        share = share + _second_leverage(effects)
    return effects.weights * share


def _second_leverage(effects: Effects) -> Floats:
    """Squared length of each row's second dummy, after the first grouping, in the metric of the Gram."""
    inverse = np.linalg.inv(effects.gram)
    spread = effects.shares @ inverse
    own = np.asarray(effects.shares.multiply(spread).sum(axis=1)).ravel()
    position = np.cumsum(effects.kept) - 1
    stays = effects.kept[effects.second]
    place = np.where(stays, position[effects.second], 0)
    return own[effects.first] + np.where(
        stays, np.diag(inverse)[place] - 2.0 * spread[effects.first, place], 0.0
    )


def varies(left: Floats, x: Floats) -> NDArray[np.bool_]:
    """(k,) whether more than rounding is left of each column of x once effects have been taken out."""
    return np.linalg.norm(left, axis=0) > COLLINEAR * np.linalg.norm(x, axis=0)


def require_variation(effects: Effects, design: Design, x: Floats, terms: tuple[Term, ...]) -> None:
    """Raise EstimationError, naming it, if a column has nothing left once the effects are taken out.

    `x` (n, k) holds the columns `terms` of the design after `absorb`.
    """
    columns = [design.terms.index(name) for name in terms]
    left = varies(x, design.x[:, columns])
    for name in (term for term, some in zip(terms, left, strict=True) if not some):
        raise EstimationError(_absorbed(effects, design, name))


def _absorbed(effects: Effects, design: Design, name: Term) -> str:
    column = design.x[:, [design.terms.index(name)]]
    for effect in effects.names:
        alone = prepare(design.entity, design.time, [effect])
        if not varies(absorb(alone, column), column).all():
            return f"'{name}' does not vary within {effect}: the {effect} effects absorb it; leave it out"
    return f"'{name}' is a sum of an entity part and a time part: the effects absorb it; leave it out"
