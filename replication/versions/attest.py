"""The attestation: one page that says, exhibit by exhibit, what was reproduced, where and at what cost.

Classes are those of the AEA Data Editor's report (AEADataEditor/replication-template, REPLICATION.md, section
"Classification"): full reproduction allows a small number of insignificant changes; partial means that more
than a quarter of the numbers differ; not reproduced, that fewer than a quarter were had. Levels are those of
the ACRE guide (Berkeley Initiative for Transparency in the Social Sciences, Guide for Advancing Computational
Reproducibility, section 3.2; short list on bitss.github.io/SSRP_dashboard): 10, reproducible from raw data;
9, from analysis data only; 8, all raw data and all code at hand, another result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from replication import __version__
from replication.project.fingerprint import packages
from replication.versions.compare import Comparison
from replication.versions.content import TIDY
from replication.versions.grades import RANK, Verdict
from replication.versions.judged import Judged
from replication.versions.manifest import Machine, machine
from replication.versions.rehearse import Rehearsal

FULL, MINOR = "full reproduction", "full reproduction with minor issues"
PARTIAL, NONE = "partial reproduction", "not reproduced"
NEW = "new: the frozen version lacks it"
PRECISE = "numbers in full precision"
QUARTER = 0.25
FROM_RAW, ALL_MATERIALS = 10, 8
NAMED = ("numpy", "scipy", "pandas", "statsmodels", "linearmodels", "matplotlib")


@dataclass(frozen=True)
class Verification:
    """What clean runs showed.

    Attributes
    ----------
    runs : list of Rehearsal
    files : int
        Files that each run made.
    differing : tuple of str
        Files that are not the same in the first two, or are missing from one.
    between : Judged
        The cells of the first two.
    others : list of (Rehearsal, Judged)
        Each run with other kernels, compared with the first.
    baseline : str or None
        The frozen version that the first was compared with; None if there is none.
    against : Judged or None
        The first run compared with it.
    lost : tuple of str
        Frozen versions that are told of and not there.
    """

    runs: list[Rehearsal]
    files: int
    differing: tuple[str, ...]
    between: Judged
    others: list[tuple[Rehearsal, Judged]]
    baseline: str | None
    against: Judged | None
    lost: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[str, str, bool]]:
        """Every comparison: what was compared, what came of it, whether it passes; the verdict is all."""
        same = f"{self.files - len(self.differing)} of {self.files} files are the same"
        worst = f"; not {self.differing[0]}" if self.differing else ""
        told = "two clean runs, other threads, hash seed, time zone, locale and path, byte by byte"
        found = [(told, f"{same}{worst}", not self.differing)]
        found += [(run.setting.told, judged.closing(), judged.passed) for run, judged in self.others]
        if self.against is not None:
            told = f"the first run against the frozen version {self.baseline}"
            found.append((told, self.against.closing(), self.against.passed))
        return found + [("frozen versions", line, False) for line in self.lost]

    @property
    def passed(self) -> bool:
        """Whether every comparison passes."""
        return all(passes for _, _, passes in self.rows)

    @property
    def exhibits(self) -> list[Exhibit]:
        """Every exhibit against the frozen version; of one run against the other where there is none."""
        return exhibits((self.against or self.between).found)


@dataclass(frozen=True)
class Exhibit:
    """A published table, figure or ledger, judged.

    Attributes
    ----------
    study, exhibit : str
        Folder of results, and the exhibit's name in it.
    cells, differing : int
        How many it has, and how many of them differ by more than rounding.
    classification : str
        The AEA's, or that there is nothing to compare with.
    acre_level : int or None
        None where there is nothing to compare with.
    """

    study: str
    exhibit: str
    cells: int
    differing: int
    classification: str
    acre_level: int | None


def exhibits(comparison: Comparison) -> list[Exhibit]:
    """Every exhibit of a comparison in all its media, and for each study its numbers in full precision."""
    together: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in comparison.verdicts:
        together.setdefault((verdict.study, _name(verdict.table)), []).append(verdict)
    return [_judged(study, name, verdicts) for (study, name), verdicts in together.items()]


def _judged(study: str, name: str, verdicts: list[Verdict]) -> Exhibit:
    moves = [move for verdict in verdicts for move in verdict.moves]
    cells = max(verdict.cells for verdict in verdicts) if name != PRECISE else sum(v.cells for v in verdicts)
    differing = min(sum(RANK[move.grade] > RANK["rounding"] for move in moves), cells)
    kind = classify(differing / cells if cells else 0.0)
    if moves and cells == 1 and all(move.grade == "appeared" for move in moves):
        kind = NEW
    level = {FULL: FROM_RAW, MINOR: FROM_RAW, NEW: None}.get(kind, ALL_MATERIALS)
    return Exhibit(study, name, cells, differing, kind, level)


def _name(path: str) -> str:
    """What an exhibit is called: its file without folder and ending, a figure named as one."""
    if path in TIDY:
        return PRECISE
    place = Path(path)
    return f"figure {place.stem}" if place.parts[0] == "figures" else place.stem


def classify(share: float) -> str:
    """The AEA's class for the share of an exhibit's numbers that differ by more than rounding.

    The report's two limits are a quarter: of numbers that differ, and of numbers that were had. A few that
    differ are called minor issues here and never full, though the report would let them pass.
    """
    if share == 0:
        return FULL
    if share <= QUARTER:
        return MINOR
    return PARTIAL if 1 - share >= QUARTER else NONE


def as_json(found: Verification) -> str:
    """The attestation for programs, every exhibit with its cells."""
    about = {
        "package": f"replication {__version__}",
        "passed": found.passed,
        "comparisons": [{"what": what, "found": told, "passed": passes} for what, told, passes in found.rows],
        "files": found.files,
        "differing_between_runs": list(found.differing),
        "baseline": found.baseline,
        **asdict(cost(found.runs[0])),
        "exhibits": [asdict(exhibit) for exhibit in found.exhibits],
        "runs": [
            {"setting": run.setting.told, "steps": [asdict(step) for step in run.steps]} for run in found.runs
        ],
        "packages": packages(),
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Cost:
    """What a run took, when and where."""

    date: str
    seconds: float
    processor_seconds: float
    memory_mib: int
    machine: Machine


def cost(run: Rehearsal) -> Cost:
    """What a run took, on this machine today."""
    seconds = round(run.seconds, 1), round(run.processor_seconds, 1)
    return Cost(_today(), *seconds, round(run.memory), machine())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def as_markdown(found: Verification) -> str:
    """The attestation for people, on one page."""
    verdict = "passes" if found.passed else "FAILS"
    lines = [
        "# Attestation of reproducibility",
        "",
        f"replication {__version__}, {_today()}: the verification **{verdict}**.",
        "",
        *_runs(found),
        "",
        "| compared | found | |",
        "| --- | --- | --- |",
        *(f"| {what} | {told} | {'passes' if fine else '**FAILS**'} |" for what, told, fine in found.rows),
        "",
        "| study | exhibits | classification (AEA Data Editor) | ACRE level | which |",
        "| --- | ---: | --- | ---: | --- |",
        *_rows(found.exhibits),
        "",
        "Full: no number differs by more than rounding. Minor issues: a quarter of them at most. Partial: "
        "more than a quarter. Not reproduced: more than three quarters. ACRE level 10: reproduced from the "
        "raw data; 8: all data and code at hand, another result.",
    ]
    return "\n".join(lines) + "\n"


def _runs(found: Verification) -> Iterator[str]:
    yield (
        f"* {len(found.runs)} runs from the raw figures, each in an empty folder and its own environment. "
        "What another processor or C library would compute with was set by hand on this machine."
    )
    if found.against is None:
        yield "* There is no frozen version yet: the exhibits below are those of one run against the other."
    used = machine()
    size = f"{used.cores} cores, {used.memory_gib} GiB"
    yield f"* Machine: {used.processor}, {size}, {used.system}."
    versions = ", ".join(f"{name} {packages().get(name, '?')}" for name in ("python", *NAMED))
    yield f"* Software: {versions}; all {len(packages())} versions stand in the JSON beside this page."
    first = found.runs[0]
    work = f"{first.seconds:.0f} seconds with another beside it, {first.processor_seconds:.0f} at work"
    yield f"* Cost of a run: {work}; {first.memory:.0f} MiB of memory at most."


def _rows(told: list[Exhibit]) -> Iterator[str]:
    """One row for each study and class, the exhibits named."""
    groups: dict[tuple[str, str, int | str], list[Exhibit]] = {}
    for exhibit in told:
        key = (exhibit.study, exhibit.classification, exhibit.acre_level or "")
        groups.setdefault(key, []).append(exhibit)
    for (study, name, level), members in groups.items():
        which = ", ".join(_named(exhibit) for exhibit in members)
        yield f"| {study} | {len(members)} | {name} | {level} | {which} |"


def _named(exhibit: Exhibit) -> str:
    count = f" ({exhibit.differing} of {exhibit.cells} differ)" if exhibit.differing else ""
    return f"{exhibit.exhibit}{count}"
