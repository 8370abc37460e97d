"""Two versions of a published table or figure compared, cell by cell or line by line."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from replication.project.strict import plain_text, rows_of
from replication.versions.content import TIDY
from replication.versions.grades import Move, Verdict
from replication.versions.tolerances import DESCRIPTIVE

Rows = list[list[str]]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
EDGE = 1e-6  # of a number: as far as the loosest tolerance lets its record move
DRAWN = 1e-5  # figures are written with six decimals of a point, of which the last may fall either way


@dataclass(frozen=True)
class Recorded:
    """The numbers of a study in full precision, read when a printed last digit asks for them."""

    folder: Path

    def on_edge(self, old: float, new: float) -> bool:
        """Whether one of them lies where rounding turns from one printed number to the other."""
        edge = (old + new) / 2
        return any(abs(value - edge) <= EDGE * abs(value) for value in self.values)

    @cached_property
    def values(self) -> list[float]:
        """Every number of every tidy record."""
        found = []
        for name, tidy in TIDY.items():
            path = self.folder / name
            if path.is_file():
                rows = csv.DictReader(io.StringIO(plain_text(path), newline=""))
                found += [row.get(column) for row in rows for column in tidy.numbers]
        return [value for value in map(_figure, filter(None, found)) if value is not None]


def compare_table(study: str, table: str, old: Path, new: Path) -> Verdict:
    """Grade every printed cell; rows are matched by their labels, columns by their headings.

    A printed number may fall on the other side of its last digit where a record of the old results lies on
    that edge, and nowhere else: 0.36612 is never printed as 0.38.
    """
    left, right = (rows_of(path) or [[]] for path in (old, new))
    columns = list(_matched(left[0], right[0]))
    pairs = [(left[0], right[0]), *_pairs(left[1:], right[1:])]
    cells = [
        (_place(a, b, heading), *_two(a, b, i, j)) for a, b in pairs for heading, i, j in columns
    ]  # fmt: skip
    recorded = Recorded(old.parent.parent)
    moves = [_move(*cell, recorded) for cell in cells if cell[1] != cell[2]]
    return Verdict(study, table, len(cells), tuple(moves))


def compare_figure(study: str, figure: str, old: Path, new: Path) -> Verdict:
    """Grade every line of two SVG files: the numbers in it by their size, its words as they are."""
    left, right = (plain_text(path).splitlines() for path in (old, new))
    moves = []
    for place, (a, b) in enumerate(zip(left, right, strict=False), start=1):
        if a != b:
            moves.append(Move(f"line {place}", _drawn(a, b), a.strip()[:60], b.strip()[:60]))
    longer, grade = (left, "vanished") if len(left) > len(right) else (right, "appeared")
    common = min(len(left), len(right))
    moves += [Move(f"line {place + 1}", grade, "", "") for place in range(common, len(longer))]
    return Verdict(study, figure, len(longer), tuple(moves))


def _drawn(old: str, new: str) -> str:
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return "value"
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return "rounding" if all(abs(float(a) - float(b)) <= DRAWN for a, b in pairs) else "value"


def _matched(old: list[str], new: list[str]) -> Iterator[tuple[str, int | None, int | None]]:
    """Each label with its place on either side; as many new labels in the place of old ones are new words."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal" or b - a == d - c:
            yield from ((new[j], i, j) for i, j in zip(range(a, b), range(c, d), strict=True))
        else:
            yield from ((old[i], i, None) for i in range(a, b))
            yield from ((new[j], None, j) for j in range(c, d))


def _pairs(old: Rows, new: Rows) -> list[tuple[list[str] | None, list[str] | None]]:
    """Rows of the same label, in order; None where one table lacks it."""
    depth = _depth(old, new)
    keys = [["\x1f".join(row[:depth]) for row in rows] for rows in (old, new)]
    return [
        (None if i is None else old[i], None if j is None else new[j])
        for _, i, j in _matched(keys[0], keys[1])
    ]


def _depth(old: Rows, new: Rows) -> int:
    """How many leading columns name a row: as many, of words alone, as make rows distinct; one if none do."""
    width = min((len(row) for row in [*old, *new]), default=1)
    for depth in range(1, width + 1):
        if depth > 1 and any(_figure(row[depth - 1]) is not None for row in [*old, *new]):
            return 1
        if all(len({tuple(row[:depth]) for row in rows}) == len(rows) for rows in (old, new)):
            return depth
    return 1


def _two(old: list[str] | None, new: list[str] | None, i: int | None, j: int | None) -> tuple[str, str]:
    def text(row: list[str] | None, place: int | None) -> str:
        """The cell, empty where there is none."""
        return row[place] if row is not None and place is not None and place < len(row) else ""

    return text(old, i), text(new, j)


def _place(old: list[str] | None, new: list[str] | None, heading: str) -> str:
    label = next(iter(new or old or [""]))
    return ", ".join(part for part in (label, heading) if part)


def _move(cell: str, old: str, new: str, recorded: Recorded) -> Move:
    a, b = _figure(old), _figure(new)
    if not old or not new:
        return Move(cell, "vanished" if old else "appeared", old, new)
    if a is None or b is None:
        return Move(cell, "value", old, new)
    size = max(abs(a), abs(b))
    relative = abs(a - b) / size if size and math.isfinite(size) else float("nan")
    return Move(cell, _printed_grade(a, b, old, new, recorded), old, new, relative)


def _printed_grade(a: float, b: float, old: str, new: str, recorded: Recorded) -> str:
    last = 10.0 ** -min(_decimals(old), _decimals(new))
    if a != b and abs(a - b) <= DESCRIPTIVE.relative * max(abs(a), abs(b)):
        return "rounding"  # printed in full
    if abs(a - b) <= 1.001 * last and recorded.on_edge(a, b):
        return "rounding"
    return "sign" if a * b < 0 else "value"


def _figure(text: str) -> float | None:
    try:
        return float(text.removeprefix("<"))
    except ValueError:
        return None


def _decimals(text: str) -> int:
    mantissa, _, power = text.removeprefix("<").partition("e")
    return len(mantissa.partition(".")[2]) - int(power or 0)
