"""Which files of a project go into its deposit, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from replication.errors import DataError
from replication.project.files import sha256
from replication.project.places import Project
from replication.project.readback import MANIFEST
from replication.study.panels import files_brought

OUTPUT = "output"  # results as published; `make all` writes its own to results/current
SINGLE = ("Makefile", "pyproject.toml", "requirements.lock", "requirements.txt", "LICENSE", "CITATION.cff")
FOLDERS = ("replication", "cleaning", "specs", "claims", "published", "data/raw", "docs")
CODEBOOK = ("codebook.md", "codebook.csv")
# Parquet repeats the CSV beside it; the study file of a run is that of specs/.
LEFT_OUT = (".parquet", ".pyc")


def deposited(project: Project) -> dict[str, Path]:
    """Place in the deposit of every file that is copied, and where it stands now.

    Raises
    ------
    DataError
        No results, no codebook, or a file that every deposit has is missing.
    """
    found = {name: project.root / name for name in SINGLE}
    found |= {name: project.processed / name for name in CODEBOOK}
    for name, path in found.items():
        if not path.is_file():
            raise DataError(f"{path}: missing; a deposit needs {name} (make all)")
    for folder in FOLDERS:
        found |= {f"{folder}/{name}": path for name, path in _below(project.root / folder)}
    found |= files_brought(project)
    found |= {f"{OUTPUT}/{name}": path for name, path in _outputs(project)}
    attestation = (project.attestation, project.attestation.with_suffix(".json"))
    return found | {path.name: path for path in attestation if path.is_file()}


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files below a folder by their path in it; hidden ones and what Python compiled are not ours."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(
            part.startswith((".", "__pycache__")) or part.endswith(".egg-info") for part in name.parts
        )
        if (path.is_file() or path.is_symlink()) and not hidden and path.suffix not in LEFT_OUT:
            yield name.as_posix(), path


def _outputs(project: Project) -> Iterator[tuple[str, Path]]:
    """Tables, figures, records, the report; no record without rows, and not what was run, which is there."""
    if not list(project.current.glob(f"[!.]*/{MANIFEST}")):
        raise DataError(f"{project.current}: no results yet; make them first (make all)")
    for name, path in _below(project.current):
        empty_record = path.suffix == ".csv" and path.read_bytes().count(b"\n") < 2
        no_accounts = path.name == "accounts.json" and path.stat().st_size < 4
        if not (empty_record or no_accounts or path.suffix == ".toml"):
            yield name, path


def sums(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by path."""
    return {name: sha256(folder / name) for name in all_files(folder)}


def all_files(folder: Path) -> list[str]:
    """Every file and link below a folder, hidden ones included, by path."""
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path.relative_to(folder).as_posix() for path in paths)
