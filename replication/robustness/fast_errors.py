"""The errors that blocks give: a word of a study file -> what it makes of thousands of subsets at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.coefficient_table import LEVEL
from replication.estimate.covariances.sandwich import pairs
from replication.estimate.covariances.small_sample import counted_parameters, group_factors
from replication.estimate.covariances.wild_bootstrap import bound, by_appearance, cluster_weights
from replication.estimate.design import Booleans, Floats, Integers, Term
from replication.estimate.numbers.absorb import counted
from replication.estimate.numbers.distributions import Reference
from replication.estimate.numbers.groupings import Groupings, grouped
from replication.estimate.seeds import ROOT_SEED
from replication.robustness.base_rows import Base
from replication.robustness.block_errors import Variances, classical, forms, one_way, two_way
from replication.robustness.block_hat import Hat, cr2, hat, wild
from replication.robustness.block_pcse import panel_corrected, quartic
from replication.robustness.sweep import Solved, Sweep, sweep

PIECE = 4_000_000
"""Numbers of one array where each subset has a matrix a cluster."""


@dataclass(frozen=True)
class Ground:
    """The rows that a number of specifications use, their columns ready.

    Attributes
    ----------
    base : Base
    terms : tuple of Term
        Of the m columns, the constant first where there is one.
    columns : (n, m) float array
    problem : str
        Why nothing can be estimated on these rows, if so.
    """

    base: Base
    terms: tuple[Term, ...]
    columns: Floats
    problem: str = ""

    @cached_property
    def weights(self) -> Floats:
        """(n,) of mean one."""
        given = self.base.weights
        return np.ones(len(self.columns)) if given is None else given / given.mean()

    @cached_property
    def effects(self) -> Groupings:
        """What is absorbed."""
        return grouped({name: self.base.groups[name] for name in self.base.effects})

    @cached_property
    def swept(self) -> Sweep:
        """The columns, effects taken out."""
        return sweep(self.columns, self.effects, self.weights)

    def df_resid(self, regressors: int) -> int:
        """Rows less the parameters of a specification with so many regressors, absorbed ones included."""
        return len(self.columns) - regressors - self.swept.absorbed

    def key(self, name: str) -> Integers:
        """(n,) codes of a cluster, 0 .. G-1."""
        if name not in self.base.groups:
            raise EstimationError(one_of("cluster", name, self.base.groups))
        key = np.unique(self.base.groups[name], return_inverse=True)[1]
        if key.max(initial=0) < 1:
            raise EstimationError(f"cluster {name!r} has fewer than two clusters")
        return key

    def apart(self, clusters: list[str]) -> int:
        """Absorbed parameters that count where effects nested in one of the clusters do not."""
        return counted(self.effects, [self.base.groups[name] for name in clusters])


@dataclass(frozen=True)
class Cells:
    """Errors of the estimates of P specifications, and what is concluded from them.

    Attributes
    ----------
    std_error, p_value, conf_low, conf_high : (P,) float arrays
    safe : (P,) bool array
        Whether they are those of the one-by-one path; the others are to be estimated by themselves.
    """

    std_error: Floats
    p_value: Floats
    conf_low: Floats
    conf_high: Floats
    safe: Booleans


CELLS = ("std_error", "p_value", "conf_low", "conf_high", "safe")
Errors = Callable[[Solved], Cells]


def _referred(solved: Solved, found: Variances, df: float | Floats | None) -> Cells:
    """Errors with the t distribution, or the normal where df is None, as `coefficient_table` has them."""
    error = np.sqrt(np.where(found.safe, found.variance, np.nan))
    law = Reference(df)
    half = law.ppf((1 + LEVEL) / 2) * error
    b = solved.estimate
    return Cells(error, 2 * law.sf(np.abs(b / error)), b - half, b + half, found.safe)


def _classical(ground: Ground) -> Errors:
    return lambda solved: _referred(solved, classical(solved), solved.df_resid)


def _white(ground: Ground, *, factor: bool) -> Errors:
    rows = forms(ground.swept.basis, np.arange(ground.swept.nobs))

    def errors(solved: Solved) -> Cells:
        """White's, of every subset."""
        correction = solved.nobs / solved.df_resid if factor else 1.0
        return _referred(solved, one_way(solved, rows, correction), solved.df_resid)

    return errors


