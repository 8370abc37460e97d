"""The README of a deposit, in the sections of the Social Science Data Editors' template.

Vilhuber, Connolly, Koren, Llull, Morrow (2022), A template README for social science replication packages.
Everything in it is taken from the registry, the study files, the lock file and the last verification; its
sentences stand in `templates/readme.md.j2`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

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
from replication.versions.manifest import Machine

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
    empty : collection of str
        Raw files, by their path in data/raw, that hold headings alone.
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
    empty: Collection[str]
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
    kinds = Counter(item.kind for item in account.exhibits)
    environment = Environment(
        loader=PackageLoader("replication.deposit"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("readme.md.j2").render(
        vars(account),
        version=__version__,
        output=OUTPUT,
        grid=grid,
        tables=kinds["table"],
        printed=kinds["printed table"],
        figures=kinds["figure"],
        studies=[
            (f"`{study.study.id}`", study.study.title, f"`specs/{study.study.id}.toml`")
            for study in account.studies
        ],
        documented=sum(rights(source).name != "notspecified" for source in account.sources),
        availability=[_available(source, _provided(source, account)) for source in account.sources],
        datasets=[
            (
                f"`data/raw/{s.path}`",
                s.publisher,
                f"{s.series}; {s.unit}; {s.coverage}",
                _provided(s, account),
            )
            for s in account.sources
        ],
        pinned=", ".join(f"{name} {version}" for name, version in account.packages.items()),
        machine=_told(account.cost.machine),
        seeds=account.seeds.items(),
        steps=STEPS,
        rooms=rooms(),
        exhibits=[
            (i.name, i.title, f"`{i.entry}`", i.line or "", f"`{i.program}`", f"`{i.output}`")
            for i in account.exhibits
        ],
        claims=sum(len(ledger.claims) for ledger in account.ledgers),
        references=_references(account),
    )


def grid(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(field) for field in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _provided(source: Source, account: Account) -> str:
    return "no (headings alone)" if source.path in account.empty else "yes"


def _available(source: Source, provided: str) -> tuple[str, ...]:
    """The row of a source in the table of what is available under which rights."""
    held = rights(source)
    return (
        *(source.title, f"`data/raw/{source.path}`", source.read_from, provided, source.citation),
        *(held.use, held.redistribute, source.licence, source.vintage),
    )


def _told(machine: Machine) -> str:
    """The machine in a sentence."""
    return f"{machine.processor}, {machine.cores} cores, {machine.memory_gib} GiB, {machine.system}."


def rooms() -> list[tuple[str, str]]:
    """Each folder of the program, and what it says of itself in its first line."""
    said = {path.parent: ast.parse(plain_text(path)) for path in sorted(PACKAGE.glob("*/__init__.py"))}
    return [
        (f"`{PACKAGE.name}/{folder.name}`", (ast.get_docstring(module) or "").partition("\n")[0])
        for folder, module in said.items()
    ]


def exhibit_page(project: Project) -> str:
    """The list of exhibits of a project in Markdown, without the lines, which change with any edit."""
    rows = [(item.name, item.title, f"`{item.entry}`", f"`{item.program}`") for item in exhibits(project)]
    return "\n".join(["# List of exhibits", "", grid(("exhibit", "title", "entry", "program"), rows), ""])


def _references(account: Account) -> list[str]:
    """Every citation once, nothing in it read as Markdown's markup."""
    cited = [source.citation for source in account.sources]
    cited += [ledger.text.citation for ledger in account.ledgers]
    unique = sorted({" ".join(citation.split()) for citation in cited}, key=str.casefold)
    return [re.sub(r"([*_\[\]<>`\\])", r"\\\1", citation) for citation in unique]
