"""Least squares through statsmodels, and what it knows of all estimators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm

from replication.crosscheck import by_statsmodels_likelihood as likelihood
from replication.crosscheck.asked_errors import clustered_ways
from replication.crosscheck.by_statsmodels_likelihood import kernels
from replication.crosscheck.coordinates import coordinates, in_coordinates
from replication.crosscheck.dummies import used_rows, written_out
from replication.crosscheck.opinion import (
    LIKELIHOOD,
    LINEAR,
    Known,
    Opinion,
    Source,
    Witness,
    quantities,
)
from replication.estimate.covariances.sandwich import classical, hc0, hc1, hc2, hc3
from replication.estimate.design import CONSTANT, Fit, Floats
from replication.spec.entries import ModelSpec

EXACT = Source("statsmodels", LINEAR)
SATURATED = "rows with leverage one, left out"
ROBUST = {"hc0": hc0, "hc1": hc1, "hc2": hc2, "hc3": hc3}


@dataclass(frozen=True)
class Rows:
    """A regression as it is put to statsmodels: outcome (n,), regressors (n, k), weights (n,) or None."""

    y: Floats
    x: Floats
    weights: Floats | None = None

    def estimated(self) -> Any:
        """What statsmodels makes of it."""
        if self.weights is None:
            return sm.OLS(self.y, self.x).fit()
        return sm.WLS(self.y, self.x, weights=self.weights / self.weights.mean()).fit()


def least_squares(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Coefficients, errors and statistics of `ols`, effects written out."""
    given = in_coordinates(fit, absorbed=bool(model.effects))
    x = written_out(fit, tuple(model.effects), given.x)
    if x is None:
        return
    design = used_rows(fit)
    rows = Rows(design.y, x, design.weights)
    found = rows.estimated()
    witness = Witness(EXACT, fit, given.back)
    yield from _errors(witness, model, found)
    yield from kernels(witness, model, partial(_robust, found))
    if fit.design.has_constant or model.effects:
        name = "rsquared_lsdv" if "rsquared_lsdv" in fit.statistics else "rsquared"
        share, adjusted = _rsquared(found, rows)
        yield EXACT.share("R2", fit.statistics[name], share)
        yield EXACT.share("adjusted R2", fit.statistics["rsquared_adjusted"], adjusted)
    yield EXACT.statistic(LIKELIHOOD, fit.statistics["loglikelihood"], found.llf)


def between(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares of entity means, which may count by their rows."""
    design = used_rows(fit)
    if design.weights is not None:
        return
    groups = pd.DataFrame(np.column_stack([design.y, design.x])).groupby(design.entity)
    means, sizes = groups.mean().to_numpy(), groups.size().to_numpy().astype(float)
    given = coordinates(means[:, 1:], constant=design.has_constant)
    again = bool(model.options.get("reweight", False))
    found = Rows(means[:, 0], given.x, sizes if again else None).estimated()
    yield from _errors(Witness(EXACT, fit, given.back), model, found)


def first_difference(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares of changes from one period to the next."""
    design = fit.design
    follows = (np.diff(design.entity) == 0) & (np.diff(design.time) == 1)
    x = design.x[:, [design.terms.index(term) for term in fit.terms]]
    changes = np.diff(x, axis=0)[follows]
    drift = CONSTANT in fit.terms
    changes[:, :drift] = 1.0
    given = coordinates(changes, constant=drift)
    found = Rows(np.diff(design.y)[follows], given.x).estimated()
    witness = Witness(EXACT, fit, given.back)
    yield from _errors(witness, model, found)
    yield from kernels(witness, model, partial(_robust, found))


def _errors(witness: Witness, model: ModelSpec, found: Any) -> Iterator[Opinion]:
    """Coefficients and what least squares of any rows have: sigma and the errors that leverages enter."""
    fit = witness.fit
    yield from witness.coefficients(found.params, found.cov_params())
    yield EXACT.statistic("sigma", fit.statistics["sigma"], np.sqrt(found.scale))
    yield from witness.errors("classical", classical(fit).matrix, found.cov_params())
    for name, error in ROBUST.items():
        ours = error(fit)
        if SATURATED not in ours.factors:  # statsmodels divides zero by zero there
            yield from witness.errors(name, ours.matrix, _robust(found, name.upper()))
    for each in clustered_ways(fit, model, groups="each", absorbed="all"):
        theirs = _robust(found, "cluster", groups=each.groups)
        yield from witness.errors("clustered", each.ours.matrix, theirs, each.by)


def _robust(found: Any, kind: str, **options: Any) -> Floats:
    return np.asarray(found.get_robustcov_results(kind, **options).cov_params())


def _rsquared(found: Any, rows: Rows) -> tuple[float, float]:
    """One less SSR over the sum of squares about the mean, whatever columns are the constant; adjusted."""
    n = len(rows.y)
    weights = np.ones(n) if rows.weights is None else rows.weights / rows.weights.mean()
    about = rows.y - np.average(rows.y, weights=weights)
    left = float(found.ssr / (weights @ about**2))
    return 1.0 - left, 1.0 - left * (n - 1) / found.df_resid


LEVERAGES = ("classical", *ROBUST, "clustered")
ESTIMATED = ("hc0", "clustered", "newey_west", "driscoll_kraay")
BINARY = Known(likelihood.binary, quantities(LIKELIHOOD, errors=("classical", *ESTIMATED)))
FRACTIONAL = Known(likelihood.fractional, quantities(errors=ESTIMATED))
ORDERED = Known(likelihood.ordered, quantities(LIKELIHOOD, errors=("classical", "hc0", "clustered")))
MODELS = {
    "ols": Known(
        least_squares,
        quantities(
            "sigma", "R2", "adjusted R2", LIKELIHOOD, errors=(*LEVERAGES, "newey_west", "driscoll_kraay")
        ),
    ),
    "between": Known(between, quantities("sigma", errors=LEVERAGES)),
    "first_difference": Known(
        first_difference, quantities("sigma", errors=(*LEVERAGES, "newey_west", "driscoll_kraay"))
    ),
    "ppml": Known(likelihood.poisson, quantities(LIKELIHOOD, "deviance", errors=("classical", *ESTIMATED))),
    "fractional_logit": FRACTIONAL,
    "fractional_probit": FRACTIONAL,
    "logit": BINARY,
    "probit": BINARY,
    "negative_binomial": Known(
        likelihood.negative_binomial, quantities(LIKELIHOOD, errors=("classical", *ESTIMATED))
    ),
    "conditional_logit": Known(
        likelihood.conditional, quantities(LIKELIHOOD, errors=("classical", "clustered"))
    ),
    "ordered_logit": ORDERED,
    "ordered_probit": ORDERED,
    "two_part": Known(likelihood.two_part, quantities(LIKELIHOOD, errors=("classical", "hc0", "clustered"))),
}
