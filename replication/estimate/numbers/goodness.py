"""R squared of each kind, what an exact fit leaves, and the counts that go with every linear fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pandas import unique

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, Integers, Statistics, Term
from replication.estimate.numbers.row_blocks import row_blocks

NOTHING = 2e-13
"""Share of an outcome's length that is rounding: what is left of it below that is nothing."""

EXACT = (
    "the regressors explain the outcome in full: no residual is left, and so there are no errors, tests or "
    "intervals"
)


def is_nothing(left: Floats, y: Floats) -> bool:
    """Whether what is left of an outcome y, its residuals say, is no more than rounding."""
    return bool(np.linalg.norm(left) <= NOTHING * np.linalg.norm(y))


def require_outcome(left: Floats, y: Floats, name: str, why: str) -> None:
    """Raise EstimationError, saying `why`, where nothing is `left` to explain of the outcome y."""
    if is_nothing(left, y):
        raise EstimationError(f"the outcome {name!r} {why}: no variation to explain")


def counts(entity: Integers, time: Integers, df_resid: int) -> Statistics:
    """Rows, entities, periods and residual degrees of freedom."""
    return {
        "nobs": float(len(entity)),
        "entities": float(len(unique(entity))),
        "periods": float(len(unique(time))),
        "df_resid": float(df_resid),
    }


def information_criteria(loglikelihood: float, parameters: int, nobs: int) -> Statistics:
    """AIC = 2k - 2 log L (Akaike 1974) and BIC = k log n - 2 log L (Schwarz 1978).

    k counts every parameter that the likelihood is maximised over: coefficients, absorbed effects, and
    variances, correlations and the like; n is the number of rows. So a model has the same criteria whether
    its effects are absorbed or written out, and least squares those of a Tobit in which nothing is censored.
    R's AIC counts like this after lm, glm, survreg and their like. Stata's estat ic agrees after logit,
    probit, poisson, nbreg, tobit and heckman; after regress its k leaves the variance out (AIC less by 2, BIC
    by log n), after areg, xtreg, fe and ppmlhdfe the absorbed effects too. R's fixest counts the effects, but
    no variance.
    """
    return {
        "aic": 2.0 * parameters - 2.0 * loglikelihood,
        "bic": parameters * float(np.log(nobs)) - 2.0 * loglikelihood,
    }


def ratio(top: float, bottom: float) -> float:
    """top / bottom as IEEE arithmetic has it: a perfect fit gives infinity, nothing to explain gives nan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(top) / np.float64(bottom))


def squares(y: Floats, weights: Floats, *, centred: bool) -> float:
    """Weighted sum of squares of y, about its mean if `centred`."""
    mean = rest = 0.0
    if centred:
        mean = float(np.average(y, weights=weights))
        off = [float(weights[rows] @ (y[rows] - mean)) for rows in row_blocks(len(y))]
        rest = sum(off) / float(weights.sum())  # what rounding left of the mean
    blocks = ((weights[rows], y[rows] - mean - rest) for rows in row_blocks(len(y)))
    return float(sum(weight @ left**2 for weight, left in blocks))


def squared_correlation(a: Floats, b: Floats, weights: Floats | None = None) -> float:
    """Squared correlation; nan where one of the two does not vary."""
    means = np.average(a, weights=weights), np.average(b, weights=weights)
    return _squared_correlation_about(lambda rows: means, a, b, weights)


def _squared_correlation_about(
    means: Callable[[slice], tuple[Floats | float, Floats | float]],
    a: Floats,
    b: Floats,
    weights: Floats | None,
) -> float:
    """That of the deviations from the means that some rows have; millions of rows are not copied for it."""
    both = own = other = 0.0
    for rows in row_blocks(len(a)):
        left, right = (values[rows] - mean for values, mean in zip((a, b), means(rows), strict=True))
        weighted = left if weights is None else weights[rows] * left
        both, own = both + float(weighted @ right), own + float(weighted @ left)
        other += float(right @ (right if weights is None else weights[rows] * right))
    return ratio(both**2, own * other)


def means_by(codes: Integers, values: Floats, weights: Floats | None = None) -> Floats:
    """(G,) or (G, m) means of the rows of `values` in each level of codes 0 .. G-1."""
    totals = np.bincount(codes, weights)
    if values.ndim == 1:
        return np.bincount(codes, values if weights is None else weights * values) / totals
    return np.column_stack([means_by(codes, v, weights) for v in values.T]).reshape(len(totals), -1)


def panel_rsquared(
    design: Design, terms: tuple[Term, ...], params: Floats, weights: Floats | None = None
) -> Statistics:
    """R squared within, between and overall as squared correlations of y and xb (Stata [XT] xtreg).

    Of the deviations from entity means, of the entity means, and of the rows themselves; xb leaves the
    constant and the effects out, which changes no correlation.
    """
    slopes = np.zeros(len(design.terms))
    for term, b in zip(terms, params, strict=True):
        if term.kind != "constant":
            slopes[design.terms.index(term)] = b
    xb = design.x @ slopes
    codes = design.entity
    if not np.bincount(codes).all():  # rows of some entities alone
        codes = np.unique(codes, return_inverse=True)[1]
    y_mean, xb_mean = means_by(codes, design.y, weights), means_by(codes, xb, weights)

    def of_entity(rows: slice) -> tuple[Floats, Floats]:
        """The means of the entities of some rows."""
        return y_mean[codes[rows]], xb_mean[codes[rows]]

    return {
        "rsquared_within": _squared_correlation_about(of_entity, design.y, xb, weights),
        "rsquared_between": squared_correlation(y_mean, xb_mean),
        "rsquared_overall": squared_correlation(design.y, xb, weights),
    }
