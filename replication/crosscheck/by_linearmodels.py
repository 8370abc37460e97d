"""Panel estimators and systems through linearmodels, and what it knows of all estimators."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from linearmodels.iv import AbsorbingLS
from linearmodels.panel import BetweenOLS, FamaMacBeth, FirstDifferenceOLS, PanelOLS, RandomEffects
from linearmodels.panel.utility import AbsorbingEffectError
from linearmodels.system import SUR
from scipy.linalg import block_diag

from replication.crosscheck.asked_errors import PLAIN, clustered_ways, over_time
from replication.crosscheck.by_linearmodels_iv import instrumented
from replication.crosscheck.coordinates import coordinates, in_coordinates
from replication.crosscheck.dummies import codes, counted_by_levels, regressors, used_rows
from replication.crosscheck.opinion import (
    ITERATIVE,
    LIKELIHOOD,
    LINEAR,
    Known,
    Opinion,
    Source,
    Witness,
    quantities,
)
from replication.estimate.covariances.conventions import LINEARMODELS_CLUSTERED
from replication.estimate.covariances.sandwich import classical, clustered, hc0, hc1
from replication.estimate.design import Design, Fit, Floats
from replication.spec.entries import ModelSpec

EXACT = Source("linearmodels", LINEAR)
CLIMBED = Source("linearmodels", ITERATIVE)
GAVE_UP = AbsorbingEffectError
# Its search for what effects explain ends where the rest is orthogonal to them to so many digits.
ABSORB: dict[str, Any] = {
    "method": "lsmr",
    "absorb_options": {"atol": 1e-15, "btol": 1e-15, "conlim": 0.0, "maxiter": 100_000},
}


def least_squares(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares with effects: of entities and periods as panels, of any others as what is absorbed."""
    if not model.effects or fit.mean_effect:
        return
    within = set(model.effects) <= {"entity", "time"} and counted_by_levels(fit, tuple(model.effects))
    yield from (_within if within else _absorbed)(fit, model)


