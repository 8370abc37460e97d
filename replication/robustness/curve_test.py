"""Is the whole curve more than chance? All specifications at once under the hypothesis of no effect.

Simonsohn, Simmons and Nelson (2020): the median estimate, the share of significant results in the direction
that has most of them, and the average z (Stouffer) are compared with what they are where there is no effect.
There is none in draws whose residuals are those of each specification without the term, times one random sign
a cluster that all specifications share (so that they move together as they do in the data), or whose term is
assigned anew among the clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from replication.errors import EstimationError
from replication.estimate.coefficient_table import LEVEL
from replication.estimate.covariances.small_sample import counted_parameters
from replication.estimate.design import Floats, Integers
from replication.estimate.numbers.distributions import NORMAL, Reference
from replication.estimate.seeds import generator
from replication.project.progress import track
from replication.robustness.block_hat import Hat, cluster_forms, hat
from replication.robustness.cells import Batch, Part, estimate, grounds
from replication.robustness.fast_errors import Ground
from replication.robustness.pieces import pieces
from replication.robustness.sweep import Solved, solve
from replication.robustness.tasks import Blocks
from replication.spec.robustness_entries import InferenceSpec

MOST = 20_000
"""Specifications that a test takes; of more, so many are drawn by seed."""

PIECE = 1_000_000
"""Numbers of one array."""

TIE = 1e-9
"""Relative difference below which two statistics are equal but for rounding."""

STATISTICS = ("median", "share significant", "average z")


@dataclass(frozen=True)
class CurveTest:
    """The test of a whole curve.

    Attributes
    ----------
    spec : InferenceSpec
    specifications : int
        That took part.
    values : mapping of str to float
        Of STATISTICS, in the data.
    p_values : mapping of str to float
    """

    spec: InferenceSpec
    specifications: int
    values: dict[str, float]
    p_values: dict[str, float]


def batches_for(tasks: Sequence[Blocks], spec: InferenceSpec) -> list[Batch]:
    """The specifications of a test, on rows that can be used: all of these tasks, or MOST, drawn by seed.

    Raises
    ------
    EstimationError
        No specification that blocks give, none with a row that has the groups, or a term that varies within
        the units that it is permuted between.
    """
    if not tasks:
        raise EstimationError("inference: no specification is of the kind that blocks give (ols)")
    sizes = [len(task.numbers) for task in tasks]
    if sum(sizes) > MOST:
        chosen = np.sort(generator(spec.seed, "curve test").choice(sum(sizes), MOST, replace=False))
        starts = np.cumsum([0, *sizes[:-1]])
        parts = np.split(chosen, np.searchsorted(chosen, starts[1:]))
        tasks = [
            replace(task, numbers=task.numbers[part - start])
            for task, part, start in zip(tasks, parts, starts, strict=True)
            if len(part)
        ]
    every = (replace(batch, base=batch.base.tested()) for batch in (task.batch for task in tasks))
    batches = [batch for batch in every if len(batch.base.columns)]
    if not batches:
        groups = " and ".join(filter(None, [spec.cluster, spec.strata]))
        raise EstimationError(f"inference: no row of a specification has a value of {groups}")
    if spec.under == "permutation":
        _Lottery(batches, spec)  # refuses a term that cannot be, before hours are spent on estimates
    return batches


def curve_test(batches: Sequence[Batch], spec: InferenceSpec, what: str) -> CurveTest:
    """Test the specifications of `batches_for`.

    Parameters
    ----------
    what : str
        Said beside the bar, with the time left.

    Raises
    ------
    EstimationError
        No specification has a z value in every draw.
    """
    draw = _bootstrapped if spec.under == "bootstrap" else _permuted
    found, specifications = draw(batches, spec, what)
    data, drawn = found[0], found[1:]
    as_large = (np.abs(drawn) >= np.abs(data) * (1.0 - TIE)).sum(axis=0)
    p_values = (1.0 + as_large) / (1.0 + len(drawn))
    return CurveTest(
        spec,
        specifications,
        dict(zip(STATISTICS, map(float, data), strict=True)),
        dict(zip(STATISTICS, map(float, p_values), strict=True)),
    )


def _tally(z: Floats) -> Floats:
    """(3, ...) how many of z, along its last axis, are significant on either side, and their sum."""
    critical = NORMAL.ppf((1 + LEVEL) / 2)
    return np.array([(z > critical).sum(axis=-1), (z < -critical).sum(axis=-1), z.sum(axis=-1)])


def _statistics(medians: Floats, tally: Floats, size: int | Integers) -> Floats:
    """(..., 3) STATISTICS of so many specifications."""
    above, below, total = tally
    return np.stack([medians, np.maximum(above, below) / size, total / np.sqrt(size)], axis=-1)


def _bootstrapped(batches: Sequence[Batch], spec: InferenceSpec, what: str) -> tuple[Floats, int]:
    """(1 + B, 3) STATISTICS of the data and of the draws, and how many specifications are behind them.

    They are all that have a z value in every draw. Of the draws no more is held than the scores of clusters,
    which give every estimate again.
    """
    levels = max(int(batch.base.groups[spec.cluster].max()) for batch in batches) + 1
    heads = generator(spec.seed, "curve test", "signs").integers(2, size=(spec.draws, levels))
    signs = np.where(heads == 1, 1.0, -1.0)
    found = [
        some
        for batch in track(batches, what)
        for ground, part in _estimable(batch)
        for some in _of_part(ground, part, spec.cluster, signs)
    ]
    if not found:
        raise EstimationError(f"inference: no specification has an error clustered by {spec.cluster}")
    estimate = np.concatenate([some.estimate for some in found])
    scores = np.concatenate([some.scores for some in found])
    tally = np.sum([some.tally for some in found], axis=0)
    medians = np.array([np.median(estimate), *(np.median(scores @ one) for one in signs)])
    return _statistics(medians, tally, len(estimate)), len(estimate)


def _estimable(batch: Batch) -> Iterator[tuple[Ground, Part]]:
    """Specifications of one size on the same rows, where these are more than the parameters."""
    for ground, parts in grounds(batch):
        if not ground.problem:
            yield from ((ground, part) for part in parts if ground.df_resid(part.sets.shape[1]) > 0)


@dataclass(frozen=True)
class _Drawn:
    """What is held of P specifications.

    Attributes
    ----------
    estimate : (P,) float array
        In the data.
    scores : (P, G) float array
        Of the clusters: times the signs of a draw, the estimate in it.
    tally : (3, 1 + B) float array
        `_tally` of the z values of all, in the data and in each draw.
    """

    estimate: Floats
    scores: Floats
    tally: Floats


def _of_part(ground: Ground, part: Part, cluster: str, signs: Floats) -> Iterator[_Drawn]:
    """Specifications of one size that have a z value in the data and in every draw, a few at a time."""
    present, key = np.unique(ground.base.groups[cluster], return_inverse=True)
    if len(present) < 2:
        return
    blocks = hat(ground.swept, ground.effects, ground.weights, key)
    solved = solve(ground.swept, part.sets, part.outcomes)
    solved = solved.some(np.flatnonzero(solved.safe))
    k = counted_parameters(part.sets.shape[1], solved.absorbed, ground.apart([cluster]), "nested")
    factor = len(present) / (len(present) - 1) * (solved.nobs - 1) / (solved.nobs - k)
    for piece in pieces(len(solved.estimate), max(1, PIECE // (len(signs) * len(present)))):
        some = solved.some(piece)
        scores, b, variance = _draws(some, blocks, signs[:, present])
        t = b / np.sqrt(np.where(variance > 0, variance, np.nan) * factor)
        known = np.isfinite(t).all(axis=0)
        everywhere = np.zeros((int(known.sum()), signs.shape[1]))
        everywhere[:, present] = scores[known]
        if known.any():
            yield _Drawn(some.estimate[known], everywhere, _tally(_z(t[:, known], len(present) - 1)))


def _draws(solved: Solved, blocks: Hat, signs: Floats) -> tuple[Floats, Floats, Floats]:
    """(P, G) scores of the draws, which have no effect; (1 + B, P) estimates and clustered variances."""
    own, _ = cluster_forms(solved, blocks, solved.residual)
    length = (solved.influence**2).sum(axis=1)
    without = solved.residual + (solved.estimate / length)[:, None] * solved.influence
    scores, forms = cluster_forms(solved, blocks, without)
    drawn = np.matmul(forms, signs.T)
    estimates = np.vstack([solved.estimate, signs @ scores.T])
    return scores, estimates, np.vstack([(own**2).sum(axis=1), (drawn**2).sum(axis=1).T])


def _z(t: Floats, df: int) -> Floats:
    """The normal value as far out as t with these degrees of freedom."""
    return -np.sign(t) * NORMAL.ppf(Reference(df).sf(np.abs(t)))


def _permuted(batches: Sequence[Batch], spec: InferenceSpec, what: str) -> tuple[Floats, int]:
    """The same, the term assigned anew among the units of the cluster.

    A draw in which a specification cannot be estimated is without it; one in which none can is no draw.
    """
    lottery = _Lottery(batches, spec)
    found, sizes = [], []
    for assigned in track([None, *range(spec.draws)], what):
        tables = [
            estimate(batch if assigned is None else lottery.drawn(batch, assigned)) for batch in batches
        ]
        b, p = (np.concatenate([table[name] for table in tables]) for name in ("estimate", "p_value"))
        b, p = b[known := np.isfinite(b) & np.isfinite(p)], p[known]
        if not len(b) and assigned is None:
            raise EstimationError("inference: no specification can be estimated on the rows of the test")
        if not len(b):
            continue
        z = -np.sign(b) * NORMAL.ppf(np.maximum(p, 1e-300) / 2.0)
        sizes.append(len(b))
        found.append(_statistics(np.median(b), _tally(z), len(b)))
    return np.array(found), sizes[0]


class _Lottery:
    """The term, the same for all rows of a unit, assigned anew among units (within strata)."""

    def __init__(self, batches: Sequence[Batch], spec: InferenceSpec) -> None:
        self.spec = spec
        levels = max(int(batch.base.groups[spec.cluster].max()) for batch in batches) + 1
        self.strata = np.zeros(levels, dtype=np.int64)
        self.values: dict[str, Floats] = {}
        for batch in batches:
            units = batch.base.groups[spec.cluster]
            if spec.strata is not None:
                self.strata[units] = batch.base.groups[spec.strata]
            for key in np.unique(batch.keys):
                known = self.values.setdefault(batch.base.names[key], np.full(levels, np.nan))
                self._learn(known, units, batch.base.columns[:, key], batch.base.names[key])

    def _learn(self, known: Floats, units: Integers, values: Floats, name: str) -> None:
        finite = np.isfinite(values)
        known[units[finite]] = values[finite]
        if (known[units[finite]] != values[finite]).any():
            raise EstimationError(
                f"inference: {name} varies within {self.spec.cluster}; under permutation the term must not: "
                'under = "bootstrap" serves any'
            )

    def drawn(self, batch: Batch, number: int) -> Batch:
        """The batch with the terms of one draw; the same draw for all batches."""
        columns = batch.base.columns.copy()
        for key in np.unique(batch.keys):
            values = self._assigned(batch.base.names[key], number)[batch.base.groups[self.spec.cluster]]
            columns[:, key] = np.where(np.isfinite(columns[:, key]), values, np.nan)
        return replace(batch, base=replace(batch.base, columns=columns))

    def _assigned(self, name: str, number: int) -> Floats:
        values, random = self.values[name].copy(), generator(self.spec.seed, "curve test", str(number))
        for stratum in np.unique(self.strata):
            units = np.flatnonzero((self.strata == stratum) & np.isfinite(values))
            values[units] = values[random.permutation(units)]
        return values
