"""Instrumental variables: two-stage least squares, LIML and efficient GMM, with effects absorbed.

The design's x are the exogenous regressors; `extra["endogenous"]` (n, p) and `extra["instruments"]` (n, q)
are the endogenous regressors and the excluded instruments, with their names in `extra_terms`.

Every estimator takes

* `effects`: "entity", "time" or any columns of `design.clusters`, taken out of all variables (the constant
  goes with them);
* `moments`: what the errors may do in Z'e, "unadjusted" (independent, equal variance), "robust" (unequal
  variance) or "clustered" by `cluster`. GMM weighs by it; the tests of `iv_tests` use it.

The fit is in the metric of generic sandwiches: `x` are the fitted regressors, `residuals` those of the actual
ones. Analytic weights are rescaled to mean one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.design import (
    CONSTANT,
    Covariance,
    Design,
    Fit,
    Floats,
    LeastSquaresFit,
    Statistics,
    Term,
)
from replication.estimate.linear.anderson_rubin import anderson_rubin
from replication.estimate.linear.iv_tests import (
    Moments,
    endogeneity,
    moment_covariance,
    overidentification,
    strength,
    underidentification,
)
from replication.estimate.numbers.absorb import counted, projector, require_variation, residuals
from replication.estimate.numbers.algebra import least_squares, triangle
from replication.estimate.numbers.goodness import EXACT, counts, is_nothing, ratio, require_outcome
from replication.estimate.numbers.groupings import Groupings, of_design

Kind = Literal["unadjusted", "robust", "clustered"]
EFFICIENT = "efficient GMM, no small-sample factor (Stata ivreg2, gmm2s)"


@dataclass(frozen=True)
class Variables:
    """The variables of a model after effects and weights.

    Attributes
    ----------
    y : (n,) float array
    exogenous, endogenous, instruments : (n, k1), (n, p) and (n, q) float arrays
    exogenous_terms, endogenous_terms, instrument_terms : tuples of str
    moments : Moments
    absorbed : int
    effects : tuple of str
    """

    y: Floats
    exogenous: Floats
    endogenous: Floats
    instruments: Floats
    exogenous_terms: tuple[Term, ...]
    endogenous_terms: tuple[Term, ...]
    instrument_terms: tuple[Term, ...]
    moments: Moments
    absorbed: int
    effects: tuple[str, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """Exogenous, then endogenous regressors."""
        return self.exogenous_terms + self.endogenous_terms

    @property
    def x(self) -> Floats:
        """(n, k1 + p) regressors."""
        return np.column_stack([self.exogenous, self.endogenous])

    @property
    def z(self) -> Floats:
        """(n, k1 + q) instruments, included and excluded."""
        return np.column_stack([self.exogenous, self.instruments])


def iv_2sls(
    design: Design, *, effects: list[str] | None = None, moments: Kind = "robust", cluster: str = "entity"
) -> Fit:
    """Two-stage least squares (Wooldridge 2010, 5.2).

    Raises
    ------
    EstimationError
        Fewer instruments than endogenous regressors (both counted and named); a column that is a combination
        of others; instruments that do not identify; an unknown cluster, effect or word.
    """
    v = _variables(design, "iv_2sls", effects, moments, cluster)
    fitted = _projection(v)
    solution = least_squares(v.y, fitted, v.terms)
    residuals = v.y - v.x @ solution.params
    fit = _as_least_squares(design, "iv_2sls", v, solution.params, solution.bread, fitted, residuals)
    return _with_statistics(fit, v, residuals, residuals)


def liml(
    design: Design, *, effects: list[str] | None = None, moments: Kind = "robust", cluster: str = "entity"
) -> Fit:
    """Limited-information maximum likelihood (Anderson and Rubin 1949) as the k-class estimator it is.

    kappa is the smallest root of |W1 - kappa W0| = 0, W1 and W0 the cross products of outcome and endogenous
    regressors left by the included and by all instruments (Davidson and MacKinnon 2004, 12.95).

    Raises
    ------
    EstimationError
        As `iv_2sls`.
    """
    v = _variables(design, "liml", effects, moments, cluster)
    fitted = _projection(v)
    kappa = _kappa(v)
    mixed = fitted + (1.0 - kappa) * (v.x - fitted)
    bread = np.linalg.inv(v.x.T @ mixed)
    bread = 0.5 * (bread + bread.T)
    params = bread @ (mixed.T @ v.y)
    params = params + bread @ (mixed.T @ (v.y - v.x @ params))
    residuals = v.y - v.x @ params
    fit = _as_least_squares(design, "liml", v, params, bread, fitted, residuals)
    return _with_statistics(fit, v, residuals, residuals, {"kappa": kappa})


def iv_gmm(
    design: Design, *, effects: list[str] | None = None, moments: Kind = "robust", cluster: str = "entity"
) -> Fit:
    """Two-step efficient GMM (Hansen 1982), weights from the residuals of two-stage least squares.

    The covariance is that of an efficient estimator, (X'Z S^-1 Z'X)^-1 with the S that weighed it (Stata's
    ivreg2, gmm2s); moments are not centred and no small-sample factor is applied.

    Raises
    ------
    EstimationError
        As `iv_2sls`; a covariance of the moments that cannot be inverted (fewer clusters than instruments).
    """
    v = _variables(design, "iv_gmm", effects, moments, cluster)
    start = least_squares(v.y, _projection(v), v.terms).params
    root = _moment_root(v, v.y - v.x @ start)
    basis = v.z @ root.T
    solution = least_squares(basis.T @ v.y, basis.T @ v.x, v.terms)
    residuals = v.y - v.x @ solution.params
    scores = basis @ (basis.T @ v.x) * residuals[:, None]
    fit = Fit(
        estimator="iv_gmm",
        terms=v.terms,
        params=solution.params,
        bread=solution.bread,
        scores=scores,
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="normal",
        absorbed=v.absorbed,
        absorbed_by=v.effects,
        own=Covariance("own", solution.bread, None, {}, EFFICIENT),
    )
    return _with_statistics(fit, v, residuals, v.y - v.x @ start)


ESTIMATORS = {"iv_2sls": iv_2sls, "liml": liml, "iv_gmm": iv_gmm}


def _variables(design: Design, name: str, effects: list[str] | None, kind: Kind, cluster: str) -> Variables:
    for role in ("endogenous", "instruments"):
        if role not in design.extra:
            raise EstimationError(f"{name} needs the {role} named in its options")
    endogenous, instruments = (tuple(design.extra_terms[role]) for role in ("endogenous", "instruments"))
    _check_names(name, design.terms, endogenous, instruments)
    groups = of_design(design, effects or ())
    exogenous = design.slopes if groups.names else design.terms
    x = design.x[:, len(design.terms) - len(exogenous) :]
    sizes = np.cumsum([1, len(exogenous), len(endogenous)])
    columns = np.column_stack(
        [design.y, x, _columns(design.extra["endogenous"]), _columns(design.extra["instruments"])]
    )
    columns, absorbed = _without_effects(design, columns, (*exogenous, *endogenous, *instruments), groups)
    y, x, d, z = np.split(columns, sizes, axis=1)
    covariance = _moments(design, name, kind, cluster, x.shape[1] + z.shape[1], absorbed, groups)
    v = Variables(
        y[:, 0], x, d, z, exogenous, endogenous, instruments, covariance, absorbed, tuple(effects or ())
    )
    _check_rank(v, name)
    return v


def _without_effects(
    design: Design, columns: Floats, terms: tuple[Term, ...], groups: Groupings
) -> tuple[Floats, int]:
    """Outcome and `terms` (n, m) after effects and weights, and the rank of the effects."""
    weights = design.unit_weights
    root = np.sqrt(weights)[:, None]
    if not groups.names:
        return columns * root, 0
    by = projector(groups, weights)
    left = residuals(by, columns)
    whole = f"is a sum of effects of {' and '.join(groups.names)}"
    require_outcome(left[:, 0], design.y, design.outcome, whole)
    require_variation(by, left[:, 1:], columns[:, 1:], terms)
    return left * root, by.rank


def _columns(values: Floats) -> Floats:
    return values.reshape(len(values), -1)


def _twice(term: Term, exogenous: tuple[Term, ...], endogenous: tuple[Term, ...]) -> str:
    """Where a term stands twice, and where it is left out."""
    if term in exogenous and term in endogenous:
        return "stands in the formula and among endogenous: take it out of the formula"
    if term in exogenous:
        return "stands in the formula and is its own instrument: take it out of instruments"
    return "stands among endogenous and among instruments: take it out of one of them"


def _check_names(
    name: str, exogenous: tuple[Term, ...], endogenous: tuple[Term, ...], instruments: tuple[Term, ...]
) -> None:
    seen: set[Term] = set()
    for term in (*exogenous, *endogenous, *instruments):
        if term in seen:
            raise EstimationError(f"{name}: '{term}' {_twice(term, exogenous, endogenous)}")
        seen.add(term)
    if len(instruments) < len(endogenous):
        raise EstimationError(
            f"{name}: {len(instruments)} instruments ({_told(instruments) or 'none'}) for "
            f"{len(endogenous)} endogenous regressors ({_told(endogenous)}): not identified"
        )
    if not endogenous:
        raise EstimationError(f"{name}: no endogenous regressor; ols does the rest")


def _told(terms: tuple[Term, ...]) -> str:
    return ", ".join(map(str, terms))


def _moments(
    design: Design, name: str, kind: Kind, cluster: str, shown: int, absorbed: int, groups: Groupings
) -> Moments:
    """What the errors may do, with the degrees of freedom that go with it."""
    kinds = ("unadjusted", "robust", "clustered")
    if kind not in kinds:
        raise EstimationError(one_of(f"{name}: moments", kind, kinds))
    df = design.nobs - shown - absorbed
    if kind != "clustered":
        return Moments(kind, None, df)
    if cluster not in design.groups:
        raise EstimationError(one_of(f"{name}: cluster", cluster, design.groups))
    codes = np.unique(design.groups[cluster], return_inverse=True)[1]
    return Moments(kind, codes, df, absorbed - counted(groups, [codes]) if absorbed else 0)


def _check_rank(v: Variables, name: str) -> None:
    """Refuse dependent columns, and instruments that leave an endogenous regressor without a fit."""
    if v.moments.df <= 0:
        raise EstimationError(
            f"{name}: {len(v.y)} rows are too few for {v.z.shape[1]} instruments and effects"
        )
    least_squares(v.y, v.z, v.exogenous_terms + v.instrument_terms)
    least_squares(v.y, v.x, v.terms)
    try:
        least_squares(v.y, _projection(v), v.terms)
    except EstimationError as problem:
        raise EstimationError(f"{name}: not identified; fitted on the instruments, {problem}") from None


def _projection(v: Variables) -> Floats:
    """(n, k) regressors fitted on the instruments."""
    basis = np.linalg.qr(v.z)[0]
    return np.column_stack([v.exogenous, basis @ (basis.T @ v.endogenous)])


def _kappa(v: Variables) -> float:
    outcome = np.column_stack([v.y, v.endogenous])
    left = outcome - _on(v.exogenous, outcome)
    least = outcome - _on(v.z, outcome)
    return float(np.linalg.svdvals(np.linalg.solve(triangle(least).T, left.T))[-1] ** 2)


def _on(x: Floats, values: Floats) -> Floats:
    basis = np.linalg.qr(x)[0]
    return basis @ (basis.T @ values)


def _moment_root(v: Variables, residuals: Floats) -> Floats:
    """R with R'R the inverse of the moments' covariance."""
    covariance = moment_covariance(v.moments, v.z, residuals)
    size = np.sqrt(np.diag(covariance))
    scale = 1.0 / np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(covariance * np.outer(scale, scale))
    if values[0] <= 1e-12 * values[-1]:
        groups = v.moments.clusters
        why = "" if groups is None else f": there are {int(groups.max()) + 1} clusters"
        raise EstimationError(f"iv_gmm: the covariance of the {v.z.shape[1]} moments cannot be inverted{why}")
    found: Floats = (vectors / np.sqrt(values)).T * scale
    return found


def _as_least_squares(
    design: Design, name: str, v: Variables, params: Floats, bread: Floats, fitted: Floats, residuals: Floats
) -> LeastSquaresFit:
    return LeastSquaresFit(
        estimator=name,
        terms=v.terms,
        params=params,
        bread=bread,
        scores=fitted * residuals[:, None],
        x=fitted,
        residuals=residuals,
        entity=design.entity,
        time=design.time,
        clusters=design.clusters,
        design=design,
        law="t",
        metric="fitted",
        effects=v.effects,
        absorbed=v.absorbed,
        absorbed_by=v.effects,
    )


def _with_statistics(
    fit: Fit, v: Variables, residuals: Floats, first: Floats, more: Statistics | None = None
) -> Fit:
    """The fit with its tests; `first` are the residuals that weigh the moments."""
    constant = CONSTANT in v.exogenous_terms
    found: Statistics = {
        **counts(fit.entity, fit.time, fit.df_resid),
        "rsquared": 1.0 - ratio(float(residuals @ residuals), _total(v, constant)),
        "instruments": float(v.z.shape[1]),
        **(more or {}),
    }
    if is_nothing(residuals, fit.design.y):
        return replace(fit, statistics=found, warnings=(*fit.warnings, EXACT), exact=True)
    statistics: Statistics = {
        **found,
        **strength(v.exogenous, v.endogenous, v.instruments, v.endogenous_terms, v.moments),
        **underidentification(v.exogenous, v.endogenous, v.instruments, v.moments),
        **overidentification(v.exogenous, v.endogenous, v.instruments, v.y, first, v.moments),
        **endogeneity(v.x, v.z, v.y, len(v.endogenous_terms), v.absorbed),
    }
    warnings = fit.warnings
    if len(v.endogenous_terms) == 1:
        interval, sentence = anderson_rubin(v.exogenous, v.endogenous, v.instruments, v.y, v.moments)
        statistics = {**statistics, **interval}
        warnings += (sentence,) if sentence else ()
    return replace(fit, statistics=statistics, warnings=warnings)


def _total(v: Variables, constant: bool) -> float:
    """Sum of squares of the outcome about its (weighted) mean, or about zero without a constant."""
    if not constant:
        return float(v.y @ v.y)
    one = v.exogenous[:, [v.exogenous_terms.index(CONSTANT)]]
    left = v.y - _on(one, v.y[:, None])[:, 0]
    return float(left @ left)
