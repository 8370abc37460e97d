"""What is read back: a file counts only while it has the checksum that the manifest beside it records.

A checksum tells what was changed by accident, by hand or by a tired disk. It is no seal: who edits a file and
its manifest too is found by making the results again, not here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from replication.errors import DataError
from replication.project.strict import read_json_as

MANIFEST = "manifest.json"
AGAIN = "make it again (make all)"
LONGEST = 1000  # characters of a path


def _below(name: str) -> str:
    """A path that stays in its folder, as it is written on every system."""
    outside = not {"", ".", ".."}.isdisjoint(name.split("/"))
    if outside or not name.isprintable() or "\\" in name or ":" in name or len(name) > LONGEST:
        raise ValueError("a file's path below its folder is asked for")
    return name


FileName = Annotated[str, AfterValidator(_below)]
Sums = dict[FileName, str]  # checksum of each file


class Manifest(BaseModel):
    """What a folder of results, or the report, says of itself. What it does not record is empty.

    Attributes
    ----------
    files : checksum of every file that was made, by its path beside the manifest
    code, packages : what made it
    inputs, raw : processed tables that it was made from, and the raw files behind them
    brought : file that a study names as its panel, by its path from the folder of the study file
    tables : for processed tables, the raw files behind each
    study, study_file : a study's id and the checksum of its file
    studies, claims, published : study files, claims files, printed tables that were read
    results : records of studies that claims or grades rest on
    folders : checksums of the manifests that the report was made from
    settings : checksum of what the project says once for all studies
    converged : whether every model of a study did
    """

    model_config = ConfigDict(frozen=True)

    files: Sums
    code: Sums = Field(default_factory=dict)
    packages: dict[str, str] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    raw: Sums = Field(default_factory=dict)
    brought: dict[str, str] = Field(default_factory=dict)
    tables: dict[str, list[str]] = Field(default_factory=dict)
    study: str = ""
    study_file: str = ""
    studies: Sums = Field(default_factory=dict)
    claims: Sums = Field(default_factory=dict)
    published: Sums = Field(default_factory=dict)
    results: Sums = Field(default_factory=dict)
    folders: Sums = Field(default_factory=dict)
    settings: str = ""
    converged: bool = True


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder.

    Raises
    ------
    DataError
        There is none, or what stands in its place is none.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise DataError(f"{path}: missing; {AGAIN}")
    try:
        return read_json_as(path, Manifest)
    except DataError as problem:
        raise DataError(f"{problem}; {AGAIN}") from None


def read_back(folder: Path, name: str) -> bytes:
    """The bytes of a file that the manifest of its folder lists, if they are those that were written.

    The one way in which anything that was made is read again.

    Raises
    ------
    DataError
        The file is missing, is not listed, or was changed; the message says how to mend it.
    """
    return verified(folder / name, read_manifest(folder).files.get(name))


def verified(path: Path, recorded: str | None) -> bytes:
    """The bytes of a file whose recorded checksum is given; None where nothing is recorded of it."""
    if path.is_symlink() or not path.is_file():
        raise DataError(f"{path}: missing, or no plain file; {AGAIN}")
    if recorded is None:
        raise DataError(f"{path}: is listed by no manifest; {AGAIN}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != recorded:
        raise DataError(f"{path}: was changed since it was made; {AGAIN}")
    return content


def unlisted(folder: Path, names: Iterable[str]) -> list[str]:
    """Files and links below a folder that nothing here made; names with a dot in front are left alone."""
    made = {*names}
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    found = (path.relative_to(folder) for path in paths)
    shown = (path.as_posix() for path in found if not any(part[0] == "." for part in path.parts))
    return sorted(name for name in shown if name not in made)
