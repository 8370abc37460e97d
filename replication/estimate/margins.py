"""Average marginal effects on the mean outcome, with delta-method errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError, one_of
from replication.estimate.design import Design, Fit, Floats, LikelihoodFit, MeanOf, Term


@dataclass(frozen=True)
class MarginalEffects:
    """Average effects of regressors on the mean outcome.

    Attributes
    ----------
    terms : tuple of Term
        What moves, J in all.
    effects : (J,) float array
    covariance : (J, J) float array
        Of the effects, by the delta method, the regressors taken as fixed.
    """

    terms: tuple[Term, ...]
    effects: Floats
    covariance: Floats

    @property
    def std_errors(self) -> Floats:
        """(J,) square roots of the diagonal of `covariance`."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True)
class Slope:
    """A variable that moves a little: `x` (n, k) are the derivatives of the columns of the design in it."""

    term: Term
    x: Floats


@dataclass(frozen=True)
class Step:
    """A variable that moves from one value to another: the columns of the design (n, k) at each."""

    term: Term
    before: Floats
    after: Floats


Move = Slope | Step


def average_marginal_effects(
    fit: Fit, covariance: Floats, *, on: str = "outcome", moves: Iterable[Move] | None = None
) -> MarginalEffects:
    """Averages over the sample of the change of the mean outcome in each variable.

    `moves` are the variables and what the columns of the design do where they move; each column on its own
    if None. A variable that is 0 or 1 in every row is moved from 0 to 1, others by a little. `covariance`
    (k, k) is any covariance of the parameters of `fit`. `on="latent"`, for a Tobit, is the mean before
    censoring, whose effects are the coefficients. Standard errors are those of Stata's `margins, dydx(*)`
    (Bartus 2005). Raises EstimationError for estimators without such effects.
    """
    mean_of = _mean_of(fit, on)
    weights = fit.design.unit_weights / fit.design.nobs
    terms: list[Term] = []
    effects: list[float] = []
    rows: list[Floats] = []
    for move in each_column(fit.design) if moves is None else moves:
        if isinstance(move, Slope):
            effect, row = _derivative(fit.design.x, move.x, fit.params, weights, mean_of)
        else:
            effect, row = _step(move, fit.params, weights, mean_of)
        terms.append(move.term)
        effects.append(effect)
        rows.append(row)
    jacobian = np.array(rows).reshape(len(terms), len(fit.params))
    return MarginalEffects(tuple(terms), np.array(effects), jacobian @ covariance @ jacobian.T)


def each_column(design: Design) -> Iterator[Move]:
    """Every column of a design but the constant as a variable of its own."""
    for j, term in enumerate(design.terms):
        if term.kind != "constant":
            yield column_move(design, j)


def column_move(design: Design, j: int) -> Move:
    """Column j of a design as a variable of its own."""
    if not is_dummy(design.x[:, j]):
        return Slope(design.terms[j], np.eye(design.x.shape[1])[[j]] * np.ones((design.nobs, 1)))
    return Step(design.terms[j], *(_with(design.x, j, level) for level in (0.0, 1.0)))


def is_dummy(column: Floats) -> bool:
    """Whether a variable is 0 or 1 in every row."""
    return bool(np.isin(column, (0.0, 1.0)).all())


def _with(x: Floats, j: int, level: float) -> Floats:
    there = x.copy()
    there[:, j] = level
    return there


def _derivative(
    x: Floats, change: Floats, params: Floats, weights: Floats, mean_of: MeanOf
) -> tuple[float, Floats]:
    """Average of slope(x'b) times change'b, and its derivative in the parameters."""
    k = x.shape[1]
    mean, along = mean_of(x @ params[:k], params[k:]), change @ params[:k]
    by_index = (weights * mean.bend * along) @ x + (weights * mean.slope) @ change
    return float((weights * mean.slope) @ along), np.concatenate(
        [by_index, (weights * along) @ mean.slope_by_other]
    )


def _step(move: Step, params: Floats, weights: Floats, mean_of: MeanOf) -> tuple[float, Floats]:
    """Average change of the mean between two designs, and its derivative in the parameters."""
    effect, row = 0.0, np.zeros(len(params))
    for sign, there in ((1, move.after), (-1, move.before)):
        k = there.shape[1]
        mean = mean_of(there @ params[:k], params[k:])
        effect += sign * float(weights @ mean.value)
        row += sign * np.concatenate([(weights * mean.slope) @ there, weights @ mean.by_other])
    return effect, row


def _mean_of(fit: Fit, on: str) -> MeanOf:
    """The mean outcome of the estimator."""
    if on not in ("outcome", "latent"):
        raise EstimationError(one_of("marginal effects on", on, ("outcome", "latent")))
    means = fit.means if isinstance(fit, LikelihoodFit) else {}
    if not means:
        raise EstimationError(
            f"{fit.estimator} has no average marginal effects; allowed: logit, probit, fractional and Tobit "
            "models"
        )
    if on not in means:
        raise EstimationError(f'{fit.estimator} has no latent effects, only Tobit has; take "outcome"')
    return means[on]
