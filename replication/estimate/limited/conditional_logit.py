"""Conditional (fixed-effects) logit: effects of groups are conditioned out by the number of ones in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, logsumexp

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Design, Floats, Integers, LikelihoodFit, Term
from replication.estimate.labels import entity_list
from replication.estimate.limited.binary import require_binary
from replication.estimate.limited.perfect_prediction import is_flat, refuse_combination
from replication.estimate.numbers.absorb import projector, require_variation, residuals
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.groupings import of_design
from replication.estimate.numbers.likelihood import against_null, fit_from_optimum
from replication.estimate.numbers.optimize import Likelihood, maximise

MOST_NUMBERS = 5_000_000
"""Of a group's second moments that are held at once: 40 MB."""


@dataclass(frozen=True)
class Alike:
    """Groups with the same number of rows and of ones.

    Attributes
    ----------
    rows : (G, T) int array
        Positions of their rows.
    ones : int
    """

    rows: Integers
    ones: int


def conditional_logit(design: Design, *, effects: list[str] | None = None) -> LikelihoodFit:
    """Maximum likelihood of a logit with effects of one grouping, given the number of ones in each group.

    Chamberlain (1980); Stata's `clogit` and `xtlogit, fe`. Exact: the sum over all ways to place a group's
    ones is built up row by row (Howard 1972). Groups with one outcome only say nothing and are left out; a
    regressor must vary within groups. The null is b = 0. The rows of a group are one draw: errors are
    classical, or clustered by the grouping or by what contains it (`clogit, vce(robust)` does the former).

    Parameters
    ----------
    effects : list of one text
        The grouping whose effects are conditioned out, "entity" or any column; the model's own key `effects`.

    Raises
    ------
    EstimationError
        No or several effects, weights, an outcome that is not 0/1, no group with both, a regressor that does
        not vary within groups, perfect prediction.
    """
    name = _grouping(design, effects)
    require_binary(design.outcome, design.y)
    groups = of_design(design, [name])
    kept = _with_both(design.y, groups.codes[0])
    if not kept.any():
        raise EstimationError(f"no {name} has both outcomes of {design.outcome!r}: nothing to compare")
    used, terms = design.rows(kept), design.slopes
    groups = groups.rows(kept)
    x = used.x[:, design.has_constant :]
    by = projector(groups, np.ones(used.nobs))
    left = residuals(by, x)
    require_variation(by, left, x, terms)
    basis = orthogonal(left, terms)
    alike = list(_alike(used.y, groups.codes[0]))
    optimum = maximise(lambda b: conditional_likelihood(basis.q, used.y, alike, b), np.zeros(len(terms)))
    if is_flat(optimum, len(terms)):
        _refuse_perfect_prediction(used, x, alike, terms)
    null = -sum(len(each.rows) * _log_ways(each) for each in alike)
    fit = fit_from_optimum(
        used,
        "conditional_logit",
        terms,
        basis.back @ optimum.params,
        basis.back,
        optimum,
        against_null(optimum.likelihood.value, null, len(terms)),
        (*_told(design, name, kept), *basis.warnings),
    )
    why = f"only one outcome within its {name}"
    return replace(fit, design=design, kept=kept, left_out=why, one_draw=name)


def _grouping(design: Design, effects: list[str] | None) -> str:
    """The one grouping that is conditioned on."""
    names = effects or []
    if len(names) != 1:
        raise EstimationError(
            f"conditional_logit: effects is {names}; allowed: the one grouping whose effects are conditioned "
            'out, as in effects = ["entity"]'
        )
    if design.weights is not None:
        raise EstimationError("conditional_logit takes no weights")
    if not design.slopes:
        raise EstimationError("the model has no regressor besides the effects")
    return names[0]


def _with_both(y: Floats, codes: Integers) -> Booleans:
    """(n,) rows of groups with both outcomes."""
    rows, ones = np.bincount(codes), np.bincount(codes, y)
    found: Booleans = ((ones > 0) & (ones < rows))[codes]
    return found


def _told(design: Design, name: str, kept: Booleans) -> tuple[str, ...]:
    """A sentence on the groups that say nothing."""
    lost = np.unique(design.groups[name][~kept])
    if not lost.size:
        return ()
    who = f": {entity_list(design, lost)}" if name == "entity" else ""
    return (
        f"{len(lost)} levels of {name} have one outcome only and say nothing: {int((~kept).sum())} rows left "
        f"out{who}.",
    )


