"""Models through pyfixest, where it is installed: any number of absorbed effects.

It is loaded when it is asked: it is no requirement, and takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from replication.crosscheck.asked_errors import PLAIN, clustered_ways, over_time
from replication.crosscheck.coordinates import in_coordinates
from replication.crosscheck.dummies import codes, counted_by_levels, used_rows
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
from replication.estimate.covariances.sandwich import classical, hc0, hc1
from replication.estimate.design import Fit, Floats
from replication.estimate.limited.offset import offset_of
from replication.spec.entries import ModelSpec

NAME = "pyfixest"
EXACT, CLIMBED = Source(NAME, LINEAR), Source(NAME, ITERATIVE)
# How near it comes to what effects explain, as a share; its own choice is 1e-6.
CLOSE = 1e-14
# Changes of the deviance at which its search ends, and steps that it may take there.
SEARCH: dict[str, Any] = {"iwls_tol": 1e-14, "iwls_maxiter": 200}


def installed() -> bool:
    """Whether it can be asked."""
    return find_spec(NAME) is not None


# What it multiplies errors by: n/(n-k) with every effect counted; as reghdfe does; nothing.
COUNTED = {"k_adj": True, "k_fixef": "full", "G_adj": True, "G_df": "min"}
NESTED = {**COUNTED, "k_fixef": "nonnested"}
USUAL = "hall_sheather"
BARE = {"k_adj": False, "k_fixef": "none", "G_adj": False, "G_df": "min"}


@dataclass(frozen=True)
class Question:
    """A model as it is put to pyfixest: formulas are of names that are made here, never of a user's.

    Attributes
    ----------
    rows : DataFrame
        y, x0, x1, ..., the codes of effects f0, f1, ... and of clusters, weights w.
    formula : str
    names : tuple of str
        The columns that our parameters, in its coordinates, belong to.
    options : dict
        Of every call.
    """

    rows: pd.DataFrame
    formula: str
    names: tuple[str, ...]
    options: dict[str, Any]

    def estimated(self, program: Any, corrected: dict[str, Any], error: Any = "iid", **words: Any) -> Any:
        """What it makes of the model, with an error and the factors that are applied to it."""
        import pyfixest

        calls = {**self.options, "ssc": pyfixest.ssc(**corrected), "vcov": error, **words}
        return program(self.formula, self.rows, **calls)

    def params(self, found: Any) -> Floats:
        """(k,) in the order of `names`."""
        return np.asarray(found.coef()[list(self.names)], dtype=float)

    def covariance(self, found: Any) -> Floats:
        """(k, k) in the order of `names`."""
        places = [list(found.coef().index).index(name) for name in self.names]
        return np.asarray(found._vcov)[np.ix_(places, places)]


def question(fit: Fit, model: ModelSpec, **blocks: Floats) -> Question:
    """The outcome on the columns of x, and of d by those of z, with the model's effects and weights."""
    design = used_rows(fit)
    columns = {f"{name}{j}": column for name, block in blocks.items() for j, column in enumerate(block.T)}
    effects = {f"f{j}": codes(design, name) for j, name in enumerate(model.effects)}
    rows = pd.DataFrame({"y": design.y, **columns, **effects})
    options: dict[str, Any] = {"fixef_rm": "none"}
    if design.weights is not None:
        rows["w"] = design.weights / design.weights.mean()
        options |= {"weights": "w"}
    exogenous, endogenous, excluded = ([n for n in columns if n[0] == name] for name in "xdz")
    parts = [f"y ~ {' + '.join(['1' if effects else '0', *exogenous])}", " + ".join(effects)]
    if endogenous:
        parts.append(f"{' + '.join(endogenous)} ~ {' + '.join(excluded)}")
    formula = " | ".join(part for part in parts if part)
    return Question(rows, formula, (*exogenous, *endogenous), options)


