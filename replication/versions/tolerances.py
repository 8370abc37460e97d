"""How far two runs may differ before a cell counts as moved: by the kind of quantity, with the reasons.

A difference is allowed up to `relative * scale + FLOOR * largest`: the scale is that of the cell (its size,
its standard error, or 1 for t, p and R2), the largest is that of its column. Where other kernels, Pythons and
C libraries moved something, the worst stands in the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from replication.records.model_statistics import STATISTICS, Measure


@dataclass(frozen=True)
class Tolerance:
    """Largest difference that is rounding.

    Attributes
    ----------
    relative : float
        Of the larger of the two values, or of what `compare` takes as scale where a value is near zero.
    reason : str
    """

    relative: float
    reason: str


LINEAR = Tolerance(
    1e-8,
    "solved in one step by orthogonal factors: another order of sums moves the last three or four of the "
    "sixteen digits, more where regressors are nearly collinear (4e-11 seen)",
)
ITERATIVE = Tolerance(
    1e-6,
    "climbs to a maximum and stops when steps are small: where it stops depends on the last digits of the "
    "way, and a function is flat to half of its digits about its maximum",
)
MOMENTS = Tolerance(
    1e-6,
    "weighs moments by the inverse of their covariance, estimated a step before: many instruments make it "
    "nearly singular, and as many digits are lost as its condition number has",
)
SIMULATED = Tolerance(
    1e-6,
    "averages linear or iterative estimates over seeded draws, whose own starting values come from "
    "estimates that differ in their last digits",
)

# Fixed effects change nothing here: they are taken out by projection, which is linear too.
TOLERANCES: dict[str, Tolerance] = {
    **dict.fromkeys(
        (
            "ols",
            "between",
            "first_difference",
            "fama_macbeth",
            "random_effects",
            "iv_2sls",
            "liml",  # a k-class estimator: kappa is a root of a small determinant, found at once
        ),
        LINEAR,
    ),
    **dict.fromkeys(("iv_gmm", "difference_gmm", "system_gmm"), MOMENTS),
    **dict.fromkeys(
        (
            "probit",
            "logit",
            "conditional_logit",
            "ordered_logit",
            "ordered_probit",
            "fractional_logit",
            "fractional_probit",
            "tobit",
            "tobit_random_effects",
            "two_part",
            "fgls",  # these three may iterate between coefficients and covariance
            "general_fgls",
            "sur",
            "heckman_two_step",  # its first step is a probit
            "heckman_ml",
            "ppml",
            "negative_binomial",
            "prais_winsten",
            "quantile",
        ),
        ITERATIVE,
    ),
    "lsdvc": SIMULATED,
}
DESCRIPTIVE = Tolerance(1e-9, "sums and quotients of the data in one step")


def of_estimator(name: str) -> Tolerance:
    """The tolerance declared for an estimator; the strict one where nothing is declared."""
    return TOLERANCES.get(name, LINEAR)


TESTS = Tolerance(
    1e-6,
    "a quadratic form in the inverse of a covariance: where its condition number is 1e6 six digits are lost "
    "(a Chow F moved by 5e-10)",
)
P_VALUES = Tolerance(1e-6, "the tail of a test statistic, on a scale of 1: none is printed beyond 1e-3")
SHARES = Tolerance(1e-8, "one less a quotient of sums of squares, on a scale of 1")
FREEDOM = Tolerance(
    1e-8,
    "degrees of freedom, whole or approximated as a quotient of quadratic forms (4e-15 seen): one more or "
    "less of fewer than a hundred million is beyond this",
)
EXACT = Tolerance(0.0, "a count, a rank: equal or wrong")
# A sum that cancels to nearly nothing keeps the noise of its parts: 1e-16 of them, for each of thousands.
FLOOR = 1e-12
# What a search leaves is not compared. A gradient (of parameters scaled to a unit second derivative) above
# this is no maximum: a search that ends a hundredth of it away says itself that it did not converge.
LARGEST_GRADIENT = 1e-4
BY_MEASURE = {"count": FREEDOM, "test": TESTS, "p": P_VALUES, "share": SHARES}


def measure_of(name: str) -> Measure:
    """What kind of figure a statistic is; what is not declared is held as if in units of data."""
    return STATISTICS[name].measure if name in STATISTICS else "figure"


def of_statistic(name: str, estimator: str) -> Tolerance:
    """The tolerance of a statistic of a model by its class and kind; in units of the data, the model's."""
    if name in STATISTICS and STATISTICS[name].number == "exact":
        return EXACT
    return BY_MEASURE.get(measure_of(name), of_estimator(estimator))
