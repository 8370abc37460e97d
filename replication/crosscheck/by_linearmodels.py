"""Models through linearmodels: panel estimators and instrumental variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from linearmodels.panel import BetweenOLS, FamaMacBeth, FirstDifferenceOLS, PanelOLS, RandomEffects

from replication.crosscheck.dummies import used_rows, written_out
from replication.crosscheck.opinion import LINEAR, Opinion, Source
from replication.estimate.covariances.conventions import apply, conventions_of
from replication.estimate.covariances.over_time import driscoll_kraay
from replication.estimate.covariances.sandwich import classical
from replication.estimate.design import Design, Fit
from replication.spec.entries import ModelSpec

EXACT = Source("linearmodels", LINEAR)
CLUSTERED = next(each for each in conventions_of("clustered") if each.program.startswith("linearmodels"))


def within(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares with entity effects, time effects or both: coefficients, three errors, R2 within."""
    if not model.effects or not set(model.effects) <= {"entity", "time"} or not fit.terms:
        return
    design = used_rows(fit)
    options = {f"{name}_effects": True for name in model.effects}
    found = PanelOLS(*_panel(design, fit), weights=_weights(design), **options)
    plain = found.fit(cov_type="unadjusted", debiased=True)
    yield from _coefficients(fit, plain)
    yield from EXACT.errors("classical", fit, classical(fit).matrix, plain.cov.to_numpy())
    if design.entity.max() > 1:
        theirs = found.fit(cov_type="clustered", cluster_entity=True, debiased=True, group_debias=False)
        yield from EXACT.errors("clustered", fit, apply(CLUSTERED, fit).matrix, theirs.cov.to_numpy())
    if design.weights is None:
        theirs = found.fit(cov_type="kernel", kernel="bartlett", bandwidth=2, debiased=True)
        ours = driscoll_kraay(fit, lags=2, correction="n-k")
        yield from EXACT.errors("driscoll_kraay", fit, ours.matrix, theirs.cov.to_numpy())


def between(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares of entity means."""
    design = used_rows(fit)
    if design.weights is None:
        again = bool(model.options.get("reweight", False))
        yield from _plain(fit, BetweenOLS(*_panel(design, fit)), reweight=again)


def first_difference(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares of changes; linearmodels takes rows in a row for neighbours, we take periods."""
    design = fit.design
    neighbours = np.diff(design.time)[np.diff(design.entity) == 0]
    if design.weights is None and not design.has_constant and (neighbours == 1).all():
        yield from _plain(fit, FirstDifferenceOLS(*_panel(design, fit)))


def random_effects(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Swamy and Arora's random effects; the same small-sample choice on both sides."""
    design = used_rows(fit)
    if design.weights is None and not model.options:
        found = RandomEffects(*_panel(design, fit)).fit(small_sample=False)
        yield from _coefficients(fit, found)


def fama_macbeth(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Means of the coefficients of one regression a period."""
    design = used_rows(fit)
    if design.weights is None and fit.kept is None:
        yield from _coefficients(fit, FamaMacBeth(*_panel(design, fit)).fit())


def instrumented(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """2SLS, LIML and two-step GMM, effects written out as exogenous dummies."""
    design = used_rows(fit)
    x = written_out(fit, tuple(model.effects))
    if x is None:
        return
    endogenous, instruments = (
        design.extra[role].reshape(design.nobs, -1) for role in ("endogenous", "instruments")
    )
    program = {"iv_2sls": IV2SLS, "liml": IVLIML, "iv_gmm": IVGMM}[model.estimator]
    options: dict[str, Any] = {"weights": design.weights} if design.weights is not None else {}
    if model.estimator == "iv_gmm":
        moments = model.options.get("moments", "robust")
        if moments == "clustered":
            return
        options |= {"weight_type": moments}
    found = program(design.y, x if x.shape[1] else None, endogenous, instruments, **options).fit()
    names = [term for term in fit.terms if term in design.terms]
    places = [*range(len(names)), *range(x.shape[1], x.shape[1] + endogenous.shape[1])]
    theirs, errors = (np.asarray(part)[places] for part in (found.params, found.std_errors))
    yield from EXACT.coefficients(fit.labels, fit.params, theirs, errors)


def _plain(fit: Fit, program: Any, **options: bool) -> Iterator[Opinion]:
    found = program.fit(cov_type="unadjusted", debiased=True, **options)
    yield from _coefficients(fit, found)
    yield from EXACT.errors("classical", fit, classical(fit).matrix, found.cov.to_numpy())


def _coefficients(fit: Fit, found: Any) -> Iterator[Opinion]:
    theirs, errors = found.params.to_numpy(), found.std_errors.to_numpy()
    yield from EXACT.coefficients(fit.labels, fit.params, theirs, errors)


def _panel(design: Design, fit: Fit) -> tuple[pd.Series, pd.DataFrame]:
    """Outcome and the regressors of the fit, indexed by entity and time."""
    index = pd.MultiIndex.from_arrays([design.entity, design.time], names=["entity", "time"])
    places = [design.terms.index(term) for term in fit.terms]
    x = pd.DataFrame(design.x[:, places], index=index, columns=list(fit.labels))
    return pd.Series(design.y, index=index, name="y"), x


def _weights(design: Design) -> pd.Series | None:
    if design.weights is None:
        return None
    index = pd.MultiIndex.from_arrays([design.entity, design.time], names=["entity", "time"])
    return pd.Series(design.weights, index=index)


MODELS: dict[str, Callable[[Fit, ModelSpec], Iterator[Opinion]]] = {
    "ols": within,
    "between": between,
    "first_difference": first_difference,
    "random_effects": random_effects,
    "fama_macbeth": fama_macbeth,
    "iv_2sls": instrumented,
    "liml": instrumented,
    "iv_gmm": instrumented,
}
