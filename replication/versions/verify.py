"""Two clean runs, compared with each other and with the newest frozen version."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from replication.project.files import sha256, write_text
from replication.project.places import Project
from replication.versions.attest import Verification, as_json, as_markdown, exhibits
from replication.versions.check import compare, failures
from replication.versions.rehearse import rehearse
from replication.versions.sealed import damage, newest


def verify(project: Project) -> tuple[str, bool]:
    """Run everything twice, compare, write the attestation; returns its text and whether all is the same.

    Raises
    ------
    UserError
        A step of a run fails, or results cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        found = _verified(project, Path(name))
        told = exhibits(found.against or found.between)
    text = as_markdown(found, told)
    write_text(project.attestation, text)
    write_text(project.attestation.with_suffix(".json"), as_json(found, told))
    return text, not found.failures


def _verified(project: Project, folder: Path) -> Verification:
    runs = rehearse(project, folder)
    first, second = (run.project for run in runs)
    names = sorted({*_made(first), *_made(second)})
    differing = tuple(name for name in names if not _same(first.root / name, second.root / name))
    between = compare(first.current, second.current, ("first run", "second run"))
    last = newest(project)
    against = compare(last[1], first.current, (last[0], "clean run")) if last else None
    failed = [f"the two runs differ in {name}" for name in differing]
    failed += failures(against, first.current) if against else []
    failed += damage(last[1]) if last else []
    baseline = last[0] if last else None
    return Verification(runs, len(names), differing, between, baseline, against, tuple(failed))


def _made(project: Project) -> list[str]:
    """Everything that a run made: processed tables and results."""
    folders = (project.processed, project.results)
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(project.root).as_posix() for path in paths]


def _same(left: Path, right: Path) -> bool:
    """Whether two files are the same: parquet by what it holds, all else byte by byte."""
    if not (left.is_file() and right.is_file()):
        return False
    if sha256(left) == sha256(right):
        return True
    if left.suffix != ".parquet":
        return False
    return pd.read_parquet(left).equals(pd.read_parquet(right))