def _within(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    given = coordinates(regressors(fit), constant=False, absorbed=True)
    options = {f"{name}_effects": True for name in model.effects}
    program = PanelOLS(*_panel(fit, given.x), weights=_weights(used_rows(fit)), **options)
    witness = Witness(EXACT, fit, given.back)
    plain = yield from _panel_errors(witness, model, partial(program.fit, debiased=True))
    yield EXACT.share("R2 within", fit.statistics["rsquared_within"], plain.rsquared)
    yield EXACT.statistic(LIKELIHOOD, fit.statistics["loglikelihood"], plain.loglik)


def _absorbed(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Any number of effects of any columns, without factors: it counts effects in its own way."""
    design = used_rows(fit)
    effects = pd.DataFrame({name: pd.Categorical(codes(design, name)) for name in model.effects})
    given = coordinates(regressors(fit), constant=False, absorbed=True)
    program = AbsorbingLS(design.y, given.x, absorb=effects, weights=design.weights)
    estimated = partial(program.fit, debiased=False, **ABSORB)
    witness = Witness(EXACT, fit, given.back)
    plain, robust = (estimated(cov_type=kind) for kind in ("unadjusted", "robust"))
    yield from witness.coefficients(plain.params.to_numpy(), plain.cov.to_numpy())
    large = classical(fit, divisor="n").matrix
    yield from witness.errors("classical, divided by n", large, plain.cov.to_numpy())
    yield from witness.errors("hc0", hc0(fit).matrix, robust.cov.to_numpy())
    for each in clustered_ways(fit, model, **PLAIN):
        if len(each.by) == 1:
            theirs = estimated(cov_type="clustered", clusters=each.groups)
            yield from witness.errors("clustered", each.ours.matrix, theirs.cov.to_numpy(), each.by)


def between(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares of entity means."""
    if fit.design.weights is None:
        given = in_coordinates(fit)
        again = bool(model.options.get("reweight", False))
        found = partial(BetweenOLS(*_panel(fit, given.x)).fit, debiased=True, reweight=again)
        yield from _robust(Witness(EXACT, fit, given.back), found)


def first_difference(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares of changes; linearmodels takes rows in a row for neighbours, we take periods."""
    design = fit.design
    neighbours = np.diff(design.time)[np.diff(design.entity) == 0]
    if design.has_constant or (neighbours != 1).any():
        return
    given = coordinates(design.x, constant=False, absorbed=True)
    index = _index(design)
    y, x = pd.Series(design.y, index=index), pd.DataFrame(given.x, index=index)
    found = partial(FirstDifferenceOLS(y, x).fit, debiased=True)
    witness = Witness(EXACT, fit, given.back)
    yield from _robust(witness, found)
    for each in clustered_ways(fit, model, LINEARMODELS_CLUSTERED):
        if each.by == ("entity",):  # others it refuses where they change from row to row
            theirs = found(cov_type="clustered", cluster_entity=True, group_debias=False)
            yield from witness.errors("clustered", each.ours.matrix, theirs.cov.to_numpy(), each.by)
    yield from _kernel(witness, model, found)


def random_effects(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Swamy and Arora's random effects; the same small-sample choice on both sides."""
    if model.options.get("components", "harmonic") != "harmonic":
        return
    given = in_coordinates(fit)
    found = partial(RandomEffects(*_panel(fit, given.x)).fit, small_sample=False, debiased=True)
    plain = yield from _panel_errors(Witness(EXACT, fit, given.back), model, found)
    parts = plain.variance_decomposition
    yield EXACT.statistic("sigma_e", fit.statistics["sigma_e"], np.sqrt(parts["Residual"]))
    yield EXACT.share("rho", fit.statistics["rho"], parts["Percent due to Effects"])


def fama_macbeth(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Means of the coefficients of one regression a period, and the error of those means."""
    if fit.design.weights is not None or fit.kept is not None:
        return
    lags = int(model.options.get("lags", 0))
    kernel: dict[str, Any] = {"cov_type": "kernel", "kernel": "bartlett", "bandwidth": lags}
    given = in_coordinates(fit)
    found = FamaMacBeth(*_panel(fit, given.x)).fit(debiased=True, **(kernel if lags else {}))
    witness = Witness(EXACT, fit, given.back)
    yield from witness.coefficients(found.params.to_numpy(), found.cov.to_numpy())
    if fit.own is not None:
        yield from witness.errors("own", fit.own.matrix, found.cov.to_numpy())


def sur(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """One equation an entity; its errors robust within a period are ours clustered by it."""
    if model.options.get("pooled") or model.options.get("divisor", "T") != "T":
        return
    design = used_rows(fit)
    members = [design.entity == code for code in np.unique(design.entity)]
    given = [coordinates(design.x[m], constant=design.has_constant) for m in members]
    equations = {
        str(i): {"dependent": design.y[m], "exog": each.x}
        for i, (m, each) in enumerate(zip(members, given, strict=True))
    }
    iterate = bool(model.options.get("iterate", False))
    settings: dict[str, Any] = {
        "method": "gls",
        "debiased": False,
        "iterate": iterate,
        "iter_limit": 10_000,
        "tol": 1e-12,
    }
    plain, robust = (SUR(equations).fit(cov_type=kind, **settings) for kind in ("unadjusted", "robust"))
    witness = Witness(CLIMBED if iterate else EXACT, fit, block_diag(*(each.back for each in given)))
    yield from witness.coefficients(plain.params.to_numpy(), plain.cov.to_numpy())
    if fit.own is not None:
        yield from witness.errors("own", fit.own.matrix, plain.cov.to_numpy())
    ours = clustered(fit, cluster=["time"], **PLAIN)
    yield from witness.errors("clustered", ours.matrix, robust.cov.to_numpy(), ("time",))


def _panel_errors(witness: Witness, model: ModelSpec, estimated: Any) -> Any:
    """Coefficients and the errors of a panel of rows; the results with classical errors."""
    plain, fit = (yield from _robust(witness, estimated)), witness.fit
    for each in clustered_ways(fit, model, LINEARMODELS_CLUSTERED):
        groups = pd.DataFrame(each.groups.reshape(fit.nobs, -1), index=plain.resids.index)
        theirs = estimated(cov_type="clustered", clusters=groups, group_debias=False)
        yield from witness.errors("clustered", each.ours.matrix, theirs.cov.to_numpy(), each.by)
    yield from _kernel(witness, model, estimated)
    return plain


def _kernel(witness: Witness, model: ModelSpec, estimated: Any) -> Iterator[Opinion]:
    """Driscoll and Kraay's errors."""
    kernel = over_time(witness.fit, model, "driscoll_kraay", correction="n-k")
    if kernel and witness.fit.design.weights is None:
        theirs = estimated(cov_type="kernel", kernel="bartlett", bandwidth=kernel.lags)
        yield from witness.errors("driscoll_kraay", kernel.ours.matrix, theirs.cov.to_numpy())


def _robust(witness: Witness, estimated: Any) -> Any:
    """Coefficients, classical and robust errors; the results with classical ones."""
    plain, robust = (estimated(cov_type=kind) for kind in ("unadjusted", "robust"))
    yield from witness.coefficients(plain.params.to_numpy(), plain.cov.to_numpy())
    yield from witness.errors("classical", classical(witness.fit).matrix, plain.cov.to_numpy())
    yield from witness.errors("hc1", hc1(witness.fit).matrix, robust.cov.to_numpy())
    return plain


def _panel(fit: Fit, x: Floats) -> tuple[pd.Series, pd.DataFrame]:
    """Outcome and these regressors, indexed by entity and time."""
    design = used_rows(fit)
    index = _index(design)
    return pd.Series(design.y, index=index, name="y"), pd.DataFrame(x, index=index)


def _index(design: Design) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([design.entity, design.time], names=["entity", "time"])


def _weights(design: Design) -> pd.Series | None:
    return None if design.weights is None else pd.Series(design.weights, index=_index(design))


PANEL = ("classical", "hc1", "clustered", "driscoll_kraay")
INSTRUMENTED = ("classical", "hc0", "hc1", "clustered")
MODELS = {
    "ols": Known(least_squares, quantities(LIKELIHOOD, errors=PANEL)),
    "between": Known(between, quantities(errors=("classical", "hc1"))),
    "first_difference": Known(first_difference, quantities(errors=PANEL)),
    "random_effects": Known(random_effects, quantities("sigma_e", "rho", errors=PANEL)),
    "fama_macbeth": Known(fama_macbeth, quantities(errors=("own",))),
    "iv_2sls": Known(instrumented, quantities("sargan", errors=INSTRUMENTED)),
    "liml": Known(instrumented, quantities(errors=INSTRUMENTED)),
    "iv_gmm": Known(instrumented, quantities("hansen")),
    "sur": Known(sur, quantities(errors=("own",))),
}
