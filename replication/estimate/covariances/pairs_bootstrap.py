"""Pairs cluster bootstrap: whole clusters drawn with replacement, the model estimated again on each draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import cluster_rows
from replication.estimate.covariances.sandwich import refuse_rows
from replication.estimate.design import Covariance, Design, Fit, Floats, Integers
from replication.estimate.numbers.groupings import is_nested
from replication.estimate.seeds import ROOT_SEED, generator, require_draws


def pairs_bootstrap(
    fit: Fit,
    refit: Callable[[Design], Fit],
    *,
    cluster: list[str] | None = None,
    draws: int = 999,
    seed: int = ROOT_SEED,
) -> Covariance:
    """Covariance of the estimates over samples of G clusters drawn with replacement.

    Cameron, Gelbach and Miller (2008). Every copy of a cluster counts as entities of its own
    (Stata's idcluster). Draws are about their mean, divisor B - 1, and referred to the normal, as Stata's
    bootstrap does. Serves any estimator; a draw on which it fails, does not converge or drops a term is
    left out and counted.

    Parameters
    ----------
    refit : callable
        The estimator with its options, from a design to a fit.
    cluster : list of one name; default ["entity"]
        Entities must not change their cluster.
    draws : int
    seed : int

    Raises
    ------
    EstimationError
        Not one known name; fewer than two clusters or draws; entities in several clusters;
        more than half of the draws fail.
    """
    if fit.one_draw != "entity":  # only entities are numbered anew in each copy
        refuse_rows("pairs_bootstrap", fit)
    name, key = _design_clusters(fit, cluster)
    rows, random = cluster_rows(key), generator(seed, "pairs_bootstrap", name)
    require_draws("pairs_bootstrap", draws, 2, len(rows))
    chosen = random.integers(len(rows), size=(draws, len(rows)))
    attempts = _together(fit, key, chosen)
    for place in np.flatnonzero(np.isnan(attempts[:, 0])):
        attempts[place] = _attempt(fit, refit, resample(fit.design, rows, chosen[place]))
    kept = attempts[~np.isnan(attempts[:, 0])]
    failed = draws - len(kept)
    if failed > draws / 2:
        raise EstimationError(f"pairs_bootstrap: {fit.estimator} failed on {failed} of {draws} draws")
    note = (
        f"pairs bootstrap of {name} ({len(rows)} clusters), {len(kept)} draws, referred to the normal "
        "(Stata bootstrap, cluster() idcluster())"
    )
    said = (f"{failed} of {draws} bootstrap draws could not be estimated and are left out",) if failed else ()
    matrix = np.atleast_2d(np.cov(kept, rowvar=False))
    return Covariance("pairs_bootstrap", matrix, None, {"draws": float(len(kept))}, note, warnings=said)


def _design_clusters(fit: Fit, cluster: list[str] | None) -> tuple[str, Integers]:
    """Name and codes 0 .. G-1 of the clusters on the rows of the design."""
    names = ["entity"] if cluster is None else cluster
    known = fit.design.groups
    if len(names) != 1 or names[0] not in known:
        raise EstimationError(
            f"pairs_bootstrap: cluster is {names}; allowed: one of {', '.join(sorted(known))}"
        )
    key = np.unique(known[names[0]], return_inverse=True)[1]
    if key.max() < 1:
        raise EstimationError(f"cluster {names[0]!r} has fewer than two clusters")
    if not is_nested(fit.design.entity, key):
        raise EstimationError(f"pairs_bootstrap: an entity is in more than one cluster of {names[0]!r}")
    return names[0], key


def resample(design: Design, rows: list[Integers], picks: Integers) -> Design:
    """The design on the clusters `picks`, with repetition; entities are numbered anew in each copy.

    Parameters
    ----------
    rows : list of int arrays
        Positions of the rows of each cluster.
    picks : (m,) int array
        Clusters drawn.
    """
    index = np.concatenate([rows[g] for g in picks])
    copy = np.repeat(np.arange(len(picks)), [len(rows[g]) for g in picks])
    drawn = design.rows(index)
    starts = np.ones(len(index), dtype=bool)
    starts[1:] = (np.diff(copy) != 0) | (np.diff(drawn.entity) != 0)
    entity = np.cumsum(starts) - 1
    return replace(drawn, entity=entity, clusters={**drawn.clusters, "entity": entity})


def _together(fit: Fit, key: Integers, chosen: Integers) -> Floats:
    """(draws, k) estimates on all draws at once, NaN where a draw is to be estimated alone."""
    if fit.estimator != "ppml":
        return np.full((len(chosen), len(fit.params)), np.nan)
    from replication.estimate.limited.poisson_draws import drawn_together  # loaded where there are any

    counts = np.array([np.bincount(picks, minlength=chosen.shape[1]) for picks in chosen], dtype=float)
    return drawn_together(fit, counts[:, key])


def _attempt(fit: Fit, refit: Callable[[Design], Fit], design: Design) -> Floats:
    """(k,) estimates on a draw, NaN where there are none to use."""
    nothing = np.full(len(fit.params), np.nan)
    try:
        again = refit(design)
    except EstimationError:
        return nothing
    usable = again.converged and again.terms == fit.terms and np.isfinite(again.params).all()
    return again.params if usable else nothing


COVARIANCES = {"pairs_bootstrap": pairs_bootstrap}
