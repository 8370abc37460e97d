"""What another program says of a model, beside what we say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata

import numpy as np

from replication.estimate.design import Fit, Floats
from replication.spec.entries import ModelSpec

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
    by : tuple of str
        Keys that a clustered error is clustered by; empty for all else.
    """

    quantity: str
    term: str
    ours: float
    theirs: float
    scale: float
    tolerance: float
    program: str
    by: tuple[str, ...] = ()

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

    def statistic(self, name: str, ours: float, theirs: float) -> Opinion:
        """An opinion on a statistic of the model."""
        return Opinion(name, "", float(ours), float(theirs), abs(theirs), self.tolerance, self.program)

    def share(self, name: str, ours: float, theirs: float) -> Opinion:
        """An opinion on a share, which is measured against one."""
        scale = max(abs(theirs), 1.0)
        return Opinion(name, "", float(ours), float(theirs), scale, self.tolerance, self.program)


@dataclass(frozen=True)
class Witness:
    """A program that is asked about one fit.

    Attributes
    ----------
    source : Source
    fit : Fit
    back : (k, k) float array
        Our parameters are `back` times the first k of theirs; so are all of `part`, for a part of the terms.
    part : slice
        The terms that it is asked about.
    """

    source: Source
    fit: Fit
    back: Floats
    part: slice = field(default_factory=lambda: slice(None))

    def coefficients(self, theirs: Floats, covariance: Floats) -> Iterator[Opinion]:
        """Opinions on coefficients, each against itself or its error; theirs are in their coordinates."""
        found, errors = self.back @ theirs[: len(self.back)], _roots(self._ours(covariance))
        mine = zip(self.fit.labels[self.part], self.fit.params[self.part], strict=True)
        for (term, ours), b, error in zip(mine, found.tolist(), errors, strict=True):
            scale = max(abs(b), abs(error))
            yield Opinion(
                COEFFICIENT, term, float(ours), b, scale, self.source.tolerance, self.source.program
            )

    def errors(self, kind: str, ours: Floats, theirs: Floats, by: tuple[str, ...] = ()) -> Iterator[Opinion]:
        """Opinions on the roots of the diagonals of two covariances, ours of all terms.

        Theirs, in their coordinates, may have more at its end (dummies). Where both are zero by construction,
        and so rounding, they are measured against the error that independent rows would give.
        """
        fit, source = self.fit, self.source
        independent = np.sqrt(((fit.scores @ fit.bread) ** 2).sum(axis=0)).tolist()
        mine = list(zip(fit.labels, _roots(ours), independent, strict=True))[self.part]
        for (term, a, plain), b in zip(mine, _roots(self._ours(theirs)), strict=True):
            scale = plain if max(a, b) <= NOTHING * plain else abs(b)
            yield Opinion(error_of(kind), term, a, b, scale, source.tolerance, source.program, by)

    def _ours(self, covariance: Floats) -> Floats:
        k = len(self.back)
        return self.back @ np.asarray(covariance)[:k, :k] @ self.back.T


@dataclass(frozen=True)
class Known:
    """What a program can say of an estimator.

    Attributes
    ----------
    ask : function
        Fit and model -> its opinions.
    quantities : tuple of str
        Those that it can compute of a model without peculiarities; tests hold it to that.
    """

    ask: Callable[[Fit, ModelSpec], Iterator[Opinion]]
    quantities: tuple[str, ...]


COEFFICIENT, LIKELIHOOD = "coefficient", "log likelihood"


def error_of(kind: str) -> str:
    """The quantity that a kind of error is."""
    return f"standard error, {kind}"


def quantities(*names: str, errors: Sequence[str] = ()) -> tuple[str, ...]:
    """The coefficients, these statistics, and these kinds of errors."""
    return (COEFFICIENT, *names, *(error_of(kind) for kind in errors))


def _roots(covariance: Floats) -> list[float]:
    return [float(value) for value in np.sqrt(np.clip(np.diag(covariance), 0, None))]


def versions_of(programs: Sequence[str]) -> dict[str, str]:
    """The installed version of each program."""
    return {program: metadata.version(program) for program in dict.fromkeys(programs)}
