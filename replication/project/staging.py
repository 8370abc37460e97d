"""A folder of results made aside and put in place whole; its manifest leaves first and arrives last."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from replication.errors import DataError
from replication.project.files import sha256, write_text
from replication.project.lock import folder_aside, held

MANIFEST = "manifest.json"


class Staging:
    """A folder beside the results in which everything is made before any of it is put in place.

    Used with `with`: what was made replaces the old results at the end, unless an error came first, in
    which case the old results stay as they were. The manifest leaves first and arrives last, so that a
    step that is cut off between is found unfinished and made again. A second run into the same folder
    waits for the first.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.holds = ExitStack()

    def __enter__(self) -> Path:
        _check_target(self.target)
        self.folder = self.holds.enter_context(folder_aside(self.target))
        return self.folder

    def __exit__(self, kind, problem, trace) -> None:
        with self.holds:
            if kind is None:
                with held(self.target.parent):
                    self._put_in_place()

    def _put_in_place(self) -> None:
        made = sorted(path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        before = [Path(name) for name in files_of(self.target)]
        for name in {*made, *before}:
            _refuse_links(self.target, name)
        (self.target / MANIFEST).unlink(missing_ok=True)
        for name in made:
            if str(name) != MANIFEST:
                (self.target / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).replace(self.target / name)
        for name in sorted(set(before) - set(made)):
            (self.target / name).unlink(missing_ok=True)
        (self.folder / MANIFEST).replace(self.target / MANIFEST)


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


def write_manifest(folder: Path, about: dict) -> None:
    """Write what the results rest on, and the checksum of every file beside the manifest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    sums = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    write_text(folder / MANIFEST, json.dumps({**about, "files": sums}, indent=1, ensure_ascii=False) + "\n")


def files_of(folder: Path) -> list[str]:
    """Files that a manifest lists, so that a new run removes what it no longer makes and nothing else."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in listed if not Path(name).is_absolute() and ".." not in Path(name).parts]
