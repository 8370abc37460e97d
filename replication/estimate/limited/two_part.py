"""Two-part model: a probit of any at all, and least squares of the logarithm of how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.linalg import block_diag

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Design, Floats, LikelihoodFit, parameters
from replication.estimate.limited.binary import probit
from replication.estimate.limited.selection import participation, selection_statistics
from replication.estimate.numbers.basis import orthogonal
from replication.estimate.numbers.goodness import information_criteria
from replication.estimate.numbers.likelihood import refuse_exact_fit
from replication.estimate.numbers.normal import LOG_SQRT_2PI


def two_part(design: Design) -> LikelihoodFit:
    """Lognormal hurdle (Cragg 1971): P(y > 0) = Phi(z'g); log y given y > 0 is normal around x'b.

    z is the design's selection equation where it has one, else x. Reported: b, the probit as
    "selection:...", and "sigma" with divisor n (maximum likelihood), each part with its own scores, so
    that the log-likelihood is the sum of that of the probit and that of least squares on log y. For the
    density of y itself, comparable with a Tobit's, see "levels_loglikelihood".
    Raises EstimationError if no outcome is positive or all are, or as `probit` does.
    """
    positive = design.y > 0
    _refuse(design, positive)
    first = probit(participation(design, positive))
    logs = np.log(design.y[positive])
    b, sigma, block, scores, value = _least_squares(design, positive, logs)
    total = first.statistics["loglikelihood"] + value
    k = len(b) + len(first.params) + 1
    criteria = information_criteria(total, k, design.nobs) if design.weights is None else {}
    return replace(
        first,
        estimator="two_part",
        terms=(*design.terms, *first.terms, *parameters("sigma")),
        params=np.concatenate([b, first.params, [sigma]]),
        bread=_between(block, first.bread),
        scores=np.column_stack([scores[:, :-1], first.scores, scores[:, -1]]),
        design=design,
        means={},
        statistics={
            **selection_statistics(first),
            "loglikelihood": total,
            **criteria,
            "amount_loglikelihood": value,
            "levels_loglikelihood": total - float(design.unit_weights[positive] @ logs),
            "positive": float(positive.sum()),
        },
        warnings=_warnings(design) + first.warnings,
    )


def _refuse(design: Design, positive: Booleans) -> None:
    """Raise EstimationError where one of the two parts has nothing to explain."""
    if not positive.any() or positive.all():
        state = "is positive in all" if positive.all() else "is positive in none of the"
        raise EstimationError(f"{design.outcome!r} {state} {design.nobs} rows: two_part needs both")


def _warnings(design: Design) -> tuple[str, ...]:
    """A sentence on negative outcomes, which count as none at all."""
    negative = int((design.y < 0).sum())
    return (f"{negative} negative outcomes count as not positive.",) if negative else ()


def _least_squares(
    design: Design, positive: Booleans, logs: Floats
) -> tuple[Floats, float, Floats, Floats, float]:
    """b (k,), sigma, inverse information (k + 1, k + 1), scores (n, k + 1), log-likelihood of the amounts."""
    weights = design.unit_weights[positive]
    root = np.sqrt(weights)
    basis = orthogonal(design.x[positive] * root[:, None], design.terms, "rows with a positive outcome")
    count = weights.sum()
    b = basis.back @ (basis.q.T @ (root * logs)) / len(logs)
    residuals = logs - design.x[positive] @ b
    sigma = float(np.sqrt(weights @ residuals**2 / count))
    refuse_exact_fit(f"log {design.outcome}", sigma, logs)
    block = block_diag(basis.back @ basis.back.T * sigma**2 / len(logs), sigma**2 / (2 * count))
    scores = np.zeros((design.nobs, len(b) + 1))
    scores[positive, :-1] = design.x[positive] * (weights * residuals / sigma**2)[:, None]
    scores[positive, -1] = weights * (residuals**2 / sigma**3 - 1 / sigma)
    return b, sigma, block, scores, float(-count * (np.log(sigma) + LOG_SQRT_2PI + 0.5))


def _between(amount: Floats, selection: Floats) -> Floats:
    """Inverse information in the order b, selection, sigma; the two parts are independent."""
    k, m = len(amount) - 1, len(selection)
    order = np.concatenate([np.arange(k), k + 1 + np.arange(m), [k]])
    found: Floats = block_diag(amount, selection)[np.ix_(order, order)]
    return found


ESTIMATORS = {"two_part": two_part}
