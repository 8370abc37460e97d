"""How far two runs of one model may differ before a cell counts as moved: one table, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass


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
    1e-9,
    "solved in one step by orthogonal factors: another order of sums moves the last three or four of the "
    "sixteen digits, more where regressors are nearly collinear",
)
ITERATIVE = Tolerance(
    1e-6,
    "climbs to a maximum and stops when steps are small: where it stops depends on the last digits of the "
    "way, and a function is flat to half of its digits about its maximum",
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
            "iv_gmm",
            "difference_gmm",
            "system_gmm",
        ),
        LINEAR,
    ),
    **dict.fromkeys(
        (
            "probit",
            "logit",
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
