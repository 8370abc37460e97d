"""For everything that is made: whether it has to be made again, and why.

What counts is content alone: the checksums that each manifest records of what it was made from, and of what
was made of it. Time stamps decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from replication.errors import DataError, UserError, few
from replication.project.files import checksum
from replication.project.fingerprint import (
    cleaning_behind,
    code_behind,
    packages,
    settings_behind,
    unlike_lock,
)
from replication.project.places import Project
from replication.project.readback import MANIFEST, Manifest, read_manifest, unlisted
from replication.project.staging import ARRIVING
from replication.project.strict import read_json_as, read_toml
from replication.report.rests_on import manifests
from replication.versions.artefact import FEW, Artefact, Called, Kind, Late
from replication.versions.content import RECORDS, contents, result_folders
from replication.versions.sealed import Version, against, damage, newest, require_all, versions

MISSING, DAMAGED = "missing", "its record is damaged"
RAW = "input changed: data/raw"
UNASKED = "no study file in specs asks for it"
GRADES = Called("printed tables")


def why(project: Project) -> list[str]:
    """One line for each reason to make something again, one for what is up to date, and the frozen state."""
    made = [
        f"{item.name}: {line}" for item in everything(project) for line in item.reasons or ("up to date",)
    ]
    return [*unlike_lock(project), *made, *strangers(project), _frozen(project)]


def outdated(project: Project) -> list[str]:
    """What does not follow from its inputs as they are now, one line each with its first reason."""
    late = [f"{item.name}: {item.reasons[0]}" for item in everything(project) if item.reasons]
    return [*late, *strangers(project)]


def require_current(project: Project) -> None:
    """Refuse results that must not be frozen or handed on.

    Raises
    ------
    DataError
        No results; results that do not follow from their inputs, were edited, or stand among files that
        nothing made; a frozen version that was changed, or is gone.
    """
    if not result_folders(project.current):
        raise DataError(f"{project.current}: no results yet; make them first (make all)")
    for line in (*unlike_lock(project), *outdated(project)):
        raise DataError(f"results are out of date, make them first (make all): {line}")
    require_all(project)
    for folder in versions(project).values():
        for line in damage(folder):
            raise DataError(f"{line}; a frozen version is never edited: put it back first")


def everything(project: Project) -> list[Artefact]:
    """Everything that is made, each stage after those that it rests on."""
    cleaned = tables(project)
    run = studies(project, _out_of_date(cleaned))
    graded = published(project, _out_of_date(run))
    judged = ledger(project, _out_of_date([*cleaned, *run, *graded]))
    shown = report(project, _out_of_date([*run, *graded, *judged]))
    return [*cleaned, *run, *graded, *judged, *shown]


def _out_of_date(items: Iterable[Artefact]) -> list[Called]:
    return [item.name for item in items if item.reasons]


def tables(project: Project, late: Late = ()) -> list[Artefact]:
    """Every processed table, and the codebook, which rests on all that is in data/raw."""
    record = _record(project.processed)
    if isinstance(record, str):
        return [Artefact(Called("tables"), (record,), ("data",))]
    raw = _raw(project)
    program = _program(record, {**cleaning_behind(project), **code_behind("replication.sources.pipeline")})

    def artefact(name: Called, behind: Collection[str], *files: str) -> Artefact:
        """One that rests on some raw files, and what is to be there of it."""
        before, now = ({path: sums.get(path, "") for path in behind} for sums in (record.raw, raw))
        reasons = [*_own(project.processed, record, *files), *_changed(RAW, before, now), *program]
        return Artefact(name, tuple(reasons), ("data",))

    found = [
        artefact(Called("table", name), paths, f"{name}.parquet") for name, paths in record.tables.items()
    ]
    return [*found, artefact(Called("codebook"), {*record.raw, *raw}, "codebook.csv", "codebook.md")]


def _raw(project: Project) -> dict[str, str]:
    """Checksums of what stands in data/raw; names with a dot in front are no raw files."""
    paths = (path.relative_to(project.raw) for path in project.raw.rglob("*") if not path.is_dir())
    shown = (path for path in paths if not any(part[0] == "." for part in path.parts))
    return {path.as_posix(): checksum(project.raw / path) for path in sorted(shown)}


def studies(project: Project, late: Late = ()) -> list[Artefact]:
    """Every study, its robustness and its second opinion, those included that nothing asks for any more."""
    asked = _studies_asked_for(project)
    robust, models = (
        {name: path for name, path in asked.items() if (section in _asked(path, checksum(path))[1])}
        for section in ("robustness", "models")
    )
    run, checked = code_behind("replication.study.run"), code_behind("replication.robustness.robust_study")
    crossed = code_behind("replication.crosscheck.second_opinion")
    return [
        *_of_studies(project, "study", "run", asked, project.current.joinpath, late, run),
        *_of_studies(project, "robustness", "robustness", robust, project.robustness, late, checked),
        *_of_studies(
            project, "second opinion", "crosscheck", models, project.crosscheck.joinpath, late, crossed
        ),
    ]


def _of_studies(
    project: Project,
    kind: Kind,
    command: str,
    wanted: Mapping[str, Path],
    place: Callable[[str], Path],
    late: Late,
    code: Mapping[str, str],
) -> Iterator[Artefact]:
    """What is made of each study that asks for it, and of each that once did."""
    for name, path in wanted.items():
        folder = place(name)
        reasons, record = _of_study(project, path, folder, late, code), _record(folder)
        converged = isinstance(record, str) or record.converged
        yield Artefact(Called(kind, name), tuple(reasons), (command, str(path)), folder, converged)
    for folder in sorted(path.parent for path in place("any").parent.glob(f"*/{MANIFEST}")):
        record = _record(folder)
        name = record.study if isinstance(record, Manifest) else ""
        if name and name not in wanted and folder == place(name):
            yield Artefact(Called(kind, name), (UNASKED,), (), folder)


def _own_data(study: Path, record: Manifest | str) -> list[str]:
    """Whether the file that a study names as its panel is another now."""
    known = {} if isinstance(record, str) else record.brought
    return _changed("data changed:", known, {name: checksum(study.parent / name) for name in known})


def _of_study(project: Project, path: Path, folder: Path, late: Late, code: Mapping[str, str]) -> list[str]:
    """Reasons to make again what is made of a study file and its tables."""
    record = _record(folder)
    changed = isinstance(record, Manifest) and record.study_file != checksum(path)
    own = ["study changed"] if changed else []
    return [*own, *_own_data(path, record), *_behind(project, folder, record, late, code)]


def _studies_asked_for(project: Project) -> dict[str, Path]:
    """Study files by the id in them."""
    found: dict[str, Path] = {}
    for path in project.study_files:
        other = found.setdefault(_study_id(path), path)
        if other != path:
            raise DataError(f"specs/{path.name}: study.id {_study_id(path)!r} is that of {other.name} too")
    return found


def published(project: Project, late: Late = ()) -> list[Artefact]:
    """The grades of printed tables, which rest on results of studies."""
    folder, record = project.graded, _record(project.graded)
    files = [file for path in project.published_files for file in (path, path.with_suffix(".csv"))]
    if not files:
        gone = Artefact(GRADES, ("no file of published asks for it",), (), folder)
        return [gone] if isinstance(record, Manifest) else []
    reasons: list[str] = []
    if isinstance(record, Manifest):
        tables = {path.name: checksum(path) for path in files}
        reasons += _changed("printed tables changed:", record.published, tables)
        reasons += _other_results(project, record, late)
    reasons += _behind(project, folder, record, late, code_behind("replication.published.grade_articles"))
    return [Artefact(GRADES, tuple(reasons), ("published",), folder)]


def ledger(project: Project, late: Late = ()) -> list[Artefact]:
    """The ledger of claims, which may rest on results of studies, one that nothing asks for included."""
    folder, record = project.ledger, _record(project.ledger)
    claims = {path.name: checksum(path) for path in project.claims_files}
    if not claims:
        gone = Artefact(Called("claims"), ("no claims file asks for it",), (), folder)
        return [gone] if isinstance(record, Manifest) else []
    reasons: list[str] = []
    if isinstance(record, Manifest):
        files = {path.name: checksum(path) for path in project.study_files}
        reasons += _changed("claims changed:", record.claims, claims)
        reasons += _changed("studies changed:", record.studies, files)
        reasons += _other_results(project, record, late)
    reasons += _behind(project, folder, record, late, code_behind("replication.claims.ledger"))
    return [Artefact(Called("claims"), tuple(reasons), ("claims",), folder)]


def _other_results(project: Project, record: Manifest, late: Late) -> list[str]:
    """Whether records that something rests on are others now, or will be."""
    results = {name: checksum(project.current / name) for name in record.results}
    folders = {name.partition("/")[0] for name in record.results}
    makers = {GRADES if folder == project.graded.name else Called("study", folder) for folder in folders}
    cascade = sorted({*late} & makers)
    return [
        *_changed("input changed: results/current", record.results, results),
        *([f"cascade: {few(cascade, FEW)}"] if cascade else []),
    ]


def _behind(
    project: Project, folder: Path, record: Manifest | str, late: Late, code: Mapping[str, str]
) -> list[str]:
    """Reasons to make a folder of results again: its tables and raw files, the program, its own files."""
    if isinstance(record, str):
        return [record]
    if (folder / ARRIVING).exists():
        return ["the run that made it was cut off"]
    tables = {name: checksum(project.processed / name) for name in record.inputs}
    cascade = sorted({*late} & {Called("table", Path(name).stem) for name in record.inputs})
    return [
        *_changed("input changed: data/processed", record.inputs, tables),
        *([f"cascade: {few(cascade, FEW)}"] if cascade else _other_raw(project, record)),
        *_settings(project, record),
        *_program(record, code),
        *_own(folder, record),
    ]


def _other_raw(project: Project, record: Manifest) -> list[str]:
    """Raw files that changed while the tables made of them stayed the same: the provenance is another."""
    made = _record(project.processed)
    if isinstance(made, str):
        return []
    names = [Path(name).stem for name in record.inputs]
    behind = {path: made.raw.get(path, "") for name in names for path in made.tables.get(name, [])}
    return _changed(RAW, record.raw, behind)


def _settings(project: Project, record: Manifest) -> list[str]:
    return ["settings changed: pyproject.toml"] if record.settings != settings_behind(project) else []


def report(project: Project, late: Late = ()) -> list[Artefact]:
    """The report page."""
    try:
        record = read_json_as(project.report_record, Manifest)
    except DataError:
        reason = DAMAGED if project.report_record.exists() else MISSING
        return [Artefact(Called("report"), (reason,), ("report",))]
    folders = {**manifests(project), **against(project)}
    reasons = [
        *_changed("input changed: results", record.folders, folders),
        *([f"cascade: {few(sorted(late), FEW)}"] if late else []),
        *_changed(RAW, record.raw, {project.registry.name: checksum(project.registry)}),
        *_settings(project, record),
        *_program(record, {**cleaning_behind(project), **code_behind("replication.report.gather")}),
        *_own(project.current, record),
    ]
    return [Artefact(Called("report"), tuple(reasons), ("report",))]


def strangers(project: Project) -> list[str]:
    """A line for each file among the current results that nothing made: it would be frozen and handed on."""
    return [f"{name}: no command made this file; move it away" for name in made_by_none(project)]


def made_by_none(project: Project) -> list[str]:
    """Files among the current results that no manifest lists, by their place in the project."""
    made = {project.report.name, project.report_record.name}
    for folder in result_folders(project.current).values():
        record = _record(folder)
        listed = (MANIFEST, *record.files) if isinstance(record, Manifest) else ()
        made |= {f"{folder.name}/{name}" for name in listed}
    place = project.current.relative_to(project.root).as_posix()
    return [f"{place}/{name}" for name in unlisted(project.current, made)]


def _program(record: Manifest, code: Mapping[str, str]) -> list[str]:
    """Whether modules or packages are others than those that made it."""
    return [
        *_changed("code changed:", record.code, code),
        *_changed("packages changed:", record.packages, packages()),
    ]


def _own(folder: Path, record: Manifest, *names: str) -> list[str]:
    """Whether what was made is still there as it was made: the files named, or all."""
    now = {name: checksum(folder / name) for name in names or record.files}
    lost = [name for name, found in now.items() if not found]
    edited = [name for name, found in now.items() if found and found != record.files.get(name)]
    return [f"{word}: {few(names, FEW)}" for word, names in ((MISSING, lost), ("edited", edited)) if names]


def _changed(words: str, before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return [f"{words} {few(names, FEW)}"] if names else []


def _record(folder: Path) -> Manifest | str:
    """What a folder says it was made from; the reason to make it where it says nothing."""
    try:
        return read_manifest(folder)
    except DataError:
        return DAMAGED if (folder / MANIFEST).exists() else MISSING


def _study_id(path: Path) -> str:
    return _asked(path, checksum(path))[0]


@lru_cache(maxsize=1000)
def _asked(path: Path, content: str) -> tuple[str, frozenset[str]]:
    """The id in a study file of this checksum, the name of the file where it has none, and its sections."""
    try:
        said = read_toml(path)
        return str(said["study"]["id"]), frozenset(key for key, entries in said.items() if entries)
    except (UserError, KeyError, TypeError):
        return path.stem, frozenset()


def _frozen(project: Project) -> str:
    last = newest(project)
    if last is None:
        return "frozen versions: none yet"
    for name, folder in versions(project).items():
        if damage(folder):
            return f"frozen versions: {name} was changed after the freeze (make check says where)"
    content = read_json_as(last[1] / MANIFEST, Version).content
    now = contents(project.current)
    names = sorted(name for name in {*content, *now} if Path(name).name not in RECORDS)
    moved = [name for name in names if content.get(name) != now.get(name)]
    told = f"differ in {few(moved, FEW)}" if moved else "are the same"
    return f"frozen versions: {last[0]}; current results {told}"
