"""A comparison in words: for the terminal, and for the changelog of the frozen versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from replication.versions.compare import Comparison
from replication.versions.grades import GRADES, RANK, Move, Verdict

SHOWN = 8  # cells shown of one table; the count says how many there are


def told(comparison: Comparison) -> list[str]:
    """Totals, then each table that moved with its cells and the causes known, then what is set otherwise."""
    lines = [f"{comparison.old} -> {comparison.new}: {_totals(comparison)}"]
    for study in comparison.studies:
        lines += _study(comparison, study)
    if comparison.restyled:
        names = ", ".join(comparison.restyled[:SHOWN])
        more = f" and {len(comparison.restyled) - SHOWN} more" if len(comparison.restyled) > SHOWN else ""
        lines.append(f"same cells, other words, notes or setting: {names}{more}")
    return lines


def _totals(comparison: Comparison) -> str:
    counts: Counter[str] = Counter()
    for verdict in comparison.verdicts:
        counts.update(verdict.counts)
    parts = [f"{counts[grade]:,} {grade}" for grade in GRADES if counts[grade]]
    return f"{sum(counts.values()):,} cells in {len(comparison.verdicts)} tables: {', '.join(parts)}"


def _study(comparison: Comparison, study: str) -> Iterator[str]:
    verdicts = [verdict for verdict in comparison.verdicts if verdict.study == study]
    moved = [verdict for verdict in verdicts if verdict.grade != "identical"]
    same = len(verdicts) - len(moved)
    yield f"{study}: {comparison.grade(study)}" + (f"; {same} of {len(verdicts)} identical" if moved else "")
    for verdict in moved:
        yield from _table(verdict)
    yield from (f"  cause: {cause}" for cause in comparison.causes.get(study, ()))


def _table(verdict: Verdict) -> Iterator[str]:
    counts = ", ".join(
        f"{count:,} {grade}" for grade, count in verdict.counts.items() if grade != "identical"
    )
    size = f"; largest relative difference {verdict.largest:.1e}" if verdict.largest else ""
    yield f"  {verdict.table}: {verdict.grade} ({counts} of {verdict.cells:,}{size})"
    ordered = sorted(verdict.moves, key=lambda move: -RANK[move.grade])
    yield from (f"    {_move(move)}" for move in ordered[:SHOWN])
    if len(ordered) > SHOWN:
        yield f"    and {len(ordered) - SHOWN:,} more"


def _move(move: Move) -> str:
    if move.grade in ("appeared", "vanished"):
        value = move.new or move.old
        return f"{move.cell}: {move.grade}{f' ({value})' if value else ''}"
    size = f", relative difference {move.relative:.1e}" if move.relative == move.relative else ""
    return f"{move.cell}: {move.old} -> {move.new} ({move.grade}{size})"


def entry(name: str, date: str, why: str, comparison: Comparison | None, content: int) -> str:
    """The changelog's section on one version, written from the comparison with the version before it."""
    head = f"## {name}, {date}\n\n{why}\n\n"
    if comparison is None:
        return f"{head}The first version: {content} files.\n"
    return f"{head}```text\n" + "\n".join(told(comparison)) + "\n```\n"
