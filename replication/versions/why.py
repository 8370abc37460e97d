"""For everything that is made: whether it would be made again, and why.

What counts is content: the checksums that each manifest records of what it was made from. make goes by
time stamps instead; where the two differ, both are said.
"""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from replication.errors import DataError
from replication.project.files import sha256
from replication.project.fingerprint import code_behind, packages
from replication.project.places import Project
from replication.sources.pipeline import table_code
from replication.versions.content import MANIFEST, contents, read_json, result_folders
from replication.versions.sealed import damage, newest

FEW = 4  # names printed of a long list
MAKE_SECONDS = 30
UP_TO_DATE = 0  # exit code of `make --question`


@dataclass(frozen=True)
class Artefact:
    """Something that is made.

    Attributes
    ----------
    name : str
    path : Path
        The file whose absence means that it has to be made; the target of make.
    reasons : tuple of str
        Why it would be made again; none if it is up to date.
    make : bool or None
        Whether make would make it again; None where there is no Makefile to ask.
    """

    name: str
    path: Path
    reasons: tuple[str, ...] = ()
    make: bool | None = None


def why(project: Project) -> list[str]:
    """One line for each artefact that would be made again, one for those that would not, the frozen state."""
    found = _all(project)
    answers = {path: _asked(project, path) for path in {item.path for item in found}}
    lines = [line for item in found for line in _told(replace(item, make=answers[item.path]))]
    return [*lines, _frozen(project)]


def outdated(project: Project) -> list[str]:
    """What does not follow from its inputs as they are now, one line each with its first reason."""
    return [f"{item.name}: {item.reasons[0]}" for item in _all(project) if item.reasons]


def _all(project: Project) -> list[Artefact]:
    tables = list(_tables(project))
    late = {item.name.removeprefix("table ") for item in tables if item.reasons}
    made = [*_studies(project, late), *_ledger(project, late)]
    report = _report(project, [item.name for item in made if item.reasons])
    return [*tables, *made, report]


def _tables(project: Project) -> Iterator[Artefact]:
    record = _record(project.processed / MANIFEST)
    target = project.processed / "codebook.csv"  # one command makes all tables, the codebook last
    if record is None:
        yield Artefact("tables", target, ("missing",))
        return
    program = _program(record, table_code(project))
    for name, made in record["tables"].items():
        raw = {path: _sum(project.raw / path) for path in made["raw"]}
        reasons = [
            *_own(project.processed, {f"{name}.parquet": made["sha256"]}),
            *_changed("input changed: data/raw", made["raw"], raw),
            *program,
        ]
        yield Artefact(f"table {name}", target, tuple(reasons))


def _studies(project: Project, late: set[str]) -> Iterator[Artefact]:
    wanted = {_study_id(path): path for path in sorted(project.specs.glob("*.toml"))}
    for name, path in wanted.items():
        folder = project.current / name
        reasons = _behind(
            project, folder, late, code_behind("replication.study.run"), {"study_file": _sum(path)}
        )
        yield Artefact(f"study {name}", folder / MANIFEST, tuple(reasons))
    for name, folder in result_folders(project.current).items():
        if name not in wanted and folder != project.ledger:
            yield Artefact(f"study {name}", folder / MANIFEST, ("its study file is gone from specs",))


def _ledger(project: Project, late: set[str]) -> Iterator[Artefact]:
    paths = sorted(project.claims.glob("*.toml"))
    if paths or (project.ledger / MANIFEST).exists():
        own = {"claims": {path.name: _sum(path) for path in paths}}
        reasons = _behind(project, project.ledger, late, code_behind("replication.claims.ledger"), own)
        yield Artefact("claims", project.ledger / MANIFEST, tuple(reasons))


