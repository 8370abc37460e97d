"""Wild cluster bootstrap: p values and intervals that hold with few clusters.

The draws are never regressed on anything. With a weight v_g for each cluster, numerator and variance of a
draw's t statistic are a linear and a quadratic form in v (Roodman, MacKinnon, Nielsen and Webb 2019), and
both are polynomials in the distance from the estimate to the hypothesised value, so that a p value at
another value costs no more than a pass over three arrays of B numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from replication.estimate.coefficient_table import LEVEL
from replication.estimate.covariances.cluster_robust import (
    Projection,
    adjusted_regressors,
    cluster_products,
    projection,
    single_cluster,
    single_cluster_warnings,
)
from replication.estimate.covariances.sandwich import clustered
from replication.estimate.design import Covariance, Fit, Floats, Integers, LeastSquaresFit
from replication.estimate.numbers.groupings import totals
from replication.estimate.seeds import ROOT_SEED, generator, require_draws

Weights = Literal["rademacher", "webb"]
Ties = Literal["excluded", "included"]

WEBB = np.sqrt([0.5, 1.0, 1.5])
"""The six points are these and their negatives (Webb 2014, 2023)."""

TIE = 1e-9
"""Relative difference of two squared t statistics below which they are equal but for rounding: the draws
with all weights 1 or all -1 repeat the data's own statistic."""

FEW = 10
"""Clusters below which the sign vectors are too few for a smooth distribution (Webb 2023)."""

FARTHEST = 20
"""How often the search for an end of an interval doubles its distance of one error, a million errors in
all: further out rounding drowns the draws that repeat the data."""

BLOCK = 1024
"""Draws handled at once, so that their arrays stay in the processor's cache."""


@dataclass(frozen=True)
class Draws:
    """The t statistics of one coefficient in B draws, for any hypothesised value.

    With d = estimate - value, a draw's t is (n0 + n1 d) / sqrt(q0 + 2 q1 d + q2 d^2), and that of the data
    is d / error; the small-sample factor that both have in common is left out.

    Attributes
    ----------
    numerator : (2, B) float array
        n0 and n1.
    variance : (3, B) float array
        q0, q1 and q2.
    error : float
        Clustered standard error without factors.
    """

    numerator: Floats
    variance: Floats
    error: float

    def squares(self, distance: float) -> tuple[Floats, Floats]:
        """(B,) squared numerators and variances where the value is `distance` below the estimate."""
        n0, n1 = self.numerator
        q0, q1, q2 = self.variance
        return (n0 + distance * n1) ** 2, q0 + distance * (2.0 * q1 + distance * q2)

    def p_value(self, distance: float, ties: Ties = "excluded") -> float:
        """Share of draws whose |t| exceeds the data's; `ties` says whether equal ones count as well."""
        numerator, variance = self.squares(distance)
        draws, data = numerator * self.error**2, variance * distance**2
        larger = draws > data * (1.0 + TIE) if ties == "excluded" else draws >= data * (1.0 - TIE)
        return float(larger.mean())


