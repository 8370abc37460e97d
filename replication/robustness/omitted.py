"""How strong an omitted variable would have to be: Oster (2019), Cinelli and Hazlett (2020).

Both are about one regressor of a linear model and need no more than a few numbers of it. With effects, the
numbers are those of the data after the effects are taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Floats
from replication.estimate.numbers.algebra import least_squares, residual_ssr
from replication.estimate.numbers.distributions import Reference

LARGER_R2 = 1.3
"""Multiple of the controlled R squared that Oster (2019) proposes for the largest, if that is below one."""


@dataclass(frozen=True)
class Movement:
    """What adding the controls does to one coefficient and to R squared (Oster 2019).

    Attributes
    ----------
    short, long : float
        Coefficient without and with the controls.
    r2_short, r2_long : float
    outcome_variance : float
    treatment_variance : float
        Of the regressor, what both regressions share taken out.
    left_variance : float
        Of the regressor, all others of the long regression taken out.
    """

    short: float
    long: float
    r2_short: float
    r2_long: float
    outcome_variance: float
    treatment_variance: float
    left_variance: float

    @property
    def r2_max(self) -> float:
        """LARGER_R2 times the controlled R squared, at most one."""
        return min(LARGER_R2 * self.r2_long, 1.0)


def movement(y: Floats, treatment: Floats, shared: Floats, controls: Floats) -> Movement:
    """The numbers of Oster's method from (n,) outcome and regressor, and (n, m) columns of other regressors.

    Parameters
    ----------
    shared : (n, m) float array
        In both regressions, the constant among them where there is one (psacalc's mcontrol).
    controls : (n, m) float array
        In the long regression alone.

    Raises
    ------
    EstimationError
        Collinear regressors.
    """
    short, long = (
        least_squares(y, x, tuple(map(str, range(x.shape[1]))))
        for x in (np.column_stack([treatment, shared]), np.column_stack([treatment, shared, controls]))
    )
    constant = np.ones((len(y), 1)) if shared.shape[1] else shared
    total = residual_ssr(y, constant)[0]
    return Movement(
        short=float(short.params[0]),
        long=float(long.params[0]),
        r2_short=1.0 - short.ssr / total,
        r2_long=1.0 - long.ssr / total,
        outcome_variance=total / len(y),
        treatment_variance=residual_ssr(treatment, shared)[0] / len(y),
        left_variance=residual_ssr(treatment, np.column_stack([shared, controls]))[0] / len(y),
    )


def _polynomials(m: Movement, r2_max: float) -> tuple[Floats, Floats]:
    """Coefficients, from the cubic down, of numerator and denominator of delta as functions of the bias.

    Oster (2019), as her program psacalc has it: the delta that makes the bias of the long coefficient v is
    numerator(v) / denominator(v).
    """
    fall = m.short - m.long
    gained = (m.r2_long - m.r2_short) * m.outcome_variance
    hidden = (r2_max - m.r2_long) * m.outcome_variance
    both = m.treatment_variance * m.left_variance
    cubic = both - m.left_variance**2
    numerator = [cubic, 2.0 * both * fall, gained * m.left_variance + both * fall**2, 0.0]
    denominator = [
        cubic,
        both * fall,
        hidden * (m.treatment_variance - m.left_variance),
        hidden * fall * m.treatment_variance,
    ]
    return np.array(numerator), np.array(denominator)


def delta_for(m: Movement, r2_max: float | None = None, beta: float = 0.0) -> float:
    """How much stronger than on observables selection on unobservables must be for the effect to be `beta`.

    Parameters
    ----------
    r2_max : float
        R squared if the unobservables were controlled for; LARGER_R2 times that of the long regression if
        None.
    """
    numerator, denominator = _polynomials(m, _checked_r2(m, r2_max))
    bias = m.long - beta
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.polyval(numerator, bias) / np.polyval(denominator, bias))


def beta_for(m: Movement, r2_max: float | None = None, delta: float = 1.0) -> float:
    """The effect if selection on unobservables is `delta` times that on observables.

    Of the real roots, the one nearest to the long coefficient among those that lie beyond it as it lies
    beyond the short one (Oster 2019, assumption 3); the nearest of all where none does.
    """
    numerator, denominator = _polynomials(m, _checked_r2(m, r2_max))
    roots = np.roots(numerator - delta * denominator)
    biases = roots[np.abs(roots.imag) <= 1e-9 * np.abs(roots)].real
    if not len(biases):
        return float("nan")
    onward = biases[np.sign(biases) == np.sign(m.short - m.long)]
    return m.long - float(min(onward if len(onward) else biases, key=abs))


def _checked_r2(m: Movement, r2_max: float | None) -> float:
    found = m.r2_max if r2_max is None else r2_max
    if not m.r2_long <= found <= 1.0:
        raise EstimationError(f"r2_max is {found:.4g}; allowed: {m.r2_long:.4g} (with all controls) to 1")
    return found


def partial_r2(t: float, df: float) -> float:
    """Share of the residual variance of the outcome that a regressor explains, from its classical t."""
    return t**2 / (t**2 + df)


def robustness_value(t: float, df: float, *, share: float = 1.0, size: float | None = None) -> float:
    """Partial R squared with treatment and outcome at which an omitted variable takes `share` of the effect.

    Cinelli and Hazlett (2020): with f the share of Cohen's partial f less the critical one,
    (sqrt(f^4 + 4 f^2) - f^2) / 2; where the confounder need explain less of the outcome than of the
    treatment, (f_q^2 - f*^2) / (1 + f_q^2), as their package sensemakr.

    Parameters
    ----------
    t : float
        Classical t statistic.
    df : float
        Its degrees of freedom.
    size : float or None
        Makes it the value at which the effect less `share` is no longer significant at this size.
    """
    effect = share * abs(t) / np.sqrt(df)
    critical = 0.0 if size is None else -float(Reference(df - 1.0).ppf(size / 2.0)) / np.sqrt(df - 1.0)
    excess = effect - critical
    if excess <= 0:
        return 0.0
    if critical > 0 and effect > 1.0 / critical:
        return float((effect**2 - critical**2) / (1.0 + effect**2))
    return float(0.5 * (np.sqrt(excess**4 + 4.0 * excess**2) - excess**2))


@dataclass(frozen=True)
class Confounder:
    """An omitted variable by its partial R squared: with the treatment, and with the outcome given that."""

    treatment: float
    outcome: float


def as_strong_as(times: float, treatment: float, outcome: float) -> Confounder:
    """An omitted variable `times` as strong as a regressor that is there.

    Cinelli and Hazlett (2020), benchmark bounds: from the regressor's own partial R squared with the
    treatment, and with the outcome given all others.

    Raises
    ------
    EstimationError
        A variable that strong would explain more than all of the treatment.
    """
    explained = times * treatment / (1.0 - treatment)
    shared = times * treatment**2 / ((1.0 - times * treatment) * (1.0 - treatment))
    if explained >= 1 or not 0 <= shared < 1:
        raise EstimationError(f"a confounder {times:g} times as strong would explain all of the treatment")
    root = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1.0 - shared)
    return Confounder(explained, float(min(root**2 * outcome / (1.0 - outcome), 1.0)))


def given(confounder: Confounder, estimate: float, error: float, df: float) -> tuple[float, float]:
    """Estimate and classical error if the confounder were controlled for and worked against the effect.

    Cinelli and Hazlett (2020): bias and error by partial R squared.
    """
    lost = np.sqrt(confounder.outcome * confounder.treatment / (1.0 - confounder.treatment))
    left = np.sqrt((1.0 - confounder.outcome) / (1.0 - confounder.treatment))
    adjusted = np.sign(estimate) * (abs(estimate) - error * np.sqrt(df) * lost)
    return float(adjusted), float(error * left * np.sqrt(df / (df - 1.0)))
