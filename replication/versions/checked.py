"""What the last check found: told again, without judging anew, while all that it read is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from replication.errors import DataError
from replication.project.files import checksum, write_json
from replication.project.fingerprint import code_behind, packages
from replication.project.places import Project
from replication.project.strict import read_json_as
from replication.versions.sealed import baseline, versions

Found = tuple[list[str], bool]


def checked(project: Project) -> Found:
    """What `check.check` returns; the modules that compare are loaded only where something is to be compared.

    Raises
    ------
    DataError
        As `check.check` does.
    """
    read = "\n".join(_read(project))
    seal, found = _last(project)
    if seal == _seal(project, read, found):
        return found
    from replication.versions.check import check

    found = check(project)
    write_json(project.check_memory, (_seal(project, read, found), found))
    return found


def _last(project: Project) -> tuple[str, Found]:
    """What the last check found, and the seal on it; an empty one where there is none that can be read."""
    try:
        return read_json_as(project.check_memory, tuple[str, Found])
    except DataError:
        return "", ([], False)


def _seal(project: Project, read: str, found: Found) -> str:
    """One checksum of what a check read, what it found, and the details that it wrote."""
    whole = f"{read}\n{found}\n{checksum(project.check_record)}"
    return hashlib.sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()


def _read(project: Project) -> Iterator[str]:
    """A line for each thing that a check reads: files of results and frozen versions, modules, packages."""
    last = baseline(project)
    folders = {project.current, *versions(project).values(), *([last[1]] if last else [])}
    for path in (project.changelog, *sorted({path for folder in folders for path in folder.rglob("*")})):
        linked = str(path.readlink()) if path.is_symlink() else ""
        if linked or not path.is_dir():
            yield f"{path.relative_to(project.root).as_posix()} {linked or checksum(path)}"
    yield from map(str, (*code_behind("replication.versions.check").items(), *packages().items()))
