"""A comparison judged: what passes, what fails, and the one line that says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from replication.errors import few
from replication.versions.causes import OTHER, UNKNOWN, Cause
from replication.versions.compare import Comparison
from replication.versions.content import TIDY
from replication.versions.grades import DEFAULT_THRESHOLD, RANK, Move, Verdict

NAMED = 4  # exhibits named in the closing line


@dataclass(frozen=True)
class Judged:
    """A comparison, and what else was found about the two sides.

    Attributes
    ----------
    found : Comparison
    thresholds : mapping of str to str
        For a study that says so in the old results: the worst grade that it lets pass.
    damaged : tuple of str
        Faults of what it is compared with: versions that were edited or lost.
    findings : tuple of str
        Other faults: another threshold, files that were changed since they were made.
    """

    found: Comparison
    thresholds: dict[str, str]
    damaged: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    def threshold(self, study: str) -> str:
        """The worst grade that passes in a study."""
        return self.thresholds.get(study, DEFAULT_THRESHOLD)

    @property
    def failing(self) -> list[Verdict]:
        """What moved further than its study lets pass, the worst first."""
        over = [v for v in self.found.verdicts if RANK[v.grade] > RANK[self.threshold(v.study)]]
        return sorted(over, key=lambda verdict: -RANK[verdict.grade])

    @property
    def passed(self) -> bool:
        """Whether nothing failed and nothing else was found."""
        return not (self.failing or self.damaged or self.findings)

    def behind(self, study: str) -> list[Cause]:
        """What is known, or known not, to differ behind one study."""
        return list(self.found.causes.get(study, ()))

    @property
    def causes(self) -> list[Cause]:
        """What is known to differ behind any study that moved, each once."""
        every = dict.fromkeys(cause for known in self.found.causes.values() for cause in known)
        return [cause for cause in every if cause != UNKNOWN]

    def closing(self, details: str = "") -> str:
        """The line for a letter: the verdict, what is identical as printed, how far full precision moved."""
        why = [f"other {c.what}" if c.what in OTHER.values() else f"{c.what} changed" for c in self.causes]
        label = f" ({', '.join(dict.fromkeys(why))})" if why else ""
        said = "; ".join([*self._printed(), *self._precision(), *self._beside()])
        return f"{'PASS' if self.passed else 'FAIL'}{label}: {said}.{details and f' Details: {details}'}"

    def short(self) -> str:
        """The verdict, and how many exhibits are as they were."""
        return f"{'passes' if self.passed else 'FAILS'}: {next(self._printed(), 'nothing is published yet')}"

    def _printed(self) -> Iterator[str]:
        """How many tables and figures are as they were."""
        moved = {_exhibit(v) for v in self.found.verdicts if v.grade != "identical"}
        kinds = {"tables": _exhibits(self.found, ".csv"), "figures": _exhibits(self.found, ".svg")}
        counts = []
        for kind, every in kinds.items():
            same = len(every - moved)
            if every:
                counts.append(
                    f"{len(every)} {kind}" if same == len(every) else f"{same} of {len(every)} {kind}"
                )
        if counts:
            whole = "all " if not moved & (kinds["tables"] | kinds["figures"]) else ""
            yield f"{whole}{' and '.join(counts)} as printed are identical to {self.found.old}"
        differing = sorted((kinds["tables"] | kinds["figures"]) & moved)
        if differing:
            yield f"different: {few(differing, NAMED)}"

    def _precision(self) -> Iterator[str]:
        """How many numbers of the tidy records moved, and how far the one that came nearest to its limit."""
        verdicts = [verdict for verdict in self.found.verdicts if verdict.table in TIDY]
        cells, moves = sum(v.cells for v in verdicts), [move for v in verdicts for move in v.moves]
        if not moves:
            yield f"all {cells:,} cells recorded in full precision are identical"
            return
        late = [move for move in moves if move.grade == "rounding"]
        over = [move for move in moves if move.grade != "rounding"]
        if late:
            words = f"{len(late):,} of {cells:,} numbers in full precision differ in late digits"
            yield f"{words}, {_largest(late)}"
        if over:
            yield f"{len(over):,} of {cells:,} in full precision moved by more than that, {_largest(over)}"

    def _beside(self) -> Iterator[str]:
        others = [v for v in self.failing if not _is_exhibit(v) and v.table not in TIDY]
        yield from (f"{v.study}/{v.table} differs" for v in others[:NAMED])
        for study in dict.fromkeys(v.study for v in self.found.verdicts):
            if study in self.thresholds and RANK[self.found.grade(study)] > RANK[DEFAULT_THRESHOLD]:
                yield f"{study} may move as far as its threshold, {self.thresholds[study]}"
        faults = [*self.damaged, *self.findings]
        if faults:
            yield few(faults, 1)


def _largest(moves: list[Move]) -> str:
    """The move that is nearest to what is allowed, or furthest beyond."""
    sized = [move for move in moves if move.relative == move.relative]
    if not sized:
        return f"such as {moves[0].cell}: {moves[0].grade}"
    top = max(sized, key=lambda move: (move.relative / move.allowed) if move.allowed > 0 else move.relative)
    allowed = f" (allowed {top.allowed:.0e})" if top.allowed == top.allowed else ""
    return f"largest {top.relative:.1e}{allowed}"


def _is_exhibit(verdict: Verdict) -> bool:
    return Path(verdict.table).parts[0] in ("tables", "figures")


def _exhibit(verdict: Verdict) -> str:
    """What an exhibit is called, whatever the medium: "study/table"."""
    return f"{verdict.study}/{Path(verdict.table).stem}"


def _exhibits(found: Comparison, ending: str) -> set[str]:
    return {_exhibit(v) for v in found.verdicts if _is_exhibit(v) and Path(v.table).suffix == ending}
