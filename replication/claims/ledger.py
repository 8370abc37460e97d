"""All claims files -> the ledger: records, counts, the page and the appendix, put in place together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from replication.claims.book import Book, evaluate_on, evaluate_text
from replication.claims.checks import same_facts
from replication.claims.claim_entries import Claim, Ledger
from replication.claims.ledger_page import Exhibit, ledger_latex, ledger_page
from replication.claims.read_ledger import read_ledger
from replication.claims.recorded import STATED, Recorded, TableId, read_tables, tables_named
from replication.claims.tidy import frames
from replication.errors import DataError, StudyError, one_of
from replication.project.files import sha256, write_csv, write_parquet, write_text
from replication.project.fingerprint import code_behind
from replication.project.places import Project
from replication.project.staging import Staging, own_folder, write_manifest
from replication.project.strict import located, read_toml
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
    known = exhibits(project)
    for path, ledger in ledgers.items():
        located(path.name, _check_exhibits, ledger, known)
    tables: dict[TableId, Recorded] = {}
    for path, ledger in ledgers.items():
        names = [name for name in tables_named(ledger) if name not in tables]
        tables |= located(path.name, read_tables, names, project)
    texts = [located(path.name, evaluate_on, ledger, tables) for path, ledger in ledgers.items()]
    book = Book(tuple(texts), tuple(same_facts({text.ledger.text.id: text.ledger for text in texts})))
    origin = made_from(project, _tables_of(book), code_behind(__name__))
    origin["studies"] = {path.name: sha256(path) for path in project.study_files}
    origin["results"] = _results_of(book, project)
    write_ledger(book, project.ledger, paths, known, origin)
    return book


def check_file(project: Project, path: Path, data: Path | None = None, out: Path | None = None) -> Book:
    """Evaluate one claims file, on the author's own tables (CSV files in `data`) and the project's.

    Texts that its `same_as` names are looked for beside it and among those of the project. With `out` the
    ledger is written there.
    """
    if data is not None and not data.is_dir():
        raise DataError(f"{data}: there is no such folder")
    ledger = read_ledger(path)
    text = located(path.name, evaluate_text, ledger, project, data)
    texts = {**_texts_named(ledger, path, project), ledger.text.id: text.ledger}
    own = [fact for fact in located(path.name, same_facts, texts) if fact.here.text == ledger.text.id]
    book = Book((text,), tuple(own))
    if out is not None:
        write_ledger(book, own_folder(out, path, data), [path], {}, {})
    return book


def _texts_named(ledger: Ledger, path: Path, project: Project) -> dict[str, Ledger]:
    """The other texts that facts of this one stand in too, their own links to others aside."""
    named = {name.rpartition(":")[0] for claim in ledger.claims for name in claim.same_as} - {
        "",
        ledger.text.id,
    }
    if not named:
        return {}
    beside = {file.resolve() for folder in (path.parent, project.claims) for file in folder.glob("*.toml")}
    others = [read_ledger(file) for file in sorted(beside - {path.resolve()}) if _text_id(file) in named]
    return {other.text.id: other.model_copy(update={"claims": _unlinked(other)}) for other in others}


def _text_id(path: Path) -> str | None:
    """The id of a claims file that may be wrong elsewhere."""
    text = read_toml(path).get("text")
    return text.get("id") if isinstance(text, dict) else None


def _unlinked(ledger: Ledger) -> list[Claim]:
    return [claim.model_copy(update={"same_as": []}) for claim in ledger.claims]


def _check_texts(ledgers: Mapping[Path, Ledger]) -> None:
    seen: dict[str, Path] = {}
    for path, ledger in ledgers.items():
        other = seen.setdefault(ledger.text.id, path)
        if other != path:
            raise StudyError(f"{path.name}: text.id {ledger.text.id!r} is that of {other.name} too")


def exhibits(project: Project) -> dict[str, Exhibit]:
    """Tables and figures that the studies put in the report, by their anchors there: claims name them so."""
    known = {}
    for path in project.study_files:
        study = read_study(path)
        for kind, those in (("table", study.tables), ("figure", study.figures)):
            for one in those:
                anchor = f"{kind}-{study.study.id}-{one.id}"
                known[anchor] = Exhibit(f"{kind} {one.id.replace('_', ' ')}", f"../report.html#{anchor}")
    return known


def _check_exhibits(ledger: Ledger, known: Iterable[str]) -> None:
    named = [(f"claims.{claim.id}", claim.exhibit) for claim in ledger.claims]
    named += [(f"cells.{cells.id}", cells.exhibit) for cells in ledger.cells]
    for place, exhibit in named:
        if exhibit and exhibit not in known:
            raise StudyError(f"{place}: {one_of('exhibit', exhibit, known)}")


def _tables_of(book: Book) -> list[str]:
    named = {known for text in book.texts for known in text.tables if known != STATED}
    return sorted(known.table for known in named if not known.study)


def _results_of(book: Book, project: Project) -> dict[str, str]:
    """Checksums of the studies' records that claims rest on."""
    named = {known for text in book.texts for known in text.tables if known.study}
    paths = sorted(f"{known.study}/{known.table}.parquet" for known in named)
    return {path: sha256(project.current / path) for path in paths}


def write_ledger(
    book: Book,
    folder: Path,
    paths: Sequence[Path],
    shown: Mapping[str, Exhibit],
    origin: Mapping[str, object],
) -> None:
    """Write all records, the page and the appendix of a ledger into a folder, whole or not at all.

    Parameters
    ----------
    shown : mapping of str to Exhibit
        Exhibits that the page leads to, by the names that claims have for them.
    origin : mapping
        What the ledger was made from, for its manifest; empty in a folder that a user named.
    """
    made = frames(book)
    with Staging(folder, ours=bool(origin)) as staging:
        for name, frame in made.items():
            write_csv(staging / f"{name}.csv", frame)
            write_parquet(staging / f"{name}.parquet", frame)
        write_text(staging / "ledger.html", ledger_page(book, made, shown))
        write_text(staging / "ledger.tex", ledger_latex(book, made))
        write_manifest(staging, {"claims": {path.name: sha256(path) for path in paths}, **origin})