def regression(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """Least squares with whatever effects; of endogenous regressors it takes one."""
    import pyfixest

    design, given = used_rows(fit), in_coordinates(fit, absorbed=bool(model.effects))
    roles = {"d": design.extra.get("endogenous"), "z": design.extra.get("instruments")}
    blocks = {to: found.reshape(design.nobs, -1) for to, found in roles.items() if found is not None}
    treated = blocks["d"].shape[1] if blocks else 0
    if fit.mean_effect or treated > 1:
        return
    asked = question(fit, model, x=given.x, **blocks)
    witness = Witness(EXACT, fit, block_diag(given.back, np.eye(treated)))
    estimated = partial(asked.estimated, partial(pyfixest.feols, demeaner=_demeaner()))
    plain = estimated(COUNTED)
    yield from witness.coefficients(asked.params(plain), asked.covariance(plain))
    if counted_by_levels(fit, tuple(model.effects)):
        yield from witness.errors("classical", classical(fit).matrix, asked.covariance(plain))
    yield from _sandwiches(witness, model, asked, estimated)
    if not treated:
        yield from _over_time(witness, model, asked, estimated)


def poisson(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """`ppml` with whatever effects, on the rows that it kept."""
    import pyfixest

    design, given = used_rows(fit), in_coordinates(fit, absorbed=bool(model.effects))
    asked = question(fit, model, x=given.x)
    program = partial(pyfixest.fepois, demeaner=_demeaner(), separation_check=[], **SEARCH)
    if "offset" in design.extra or "exposure" in design.extra:
        asked.rows["o"] = offset_of(design)
        program = partial(program, offset="o")
    witness = Witness(CLIMBED, fit, given.back)
    found = yield from _likelihood(witness, model, asked, partial(asked.estimated, program))
    yield CLIMBED.statistic(LIKELIHOOD, fit.statistics["loglikelihood"], found._loglik)
    yield CLIMBED.statistic("deviance", fit.statistics["deviance"], found.deviance)


def logit(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """A logit; a probit is not asked for: there its sandwiches are by the expected information."""
    import pyfixest

    if fit.design.weights is None and not fit.design.extra:
        given = in_coordinates(fit, absorbed=bool(model.effects))
        asked = question(fit, model, x=given.x)
        program = partial(pyfixest.feglm, family="logit", **SEARCH)
        witness = Witness(CLIMBED, fit, given.back)
        yield from _likelihood(witness, model, asked, partial(asked.estimated, program))


def quantile(fit: Fit, model: ModelSpec) -> Iterator[Opinion]:
    """The least sum of deviations, coefficients where no others have it, Hendricks and Koenker's errors.

    statsmodels is not asked: it climbs to about a hundredth of an error from the minimum.
    """
    import pyfixest

    design, options = used_rows(fit), model.options
    if design.weights is not None:
        return
    q, given = float(options.get("q", 0.5)), in_coordinates(fit, absorbed=bool(model.effects))
    asked = question(fit, model, x=given.x)
    program = partial(pyfixest.quantreg, quantile=q, tol=1e-14, maxiter=1000)
    found = program(asked.formula, asked.rows, vcov="nid", ssc=pyfixest.ssc(**BARE))
    left = design.y - given.x @ asked.params(found)
    deviations = float(np.sum(left * (q - (left < 0))))
    yield EXACT.statistic("sum of deviations", float(fit.statistics["sum_deviations"]), deviations)
    witness = Witness(CLIMBED, fit, given.back)
    if _alone(left, given.x, q):
        yield from witness.coefficients(asked.params(found), asked.covariance(found))
        if fit.own and options.get("errors") == "nid" and options.get("bandwidth", USUAL) == USUAL:
            yield from witness.errors("own", fit.own.matrix, asked.covariance(found))


def _alone(residuals: Floats, x: Floats, q: float) -> bool:
    """Whether no other coefficients have as small a sum of deviations (Koenker 2005, 2.2).

    As many rows lie on the plane as it has coefficients, and their multipliers inside their bounds.
    """
    on = np.abs(residuals) <= 1e-9 * np.abs(residuals).max()
    if on.sum() != x.shape[1]:
        return False
    others = x[~on].T @ (q - (residuals[~on] < 0))
    multipliers = -np.linalg.solve(x[on].T, others)
    return bool(((multipliers > q - 1 + 1e-9) & (multipliers < q - 1e-9)).all())


def _likelihood(witness: Witness, model: ModelSpec, asked: Question, estimated: Any) -> Any:
    """Coefficients and errors; what it found."""
    plain = estimated(BARE)
    yield from witness.coefficients(asked.params(plain), asked.covariance(plain))
    yield from witness.errors("classical", classical(witness.fit).matrix, asked.covariance(plain))
    yield from _sandwiches(witness, model, asked, estimated)
    yield from _over_time(witness, model, asked, estimated)
    return plain


def _sandwiches(witness: Witness, model: ModelSpec, asked: Question, estimated: Any) -> Iterator[Opinion]:
    """Robust and clustered errors: with its factors where it counts effects as we do, else without."""
    fit = witness.fit
    alike = counted_by_levels(fit, tuple(model.effects))
    if alike:
        yield from witness.errors("hc1", hc1(fit).matrix, asked.covariance(estimated(COUNTED, "hetero")))
    yield from witness.errors("hc0", hc0(fit).matrix, asked.covariance(estimated(BARE, "hetero")))
    for each in clustered_ways(fit, model, **({"absorbed": "nested"} if alike else PLAIN)):
        keys = each.groups.reshape(fit.nobs, -1).T
        asked.rows[["c0", "c1"][: len(keys)]] = keys.T
        found = estimated(NESTED if alike else BARE, {"CRV1": " + ".join(["c0", "c1"][: len(keys)])})
        yield from witness.errors("clustered", each.ours.matrix, asked.covariance(found), each.by)


def _over_time(witness: Witness, model: ModelSpec, asked: Question, estimated: Any) -> Iterator[Opinion]:
    """Driscoll and Kraay's errors by periods, Newey and West's by rows of an entity, without a factor."""
    fit = witness.fit
    for kind, words, options in (
        ("driscoll_kraay", "DK", {"correction": "none"}),
        ("newey_west", "NW", {"lagged": "rows", "correction": "none"}),
    ):
        if kernel := over_time(fit, model, kind, **options):
            asked.rows["e"], asked.rows["t"] = fit.entity, kernel.periods
            places = {"lag": kernel.lags, "time_id": "t", "panel_id": "e"}
            found = estimated(BARE, words, vcov_kwargs=places)
            yield from witness.errors(kind, kernel.ours.matrix, asked.covariance(found))


def _demeaner() -> Any:
    from pyfixest.demeaners import LsmrDemeaner

    return LsmrDemeaner(fixef_atol=CLOSE, fixef_btol=CLOSE, fixef_maxiter=100_000)


ERRORS = ("classical", "hc0", "hc1", "clustered", "driscoll_kraay", "newey_west")
INSTRUMENTED = ("classical", "hc0", "hc1", "clustered")
MODELS = {
    "ols": Known(regression, quantities(errors=ERRORS)),
    "iv_2sls": Known(regression, quantities(errors=INSTRUMENTED)),
    "ppml": Known(poisson, quantities(LIKELIHOOD, "deviance", errors=ERRORS)),
    "logit": Known(logit, quantities(errors=ERRORS)),
    "quantile": Known(quantile, quantities("sum of deviations", errors=("own",))),
}
