"""What a test or a note needs of whatever was estimated, with its rows at hand or read by partition."""

from __future__ import annotations

from typing import Protocol

from replication.estimate.design import Floats, Term


class Estimates(Protocol):
    """Numbers of a model and what they belong to: all that a test of them needs, beside their covariance."""

    @property
    def estimator(self) -> str:
        """Its name in a study file."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """The k parameters."""

    @property
    def params(self) -> Floats:
        """(k,) their estimates."""

    @property
    def labels(self) -> tuple[str, ...]:
        """How study files call them."""