def _behind(
    project: Project, folder: Path, late: set[str], code: Mapping[str, str], own: Mapping[str, Any]
) -> list[str]:
    """Reasons to make a folder of results again: its own file, its tables, the program, its outputs."""
    record = _record(folder / MANIFEST)
    if record is None:
        return ["missing"]
    words = {"study_file": "study changed", "claims": "claims changed"}
    reasons = [words[key] for key, value in own.items() if record.get(key) != value]
    inputs = record.get("inputs", {})
    now = {name: _sum(project.processed / name) for name in inputs if (project.processed / name).exists()}
    reasons += _changed("input changed: data/processed", {name: inputs[name] for name in now}, now)
    cascade = sorted(late & {name.removesuffix(".parquet") for name in inputs})
    reasons += [f"cascade: {_few([f'table {name}' for name in cascade])}"] if cascade else []
    return [*reasons, *_program(record, code), *_own(folder, record["files"])]


def _report(project: Project, late: list[str]) -> Artefact:
    record = _record(project.report_record)
    if record is None or not project.report.exists():
        return Artefact("report", project.report, ("missing",))
    folders = {name: _sum(folder / MANIFEST) for name, folder in result_folders(project.current).items()}
    reasons = [
        *_changed("input changed: results/current", record["folders"], folders),
        *([f"cascade: {_few(late)}"] if late else []),
        *_program(record, code_behind("replication.report.gather")),
        *_own(project.current, record["files"]),
    ]
    return Artefact("report", project.report, tuple(reasons))


def _program(record: Mapping[str, Any], code: Mapping[str, str]) -> list[str]:
    """Whether modules or packages are others than those that made it."""
    return [
        *_changed("code changed:", record.get("code", code), code),
        *_changed("packages changed:", record.get("packages", packages()), packages()),
    ]


def _own(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Whether what was made is still there as it was made."""
    now = {name: _sum(folder / name) for name in files}
    lost = [name for name, found in now.items() if not found]
    edited = [name for name, found in now.items() if found and found != files[name]]
    return [f"{word}: {_few(names)}" for word, names in (("missing", lost), ("edited", edited)) if names]


def _changed(words: str, before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return [f"{words} {_few(names)}"] if names else []


def _few(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


def _record(path: Path) -> dict[str, Any] | None:
    """A manifest; None if it is not there, or is none, so that what it describes has to be made."""
    try:
        return read_json(path)
    except DataError:
        return None


def _sum(path: Path) -> str:
    """Checksum of a file, empty if it is not there."""
    return sha256(path) if path.is_file() else ""


def _study_id(path: Path) -> str:
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["study"]["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return path.stem


def _asked(project: Project, target: Path) -> bool | None:
    """What make answers when asked whether a target is up to date."""
    if not (project.root / "Makefile").is_file():
        return None
    name = target.relative_to(project.root).as_posix()
    try:
        done = subprocess.run(
            ["make", "--question", "--directory", str(project.root), name],
            capture_output=True,
            timeout=MAKE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.returncode != UP_TO_DATE


def _told(item: Artefact) -> list[str]:
    """An artefact's reasons, and what make would do where it does otherwise."""
    lines = [f"{item.name}: {reason}" for reason in item.reasons] or [f"{item.name}: up to date"]
    if item.make is None or item.make == bool(item.reasons):
        return lines
    if item.make:
        return [f"{lines[0]} by content, but make goes by time stamps and would make it again"]
    return [*lines, f"{item.name}: make sees no newer time stamp and would leave it; remove {item.path.name}"]


def _frozen(project: Project) -> str:
    last = newest(project)
    if last is None:
        return "frozen versions: none yet"
    if damage(last[1]):
        return f"frozen versions: {last[0]} was changed after the freeze (make check says where)"
    content = read_json(last[1] / MANIFEST)["content"]
    now = contents(project.current)
    moved = [name for name in sorted({*content, *now}) if content.get(name) != now.get(name)]
    told = f"differ in {_few(moved)}" if moved else "are the same"
    return f"frozen versions: {last[0]}; current results {told}"
