"""How badly a cell, a table or a study moved, and the words for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# From best to worst; the last two are one rank, missing: on one side only.
GRADES = ("identical", "rounding", "value", "significance", "sign", "appeared", "vanished")
RANK = {grade: min(place, GRADES.index("appeared")) for place, grade in enumerate(GRADES)}
THRESHOLDS = GRADES[:5]
DEFAULT_THRESHOLD = "rounding"
LEVEL = 0.05  # crossing it is a change of significance: the level of the intervals that are published


@dataclass(frozen=True)
class Move:
    """One cell that is not identical.

    Attributes
    ----------
    cell : str
        Its row and column: "baseline, lag(bank_stake, 1), estimate".
    grade : str
    old, new : str
        As recorded or printed; empty where there is none.
    relative : float
        The difference over the scale that it is judged by; NaN where it is no number.
    allowed : float
        How large that may be; NaN where nothing but equality is allowed.
    """

    cell: str
    grade: str
    old: str
    new: str
    relative: float = float("nan")
    allowed: float = float("nan")


@dataclass(frozen=True)
class Verdict:
    """What came of one table.

    Attributes
    ----------
    study, table : str
        Folder, and the file's path in it.
    cells : int
    moves : tuple of Move
    """

    study: str
    table: str
    cells: int
    moves: tuple[Move, ...] = ()

    @property
    def grade(self) -> str:
        """The worst grade of any cell."""
        return worst(move.grade for move in self.moves)

    @property
    def counts(self) -> dict[str, int]:
        """Cells of each grade that occurs, best first."""
        found = Counter(move.grade for move in self.moves)
        found["identical"] = self.cells - len(self.moves)
        return {grade: found[grade] for grade in GRADES if found[grade]}

    @property
    def largest(self) -> float:
        """Largest relative difference of any number; 0 if none moved."""
        return max((m.relative for m in self.moves if m.relative == m.relative), default=0.0)


def worst(grades: Iterable[str]) -> str:
    """The worst of some grades; identical if there are none."""
    return max(grades, key=RANK.__getitem__, default="identical")
