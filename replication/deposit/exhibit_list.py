"""Every table, figure and ledger: which entry of which file asks for it, what makes it, where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from replication.claims.read_ledger import read_ledger
from replication.deposit.contents import OUTPUT
from replication.project.escape import one_line
from replication.project.places import Project
from replication.project.strict import plain_text
from replication.publish.graded_tables import side_by_side
from replication.published.read_article import read_article
from replication.spec.entries import FigureSpec, Study, TableSpec
from replication.spec.read_study import read_study

Kind = Literal["table", "figure", "printed table", "ledger"]


@dataclass(frozen=True)
class Exhibit:
    """One row of the map from exhibits to programs.

    Attributes
    ----------
    kind : "table", "figure", "printed table" or "ledger"
    name, title : str
    entry : str
        The entry that asks for it: file, then place in the file.
    line : int
        Line of the file where that entry begins its id.
    program : str
        The command and the modules that make it.
    output : str
        File in the deposit.
    """

    kind: Kind
    name: str
    title: str
    entry: str
    line: int
    program: str
    output: str


def exhibits(project: Project) -> list[Exhibit]:
    """All exhibits of all studies with their robustness, then printed tables and ledgers of claims."""
    found = []
    for path in project.study_files:
        study, text = read_study(path), plain_text(path)
        entries: list[TableSpec | FigureSpec] = [*_tables(study), *study.figures]
        found += [_exhibit(study, path.name, text, entry) for entry in entries]
        found += _curves(project, study, path.name, text)
    return [*found, *_printed_tables(project), *_ledgers(project)]


def _curves(project: Project, study: Study, file: str, text: str) -> Iterator[Exhibit]:
    """What other reasonable choices make of a study: tables, and the curve as a figure."""
    folder = project.robustness(study.study.id).name
    for spec in study.robustness:
        shown: list[tuple[Kind, str, str, str]] = [
            ("table", name, title, f"tables/{name}.csv") for name, title in spec.tables.items()
        ]
        if spec.choices:
            title = f"{spec.title or spec.id}: every specification"
            shown.append(("figure", spec.id, title, f"figures/{spec.id}.svg"))
        for kind, name, title, output in shown:
            yield Exhibit(
                kind=kind,
                name=f"{folder}: {kind} {name}",
                title=one_line(title),
                entry=f"specs/{file} [[robustness]] {spec.id}",
                line=_line(text, "[[robustness]]", spec.id),
                program=f"replicate robustness specs/{file} (replication/robustness/robust_study.py)",
                output=f"{OUTPUT}/{folder}/{output}",
            )


def _tables(study: Study) -> list[TableSpec]:
    """Tables that the study asks for; one of all models where it asks for none."""
    if study.tables or not study.models:
        return list(study.tables)
    return [TableSpec(id="models", title=study.study.title)]


def _exhibit(study: Study, file: str, text: str, entry: TableSpec | FigureSpec) -> Exhibit:
    drawn = isinstance(entry, FigureSpec)
    kind: Kind = "figure" if drawn else "table"
    return Exhibit(
        kind=kind,
        name=f"{study.study.id}: {kind} {entry.id}",
        title=one_line(entry.title),
        entry=f"specs/{file} [[{kind}s]] {entry.id}",
        line=_line(text, f"[[{kind}s]]", entry.id),
        program=f"replicate run specs/{file} ({_maker(entry)})",
        output=f"{OUTPUT}/{study.study.id}/{kind}s/{entry.id}.{'svg' if drawn else 'csv'}",
    )


def _maker(entry: TableSpec | FigureSpec) -> str:
    """The module of the package that computes what the exhibit shows."""
    if entry.statistics:
        return "replication/study/statistics.py"
    if isinstance(entry, TableSpec) and entry.summary:
        return "replication/study/summaries.py"
    return "replication/publish/exhibits.py" if entry.table else "replication/study/one_model.py"


def _line(text: str, heading: str, name: str) -> int:
    """Line of `id = "name"` under this heading; 0 where the exhibit is made without an entry."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            inside = line.startswith(heading)
        if inside and line.replace(" ", "") == f'id="{name}"':
            return number
    return 0


def _printed_tables(project: Project) -> Iterator[Exhibit]:
    for path in project.published_files:
        article, text = read_article(path)[0], plain_text(path)
        for name, tables in side_by_side(article).items():
            shown = " and ".join(one_line(table.title) for table in tables)
            yield Exhibit(
                kind="printed table",
                name=f"printed: {name}",
                title=f"{one_line(article.article.title)}: {shown}, graded cell by cell",
                entry=f"published/{path.name} [[tables]] {tables[0].id}",
                line=_line(text, "[[tables]]", tables[0].id),
                program="replicate published (replication/published/graded_article.py)",
                output=f"{OUTPUT}/{project.graded.name}/tables/{name}.csv",
            )


def _ledgers(project: Project) -> Iterator[Exhibit]:
    for path in project.claims_files:
        ledger = read_ledger(path)
        yield Exhibit(
            kind="ledger",
            name=f"ledger: {ledger.text.id}",
            title=f"Numeric claims of {one_line(ledger.text.title)}, checked one by one",
            entry=f"claims/{path.name} [[claims]]",
            line=1,
            program="replicate claims (replication/claims/ledger.py)",
            output=f"{OUTPUT}/claims/ledger.html",
        )
