"""A judged comparison in words: one screen for the terminal, everything for a file and for the changelog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from replication.errors import few
from replication.versions.compare import Comparison
from replication.versions.grades import GRADES, RANK, Move, Verdict
from replication.versions.judged import Judged

SHOWN = 8  # cells shown of one table in the changelog; the count says how many there are
ON_SCREEN = 12  # lines of cells, and of other findings, that fit beside the causes and the closing line
OF_ONE_FILE = 3


def screen(judged: Judged, details: str) -> list[str]:
    """What failed, the worst first, what is known to differ behind it, and the closing line."""
    failing = [
        line for verdict in judged.failing for line in _worst(verdict, judged.threshold(verdict.study))
    ]
    worst = [verdict.study for verdict in judged.failing[:1]]
    return [
        *_first(list(judged.damaged)),
        *_first(failing),
        *_first(list(judged.findings)),
        *(f"cause, {study}: {cause.told}" for study in worst for cause in judged.behind(study)),
        judged.closing(details),
    ]


def _worst(verdict: Verdict, allowed: str) -> Iterator[str]:
    """The cells of one file that fail, the worst few, and how many more there are."""
    over = [move for move in verdict.moves if RANK[move.grade] > RANK[allowed]]
    for move in sorted(over, key=lambda move: -RANK[move.grade])[:OF_ONE_FILE]:
        yield f"{verdict.study}/{verdict.table}: {_move(move)}"
    if len(over) > OF_ONE_FILE:
        yield f"{verdict.study}/{verdict.table}: and {len(over) - OF_ONE_FILE:,} more"


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - ON_SCREEN
    return lines if more <= 0 else [*lines[:ON_SCREEN], f"and {more:,} more"]


def everything(judged: Judged) -> list[str]:
    """The closing line, every finding, and every cell that is not identical."""
    return [judged.closing(), *judged.damaged, *judged.findings, *told(judged.found, shown=None)]


def told(comparison: Comparison, shown: int | None = SHOWN) -> list[str]:
    """Totals, then each table that moved with its cells and the causes known, then what is set otherwise."""
    lines = [f"{comparison.old} -> {comparison.new}: {_totals(comparison)}"]
    for study in comparison.studies:
        lines += _study(comparison, study, shown)
    if comparison.restyled:
        names = few(comparison.restyled, len(comparison.restyled) if shown is None else shown)
        lines.append(f"same cells, other words, notes or setting: {names}")
    return lines


def _totals(comparison: Comparison) -> str:
    counts: Counter[str] = Counter()
    for verdict in comparison.verdicts:
        counts.update(verdict.counts)
    parts = [f"{counts[grade]:,} {grade}" for grade in GRADES if counts[grade]]
    return f"{sum(counts.values()):,} cells in {len(comparison.verdicts)} tables: {', '.join(parts)}"


def _study(comparison: Comparison, study: str, shown: int | None) -> Iterator[str]:
    verdicts = [verdict for verdict in comparison.verdicts if verdict.study == study]
    moved = [verdict for verdict in verdicts if verdict.grade != "identical"]
    same = len(verdicts) - len(moved)
    yield f"{study}: {comparison.grade(study)}" + (f"; {same} of {len(verdicts)} identical" if moved else "")
    for verdict in moved:
        yield from _table(verdict, shown)
    yield from (f"  cause: {cause.told}" for cause in comparison.causes.get(study, ()))


def _table(verdict: Verdict, shown: int | None) -> Iterator[str]:
    counts = ", ".join(
        f"{count:,} {grade}" for grade, count in verdict.counts.items() if grade != "identical"
    )
    size = f"; largest relative difference {verdict.largest:.1e}" if verdict.largest else ""
    yield f"  {verdict.study}/{verdict.table}: {verdict.grade} ({counts} of {verdict.cells:,}{size})"
    ordered = sorted(verdict.moves, key=lambda move: -RANK[move.grade])
    yield from (f"    {_move(move)}" for move in ordered[:shown])
    if more := len(ordered[shown:] if shown else []):
        yield f"    and {more:,} more"


def _move(move: Move) -> str:
    if move.grade in ("appeared", "vanished"):
        value = move.new or move.old
        return f"{move.cell}: {move.grade}{f' ({value})' if value else ''}"
    if not (move.old or move.new):
        return move.cell
    size = f", relative difference {move.relative:.1e}" if move.relative == move.relative else ""
    allowed = f", allowed {move.allowed:.0e}" if move.allowed == move.allowed else ""
    return f"{move.cell}: {move.old} -> {move.new} ({move.grade}{size}{allowed})"


def entry(name: str, date: str, why: str, comparison: Comparison | None, content: int) -> str:
    """The changelog's section on one version, written from the comparison with the version before it."""
    head = f"## {name}, {date}\n\n{why}\n\n"
    if comparison is None:
        return f"{head}The first version: {content} files.\n"
    return f"{head}```text\n" + "\n".join(told(comparison)) + "\n```\n"