def _clustered(
    ground: Ground,
    *,
    cluster: list[str] | None = None,
    groups: Literal["min", "each"] = "min",
    groups_factor: bool = True,
    parameters_factor: bool = True,
    absorbed: Literal["nested", "all", "none"] = "nested",
) -> Errors:
    names = cluster or ["entity"]
    keys = [ground.key(name) for name in names]
    parts = [*keys, pairs(*keys)] if len(keys) == 2 else keys
    sizes = [int(key.max()) + 1 for key in parts]
    corrections = group_factors(sizes, groups, groups_factor)
    blocks, apart = [forms(ground.swept.basis, key) for key in parts], ground.apart(names)

    def errors(solved: Solved) -> Cells:
        """Clustered once or twice, of every subset."""
        k = counted_parameters(solved.space.shape[2], solved.absorbed, apart, absorbed)
        rows = (solved.nobs - 1) / (solved.nobs - k) if parameters_factor else 1.0
        factors = [correction * rows for correction in corrections]
        both = two_way(solved, blocks, factors) if len(keys) == 2 else one_way(solved, blocks[0], factors[0])
        return _referred(solved, both, min(sizes[: len(keys)]) - 1)

    return errors


def _cr2(ground: Ground, *, cluster: list[str] | None = None) -> Errors:
    blocks = hat(ground.swept, ground.effects, ground.weights, ground.key(*(cluster or ["entity"])))

    def errors(solved: Solved) -> Cells:
        """CR2 with Satterthwaite's degrees of freedom, of every subset."""
        found = cr2(solved, blocks)
        return _referred(solved, found, found.df)

    return _in_pieces(errors, blocks)


def _pcse(ground: Ground, *, sigma: str = "pairwise", divisor: str = "T") -> Errors:
    known = {}

    def errors(solved: Solved) -> Cells:
        """Panel-corrected, of every subset."""
        k = solved.space.shape[2] + solved.absorbed
        lost = k if divisor == "T-k" else 0
        if lost not in known:
            known[lost] = quartic(ground.swept.basis, ground.base.entity, ground.base.time, sigma, lost)
        factor = solved.nobs / solved.df_resid if divisor == "n-k" else 1.0
        return _referred(solved, panel_corrected(solved, known[lost], factor), None)

    return errors


def _wild(
    ground: Ground,
    *,
    cluster: list[str] | None = None,
    draws: int = 9999,
    weights: Literal["rademacher", "webb"] = "rademacher",
    null: bool = True,
    ties: Literal["excluded", "included"] = "excluded",
    seed: int = ROOT_SEED,
) -> Errors:
    name = (cluster or ["entity"])[0]
    key = by_appearance(ground.key(name))
    blocks = hat(ground.swept, ground.effects, ground.weights, key)
    multipliers = cluster_weights(int(key.max()) + 1, draws, weights, seed, name)
    plain = _clustered(ground, cluster=[name])

    def errors(solved: Solved) -> Cells:
        """Clustered errors with the p values and intervals of the draws, of every subset."""
        shown = plain(solved)
        drawn, safe = wild(solved, blocks, multipliers, null=null)
        found = np.full((len(drawn), 3), np.nan)
        for place in np.flatnonzero(safe & shown.safe):
            test, b = drawn[place], float(solved.estimate[place])
            found[place] = test.p_value(b, ties), b - bound(test, ties, 1), b - bound(test, ties, -1)
        p_value, low, high = found.T
        return Cells(shown.std_error, p_value, low, high, safe & shown.safe)

    return _in_pieces(errors, blocks)


def _in_pieces(errors: Errors, blocks: Hat) -> Errors:
    """The same for a few subsets at a time: each has a matrix a cluster."""
    groups, rows, _ = blocks.own.shape
    step = max(1, PIECE // (groups * max(rows, groups) * rows))

    def pieces(solved: Solved) -> Cells:
        """`errors` of a few subsets at a time, brought together."""
        starts = range(0, len(solved.estimate), step)
        found = [errors(solved.some(slice(start, start + step))) for start in starts]
        return Cells(*(np.concatenate([getattr(part, name) for part in found]) for name in CELLS))

    return pieces


FAST: Mapping[str, Callable[..., Errors]] = {
    "classical": _classical,
    "hc0": lambda ground: _white(ground, factor=False),
    "hc1": lambda ground: _white(ground, factor=True),
    "clustered": _clustered,
    "cr2": _cr2,
    "pcse": _pcse,
    "wild_bootstrap": _wild,
}


def is_fast(kind: str, options: Mapping[str, Any]) -> bool:
    """Whether blocks give this error with these options."""
    if kind == "classical":
        return options.get("divisor", "n-k") == "n-k"
    return kind in FAST
