"""What a file of results says, apart from how its last digits happen to fall."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

from replication.errors import DataError
from replication.project.files import sha256
from replication.project.readback import MANIFEST
from replication.project.strict import entry, read_json_as, rows_of
from replication.records.tidy_tables import TABLES, Tidy

# Beside results: what they were made from and by what, how searches went, and the page, which tells how they
# compare with the version before. No part of what they say.
RECORDS = (MANIFEST, "report.json", "report.html", "telemetry.csv")
# Linear models are held to 1e-9: digits after the ninth differ between processors and mean nothing.
DIGITS = 9
# Left out of frozen versions, to keep them small, because they repeat what is kept: parquet the CSV beside it
# (which reads back to the same doubles), PNG and PDF the SVG, a table page the report, tables.tex each .tex.
REPEATED = (
    "*.parquet",
    "*.png",
    "*.pdf",
    "*/tables/*.html",
    "*/tables/*.typ",
    "*/tables.tex",
    "*/tables.docx",
)


TIDY = {f"{name}.csv": table for name, table in TABLES.items() if table.numbers or table.texts}


def contents(folder: Path) -> dict[str, str]:
    """Checksum of the content of each file that a frozen version keeps, by its path."""
    kept = artefacts(folder).items()
    return {name: content_sum(path) for name, path in kept if path.name not in RECORDS}


def content_sum(path: Path) -> str:
    """Checksum of a file's content: records with their numbers rounded, LaTeX without the lines of comment
    that no page shows, all else as it is.
    """
    if path.suffix == ".tex":
        lines = path.read_bytes().splitlines(keepends=True)
        return hashlib.sha256(b"".join(line for line in lines if not line.startswith(b"%"))).hexdigest()
    tidy = tidy_of(path)
    if tidy is None or not tidy.numbers:
        return sha256(path)
    return hashlib.sha256(canonical(path, tidy).encode("utf-8")).hexdigest()


def tidy_of(path: Path) -> Tidy | None:
    """How a file is read if it is a tidy record; None for a published table, whatever its name."""
    return None if path.parent.name == "tables" else TIDY.get(path.name)


def canonical(path: Path, tidy: Tidy) -> str:
    """A tidy record with each number to `DIGITS` significant digits.

    Raises
    ------
    DataError
        A file that is no such record.
    """
    try:
        rows = rows_of(path)
        places = [rows[0].index(name) for name in tidy.numbers]
        for row in rows[1:]:
            for place in places:
                row[place] = _rounded(row[place])
    except (ValueError, IndexError) as problem:
        raise DataError(f"{path}: is no record of results ({problem})") from None
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _rounded(field: str) -> str:
    return f"{float(field) + 0.0:.{DIGITS - 1}e}" if field else field


def result_folders(folder: Path) -> dict[str, Path]:
    """Folders of results in a version or in `results/current`, by name; the folder itself if it is one."""
    places = (path.parent for path in sorted(folder.glob(f"*/{MANIFEST}")))
    found = {place.name: place for place in places if place.name[0] != "."}  # a dot: still being written
    if not found and (folder / MANIFEST).is_file():
        return {str(entry(read_json_as(folder / MANIFEST, dict[str, Any]), "study") or folder.name): folder}
    return found


def artefacts(folder: Path) -> dict[str, Path]:
    """Files of a folder of results that a frozen version keeps, by their path in it."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: path for name, path in named.items() if name[0] != "." and not _repeated(path)}


def _repeated(path: Path) -> bool:
    return any(path.match(pattern) for pattern in REPEATED)
