"""What another program says of a model, beside what we say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from replication.estimate.design import Fit

Floats = NDArray[np.float64]

# Both solve the same equations; what is left is the rounding of two ways there.
LINEAR = 1e-8
# Both climb to the same maximum and stop where steps are small, in other places.
ITERATIVE = 1e-6
# Share of the error that independent rows would give below which an error is rounding: of its square,
# `no_variance.ROUNDING`.
NOTHING = 1e-6


@dataclass(frozen=True)
class Opinion:
    """One number of a model, by us and by another program.

    Attributes
    ----------
    quantity : str
        "coefficient", "standard error, hc1", "R2", ...
    term : str
        The term that it belongs to; empty for a statistic of the model.
    ours, theirs : float
    scale : float
        What the difference is measured against: the larger of theirs and, for a coefficient, its error.
    tolerance : float
        Largest relative difference that is agreement.
    program : str
        Distribution whose number it is.
    """

    quantity: str
    term: str
    ours: float
    theirs: float
    scale: float
    tolerance: float
    program: str

    @property
    def difference(self) -> float:
        """Of ours from theirs, relative to the scale; zero where both are missing."""
        if self.ours == self.theirs or (np.isnan(self.ours) and np.isnan(self.theirs)):
            return 0.0
        return abs(self.ours - self.theirs) / self.scale if self.scale else float("inf")

    @property
    def agrees(self) -> bool:
        """Whether the two are one number but for rounding; a number beside a missing one is not."""
        return bool(self.difference <= self.tolerance)


@dataclass(frozen=True)
class Source:
    """The program that is asked, and how closely it is held."""

    program: str
    tolerance: float

    def coefficients(
        self, terms: Sequence[str], ours: Floats, theirs: Floats, errors: Floats
    ) -> Iterator[Opinion]:
        """Opinions on coefficients (k,), each measured against itself or its error (k,)."""
        for term, a, b, error in zip(terms, ours, theirs, errors, strict=True):
            scale = max(abs(b), abs(error))
            yield Opinion("coefficient", term, float(a), float(b), scale, self.tolerance, self.program)

    def errors(self, kind: str, fit: Fit, ours: Floats, theirs: Floats) -> Iterator[Opinion]:
        """Opinions on the roots of the diagonals of two covariances (k, k).

        Where both are zero by construction, and so rounding, they are measured against the error that
        independent rows would give.
        """
        independent = np.sqrt(((fit.scores @ fit.bread) ** 2).sum(axis=0)).tolist()
        roots = zip(fit.labels, _roots(ours), _roots(theirs), independent, strict=True)
        for term, a, b, plain in roots:
            scale = plain if max(a, b) <= NOTHING * plain else abs(b)
            yield Opinion(f"standard error, {kind}", term, a, b, scale, self.tolerance, self.program)

    def statistic(self, name: str, ours: float, theirs: float) -> Opinion:
        """An opinion on a statistic of the model."""
        return Opinion(name, "", float(ours), float(theirs), abs(theirs), self.tolerance, self.program)

    def share(self, name: str, ours: float, theirs: float) -> Opinion:
        """An opinion on a share, which is measured against one."""
        scale = max(abs(theirs), 1.0)
        return Opinion(name, "", float(ours), float(theirs), scale, self.tolerance, self.program)


def _roots(covariance: Floats) -> list[float]:
    return [float(value) for value in np.sqrt(np.clip(np.diag(covariance), 0, None))]


def versions_of(programs: Sequence[str]) -> dict[str, str]:
    """The installed version of each program."""
    return {program: metadata.version(program) for program in dict.fromkeys(programs)}
