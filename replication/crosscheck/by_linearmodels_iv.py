"""Instrumental variables through linearmodels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from scipy.linalg import block_diag

from replication.crosscheck.asked_errors import PLAIN, clustered_ways
from replication.crosscheck.coordinates import in_coordinates
from replication.crosscheck.dummies import used_rows, written_out
from replication.crosscheck.opinion import LINEAR, Opinion, Source, Witness
from replication.estimate.covariances.sandwich import classical, hc0, hc1
from replication.estimate.design import Fit, Floats
from replication.spec.entries import ModelSpec

EXACT = Source("linearmodels", LINEAR)
PROGRAMS = {"iv_2sls": IV2SLS, "liml": IVLIML, "iv_gmm": IVGMM}


def instrumented(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """2SLS, LIML and two-step GMM, effects written out as exogenous dummies."""
    design, effects = used_rows(fit), tuple(model.effects)
    given = in_coordinates(fit, absorbed=bool(effects))
    x = written_out(fit, effects, given.x)
    moments = model.options.get("moments", "robust")
    if x is None or moments == "clustered":
        return
    endogenous, instruments = design.extra["endogenous"], design.extra["instruments"]
    roles = [block.reshape(design.nobs, -1) for block in (endogenous, instruments)]
    options: dict[str, Any] = {"weights": design.weights} if design.weights is not None else {}
    if model.estimator == "iv_gmm":
        options |= {"weight_type": moments}
    program = PROGRAMS[model.estimator](design.y, x if x.shape[1] else None, *roles, **options)
    k = roles[0].shape[1]
    places = [*range(given.x.shape[1]), *range(x.shape[1], x.shape[1] + k)]
    witness = Witness(EXACT, fit, block_diag(given.back, np.eye(k)))

    def covariance(**words: Any) -> Floats:
        """(k, k) covariance of the coefficients that both sides have."""
        return np.asarray(program.fit(**words).cov)[np.ix_(places, places)]

    found = program.fit()
    yield from witness.coefficients(found.params.to_numpy()[places], covariance())
    if model.estimator != "iv_gmm":
        yield from _errors(witness, model, covariance)
    if not effects and design.has_constant:
        yield EXACT.share("R2", fit.statistics["rsquared"], found.rsquared)
    if model.estimator == "iv_gmm" and "hansen" in fit.statistics:
        yield EXACT.statistic("hansen", fit.statistics["hansen"], found.j_stat.stat)
    if model.estimator == "iv_2sls" and "sargan" in fit.statistics:
        yield EXACT.statistic("sargan", fit.statistics["sargan"], found.sargan.stat)


def _errors(witness: Witness, model: ModelSpec, covariance: Any) -> Iterator[Opinion]:
    fit = witness.fit
    plain = covariance(cov_type="unadjusted", debiased=True)
    yield from witness.errors("classical", classical(fit).matrix, plain)
    for kind, error, debiased in (("hc0", hc0, False), ("hc1", hc1, True)):
        theirs = covariance(cov_type="robust", debiased=debiased)
        yield from witness.errors(kind, error(fit).matrix, theirs)
    for each in clustered_ways(fit, model, **PLAIN):
        theirs = covariance(cov_type="clustered", clusters=each.groups, debiased=False)
        yield from witness.errors("clustered", each.ours.matrix, theirs, each.by)
