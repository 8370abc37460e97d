"""Are the instruments strong, valid and needed: first stages, overidentification, endogeneity.

All functions take variables after effects and weights. Small-sample factors are those of Stata's ivreg2: n-L,
L instruments with absorbed parameters; and G/(G-1) (n-1)/(n-L) with clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Floats, Integers, Of, Statistics, Term
from replication.estimate.numbers.distributions import chi2_sf, f_sf
from replication.estimate.numbers.groupings import sums


@dataclass(frozen=True)
class Moments:
    """What the errors may do.

    Attributes
    ----------
    kind : "unadjusted", "robust" or "clustered"
    clusters : (n,) int array of codes 0 .. G-1, or None
    df : int
        Rows less instruments and absorbed parameters.
    nested : int
        How many of the absorbed parameters are nested in the clusters, and not counted with them.
    """

    kind: str
    clusters: Integers | None
    df: int
    nested: int = 0

    @property
    def factor(self) -> float:
        """Small-sample factor of a regression on all instruments."""
        if self.clusters is None:
            return 1.0
        groups = int(self.clusters.max()) + 1
        return groups / (groups - 1)

    @property
    def denominator_df(self) -> int:
        """Second degrees of freedom of F statistics."""
        return self.df if self.clusters is None else int(self.clusters.max())


def moment_covariance(moments: Moments, z: Floats, a: Floats, b: Floats | None = None) -> Floats:
    """(L, L) covariance of Z'a with Z'b (b = a if None), summed over rows or clusters, without a factor."""
    b = a if b is None else b
    if moments.kind == "unadjusted":
        return float(a @ b) / len(a) * (z.T @ z)
    if moments.kind == "robust":
        return (z * (a * b)[:, None]).T @ z
    clusters = np.zeros(len(a), dtype=np.int64) if moments.clusters is None else moments.clusters
    groups = int(clusters.max()) + 1
    return sums(clusters, z * a[:, None], groups).T @ sums(clusters, z * b[:, None], groups)


@dataclass(frozen=True)
class Reduced:
    """Variables on the excluded instruments, the included exogenous regressors taken out of both.

    Attributes
    ----------
    z : (n, q) float array
    inverse : (q, q) float array
        (z'z)^-1.
    values, slopes, residuals : (n, m), (q, m), (n, m) float arrays
    moments : Moments
    """

    z: Floats
    inverse: Floats
    values: Floats
    slopes: Floats
    residuals: Floats
    moments: Moments

    def covariance(self, i: int, j: int) -> Floats:
        """(q, q) covariance of the slopes of columns i and j, with the small-sample factor."""
        a, b = self.residuals[:, i], self.residuals[:, j]
        meat = moment_covariance(self.moments, self.z, a, b)
        rows = len(a) - (self.moments.clusters is not None)
        factor = self.moments.factor * rows / (self.moments.df + self.moments.nested)
        return self.inverse @ meat @ self.inverse * factor


def reduced_form(exogenous: Floats, instruments: Floats, values: Floats, moments: Moments) -> Reduced:
    """Least squares of each column of `values` on the instruments, `exogenous` partialled out."""
    z, partialled = _left_by(exogenous, instruments), _left_by(exogenous, values)
    basis, triangle = np.linalg.qr(z)
    back = np.linalg.inv(triangle)
    slopes = back @ (basis.T @ partialled)
    return Reduced(z, back @ back.T, partialled, slopes, partialled - z @ slopes, moments)


def _left_by(x: Floats, values: Floats) -> Floats:
    """Residuals of the columns of `values` on x; twice, for the digits that the first pass loses."""
    if x.shape[1] == 0:
        return values
    basis = np.linalg.qr(x)[0]
    values = values - basis @ (basis.T @ values)
    return values - basis @ (basis.T @ values)


def invertible(covariance: Floats) -> bool:
    """Whether a covariance has full rank; with no more clusters than instruments it has not."""
    scale = np.sqrt(np.diag(covariance))
    if not (scale > 0).all():
        return False
    values = np.linalg.eigvalsh(covariance / np.outer(scale, scale))
    return bool(values[0] > 1e-12 * values[-1])


def _wald(values: Floats, covariance: Floats) -> float:
    """values' covariance^-1 values, NaN where the covariance is singular."""
    return float(values @ np.linalg.solve(covariance, values)) if invertible(covariance) else np.nan


def strength(
    exogenous: Floats, endogenous: Floats, instruments: Floats, terms: tuple[Term, ...], moments: Moments
) -> Statistics:
    """First-stage F and partial R squared by regressor; Cragg-Donald, Kleibergen-Paap rk and effective F.

    Those that `moments` is for are NaN where it gives a singular covariance (too few clusters).
    Effective F (Montiel Olea and Pflueger 2013, eq. 3) for one endogenous regressor only.
    """
    # Loading linearmodels takes a fifth of a second, which models without instruments need not wait for.
    from linearmodels.iv.common import cragg_donald_f, kleibergen_paap_f

    first = reduced_form(exogenous, instruments, endogenous, moments)
    out: Statistics = {}
    for j, term in enumerate(terms):
        slopes, covariance = first.slopes[:, j], first.covariance(j, j)
        out[Of("first_stage_f", term.label)] = _wald(slopes, covariance) / len(slopes)
        left = first.residuals[:, j] @ first.residuals[:, j]
        out[Of("partial_rsquared", term.label)] = float(
            1.0 - left / (first.values[:, j] @ first.values[:, j])
        )
    # linearmodels counts the included regressors it is given; those absorbed with effects come off here
    shown = len(endogenous) - exogenous.shape[1] - instruments.shape[1]
    out["cragg_donald_f"] = moments.df / shown * float(cragg_donald_f(endogenous, instruments, exogenous))
    out["kleibergen_paap_f"] = np.nan
    if all(invertible(first.covariance(j, j)) for j in range(len(terms))):
        config = {} if moments.clusters is None else {"clusters": moments.clusters}
        rk = kleibergen_paap_f(endogenous, instruments, exogenous, moments.kind, config)
        out["kleibergen_paap_f"] = (moments.df + moments.nested) / shown * float(rk)
    if len(terms) == 1:
        cross = first.z.T @ first.z
        slopes = first.slopes[:, 0]
        out["effective_f"] = float(slopes @ cross @ slopes / np.trace(first.covariance(0, 0) @ cross))
    return out


def underidentification(
    exogenous: Floats, endogenous: Floats, instruments: Floats, moments: Moments
) -> Statistics:
    """Do the instruments move the endogenous regressors in as many directions as there are: LM tests of rank.

    Anderson's (1951) canonical correlations: n times the smallest squared one, of errors of equal variance;
    and the rk LM statistic of Kleibergen and Paap (2006) under `moments`, where these are another. Both have
    one degree of freedom for each instrument beyond the endogenous regressors, and one more. In the singular
    vectors of the smallest canonical correlation the rk statistic is g'S^-1 g, g the cross product of
    instruments and endogenous regressors and S its covariance: the rotations of Kleibergen and Paap cancel.
    n counts rows (Stata's xtivreg2, fe takes the effects off).
    """
    z, _ = np.linalg.qr(_left_by(exogenous, instruments))
    d, _ = np.linalg.qr(_left_by(exogenous, endogenous))
    count = endogenous.shape[1]
    left, correlations, right = np.linalg.svd(z.T @ d)
    z, d = z @ left[:, count - 1 :], d @ right[-1]
    df = z.shape[1]
    found = {"anderson_lm": len(d) * float(correlations[-1] ** 2)}
    if moments.kind != "unadjusted":
        found["kleibergen_paap_lm"] = _wald(z.T @ d, moment_covariance(moments, z, d))
    out: Statistics = {}
    for name, value in found.items():
        out |= {name: value, f"{name}_df": float(df), f"{name}_p": chi2_sf(value, df)}
    return out


def overidentification(
    exogenous: Floats, endogenous: Floats, instruments: Floats, y: Floats, residuals: Floats, moments: Moments
) -> Statistics:
    """Sargan's statistic at the estimate, and Hansen's J of two-step GMM under `moments`.

    Sargan (1958): n R squared of the residuals on all instruments. J is the minimised two-step objective with
    weights from `residuals` (ivreg2's J after 2SLS and gmm2s). The included regressors are partialled out,
    which changes neither. Neither exists where the model is exactly identified; J is NaN where the covariance
    is singular.
    """
    df = instruments.shape[1] - endogenous.shape[1]
    if df == 0:
        return {}
    basis = np.linalg.qr(np.column_stack([exogenous, instruments]))[0]
    sargan = len(y) * float(np.sum((basis.T @ residuals) ** 2) / (residuals @ residuals))
    out: Statistics = {}
    hansen = _hansen(exogenous, endogenous, instruments, y, residuals, moments)
    for name, value in {"sargan": sargan, "hansen": hansen}.items():
        out |= {name: value, f"{name}_df": float(df), f"{name}_p": chi2_sf(value, df)}
    return out


def _hansen(
    exogenous: Floats, endogenous: Floats, instruments: Floats, y: Floats, residuals: Floats, moments: Moments
) -> float:
    z = _left_by(exogenous, instruments)
    covariance = moment_covariance(moments, z, residuals)
    if not invertible(covariance):
        return np.nan
    weighted = np.linalg.solve(covariance, z.T @ np.column_stack([y, endogenous]))
    zy, zd = z.T @ y, z.T @ endogenous
    left = zy - zd @ np.linalg.solve(zd.T @ weighted[:, 1:], zd.T @ weighted[:, 0])
    return _wald(left, covariance)


def endogeneity(x: Floats, z: Floats, y: Floats, count: int, absorbed: int) -> Statistics:
    """Durbin's chi squared and the Wu-Hausman F: do the first-stage residuals belong in the regression?

    The last `count` columns of x are endogenous (Wooldridge 2010, 6.3.1; Stata's estat endogenous).
    """
    basis = np.linalg.qr(z)[0]
    suspects = x[:, -count:]
    stage = suspects - basis @ (basis.T @ suspects)
    restricted, full = _ssr(y, x), _ssr(y, np.column_stack([x, stage]))
    df = len(y) - x.shape[1] - count - absorbed
    if df <= 0 or full <= 0:
        raise EstimationError(
            f"the tests of endogeneity need rows to spare: {len(y)} rows are explained in full by "
            f"{x.shape[1]} regressors, {absorbed} absorbed effects and {count} residuals of the first stage"
        )
    f = (restricted - full) / count / (full / df)
    durbin = len(y) * (restricted - full) / restricted
    return {
        "durbin": durbin,
        "durbin_p": chi2_sf(durbin, count),
        "wu_hausman": f,
        "wu_hausman_p": f_sf(f, count, df),
    }


def _ssr(y: Floats, x: Floats) -> float:
    left = _left_by(x, y[:, None])[:, 0]
    return float(left @ left)