def _alike(y: Floats, codes: Integers) -> Iterator[Alike]:
    """The groups, those with as many rows and ones together."""
    order = np.argsort(codes, kind="stable")
    sizes, ones = np.bincount(codes), np.bincount(codes, y).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    for size, one in sorted(set(zip(sizes.tolist(), ones.tolist(), strict=True))):
        first = starts[(sizes == size) & (ones == one)]
        yield Alike(order[first[:, None] + np.arange(size)], one)


def _log_ways(alike: Alike) -> float:
    """Logarithm of the number of ways to place the ones of a group."""
    rows, ones = alike.rows.shape[1], alike.ones
    return float(gammaln(rows + 1) - gammaln(ones + 1) - gammaln(rows - ones + 1))


def conditional_likelihood(x: Floats, y: Floats, alike: list[Alike], b: Floats) -> Likelihood:
    """Likelihood (rows: groups; scores: rows of the data, x times y less its probability) at b."""
    index = x @ b
    values, scores = [], np.empty_like(x)
    hessian = np.zeros((len(b), len(b)))
    for each in alike:
        forward = log_sums(index[each.rows], each.ones)
        total = forward[-1, :, each.ones]
        values.append((y * index)[each.rows].sum(axis=1) - total)
        p = _probabilities(index[each.rows], forward, each.ones)
        scores[each.rows] = x[each.rows] * (y[each.rows] - p)[:, :, None]
        hessian -= _covariance(index[each.rows], x[each.rows], forward)
    return Likelihood(np.concatenate(values), scores, hessian)


def log_sums(index: Floats, ones: int) -> Floats:
    """(T + 1, G, ones + 1) log of the sum, over all sets of j of the first t rows, of exp(sum of index)."""
    groups, rows = index.shape
    sums = np.full((rows + 1, groups, ones + 1), -np.inf)
    sums[:, :, 0] = 0.0
    for t in range(rows):
        sums[t + 1, :, 1:] = np.logaddexp(sums[t, :, 1:], index[:, [t]] + sums[t, :, :-1])
    return sums


def _probabilities(index: Floats, forward: Floats, ones: int) -> Floats:
    """(G, T) probability that a row is among the ones, from the sets of rows before it and after it."""
    backward = log_sums(index[:, ::-1], ones)[::-1]
    others = logsumexp(forward[:-1, :, :-1] + backward[1:, :, -2::-1], axis=2)
    found: Floats = np.exp(index + others.T - forward[-1, :, [ones]].T)
    return found


def _covariance(index: Floats, x: Floats, forward: Floats) -> Floats:
    """(k, k) covariance of the sum of x over the ones, added up over groups (G, T, k)."""
    k, ones = x.shape[2], forward.shape[2] - 1
    pieces = -(-len(index) * ones * k**2 // MOST_NUMBERS)
    parts = np.array_split(np.arange(len(index)), pieces)
    found: Floats = sum((_moments(index[p], x[p], forward[:, p]) for p in parts), np.zeros((k, k)))
    return found


def _moments(index: Floats, x: Floats, forward: Floats) -> Floats:
    """Row by row: a set of j is one of j without the row, or with it one of j - 1; variances of mixtures."""
    groups, rows, k = x.shape
    mean = np.zeros((groups, forward.shape[2], k))
    spread = np.zeros((groups, forward.shape[2], k, k))
    for t in range(rows):
        with np.errstate(invalid="ignore"):
            share = np.nan_to_num(np.exp(index[:, [t]] + forward[t, :, :-1] - forward[t + 1, :, 1:]))
        gap = mean[:, :-1] + x[:, t, None] - mean[:, 1:]
        apart = (share * (1 - share))[:, :, None, None] * gap[:, :, :, None] * gap[:, :, None, :]
        weight = share[:, :, None, None]
        spread[:, 1:] = (1 - weight) * spread[:, 1:] + weight * spread[:, :-1] + apart
        mean[:, 1:] += share[:, :, None] * gap
    found: Floats = spread[:, -1].sum(axis=0)
    return found


def _refuse_perfect_prediction(used: Design, x: Floats, alike: list[Alike], terms: tuple[Term, ...]) -> None:
    """Each one against each zero of its group: does some combination never put the zero above?"""
    gaps = []
    for each in alike:
        y, rows = used.y[each.rows], x[each.rows]
        gaps.append((rows[:, :, None] - rows[:, None])[y[:, :, None] > y[:, None]])
    stacked = np.concatenate(gaps)
    refuse_combination(used.outcome, np.ones(len(stacked)), stacked, terms)


ESTIMATORS = {"conditional_logit": conditional_logit}
