"""What catalogues read.

RO-Crate 1.2 (w3id.org/ro/crate/1.2) and Data Package 2.0 (datapackage.org).
"""

from __future__ import annotations

import csv
import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from replication import __version__
from replication.deposit.rights import rights
from replication.errors import DataError
from replication.sources.registry import Source
from replication.sources.schema import WRITTEN, Kind

CRATE, PACKAGE = "ro-crate-metadata.json", "datapackage.json"
PROFILES = "https://datapackage.org/profiles/2.0"
MIT = "https://spdx.org/licenses/MIT"
TYPES = {
    ".toml": "application/toml", ".py": "text/x-python", ".md": "text/markdown", ".j2": "text/x-jinja2",
    ".tex": "application/x-tex", ".lock": "text/plain", ".cff": "text/yaml", ".csv": "text/csv",
    ".json": "application/json", ".svg": "image/svg+xml", ".html": "text/html", ".css": "text/css",
}  # fmt: skip


def citation_file(text: str) -> dict[str, str]:
    """Title, version, date and author of a CITATION.cff.

    Raises
    ------
    DataError
        One of them is missing.
    """
    keys = {"title": "title", "date": "date-released", "author": r"  - name"}
    found = {}
    for name, key in keys.items():
        match = re.search(rf"^{key}: *\"?(.+?)\"?$", text, re.MULTILINE)
        if match is None:
            raise DataError(f"CITATION.cff: {key.strip()} is missing")
        found[name] = match[1]
    return found


def crate(
    files: Mapping[str, str], folder: Path, about: Mapping[str, str], sources: Sequence[Source]
) -> dict:
    """The RO-Crate: its descriptor, the root data set with what must be said of it, and every file.

    Parameters
    ----------
    files : sha256 by path in `folder`
    about : as `citation_file` gives it
    """
    by_path = {f"data/raw/{source.path}": source for source in sources}
    entries = [_file(name, sha, folder / name, by_path.get(name)) for name, sha in files.items()]
    licences = {entity["@id"]: entity for entity in map(_licence_entity, sources)}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about["title"],
        "description": (
            "Raw figures, programs, study files, results and claims ledger of a replication package."
        ),
        "datePublished": about["date"],
        "license": {"@id": MIT},
        "author": {"@id": "#authors"},
        "publisher": {"@id": "#authors"},
        "version": __version__,
        "hasPart": [{"@id": name} for name in files],
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
                "about": {"@id": "./"},
            },
            root,
            {"@id": "#authors", "@type": "Organization", "name": about["author"]},
            {
                "@id": MIT,
                "@type": "CreativeWork",
                "name": "MIT License",
                "description": "code and documentation",
            },
            *(licences[name] for name in sorted(licences)),
            *entries,
        ],
    }


def _file(name: str, sha: str, path: Path, source: Source | None) -> dict[str, Any]:
    code = name.endswith((".py", "Makefile"))
    entry: dict[str, Any] = {
        "@id": name,
        "@type": ["File", "SoftwareSourceCode"] if code else "File",
        "name": source.title if source else name,
        "encodingFormat": media_type(name),
        "contentSize": str(path.stat().st_size),
        "sha256": sha,
    }
    if source:
        entry |= {"creditText": source.citation, "license": {"@id": _licence_entity(source)["@id"]}}
        entry["description"] = f"{source.series}; {source.unit}; {source.coverage}"
    return entry


def _licence_entity(source: Source) -> dict[str, str]:
    """The licence of a source as a thing of the crate's own; one without an address by its words."""
    held = rights(source)
    words = hashlib.sha256(source.licence.encode("utf-8")).hexdigest()[:8]
    return {
        "@id": held.address or f"#licence-{words}",
        "@type": "CreativeWork",
        "name": held.name,
        "description": held.name if held.address else source.licence,
    }


def media_type(name: str) -> str:
    """The media type of a file by its ending."""
    ending = Path(name).suffix
    return TYPES.get(ending) or mimetypes.types_map.get(ending, "text/plain")


def data_package(folder: Path, about: Mapping[str, str], sources: Sequence[Source]) -> dict:
    """The Data Package: every raw file with its columns, checksum, source and licence."""
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "replication",
        "title": about["title"],
        "version": __version__,
        "created": f"{about['date']}T00:00:00Z",
        "contributors": [{"title": about["author"], "roles": ["author"]}],
        "licenses": _licences(sources),
        "resources": [_resource(folder, source) for source in sources],
    }


def _licences(sources: Sequence[Source]) -> list[dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for source in sources:
        held = rights(source)
        found[held.name, source.licence] = _licence(source)
    return list(found.values())


def _licence(source: Source) -> dict[str, str]:
    held = rights(source)
    return {"name": held.name, "title": source.licence} | ({"path": held.address} if held.address else {})


def _resource(folder: Path, source: Source) -> dict[str, Any]:
    name = f"data/raw/{source.path}"
    path = folder / name
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": source.path.removesuffix(".csv"),
        "type": "table",
        "path": name,
        "title": source.title,
        "description": " ".join([f"{source.series}; {source.unit}; {source.coverage}.", *source.traps]),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{source.sha256}",
        "sources": [{"title": source.citation}],
        "licenses": [_licence(source)],
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": _fields(path),
            "missingValues": [""],
        },
    }


def _fields(path: Path) -> list[dict[str, str]]:
    """Columns of a raw file, each with the narrowest kind that all its figures have."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    kinds: tuple[Kind, ...] = ("integer", "number", "boolean")
    fields = []
    for place, name in enumerate(header):
        values = [row[place] for row in rows if row[place]]
        fits = [
            kind for kind in kinds if values and all(re.fullmatch(WRITTEN[kind], value) for value in values)
        ]
        fields.append({"name": name, "type": fits[0] if fits else "string"})
    return fields