def wild_bootstrap(
    fit: Fit,
    *,
    cluster: list[str] | None = None,
    draws: int = 9999,
    weights: Literal["rademacher", "webb"] = "rademacher",
    null: bool = True,
    ties: Literal["excluded", "included"] = "excluded",
    seed: int = ROOT_SEED,
) -> Covariance:
    """Clustered errors (CR1) with the p values and intervals of the wild cluster bootstrap-t.

    Cameron, Gelbach and Miller (2008). For each coefficient: residuals are multiplied by one weight a
    cluster, and the share of draws is counted whose |t| is larger than the data's. The interval holds the
    values that are not rejected at 5 percent, found by doubling the distance from the estimate until one
    is, and bisection. Where there are no more than `draws` sign vectors all of them are used, in order.
    Effects are absorbed in each draw as in the data. The draws depend on the seed, the cluster's name and
    the number of clusters (in order of appearance) alone, so that coefficients and models that are
    clustered alike share them and can be tested jointly. A coefficient that a single cluster identifies
    gets neither p value nor interval, and a warning.

    Parameters
    ----------
    cluster : list of one name; default ["entity"]
    draws, seed : int
    weights : "rademacher" or "webb"
        Signs, or Webb's six points, which distinguish more draws where there are few clusters.
    null : bool
        Residuals of the model on which the tested value is imposed (WCR, what Stata's boottest and R's
        fwildclusterboot do), or of the unrestricted model (WCU).
    ties : "excluded" or "included"
        Count draws strictly larger than the data's t (boottest, fwildclusterboot, wildboottest), or equal
        ones too, among them the draw that repeats the data.

    Raises
    ------
    EstimationError
        An estimator that is not least squares; not one known name; fewer than two clusters; fewer than 19
        draws, which cannot reject at 5 percent, or too many to hold.
    """
    fit, name, key, multipliers = _setting(fit, cluster, draws, weights, seed)
    hat = projection(fit)
    alone = adjusted_regressors(fit, hat, key, 0.5)[1]
    found = np.full((len(fit.params), 3), np.nan)
    for j in np.flatnonzero(~alone).tolist():
        test = coefficient_draws(fit, hat, key, multipliers, j, null=null)
        found[j] = _test_and_interval(test, float(fit.params[j]), ties)
    groups = multipliers.shape[1]
    plain = clustered(fit, cluster=[name])
    return Covariance(
        "wild_bootstrap",
        plain.matrix,
        float(groups - 1),
        {**plain.factors, "draws": float(len(multipliers))},
        _note(name, groups, len(multipliers), weights, null, ties),
        p_values=found[:, 0],
        intervals=found[:, 1:],
        warnings=_few(groups, weights)
        + single_cluster_warnings(fit, name, alone, "the bootstrap cannot test it"),
    )


def _test_and_interval(test: Draws, b: float, ties: Ties) -> tuple[float, float, float]:
    """p value of zero and the ends of the interval."""
    return test.p_value(b, ties), b - bound(test, ties, 1), b - bound(test, ties, -1)


def bootstrap_statistics(
    fit: Fit,
    *,
    cluster: list[str] | None = None,
    draws: int = 9999,
    weights: Weights = "rademacher",
    null: bool = True,
    seed: int = ROOT_SEED,
) -> tuple[Floats, Floats]:
    """|t| of every coefficient against zero, (k,), and in each draw under that hypothesis, (B, k).

    Options as in `wild_bootstrap`. For tests of many hypotheses together: models whose clusters are the
    same share their draws, so that the columns of several calls can be put side by side.
    """
    fit, _, key, multipliers = _setting(fit, cluster, draws, weights, seed)
    hat = projection(fit)
    data, drawn = np.empty(len(fit.params)), np.empty((len(multipliers), len(fit.params)))
    for j, b in enumerate(fit.params):
        test = coefficient_draws(fit, hat, key, multipliers, j, null=null)
        numerator, variance = test.squares(float(b))
        data[j] = abs(b) / test.error
        drawn[:, j] = np.sqrt(numerator / variance)
    return data, drawn


def _setting(
    fit: Fit, cluster: list[str] | None, draws: int, weights: Weights, seed: int
) -> tuple[LeastSquaresFit, str, Integers, Floats]:
    """The fit, name of the cluster, codes in order of appearance, and the (B, G) weights."""
    known, name, key = single_cluster(fit, "wild_bootstrap", cluster)
    key = by_appearance(key)
    groups = int(key.max()) + 1
    require_draws("wild_bootstrap", draws, 19, groups)
    return known, name, key, cluster_weights(groups, draws, weights, seed, name)


