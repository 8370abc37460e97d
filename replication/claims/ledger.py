"""All claims files -> the ledger: records, counts, the page and the appendix, put in place together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from replication.claims.book import Book, evaluate_on, evaluate_text, shared_facts, without_others
from replication.claims.claim_entries import Ledger
from replication.claims.ledger_page import ledger_latex, ledger_page
from replication.claims.read_ledger import read_ledger
from replication.claims.recorded import STATED, Recorded, read_tables, tables_named
from replication.claims.tidy import frames
from replication.errors import DataError, StudyError, one_of
from replication.project.files import sha256, write_csv, write_parquet, write_text
from replication.project.fingerprint import code_behind
from replication.project.places import Project
from replication.project.staging import Staging, own_folder, write_manifest
from replication.project.strict import located
from replication.records.records import made_from
from replication.spec.read_study import read_study


def make_ledger(project: Project) -> Book:
    """Evaluate every `claims/*.toml` and write `results/current/claims`.

    Raises
    ------
    UserError
        No claims file, or anything wrong with one, its tables or its exhibits; the old ledger stays then.
    """
    paths = project.claims_files
    if not paths:
        raise DataError(f"{project.claims}: no claims file; write one with replicate claims new")
    ledgers = {path: read_ledger(path) for path in paths}
    _check_texts(ledgers)
    known = anchors(project)
    for path, ledger in ledgers.items():
        located(path.name, _check_exhibits, ledger, known)
    tables: dict[str, Recorded] = {}
    for path, ledger in ledgers.items():
        names = [name for name in tables_named(ledger) if name not in tables]
        tables |= located(path.name, read_tables, names, project)
    texts = [located(path.name, evaluate_on, ledger, tables) for path, ledger in ledgers.items()]
    book = Book(tuple(texts), tuple(shared_facts(texts)))
    origin = made_from(project, _tables_of(book), code_behind(__name__))
    origin["studies"] = {path.name: sha256(path) for path in project.study_files}
    write_ledger(book, project.ledger, paths, report="../report.html", origin=origin)
    return book


def check_file(project: Project, path: Path, data: Path | None = None, out: Path | None = None) -> Book:
    """Evaluate one claims file, on the author's own tables (CSV files in `data`) and the project's.

    Facts shared with texts in other files are left out. With `out` the ledger is written there.
    """
    if data is not None and not data.is_dir():
        raise DataError(f"{data}: there is no such folder")
    ledger = read_ledger(path)
    text = located(path.name, evaluate_text, ledger, project, data)
    book = Book((text,), tuple(located(path.name, shared_facts, [without_others(text)])))
    if out is not None:
        write_ledger(book, own_folder(out, path, data), [path], report="", origin={})
    return book


def _check_texts(ledgers: Mapping[Path, Ledger]) -> None:
    seen: dict[str, Path] = {}
    for path, ledger in ledgers.items():
        other = seen.setdefault(ledger.text.id, path)
        if other != path:
            raise StudyError(f"{path.name}: text.id {ledger.text.id!r} is that of {other.name} too")


def anchors(project: Project) -> list[str]:
    """Anchors of every table and figure that the studies put in the report."""
    known = []
    for path in project.study_files:
        study = read_study(path)
        name = study.study.id
        known += [f"table-{name}-{table.id}" for table in study.tables]
        known += [f"figure-{name}-{figure.id}" for figure in study.figures]
    return known


def _check_exhibits(ledger: Ledger, known: Iterable[str]) -> None:
    for claim in ledger.claims:
        if claim.exhibit and claim.exhibit not in known:
            raise StudyError(f"claims.{claim.id}: {one_of('exhibit', claim.exhibit, known)}")


def _tables_of(book: Book) -> list[str]:
    return sorted({name for text in book.texts for name in text.tables} - {STATED})


def write_ledger(
    book: Book, folder: Path, paths: Sequence[Path], report: str, origin: Mapping[str, object]
) -> None:
    """Write all records, the page and the appendix of a ledger into a folder, whole or not at all.

    Parameters
    ----------
    report : str
        Address of the report page that exhibits are linked to; none if empty.
    origin : mapping
        What the ledger was made from, for its manifest; empty in a folder that a user named.
    """
    made = frames(book)
    with Staging(folder, ours=bool(origin)) as staging:
        for name, frame in made.items():
            write_csv(staging / f"{name}.csv", frame)
            write_parquet(staging / f"{name}.parquet", frame)
        titles = {text.ledger.text.id: text.ledger.text for text in book.texts}
        write_text(staging / "ledger.html", ledger_page(made, titles, report))
        write_text(staging / "ledger.tex", ledger_latex(made, titles))
        write_manifest(staging, {"claims": {path.name: sha256(path) for path in paths}, **origin})
