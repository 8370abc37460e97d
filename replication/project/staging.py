"""A folder of results made aside and put in place whole; its manifest leaves first and arrives last."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from replication.errors import DataError, StudyError
from replication.project.files import checksum, sha256, write_json
from replication.project.lock import ENDING, folder_aside, held
from replication.project.readback import MANIFEST, Manifest, read_manifest
from replication.project.strict import read_json_as

ARRIVING = f".{MANIFEST}{ENDING}"  # the manifest of what is being put in place
# What a run makes has one of these endings: whatever a manifest in a user's folder says, no other is removed.
ENDINGS = {
    ".csv", ".docx", ".html", ".json", ".md", ".parquet", ".pdf", ".png", ".svg", ".tex", ".toml", ".typ",
}  # fmt: skip


class Staging:
    """A folder beside the results in which everything is made before any of it is put in place.

    Used with `with`: what was made replaces the old results at the end, unless an error came first, in
    which case the old results stay as they were. The manifest leaves first and arrives last, so that a
    step that is cut off between is found unfinished and made again. A second run into the same folder
    waits for the first.

    Parameters
    ----------
    target : Path
        Where the results go.
    ours : bool
        Whether nobody else writes there. In a folder that a user named, a file that no run made is not
        replaced, and a manifest that cannot be read is not ours.
    """

    def __init__(self, target: Path, *, ours: bool = True) -> None:
        self.target = target
        self.ours = ours
        self.holds = ExitStack()

    def __enter__(self) -> Path:
        _check_target(self.target)
        self._before()
        self.folder = self.holds.enter_context(folder_aside(self.target))
        return self.folder

    def __exit__(self, kind, problem, trace) -> None:
        with self.holds:
            if kind is None:
                with held(self.target.parent):
                    self._put_in_place()

    def _put_in_place(self) -> None:
        """Look at everything first; then only what cannot be refused is left to do."""
        made = sorted(path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        before = self._before()
        gone = [name for name in _unchanged(self.target, before) if Path(name) not in made]
        gone = [name for name in gone if self.ours or Path(name).suffix in ENDINGS]
        for name in made:
            self._check_place(name, known=name.as_posix() in before)
        self.target.mkdir(exist_ok=True)
        (self.folder / MANIFEST).replace(self.target / ARRIVING)
        _remove(self.target, [*gone, MANIFEST])
        for name in made:
            if name != Path(MANIFEST):
                (self.target / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).replace(self.target / name)
        (self.target / ARRIVING).replace(self.target / MANIFEST)

    def _before(self) -> dict[str, str]:
        """Checksums of what earlier runs put here, one that was cut off included."""
        found: dict[str, str] = {}
        for name in (MANIFEST, ARRIVING):
            path = self.target / name
            try:
                found |= {**read_json_as(path, Manifest).files, MANIFEST: ""} if path.exists() else {}
            except DataError as problem:
                if not self.ours:
                    raise DataError(f"{problem}; results go into a folder of their own") from None
        return found

    def _check_place(self, name: Path, known: bool) -> None:
        """Refuse to write through a link, over a folder, or over a file of somebody else's."""
        place = self.target / name
        _refuse_links(self.target, name)
        if place.is_dir():
            raise DataError(f"{place}: is a folder, where a file of the results goes; move it away")
        for folder in (self.target / parent for parent in name.parents):
            if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK)):
                raise DataError(f"{folder}: is no folder that can be written, where one of the results goes")
        if place.exists() and not (known or self.ours):
            raise DataError(f"{place}: no run made this file; results go into a folder of their own")


def own_folder(out: Path, *read: Path | None) -> Path:
    """The folder that a user named for results, unless what the results are made from lies in it."""
    _check_target(out)
    for path in filter(None, read):
        if path.resolve().is_relative_to(out.resolve()):
            raise DataError(f"{out}: holds {path.name}, which is read; results go into a folder of their own")
    return out


def new_file(path: Path) -> Path:
    """The file that a user named for something new, unless one is there: it may be their own."""
    if path.exists() or path.is_symlink():
        raise StudyError(f"{path}: is there already; name another, or move it away")
    return path


def withdraw(folder: Path) -> None:
    """Remove results that nothing asks for any more: what their manifest lists and nobody changed."""
    with held(folder.parent):
        files = read_manifest(folder).files
        for name in files:
            _refuse_links(folder, Path(name))
        _remove(folder, [MANIFEST, *_unchanged(folder, files)])
        for place in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
            _remove_empty(place)
        _remove_empty(folder)


def write_manifest(folder: Path, about: dict[str, Any]) -> None:
    """Write what the results rest on, and the checksum of every file beside the manifest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    sums = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    write_json(folder / MANIFEST, {**about, "files": sums})


def _check_target(target: Path) -> None:
    """Refuse what is no folder for results alone."""
    if target.is_symlink():
        raise DataError(f"{target}: is a symbolic link; allowed: a folder itself")
    if target.exists() and not target.is_dir():
        raise DataError(f"{target}: is no folder")
    if Path.cwd().is_relative_to(target.resolve()):
        raise DataError(f"{target}: holds the folder that you are in; allowed: one for results alone")


def _refuse_links(target: Path, name: Path) -> None:
    """Refuse to write or remove anything through a folder that is a link to elsewhere."""
    for folder in name.parents:
        if (target / folder).is_symlink():
            raise DataError(f"{target / folder}: is a symbolic link; allowed: a folder itself")


def _unchanged(folder: Path, files: dict[str, str]) -> list[str]:
    """Of files that a run made, those that are still as it made them: nothing else is removed."""
    return [name for name, made in files.items() if made and checksum(folder / name) == made]


def _remove(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