def by_appearance(key: Integers) -> Integers:
    """The codes 0 .. G-1 in the order in which they first appear."""
    _, first, codes = np.unique(key, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[codes]


def cluster_weights(groups: int, draws: int, weights: Weights, seed: int, name: str) -> Floats:
    """(B, G) weights; all 2^G sign vectors, B = 2^G, where that is no more than `draws`."""
    if weights == "rademacher" and groups < 63 and 2**groups <= draws:
        numbers = np.arange(2**groups)[:, None] >> np.arange(groups)[None, :]
        return (1 - 2 * (numbers & 1)).astype(float)
    points = np.array([1.0, -1.0]) if weights == "rademacher" else np.concatenate([WEBB, -WEBB])
    random = generator(seed, "wild_bootstrap", name, weights)
    return points[random.integers(len(points), size=(draws, groups))]


def coefficient_draws(
    fit: LeastSquaresFit, hat: Projection, key: Integers, multipliers: Floats, j: int, *, null: bool = True
) -> Draws:
    """The draws of coefficient j.

    The influence a is X times column j of the bread; the residuals that impose the value at distance d are
    e + d a / bread_jj, as a / bread_jj is what the other regressors leave of regressor j. A draw's
    coefficient differs from the value by sum_g v_g a_g'u_g, and its residuals are (I - H) (v u), so that
    cluster h's score is a row of diag(a_g'u_g) - a_h'H_hg u_g times v.

    Parameters
    ----------
    key : (n,) int array
        Codes 0 .. G-1.
    multipliers : (B, G) float array
    """
    influence = fit.x @ fit.bread[:, j]
    slope = influence / fit.bread[j, j] if null else np.zeros(len(influence))
    return draws_of([_cluster_forms(hat, key, influence, u) for u in (fit.residuals, slope)], multipliers)


def draws_of(parts: list[tuple[Floats, Floats]], multipliers: Floats) -> Draws:
    """The draws from the (G,) scores and (G, G) form of the residuals, and those of their slope in d."""
    error = float(np.linalg.norm(parts[0][0]))
    pieces = [_draw_moments(block, parts) for block in _blocks(multipliers)]
    return Draws(
        np.concatenate([numerator for numerator, _ in pieces], axis=1),
        np.concatenate([variance for _, variance in pieces], axis=1),
        error,
    )


def _cluster_forms(hat: Projection, key: Integers, influence: Floats, u: Floats) -> tuple[Floats, Floats]:
    """(G,) scores a_g'u_g, and the (G, G) matrix that turns v into the scores of a draw's residuals."""
    scores = totals(key, influence * u)
    return scores, np.diag(scores) - cluster_products(hat, key, influence, u)


def _blocks(multipliers: Floats) -> list[Floats]:
    return np.array_split(multipliers, -(-len(multipliers) // BLOCK))


def _draw_moments(multipliers: Floats, parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    numerator = np.stack([multipliers @ scores for scores, _ in parts])
    level, slope = (multipliers @ form.T for _, form in parts)
    products = [(level, level), (level, slope), (slope, slope)]
    return numerator, np.stack([np.einsum("bg,bg->b", left, right) for left, right in products])


def bound(test: Draws, ties: Ties, side: int) -> float:
    """Distance d, of sign `side`, beyond which estimate - d is rejected; infinite if it never is."""
    inside, outside = 0.0, test.error
    size = 1.0 - LEVEL
    for _ in range(FARTHEST):
        if test.p_value(side * outside, ties) <= size:
            break
        inside, outside = outside, 2.0 * outside
    else:
        return side * np.inf
    while outside - inside > 1e-12 * outside:
        middle = 0.5 * (inside + outside)
        if test.p_value(side * middle, ties) <= size:
            outside = middle
        else:
            inside = middle
    return side * outside


def _note(name: str, groups: int, draws: int, weights: Weights, null: bool, ties: Ties) -> str:
    kind = "WCR" if null else "WCU"
    complete = weights == "rademacher" and draws == 2**groups
    how = f"all {draws:,} sign vectors" if complete else f"{draws:,} draws, {weights} weights"
    whose = " (Stata boottest, R fwildclusterboot)" if null and ties == "excluded" else ""
    return (
        f"clustered by {name} ({groups} clusters), p values and intervals of the wild cluster bootstrap "
        f"{kind}, {how}, ties {ties}{whose}; the errors shown are CR1"
    )


def _few(groups: int, weights: Weights) -> tuple[str, ...]:
    if groups >= FEW or weights == "webb":
        return ()
    return (
        f"{groups} clusters give only {2 ** (groups - 1)} different bootstrap statistics: "
        f"p values come in steps of {1 / 2 ** (groups - 1):.2g}, and 0 says that none was larger; "
        'weights = "webb" gives more',
    )


COVARIANCES = {"wild_bootstrap": wild_bootstrap}
