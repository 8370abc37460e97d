"""Frozen versions on the disk: which there are, and whether every byte is as it was frozen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, Field

from replication.errors import DataError, one_of
from replication.project.files import changed_line_ends, checksum, sha256
from replication.project.places import Project
from replication.project.strict import plain_text

SUMS = "SHA256SUMS"  # the form that `sha256sum --check` reads
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_NAME = re.compile(r"v([1-9][0-9]*)")
_HEADINGS = re.compile(r"^## v([1-9][0-9]*)\b", re.MULTILINE)


class Version(BaseModel):
    """What a frozen version says of itself, as far as it is read again: the checksum of each content."""

    content: dict[str, str] = Field(default_factory=dict)


def versions(project: Project) -> dict[str, Path]:
    """Frozen versions, oldest first."""
    folders = [path for path in project.results.glob("v*") if path.is_dir() and _NAME.fullmatch(path.name)]
    return {path.name: path for path in sorted(folders, key=lambda path: int(path.name[1:]))}


def lost(project: Project) -> list[str]:
    """One line for each version that is not there though the changelog or a later one tells of it, and
    for each of which the changelog tells nothing."""
    untold = [name for name in versions(project) if name not in _told(project)]
    told = [f"results/CHANGELOG.md: tells nothing of {name}; make freeze completes it" for name in untold]
    return [*_gone(project), *told]


def require_all(project: Project) -> None:
    """Refuse to go on where a frozen version is gone: the next would take its name.

    Raises
    ------
    DataError
        The first version that the changelog or a later one tells of and that is not there.
    """
    for line in _gone(project):
        raise DataError(f"{line}; a frozen version is never removed: put it back first")


def _gone(project: Project) -> list[str]:
    there = versions(project)
    last = max((int(name[1:]) for name in (*_told(project), *there)), default=0)
    return [f"results/v{n}: is missing" for n in range(1, last + 1) if f"v{n}" not in there]


def _told(project: Project) -> set[str]:
    """Versions that the changelog tells of."""
    return {
        f"v{number}"
        for number in _HEADINGS.findall(plain_text(project.changelog) if project.changelog.is_file() else "")
    }


def newest(project: Project) -> tuple[str, Path] | None:
    """The last frozen version, if there is one."""
    found = list(versions(project).items())
    return found[-1] if found else None


def baseline(project: Project) -> tuple[str, Path] | None:
    """What results are compared with: the last frozen version, or in a deposit the results as published."""
    published = ("output", project.output) if project.output.is_dir() else None
    return newest(project) or published


def against(project: Project) -> dict[str, str]:
    """Checksum of what the newest version lists, by its name; none if nothing is frozen yet."""
    last = newest(project)
    return {last[0]: checksum(last[1] / SUMS)} if last else {}


def next_name(project: Project) -> str:
    """The name of the version that comes next."""
    last = newest(project)
    return f"v{int(last[0][1:]) + 1 if last else 1}"


def resolve(project: Project, word: str) -> Path:
    """A version by name, `current`, or a folder.

    Raises
    ------
    DataError
        Neither.
    """
    known = {**versions(project), "current": project.current}
    folder = known.get(word, Path(word))
    if not folder.is_dir():
        raise DataError(f"{one_of('version', word, known)}; or a folder of results")
    return folder


def write_sums(folder: Path) -> None:
    """Write the checksum of every file of a folder into it."""
    listed = {name: sha256(folder / name) for name in _files(folder)}
    (folder / SUMS).write_bytes(_written(listed).encode("utf-8"))


def damage(folder: Path) -> list[str]:
    """One line for each file of a frozen version that was changed, added or lost since; none if it is whole.

    Every byte counts: a changed byte in the list of checksums itself is a line that does not fit, or a
    name that is not there.
    """
    name = folder.name
    try:
        text = plain_text(folder / SUMS)
    except DataError as problem:
        return [f"{name}/{SUMS}: cannot be read ({problem})"]
    listed = {match[2]: match[1] for match in map(_LINE.fullmatch, text.split("\n")) if match}
    present = _files(folder)
    found = [f"{name}/{path}: was added after the freeze" for path in sorted(present - set(listed))]
    found += [f"{name}/{path}: is missing" for path in sorted(set(listed) - present)]
    both = sorted(present & set(listed))
    found += [
        f"{name}/{path}: {_change(folder / path, listed[path])}"
        for path in both
        if (checksum(folder / path) != listed[path])
    ]
    if text != _written(listed):
        found.append(f"{name}/{SUMS}: was changed after the freeze")
    return found


def _change(path: Path, recorded: str) -> str:
    if path.is_file() and not path.is_symlink() and changed_line_ends(path.read_bytes(), recorded):
        return "only its line ends were changed after the freeze (CRLF for LF)"
    return "was changed after the freeze"


def _written(listed: Mapping[str, str]) -> str:
    return "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))


def _files(folder: Path) -> set[str]:
    """Everything in a version but its checksums; links count, for they lead elsewhere."""
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in paths} - {SUMS}
