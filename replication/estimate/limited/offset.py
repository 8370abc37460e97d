"""An offset: a part of the linear index whose coefficient is one."""

from __future__ import annotations

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, Mean, MeanOf
from replication.estimate.labels import entity_name

LARGEST = 300.0
"""Size of an offset beyond which its exponential is no figure to reckon with."""


def offset_of(design: Design) -> Floats:
    """(n,) the offset, or the logarithm of the exposure; zeros if the model has neither.

    With a log link E(y) = exposure exp(x'b): exp(x'b) is the mean count of one unit of exposure.

    Raises
    ------
    EstimationError
        Both are there; an exposure that is not positive; an offset beyond 300 in size.
    """
    if {"offset", "exposure"} <= set(design.extra):
        raise EstimationError("offset and exposure are both named; an exposure is the offset's exponential")
    if "exposure" in design.extra:
        exposure = design.extra["exposure"]
        _refuse(design, "exposure", exposure, exposure > 0, "numbers above zero")
        return np.log(exposure)
    if "offset" not in design.extra:
        return np.zeros(design.nobs)
    offset = design.extra["offset"]
    _refuse(design, "offset", offset, np.abs(offset) <= LARGEST, f"-{LARGEST:g} to {LARGEST:g}")
    return offset


def _refuse(design: Design, role: str, values: Floats, good: np.ndarray, allowed: str) -> None:
    bad = np.flatnonzero(~good)
    if bad.size:
        first, name = int(bad[0]), str(design.extra_terms[role][0])
        raise EstimationError(
            f"{role} {name!r} is {values[first]:g} of {entity_name(design, int(design.entity[first]))}, time "
            f"{design.time[first]} (such rows: {bad.size}); allowed: {allowed}"
        )


def level_of(y: Floats, weights: Floats, offset: Floats) -> float:
    """The constant of a model of counts in which only it and the offset explain the mean."""
    return float(np.log((weights @ y) / (weights @ np.exp(offset))))


def shifted(mean: MeanOf, offset: Floats) -> MeanOf:
    """The mean outcome as a function of x'b, the offset being added to it."""

    def of(index: Floats, others: Floats) -> Mean:
        """The mean at an index without the offset."""
        return mean(index + offset, others)

    return of
