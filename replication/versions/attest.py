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

from replication import __version__
from replication.project.fingerprint import packages
from replication.versions.compare import Comparison
from replication.versions.content import TIDY
from replication.versions.grades import RANK, Verdict
from replication.versions.manifest import machine
from replication.versions.rehearse import Rehearsal

FULL, MINOR = "full reproduction", "full reproduction with minor issues"
PARTIAL, NONE = "partial reproduction", "not reproduced"
NEW = "new: the frozen version lacks it"
QUARTER = 0.25
FROM_RAW, ALL_MATERIALS = 10, 8
NAMED = ("numpy", "scipy", "pandas", "statsmodels", "linearmodels", "matplotlib")


@dataclass(frozen=True)
class Verification:
    """What two clean runs showed.

    Attributes
    ----------
    runs : list of Rehearsal
    files : int
        Files that each run made.
    differing : tuple of str
        Files that are not the same in both, or are missing from one.
    between : Comparison
        The cells of the two runs.
    baseline : str or None
        The frozen version that they were compared with; None if there is none.
    against : Comparison or None
        The first run compared with it.
    failures : tuple of str
        Why the verification fails; none if it passes.
    """

    runs: list[Rehearsal]
    files: int
    differing: tuple[str, ...]
    between: Comparison
    baseline: str | None
    against: Comparison | None
    failures: tuple[str, ...]


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
    """Every exhibit of a comparison; tidy records are what exhibits are made from, and none themselves."""
    return [_judged(v) for v in comparison.verdicts if v.table not in TIDY]


def _judged(verdict: Verdict) -> Exhibit:
    differing = sum(RANK[move.grade] > RANK["rounding"] for move in verdict.moves)
    name = classify(differing / verdict.cells if verdict.cells else 0.0)
    if verdict.moves and all(move.grade == "appeared" for move in verdict.moves) and verdict.cells == 1:
        name = NEW
    level = {FULL: FROM_RAW, MINOR: FROM_RAW, NEW: None}.get(name, ALL_MATERIALS)
    return Exhibit(verdict.study, _name(verdict.table), verdict.cells, differing, name, level)


def _name(path: str) -> str:
    """What an exhibit is called: its file without folder and ending, a figure named as one."""
    name = path.rpartition("/")[2].rpartition(".")[0]
    return f"figure {name}" if path.endswith(".svg") else name


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


def as_json(found: Verification, told: list[Exhibit]) -> str:
    """The attestation for programs, every exhibit with its cells."""
    about = {
        **_head(found),
        "exhibits": [asdict(exhibit) for exhibit in told],
        "runs": [
            {"settings": dict(run.settings), "steps": [asdict(step) for step in run.steps]}
            for run in found.runs
        ],
        "packages": packages(),
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def _head(found: Verification) -> dict:
    return {
        "package": f"replication {__version__}",
        "date": datetime.now(UTC).date().isoformat(),
        "passed": not found.failures,
        "failures": list(found.failures),
        "files": found.files,
        "differing_between_runs": list(found.differing),
        "baseline": found.baseline,
        "seconds": round(max(run.seconds for run in found.runs), 1),
        "processor_seconds": round(max(run.processor_seconds for run in found.runs), 1),
        "memory_mib": round(max(run.memory for run in found.runs)),
        "machine": machine(),
    }


def as_markdown(found: Verification, told: list[Exhibit]) -> str:
    """The attestation for people, on one page."""
    head = _head(found)
    passed = "passes" if head["passed"] else "FAILS"
    lines = [
        "# Attestation of reproducibility",
        "",
        f"{head['package']}, {head['date']}: the verification **{passed}**.",
        "",
        *_runs(found, head),
        "",
        "| study | exhibits | classification (AEA Data Editor) | ACRE level | which |",
        "| --- | ---: | --- | ---: | --- |",
        *_rows(told),
        "",
        "Full: no number differs by more than rounding. Minor issues: a quarter of them at most. Partial: "
        "more than a quarter. Not reproduced: more than three quarters. ACRE level 10: reproduced from the "
        "raw data; 8: all data and code at hand, another result.",
    ]
    failed = [f"* {line}" for line in found.failures[:20]]
    return "\n".join([*lines, *(["", "What failed:", "", *failed] if failed else [])]) + "\n"


def _runs(found: Verification, head: dict) -> Iterator[str]:
    same = found.files - len(found.differing)
    yield (
        f"* Two runs from the raw figures, each in an empty folder of its own and an environment of its own "
        f"(threads, hash seed, time zone, locale, path): {same} of {found.files} files are the same, byte by "
        "byte, or by content where a file is parquet."
    )
    if found.against is None:
        yield "* There is no frozen version yet: the exhibits below are those of one run against the other."
    else:
        worst = found.against.grade()
        yield f"* The first run against the frozen version {found.baseline}: worst change {worst}."
    used = head["machine"]
    size = f"{used['cores']} cores, {used['memory_gib']} GiB"
    yield f"* Machine: {used['processor']}, {size}, {used['system']}."
    versions = ", ".join(f"{name} {packages().get(name, '?')}" for name in ("python", *NAMED))
    yield f"* Software: {versions}; all {len(packages())} versions stand in the JSON beside this page."
    seconds = f"{head['seconds']:.0f} seconds with both at once, {head['processor_seconds']:.0f} at work"
    yield f"* Cost of a run: {seconds}; {head['memory_mib']} MiB of memory at most."


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
