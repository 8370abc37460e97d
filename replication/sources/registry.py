"""The record of where every raw file came from, and the reading of raw files against it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from typing import Annotated

import pandas as pd
from pydantic import Field

from replication.errors import DataError, nearest
from replication.project.files import changed_line_ends
from replication.project.places import Project
from replication.project.strict import read_strictly
from replication.spec.entry import Entry

PATH = r"^[a-z0-9_]+(/[a-z0-9_]+)*\.csv$"
Said = Annotated[str, Field(pattern=r"\S")]
COLUMN = r"[a-z][a-z0-9_]{0,63}"


class Source(Entry):
    """One raw file.

    Attributes
    ----------
    path : str
        Place under data/raw, with forward slashes.
    title, publisher : str
    series : str
        Code of the series at the publisher, or the name of the table.
    unit, coverage, vintage : str
    read_from : str
        Address or book where the figures were read.
    licence, citation : str
    traps : tuple of str
        What to know before using the figures: breaks, absent rows, doubts.
    sha256 : str
        Checksum of the file's bytes.
    """

    path: Annotated[str, Field(pattern=PATH)]
    title: Said
    publisher: Said
    series: Said
    unit: Said
    coverage: Said
    vintage: Said
    read_from: Said
    licence: Said
    citation: Said
    traps: Annotated[tuple[Said, ...], Field(strict=False)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Registry(Entry):
    """All of SOURCES.toml."""

    file: list[Source]


KEYS = tuple(Source.model_fields)


def load(project: Project) -> dict[str, Source]:
    """Every source by its path, in the order of SOURCES.toml.

    Raises
    ------
    DataError
        The registry is missing, not TOML, or has an entry with a key too many, missing or of another type.
    """
    found: dict[str, Source] = {}
    name = _shown(project.registry.name)
    if not project.registry.exists():
        way = "go to the folder of a project, or name it: replicate --project DIR"
        raise DataError(f"{name}: there is no such file; this folder holds no project: {way}")
    for source in read_strictly(project.registry, Registry, DataError, name).file:
        if source.path in found:
            raise DataError(f"{name}: {source.path} has an entry already")
        found[source.path] = source
    return found


def verify(project: Project) -> dict[str, Source]:
    """Every source, after checking that data/raw holds exactly the registered files, byte for byte.

    Names that begin with a dot are left alone: file managers put them there.

    Raises
    ------
    DataError
        A file missing, changed, not in the registry, or reached through a symbolic link.
    """
    sources = load(project)
    extra = sorted(_present(project) - set(sources))
    if extra:
        raise DataError(
            f"{_shown(extra[0])}: not in SOURCES.toml{nearest(extra[0], sources)}; add its entry or remove it"
        )
    for source in sources.values():
        _content(project, source)
    return sources


def read(project: Project, source: Source) -> pd.DataFrame:
    """The rows of a raw file: every column text, an empty field missing, the index the line in the file.

    The header is line 1, so the first row is usually line 2.

    Raises
    ------
    DataError
        The file is missing, changed or a link, is not UTF-8 CSV, or has a row of another length.
    """
    where = _shown(source.path)
    try:
        text = _content(project, source).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{where}: not UTF-8: byte {error.start} is {error.object[error.start]:#04x}"
        ) from None
    try:
        return _rows(text, where)
    except csv.Error as error:
        raise DataError(f"{where}: not CSV: {error}") from None


def _shown(path: str) -> str:
    return f"data/raw/{path}"


def _present(project: Project) -> set[str]:
    """Paths of what stands under data/raw beside the registry, links included, hidden names left out."""
    paths = (path for path in project.raw.rglob("*") if path.is_symlink() or not path.is_dir())
    names = {path.relative_to(project.raw).as_posix() for path in paths if path != project.registry}
    return {name for name in names if not any(part.startswith(".") for part in name.split("/"))}


def _content(project: Project, source: Source) -> bytes:
    """The file's bytes, if they are the registered ones."""
    path = project.raw / source.path
    where = _shown(source.path)
    steps = [path, *path.parents]
    if any(step.is_symlink() for step in steps[: steps.index(project.raw)]):
        raise DataError(f"{where}: is a symbolic link or lies behind one; allowed: a file of its own")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DataError(f"{where}: is no plain file")  # reading a pipe would wait for ever
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{where}: missing; SOURCES.toml names it") from None
    except OSError as error:
        raise DataError(f"{where}: cannot be read: {error.strerror}") from None
    found = hashlib.sha256(content).hexdigest()
    if changed_line_ends(content, source.sha256):
        raise DataError(
            f"{where}: only its line ends were changed (CRLF for LF); the figures are as registered. Take "
            "the files anew with git config core.autocrlf false, or unpack the archive with no text converted"
        )
    if found != source.sha256:
        raise DataError(
            f"{where}: the file was changed: its sha256 is {found}, SOURCES.toml expects {source.sha256}"
        )
    return content


def _rows(text: str, where: str) -> pd.DataFrame:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    wrong = [name for name in header if not re.fullmatch(COLUMN, name)]
    if not header or wrong or len(set(header)) < len(header):
        raise DataError(f"{where}, line 1: header is {header}; allowed: distinct names that match {COLUMN}")
    lines, rows = [], []
    line = reader.line_num + 1
    for row in reader:
        if len(row) != len(header):
            raise DataError(f"{where}, line {line}: {len(row)} fields; the header has {len(header)}")
        lines.append(line)
        rows.append([field or None for field in row])
        line = reader.line_num + 1
    return pd.DataFrame(rows, columns=header, index=pd.Index(lines, dtype="int64"), dtype="str")
