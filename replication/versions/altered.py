"""Whether files of results are still those that a run made: manifests list them with their checksums.

This holds what is not compared cell by cell with a frozen version: pages, pictures, parquet, accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from replication.project.files import changed_line_ends, sha256
from replication.project.readback import Manifest, read_manifest
from replication.project.strict import read_json_as
from replication.versions.content import RECORDS, result_folders

COMPARED = (".csv", ".svg")  # judged by how far they moved, not by whether they were touched
PAGE, PAGE_RECORD = "report.html", "report.json"  # the report page and its manifest


def altered(current: Path) -> list[str]:
    """One line for each file that was changed, emptied or deleted since it was made; none if all are whole.

    Raises
    ------
    DataError
        A manifest that cannot be read.
    """
    lists = {folder: read_manifest(folder).files for folder in result_folders(current).values()}
    page, listed = (current / PAGE).is_file(), (current / PAGE_RECORD).is_file()
    lists |= {current: read_json_as(current / PAGE_RECORD, Manifest).files} if listed else {}
    found = [line for folder, files in lists.items() for line in _altered(folder, files, current)]
    return [f"{PAGE_RECORD}: is missing", *found] if page and not listed else found


def _altered(folder: Path, files: Mapping[str, str], current: Path) -> Iterator[str]:
    for name, checksum in files.items():
        path = folder / name
        shown = path.relative_to(current).as_posix()
        if not path.is_file():
            yield f"{shown}: is missing"
        elif path.stat().st_size == 0:
            yield f"{shown}: was emptied"
        elif (path.suffix not in COMPARED or path.name in RECORDS) and sha256(path) != checksum:
            crlf = changed_line_ends(path.read_bytes(), checksum)
            yield f"{shown}: {'only its line ends were changed (CRLF for LF)' if crlf else 'was changed'}"
