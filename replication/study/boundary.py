"""Where a study's own mistakes, and arithmetic that its data can cause, become sentences with their place.

Anything else that is raised while a study runs is a fault of the program and is told as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from numpy.linalg import LinAlgError

from replication.errors import EstimationError, StudyError, UserError

OVERFLOW = "a figure grows beyond what a computer can hold"
WORDS: dict[type[Exception], str] = {
    LinAlgError: "a matrix that has to be inverted or decomposed is singular, or as good as singular",
    ZeroDivisionError: "something is divided by zero",
    FloatingPointError: OVERFLOW,
    OverflowError: OVERFLOW,
}
NUMERICAL: tuple[type[Exception], ...] = tuple(WORDS)


@contextmanager
def told_at(place: str) -> Iterator[None]:
    """Put `place` before what is wrong with a study or its rows.

    Raises
    ------
    UserError
        As it came, with its place.
    EstimationError
        Arithmetic that cannot be done on the rows at hand.
    """
    try:
        yield
    except UserError as problem:
        raise type(problem)(f"{place}: {problem}") from None
    except NUMERICAL as problem:
        raise EstimationError(f"{place}: {numerical(problem)}") from problem


@contextmanager
def told_in(study_file: Path) -> Iterator[None]:
    """Name the study file before what is wrong with what it says; a file of data is named already."""
    try:
        yield
    except (StudyError, EstimationError) as problem:
        raise type(problem)(f"{study_file.name}: {problem}") from None


@contextmanager
def told_with(doubts: Callable[[], list[str]]) -> Iterator[None]:
    """Put behind what cannot be estimated what looks odd in the model's filter."""
    try:
        yield
    except EstimationError as problem:
        told = str(problem)
        raise EstimationError(
            "; ".join((told, *(doubt for doubt in doubts() if doubt not in told)))
        ) from None


def numerical(problem: Exception) -> str:
    """The sentence for arithmetic that cannot be done."""
    why = next(words for kind, words in WORDS.items() if isinstance(problem, kind))
    return f"cannot be computed on these rows: {why}"
