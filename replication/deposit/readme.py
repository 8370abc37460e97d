"""The README of a deposit, in the sections of the Social Science Data Editors' template.

Vilhuber, Connolly, Koren, Llull, Morrow (2022), A template README for social science replication packages.
Everything in it is taken from the registry, the study files, the lock file and the last verification.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from replication import __version__
from replication.claims.claim_entries import Ledger
from replication.deposit.contents import OUTPUT
from replication.deposit.exhibit_list import Exhibit, exhibits
from replication.deposit.rights import rights
from replication.project.places import PACKAGE, Project
from replication.project.strict import plain_text
from replication.sources.registry import Source
from replication.spec.entries import Study
from replication.versions.attest import Cost

STEPS = (
    ("environment", "`make .venv/installed`", "pip with `requirements.lock`", "`.venv`"),
    (
        "clean",
        "`make data`",
        "`cleaning`, one module a data set, through `replication/sources`",
        "`data/processed`, the codebook",
    ),
    (
        "estimate, describe",
        "`make run`",
        "`replication/study/run.py` with each of `specs/*.toml`",
        "tables, figures, records",
    ),
    (
        "other reasonable choices",
        "`make robustness`",
        "`replication/robustness` with `[[robustness]]` of `specs/*.toml`",
        "curves, influence",
    ),
    (
        "second opinion",
        "`make crosscheck`",
        "`replication/crosscheck`: every model through statsmodels and linearmodels",
        "`results/crosscheck`",
    ),
    (
        "grade printed tables",
        "`make published`",
        "`replication/published` with each of `published/*.toml`",
        "grades cell by cell",
    ),
    ("check the claims", "`make claims`", "`replication/claims` with each of `claims/*.toml`", "the ledger"),
    ("report", "`make report`", "`replication/report/gather.py`", "`results/current/report.html`"),
    (
        "check",
        "`make check`",
        "`replication/versions`",
        "one line: as in `output/`, or what is not",
    ),
)


@dataclass(frozen=True)
class Account:
    """All that the README is written from.

    Attributes
    ----------
    sources : sequence of Source
    studies : sequence of Study
    ledgers : sequence of Ledger
    exhibits : sequence of Exhibit
    packages : mapping of str to str
        Version of Python and of every package that the results were made with.
    seeds : mapping of str to int
    cost : Cost
        What the last `make verify`, or a clean run, measured.
    backslashes : Counter of str
        By file, what the AEA's scan for Windows paths would count.
    size : int
        Bytes of all files of the deposit but this one and the metadata.
    """

    sources: Sequence[Source]
    studies: Sequence[Study]
    ledgers: Sequence[Ledger]
    exhibits: Sequence[Exhibit]
    packages: Mapping[str, str]
    seeds: Mapping[str, int]
    cost: Cost
    backslashes: Counter[str]
    size: int


def readme(account: Account) -> str:
    """The README as Markdown."""
    parts = [
        *_overview(account),
        *_availability(account),
        *_dataset_list(account.sources),
        *_requirements(account),
        *_programs(account),
        *_instructions(),
        *_exhibits(account),
        *_references(account),
    ]
    return "\n\n".join(parts) + "\n"


def grid(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(field) for field in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _overview(account: Account) -> list[str]:
    rows = [
        (f"`{study.study.id}`", study.study.title, f"`specs/{study.study.id}.toml`")
        for study in account.studies
    ]
    tables = sum(": table " in exhibit.name for exhibit in account.exhibits)
    figures = sum(": figure " in exhibit.name for exhibit in account.exhibits)
    return [
        "# README of the replication package",
        "## Overview",
        f"The code in this package (`replication` {__version__}) builds {tables} tables, {figures} figures, "
        f"{len(account.ledgers)} ledgers of claims and one report page from "
        f"{len(account.sources)} raw files, "
        "using Python. One command, `make all`, runs everything. As published, all of it stands in "
        f"`{OUTPUT}/`.",
        grid(("study", "title", "study file"), rows),
    ]


def _availability(account: Account) -> list[str]:
    rows = []
    for source in account.sources:
        held = rights(source)
        rows.append(
            (source.title, f"`data/raw/{source.path}`", source.read_from, "yes", source.citation,
             held.use, held.redistribute, source.licence, source.vintage)
        )  # fmt: skip
    header = (
        "source", "data file", "location", "provided", "citation", "right to use", "right to redistribute",
        "licence as recorded", "date or vintage",
    )  # fmt: skip
    return [
        "## Data availability and provenance statements",
        "- [ ] This paper does not involve analysis of external data.",
        "### Statement about rights",
        "- [x] We certify that the authors have legitimate access to and permission to use the "
        "data used here.\n"
        "- [ ] We certify that the authors have documented permission to redistribute all data "
        "contained within "
        f"this package: of {len(account.sources)} files, {_documented(account.sources)} are "
        "under an open licence "
        "or in the public domain; from the others single figures are carried over as facts, "
        "with their citation. "
        "The table below says which, file by file. For a file whose source states no licence, ask the "
        "publisher that its row names; until it answers, the file can be left out and its figures be read "
        "again at the place that the row gives.",
        "### License for data",
        "Each raw file keeps the licence of its source, as the table below and `data/raw/SOURCES.toml` say.",
        "### Summary of availability",
        "- [x] All data **are** publicly available.\n"
        "- [ ] Some data **cannot be made** publicly available.\n"
        "- [ ] **No data can be made** publicly available.",
        "### Details on each data source",
        "All files are CSV in UTF-8. The data dictionary is `codebook.md` (as a table: `codebook.csv`).",
        grid(header, rows),
    ]


def _documented(sources: Sequence[Source]) -> int:
    """How many files may be passed on under a licence that is stated or as public domain."""
    return sum(rights(source).name != "notspecified" for source in sources)


def _dataset_list(sources: Sequence[Source]) -> list[str]:
    rows = [
        (f"`data/raw/{s.path}`", s.publisher, f"{s.series}; {s.unit}; {s.coverage}", "yes") for s in sources
    ]
    return ["## Dataset list", grid(("data file", "source", "notes", "provided"), rows)]


def _requirements(account: Account) -> list[str]:
    pinned = ", ".join(f"{name} {version}" for name, version in account.packages.items())
    seeds = grid(("place", "seed"), account.seeds.items())
    return [
        "## Computational requirements",
        "### Software requirements",
        "- Linux or macOS with GNU make 3.81 or later; on Windows the same without make, see the "
        "instructions\n- Python 3.11 or later\n"
        "- The packages that `requirements.lock` pins with hashes; `make` installs them into `.venv`",
        f"What stands in `{OUTPUT}/` was made with {pinned}; {_made_on(account.cost)}",
        "### Controlled randomness",
        "Every random draw has a named seed: one that the study file sets, or one spawned from "
        "the root seed by "
        "the names of study and model. One thread is used; nothing depends on clock or locale. On x86 the "
        "kernels of linear algebra and numpy are those that every such machine has, so that two of them give "
        "the same bytes; elsewhere late digits can differ, far below those that are printed.",
        seeds,
        "### Memory, runtime, storage requirements",
        *_cost(account),
    ]


def _cost(account: Account) -> list[str]:
    stored = f"{account.size / 1e6:.0f} MB for this folder, about 0.8 GB more for the environment"
    told = account.cost
    boxes = (
        ("<10 minutes", told.seconds < 600),
        ("10-60 minutes", 600 <= told.seconds < 3600),
        ("1-8 hours", told.seconds >= 3600),
    )
    summary = "\n".join(f"- [{'x' if holds else ' '}] {words}" for words, holds in boxes)
    return [
        "#### Summary",
        f"Approximate time needed to reproduce the analyses:\n\n{summary}",
        "#### Details",
        f"- Run time: {told.seconds:.0f} seconds, {told.processor_seconds:.0f} of them at work.\n"
        f"- Memory: {told.memory_mib} MiB at most.\n- Storage: {stored}.\n"
        f"- Last run on {told.date}: {_made_on(told)}",
    ]


def _made_on(told: Cost) -> str:
    """The machine in a sentence."""
    machine = told.machine
    return f"{machine.processor}, {machine.cores} cores, {machine.memory_gib} GiB, {machine.system}."


def rooms() -> list[tuple[str, str]]:
    """Each folder of the program, and what it says of itself in its first line."""
    said = {path.parent: ast.parse(plain_text(path)) for path in sorted(PACKAGE.glob("*/__init__.py"))}
    return [
        (f"`{PACKAGE.name}/{folder.name}`", (ast.get_docstring(module) or "").partition("\n")[0])
        for folder, module in said.items()
    ]


def _programs(account: Account) -> list[str]:
    return [
        "## Description of programs",
        grid(("step", "command", "program", "what it makes"), STEPS),
        grid(("folder", "what it does"), rooms()),
        "The AEA Data Editor's scan for Windows paths counts whatever stands before a backslash: "
        f"{account.backslashes.total():,} places in {len(account.backslashes)} programs and "
        "study files here. They are regular expressions, LaTeX and line ends: the scan of `make deposit` "
        "reads every text in them as the program does, and would refuse one that is a path.",
        "### License for code",
        "The code, study files and documentation are under the MIT licence: see [LICENSE](LICENSE).",
    ]


def _instructions() -> list[str]:
    return [
        "## Instructions to replicators",
        "1. `sha256sum -c manifest-sha256.txt` (every line ends in OK)\n2. `make all`\n"
        "3. Open `results/current/report.html`.",
        f"`make all` ends with one line: `PASS`, and how many tables and figures as printed are identical to "
        f"those in `{OUTPUT}/`. On another processor, system or C library numbers in full precision may "
        "differ in late digits: by less than 1e-8 of their size in linear models, 1e-6 where a maximum is "
        "searched, a test is computed or moments are weighted; the line says how many do, and the largest "
        "beside what is allowed. `results/check.txt` lists every one. `FAIL` names the first cells "
        "that differ by more.",
        "Without make, as on Windows: `python -m venv .venv`, then with its Python "
        "`-m pip install --require-hashes -r requirements.lock`, "
        "`-m pip install --no-deps --no-build-isolation -e .` and `-P -m replication all`.",
        "### Details",
        "No file is edited, no path set, nothing downloaded by hand. The steps of `make all` "
        "are those of the "
        "table above, in its order; each can be run alone. A second `make all` does nothing. "
        "`make test`, `make bench` and `make harden` need folders of the repository that are not here.",
    ]


def exhibit_page(project: Project) -> str:
    """The list of exhibits of a project in Markdown, without the lines, which change with any edit."""
    rows = [(item.name, item.title, f"`{item.entry}`", f"`{item.program}`") for item in exhibits(project)]
    return "\n".join(["# List of exhibits", "", grid(("exhibit", "title", "entry", "program"), rows), ""])


def _exhibits(account: Account) -> list[str]:
    header = ("exhibit", "title", "entry", "line", "program", "output file")
    rows = [
        (item.name, item.title, f"`{item.entry}`", item.line or "", f"`{item.program}`", f"`{item.output}`")
        for item in account.exhibits
    ]
    claims = sum(len(ledger.claims) for ledger in account.ledgers)
    return [
        "## List of exhibits and programs",
        "The provided code reproduces:",
        "- [x] All numbers in the text of the report\n- [x] All tables and figures of the report\n"
        "- [ ] Selected tables and figures, as explained and justified below",
        grid(header, rows),
        f"All of them together: `{OUTPUT}/report.html`, made by `replicate report` "
        "(`replication/report/gather.py`). "
        "Beside each table as CSV stand the same in LaTeX, HTML and Markdown.",
        "### In-text numbers",
        f"The report types no number: each in its prose is looked up among the results when the page is made "
        f"(`replication/publish/prose.py`). The {claims} numeric claims of the "
        f"{len(account.ledgers)} texts under study are entries of `claims/*.toml`; the ledger "
        "gives, for each, "
        "the stated figure, the computed one and a verdict.",
    ]


def _references(account: Account) -> list[str]:
    cited = [source.citation for source in account.sources] + [
        ledger.text.citation for ledger in account.ledgers
    ]
    unique = sorted({" ".join(citation.split()) for citation in cited}, key=str.casefold)
    return ["## References", "\n".join(f"- {_plain(citation)}" for citation in unique)]


def _plain(citation: str) -> str:
    """A citation in which nothing is read as Markdown's markup."""
    return re.sub(r"([*_\[\]<>`\\])", r"\\\1", citation)
